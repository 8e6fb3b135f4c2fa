"""A stranger's agent as the judge sees it: an ``Agent`` like any other, whose faults are its own."""

import secrets
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

import numpy as np

from agora.agents.api import Agent, Needs
from agora.envs.api import Spec
from agora.leaderboard.jail import protocol
from agora.leaderboard.jail.fault import Cause, Fault, JailError
from agora.leaderboard.jail.limits import Budget, Limits
from agora.leaderboard.jail.process import Level, Process, UnaskedError
from agora.leaderboard.jail.protocol import Reply, Request

_JAIL_STARTS = 60.0  # seconds; it takes half of one, but the machine may be busy


class JailedAgent:
    """Plays by asking a process in a jail; it is frozen whenever it is not its turn.

    The process starts at once and imports the submission at the first ``reset``. After a fault it is gone, and every
    later call raises the same fault. One agent, one process: what it remembers or writes into its own temporary space
    lasts until ``close``. Make it in a thread that lives as long: the kernel ends the process with that thread.

    Args:
        folder: of the submission; read, never written.
        entry: see ``worker.find``.
        level: 2 bubblewrap, 1.5 Landlock, 1 limits only.
        budget: time.
        limits: memory, files, log.

    Raises:
        ValueError: there is no such level, or this machine cannot hold it; another one is never taken instead.
        JailError: the jail did not start, which is not the agent's fault.
    """

    needs: Needs = "observation"

    def __init__(
        self,
        folder: str | Path,
        entry: str,
        level: Level,
        budget: Budget = Budget(),  # noqa: B008
        limits: Limits = Limits(),  # noqa: B008
    ):
        self.level = level
        self._budget, self._bank, self._total = budget, budget.bank, budget.total
        self._fault: Fault | None = None
        self._closed = False
        self._step = 0
        self._spec: Any = None
        try:
            self._process = Process(Path(folder).resolve(), entry, level, limits)
        except OSError as error:
            raise JailError(f"The jail of level {level:g} did not start: {error}") from None
        self._wait_for_the_jail()

    def _wait_for_the_jail(self) -> None:
        """Nothing of the submission has run before this is over."""
        try:
            self._process.exchange(b"", time.monotonic() + _JAIL_STARTS, 0)
        except (EOFError, TimeoutError, UnaskedError, ValueError):
            self.close()
            lines = self._process.log.strip().splitlines() or ["it said nothing"]
            raise JailError(f"The jail of level {self.level:g} did not start: {lines[-1]}") from None

    def __enter__(self) -> "JailedAgent":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process and all that belongs to it; may be called twice."""
        if not self._closed:
            self._closed = True
            self._process.kill()

    @property
    def log(self) -> str:
        """The beginning of what the agent printed; control characters are left out, nothing else is escaped."""
        return self._process.log

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        """See ``Agent``.

        Raises:
            Fault: the agent's.
        """
        self._spec, self._bank, self._total = spec, self._budget.bank, self._budget.total
        plain = protocol.spec_to_plain(spec)
        reply, _ = self._ask("reset", [np.asarray(lanes, np.int64)], self._budget.start, 0, spec=plain, seed=int(seed))
        if reply.needs == "truth":
            self._fail("illegal", "asks for the true states, which no submission may see")
        self.needs = "states" if reply.needs == "states" else "observation"

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        """See ``Agent``. Whether an action is legal is for the referee to say.

        Raises:
            Fault: the agent's.
        """
        arrays, more = [observation, legal, np.asarray(lanes, np.int64)], {}
        if states is not None:
            arrays.append(np.asarray(states))
            more["states"] = np.lib.format.dtype_to_descr(arrays[-1].dtype)
        allowed = self._budget.move + self._budget.lane * len(lanes)
        started = time.monotonic()
        limit = min(allowed + self._bank, self._total)
        reply, body = self._ask("act", arrays, limit, protocol.body_size(self._spec, len(lanes)), **more)
        spent = time.monotonic() - started
        self._bank -= max(0.0, spent - allowed)
        self._total -= spent
        try:
            return protocol.read_actions(reply, body, self._spec, len(lanes))
        except ValueError as error:
            self._fail("protocol", str(error))

    def _ask(self, kind: Any, arrays: list[np.ndarray], seconds: float, most: int, **more: Any) -> tuple[Reply, bytes]:
        """One request and its reply, within ``seconds``."""
        if self._fault is not None:
            raise self._fault
        if self._closed:
            raise ValueError("This agent has been closed: make another one.")
        self._step += 1
        request = Request(kind, self._step, secrets.randbits(63), protocol.described(arrays), **more)
        frame = protocol.frame(request, arrays)
        deadline = time.monotonic() + seconds
        try:
            head, body = self._process.exchange(frame, deadline, most)
            reply = protocol.read_reply(head)
        except TimeoutError:
            self._fail("time", f"{kind} took longer than it may")
        except UnaskedError:
            self._fail("protocol", "replied without being asked")
        except EOFError:
            ending = self._process.ending()
            self._fail("crash" if ending else "protocol", ending or "hung up")
        except ValueError as error:
            self._fail("protocol", str(error))
        if (reply.step, reply.nonce) != (request.step, request.nonce):
            self._fail("protocol", "replied to another request")
        if reply.cause:
            self._fail(reply.cause, reply.message)
        return reply, body

    def _fail(self, cause: Cause, message: str) -> NoReturn:
        self._fault = Fault(cause, message)
        self.close()
        raise self._fault


def admit(
    folder: str | Path,
    entry: str,
    spec: Spec,
    level: float,
    budget: Budget = Budget(),  # noqa: B008
    limits: Limits = Limits(),  # noqa: B008
    trust: bool = False,
) -> Agent:
    """The agent of a submission at ``level``: 2, 1.5 or 1 in a jail, see ``JailedAgent``; 0 in this very process.

    Raises:
        ValueError: there is no such level, this machine cannot hold it, or it is 0 without ``trust``.
        JailError: the jail did not start.
    """
    if level != 0.0:
        return JailedAgent(folder, entry, level, budget, limits)
    if not trust:
        raise ValueError("Level 0 runs a stranger's code in the judge itself: it needs trust=True (--trust).")
    from agora.leaderboard.jail.worker import find

    return find(folder, entry, spec)

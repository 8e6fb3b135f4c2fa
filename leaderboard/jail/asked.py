"""An agent that answers messages, as the judge sees it: an ``Agent`` like any other, whose faults are its own."""

import secrets
import time
from types import TracebackType
from typing import Any, NoReturn, Protocol, Self

import numpy as np

from agora.agents.api import Needs
from agora.envs.api import Spec
from agora.leaderboard.jail import protocol
from agora.leaderboard.jail.fault import Cause, Fault
from agora.leaderboard.jail.limits import Budget
from agora.leaderboard.jail.protocol import Reply, Request, UnaskedError


class Line(Protocol):
    """Carries frames to where the agent runs, and back."""

    def exchange(self, request: bytes, deadline: float, most: int) -> tuple[bytes, bytes]:
        """Sends a frame and reads the frame that answers it.

        Args:
            deadline: of ``time.monotonic``, by which the whole reply must be there.
            most: bytes of arrays that a reply may hold.

        Returns:
            The reply's header and arrays.

        Raises:
            TimeoutError: the deadline has passed.
            EOFError: nobody is there any more, see ``ending``.
            UnaskedError: something came that was not asked for.
            ValueError: what came is no reply; the message says why.
        """

    def ending(self) -> str:
        """Why nobody is there any more; empty if somebody is, who hung up."""

    def kill(self) -> None:
        """Ends the line and what runs for it; may be called twice."""


class AskedAgent:
    """Plays by asking over a line. After a fault the line is gone, and every later call raises the same fault.

    Args:
        line: to the agent.
        budget: time.
    """

    needs: Needs = "observation"

    def __init__(self, line: Line, budget: Budget):
        self._line = line
        self._budget, self._bank, self._total = budget, budget.bank, budget.total
        self._fault: Fault | None = None
        self._closed = False
        self._step = 0
        self._spec: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends what runs for the agent; may be called twice."""
        if not self._closed:
            self._closed = True
            self._line.kill()

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
            head, body = self._line.exchange(frame, deadline, most)
            reply = protocol.read_reply(head)
        except TimeoutError:
            self._fail("time", f"{kind} took longer than it may")
        except UnaskedError:
            self._fail("protocol", "replied without being asked")
        except EOFError:
            ending = self._line.ending()
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

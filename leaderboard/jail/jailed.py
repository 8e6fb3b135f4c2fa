"""A stranger's agent in a process of its own, in a jail around that process."""

import time
from pathlib import Path

from agora.agents.api import Agent
from agora.envs.api import Spec
from agora.leaderboard.jail.asked import AskedAgent
from agora.leaderboard.jail.fault import JailError
from agora.leaderboard.jail.limits import Budget, Limits
from agora.leaderboard.jail.process import Level, Process
from agora.leaderboard.jail.protocol import UnaskedError

_JAIL_STARTS = 60.0  # seconds; it takes half of one, but the machine may be busy


class JailedAgent(AskedAgent):
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

    def __init__(
        self,
        folder: str | Path,
        entry: str,
        level: Level,
        budget: Budget = Budget(),  # noqa: B008
        limits: Limits = Limits(),  # noqa: B008
    ):
        self.level = level
        try:
            self._process = Process(Path(folder).resolve(), entry, level, limits)
        except OSError as error:
            raise JailError(f"The jail of level {level:g} did not start: {error}") from None
        self._wait_for_the_jail()
        super().__init__(self._process, budget)

    def _wait_for_the_jail(self) -> None:
        """Nothing of the submission has run before this is over."""
        try:
            self._process.exchange(b"", time.monotonic() + _JAIL_STARTS, 0)
        except (EOFError, TimeoutError, UnaskedError, ValueError):
            self._process.kill()
            lines = self._process.log.strip().splitlines() or ["it said nothing"]
            raise JailError(f"The jail of level {self.level:g} did not start: {lines[-1]}") from None

    @property
    def log(self) -> str:
        """The beginning of what the agent printed; control characters are left out, nothing else is escaped."""
        return self._process.log


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

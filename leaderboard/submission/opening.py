"""From what was handed in to an agent that can be asked for moves: the one place where a submission is opened."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from agora.agents.api import Agent, Needs
from agora.envs.api import Spec
from agora.leaderboard.jail.fault import one_line
from agora.leaderboard.jail.jailed import JailedAgent, admit
from agora.leaderboard.jail.levels import highest
from agora.leaderboard.jail.limits import REMOTE, Budget
from agora.leaderboard.jail.remote import RemoteAgent
from agora.leaderboard.judge import digest
from agora.leaderboard.submission import manifest as manifests
from agora.leaderboard.submission.archive import unpack
from agora.leaderboard.submission.manifest import Manifest
from agora.leaderboard.submission.packing import pack

OWN_HOSTS = "AGORA_REMOTE_HOSTS"
"""Environment variable of the judge: hosts, separated by commas, that submissions may name as their address although
they are not on the public internet, and that may be asked over http."""


class Submission(NamedTuple):
    """A submission that was unpacked and whose manifest was read."""

    folder: Path
    manifest: Manifest
    digest: str
    """Of all files but the manifest, so that a copy under another name has the same; of an agent elsewhere, of its
    address."""


@contextmanager
def prepared(path: str | Path) -> Iterator[Submission]:
    """The submission at ``path``, an archive or a folder, unpacked for as long as the context lasts.

    A folder is packed first, so that whatever holds for an archive holds for it too.

    Raises:
        ValueError: there is nothing at ``path``, it is refused, or its manifest is wrong.
    """
    path = Path(path)
    if not path.exists():
        raise ValueError(f"There is no submission {path}; 'agora new-agent {path}' begins one.")
    with tempfile.TemporaryDirectory(prefix="agora-") as place:
        archive = pack(path, Path(place) / "submission.zip") if path.is_dir() else path
        folder = unpack(archive, Path(place) / "submission")
        manifest = manifests.read(folder)
        yield Submission(folder, manifest, _digest(manifest, folder))


def _digest(manifest: Manifest, folder: Path) -> str:
    if manifest.kind == "remote":  # and not of its token, at which a digest would let others guess
        return hashlib.sha256(manifest.entry.encode()).hexdigest()[:16]
    return digest(sorted(file for file in folder.rglob("*") if file.is_file() and file.name != manifests.FILE))


@contextmanager
def opened(
    submission: Submission,
    spec: Spec,
    trust: bool = False,
    budget: Budget | None = None,
) -> Iterator[Agent]:
    """The agent of ``submission`` for ``spec``, in the strongest jail that this machine can hold, or asked where it is;
    what runs for it ends with the context.

    Args:
        trust: let it run in this process instead, with all that this process may do, and all the time in the world;
            an agent elsewhere is asked as always.
        budget: of time; see ``time_of`` if None.

    Raises:
        ValueError: it cannot be started; in a jail that shows only when it is first asked, as the agent's ``Fault``.
    """
    name, entry = submission.manifest.name, submission.manifest.entry
    budget = budget or time_of(submission)
    if submission.manifest.kind == "remote":
        token = manifests.read_token(submission.manifest, submission.folder)
        with RemoteAgent(entry, token, budget, os.environ.get(OWN_HOSTS, "").split(",")) as agent:
            yield agent
        return
    if not trust:
        with JailedAgent(submission.folder, entry, isolation_level(), budget) as agent:
            yield agent
        return
    try:
        with _own_modules(submission.folder):
            trusted = admit(submission.folder, entry, spec, 0.0, trust=True)
    except (Exception, SystemExit) as error:
        raise ValueError(f"{name} cannot be started: {told(error)}") from None
    yield trusted


def told(error: BaseException) -> str:
    """What a submission's code raised, in one line that no terminal obeys."""
    return one_line(f"{type(error).__name__}: {error}".rstrip(": "))


def time_of(submission: Submission) -> Budget:
    """What ``submission`` has if nobody says otherwise."""
    return REMOTE if submission.manifest.kind == "remote" else Budget()


Level = float | Literal["remote"]
"""Of a jail, or ``remote`` for what runs elsewhere."""


def isolation_level(trust: bool = False) -> float:
    """At which submissions play on this machine: the highest whose self-test passes, or 0 with ``trust``.

    Raises:
        ValueError: none passes.
    """
    if trust:
        return 0.0
    level, why = highest()
    if not level:
        raise ValueError(f"No jail can be held on this machine ({why}). --trust runs an agent without one.")
    return level


class FreshAgent:
    """Plays every match with a process of its own: ``reset`` ends the one before, so that a fault costs one match, and
    nothing is carried over to the next."""

    needs: Needs = "observation"

    def __init__(self, submission: Submission, trust: bool = False):
        self.submission, self.trust = submission, trust
        self._running = ExitStack()

    @property
    def level(self) -> Level:
        """Where it plays."""
        return "remote" if self.submission.manifest.kind == "remote" else isolation_level(self.trust)

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self.close()
        self._agent = self._running.enter_context(opened(self.submission, spec, self.trust))
        self._agent.reset(spec, lanes, seed)
        self.needs = self._agent.needs

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        return self._agent.act(observation, legal, lanes, states)

    def close(self) -> None:
        """Ends what runs."""
        self._running.close()


@contextmanager
def _own_modules(folder: Path) -> Iterator[None]:
    """Modules imported from ``folder`` are forgotten afterwards: two submissions may use the same names, and neither
    may stand in for a module of somebody else."""
    path, before = sys.path.copy(), sys.modules.copy()
    own, installed = {file.stem for file in folder.iterdir()}, (sys.prefix, sys.base_prefix)
    for name, module in before.items():
        if name.split(".")[0] in own and not str(getattr(module, "__file__", None) or sys.prefix).startswith(installed):
            del sys.modules[name]  # of the same name, from somewhere else
    try:
        yield
    finally:
        sys.path[:] = path
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(f"{folder}/"):
                del sys.modules[name]
        sys.modules.update({name: module for name, module in before.items() if name not in sys.modules})

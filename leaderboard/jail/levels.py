"""Which jail this machine can hold, and the proof that it does.

=====  ===========  ==========================================================================================
level  name         what stands between an agent and the rest
=====  ===========  ==========================================================================================
2      bubblewrap   a system of its own: no files, processes, networks or memory but its own; filtered calls
1.5    Landlock     files by the kernel's Landlock, no processes, signals or sockets by the filter of calls
1      limits       a process of its own: memory, files, time; it can read and reach what the user can
0      none         nothing; only for agents one trusts
=====  ===========  ==========================================================================================
"""

import ctypes
import json
import os
import shutil
import socket
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from agora.envs.api import Discrete, Piece, Spec
from agora.leaderboard.jail import probe
from agora.leaderboard.jail.fault import Fault
from agora.leaderboard.jail.jailed import JailedAgent
from agora.leaderboard.jail.limits import MEBIBYTE, Limits
from agora.leaderboard.jail.process import Level, missing

NAMES = {2.0: "bubblewrap", 1.5: "Landlock", 1.0: "limits", 0.0: "none"}
"""Level -> what it is called; a level is a number that results can hold."""

LEVELS: tuple[Level, ...] = (2.0, 1.5, 1.0)

_ALLOWED = "starts threads"  # what must succeed, at every level
_CLAIMED_BY_LIMITS = {
    "sees the judge's environment",
    "has inherited descriptors",
    "takes more memory than it may",
    "leaves core dumps",
}
_VARIABLE = "AGORA_JAIL_SELF_TEST"
_MEMORY = 1024 * MEBIBYTE


def highest() -> tuple[float, str]:
    """The highest level whose self-test passes, and why not a higher one; empty if there is none."""
    reasons: list[str] = []
    for level in LEVELS:
        reason = lacks(level)
        if not reason:
            return level, "; ".join(reasons)
        reasons.append(f"level {level:g}: {reason}")
    return 0.0, "; ".join(reasons)


@cache
def lacks(level: Level) -> str:
    """Why this machine cannot hold ``level``; empty if it can. Tried once in a process."""
    reason = missing(level)
    if reason:
        return reason
    try:
        failed = [check for check, passed in self_test(level) if not passed]
    except (OSError, Fault) as error:
        return str(error)
    return f"the self-test failed: {', '.join(failed)}" if failed else ""


def self_test(level: Level) -> list[tuple[str, bool]]:
    """Lets an agent try what ``level`` denies: (what was checked, whether it held).

    Raises:
        ValueError: the machine lacks what the level needs.
        OSError: the jail does not start.
        Fault: the probe could not even try.
    """
    folder, secret = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
    shutil.copy(str(probe.__file__), folder / "probe.py")
    (secret / "secret").write_text("x")
    shared = _shared_memory()
    os.environ[_VARIABLE] = "x"
    try:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as abstract:
            abstract.bind(f"\0agora-{os.getpid()}")
            abstract.listen()
            targets = {
                "secret": str(secret / "secret"),
                "variable": _VARIABLE,
                "judge": os.getpid(),
                "port": server.getsockname()[1],
                "abstract": f"agora-{os.getpid()}",
                "key": shared[1],
                "memory": _MEMORY,
            }
            (folder / "targets.json").write_text(json.dumps(targets))
            found = _run(folder, level)
    finally:
        del os.environ[_VARIABLE]
        _forget(shared[0])
        shutil.rmtree(folder)
        shutil.rmtree(secret)
    claims = _CLAIMED_BY_LIMITS if level == 1.0 else set(probe.ATTEMPTS) - {_ALLOWED}
    checks = [(f"{name}: denied", found.get(name) == "no") for name in probe.ATTEMPTS if name in claims]
    return [(_ALLOWED, found.get(_ALLOWED) == "yes"), *checks]


def _run(folder: Path, level: Level) -> dict[str, str]:
    """Attempt -> yes or no."""
    with JailedAgent(folder, "probe.py:Probe", level, limits=Limits(memory=_MEMORY)) as agent:
        agent.reset(_small_spec(), np.arange(1), 0)
        agent.act(np.zeros((1, 1), np.float32), np.ones((1, 2), np.bool_), np.arange(1))
    lines = [line.split(": ") for line in agent.log.splitlines()]
    return {words[0]: words[1] for words in lines if len(words) == 2}


def _small_spec() -> Spec:
    piece = Piece("nothing", (1,), 0.0, 1.0, "nothing")
    return Spec(1, "sequential", "perfect", "single", "none", Discrete(2), (piece,), (0.0, 1.0), "points", 1, ("one",))


def _shared_memory() -> tuple[int, int]:
    """A segment that everybody on this machine may open: its identifier and its key."""
    key = os.getpid()
    return ctypes.CDLL(None).shmget(key, 4096, 0o1666), key  # IPC_CREAT and rights for all


def _forget(identifier: int) -> None:
    ctypes.CDLL(None).shmctl(identifier, 0, None)  # IPC_RMID

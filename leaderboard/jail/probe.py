"""An agent that tries what no agent may do, and prints what it could do: the self-test of ``levels.py``.

It runs inside the jail as a submission, and is told by ``targets.json`` beside it what lies outside.
"""

import ctypes
import json
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

_CLONE_NEWUSER = 0x10000000
_UNSHARE = {"x86_64": 272, "aarch64": 97}
_SHMGET = {"x86_64": 29, "aarch64": 194}


class Probe:
    """Prints a line for each attempt as soon as it is told to start: its name, and ``yes`` if it succeeded."""

    needs = "observation"

    def reset(self, spec: Any, lanes: np.ndarray, seed: int) -> None:
        targets = json.loads((Path(__file__).parent / "targets.json").read_text())
        for name, attempt in ATTEMPTS.items():
            print(name, "yes" if _succeeds(attempt, targets) else "no", sep=": ", flush=True)

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        return legal.argmax(axis=1)


def _succeeds(attempt: Callable[[dict[str, Any]], Any], targets: dict[str, Any]) -> bool:
    try:
        return bool(attempt(targets))
    except (OSError, MemoryError, RuntimeError):
        return False


def _read(targets: dict[str, Any]) -> bool:
    return bool(Path(targets["secret"]).read_text())


def _write(targets: dict[str, Any]) -> bool:
    (Path(targets["secret"]).parent / "written").write_text("x")
    return True


def _write_own(targets: dict[str, Any]) -> bool:
    (Path(__file__).parent / "written").write_text("x")
    return True


def _environment(targets: dict[str, Any]) -> bool:
    return targets["variable"] in os.environ


def _environment_of_others(targets: dict[str, Any]) -> bool:
    return any(Path(f"/proc/{number}/environ").read_bytes() for number in (targets["judge"], 1))


def _descriptors(targets: dict[str, Any]) -> bool:
    """Others than standard ones and the two of the protocol."""
    there = []
    for number in range(3, 256):
        try:
            os.fstat(number)
        except OSError:
            continue
        there.append(number)
    return len(there) > 2


def _connect(targets: dict[str, Any]) -> bool:
    with socket.create_connection(("127.0.0.1", targets["port"]), timeout=1.0):
        return True


def _abstract_socket(targets: dict[str, Any]) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect("\0" + targets["abstract"])
    return True


def _fork(targets: dict[str, Any]) -> bool:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True


def _execute(targets: dict[str, Any]) -> bool:
    """A program that replaces this one would end the probe, so one is asked for that does not exist."""
    try:
        os.execv("/usr/bin/no-such-program", ["no-such-program"])
    except FileNotFoundError:
        return True  # nothing but its absence stood in the way
    return False


def _signal(targets: dict[str, Any]) -> bool:
    os.kill(targets["judge"], 0)
    return True


def _look_inside(targets: dict[str, Any]) -> bool:
    with open(f"/proc/{targets['judge']}/mem", "rb"):
        return True


def _unshare(targets: dict[str, Any]) -> bool:
    return ctypes.CDLL(None).syscall(_UNSHARE[os.uname().machine], _CLONE_NEWUSER) == 0


def _shared_memory(targets: dict[str, Any]) -> bool:
    return ctypes.CDLL(None).syscall(_SHMGET[os.uname().machine], targets["key"], 4096, 0) >= 0


def _memory(targets: dict[str, Any]) -> bool:
    return len(bytes(targets["memory"] + 1)) > 0


def _core(targets: dict[str, Any]) -> bool:
    import resource

    return resource.getrlimit(resource.RLIMIT_CORE) != (0, 0)


def _threads(targets: dict[str, Any]) -> bool:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    return True


def _pipe_signal(targets: dict[str, Any]) -> bool:
    """A signal by way of a file's owner."""
    import fcntl

    read, write = os.pipe()
    try:
        fcntl.fcntl(read, fcntl.F_SETOWN, os.getpid())
        return fcntl.fcntl(read, fcntl.F_GETOWN) != 0
    finally:
        os.close(read)
        os.close(write)


ATTEMPTS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "starts threads": _threads,
    "reads a file of the judge": _read,
    "writes beside a file of the judge": _write,
    "writes into its own folder": _write_own,
    "sees the judge's environment": _environment,
    "sees it in /proc": _environment_of_others,
    "has inherited descriptors": _descriptors,
    "connects to this machine": _connect,
    "connects to an abstract socket": _abstract_socket,
    "starts a process": _fork,
    "starts a program": _execute,
    "sends a signal": _signal,
    "sends signals through files": _pipe_signal,
    "looks into the judge's memory": _look_inside,
    "makes name spaces": _unshare,
    "shares memory by name": _shared_memory,
    "takes more memory than it may": _memory,
    "leaves core dumps": _core,
}

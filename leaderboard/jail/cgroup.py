"""Control groups: limits of the kernel on all processes of an agent together, where this user may make some.

A second line behind the limits of one process. Version 2 is used beside the group of the judge, which works where the
parent is delegated to the user (systemd) or the judge is the superuser; version 1 beneath the judge's own groups.
"""

import contextlib
import itertools
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from agora.leaderboard.jail.limits import Limits

_ROOT, _OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_VERSION_1 = ("pids", "memory")
_TRIES = 50  # 10 ms each, for the last process to disappear

_numbers = itertools.count()


def make(process: int, limits: Limits, root: Path = _ROOT, own: Path = _OWN) -> list[Path]:
    """Puts a process into new groups that have ``limits``: their folders, none where that is not allowed."""
    made = []
    name = f"agora-{os.getpid()}-{next(_numbers)}"
    memory = limits.memory + 2 * limits.scratch
    wanted = {"pids.max": limits.threads, "memory.max": memory, "memory.limit_in_bytes": memory}
    for place in _places(root, own):
        _tidy(place)
        folder = place / name
        try:
            folder.mkdir()
        except OSError:
            continue
        limited = [_write(folder / file, most) for file, most in wanted.items()]
        if any(limited) and _write(folder / "cgroup.procs", process):
            made.append(folder)
        else:
            folder.rmdir()
    return made


def _places(root: Path, own: Path) -> Iterator[Path]:
    """Folders in which groups can be tried to be made."""
    try:
        lines = own.read_text().split("\n")
    except OSError:
        return
    for line in filter(None, lines):
        _, controllers, path = line.split(":", 2)
        if not controllers and (root / "cgroup.controllers").exists():
            yield (root / path.strip("/")).parent if path.strip("/") else root
        for controller in set(controllers.split(",")) & set(_VERSION_1):
            yield root / controller / path.strip("/")


def _tidy(place: Path) -> None:
    """Takes away the empty groups of judges that were killed."""
    for folder in place.glob("agora-*-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            with contextlib.suppress(OSError):
                folder.rmdir()


def _write(file: Path, value: int) -> bool:
    """Whether the group has such a file and took the value; files that are not there are not made."""
    try:
        with open(file, "r+") as opened:
            opened.write(str(value))
    except OSError:
        return False
    return True


def remove(folders: list[Path]) -> None:
    """Ends what still runs in the groups, and takes them away."""
    for folder in folders:
        for _ in range(_TRIES):
            with contextlib.suppress(OSError):
                for process in (folder / "cgroup.procs").read_text().split():
                    os.kill(int(process), signal.SIGKILL)
            try:
                folder.rmdir()
                break
            except FileNotFoundError:
                break
            except OSError:
                time.sleep(0.01)

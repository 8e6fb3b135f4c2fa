"""Bubblewrap: a system of its own for one agent, without any privilege (https://github.com/containers/bubblewrap)."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from agora.leaderboard.jail.limits import Limits

SUBMISSION = "/submission"
"""Where the agent finds its own files."""

NOBODY = 65534

_SPACES = ("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
_TEMPORARY = ("/tmp", "/dev/shm")


def command(readable: Sequence[Path], hidden: Sequence[Path], folder: Path, limits: Limits, info: int) -> list[str]:
    """Words that stand before the command that is to run in the jail.

    There is no /proc in it but the processor's description: its other pages tell of the rest of the machine.

    Args:
        readable: what is shown, at its own path and read-only.
        hidden: folders shown empty although they lie within ``readable``, unless they stand in it themselves.
        folder: of the submission, shown at ``SUBMISSION``.
        info: descriptor to which bubblewrap writes the process that it has started, as JSON.
    """
    words = [str(shutil.which("bwrap")), *_SPACES, "--die-with-parent", "--new-session", "--as-pid-1"]
    words += ["--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", "jail", "--cap-drop", "ALL"]
    words += ["--info-fd", str(info)]
    words += ["--dev", "/dev"]
    for temporary in _TEMPORARY:  # first, for what is shown may lie beneath
        words += ["--size", str(limits.scratch), "--tmpfs", temporary]
    covered = [path for path in readable if not any(path.is_relative_to(place) for place in hidden)]
    for path in covered:
        words += ["--ro-bind-try", str(path), str(path)]
    for place in hidden:
        words += ["--size", "4096", "--tmpfs", str(place)]
    for path in readable:
        if path not in covered:
            words += ["--ro-bind-try", str(path), str(path)]
    for place in hidden:
        words += ["--remount-ro", str(place)]
    words += ["--ro-bind", str(folder), SUBMISSION]
    return [*words, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--"]


def system() -> list[Path]:
    """What programs need of a Linux system, and this Python."""
    parts = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives"]
    parts += ["/proc/cpuinfo", "/sys/devices/system/cpu"]
    return [Path(part) for part in (*parts, sys.base_prefix, sys.prefix, *_interpreter())]


def _interpreter() -> list[str]:
    """Files that stand between the name of this Python and the program, where an environment links to another."""
    links, path = [], sys.executable
    while os.path.islink(path):
        path = os.path.join(os.path.dirname(path), os.readlink(path))
        links.append(path)
    return [path for path in links if not path.startswith((f"{sys.prefix}/", f"{sys.base_prefix}/"))]

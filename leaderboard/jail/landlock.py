"""Landlock: what a process may read and write, by the kernel, without any privilege.

Source: Linux, ``Documentation/userspace-api/landlock.rst``; the numbers are those of ``include/uapi/linux/landlock.h``.
"""

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

CREATE_RULESET = 444
"""The system call, on every architecture; ``add_rule`` and ``restrict_self`` follow it."""

_ASK_VERSION = 1
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # version -> how many rights on files there are
_NETWORK_FROM, _SCOPES_FROM = 4, 6
_NETWORK = 0b11  # binding and connecting TCP
_SCOPES = 0b11  # abstract UNIX sockets, signals


class Ruleset(TypedDict):
    """What ``confine.py`` hands to the kernel."""

    handled: list[int]
    """Rights that are refused where no rule grants them: files, network, scopes; as many as the version knows."""
    paths: list[tuple[str, int, int]]
    """Path, what is granted beneath it if it is a folder, and if it is a file."""


def version() -> int:
    """Of Landlock in this kernel, 0 where there is none or it is switched off."""
    found = ctypes.CDLL(None, use_errno=True).syscall(CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION)
    return max(int(found), 0)


def ruleset(version: int, readable: Sequence[Path], listed: Sequence[Path], devices: Sequence[Path]) -> Ruleset:
    """Nothing may be written but ``devices``, and nothing be read but them and what lies beneath ``readable``; of
    ``listed`` the names alone."""
    handled = [(1 << _RIGHTS[min(version, max(_RIGHTS))]) - 1]
    if version >= _NETWORK_FROM:
        handled.append(_NETWORK)
    if version >= _SCOPES_FROM:
        handled.append(_SCOPES)
    paths = [(str(path), _READ_FILE | _READ_DIR, _READ_FILE) for path in readable]
    paths += [(str(path), _READ_DIR, 0) for path in listed]
    paths += [(str(path), 0, _READ_FILE | _WRITE_FILE) for path in devices]
    return {"handled": handled, "paths": paths}

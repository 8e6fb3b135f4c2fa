"""B of the checklist: agents that look around. They print BREACH and what they found, and pass."""

import ctypes
import fcntl
import gc
import os
import platform
import socket
import sys
import tempfile
from pathlib import Path

import numpy as np


def tries(attempt):
    """An agent that attempts something in every move, and prints whether that went through."""

    def act(observation, legal):
        try:
            found = attempt()
        except (OSError, AttributeError) as error:
            print(attempt.__name__, "denied:", type(error).__name__, flush=True)
        else:
            print(attempt.__name__, f"BREACH {found!r}" if found else "found nothing", flush=True)
        return np.zeros(len(legal), np.int64)

    return act


@tries
def objects():
    """Nothing that belongs to the judge is in this process (A11)."""
    names = {"Batch", "Game", "JailedAgent", "_Table", "Played"}
    found = [type(thing).__name__ for thing in gc.get_objects() if type(thing).__name__ in names]
    frame = sys._getframe()
    while frame:
        found += [name for name, value in frame.f_locals.items() if type(value).__name__ in names]
        frame = frame.f_back
    judge = {name for name in sys.modules if name.startswith("agora.leaderboard.")} - {
        f"agora.leaderboard.{name}" for name in ("jail", "jail.worker", "jail.protocol", "jail.fault")
    }
    return found + sorted(judge)


@tries
def other_processes():
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        for name in ("mem", "environ", "cmdline", "maps", "fd"):
            target = path / name
            try:
                found.append((path.name, len(os.listdir(target)) if name == "fd" else target.open("rb").read(1)))
            except OSError:
                continue
    return found


@tries
def memory_of_others():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 310, "aarch64": 270}[platform.machine()]
    targets = sorted({os.getppid(), 1} - {os.getpid()})
    attached = [libc.ptrace(16, target, 0, 0) for target in targets]
    read = [libc.syscall(number, target, None, 0, None, 0, 0) for target in targets]
    return [value for value in attached + read if value != -1]


@tries
def environment():
    return {name for name in os.environ if name.startswith(("AGORA", "SECRET", "PYTEST", "SSH"))}


@tries
def descriptors():
    found = []
    for number in range(3, 1024):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found[2:]


@tries
def files():
    targets = (Path(__file__).parent / "targets.txt").read_text().split("\n")
    found = []
    for target in targets:
        try:
            found.append((target, os.listdir(target) if os.path.isdir(target) else Path(target).read_bytes()[:9]))
        except OSError:
            continue
    return found


@tries
def writing():
    found = []
    places = (Path(__file__).parent / "targets.txt").read_text().split("\n")
    for place in [*places, "/", "/usr", "/etc", "/dev", "/var/tmp", "/run", sys.prefix, os.path.dirname(np.__file__)]:
        folder = place if os.path.isdir(place) else os.path.dirname(place)
        try:
            Path(folder, "agora-was-here").write_text("x")
            found.append(folder)
        except OSError:
            continue
    return found


@tries
def changing():
    """Rights and times of files, which no list of writable folders covers."""
    found = []
    for change in (lambda path: os.chmod(path, 0o777), lambda path: os.utime(path, (0, 0)), os.unlink):
        for path in (__file__, os.path.join(os.path.dirname(__file__), "targets.txt"), np.__file__):
            try:
                change(path)
                found.append(path)
            except OSError:
                continue
    return found


@tries
def network():
    found = []
    for family, kind in [
        (socket.AF_INET, socket.SOCK_STREAM),
        (socket.AF_INET, socket.SOCK_DGRAM),
        (socket.AF_INET6, socket.SOCK_STREAM),
        (socket.AF_UNIX, socket.SOCK_STREAM),
        (socket.AF_NETLINK, socket.SOCK_RAW),
    ]:
        try:
            found.append(socket.socket(family, kind))
        except OSError:
            continue
    try:
        found.append(socket.getaddrinfo("localhost", 80))
        found.append(socket.getaddrinfo("example.org", 80))
    except OSError:
        pass
    return [one for one in found if not _numbers_only(one)]


def _numbers_only(found):
    """The C library knows localhost without asking anybody."""
    return isinstance(found, list) and all(entry[4][0] in ("127.0.0.1", "::1") for entry in found)


@tries
def signals():
    found = []
    for target in (1, os.getppid(), -1, 0):
        try:
            os.kill(target, 0)
            found.append(target)
        except OSError:
            continue
    return found


@tries
def name_spaces():
    libc = ctypes.CDLL(None, use_errno=True)
    flags = [0x10000000, 0x00020000, 0x40000000]
    found = [flag for flag in flags if libc.unshare(flag) == 0]
    return found + [1 for _ in range(1) if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0]


@tries
def shared_memory():
    libc = ctypes.CDLL(None, use_errno=True)
    found = [libc.shmget(key, 4096, 0o1666) for key in (1, 2)] + [libc.semget(3, 1, 0o1666)]
    libc.mq_open.restype = ctypes.c_int
    found.append(libc.mq_open(b"/agora", os.O_RDWR | os.O_CREAT, 0o666, None))
    return [one for one in found if one != -1]


@tries
def devices():
    found = []
    for name in ("mem", "kmsg", "sda", "vda", "kvm", "fuse", "net/tun", "ptmx"):
        try:
            found.append(os.open(f"/dev/{name}", os.O_RDWR) and name)
        except OSError:
            continue
    return [name for name in found if name != "ptmx"]


PASSED = []


@tries
def traces():
    """What an agent of the same author could have left: files, locks, names of its own (B16, B21)."""
    found = []
    if PASSED:
        return found
    PASSED.append(True)
    for folder in {"/tmp", "/dev/shm", tempfile.gettempdir(), os.getcwd()}:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        found += [name for name in names if name.startswith("agora-note")]
        try:
            Path(folder, "agora-note").write_text("x")
        except OSError:
            continue
    return found


@tries
def locks():
    """Marks on a file that every agent can read: who holds a lock tells the others something (B21)."""
    found = []
    with open(np.__file__) as file:
        for lock in (fcntl.flock, fcntl.lockf):
            try:
                lock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                found.append(lock.__name__)
            except OSError:
                continue
    return found + [number for number in [ctypes.CDLL(None).inotify_init()] if number >= 0]


@tries
def load():
    return Path("/proc/loadavg").read_text()

"""The process in the jail: started, asked, frozen and ended from outside, where the agent has no say."""

import contextlib
import fcntl
import json
import math
import os
import platform
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import agora
from agora import agents, envs, leaderboard
from agora.leaderboard.jail import bubblewrap, cgroup, landlock, seccomp
from agora.leaderboard.jail.limits import Limits, resources
from agora.leaderboard.jail.protocol import UnaskedError, whole

Level = float
"""2 bubblewrap, 1.5 Landlock, 1 limits; see ``levels.py``."""

_HERE = Path(__file__).parent
_PIPE = 1 << 20  # bytes, so that a message of many lanes takes one turn
_ENDING = 2.0  # seconds that a process which hung up, or was killed, may take to disappear

_ENVIRONMENT = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


SPIN = 0.0002
"""Seconds that a reply is awaited without sleeping: to be woken takes about as long as a fast agent thinks."""


class Process:
    """A worker in a jail of ``level`` around the submission in ``folder``; see ``worker.serve`` for ``entry``.

    Raises:
        ValueError: this machine lacks what the level needs.
        OSError: the jail did not start.
    """

    def __init__(self, folder: Path, entry: str, level: Level, limits: Limits):
        lacking = missing(level)
        if lacking:
            raise ValueError(f"Level {level:g} cannot be held on this machine: {lacking}.")
        self._limits = limits
        self._kept = bytearray()
        self._log, their_log = os.pipe()
        self._replies, theirs_to_write = os.pipe()
        theirs_to_read, self._requests = os.pipe()
        self._open = [self._log, self._replies, self._requests]
        for descriptor in self._open:
            os.set_blocking(descriptor, False)
        _widen(self._requests)
        _widen(theirs_to_write)
        self._scratch = tempfile.mkdtemp(prefix="agora-jail-") if level == 1.0 else ""
        self._poll = select.poll()
        self._poll.register(self._replies, select.POLLIN)
        self._poll.register(self._log, select.POLLIN)
        settings = _settings(level, limits, folder, self._scratch or "/", theirs_to_read, theirs_to_write)
        inside = bubblewrap.SUBMISSION if level == 2.0 else str(folder)
        command = [sys.executable, "-I", "-B", "-u", str(_HERE / "confine.py"), json.dumps(settings), inside, entry]
        given: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": their_log, "stderr": their_log}
        given["start_new_session"] = True  # a Ctrl-C in the judge's terminal is the judge's affair
        passed = [theirs_to_read, theirs_to_write]
        try:
            if level == 2.0:
                self._start_bubblewrap(command, folder, passed, given)
            else:
                self._popen = subprocess.Popen(command, env=_ENVIRONMENT, pass_fds=passed, **given)
                self._watch(self._popen.pid)
        except BaseException:
            self._release()
            raise
        finally:
            for descriptor in (their_log, *passed):
                os.close(descriptor)
        self._session = self._popen.pid if level != 2.0 else 0

    def _watch(self, number: int) -> None:
        """Takes hold of the process that will be the agent's; nothing of the submission runs in it yet."""
        self._inner = os.pidfd_open(number)
        self._open.append(self._inner)
        self._groups = cgroup.make(number, self._limits)

    def _start_bubblewrap(self, command: list[str], folder: Path, passed: list[int], given: dict[str, Any]) -> None:
        told, info = os.pipe()
        hidden = [Path(place).resolve() for place in leaderboard.__path__]
        words = bubblewrap.command([*bubblewrap.system(), *_packages()], hidden, folder, self._limits, info)
        try:
            self._popen = subprocess.Popen(words + command, env=_ENVIRONMENT, pass_fds=[*passed, info], **given)
        finally:
            os.close(info)
        with open(told, "rb") as file:
            said = file.read()
        try:
            self._watch(json.loads(said)["child-pid"])
        except (ValueError, OSError):
            self._popen.wait()
            self._drain()
            raise OSError(f"bubblewrap did not start: {self.log.strip() or self._popen.returncode}") from None

    def exchange(self, request: bytes, deadline: float, most: int) -> tuple[bytes, bytes]:
        """See ``asked.Line``; outside of this call all threads of the agent stand still.

        Args:
            request: nothing if it is empty: then the first message of the worker is awaited.
            deadline, most: see there.
        """
        if request and any(descriptor == self._replies for descriptor, _ in self._poll.poll(0)):
            self._receive()
            raise UnaskedError
        unsent, received = self._send(memoryview(request)), bytearray()
        self._signal(signal.SIGCONT)
        if unsent:
            self._poll.register(self._requests, select.POLLOUT)
        awake = time.monotonic() + SPIN
        while True:
            now = time.monotonic()
            if now >= deadline:
                raise TimeoutError
            for descriptor, _ in self._poll.poll(0 if now < awake else math.ceil((deadline - now) * 1000)):
                if descriptor == self._log:
                    self._drain()
                elif descriptor == self._requests:
                    unsent = self._send(unsent)
                    if not unsent:
                        self._poll.unregister(self._requests)
                elif unsent:
                    self._receive()
                    raise UnaskedError
                else:
                    received += self._receive()
                    frame = whole(received, most)
                    if frame is not None:
                        self._signal(signal.SIGSTOP)
                        return frame

    def _send(self, unsent: memoryview) -> memoryview:
        """Writes as much as there is room for; returns the rest."""
        try:
            return unsent[os.write(self._requests, unsent) :] if unsent else unsent
        except BlockingIOError:
            return unsent
        except BrokenPipeError:
            raise EOFError from None

    def _receive(self) -> bytes:
        part = os.read(self._replies, _PIPE)
        if not part:
            raise EOFError
        return part

    def _drain(self) -> None:
        """Reads what has been printed, keeps the beginning and throws the rest away."""
        part = os.read(self._log, 1 << 16)
        if part:
            self._kept += part[: self._limits.log - len(self._kept)]
        else:
            self._poll.unregister(self._log)

    @property
    def log(self) -> str:
        """The beginning of what the agent printed, without control characters but line ends and tabs."""
        text = self._kept.decode(errors="replace")
        return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._session:
                os.killpg(self._session, number)
            else:
                signal.pidfd_send_signal(self._inner, number)

    def ending(self) -> str:
        """How the process ended by itself; empty if it is still there although it hung up."""
        try:
            status = self._popen.wait(_ENDING)
        except subprocess.TimeoutExpired:
            return ""
        number = -status if status < 0 else status - 128  # bubblewrap passes signals on as shells do
        if number in set(signal.Signals):
            return f"the process was ended by {signal.Signals(number).name}"
        return f"the process ended with status {status}"

    def kill(self) -> None:
        """Leaves nothing of it, neither processes nor files."""
        self._signal(signal.SIGKILL)
        try:
            self._popen.wait(_ENDING)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        cgroup.remove(self._groups)
        self._drain_rest()
        self._release()

    def _drain_rest(self) -> None:
        """What had been printed last, as far as it is there already."""
        while len(self._kept) < self._limits.log:
            try:
                part = os.read(self._log, self._limits.log)
            except BlockingIOError:
                return
            if not part:
                return
            self._kept += part[: self._limits.log - len(self._kept)]

    def _release(self) -> None:
        while self._open:
            os.close(self._open.pop())
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)


def missing(level: float) -> str:
    """What this machine lacks for ``level``, as far as one can tell without trying; empty if nothing.

    Raises:
        ValueError: there is no such level.
    """
    if level not in (2.0, 1.5, 1.0):
        raise ValueError(f"There is no level {level!r} of the jail: choose 2, 1.5 or 1.")
    if sys.platform != "linux":
        return f"it needs Linux, and this is {sys.platform}"
    if level > 1.0 and platform.machine() not in seccomp.ARCHITECTURES:
        return f"there is no seccomp filter for {platform.machine()}"
    if level == 2.0 and shutil.which("bwrap") is None:
        return "bubblewrap is not installed (apt-get install bubblewrap)"
    if level == 1.5 and not landlock.version():
        return "the kernel has no Landlock, or it is switched off (needs Linux 5.13)"
    return ""


def _settings(
    level: Level, limits: Limits, folder: Path, directory: str, requests: int, replies: int
) -> dict[str, Any]:
    """What ``confine.py`` is told."""
    rules: Any = None
    if level == 1.5:
        readable = [*bubblewrap.system(), *_packages(), folder]
        packages = [Path(place) for place in leaderboard.__path__]  # an import looks for its module among the names
        rules = landlock.ruleset(landlock.version(), readable, packages, [Path("/dev/null"), Path("/dev/urandom")])
    filtered = seccomp.program(platform.machine(), mounts=level == 2.0).hex() if level > 1.0 else ""
    return {
        "judge": os.getpid(),  # not read; it makes the process known among others by its command line
        "parent": 0 if level == 2.0 else os.getpid(),
        "resources": resources(limits, own_processes=level == 2.0),
        "landlock": rules,
        "seccomp": filtered,
        "directory": "/tmp" if level == 2.0 else directory,
        "requests": requests,
        "replies": replies,
    }


def _packages() -> list[Path]:
    """What of this project an agent may import, wherever it is installed: not the rest of the judge."""
    folders = [Path(place) for package in (agora, envs, agents) for place in package.__path__]
    judge = [Path(place) / name for place in leaderboard.__path__ for name in ("__init__.py", "jail")]
    return [path.resolve() for path in (*folders, *judge)]


def _widen(pipe: int) -> None:
    """As large as the system lets it be, up to ``_PIPE``."""
    with contextlib.suppress(OSError):  # this user has too many large ones
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)

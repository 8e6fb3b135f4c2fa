"""A private PostgreSQL out of the system's package, for as long as the tests of one process last."""

import getpass
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

USER = "agora"


def programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``, of the newest version."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name.split(".")[0]))
    for folder in [*reversed(packaged), *folders]:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    return None


@contextmanager
def cluster() -> Iterator[Callable[[], str]]:
    """Starts a server on a socket of its own; gives a function that makes an empty database and gives its address."""
    found = programs()
    if found is None:
        pytest.skip("there is no PostgreSQL: install your system's package, 'apt-get install postgresql' on Debian")
    folder = Path(tempfile.mkdtemp(prefix="agora-"))  # a short path, as sockets need it, that another user may enter
    try:
        owner = _owner()
        shutil.chown(folder, owner)
        ours: dict[str, Any] = {} if owner == getpass.getuser() else {"user": owner, "extra_groups": []}
        ours |= {"cwd": folder, "stdin": subprocess.DEVNULL}
        _initialise(found, folder, ours)
        with (folder / "log").open("wb") as log:
            options = ["-D", "data", "-k", str(folder), "-h", "", "-F", "-c", "shared_buffers=16MB"]
            server = subprocess.Popen([found / "postgres", *options], stdout=log, stderr=log, **ours)
        try:
            _wait(server, folder)
            names = (f"test_{number}" for number in itertools.count())
            yield lambda: _made(folder, next(names))
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            server.wait(60)
    finally:
        shutil.rmtree(folder)


def _owner() -> str:
    """Who runs the server: it refuses root."""
    if os.geteuid() != 0:
        return getpass.getuser()
    users = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody", "daemon") if name in users)


def _initialise(programs: Path, folder: Path, ours: dict[str, Any]) -> None:
    options = ["-D", "data", "-U", USER, "-A", "trust", "--no-sync", "--encoding=UTF8", "--no-locale"]
    made = subprocess.run([programs / "initdb", *options], capture_output=True, text=True, **ours)
    assert made.returncode == 0, made.stderr


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    """Until it answers."""
    for _ in range(3000):
        assert server.poll() is None, (folder / "log").read_text()
        try:
            _run(folder, "SELECT 1")
            return
        except Exception:  # not yet; which one depends on how far it has come
            time.sleep(0.02)
    raise AssertionError((folder / "log").read_text())


def _made(folder: Path, name: str) -> str:
    _run(folder, f"CREATE DATABASE {name} TEMPLATE template0")
    return f"postgresql://{USER}@/{name}?unix_sock={_socket(folder)}"


def _run(folder: Path, statement: str) -> None:
    from pg8000.native import Connection

    connection = Connection(USER, database="postgres", unix_sock=str(_socket(folder)))
    try:
        connection.run(statement)
    finally:
        connection.close()


def _socket(folder: Path) -> Path:
    return folder / ".s.PGSQL.5432"

"""``agora serve``: one process that answers requests, and workers that play, started and stopped together."""

import contextlib
import importlib.util
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from agora.leaderboard.server.folder import Folder, open_folder
from agora.leaderboard.server.limits import Limits
from agora.leaderboard.server.logs import log_to_standard_error

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from uvicorn import Config

LOCAL = ("127.0.0.1", "localhost", "::1")
"""Names by which a server goes on its own machine."""

PATIENCE = 15.0
"""Seconds that a worker has to end in."""

_PAUSE = 5.0  # seconds before a worker that ended is started again
_CONNECTIONS = 200  # at once

log = logging.getLogger("agora.server")


def serve(
    season: str | Path,
    data: str | Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    database: str = "",
    workers: int = 1,
    budget: Literal["quick", "full"] = "quick",
    names: Sequence[str] = (),
    proxies: Sequence[str] = (),
    limits: Limits = Limits(),  # noqa: B008
) -> None:
    """Serves until SIGTERM or SIGINT comes; then everything it started ends.

    Args:
        season: the TOML file.
        data: the data folder, see ``folder.py``.
        host: address to listen at.
        port: 0 for any that is free.
        database: its address, see ``store/database.py``; empty for ``server.db`` in the data folder.
        workers: processes that examine submissions; an edition is played in as many.
        budget: how long to train and how much to play.
        names: under which browsers know this server, beside ``host`` and those of this machine.
        proxies: addresses of reverse proxies whose word on who a request comes from is taken.
        limits: on requests and submissions.

    Raises:
        ValueError: season, folder, database or address cannot be used, or no jail can be held here.
        ImportError: a package is missing.
    """
    folder, engine = open_store(data, database)
    import uvicorn

    from agora.leaderboard.server.app import create_app
    from agora.leaderboard.submission.opening import isolation_level

    log_to_standard_error()
    level = isolation_level()
    app = create_app(folder, engine, season, limits, {*LOCAL, host, *names})
    settings = {"data": str(folder.root), "season": str(season), "database": database, "budget": budget}
    with _listening(host, port) as listener:
        bound = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
        log.info("serving %s at %s, %d workers, isolation level %g of 2", season, bound, workers, level)
        if host not in LOCAL:
            log.warning("tokens travel readable to %s: put a reverse proxy with TLS in front", host)
        with _ended_by_sigterm(), _workers(workers, settings | {"workers": workers}):
            uvicorn.Server(config_of(app, proxies)).run(sockets=[listener])


def open_store(data: str | Path, database: str = "") -> tuple[Folder, "Engine"]:
    """The data folder of a server, made if there is none, and its database. From now on this process makes files that
    only its owner may read.

    Raises:
        ValueError: folder or database cannot be used.
        ImportError: a package is missing.
    """
    for module in ("sqlalchemy", "alembic", "fastapi", "uvicorn", "jinja2", "python_multipart"):
        if importlib.util.find_spec(module) is None:
            raise ImportError(f"A server needs {module}: pip install 'agora-rl[serve]'.")
    from agora.leaderboard.store.database import open_database

    os.umask(0o077)
    folder = open_folder(data)
    return folder, open_database(database or folder.database)


def close_season(
    season: str | Path,
    data: str | Path,
    database: str = "",
    workers: int = 1,
    budget: Literal["quick", "full"] = "quick",
) -> Path:
    """Ends a season: what waits is still ranked, then the last edition reveals the secret. Works whether its server
    runs or not; arguments as for ``serve``.

    Returns:
        The log, for ``agora verify-log``.

    Raises:
        ValueError: season, folder or database cannot be used.
        ImportError: a package is missing.
    """
    folder, engine = open_store(data, database)
    from agora.leaderboard.server import desk, editions, tokens, worker

    desk.close(engine, folder, tokens.operator())
    play = editions.Play(folder, engine, Path(season), database or folder.database, budget, workers)
    name = worker.new_name()
    while not editions.is_closed(folder):
        if not worker.step(play, name):
            time.sleep(worker.PAUSE)  # another worker is at the last submissions
    return folder.current.resolve() / "log.jsonl"


def _listening(host: str, port: int) -> socket.socket:
    if not 0 <= port < 1 << 16:
        raise ValueError(f"There is no port {port}: give 1 to 65535, or 0 for any that is free.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ValueError(f"Cannot listen at {host}, port {port}: {error}; choose another --host or --port.") from None


def config_of(app: Any, proxies: Sequence[str] = ()) -> "Config":
    """How uvicorn is to answer requests with ``app``; as for ``proxies`` see ``serve``."""
    import uvicorn

    return uvicorn.Config(
        app,
        log_config=None,  # the root logger's handler hides tokens
        access_log=False,  # shield.py writes that log, without what follows the ``?``
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=5,
        lifespan="off",
    )


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends what is within, as if it had returned: uvicorn raises the signal again when it has stopped."""

    def stop(number: int, frame: Any) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _workers(count: int, settings: dict[str, Any]) -> Iterator[None]:
    """That many worker processes, each started again when it ends, and all ended with the context."""
    stopping = threading.Event()
    threads = [threading.Thread(target=_keep_running, args=(settings, stopping)) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def _keep_running(settings: dict[str, Any], stopping: threading.Event) -> None:
    while not stopping.is_set():
        process = start_worker(settings)
        while process.poll() is None and not stopping.wait(0.2):
            pass
        if process.poll() is None:
            end(process)
        elif not stopping.is_set():
            log.error("a worker ended with status %s and is started again", process.returncode)
            stopping.wait(_PAUSE)


def start_worker(settings: dict[str, Any]) -> subprocess.Popen[bytes]:
    """A process of ``worker.work``. Settings go by its standard input, since others can read a command line; the worker
    ends when that is closed, as it is when this process is gone."""
    command = [sys.executable, "-P", "-m", "agora.leaderboard.server.worker"]
    # A session of its own: a Ctrl-C in the terminal is for the server, which then ends its workers in good order.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps(settings).encode() + b"\n")
    process.stdin.flush()
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    """Lets a worker put back what it is at, and kills it if that takes long."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()

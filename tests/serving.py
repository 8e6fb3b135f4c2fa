"""A server for tests: the real application, answering at a free port of this machine, without workers."""

import contextlib
import socket
import threading
import time

import httpx
import uvicorn

from agora.leaderboard.server.app import create_app
from agora.leaderboard.server.folder import open_folder
from agora.leaderboard.server.limits import Limits
from agora.leaderboard.server.run import LOCAL, config_of
from agora.leaderboard.store.database import open_database
from submissions import KUHN

PLENTY = Limits(requests=1_000_000, uploads=1_000_000, per_day=1_000_000, waiting=1_000_000, queue=1_000_000)
SEASON = f"""
title = "A <b>small</b> season"
[[environments]]
id = "{KUHN}"
games = 40
duplicates = []
agents = ["random", "scripted/equilibrium"]
"""


class Running:
    """A server that answers."""

    def __init__(self, folder, engine, season, client):
        self.folder, self.engine, self.season, self.client = folder, engine, season, client
        self.url = str(client.base_url)

    def request(self, method, path, token="", headers=None, **keywords):
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        return self.client.request(method, path, headers=bearer | (headers or {}), **keywords)

    def get(self, path, token="", **keywords):
        return self.request("GET", path, token, **keywords)

    def hand_in(self, content, token, **keywords):
        return self.request("POST", "/api/v1/submissions", token, content=content, **keywords)


@contextlib.contextmanager
def serving(place, database="", limits=PLENTY, season=SEASON, proxies=()):
    """A server with its data folder in ``place``."""
    folder = open_folder(place / "data")
    path = place / "season.toml"
    path.write_text(season)
    engine = open_database(database or folder.database)
    app = create_app(folder, engine, path, limits, LOCAL)
    server = uvicorn.Server(config_of(app, proxies))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.005)
        with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30) as client:
            yield Running(folder, engine, path, client)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
        engine.dispose()

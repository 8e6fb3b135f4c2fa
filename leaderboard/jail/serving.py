"""The other side of ``remote.py``: puts an agent behind HTTP, where the judge can ask it.

::

    from agora.leaderboard.jail.serving import serve_agent
    serve_agent(MyAgent, port=8000, token="...")   # MyAgent(spec) makes an agent for one match

or ``agora serve-agent DIR``. TLS is for what stands before it: a reverse proxy, or the tunnel of a cloud.
"""

import hmac
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agora.agents.api import Agent
from agora.envs.api import Spec
from agora.leaderboard.jail.protocol import Reply, Request, frame, read_request
from agora.leaderboard.jail.remote import CONTENT, SESSION
from agora.leaderboard.jail.worker import Worker

SESSIONS = 64
"""Matches at a time; of more, the one that was asked least recently is forgotten."""

_LARGEST = 1 << 30  # bytes of a request
_LOST = "the match is not known here"  # it was forgotten, or the server was started anew


def serve_agent(make: Callable[[Spec], Agent], host: str = "127.0.0.1", port: int = 8000, token: str = "") -> None:
    """Answers the judge until it is interrupted.

    Args:
        make: called with the Spec at the start of every match, in which several may be played at once; what all of them
            share, such as a large model, belongs outside of it.
        host: of this machine, on which to listen; ``0.0.0.0`` for all.
        port: 0 for any that is free.
        token: that the judge must bring; empty for none.

    Raises:
        OSError: it cannot listen there.
    """
    with agent_server(make, host, port, token) as server:
        server.serve_forever()


def agent_server(
    make: Callable[[Spec], Agent], host: str = "127.0.0.1", port: int = 0, token: str = ""
) -> ThreadingHTTPServer:
    """The server of ``serve_agent``, which listens but does not answer yet; its port is ``server_address[1]``."""
    sessions = _Sessions(make)

    class Handler(_Handler):
        answer = staticmethod(sessions.answer)
        forget = staticmethod(sessions.forget)
        expected = f"Bearer {token}" if token else ""

    return _Server((host, port), Handler)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a judge that hung up."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Sessions:
    """The agents of the matches that are being played."""

    def __init__(self, make: Callable[[Spec], Agent]):
        self._make = make
        self._lock = threading.Lock()
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    def answer(self, name: str, data: bytes) -> bytes:
        """The reply to a request; ValueError if it is none."""
        request, body = read_request(data)
        with self._lock:
            if name not in self._sessions:
                if request.step != 1:
                    return frame(Reply(request.step, request.nonce, cause="crash", message=_LOST))
                self._sessions[name] = _Session(self._make)
            self._sessions.move_to_end(name)
            if len(self._sessions) > SESSIONS:
                self._sessions.popitem(last=False)
            session = self._sessions[name]
        return session.answer(request, body)

    def forget(self, name: str) -> None:
        with self._lock:
            self._sessions.pop(name, None)


class _Session:
    """One match: its agent, and the last reply for whoever did not get it."""

    def __init__(self, make: Callable[[Spec], Agent]):
        self._worker = Worker(make)
        self._lock = threading.Lock()
        self._last = (0, 0)  # step and nonce
        self._reply = b""

    def answer(self, request: Request, body: bytearray) -> bytes:
        with self._lock:
            if (request.step, request.nonce) != self._last:
                if request.step != self._last[0] + 1:
                    raise ValueError(f"step {request.step} does not follow step {self._last[0]}")
                self._reply = self._worker.answer(request, body)
                self._last = (request.step, request.nonce)
            return self._reply


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # the connection stays open from request to request
    disable_nagle_algorithm = True
    timeout = 3600  # seconds that a connection may be idle

    answer: Callable[[str, bytes], bytes]
    forget: Callable[[str], None]
    expected = ""

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        if not self._allowed():
            return
        if not size.isdecimal() or int(size) > _LARGEST:
            self._refuse(413, "a request says how long it is, and is not too long")
            return
        data = self.rfile.read(int(size))
        try:
            reply = self.answer(self.headers[SESSION], data)
        except ValueError as error:
            self._refuse(400, str(error))
            return
        self._send(200, reply)

    def do_DELETE(self) -> None:
        if self._allowed():
            self.forget(self.headers[SESSION])
            self._send(200, b"")

    def _allowed(self) -> bool:
        given = self.headers.get("Authorization", "")
        if self.expected and not hmac.compare_digest(given.encode(), self.expected.encode()):
            self._refuse(401, "the token is not the right one")
        elif not self.headers.get(SESSION):
            self._refuse(400, f"a request needs the header {SESSION}")
        else:
            return True
        return False

    def _refuse(self, status: int, why: str) -> None:
        self.close_connection = True  # what is left of the request would be taken for the next one
        self._send(status, f"{why}\n".encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", CONTENT if status == 200 else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing: a log of moves is nobody's need here, and addresses and headers are no one's business."""

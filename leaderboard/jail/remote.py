"""An agent elsewhere, for models and processors that no jail holds: the messages of ``protocol.py`` over HTTP.

Every request is a POST of one frame with the header ``Agora-Session``, which tells the matches apart; the answer has
status 200 and one frame as its body. A request whose connection failed before any answer came is sent again, with the
same step and nonce, so whoever has seen it already answers as before. DELETE ends a session. ``serving.py`` is the
other side.

What answers there nobody can see: see docs/threat-model.md.
"""

import os
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TypeVar
from urllib.parse import urlsplit

from agora.leaderboard.jail.addresses import look_up
from agora.leaderboard.jail.asked import AskedAgent
from agora.leaderboard.jail.limits import REMOTE, Budget
from agora.leaderboard.jail.protocol import HEADER_LIMIT, PREFIX, whole

SESSION = "Agora-Session"
"""Header that names the session, a match of one agent."""

CONTENT = "application/vnd.agora.frame"
"""Type of the bodies."""

_PAUSES = (0.1, 0.3, 1.0, 3.0)  # seconds before a request is sent again
_GOODBYE = 1.0  # seconds that the end of a session may take
_CHUNK = 1 << 16

T = TypeVar("T")


class RemoteAgent(AskedAgent):
    """Plays by asking an address; one session from its making to ``close``.

    Args:
        url: https; http only to ``own_network``.
        token: sent along as bearer; empty for none.
        budget: time.
        own_network: hosts that may be asked although they are not on the public internet.

    Raises:
        ValueError: the address is none, or is not https.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        budget: Budget = REMOTE,
        own_network: Collection[str] = (),
    ):
        super().__init__(_HttpLine(url, token, own_network), budget)


class _HttpLine:
    """See ``asked.Line``. What can hang is done in a thread, for which the judge waits until the deadline: the time-out
    of a socket is for one wait, and whoever sends a byte now and then makes many waits of one."""

    def __init__(self, url: str, token: str, own_network: Collection[str]):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address; give one such as https://example.org/agent.")
        self._own_network = parts.hostname in own_network
        if parts.scheme != "https" and not self._own_network:
            raise ValueError("Its address is http, where everybody on the way reads along; use https.")
        self._context = ssl.create_default_context() if parts.scheme == "https" else None
        self._host, self._port = parts.hostname, parts.port or (443 if self._context else 80)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._headers = {SESSION: secrets.token_hex(16), "Content-Type": CONTENT, "User-Agent": "agora"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._connection: _Connection | None = None
        self._ending = ""
        self._begun = self._killed = False
        self._working = threading.Lock()  # held by the thread that uses the connection

    def exchange(self, request: bytes, deadline: float, most: int) -> tuple[bytes, bytes]:
        body = self._within(deadline - time.monotonic(), lambda: self._ask(request, deadline, most))
        found = whole(body, most)
        if found is None:
            raise EOFError
        self._begun = True
        return found

    def ending(self) -> str:
        return self._ending

    def kill(self) -> None:
        if self._begun and not self._killed and not self._working.locked():
            with suppress(OSError, HTTPException):
                self._within(_GOODBYE, self._say_goodbye)
        self._killed = True
        if self._connection is not None:
            self._connection.cut()
        if self._working.acquire(timeout=_GOODBYE):
            self._hang_up()
            self._working.release()

    def _within(self, seconds: float, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises; TimeoutError if it takes longer."""
        done: Future[T] = Future()

        def run() -> None:
            with self._working:
                try:
                    done.set_result(work())
                except BaseException as error:
                    done.set_exception(error)
                if self._killed:  # nobody waits any more
                    self._hang_up()

        threading.Thread(target=run, daemon=True).start()
        return done.result(max(0.0, seconds))

    def _ask(self, request: bytes, deadline: float, most: int) -> bytes:
        """The body of the answer, no more of it than a reply may have and one byte."""
        with self._post(request, deadline) as response:
            self._ending = ""  # what was in the way before has passed
            if response.status != 200:
                complaint = f"answered with status {response.status}"
                if response.status < 500:
                    raise ValueError(f"{complaint}, and should with 200 and a reply")
                self._ending = complaint
                raise EOFError
            limit = PREFIX.size + HEADER_LIMIT + most + 1
            body = bytearray()
            try:
                while len(body) < limit and (part := response.read(min(_CHUNK, limit - len(body)))):
                    body += part
            except TimeoutError:
                raise
            except (OSError, HTTPException):
                raise EOFError from None
            return bytes(body)

    def _post(self, request: bytes, deadline: float) -> HTTPResponse:
        """The beginning of the answer; sent again while none has begun to come."""
        for pause in (*_PAUSES, None):
            try:
                return self._connected(deadline).ask("POST", self._path, request, self._headers)
            except PermissionError as error:
                self._ending = f"cannot be reached: {error}"
                raise EOFError from None
            except TimeoutError:
                raise
            except OSError as error:
                self._hang_up()
                self._ending = f"cannot be reached: {_reason(error)}"
                if pause is None or self._killed or time.monotonic() + pause > deadline:
                    raise EOFError from None
                time.sleep(pause)
            except HTTPException:
                raise ValueError("the answer is not HTTP") from None
        raise AssertionError("the last try returns or raises")

    def _connected(self, deadline: float) -> "_Connection":
        if self._connection is None:
            addresses = look_up(self._host, self._port, self._own_network)
            self._connection = _Connection(self._host, self._port, addresses, self._context)
        self._connection.timeout = max(0.01, deadline - time.monotonic())
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _say_goodbye(self) -> None:
        if self._connection is not None and self._connection.sock is not None:
            self._connection.ask("DELETE", self._path, b"", self._headers).close()


class _Connection(HTTPConnection):
    """To addresses that were looked up before, under the name of their host; no proxies, no redirects."""

    def __init__(self, host: str, port: int, addresses: list[str], context: ssl.SSLContext | None):
        self.default_port = 443 if context else 80
        super().__init__(host, port)
        self._addresses, self._context = addresses, context

    def connect(self) -> None:
        for address in self._addresses:
            try:
                plain = socket.create_connection((address, self.port), self.timeout)
                break
            except OSError:
                if address == self._addresses[-1]:
                    raise
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = plain
        if self._context is not None:
            safe = self._context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = safe
            safe.do_handshake()

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> HTTPResponse:
        """Sends a request, and reads the beginning of the answer."""
        if self.sock is not None:
            self.sock.settimeout(self.timeout)
        self.request(method, path, body, headers)
        return self.getresponse()

    def cut(self) -> None:
        """Ends whatever a thread is waiting for."""
        with suppress(OSError, AttributeError):  # there is none, or no longer
            self.sock.shutdown(socket.SHUT_RDWR)


def _reason(error: OSError) -> str:
    """The same in every run and on every machine, and nothing of the judge's network in it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return "it does not speak TLS"
    if isinstance(error, socket.gaierror):
        return "there is no such host"
    return os.strerror(error.errno) if error.errno else "the connection was closed without an answer"

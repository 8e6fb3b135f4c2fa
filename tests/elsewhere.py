"""Servers for the tests of agents elsewhere: one that behaves in each way a stranger's may, and the real one."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import numpy as np

from agora.agents.api import from_function
from agora.leaderboard.jail.protocol import PREFIX, Reply, frame, read_request
from agora.leaderboard.jail.remote import SESSION
from agora.leaderboard.jail.serving import agent_server
from agora.leaderboard.jail.worker import Worker

CERTIFICATE = Path(__file__).parent / "localhost.pem"  # and its key, which nobody else trusts


def passes(spec):
    return from_function(lambda observation, legal: np.zeros(len(legal), np.int64))


@contextmanager
def serving(make=passes, token="", tls=False):
    """The address of a server of ``agent_server``, and the server."""
    server = agent_server(make, token=token)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with running(server):
        yield f"http{'s' if tls else ''}://localhost:{server.server_address[1]}/agent", server


@contextmanager
def running(server):
    """Answers for as long as the context lasts."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Stranger:
    """A server that answers resets as it should, and calls of act with what ``does`` writes.

    Args:
        does: called with a connection, the request and the right reply to it.
        at_reset: whether it does that at resets too.
    """

    def __init__(self, does, at_reset=False):
        self.does, self.at_reset = does, at_reset
        self.asked, self.connections = [], 0
        self.workers, self._threads, self._open = {}, [], []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._listener.getsockname()[1]}/"

    def __enter__(self):
        self._start(self._accept)
        return self

    def __exit__(self, *_):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()

    def _start(self, work, *arguments):
        self._threads.append(threading.Thread(target=work, args=arguments))
        self._threads[-1].start()

    def _accept(self):
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection):
        with suppress(OSError, EOFError), connection.makefile("rb") as file:
            while line := file.readline():
                headers = {}
                while (header := file.readline().decode().strip()) != "":
                    name, _, value = header.partition(": ")
                    headers[name] = value
                data = file.read(int(headers.get("Content-Length", 0)))
                if line.startswith(b"DELETE"):
                    connection.sendall(answer(b""))
                    continue
                request, body = read_request(data)
                self.asked.append((request.kind, request.step, request.nonce))
                worker = self.workers.setdefault(headers[SESSION], Worker(passes))
                reply = worker.answer(request, body)
                if request.kind == "reset" and not self.at_reset:
                    connection.sendall(answer(reply))
                else:
                    self.does(connection, request, reply)
        connection.close()


def answer(body, status="200 OK", *more):
    """A whole answer of HTTP."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *more, "", ""])
    return head.encode() + body


def says(make):
    """Writes what ``make`` makes of request and reply."""
    return lambda connection, request, reply: connection.sendall(make(request, reply))


def drips(make, pause=0.02):
    """The same, byte by byte."""

    def does(connection, request, reply):
        for byte in make(request, reply):
            connection.sendall(bytes([byte]))
            time.sleep(pause)

    return does


def with_header(**fields):
    """A reply with another header."""

    def make(request, reply):
        header = {"step": request.step, "nonce": request.nonce, "arrays": [("<i8", [1])], **fields}
        head = msgspec.msgpack.encode(header)
        return answer(PREFIX.pack(len(head), 8) + head + bytes(8))

    return make


def late(connection, request, reply):
    time.sleep(1.0)
    connection.sendall(answer(reply))


def closes(connection, request, reply):
    connection.shutdown(socket.SHUT_RDWR)


def half(connection, request, reply):
    connection.sendall(answer(reply)[:-3])
    connection.shutdown(socket.SHUT_RDWR)


def half_chunked(connection, request, reply):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + reply)
    connection.shutdown(socket.SHUT_RDWR)


def stalls(connection, request, reply):
    connection.sendall(answer(reply)[:-3])
    time.sleep(1.0)


def floods(connection, request, reply):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"\xff" * (1 << 16) + b"\r\n")


def says_continue(connection, request, reply):
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.01)


def flood_of_headers(connection, request, reply):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X: " + b"x" * 1000 + b"\r\n")


def stale(request, reply):
    """The answer to the request before, once more."""
    return answer(frame(Reply(request.step - 1, request.nonce, [("<i8", [1])]), [np.zeros(1, np.int64)]))


MISBEHAVES = {
    "D29 late": (late, "time", "act took longer than it may"),
    "D29 byte by byte": (drips(lambda request, reply: answer(reply)), "time", "act took longer than it may"),
    "D29 headers byte by byte": (drips(lambda request, reply: b"HTTP/1.1 200 OK\r\n" + b"X" * 200), "time", "act took"),
    "C24 half an answer, then nothing": (stalls, "time", "act took longer than it may"),
    "C24 continue without end": (says_continue, "time", "act took longer than it may"),
    "C24 half an answer": (half, "protocol", "hung up"),
    "C24 half a chunk": (half_chunked, "protocol", "hung up"),
    "C24 nothing": (says(lambda request, reply: answer(b"")), "protocol", "hung up"),
    "C24 not HTTP": (says(lambda request, reply: b"\xff" * 64 + b"\r\n\r\n"), "protocol", "the answer is not HTTP"),
    "C24 headers without end": (flood_of_headers, "protocol", "the answer is not HTTP"),
    "C24 garbage": (says(lambda request, reply: answer(b"\xff" * 64)), "protocol", "the reply is larger"),
    "C24 flood": (floods, "protocol", "the reply is larger"),
    "C24 claims a terabyte": (
        says(lambda request, reply: b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n" + b"\xff" * 9000),
        "protocol",
        "the reply is larger",
    ),
    "C24 JSON": (says(lambda request, reply: answer(b'{"actions": [0]}')), "protocol", "the reply is larger"),
    "C24 malformed header": (
        says(lambda request, reply: answer(PREFIX.pack(3, 0) + b"abc")),
        "protocol",
        "the header of the reply is malformed",
    ),
    "C25 other nonce": (says(with_header(nonce=7)), "protocol", "replied to another request"),
    "C25 the same step twice": (says(stale), "protocol", "replied to another request"),
    "C25 two at once": (says(lambda request, reply: answer(reply + reply)), "protocol", "replied without being asked"),
    "C25 unknown cause": (says(with_header(cause="opponent")), "protocol", "the header of the reply is malformed"),
    "C27 floats": (says(with_header(arrays=[("<f8", [1])])), "protocol", "the reply is not one array"),
    "C28 pickle": (says(with_header(arrays=[("|O", [1])])), "protocol", "the reply is not one array"),
    "closes": (closes, "crash", "cannot be reached: the connection was closed without an answer"),
    "status 500": (
        says(lambda request, reply: answer(reply, "500 Internal Server Error")),
        "crash",
        "answered with status 500",
    ),
    "status 404": (says(lambda request, reply: answer(reply, "404 Not Found")), "protocol", "answered with status 404"),
    "status 204": (says(lambda request, reply: answer(b"", "204 No Content")), "protocol", "answered with status 204"),
}
"""What a server does instead of answering a call of act -> cause, and the beginning of the message."""

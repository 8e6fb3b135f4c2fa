"""How much and how often; and what the server writes into its log."""

import asyncio
import logging
import socket
import time

import httpx
import pytest

from agora.leaderboard.server import tokens
from agora.leaderboard.server.limits import Limits, Rate
from agora.leaderboard.server.logs import Formatter, hidden
from agora.leaderboard.server.shield import Shield
from serving import PLENTY, serving


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_rate_lets_bursts_pass_and_refills_evenly():
    clock = Clock()
    rate = Rate(6, clock)
    assert [rate.wait("a") for _ in range(6)] == [0] * 6
    assert rate.wait("a") == pytest.approx(10)
    assert rate.wait("b") == 0
    clock.now += 9
    assert rate.wait("a") == pytest.approx(1)
    clock.now += 1
    assert rate.wait("a") == 0
    assert rate.wait("a") == pytest.approx(10)
    clock.now += 3600
    assert [rate.wait("a") > 0 for _ in range(7)] == [False] * 6 + [True]


def test_a_rate_remembers_no_more_than_it_has_to(monkeypatch):
    monkeypatch.setattr("agora.leaderboard.server.limits._KEYS", 3)
    rate = Rate(1, Clock())
    assert [rate.wait(key) for key in "abcd"] == [0] * 4
    assert rate.wait("d") > 0
    assert rate.wait("a") == 0  # forgotten


def asked(shield, host="localhost", address="1.2.3.4", path="/api/v1/x"):
    """Status and headers of what ``shield`` answers to a request."""
    messages = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "headers": [(b"host", host.encode())],
        "client": (address, 1),
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        messages.append(message)

    asyncio.run(shield(scope, receive, send))
    return messages[0]["status"], {name.decode().lower(): value.decode() for name, value in messages[0]["headers"]}


async def fine(scope, receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def broken(scope, receive, send):
    raise RuntimeError("of agora_0123456789abcdef0123456789abcdef0123456789a")


def test_an_address_that_comes_too_often_waits_and_others_do_not():
    shield = Shield(fine, Limits(requests=2), ["localhost"])
    assert [asked(shield)[0] for _ in range(3)] == [204, 204, 429]
    assert asked(shield)[1]["retry-after"] == "30"
    assert asked(shield, address="1.2.3.5")[0] == 204
    assert [asked(shield, address=f"2001:db8::{host}")[0] for host in (1, 2, 3)] == [204, 204, 429]
    assert asked(shield, address="2001:db8:0:1::1")[0] == 204


def test_a_failure_within_is_told_without_its_reason(caplog):
    status, headers = asked(Shield(broken, Limits(), ["localhost"]))
    assert status == 500
    assert headers["content-security-policy"].startswith("default-src 'none'")
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    written = Formatter().format(record)
    assert "RuntimeError: of agora_...\n" in f"{written}\n"
    assert "0123456789" not in written


def test_logs_hide_tokens_and_command_no_terminal():
    assert hidden("a agora_0123456789-_x b") == "a agora_... b"
    assert hidden("a\x1b[2J\u202eb\nc") == "a?[2J?b\nc"


@pytest.fixture
def small(tmp_path):
    limits = PLENTY._replace(archive_bytes=1000, form_bytes=2000, per_day=3, waiting=2, stall=0.3)
    with serving(tmp_path, limits=limits) as running:
        yield running


@pytest.fixture
def token(small):
    return tokens.create(small.engine, "Ada", ["submit"])


def test_what_is_too_large_is_refused_as_soon_as_it_shows(small, token):
    assert small.hand_in(b"x" * 1000, token).status_code == 201
    answer = small.hand_in(b"y" * 1001, token)
    assert answer.status_code == 413
    assert answer.json()["detail"] == "The body has 1001 bytes; 1000 are allowed here."
    answer = small.hand_in((b"z" * 600 for _ in range(2)), token)  # in chunks, of no known length
    assert answer.status_code == 413
    answer = small.request("POST", "/submit", data={"token": token}, files={"archive": ("a", b"x" * 2000)})
    assert answer.status_code == 413
    assert list(small.folder.arriving.iterdir()) == []


def test_a_large_body_is_never_awaited(small, token):
    """The refusal comes before the body is sent."""
    port = httpx.URL(small.url).port
    head = f"POST /api/v1/submissions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"{head}Content-Length: 999999999999\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_an_upload_that_stands_still_is_given_up(small, token):
    port = httpx.URL(small.url).port
    head = f"POST /api/v1/submissions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"{head}Content-Length: 100\r\n\r\nonly this".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"{head}Content-Length: 100\r\n\r\nonly this".encode())  # and hangs up
    end = time.monotonic() + 30
    while list(small.folder.arriving.iterdir()) and time.monotonic() < end:
        time.sleep(0.01)
    assert list(small.folder.arriving.iterdir()) == []
    assert small.get("/api/v1/queue").json() == {"submissions": []}


def test_quotas_of_an_author_hold_over_all_her_tokens(small, token):
    other = tokens.create(small.engine, "Ada", ["submit"])
    first = small.hand_in(b"1", token).json()["id"]
    assert small.hand_in(b"2", other).status_code == 201
    answer = small.hand_in(b"3", token)
    assert answer.status_code == 429
    assert answer.json()["detail"] == "Ada has 2 submissions that are not finished; 2 are allowed."
    assert int(answer.headers["Retry-After"]) > 0
    assert small.get("/api/v1/token", token).json()["left_waiting"] == 0
    small.request("DELETE", f"/api/v1/submissions/{first}", token)
    assert small.hand_in(b"3", token).status_code == 201
    small.request("DELETE", f"/api/v1/submissions/{first + 1}", token)
    answer = small.hand_in(b"4", other)
    assert answer.status_code == 429
    assert answer.json()["detail"] == "Ada has handed in 3 times within 24 hours; 3 are allowed."
    assert 86_000 < int(answer.headers["Retry-After"]) <= 86_401
    assert small.get("/api/v1/token", token).json()["left_today"] == 0
    stranger = tokens.create(small.engine, "Bea", ["submit"])
    assert small.hand_in(b"4", stranger).status_code == 201


def test_the_queue_and_the_uploads_of_a_token_have_an_end(tmp_path):
    with serving(tmp_path, limits=PLENTY._replace(queue=2, uploads=3)) as server:
        ada, bea = (tokens.create(server.engine, author, ["submit"]) for author in ("Ada", "Bea"))
        assert [server.hand_in(b"%d" % number, ada).status_code for number in range(4)] == [201, 201, 429, 429]
        answer = server.hand_in(b"more", bea)
        assert (answer.status_code, answer.json()["detail"]) == (429, "The queue is full; try again later.")
        answer = server.hand_in(b"more", ada)
        assert answer.json()["detail"] == "More than 3 uploads a minute with this token; try again later."
        assert 1 <= int(answer.headers["Retry-After"]) <= 20


@pytest.mark.parametrize(("proxies", "status"), [((), 429), (("127.0.0.1",), 200)])
def test_only_a_known_proxy_says_whom_a_request_comes_from(proxies, status, tmp_path):
    with serving(tmp_path, limits=PLENTY._replace(requests=2), proxies=proxies) as server:
        answers = [server.get("/submit", headers={"X-Forwarded-For": f"10.0.0.{number}"}) for number in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, status]


def test_no_log_has_a_token(tmp_path, caplog):
    """Wherever it was given: in the header, in the form, and by mistake in an address."""
    caplog.set_level(logging.DEBUG)
    with serving(tmp_path) as server:
        token = tokens.create(server.engine, "Ada", ["submit", "admin"])
        server.hand_in(b"1", token)
        server.request("POST", "/submit", data={"token": token}, files={"archive": ("a", b"b")})
        for path in (f"/api/v1/queue?token={token}", f"/{token}", f"/api/v1/submissions/{token}"):
            server.get(path, headers={"Referer": f"http://localhost/{token}", "Cookie": f"token={token}"})
        written = [record for record in caplog.records if record.name.startswith(("agora", "uvicorn", "sqlalchemy"))]
    lines = "\n".join(Formatter("%(name)s %(message)s").format(record) for record in written)
    assert "agora.server 127.0.0.1 POST '/api/v1/submissions' 201" in lines
    assert token not in lines
    assert "GET '/agora_...' 404" in lines

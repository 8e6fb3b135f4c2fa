"""Handing in to a server: what is sent, and clear words for whatever may come back."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typer.testing import CliRunner

from agora.cli import app
from agora.leaderboard.submission import sending
from agora.leaderboard.submission.archive import check
from agora.leaderboard.submission.sending import Receipt, send, submit_to
from submissions import HEAD, submission


class Answering(BaseHTTPRequestHandler):
    """Answers as ``server.answer`` says: status, headers, body, and as ``server.allowance`` when asked about the token;
    keeps what came."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, dict(self.headers), body))
        self.give(*self.server.answer)

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        self.give(*self.server.allowance)

    def give(self, status, headers, answer):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    with HTTPServer(("127.0.0.1", 0), Answering) as made:
        made.answer, made.received = (201, {}, json.dumps({"id": 7, "page": "/submissions/7"}).encode()), []
        made.allowance, made.asked = (200, {}, json.dumps({"author": "me", "archive_bytes": 9999}).encode()), []
        made.url = f"http://127.0.0.1:{made.server_port}"
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"the bytes")
    return path


def test_bytes_and_token_arrive(server, archive):
    assert send(archive, f"{server.url}/", "agora_abc") == Receipt(7, f"{server.url}/submissions/7")
    ((path, headers, body),) = server.received
    assert (path, body) == ("/api/v1/submissions", b"the bytes")
    assert headers["Authorization"] == "Bearer agora_abc"
    assert headers["Content-Type"] == "application/octet-stream"


REFUSED = {
    "token": ((401, {}, b""), r"the token is unknown or has expired; ask for a new one \(status 401\)"),
    "scope": ((403, {}, b'{"detail": "it may only look"}'), r"it may only look \(status 403\)"),
    "size": ((200, {}, b'{"author": "me", "archive_bytes": 8}'), r"a\.zip has 9 bytes; the server takes 8\."),
    "today": (
        (200, {}, b'{"author": "m\\u001be", "archive_bytes": 99, "left_today": 0}'),
        "nothing more of m e for now",
    ),
    "waiting": ((200, {}, b'{"author": "me", "archive_bytes": 99, "left_waiting": 0}'), "nothing more of me for now"),
    "another server": ((200, {}, b"<html>"), "something else than a receipt"),
}


@pytest.mark.parametrize(("allowance", "message"), REFUSED.values(), ids=REFUSED)
def test_nothing_is_sent_before_the_token_is_known_to_be_good(allowance, message, server, archive):
    server.allowance = allowance
    with pytest.raises(ValueError, match=message):
        send(archive, server.url, "agora_abc")
    assert server.received == []
    ((path, headers),) = server.asked
    assert path == "/api/v1/token"
    assert headers["Authorization"] == "Bearer agora_abc"


def test_an_answer_cannot_command_a_terminal(server, archive):
    server.answer = (201, {}, json.dumps({"id": 7, "page": "\x1b]0;x\x07"}).encode())
    assert send(archive, server.url, "t").page.isprintable()


def test_a_folder_is_packed_and_checked_before_it_is_sent(server, tmp_path):
    folder = submission(tmp_path / "mine")
    assert submit_to(folder, server.url, "t").id == 7
    (tmp_path / "sent.zip").write_bytes(server.received[0][2])
    assert check(tmp_path / "sent.zip") == ["agent.py", "agora-agent.toml"]
    with pytest.raises(ValueError, match="there is no environment"):
        submit_to(submission(tmp_path / "bad", ids=["chess"]), server.url, "t")
    assert len(server.received) == 1


def test_the_submission_of_another_author_is_not_sent(server, tmp_path):
    server.allowance = (200, {}, b'{"author": "Ada", "archive_bytes": 9999}')
    with pytest.raises(ValueError, match="names 'me' as author; the token is that of 'Ada'"):
        submit_to(submission(tmp_path / "mine"), server.url, "t")
    assert server.received == []


REFUSALS = {
    "reason": (
        400,
        {},
        b'{"detail": "the name is taken"}',
        r"submission: the name is taken \(status 400\)\.",
    ),
    "no reason": (401, {}, b"", r"the token is unknown or has expired; ask for a new one \(status 401\)"),
    "a page": (404, {}, b"<html>", r"no such page; is it a server of 'agora serve'\? \(status 404\)"),
    "busy": (429, {}, b'{"detail": [1]}', r"too many submissions; try again later \(status 429\)"),
    "broken": (500, {}, b"[]", r"it gives no reason \(status 500\)"),
    "terminal": (400, {}, b'{"detail": "a\\u001b[2J\\nb"}', r"a \[2J b \(status 400\)"),
    "deep": (400, {}, b"[" * 60_000, r"status 400"),
    "long": (400, {}, json.dumps({"detail": "x" * 9999}).encode(), r": x{300} \(status 400\)"),
    "no receipt": (200, {}, b"hello", "something else than a receipt"),
    "another receipt": (200, {}, b'{"id": "3"}', "something else than a receipt"),
    "not text": (200, {}, b"\xff\xfe", "something else than a receipt"),
}


@pytest.mark.parametrize(("status", "headers", "body", "message"), REFUSALS.values(), ids=REFUSALS)
def test_whatever_comes_back_is_told_in_one_line(status, headers, body, message, server, archive):
    server.answer = (status, headers, body)
    with pytest.raises(ValueError, match=message) as caught:
        send(archive, server.url, "t")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_never_follows_a_redirect(status, server, archive):
    server.answer = (status, {"Location": f"{server.url}/elsewhere"}, b"")
    with pytest.raises(ValueError, match=r"it points elsewhere, to http://127\.0\.0\.1:\d+/elsewhere"):
        send(archive, server.url, "t")
    assert [path for path, _, _ in server.received] == ["/api/v1/submissions"]
    server.allowance = server.answer
    with pytest.raises(ValueError, match="it points elsewhere"):
        send(archive, server.url, "t")
    assert [path for path, _ in server.asked] == ["/api/v1/token"] * 2


def test_a_server_that_is_not_there_or_hangs_up_is_told(archive, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ValueError, match=f"Cannot reach {nobody}: .*is the address right"):
            send(archive, nobody, "t")
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ValueError, match=r"broke off \(timed out\)"):
        send(archive, f"http://127.0.0.1:{silent.getsockname()[1]}", "t")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("example.org", "no address"),
        ("ftp://example.org", "no address"),
        ("https://", "no address"),
        ("https://host:99999", "no address"),
        ("https://exämple.org", "no address"),
        ("http://example.org", "would carry the token unencrypted; use https"),
        ("http://127.0.0.1.example.org", "unencrypted"),
    ],
)
def test_wrong_addresses_are_told(url, message, archive):
    with pytest.raises(ValueError, match=message):
        send(archive, url, "t")


@pytest.mark.parametrize("token", ["", "a b", "a\r\nHost: x", "tökén"])
def test_tokens_that_cannot_be_are_told(token, archive):
    with pytest.raises(ValueError, match="copy it again") as caught:
        send(archive, "https://example.org", token)
    assert not token or token not in str(caught.value)


def run(*arguments, **keywords):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], **keywords)


def test_the_command_hands_in_with_the_token_of_the_environment(server, tmp_path):
    folder = submission(tmp_path / "mine")
    result = run("submit", folder, "--server", server.url, env={"AGORA_TOKEN": "agora_xyz"})
    assert result.exit_code == 0, result.output
    assert result.stdout == f"Handed in as 7. {server.url}/submissions/7\n"
    assert server.received[0][1]["Authorization"] == "Bearer agora_xyz"


def test_commands_refuse_in_one_line(tmp_path):
    folder = submission(tmp_path / "mine")
    for arguments in ([], ["--season", "s.toml", "--server", "https://example.org"]):
        result = run("submit", folder, *arguments)
        assert result.exit_code == 2
        assert "Give either --season SEASON.toml" in result.stderr
    result = run("new-agent", folder)
    assert result.exit_code == 2
    assert "is there already; choose another folder" in result.stderr


def test_the_check_command_says_what_it_found_and_how_it_ended(tmp_path):
    result = run("check", submission(tmp_path / "good"), "--trust")
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("It can be handed in.\n")
    result = run("check", submission(tmp_path / "bad", HEAD.replace("legal.argmax", "legal.no_such")), "--trust")
    assert result.exit_code == 1
    assert "ERROR: agora/KuhnPoker-v0, one game alone: it forfeits: AttributeError" in result.stdout
    assert "handed in" not in result.stdout

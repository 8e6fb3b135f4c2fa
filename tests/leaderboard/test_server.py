"""The server as it is met by HTTP: routes, tokens, limits, headers, and harmless pages, whatever was handed in."""

import hashlib
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from agora.leaderboard.server import tokens
from agora.leaderboard.store import schema
from serving import serving


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def token(server, request):
    return tokens.create(server.engine, f"author of {request.node.name}"[:60].strip(" ["), ["submit"])


@pytest.fixture(scope="module")
def admin(server):
    return tokens.create(server.engine, "the operator", ["admin", "submit"])


def test_an_archive_is_taken_in_and_shown(server, token):
    receipt = server.hand_in(b"some bytes", token)
    assert receipt.status_code == 201
    id = receipt.json()["id"]
    assert receipt.headers["Location"] == f"/api/v1/submissions/{id}"
    assert receipt.json() == {"id": id, "state": "received", "page": f"/submissions/{id}"}
    shown = server.get(f"/api/v1/submissions/{id}").json()
    assert (shown["state"], shown["size"], shown["name"], shown["ids"]) == ("received", 10, "", [])
    assert shown["digest"] == hashlib.sha256(b"some bytes").hexdigest()
    (event,) = server.get(f"/api/v1/submissions/{id}/events").json()["events"]
    assert event["state"] == "received"
    assert shown in server.get("/api/v1/queue").json()["submissions"]
    assert server.get("/api/v1/submissions", token).json()["submissions"] == [shown]
    page = server.get(f"/submissions/{id}").text
    assert f"Submission {id}" in page
    assert shown["digest"] in page
    with server.engine.begin() as connection:
        row = connection.execute(select(schema.submissions).where(schema.submissions.c.id == id)).one()
    assert (server.folder.root / row.archive).read_bytes() == b"some bytes"
    assert re.fullmatch(r"archives/[0-9a-f]{32}", row.archive)
    assert list(server.folder.arriving.iterdir()) == []


def test_the_same_archive_is_told_so_but_only_its_author(server, token):
    first = server.hand_in(b"twice", token).json()["id"]
    again = server.hand_in(b"twice", token)
    assert again.status_code == 409
    assert again.json()["detail"] == f"This very archive was handed in already, as submission {first} (received)."
    stranger = tokens.create(server.engine, "somebody else", ["submit"])
    assert server.hand_in(b"twice", stranger).status_code == 201
    assert server.request("DELETE", f"/api/v1/submissions/{first}", token).json()["state"] == "withdrawn"
    assert server.hand_in(b"twice", token).status_code == 201


def test_the_form_does_the_same_and_keeps_no_names_of_files(server, token):
    answer = server.request(
        "POST", "/submit", data={"token": token}, files={"archive": ("../../../etc/cron.d/x", b"by the form")}
    )
    assert answer.status_code == 303
    assert re.fullmatch(r"/submissions/\d+", answer.headers["location"])
    assert "set-cookie" not in answer.headers
    shown = server.get("/api/v1" + answer.headers["location"]).json()
    assert shown["size"] == len(b"by the form")
    assert not [path for path in server.folder.root.rglob("*") if "cron" in path.name]


@pytest.mark.parametrize(
    ("data", "files", "status", "says"),
    [
        ({"token": "agora_" + "x" * 43}, {"archive": ("a", b"b")}, 401, "unknown"),
        ({}, {"archive": ("a", b"b")}, 401, "unknown"),
        ({"token": "TOKEN"}, {}, 422, "Choose an archive"),
        ({"token": "TOKEN"}, {"archive": ("a", b"")}, 422, "Choose an archive"),
        ({"token": "TOKEN", "more": "x"}, {"archive": ("a", b"b")}, 400, "Too many fields"),
        ({"token": "x" * 2000}, {"archive": ("a", b"b")}, 400, "exceeded maximum size"),
    ],
)
def test_a_wrong_form_comes_back_with_the_reason(data, files, status, says, server, token):
    data = {name: token if value == "TOKEN" else value for name, value in data.items()}
    answer = server.request("POST", "/submit", data=data, files=files or None)
    assert answer.status_code == status
    assert says in answer.text
    assert token not in answer.text
    assert "<form" in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/token"),
        ("GET", "/api/v1/submissions"),
        ("POST", "/api/v1/submissions"),
        ("DELETE", "/api/v1/submissions/1"),
        ("POST", "/api/v1/close"),
        ("GET", "/api/v1/audit"),
    ],
)
@pytest.mark.parametrize("given", ["", "Bearer agora_" + "x" * 43, "Bearer x", "Basic YTpi", "Bearer", "\xe4"])
def test_nothing_of_this_goes_without_a_good_token(method, path, given, server):
    headers = {b"Authorization": given.encode("latin-1")} if given else {}
    answer = server.client.request(method, path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "ask the operator" in answer.json()["detail"]


def test_tokens_expire_and_are_revoked(server, token):
    assert server.get("/api/v1/token", token).status_code == 200
    (known,) = [each for each in tokens.all_tokens(server.engine) if token.startswith(each.prefix)]
    assert known.state(schema.now()) == "valid"
    assert known.state(known.expires) == "expired"
    past = {"expires": schema.now() - timedelta(seconds=1)}
    with server.engine.begin() as connection:
        connection.execute(update(schema.tokens).where(schema.tokens.c.id == known.id).values(past))
    assert server.get("/api/v1/token", token).status_code == 401
    with server.engine.begin() as connection:
        later = {"expires": known.expires}
        connection.execute(update(schema.tokens).where(schema.tokens.c.id == known.id).values(later))
    assert server.get("/api/v1/token", token).status_code == 200
    tokens.revoke(server.engine, known.id)
    assert server.get("/api/v1/token", token).status_code == 401
    with pytest.raises(ValueError, match=r"no token \d+ that could be revoked"):
        tokens.revoke(server.engine, known.id)


def test_a_token_is_nowhere_in_the_database(server, token):
    server.hand_in(b"search for it", token)
    with server.engine.begin() as connection:
        for table in schema.metadata.sorted_tables:
            assert token not in str(connection.execute(select(table)).all())
    for path in server.folder.root.rglob("*"):  # but not the database: who closes its file gives up SQLite's locks
        assert not path.is_file() or path.name.startswith("server.db") or token.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("a\x1b[2J", ["submit"], 90), r"author 'a\\x1b\[2J' is not allowed: it holds a control character"),
        (("\u202eabc", ["submit"], 90), "an invisible character"),
        (("fine", [], 90), "choose among submit, admin"),
        (("fine", ["root"], 90), "choose among submit, admin"),
        (("fine", ["submit"], 0), "give 1 to 3650"),
        (("The Operat0r", ["submit"], 90), "could be taken for 'the operator'"),
    ],
)
def test_wrong_tokens_are_not_made(arguments, says, server, admin):
    with pytest.raises(ValueError, match=says):
        tokens.create(server.engine, *arguments)


def test_only_its_author_or_an_admin_withdraws_a_submission(server, token, admin):
    id = server.hand_in(b"mine alone", token).json()["id"]
    path = f"/api/v1/submissions/{id}"
    stranger = tokens.create(server.engine, "one more stranger", ["submit"])
    assert server.request("DELETE", path, stranger).status_code == 403
    assert server.get(path).json()["state"] == "received"
    assert server.request("DELETE", path, admin).json()["state"] == "withdrawn"
    assert server.request("DELETE", path, admin).status_code == 409
    entry = server.get("/api/v1/audit", admin).json()["entries"][0]
    assert (entry["action"], entry["subject"]) == ("withdraw", f"submission {id}")
    assert entry["who"].startswith("the operator (agora_")
    assert not [path for path in (server.folder.root / "archives").iterdir() if path.read_bytes() == b"mine alone"]


def test_scopes_hold(server, token, admin):
    judge = tokens.create(server.engine, "only an admin", ["admin"])
    assert server.hand_in(b"by an admin", judge).status_code == 403
    assert server.get("/api/v1/audit", token).status_code == 403
    assert server.request("POST", "/api/v1/close", token).status_code == 403
    assert not server.folder.closing.exists()
    actions = [(entry["action"], entry["detail"]) for entry in server.get("/api/v1/audit", admin).json()["entries"]]
    assert ("token create", "only an admin, admin") in actions


def test_what_is_not_there_is_said_in_the_right_way(server):
    for path in ("/api/v1/submissions/999999", "/api/v1/no", "/api/v2"):
        answer = server.get(path)
        assert (answer.status_code, set(answer.json())) == (404, {"detail"})
    for path in ("/submissions/999999", f"/submissions/{1 << 40}", "/no", "/../server.db", "/%2e%2e/server.db"):
        answer = server.get(path)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")
    for path in ("/api/v1/submissions/0", "/api/v1/submissions/x", f"/api/v1/submissions/{1 << 31}"):
        answer = server.get(path)
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith("id: ")
    for method, path in (("PUT", "/api/v1/queue"), ("DELETE", "/api/v1/token"), ("PUT", "/submit"), ("POST", "/queue")):
        answer = server.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["Allow"]


PATHS = ["/", "/submit", "/queue", "/api", "/static/site.css", "/no"]
PATHS += ["/api/v1/health", "/api/v1/openapi.json", "/api/v1/token"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(path, server):
    answer = server.get(path)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not {"set-cookie", "server"} & set(answer.headers)
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=|https?://(?!127)", answer.text.split("openapi")[0])


def test_the_page_of_the_api_names_every_operation(server):
    page, openapi = server.get("/api").text, server.get("/api/v1/openapi.json").json()
    assert len(openapi["paths"]) >= 8
    for path, methods in openapi["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page


def test_other_names_of_the_host_are_refused(server):
    for host in ("evil.example", "127.0.0.1.evil.example", ""):
        answer = server.get("/api/v1/health", headers={"Host": host})
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            "This server does not go by the name in the header Host.",
        )
    for host in ("localhost", "LOCALHOST:80", "[::1]:8000"):
        assert server.get("/api/v1/health", headers={"Host": host}).status_code == 200

"""Workers: from the queue to the table, past every mishap."""

import os
import signal
import stat
import time

import pytest
from sqlalchemy import select, update

from agora.leaderboard.log.verify import verify
from agora.leaderboard.season_file import read_season
from agora.leaderboard.seeds import commitment
from agora.leaderboard.server import editions, examine, tokens, worker
from agora.leaderboard.server.editions import Play
from agora.leaderboard.server.run import close_season, start_worker
from agora.leaderboard.store import queue, schema
from agora.leaderboard.store.database import transaction
from agora.leaderboard.submission.packing import pack
from agora.leaderboard.submission.sending import send
from serving import SEASON, serving
from submissions import HEAD, submission

CRASHES = HEAD.replace("        return legal", "        raise KeyError('no')\n        return legal")


@pytest.fixture
def server(tmp_path, database):
    with serving(tmp_path, database) as running:
        running.database = database
        yield running


def playing(running, database):
    """How its worker plays in these tests: in its own process, which is quicker than a jail."""
    return Play(running.folder, running.engine, running.season, database, trust=True)


@pytest.fixture
def quick(tmp_path):
    """A server on SQLite."""
    with serving(tmp_path) as running:
        running.play = playing(running, running.folder.database)
        yield running


def hand_in(server, tmp_path, author="me", **keys):
    """Hands in an agent that takes the first legal action, or what ``code`` says; its number."""
    token = tokens.create(server.engine, author, ["submit"])
    folder = submission(tmp_path / f"{time.monotonic_ns()}", **({"author": author} | keys))
    return send(pack(folder, tmp_path / f"{folder.name}.zip"), server.url, token).id


def state(server, id):
    return server.get(f"/api/v1/submissions/{id}").json()["state"]


def log_of(server, id):
    return [
        (event["state"], event["text"]) for event in server.get(f"/api/v1/submissions/{id}/events").json()["events"]
    ]


def ranking(server):
    (environment,) = server.get("/api/v1/tables").json()["environments"]
    (table,) = [table for table in environment["tables"] if table["key"] == "ranking"]
    at = [column["key"] for column in table["columns"]].index("agent")
    return sorted(row[at] for row in table["rows"])


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


REJECTED = {
    "not an archive": (b"hello", "refused: it is neither a .zip nor a .tar nor a .tar.gz"),
    "author": ({"author": "Bea"}, "The manifest names 'Bea' as author, and the token is that of 'Ada'"),
    "manifest": ({"entry": "other.py:Agent"}, "there is no other.py in the submission"),
    "name": ({"name": "Rand0m"}, "The name 'Rand0m' could be taken for 'random', which is there already"),
    "held out": ({"name": "held out"}, "could be taken for 'held out'"),
    "environment": ({"ids": ["agora/Go-v0"]}, "It plays agora/Go-v0, and this season has agora/KuhnPoker-v0."),
    "crash": ({"code": CRASHES}, "agora/KuhnPoker-v0, one game alone: it forfeits: KeyError"),
}


def test_what_fails_its_checks_is_rejected_with_a_reason_and_nobody_else_notices(quick, tmp_path):
    token = tokens.create(quick.engine, "Ada", ["submit"])
    handed = {}
    for number, (case, (what, reason)) in enumerate(REJECTED.items()):
        if isinstance(what, dict):
            what = pack(
                submission(tmp_path / str(number), **{"author": "Ada", "name": f"n{number}", **what}),
                tmp_path / f"{number}.zip",
            ).read_bytes()
        handed[case] = quick.hand_in(what, token).json()["id"], reason
    good = hand_in(quick, tmp_path, name="good")
    worker.work(quick.play, "w", until_idle=True)
    for id, reason in handed.values():
        shown = quick.get(f"/api/v1/submissions/{id}").json()
        assert shown["state"] == "rejected"
        assert reason in shown["reason"]
    assert state(quick, good) == "ranked"
    assert ranking(quick) == ["equilibrium", "good", "random"]
    assert len(list((quick.folder.root / "archives").iterdir())) == 1


def test_nobody_passes_for_the_duplicate_of_an_agent(tmp_path):
    path = tmp_path / "season.toml"
    path.write_text(SEASON.replace("duplicates = []\n", ""))
    with pytest.raises(examine.Rejected, match=r"could be taken for 'random \(duplicate\)', which is there already"):
        examine.check_name("Random duplicate", read_season(path), [])


def test_editions_grow_by_one_agent_and_play_only_what_is_new(server, tmp_path):
    play = playing(server, server.database)
    ids = [hand_in(server, tmp_path, author, name=f"by {author}") for author in ("Ada", "Bea")]
    twin = hand_in(server, tmp_path, "Cleo", name="By Ada")
    worker.work(play, "w", until_idle=True)
    assert [state(server, id) for id in ids] == ["ranked", "ranked"]
    assert state(server, twin) == "rejected"
    server.folder.closing.touch()
    worker.work(play, "w", until_idle=True)
    made = server.get("/api/v1/season").json()["editions"]
    assert [edition["games"] for edition in made] == [40, 120, 240, 240]
    logs = [(server.folder.edition(number) / "log.jsonl").read_text() for number in (1, 2, 3, 4)]
    assert len({text.split('"commitment":"')[1][:64] for text in logs}) == 1
    assert logs[3].startswith(logs[2])  # the same agents in the same order, and then the secret
    with transaction(server.engine) as connection:
        assert len(connection.execute(select(schema.units.c.key)).all()) == 6  # pairs of four, each played once
    assert ranking(server) == ["by Ada", "by Bea", "equilibrium", "random"]


def test_who_forfeits_in_the_season_is_still_ranked(quick, tmp_path):
    """Its checks are of 1 and of 64 games; with any other number it fails."""
    code = HEAD.replace("        pass", "        self.good = len(lanes) in (1, 64)").replace(
        "        return legal", "        assert self.good\n        return legal"
    )
    id = hand_in(quick, tmp_path, code=code, name="late")
    worker.work(quick.play, "w", until_idle=True)
    assert state(quick, id) == "ranked"
    (environment,) = quick.get("/api/v1/tables").json()["environments"]
    (table,) = [table for table in environment["tables"] if table["key"] == "ranking"]
    keys = [column["key"] for column in table["columns"]]
    (row,) = [dict(zip(keys, row, strict=True)) for row in table["rows"] if "late" in row]
    assert row["forfeits"] > 0


def test_a_failure_of_the_server_is_tried_again_and_then_told(quick, tmp_path, monkeypatch, caplog):
    def full(*arguments, **keywords):
        raise OSError(28, "No space left on device")

    worker.work(quick.play, "w", until_idle=True)  # the first edition
    monkeypatch.setattr(editions, "run_season", full)
    id = hand_in(quick, tmp_path)
    worker.work(quick.play, "w", until_idle=True)
    reason = "the server failed, by no fault of the submission"
    assert log_of(quick, id)[-1] == ("failed", f"{reason}; given up after 3 attempts")
    assert [text for _, text in log_of(quick, id)].count(reason) == 2
    assert "No space left on device" in caplog.text
    assert ranking(quick) == ["equilibrium", "random"]


def test_a_submission_withdrawn_during_its_check_stays_withdrawn(quick, tmp_path, monkeypatch):
    id = hand_in(quick, tmp_path)
    judge = tokens.create(quick.engine, "the operator", ["admin"])

    def withdraw(*arguments):
        assert quick.request("DELETE", f"/api/v1/submissions/{id}", judge).status_code == 200

    monkeypatch.setattr(worker.examine, "try_out", withdraw)
    worker.work(quick.play, "w", until_idle=True)
    assert log_of(quick, id)[-1] == ("withdrawn", "withdrawn by the operator")


def test_a_worker_killed_while_it_plays_costs_nothing(quick, tmp_path):
    """Another one ends what it began: one edition more, one result."""
    token = tokens.create(quick.engine, "me", ["submit"])
    slow = HEAD.replace("        return legal", "        import time; time.sleep(0.02)\n        return legal")
    id = send(pack(submission(tmp_path / "slow", slow), tmp_path / "slow.zip"), quick.url, token).id
    settings = {
        "data": str(quick.folder.root),
        "season": str(quick.season),
        "database": quick.folder.database,
        "budget": "quick",
        "workers": 1,
    }
    process = start_worker(settings)
    wait_for(lambda: state(quick, id) == "playing")
    wait_for(lambda: quick.folder.edition(2).exists())
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdin.close()
    assert state(quick, id) == "playing"
    with transaction(quick.engine) as connection:  # as if a minute had gone by
        past = {"lease": schema.now()}
        connection.execute(update(schema.submissions).where(schema.submissions.c.id == id).values(past))
    play = Play(quick.folder, quick.engine, quick.season, quick.folder.database)
    worker.work(play, "another", until_idle=True)
    assert [state for state, _ in log_of(quick, id) if state != "checking"] == [
        "received",
        "queued",
        "playing",
        "queued",
        "playing",
        "ranked",
    ]
    assert [edition["number"] for edition in quick.get("/api/v1/season").json()["editions"]] == [1, 2]
    assert ranking(quick) == ["equilibrium", "mine", "random"]


def test_who_lost_its_lease_publishes_nothing(quick, tmp_path, monkeypatch):
    id = hand_in(quick, tmp_path)
    really, done = editions.make_edition, []

    def slowly(play, submissions, last=False):
        edition = really(play, submissions, last)
        if submissions and not done:
            done.append(edition)
            with transaction(quick.engine) as connection:
                connection.execute(update(schema.submissions).values(lease=schema.now()))
            assert queue.requeue_expired(quick.engine) == [id]
        return edition

    monkeypatch.setattr(editions, "make_edition", slowly)
    worker.work(quick.play, "w", until_idle=True)
    assert [state for state, _ in log_of(quick, id)].count("ranked") == 1
    assert editions.newest(quick.engine) == 2


def test_an_edition_that_was_written_down_but_not_shown_is_shown(quick, tmp_path):
    worker.work(quick.play, "w", until_idle=True)
    quick.folder.current.unlink()
    assert worker.step(quick.play, "w")
    assert not worker.step(quick.play, "w")
    assert ranking(quick) == ["equilibrium", "random"]


def test_a_worker_that_is_told_to_stop_puts_its_submission_back(quick, tmp_path, monkeypatch):
    def stop(*arguments):
        raise SystemExit(0)

    id = hand_in(quick, tmp_path)
    monkeypatch.setattr(worker.examine, "try_out", stop)
    with pytest.raises(SystemExit):
        worker.work(quick.play, "w", until_idle=True)
    assert log_of(quick, id)[-1] == ("received", "the worker was stopped")
    with transaction(quick.engine) as connection:
        assert connection.scalars(select(schema.submissions.c.attempts)).all() == [0]


def test_a_season_is_closed_from_the_command_line_and_verifies(quick, tmp_path):
    id = hand_in(quick, tmp_path, author="Ada", name="late comer")
    worker.work(quick.play, "w", until_idle=True)
    secret = quick.folder.secret.read_text().strip()
    assert stat.S_IMODE(quick.folder.secret.stat().st_mode) == 0o600
    assert quick.get("/api/v1/season").json()["commitment"] == commitment(secret)
    assert quick.get("/log.jsonl").status_code == 404
    assert not [path for path in quick.folder.current.resolve().rglob("*.*") if secret in path.read_text()]
    log = close_season(quick.season, quick.folder.root)
    assert state(quick, id) == "ranked"
    assert secret in quick.get("/log.jsonl").text
    report = verify(log)
    assert report.ok, str(report)
    assert "tables, byte for byte" in str(report)
    assert ranking(quick) == ["equilibrium", "late comer", "random"]
    refused = quick.hand_in(b"too late", tokens.create(quick.engine, "Bea", ["submit"]))
    assert refused.status_code == 409
    assert refused.json()["detail"] == "The season is closing; nothing is taken in any more."
    with transaction(quick.engine) as connection:
        assert "close" in connection.scalars(select(schema.audit.c.action)).all()

"""Submissions that play elsewhere: checked, ranked, and what log and tables say of them."""

import threading

import numpy as np
import pytest

from agora import envs
from agora.leaderboard.jail import remote
from agora.leaderboard.jail.fault import Fault
from agora.leaderboard.jail.limits import REMOTE, Budget
from agora.leaderboard.log import records
from agora.leaderboard.season import run_season
from agora.leaderboard.submission import opening
from agora.leaderboard.submission.check import check
from agora.leaderboard.submission.new_agent import write_new_agent
from agora.leaderboard.submission.opening import OWN_HOSTS, FreshAgent, prepared, time_of
from agora.leaderboard.submission.serving import folder_server
from elsewhere import Stranger, answer, late, passes, running, says, serving
from submissions import KUHN, kinds, submission

TOKEN = "t0ken-that-nobody-sees"
SEASON = """
[[environments]]
id = "{}"
games = 40
duplicates = []
agents = ["random", {{ name = "far", submission = "{}" }}]
"""


def far(folder, url, token="", **keys):
    """A submission that says it plays at ``url``."""
    folder.mkdir()
    if token:
        (folder / "token").write_text(f"{token}\n")
        keys["token_file"] = "token"
    return submission(folder, kind="remote", entry=url, **{"name": "far", **keys})


@pytest.fixture
def here(monkeypatch):
    """The judge allows this machine."""
    monkeypatch.setenv(OWN_HOSTS, "gpu.example,localhost")


def test_it_is_checked_like_any_other(here, tmp_path):
    with serving(token=TOKEN) as (url, _):
        findings = list(check(far(tmp_path / "far", url, TOKEN)))
    assert {kind for kind, _ in findings} == {"note"}
    notes = kinds(findings, "note")
    assert "It plays elsewhere, at the address that its manifest names." in notes
    assert not any(url in note or TOKEN in note for note in notes)
    assert any(f"{KUHN}: one game alone and then 64 games at once went by the rules" in note for note in notes)


def test_what_is_wrong_with_it_is_told_with_its_own_times(here, tmp_path):
    with Stranger(says(lambda request, reply: answer(reply, "503 Service Unavailable"))) as stranger:
        errors = kinds(check(far(tmp_path / "a", stranger.url)), "error")
    assert f"{KUHN}, one game alone: it forfeits: crash: answered with status 503" in errors
    waiting = threading.Event()
    with Stranger(lambda *_: waiting.wait(5)) as stranger:
        short = Budget(start=5.0, move=0.2, lane=0.0, bank=0.1)
        (error, _) = kinds(check(far(tmp_path / "b", stranger.url), budget=short), "error")
        waiting.set()
    assert "it has 5 s for each reset, 0.2 s for each call of act" in error


def test_it_has_more_time_than_what_plays_in_the_jail(tmp_path):
    for folder, expected in (
        (far(tmp_path / "a", "https://example.org"), REMOTE),
        (submission(tmp_path / "b"), Budget()),
    ):
        with prepared(folder) as found:
            assert time_of(found) == expected


def test_it_is_asked_within_the_time_of_agents_elsewhere(here, tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "REMOTE", Budget(start=5.0, move=0.2, lane=0.0, bank=0.1))
    with Stranger(late) as stranger, prepared(far(tmp_path / "a", stranger.url)) as found:
        agent = FreshAgent(found)
        agent.reset(envs.spec(KUHN), np.arange(1), 0)
        with pytest.raises(Fault, match="act took longer"):
            agent.act(np.zeros((1, 11), np.float32), np.ones((1, 2), bool), np.arange(1))
        agent.close()


@pytest.mark.parametrize("allowed", ["", "example.org", "localhost.example.org"])
def test_the_judges_own_network_is_for_the_judge_to_allow(allowed, monkeypatch, tmp_path):
    monkeypatch.setenv(OWN_HOSTS, allowed)
    with Stranger(says(lambda request, reply: answer(reply))) as stranger:
        (error,) = kinds(check(far(tmp_path / "a", stranger.url)), "error")[:1]
        assert "use https" in error
        (error, _) = kinds(check(far(tmp_path / "b", stranger.url.replace("http:", "https:"))), "error")
        assert "its address is not on the public internet" in error
    assert stranger.connections == 0


def test_table_and_log_say_that_it_plays_elsewhere_and_not_where(here, tmp_path):
    with serving(token=TOKEN) as (url, _):
        folder = far(tmp_path / "far", url, TOKEN)
        (tmp_path / "season.toml").write_text(SEASON.format(KUHN, folder))
        (section,) = run_season(tmp_path / "season.toml", tmp_path / "out", progress=False)
    table = section.table("ranking")
    assert dict(zip(table.column("agent"), table.column("jail"), strict=True)) == {"random": None, "far": "remote"}
    assert set(table.column("forfeits")) == {0}
    entrant = records.read(tmp_path / "out" / "log.jsonl").header.contests[0].entrants[1]
    assert (entrant.jail, entrant.source) == ("remote", "submission by me")
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            assert TOKEN.encode() not in path.read_bytes()
            assert url.encode() not in path.read_bytes()


def test_every_match_is_a_session_of_its_own(here, tmp_path, monkeypatch):
    made = []

    def make(spec):
        made.append(spec.id)
        return passes(spec)

    with serving(make) as (url, _):
        (tmp_path / "season.toml").write_text(
            SEASON.format(KUHN, far(tmp_path / "far", url)).replace("games = 40\nduplicates = []", "games = 4")
        )
        run_season(tmp_path / "season.toml", tmp_path / "out", progress=False)
    lines = (tmp_path / "out" / "log.jsonl").read_text().splitlines()
    units = [line for line in lines if '"record":"done"' in line and "exact" not in line]
    assert len(made) >= len(units) - 1 >= 2  # one of the units is without it
    assert set(made) == {KUHN}


def test_the_season_goes_on_without_who_cannot_be_reached(here, tmp_path, monkeypatch):
    monkeypatch.setattr(remote, "_PAUSES", (0.01,))
    folder = far(tmp_path / "far", "https://localhost:1")
    (tmp_path / "season.toml").write_text(SEASON.format(KUHN, folder))
    (section,) = run_season(tmp_path / "season.toml", tmp_path / "out", progress=False)
    table = section.table("ranking")
    forfeits = dict(zip(table.column("agent"), table.column("forfeits"), strict=True))
    assert forfeits["random"] == 0
    assert forfeits["far"] == section.games


def test_the_digest_tells_addresses_apart_and_nothing_of_the_token(tmp_path):
    folders = [
        far(tmp_path / "a", "https://example.org/1", "one"),
        far(tmp_path / "b", "https://example.org/1", "two", name="other"),
        far(tmp_path / "c", "https://example.org/2", "one"),
    ]
    digests = []
    for folder in folders:
        with prepared(folder) as found:
            digests.append(found.digest)
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("token", "keys", "message"),
    [
        ("", {"token_file": "token"}, 'token_file = "token" is not allowed: there is no such file'),
        ("x", {"token_file": "../far/token"}, "there is no such file in the submission"),
        ("x", {"token_file": "/etc/hostname"}, "there is no such file in the submission"),
        ("two words", {}, "it does not hold a token; write one word of ASCII into it"),
        ("x\r\nX-Other: y", {}, "it does not hold a token"),
        ("é", {}, "it does not hold a token"),
        ("x", {"kind": "python", "entry": "agent.py:Agent"}, "only an agent elsewhere is sent a token"),
    ],
)
def test_a_token_that_cannot_be_sent_is_told_without_showing_it(token, keys, message, tmp_path):
    folder = tmp_path / "far"
    folder.mkdir()
    (folder / "token").write_text(token) if token else None
    given = {"kind": "remote", "entry": "https://example.org", "token_file": "token", **keys}
    (error,) = kinds(check(submission(folder, **given)), "error")
    assert message in error
    assert "two words" not in error


def test_a_folder_is_served_and_plays_only_what_it_says(here, tmp_path):
    """As in docs/submit-an-agent.md: one folder with the code, one with the address, and the same token in both."""
    write_new_agent(tmp_path / "near")
    token = tmp_path / "token"
    token.write_text(TOKEN)
    with folder_server(tmp_path / "near", token_file=token) as server, running(server):
        url = f"http://localhost:{server.server_address[1]}"
        assert {kind for kind, _ in check(far(tmp_path / "a", url, TOKEN))} == {"note"}
        (error, _) = kinds(check(far(tmp_path / "b", url, TOKEN, ids=["agora/TicTacToe-v0"])), "error")
        assert "crash: ValueError: near plays agora/KuhnPoker-v0, not agora/TicTacToe-v0" in error
        (error, _) = kinds(check(far(tmp_path / "c", url, "other")), "error")
        assert "answered with status 401" in error


def test_what_cannot_be_served_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"plays elsewhere itself, at https://example\.org"):
        folder_server(far(tmp_path / "a", "https://example.org"))
    with pytest.raises(ValueError, match=r"There is no agora-agent\.toml"):
        folder_server(tmp_path)
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(ValueError, match="does not hold a token"):
        folder_server(submission(tmp_path / "b"), token_file=tmp_path / "empty")

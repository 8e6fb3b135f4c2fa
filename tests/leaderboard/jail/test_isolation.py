"""Checklist B, 11 to 21: what an agent can see and reach from inside."""

import os
import threading
from pathlib import Path

import pytest

from agora.leaderboard.jail import probe
from agora.leaderboard.jail.levels import self_test

LOOKING_AROUND = {
    "B11": "objects",
    "B12": "other_processes",
    "B12 memory": "memory_of_others",
    "B13": "environment",
    "B14": "descriptors",
    "B15": "files",
    "B16": "writing",
    "B16 rights": "changing",
    "B17": "network",
    "B18": "signals",
    "B19": "name_spaces",
    "B20": "shared_memory",
    "B21": "traces",
    "B21 load": "load",
    "B21 locks": "locks",
    "devices": "devices",
}


def printed(arena, level, entry):
    """What an agent printed while it passed through some games."""
    with arena.jailed(entry, level) as agent:
        played = arena.play(agent)
        assert {game.ended for game in played} == {"terminated"}, played[0].faults
    return agent.log


@pytest.fixture
def targets(arena, tmp_path):
    """Things of the judge that an agent may look for, named in a file beside it."""
    (tmp_path / "season.jsonl").write_text("secret")
    other = tmp_path / "other submission"
    other.mkdir()
    (other / "agent.py").write_text("secret")
    at_home = [path for path in Path.home().iterdir() if path.is_file()] + [Path.home() / ".ssh"]
    places = [
        tmp_path,
        tmp_path / "season.jsonl",
        other,
        other / "agent.py",
        __file__,
        *at_home,
        "/etc/passwd",
        "/proc/1",
    ]
    (arena.folder / "targets.txt").write_text("\n".join(map(str, places)))
    return tmp_path


@pytest.mark.parametrize("name", LOOKING_AROUND.values(), ids=LOOKING_AROUND)
def test_nothing_is_found_outside(arena, walls, targets, name, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    before = {path: path.stat() for path in targets.rglob("*")}
    log = printed(arena, walls, f"isolation.py:{name}")
    assert f"{name} " in log
    assert "BREACH" not in log
    for path, seen in before.items():
        after = path.stat()
        assert (after.st_mode, after.st_mtime_ns, after.st_size) == (seen.st_mode, seen.st_mtime_ns, seen.st_size)
    assert {path for path in targets.rglob("*") if "__pycache__" not in path.parts} == before.keys()


@pytest.mark.parametrize("name", ["B11", "B13", "B14"])
def test_limits_alone_hide_the_judges_objects_environment_and_descriptors(arena, name, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    with open(__file__) as file:
        os.set_inheritable(file.fileno(), True)
        assert "BREACH" not in printed(arena, 1.0, f"isolation.py:{LOOKING_AROUND[name]}")


def test_what_limits_alone_do_not_hide_is_found(arena, targets):
    """Else the agents above would find nothing anywhere, and their tests would be empty."""
    for name in ("files", "network", "signals", "load", "locks"):
        with arena.jailed(f"isolation.py:{name}", 1.0) as agent:
            arena.play(agent)
        assert "BREACH" in agent.log


def test_b16_the_next_agent_finds_a_clean_place(arena, walls):
    for _ in range(2):
        assert "traces BREACH" not in printed(arena, walls, "isolation.py:traces")


def test_b21_two_agents_at_once_see_nothing_of_each_other(arena):
    with arena.jailed("isolation.py:traces", 2.0) as first, arena.jailed("isolation.py:traces", 2.0) as second:
        arena.play(first)
        arena.play(second)
    assert "BREACH" not in first.log + second.log


@pytest.mark.parametrize("attempt", probe.ATTEMPTS)
def test_the_probe_of_the_self_test_would_notice(attempt, tmp_path):
    """Each attempt succeeds where nothing stands in its way: in this process."""
    if attempt in ("sees it in /proc", "looks into the judge's memory"):
        targets = {"judge": "self"}
    else:
        (tmp_path / "secret").write_text("x")
        targets = {"secret": str(tmp_path / "secret"), "variable": "PATH", "judge": os.getpid(), "memory": 1000}
    if attempt in ("writes into its own folder", "makes name spaces", "leaves core dumps", "starts a process"):
        pytest.skip("would change this process, or is forbidden here")
    if attempt in ("connects to this machine", "connects to an abstract socket", "shares memory by name"):
        pytest.skip("needs the targets of the self-test; see the next test")
    assert probe.ATTEMPTS[attempt](targets)


def test_the_self_test_finds_what_limits_alone_allow(arena, monkeypatch):
    """At level 1 the probe reads, writes, connects, forks and signals; at a higher level each of that would fail."""
    arena.jailed("process.py:Agent", 1.0).close()
    monkeypatch.setattr("agora.leaderboard.jail.levels._CLAIMED_BY_LIMITS", set(probe.ATTEMPTS) - {"starts threads"})
    passed = dict(self_test(1.0))
    for attempt in (
        "reads a file of the judge",
        "writes beside a file of the judge",
        "writes into its own folder",
        "connects to this machine",
        "connects to an abstract socket",
        "starts a process",
        "starts a program",
        "sends a signal",
        "sends signals through files",
        "shares memory by name",
    ):
        assert not passed[f"{attempt}: denied"]


def test_jails_can_be_made_in_several_threads(arena, level):
    logs = []

    def work():
        with arena.jailed("isolation.py:descriptors", level) as agent:
            arena.play(agent)
            logs.append(agent.log)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(logs) == 3
    assert "BREACH" not in "".join(logs)

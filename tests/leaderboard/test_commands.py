"""``agora verify-log`` and ``agora doctor``: what they print, and their exit codes."""

import pytest
from typer.testing import CliRunner

from agora import doctor
from agora.cli import app
from agora.leaderboard.season import evaluate


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def log(tmp_path):
    evaluate("agora/KuhnPoker-v0", ["random", "scripted/honest"], 20, out=tmp_path / "out", progress=False)
    return tmp_path / "out" / "log.jsonl"


def test_a_whole_log_is_verified_and_a_changed_one_is_not(log):
    result = run("verify-log", log)
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("Verified.\n")
    log.write_bytes(log.read_bytes().replace(b'"random"', b'"r\\u001b[2J"', 1))
    result = run("verify-log", log)
    assert result.exit_code == 1
    assert "NOT verified" in result.stdout
    assert result.stdout.replace("\n", "").isprintable()  # the log may come from anybody


def test_tables_elsewhere_are_compared(log, tmp_path):
    assert "Verified." in run("verify-log", log, "--tables", log.parent).stdout
    result = run("verify-log", tmp_path / "none.jsonl")
    assert result.exit_code == 2
    assert "none.jsonl" in result.stderr


def test_the_doctor_tells_what_holds_and_what_does_not(monkeypatch):
    checks = {2.0: [("reads: denied", True)], 1.5: [("reads: denied", False)]}
    monkeypatch.setattr(doctor, "missing", lambda level: "no such kernel" if level == 1.0 else "")
    monkeypatch.setattr(doctor, "self_test", checks.get)
    monkeypatch.setattr(doctor, "highest", lambda: (2.0, ""))
    result = run("doctor")
    assert result.exit_code == 0, result.output
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[lines.index("Isolation level 2 (bubblewrap)") + 1] == "holds  reads: denied"
    assert lines[lines.index("Isolation level 1.5 (Landlock)") + 1] == "FAILS  reads: denied"
    assert lines[lines.index("Isolation level 1 (limits)") + 1] == "cannot be held: no such kernel"
    assert lines[-1] == "Submissions play at level 2 (bubblewrap)."
    monkeypatch.setattr(doctor, "highest", lambda: (0.0, "nothing"))
    assert "No jail holds here" in run("doctor").stdout


SEASON = """
title = "By command"

[[environments]]
id = "agora/KuhnPoker-v0"
games = 20
agents = ["random", "scripted/honest"]
"""


def test_a_season_with_a_site_and_a_store(tmp_path):
    season, out, site = tmp_path / "season.toml", tmp_path / "out", tmp_path / "site"
    season.write_text(SEASON)
    command = ["leaderboard", season, "--out", out, "--site", site, "--workers", 1, "--store", tmp_path / "units.db"]
    result = run(*command)
    assert result.exit_code == 0, result.output
    assert "By command" in (site / "index.html").read_text()
    assert "random (duplicate)" in (out / "leaderboard.md").read_text()
    assert (tmp_path / "units.db").is_file()
    again = tmp_path / "again"
    assert run(*command[:2], "--out", again, "--workers", 1, "--store", tmp_path / "units.db").exit_code == 0
    assert (again / "log.jsonl").read_bytes() == (out / "log.jsonl").read_bytes()


def test_a_place_for_a_site_is_looked_at_before_anything_is_played(tmp_path):
    season = tmp_path / "season.toml"
    season.write_text(SEASON)
    result = run("leaderboard", season, "--out", tmp_path / "out", "--site", tmp_path)
    assert result.exit_code == 2
    assert "holds other files" in result.stderr
    assert not (tmp_path / "out").exists()


def test_workers_and_a_cluster_exclude_each_other(tmp_path):
    season = tmp_path / "season.toml"
    season.write_text(SEASON)
    result = run("leaderboard", season, "--out", tmp_path / "out", "--workers", 2, "--cluster", "auto")
    assert result.exit_code == 2
    assert "either workers" in result.stderr


def test_tokens_are_made_listed_and_ended(tmp_path):
    data = tmp_path / "data"
    made = run("token", "create", "--data", data, "--author", "Ada", "--days", 3)
    assert made.exit_code == 0, made.output
    token = made.stdout.strip()
    assert token.startswith("agora_")
    listed = run("token", "list", "--data", data).stdout
    assert "Ada" in listed
    assert token not in listed
    assert run("token", "revoke", 1, "--data", data).exit_code == 0
    assert run("token", "revoke", 99, "--data", data).exit_code == 2
    assert run("token", "create", "--data", data, "--author", "Ada", "--days", 0).exit_code == 2

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

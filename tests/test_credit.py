"""The comparison of ways of giving credit: runs differ in credit only, are stored once, and make a page."""

import json

import pytest

from agora.baselines import credit


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(credit, "POINTS", 2)
    monkeypatch.setattr(credit, "GAMES", 8)


def run(tmp_path, *names: str, steps: int = 4_000) -> list[dict]:
    arguments = ["--seeds", "2", "--steps", str(steps), "--out", str(tmp_path / "out"), "--docs", str(tmp_path)]
    credit.main([*names, *arguments])
    return [json.loads(line) for line in (tmp_path / "out" / "runs.jsonl").read_text().splitlines()]


def test_runs_differ_in_credit_only():
    plain = credit.table("GAE", 3, 1000)
    for name, method in credit.METHODS.items():
        other = credit.table(name, 3, 1000)
        assert {key for key in other if other[key] != plain[key]} <= {"parameters"}
        changed = {key for key in other["parameters"] if other["parameters"][key] != plain["parameters"].get(key)}
        assert changed <= set(method.parameters)
    assert len({credit.digest(name, 1000) for name in credit.METHODS}) == len(credit.METHODS)


def test_runs_are_stored_once_and_make_a_page(tmp_path, quick, monkeypatch):
    runs = run(tmp_path, "Monte Carlo", "GRPO")
    assert [(each["method"], each["seed"]) for each in runs] == [
        ("Monte Carlo", 0),
        ("GRPO", 0),
        ("Monte Carlo", 1),
        ("GRPO", 1),
    ]
    for each in runs:
        assert len(each["points"]) == 2
        # What is counted is what was played: Monte Carlo learns from fewer.
        assert 4_000 <= each["points"][-1][0] < 4_000 + 2 * 128 * 100
    page = (tmp_path / "credit-assignment.md").read_text()
    assert "| Monte Carlo |" in page
    assert "| GAE |" not in page
    assert (tmp_path / "pictures" / "credit-assignment.svg").stat().st_size > 1000
    monkeypatch.setattr(credit, "train", None)  # would fail if it were called
    assert run(tmp_path, "Monte Carlo", "GRPO") == runs
    assert credit.read(tmp_path / "out" / "runs.jsonl", 4_001) == []  # other settings


def test_the_page_tells_means_and_intervals(tmp_path):
    made = {"method": "GAE", "cpu_seconds": 3.0, "machine": "a machine"}
    runs = [{**made, "seed": seed, "points": [[10, 50.0, 0.1], [20, score, 0.5]]} for seed, score in ((0, 70), (1, 90))]
    credit.write_page(runs, 20, tmp_path)
    page = (tmp_path / "credit-assignment.md").read_text()
    # Student's t with one degree of freedom: 12.706 deviations of the mean, which is 10.
    assert "| GAE | 80.0 ± 127.1 | 50.0 ± 0.0 | 3 |" in page


def test_unknown_methods_are_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        run(tmp_path, "GEA")
    assert "there is no method 'GEA'" in capsys.readouterr().err

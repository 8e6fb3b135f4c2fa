"""The command that makes the results of the baselines: targets, resuming, intervals and tables."""

import csv
import json

import numpy as np
import pytest

import agora.envs
from agora.agents.learned.evaluation import error_name
from agora.agents.learned.settings import read
from agora.baselines import report, run, targets

SETTINGS = """
id = "agora/KuhnPoker-v0"
algorithm = "PPO"
steps = 600
num_envs = 16
[network]
hidden = [8]
[parameters]
rollout = 8
[self_play]
[evaluation]
games = 20
"""
TARGETS = """
[[targets]]
name = "kuhn"
task = "Kuhn poker"
settings = "kuhn.toml"
seconds = 1000
measures = ["nash_conv"]
opponents = ["random"]
games = 40
at_most = { nash_conv = 0.001 }
at_least = { "against random" = -3.0 }
beside = ["scripted/equilibrium"]
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with settings and targets; workers run here, and are counted."""
    (tmp_path / "kuhn.toml").write_text(SETTINGS)
    (tmp_path / "targets.toml").write_text(TARGETS)
    started = []

    def start(target, seed, runs):
        started.append(seed)
        run.work(target, seed, runs)
        return target, seed, ""

    monkeypatch.setattr(run, "HERE", tmp_path)
    monkeypatch.setattr(run, "_start", start)
    monkeypatch.chdir(tmp_path)
    return tmp_path, started


def made(place, seeds, *names):
    run.main([*names, "--seeds", str(seeds), "--out", "out", "--runs", "runs"])
    return json.loads((place[0] / "out/kuhn/results.json").read_text())


def test_one_command_makes_curves_numbers_and_the_table(place):
    content = made(place, 2, "kuhn")
    assert place[1] == [0, 1]
    values = [seed["numbers"]["nash_conv"] for seed in content["seeds"]]
    assert content["means"]["nash_conv"]["all"] == values
    assert content["means"]["nash_conv"]["mean"] == pytest.approx(np.mean(values), rel=1e-5)
    assert values[0] != values[1]
    assert content["beside"]["scripted/equilibrium"]["nash_conv"] == pytest.approx(0, abs=1e-9)
    with (place[0] / "out/kuhn/curve.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["seed"] for row in rows} == {"0", "1"}
    assert all(float(row["cpu_seconds"]) > 0 for row in rows)
    table = (place[0] / "out/README.md").read_text()
    assert "| Kuhn poker | 2 | against random | ≥ -3 |" in table
    assert "| 2 of 2 | 1000 |" in table
    assert "| Kuhn poker | 2 | nash_conv | ≤ 0.001 |" in table
    assert "| 0 of 2 | 1000 |" in table
    lines = [line for line in table.splitlines() if line.startswith("| Kuhn poker | 2")]
    assert [line.split(" | ")[-1] for line in lines] == ["yes |", "no |"]


def test_what_is_done_is_not_run_again(place):
    made(place, 1)
    made(place, 3)
    assert place[1] == [0, 1, 2]
    (place[0] / "kuhn.toml").write_text(SETTINGS.replace("600", "700"))
    assert made(place, 1)["seeds"][0]["steps"] >= 700
    assert place[1] == [0, 1, 2, 0]


def test_every_seed_is_measured_on_its_own_deals(place):
    target = targets.read(place[0] / "targets.toml")["kuhn"]
    first, second, again = (run.measure(target, "random", seed)["against random"] for seed in (0, 1, 0))
    assert first != second
    assert first == again


def test_another_evaluation_takes_the_agents_that_are_there(place):
    first = made(place, 1)
    (place[0] / "targets.toml").write_text(TARGETS.replace("games = 40", "games = 80"))
    second = made(place, 1)
    assert first["seeds"][0]["seconds"] == second["seeds"][0]["seconds"]
    assert first["seeds"][0]["numbers"]["nash_conv"] == second["seeds"][0]["numbers"]["nash_conv"]
    assert first["seeds"][0]["numbers"]["against random"] != second["seeds"][0]["numbers"]["against random"]


def test_a_training_that_fails_is_said_and_the_others_go_on(place, monkeypatch, capsys):
    start = run._start
    monkeypatch.setattr(run, "_start", lambda *each: (*each[:2], "it burns") if each[1] == 0 else start(*each))
    with pytest.raises(SystemExit) as caught:
        made(place, 2)
    assert caught.value.code == 1
    assert "kuhn, seed 0: it burns\nkuhn, seed 1: done" in capsys.readouterr().out
    assert "| Kuhn poker | 1 |" in (place[0] / "out/README.md").read_text()


def test_workers_are_processes_that_say_why_they_failed(tmp_path):
    target = targets.Target("no such target", "T", "kuhn_poker.toml", 100)
    assert run._start(target, 0, tmp_path)[2].endswith(
        "There is no target 'no such target'; there are " + ", ".join(KNOWN) + "."
    )


def test_a_name_that_is_not_there_is_said(place, capsys):
    with pytest.raises(SystemExit) as caught:
        run.main(["kun"])
    assert caught.value.code == 2
    assert "There is no target 'kun'; there are kuhn." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seconds", "second", r"targets\[0\]: unknown key second \(did you mean seconds\?\)"),
        ("games = 40", "games = 0", r"targets\[0\]: games: expected int >= 1"),
    ],
)
def test_wrong_targets_are_refused(tmp_path, old, new, message):
    path = tmp_path / "targets.toml"
    path.write_text(TARGETS.replace(old, new, 1))
    with pytest.raises(ValueError, match=message):
        targets.read(path)


def test_a_target_without_a_number_is_refused(tmp_path):
    path = tmp_path / "targets.toml"
    path.write_text('[[targets]]\nname = "a"\ntask = "A"\nsettings = "a.toml"\nseconds = 1\n')
    with pytest.raises(ValueError, match="a has none of at_least, at_most and show"):
        targets.read(path)


KNOWN = targets.read(targets.HERE / "targets.toml")


@pytest.mark.parametrize("name", KNOWN)
def test_the_targets_fit_their_settings(name):
    target = KNOWN[name]
    settings = read(targets.HERE / target.settings)
    agora.envs.game(settings.id, **{**settings.options, **settings.evaluation.options, **target.options})


def test_the_interval_is_students():
    mean, half = report.interval([1.0, 2.0, 3.0, 4.0, 5.0])
    assert mean == 3.0
    assert half == pytest.approx(2.776445 * np.sqrt(2.5 / 5))  # t of 4 degrees of freedom at 97.5 %
    assert report.interval([2.0]) == (2.0, None)


def test_thinned_curves_keep_their_ends_and_evaluations():
    rows = [{"steps": step} for step in range(200)]
    for step in (0, 77, 199):
        rows[step][error_name("x")] = 0.1
    kept = [row["steps"] for row in report.thinned(rows, 20)]
    assert len(kept) == 20
    assert {0, 77, 199} <= set(kept)
    assert max(np.diff(kept)) < 15
    assert report.thinned(rows[:5], 20) == rows[:5]


@pytest.mark.parametrize(
    ("value", "seconds", "cpu_seconds", "verdict"),
    [
        (0.5, 10, 10, "yes"),
        (1.5, 10, 10, "no"),
        (0.5, 101, 90, "yes, but in processor time only"),
        (0.5, 101, 101, "yes, but too late"),
        (1.5, 101, 101, "no, and too late"),
    ],
)
def test_the_verdict_counts_the_time_of_every_seed(tmp_path, value, seconds, cpu_seconds, verdict):
    target = targets.Target("t", "T", "t.toml", 100, at_most={"x": 1.0})
    results = [
        {"seed": seed, "steps": 1, "seconds": each, "cpu_seconds": min(each, cpu_seconds), "numbers": {"x": value}}
        for seed, each in enumerate((5, seconds))
    ]
    report.write_target(target, results, {0: [{"steps": 0}], 1: [{"steps": 0}]}, tmp_path / "t")
    report.write_table(tmp_path, {"t": target})
    (line,) = [line for line in (tmp_path / "README.md").read_text().splitlines() if line.startswith("| T ")]
    assert line.split(" | ")[-1] == f"{verdict} |"

"""Training whatever learns: curve, checkpoints, a kill in the middle, divergence."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import agora.envs
from agora.agents.api import load
from agora.agents.learned import checkpoint, curve, text_plot
from agora.agents.learned.evaluation import error_name
from agora.agents.learned.settings import from_table
from agora.agents.learned.train import Clock, Training, train

KUHN = "agora/KuhnPoker-v0"
SELF_PLAY = f"""
id = "{KUHN}"
algorithm = "PPO"
steps = 20_000
num_envs = 64
checkpoint_every = 4_000
[self_play]
uniform = 1.0
every = 2_000
size = 4
[parameters]
rollout = 16
minibatch = 256
[network]
hidden = [16, 16]
[evaluation]
every = 4_000
games = 100
measures = ["nash_conv"]
"""
FAKE = {"id": KUHN, "algorithm": "PPO", "steps": 1000, "checkpoint_every": 200, "evaluation": {"every": 300}}


class Fake:
    """A learner that plays at random and only counts."""

    def __init__(self, fails_at=None, failing=None):
        self.steps = 0
        self.fails_at, self.failing = fails_at, failing

    def iterate(self):
        self.steps += 50
        if self.steps == self.fails_at and self.failing is not None:
            return self.failing(self)
        return {"episodes": 10.0, "return": float(self.steps), "loss": 1.0}

    def agent(self):
        return load("random", agora.envs.spec(KUHN))

    def save(self, folder):
        folder.mkdir(exist_ok=True)
        (folder / "agent.toml").write_text(f"steps = {self.steps}")
        return folder

    def state(self):
        return {"steps": self.steps}

    def restore(self, state):
        self.steps = state["steps"]

    def check_finite(self):
        if self.steps == self.fails_at and self.failing is None:
            raise FloatingPointError(f"Training diverged: weight is NaN after {self.steps} steps.")


def fake_training(folder, learner=None, stored=None, **changes):
    settings = from_table(FAKE | changes)
    return Training(settings, agora.envs.game(KUHN), learner or Fake(), folder, stored, Clock())


def written(folder, text):
    path = folder / "settings.toml"
    path.write_text(text)
    return path


def curve_of(folder):
    """The rows without the clock and the share of it."""
    rows = [json.loads(line) for line in (folder / "curve.jsonl").read_text().splitlines()]
    return [{key: value for key, value in row.items() if not is_time(key)} for row in rows]


def is_time(key):
    return "seconds" in key or key.startswith("share")


def weights_of(folder):
    return load_file(folder / "agent" / "weights.safetensors")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A training by self-play that nothing interrupted."""
    folder = tmp_path_factory.mktemp("trained")
    assert train(written(folder, SELF_PLAY), folder / "run", quiet=True) == folder / "run" / "agent"
    return folder / "run"


def test_a_training_leaves_a_curve_and_an_agent(trained):
    rows = curve_of(trained)
    steps = [row["steps"] for row in rows]
    assert steps == sorted(set(steps))
    assert steps[0] == 0
    assert steps[-1] >= 20_000
    evaluated = [row for row in rows if "against random" in row]
    assert [row["steps"] // 4_000 for row in evaluated][:5] == [0, 1, 2, 3, 4]
    assert all(row["nash_conv"] > 0 and row[error_name("against random")] > 0 for row in evaluated)
    with (trained / "curve.csv").open() as file:
        assert [int(row["steps"]) for row in csv.DictReader(file)] == steps
    assert (trained / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert not list(trained.glob("*.part"))
    load(trained / "agent", agora.envs.spec(KUHN))


def test_tensorboard_shows_the_curve(trained):
    events = EventAccumulator(str(trained / "tensorboard")).Reload()
    points = {event.step: event.value for event in events.Scalars("nash_conv")}
    rows = [row for row in curve_of(trained) if "nash_conv" in row]
    assert points == pytest.approx({row["steps"]: row["nash_conv"] for row in rows})


def test_a_killed_training_goes_on_as_if_nothing_had_happened(trained, tmp_path):
    path = written(tmp_path, SELF_PLAY)
    script = (
        f"from agora.agents.learned.train import train; train({str(path)!r}, {str(tmp_path / 'run')!r}, quiet=True)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path)
    deadline = time.monotonic() + 60
    while not (tmp_path / "run" / "checkpoint.pt").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (tmp_path / "run" / "agent").exists()
    train(path, tmp_path / "run", resume=True, quiet=True)
    assert curve_of(tmp_path / "run") == curve_of(trained)
    for name, array in weights_of(trained).items():
        np.testing.assert_array_equal(weights_of(tmp_path / "run")[name], array)


class Crash(Exception):
    """Stands for a crash."""


def test_a_training_that_crashes_after_every_checkpoint_ends_the_same(trained, tmp_path, monkeypatch):
    path, save = written(tmp_path, SELF_PLAY), Training.save_checkpoint

    def save_and_crash(training):
        save(training)
        raise Crash

    crashes = 0
    with monkeypatch.context() as patch:
        patch.setattr(Training, "save_checkpoint", save_and_crash)
        while crashes < 20:
            try:
                train(path, tmp_path / "run", resume=True, quiet=True)
                break
            except Crash:
                crashes += 1
    assert crashes == 5
    assert curve_of(tmp_path / "run") == curve_of(trained)
    for name, array in weights_of(trained).items():
        np.testing.assert_array_equal(weights_of(tmp_path / "run")[name], array)


def test_a_folder_is_not_overwritten_and_not_continued_with_other_settings(trained, tmp_path):
    with pytest.raises(ValueError, match="already holds a training: resume it, delete it"):
        train(written(tmp_path, SELF_PLAY), trained, quiet=True)
    with pytest.raises(ValueError, match=r"The settings changed .*\(seed\)"):
        train(written(tmp_path, SELF_PLAY), trained, resume=True, quiet=True, seed=7)
    with pytest.raises(ValueError, match=r"The settings changed .*\(parameters\)"):
        train(written(tmp_path, SELF_PLAY.replace("rollout = 16", "rollout = 32")), trained, resume=True, quiet=True)


def test_an_ended_training_resumes_to_the_same_agent(trained, tmp_path):
    before = (trained / "agent" / "weights.safetensors").read_bytes()
    train(written(tmp_path, SELF_PLAY), trained, resume=True, quiet=True)
    assert (trained / "agent" / "weights.safetensors").read_bytes() == before


def test_a_checkpoint_that_cannot_be_read_is_said(tmp_path):
    (tmp_path / "checkpoint.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(ValueError, match=r"checkpoint\.pt cannot be read .*; delete it to start over"):
        train(written(tmp_path, SELF_PLAY), tmp_path, resume=True, quiet=True)


def test_rows_evaluations_and_checkpoints_come_when_they_are_due(tmp_path, monkeypatch):
    training, saved = fake_training(tmp_path), []
    save = training.save_checkpoint
    monkeypatch.setattr(training, "save_checkpoint", lambda: (saved.append(training.learner.steps), save()))
    training.run(quiet=True)
    assert saved == [200, 400, 600, 800, 1000]
    assert [row["steps"] for row in training.rows] == list(range(0, 1001, 50))
    assert [row["steps"] for row in training.rows if "against random" in row] == [0, 300, 600, 900, 1000]
    assert all({"seconds", "cpu_seconds"} <= set(row) for row in training.rows)
    assert (training.rows[3]["episodes"], training.rows[3]["return"], training.rows[3]["loss"]) == (10, 150.0, 1.0)


def test_the_clock_goes_on_after_a_resume(tmp_path):
    rows = [{"steps": 200, "seconds": 1000.0, "cpu_seconds": 500.0}]
    training = fake_training(tmp_path, stored={"curve": rows, "learner": {"steps": 200}})
    training.run(quiet=True)
    assert training.rows[1]["steps"] == 250
    assert 1000.0 <= training.rows[1]["seconds"] < 1100.0
    assert 500.0 <= training.rows[1]["cpu_seconds"] < 600.0


def infinite(learner):
    return {"loss": float("inf")}


def refused(learner):
    learner.failing = None
    raise ValueError("Expected parameter logits to satisfy the constraint")


@pytest.mark.parametrize(
    ("failing", "message"),
    [
        (None, "weight is NaN after 650 steps"),
        (infinite, "loss is inf after 650 steps"),
        (refused, "weight is NaN after 650 steps"),
    ],
)
def test_divergence_says_what_and_when_and_keeps_the_last_good_checkpoint(tmp_path, failing, message):
    training = fake_training(tmp_path, Fake(650, failing))
    with pytest.raises(FloatingPointError, match=rf"{message}.* The last good checkpoint is .*\.pt, after 600 steps"):
        training.run(quiet=True)
    learner = Fake()

    fake_training(tmp_path, learner, checkpoint.read(tmp_path / "checkpoint.pt")).run(quiet=True)
    assert learner.steps == 1000


def test_divergence_before_any_checkpoint_says_so(tmp_path):
    with pytest.raises(FloatingPointError, match=r"after 50 steps\. No checkpoint was written before that"):
        fake_training(tmp_path, Fake(50)).run(quiet=True)
    assert not (tmp_path / "checkpoint.pt").exists()


def test_another_value_error_of_a_learner_is_its_own(tmp_path):
    def failing(learner):
        raise ValueError("something else")

    with pytest.raises(ValueError, match="something else"):
        fake_training(tmp_path, Fake(50, failing)).run(quiet=True)


def test_means_are_weighted_by_episodes():
    means = curve.Means()
    means.add({"episodes": 1, "return": 4.0, "loss": 1.0})
    means.add({"episodes": 3, "return": 0.0, "loss": 2.0, "elo": 7.0})
    means.add({"episodes": 0, "loss": 6.0})
    assert means.take() == {"episodes": 4, "return": 1.0, "loss": 3.0, "elo": 7.0}
    assert means.take() == {"episodes": 0, "return": None}
    assert curve.Means().take() == {}


ROWS = [
    {"steps": 0, "against random": 0.0, error_name("against random"): 0.1, "nash_conv": 1.0},
    {"steps": 50, "return": 0.5},
    {"steps": 100, "return": 1.0, "against random": 2.0, error_name("against random"): 0.1, "nash_conv": 0.01},
]


def test_panels_hold_what_was_measured():
    shown = curve.panels(ROWS, "chips", ["nash_conv", "never measured"])
    assert [panel.label for panel in shown] == ["mean return (chips)", "nash_conv"]
    training, random = shown[0].series
    assert training.points == [(50, 0.5, 0.0), (100, 1.0, 0.0)]
    assert random.points == [(0, 0.0, 0.1), (100, 2.0, 0.1)]
    assert shown[1].logarithmic
    assert not shown[0].logarithmic


def test_the_text_picture_goes_up_where_the_curve_does():
    text = text_plot.picture(curve.panels(ROWS, "chips", ["nash_conv"]), "Kuhn", width=60, height=10).plain
    lines = text.splitlines()
    assert lines[0] == "Kuhn"
    assert max(map(len, lines)) <= 60
    assert "● against random: 2 ± 0.2" in "\n".join(line.strip() for line in lines)
    rising, falling = lines[3:13], lines[lines.index("nash_conv, logarithmic") + 1 :][:10]
    assert mark_columns(rising) == [(0, "last"), (9, "first")]
    assert mark_columns(falling) == [(0, "first"), (9, "last")]


def mark_columns(lines):
    """Where a marker stands: (line, end of the line) from the top."""
    found = []
    for row, line in enumerate(lines):
        found += [(row, "first" if column < 30 else "last") for column, letter in enumerate(line) if letter == "●"]
    return found


def test_settings_survive_a_checkpoint(tmp_path):
    settings = from_table(FAKE | {"parameters": {"learning_rate": {"start": 1.0, "end": 0.5}}})
    plain = msgspec.to_builtins(settings)
    assert plain["parameters"]["learning_rate"] == {"start": 1.0, "end": 0.5}
    assert from_table({key: value for key, value in plain.items() if value is not None}) == settings


def test_runs_lie_under_the_name_of_the_settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = SELF_PLAY.replace("20_000", "1000")
    assert train(written(tmp_path, text), quiet=True) == Path("runs/settings/agent")

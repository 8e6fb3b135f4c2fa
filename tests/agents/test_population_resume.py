"""Every population that is stopped and taken up again ends with the same bytes as one that was not."""

import io

import pytest
import torch

import agora.envs
from agora.agents.learned.settings import algorithm_module, from_table
from agora.agents.learned.train import Training, train

KUHN = "agora/KuhnPoker-v0"
PPO = {"learning_rate": 1e-2, "minibatch": 256, "rollout": 8}
LEARNED = {"best_response": "learned", "response_steps": 500, "learner": PPO}
CASES = {
    "double-oracle": {},
    "PSRO, exact": {"meta_solver": "alpha-rank"},
    "PSRO, learned": {**LEARNED, "payoffs": "simulated", "games": 50},
    "fictitious-self-play, exact": {"best_response": "exact"},
    "fictitious-self-play, learned": {
        **LEARNED,
        "games": 64,
        "reservoir": 100,
        "supervised_steps": 5,
        "supervised_batch": 32,
    },
    "league": {"rounds": 1, "freeze_every": 2, "learner": PPO, "reset": 0.5},
    "NeuPL": {"policies": 3, "rounds": 1, "learner": PPO},
    "SPO": {"queue": 50, "learner": PPO},
}


def learner_of(case):
    algorithm = case.split(",")[0]
    id, options = (KUHN, {}) if algorithm != "SPO" else ("agora/KuhnPoker-v0", {"players": 3})
    table = {"id": id, "algorithm": algorithm, "steps": 6, "num_envs": 16, "options": options, "device": "cpu"}
    settings = from_table({**table, "network": {"hidden": [8]}, "parameters": CASES[case]})
    return algorithm_module(algorithm).make(settings, agora.envs.game(id, **options))


def files_of(folder):
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize("case", CASES)
def test_a_population_goes_on_exactly(case, tmp_path):
    learner = learner_of(case)
    for _ in range(3):
        learner.iterate()
    buffer = io.BytesIO()
    torch.save(learner.state(), buffer)
    rows = [learner.iterate() for _ in range(3)]
    buffer.seek(0)
    other = learner_of(case)
    other.restore(torch.load(buffer, weights_only=True))
    assert [other.iterate() for _ in range(3)] == rows
    assert other.steps == learner.steps
    assert files_of(other.save(tmp_path / "other")) == files_of(learner.save(tmp_path / "whole"))


class Crash(Exception):
    """Stands for a crash."""


def test_a_killed_training_of_a_population_ends_with_the_same_files(tmp_path, monkeypatch):
    settings = tmp_path / "settings.toml"
    text = f'id = "{KUHN}"\nalgorithm = "PSRO"\nsteps = 8\ncheckpoint_every = 3\n[evaluation]\ngames = 20\n'
    settings.write_text(text)
    train(settings, tmp_path / "whole", quiet=True)
    save = Training.save_checkpoint

    def save_and_crash(training):
        save(training)
        raise Crash

    monkeypatch.setattr(Training, "save_checkpoint", save_and_crash)
    with pytest.raises(Crash):
        train(settings, tmp_path / "killed", quiet=True)
    monkeypatch.setattr(Training, "save_checkpoint", save)
    assert not (tmp_path / "killed" / "agent").exists()
    train(settings, tmp_path / "killed", resume=True, quiet=True)
    assert files_of(tmp_path / "killed" / "agent") == files_of(tmp_path / "whole" / "agent")

"""Settings files: what is wrong is said in one line that names the file, the key and the way out."""

import importlib.util
from pathlib import Path

import pytest

import agora.agents.learned
import agora.baselines
import agora.envs
from agora.agents.learned import settings

GOOD = 'id = "agora/KuhnPoker-v0"\nalgorithm = "MaskablePPO"\nsteps = 1000\n'
BASELINES = sorted(Path(agora.baselines.__file__).parent.glob("*.toml"))


def written(tmp_path, text):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    return path


def test_a_short_file_is_enough(tmp_path):
    read = settings.read(written(tmp_path, GOOD))
    assert (read.id, read.algorithm, read.steps) == ("agora/KuhnPoker-v0", "MaskablePPO", 1000)
    assert read.network.hidden == [64, 64]
    assert read.seat == "alternate"
    assert read.self_play is None


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("stesp = 3", r"settings\.toml: unknown key stesp \(did you mean steps\?\); known keys: id, "),
        ("xyzzy = 3", r"settings\.toml: unknown key xyzzy; known keys: id, "),
        ("[self_play]\nevry = 3", r"unknown key self_play\.evry \(did you mean every\?\)"),
        ("[evaluation]\ngame = 3", r"unknown key evaluation\.game \(did you mean games\?\)"),
        ("num_envs = 'many'", r"settings\.toml: num_envs: expected int, got str\."),
        ("num_envs = 0", r"num_envs: expected int >= 1\."),
        ("[network]\nhidden = [64, 'x']", r"network\.hidden\[1\]: expected int, got str\."),
        ("[network]\nactivation = 'gelu'", r"network\.activation: invalid enum value 'gelu'\."),
        ("[parameters]\nlearning_rat = 1.0", r"unknown key parameters\.learning_rat \(did you mean learning_rate\?\)"),
        ("[parameters]\nn_steps = 1.5", r"parameters\.n_steps: expected int, got 1\.5\."),
        ("[parameters]\nlearning_rate = {start = 1.0}", r"parameters\.learning_rate: expected a number or"),
        ("[parameters]\nseed = 1", r"parameters\.seed is not set here but by the key seed"),
        ("[parameters]\nverbose = 1", r"unknown key parameters\.verbose"),
        ("opponent = 'random'\n[self_play]", r"opponent and \[self_play\] exclude each other"),
        ("opponent = 'self'", r"a table \[self_play\] trains against earlier versions"),
        ("steps = 1", r"settings\.toml is not valid TOML: Cannot overwrite a value"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, extra, message):
    with pytest.raises(ValueError, match=message) as caught:
        settings.read(written(tmp_path, GOOD + extra))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('id = "x"\nsteps = 1', r"the file lacks the key algorithm"),
        ('id = "x"\nsteps = 1\nalgorithm = "TRPO"', r"algorithm: invalid enum value 'TRPO'"),
    ],
)
def test_what_is_missing_is_said(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        settings.read(written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match=r"Cannot read the settings .*nothing\.toml: No such file"):
        settings.read(tmp_path / "nothing.toml")


def test_full_takes_the_place_of_steps(tmp_path):
    path = written(tmp_path, GOOD + "[full]\nsteps = 5000\n")
    assert settings.read(path).steps == 1000
    assert settings.read(path, full=True).steps == 5000
    with pytest.raises(ValueError, match=r"there is no table \[full\]"):
        settings.read(written(tmp_path, GOOD), full=True)


@pytest.mark.parametrize(
    ("algorithm", "extra", "message"),
    [
        ("SAC", "", r"SAC needs continuous actions, agora/KuhnPoker-v0 has Discrete\(n=2\); try MaskablePPO"),
        ("PPO", "", None),
        ("DQN", "", None),
    ],
)
def test_the_algorithm_must_fit_the_actions(tmp_path, algorithm, extra, message):
    read = settings.read(written(tmp_path, GOOD.replace("MaskablePPO", algorithm) + extra))
    spec = agora.envs.spec(read.id)
    if message is None:
        settings.check_against(read, spec)
    else:
        with pytest.raises(ValueError, match=message):
            settings.check_against(read, spec)


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_the_baselines_are_right(path):
    read = settings.read(path, full=True)
    settings.check_against(read, agora.envs.spec(read.id, **read.options))
    assert read.steps > settings.read(path).steps


def test_a_missing_extra_says_what_to_install(monkeypatch):
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else there(name))
    with pytest.raises(ModuleNotFoundError, match=r"need torch: pip install 'agora-rl\[train\]'"):
        importlib.reload(agora.agents.learned)

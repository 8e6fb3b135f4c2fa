"""Settings files: what is wrong is said in one line that names the file, the key and the way out."""

import importlib.util
from pathlib import Path

import pytest

import agora.agents.learned
import agora.baselines
import agora.envs
from agora.agents.learned import ppo, settings
from agora.agents.learned.stable_baselines.settings import check_actions
from agora.baselines import targets

GOOD = 'id = "agora/KuhnPoker-v0"\nalgorithm = "PPO"\nsteps = 1000\n'
REFERENCE = GOOD.replace("PPO", "stable-baselines3/MaskablePPO")
BASELINES = sorted({*Path(agora.baselines.__file__).parent.glob("*.toml")} - {targets.HERE / "targets.toml"})


def written(tmp_path, text):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    return path


def test_a_short_file_is_enough(tmp_path):
    read = settings.read(written(tmp_path, GOOD))
    assert (read.id, read.algorithm, read.steps) == ("agora/KuhnPoker-v0", "PPO", 1000)
    assert read.network.hidden == [128, 128]
    assert (read.seat, read.device, read.compile) == ("alternate", "auto", False)
    assert read.self_play is None
    assert read.parameters == ppo.Parameters()


def test_parameters_become_the_struct_of_the_algorithm(tmp_path):
    text = "[parameters]\nlearning_rate = { start = 1e-3, end = 1e-4 }\nepochs = 3\n"
    read = settings.read(written(tmp_path, GOOD + text))
    assert read.parameters == ppo.Parameters(learning_rate=settings.Schedule(1e-3, 1e-4), epochs=3)


def test_a_schedule_is_a_straight_line_that_stays_within_its_ends():
    line = settings.Schedule(1.0, 0.0)
    assert [settings.at(line, progress) for progress in (0.0, 0.25, 1.0, 1.5)] == [1.0, 0.75, 0.0, 0.0]
    assert settings.at(0.3, 0.5) == 0.3


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
        ("[network]\nstandardise = true", r"unknown key network\.standardise; known keys: kind, "),
        ("[parameters]\nlearning_rat = 1.0", r"unknown key parameters\.learning_rat \(did you mean learning_rate\?\)"),
        ("[parameters]\nepochs = 1.5", r"parameters\.epochs: expected int, got float\."),
        ("[parameters]\nepochs = 0", r"parameters\.epochs: expected int >= 1\."),
        ("[parameters]\nlearning_rate = {start = 1.0}", r"parameters\.learning_rate: the file lacks the key end\."),
        ("[parameters.learning_rate]\nstar = 1.0", r"unknown key parameters\.learning_rate\.star \(did you mean start"),
        ("parameters = 3", r"parameters: expected object, got int\."),
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
    ("extra", "message"),
    [
        ("[network]\nlayers = 3", r"unknown key network\.layers; known keys: hidden, activation, standardise"),
        ("compile = true", r"unknown key compile; known keys: id, "),
        ("[self_play]\nuniform = 0.5", r"unknown key self_play\.uniform; known keys: every, size, latest"),
        ("[parameters]\nlearning_rat = 1.0", r"unknown key parameters\.learning_rat \(did you mean learning_rate\?\)"),
        ("[parameters]\nn_steps = 1.5", r"parameters\.n_steps: expected int, got 1\.5\."),
        ("[parameters]\nlearning_rate = {start = 1.0}", r"parameters\.learning_rate: expected a number or"),
        ("[parameters]\nseed = 1", r"parameters\.seed is not set here but by the key seed"),
        ("[parameters]\nverbose = 1", r"unknown key parameters\.verbose"),
        ("opponent = 'random'\n[self_play]", r"opponent and \[self_play\] exclude each other"),
    ],
)
def test_what_is_wrong_for_stable_baselines3_is_said(tmp_path, extra, message):
    with pytest.raises(ValueError, match=message) as caught:
        settings.read(written(tmp_path, REFERENCE + extra))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('id = "x"\nsteps = 1', r"the file lacks the key algorithm"),
        (
            'id = "x"\nsteps = 1\nalgorithm = "PPOO"',
            r"algorithm: unknown 'PPOO' \(did you mean PPO\?\); known: PPO, SAC",
        ),
        ('id = "x"\nsteps = 1\nalgorithm = 3', r"algorithm: expected str, got int"),
        (
            'id = "x"\nsteps = 1\nalgorithm = "MaskablePPO"',
            r"'MaskablePPO' is now spelled 'stable-baselines3/MaskablePPO'",
        ),
        (
            'id = "x"\nsteps = 1\nalgorithm = "stable-baselines3/MaskablePP"',
            r"did you mean stable-baselines3/MaskablePPO",
        ),
    ],
)
def test_what_is_missing_is_said(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        settings.read(written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match=r"Cannot read the settings .*nothing\.toml: No such file"):
        settings.read(tmp_path / "nothing.toml")


def test_quick_takes_the_place_of_steps(tmp_path):
    path = written(tmp_path, GOOD + "[quick]\nsteps = 50\n")
    assert settings.read(path).steps == 1000
    assert settings.read(path, quick=True).steps == 50
    assert settings.read(written(tmp_path, GOOD), quick=True).steps == 1000


@pytest.mark.parametrize(
    ("algorithm", "message"),
    [
        ("SAC", r"SAC needs continuous actions, agora/KuhnPoker-v0 has Discrete\(n=2\); try MaskablePPO"),
        ("PPO", None),
        ("DQN", None),
    ],
)
def test_the_algorithm_must_fit_the_actions(tmp_path, algorithm, message):
    read = settings.read(written(tmp_path, REFERENCE.replace("MaskablePPO", algorithm)))
    spec = agora.envs.spec(read.id)
    if message is None:
        check_actions(read, spec)
    else:
        with pytest.raises(ValueError, match=message):
            check_actions(read, spec)


def test_opponents_need_several_players(tmp_path):
    read = settings.read(written(tmp_path, GOOD.replace("KuhnPoker", "Shop") + "opponent = 'random'"))
    with pytest.raises(ValueError, match=r"need several players; agora/Shop-v0 has one: leave them out"):
        settings.check_against(read, agora.envs.spec(read.id))


@pytest.mark.parametrize("algorithm", settings.ALGORITHMS)
def test_every_algorithm_is_there(algorithm):
    module = settings.algorithm_module(algorithm)
    assert settings.convert({}, module.Parameters) == module.Parameters()
    assert callable(module.make)


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_the_baselines_are_right(path):
    read = settings.read(path)
    settings.check_against(read, agora.envs.spec(read.id, **read.options))
    assert settings.read(path, quick=True).steps <= read.steps


def test_a_missing_extra_says_what_to_install(monkeypatch):
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else there(name))
    with pytest.raises(ModuleNotFoundError, match=r"need torch: pip install 'agora-rl\[train\]'"):
        importlib.reload(agora.agents.learned)

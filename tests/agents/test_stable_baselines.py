"""stable-baselines3 as a learner: curve, exact resume, saved agents, its pool of opponents."""

import csv
import json

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

import agora.agents.api
import agora.envs
from agora.agents.learned.saved import threads
from agora.agents.learned.settings import read
from agora.agents.learned.stable_baselines import saved
from agora.agents.learned.stable_baselines.learner import make
from agora.agents.learned.stable_baselines.pool import Pool
from agora.agents.learned.stable_baselines.scaling import random_observations, standardising
from agora.agents.learned.train import Training, train

KUHN = "agora/KuhnPoker-v0"
OFFERS = "agora/AlternatingOffers-v0"
SELF_PLAY = f"""
id = "{KUHN}"
algorithm = "stable-baselines3/MaskablePPO"
steps = 20_000
num_envs = 64
checkpoint_every = 4_000
[self_play]
every = 2_000
size = 4
[parameters]
n_steps = 16
batch_size = 256
n_epochs = 4
[network]
hidden = [16, 16]
[evaluation]
every = 4_000
games = 100
"""
SHORT = f"""
id = "{KUHN}"
algorithm = "stable-baselines3/ALGORITHM"
steps = 2_000
num_envs = 16
checkpoint_every = 500
[network]
hidden = [16]
[evaluation]
games = 50
[parameters]
"""
SMALL = {
    "MaskablePPO": "n_steps = 8\nbatch_size = 64\n",
    "PPO": "n_steps = 8\nbatch_size = 64\nlearning_rate = { start = 1e-2, end = 1e-3 }\n",
    "A2C": "n_steps = 8\n",
    "SAC": "learning_starts = 100\nbuffer_size = 1000\nbatch_size = 32\n",
    "DQN": "learning_starts = 100\nbuffer_size = 1000\ntarget_update_interval = 100\ntrain_freq = 4\n",
}


def written(folder, text, name="settings.toml"):
    path = folder / name
    path.write_text(text)
    return path


def curve_of(folder):
    """The rows without the clock."""
    rows = [json.loads(line) for line in (folder / "curve.jsonl").read_text().splitlines()]
    return [{key: value for key, value in row.items() if key not in ("seconds", "cpu_seconds")} for row in rows]


def weights_of(folder):
    return load_file(folder / "agent" / "weights.safetensors")


def learned(settings):
    """A learner that has played all its steps."""
    with threads(settings.threads):
        learner = make(settings, agora.envs.game(settings.id))
        while learner.steps < settings.steps:
            learner.iterate()
    return learner


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A training by self-play that nothing interrupted."""
    folder = tmp_path_factory.mktemp("trained")
    path = written(folder, SELF_PLAY)
    assert train(path, folder / "run", quiet=True) == folder / "run" / "agent"
    return folder / "run"


def test_a_training_leaves_a_curve_and_an_agent(trained):
    rows = curve_of(trained)
    steps = [row["steps"] for row in rows]
    assert steps == sorted(set(steps))
    assert steps[0] == 0
    assert steps[-1] >= 20_000
    evaluated = [row["against random"] for row in rows if "against random" in row]
    assert [row["steps"] // 4_000 for row in rows if "against random" in row][:5] == [0, 1, 2, 3, 4]
    assert evaluated[-1] > evaluated[0] + 0.1
    with (trained / "curve.csv").open() as file:
        assert [int(row["steps"]) for row in csv.DictReader(file)] == steps
    assert (trained / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert list((trained / "tensorboard").rglob("events*"))
    assert not list(trained.glob("*.part"))


class Crash(Exception):
    """Stands for a crash."""


@pytest.mark.parametrize("algorithm", SMALL)
def test_every_algorithm_resumes_exactly(algorithm, tmp_path, monkeypatch):
    text = SHORT.replace("ALGORITHM", algorithm) + SMALL[algorithm]
    path = written(tmp_path, text.replace(KUHN, OFFERS) if algorithm == "SAC" else text)
    train(path, tmp_path / "whole", quiet=True)

    def save_and_crash(training):
        save(training)
        raise Crash

    save = Training.save_checkpoint
    with monkeypatch.context() as patch:
        patch.setattr(Training, "save_checkpoint", save_and_crash)
        with pytest.raises(Crash):
            train(path, tmp_path / "broken", quiet=True)
    train(path, tmp_path / "broken", resume=True, quiet=True)
    assert curve_of(tmp_path / "broken") == curve_of(tmp_path / "whole")
    for name, array in weights_of(tmp_path / "whole").items():
        np.testing.assert_array_equal(weights_of(tmp_path / "broken")[name], array)


def test_an_ended_training_resumes_to_the_same_agent(trained, tmp_path):
    before = (trained / "agent" / "weights.safetensors").read_bytes()
    train(written(tmp_path, SELF_PLAY), trained, resume=True, quiet=True)
    assert (trained / "agent" / "weights.safetensors").read_bytes() == before


def test_divergence_stops_with_a_clear_message(tmp_path):
    text = SHORT.replace("ALGORITHM", "A2C") + "n_steps = 8\nlearning_rate = 1e38\nmax_grad_norm = 1e38\n"
    with pytest.raises(FloatingPointError, match=r"Training diverged: .* Lower parameters\.learning_rate"):
        train(written(tmp_path, text), tmp_path / "run", quiet=True)
    assert not (tmp_path / "run" / "agent").exists()


def test_what_the_algorithm_refuses_is_a_value_error(tmp_path):
    text = SHORT.replace("ALGORITHM", "PPO") + "n_steps = 8\nbatch_size = -1\n"
    with pytest.raises(ValueError):
        train(written(tmp_path, text), tmp_path / "run", quiet=True)


def test_a_saved_agent_plays_as_it_did_when_it_was_trained(tmp_path):
    path = written(tmp_path, SHORT.replace("ALGORITHM", "MaskablePPO") + SMALL["MaskablePPO"])
    learner = learned(read(path))
    folder = learner.save(tmp_path / "agent")
    spec = learner.game.spec
    batch = agora.envs.batch(KUHN, 50, seed=1)
    agent = agora.agents.api.load(folder, spec)
    assert isinstance(agent, agora.agents.api.PolicyAgent)
    with torch.no_grad():
        theirs = learner.model.policy.get_distribution(torch.from_numpy(batch.observation.copy()), batch.legal.copy())
    ours = agent.policy(batch.observation, batch.legal)
    np.testing.assert_allclose(ours, theirs.distribution.probs.numpy(), atol=1e-6)
    np.testing.assert_allclose(ours.sum(axis=1), 1)
    agent.reset(spec, np.arange(50), seed=0)
    first = agent.act(batch.observation, batch.legal, np.arange(50))
    agent.reset(spec, np.arange(50), seed=0)
    np.testing.assert_array_equal(agent.act(batch.observation, batch.legal, np.arange(50)), first)


@pytest.mark.parametrize("algorithm", ["SAC", "PPO"])
def test_a_saved_agent_with_continuous_actions_plays_the_mean_of_what_was_trained(algorithm, tmp_path):
    text = SHORT.replace("ALGORITHM", algorithm).replace(KUHN, OFFERS).replace("hidden", "standardise = true\nhidden")
    learner = learned(read(written(tmp_path, text + SMALL[algorithm])))
    agent = agora.agents.api.load(learner.save(tmp_path / "agent"), learner.game.spec)
    observation = learner.env.reset()
    ours = agent.act(observation, np.zeros((len(observation), 0), bool), np.arange(len(observation)))
    np.testing.assert_allclose(ours, learner.model.predict(observation, deterministic=True)[0], atol=1e-5)
    assert ours.shape == (16, 2)
    assert len(np.unique(ours)) > 2


def test_standardised_inputs_have_mean_zero_and_deviation_one():
    game = agora.envs.game(OFFERS)
    inputs = standardising(game, seed=0)["features_extractor_kwargs"]
    seen = random_observations(game, seed=0)
    scaled = (seen - inputs["shift"]) * inputs["scale"]
    moving = seen.std(axis=0) > 1e-6
    assert 3 < moving.sum() < len(moving)
    np.testing.assert_allclose(scaled[:, moving].std(axis=0), 1)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-9)


def test_illegal_actions_have_probability_zero(trained):
    spec = agora.envs.spec(KUHN)
    agent = agora.agents.api.load(trained / "agent", spec)
    batch = agora.envs.batch(KUHN, 10, seed=1)
    legal = np.tile([False, True], (10, 1))
    np.testing.assert_array_equal(agent.policy(batch.observation, legal), np.tile([0.0, 1.0], (10, 1)))


@pytest.fixture
def copied(trained, tmp_path):
    """A copy of a saved agent, to be damaged."""
    folder = tmp_path / "agent"
    folder.mkdir()
    for name in ("agent.toml", "weights.safetensors"):
        (folder / name).write_bytes((trained / "agent" / name).read_bytes())
    return folder


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[network]", "[networks]", r"agent\.toml is damaged: KeyError 'network'"),
        ('"tanh"', '"gelu"', "unknown head or activation"),
        ("16, 16", "16, 17", r"does not hold layer 1 of shape \(17, 16\)"),
        ("deterministic = false", "", "KeyError 'deterministic'"),
        ("stable-baselines3", "pickle", "says kind = 'pickle'; known kinds"),
        (f'"{KUHN}"', '"agora/Other-v0"', r"plays \['agora/Other-v0'\], not agora/KuhnPoker-v0"),
    ],
)
def test_a_damaged_description_is_refused(copied, old, new, message):
    text = (copied / "agent.toml").read_text()
    assert old in text
    (copied / "agent.toml").write_text(text.replace(old, new))
    with pytest.raises(ValueError, match=message):
        agora.agents.api.load(copied, agora.envs.spec(KUHN))


def test_damaged_weights_are_refused(copied):
    path = copied / "weights.safetensors"
    tensors = load_file(path)
    save_file({**tensors, "layers.0.bias": np.full(16, np.nan, np.float32)}, path)
    with pytest.raises(ValueError, match="layer 0 holds NaN"):
        agora.agents.api.load(copied, agora.envs.spec(KUHN))
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ValueError, match=r"weights\.safetensors cannot be read"):
        agora.agents.api.load(copied, agora.envs.spec(KUHN))
    path.unlink()
    with pytest.raises(ValueError, match=r"weights\.safetensors cannot be read"):
        agora.agents.api.load(copied, agora.envs.spec(KUHN))


def test_an_agent_for_other_options_is_refused(trained):
    with pytest.raises(ValueError, match=r"takes 11 numbers and gives 2; .*'players': 3"):
        agora.agents.api.load(trained / "agent", agora.envs.spec(KUHN, players=3))


def constant(spec, action):
    """A network that takes one action whatever it sees."""
    bias = torch.full((spec.action.n,), -100.0)
    bias[action] = 100.0
    return saved.Network(((torch.zeros(spec.action.n, spec.observation_size), bias),), "tanh", "categorical")


def test_the_pool_plays_the_newest_and_the_past():
    spec = agora.envs.spec(KUHN)
    lanes = np.arange(4000)
    observation, legal = np.zeros((4000, spec.observation_size), np.float32), np.ones((4000, 2), bool)
    pool = Pool(spec, size=4, latest=0.5)
    for action in (0, 0, 0, 1):
        pool.add(constant(spec, action))
    pool.reset(spec, lanes, seed=0)
    bets = pool.act(observation, legal, lanes)
    assert bets.mean() == pytest.approx(0.5 + 0.5 / 4, abs=0.03)  # the newest alone bets
    np.testing.assert_array_equal(pool.act(observation, legal, lanes), bets)  # a game keeps its opponent
    pool.add(constant(spec, 0))
    np.testing.assert_array_equal(pool.act(observation, legal, lanes), bets)
    assert len(pool.networks) == 4
    pool.reset(spec, lanes, seed=1)
    assert pool.act(observation, legal, lanes).mean() < 0.2


def test_pools_put_back_play_alike():
    spec = agora.envs.spec(KUHN)
    lanes = np.arange(100)
    observation, legal = np.zeros((100, spec.observation_size), np.float32), np.ones((100, 2), bool)
    first, second = Pool(spec, size=3, latest=0.2), Pool(spec, size=3, latest=0.2)
    for action in (0, 1, 0, 1, 1, 0):
        first.add(constant(spec, action))
    second.restore(first.networks, first.added)
    for pool in (first, second):
        pool.add(constant(spec, 1))
        pool.reset(spec, lanes, seed=4)
    np.testing.assert_array_equal(first.act(observation, legal, lanes), second.act(observation, legal, lanes))

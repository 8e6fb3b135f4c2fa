"""Agents that draw one of several policies for every game and seat."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.learned.evaluation import deal_seeds, play
from agora.agents.population import mixture
from agora.agents.population.frozen import freeze, thaw
from agora.agents.population.mixture import MixtureAgent
from agora.agents.solvers.tree import build
from agora.agents.tabular import Table, save

KUHN = agora.envs.game("agora/KuhnPoker-v0")


def always(action):
    return load(lambda observation, legal: np.full(len(legal), action), KUHN.spec)


class Constant:
    """Draws a number in each lane at its first move, and plays it to the end of the game."""

    def __init__(self, needs="observation"):
        self.needs = needs

    def reset(self, spec, lanes, seed):
        self.started = lanes.tolist()

    def act(self, observation, legal, lanes, states=None):
        return np.ones(len(lanes), np.int64)


def seats_in(count, seat):
    """Observations of the first decision in Kuhn poker with the seat set."""
    observation = np.zeros((count, KUHN.spec.observation_size), np.float32)
    KUHN.spec.pieces(observation)["seat"][:, seat] = 1
    return observation


def test_each_seat_draws_with_its_own_weights_once_a_game():
    agent = MixtureAgent([always(0), always(1)], np.array([[1.0, 0.0], [0.25, 0.75]]), KUHN.spec)
    lanes, legal = np.arange(4000), np.ones((4000, 2), np.bool_)
    agent.reset(KUHN.spec, lanes, 0)
    assert agent.needs == "observation"
    first = agent.act(seats_in(4000, 1), legal, lanes)
    assert first.mean() == pytest.approx(0.75, abs=0.03)
    assert (agent.act(seats_in(4000, 1), legal, lanes) == first).all()
    agent.reset(KUHN.spec, lanes[:2000], 1)
    second = agent.act(seats_in(4000, 1), legal, lanes)
    assert (second[2000:] == first[2000:]).all()
    assert (second[:2000] != first[:2000]).any()
    agent.reset(KUHN.spec, lanes, 2)
    assert not agent.act(seats_in(4000, 0), legal, lanes).any()


def test_policies_that_remember_are_told_of_their_games():
    policy = Constant()
    agent = MixtureAgent([always(0), policy], np.full((2, 2), 0.5), KUHN.spec)
    lanes = np.arange(100)
    agent.reset(KUHN.spec, lanes, 0)
    actions = agent.act(seats_in(100, 0), np.ones((100, 2), np.bool_), lanes)
    assert policy.started == np.flatnonzero(actions).tolist()


def test_states_tell_the_seat_where_observations_do_not():
    game = agora.envs.game("agora/TicTacToe-v0")
    policies = [load("random", game.spec)] * 2
    assert MixtureAgent(policies, [[0.5, 0.5]] * 2, game.spec).needs == "observation"
    agent = MixtureAgent(policies, [[1.0, 0.0], [0.0, 1.0]], game.spec)
    assert agent.needs == "states"
    play(game, [agent], np.zeros((4, 2), np.int64), deal_seeds(0, 4), 0)
    assert {key % 2: number for key, number in agent._playing.items()} == {0: 0, 1: 1}
    assert MixtureAgent([Constant("truth")], [[1.0]] * 2, game.spec).needs == "truth"


def test_weights_must_be_probabilities():
    for weights in ([[1.0]], [[1.0], [0.5]], [[2.0], [1.0]], [[1.0, 0.0], [1.0, 0.0]]):
        with pytest.raises(ValueError, match="give probabilities of 1 policies for each of 2 seats"):
            MixtureAgent([always(0)], np.array(weights), KUHN.spec)


def test_a_saved_mixture_plays_the_same(tmp_path):
    tree = build(KUHN)
    strategy = tree.legal / tree.legal.sum(axis=1, keepdims=True)
    table = Table(tree.owner, tree.before, tree.observation, tree.legal, strategy)
    first = freeze(lambda folder: save(table, folder, KUHN.spec, name="uniform"), KUHN.spec)
    stored = [first.stored, "scripted/always_bet"]
    weights = np.array([[0.5, 0.5], [0.2, 0.8]])
    folder = mixture.save(stored, weights, tmp_path / "agent", KUHN.spec, name="both")
    assert (folder / "policies" / "000" / "agent.toml").is_file()
    found = load(folder, KUHN.spec)
    kept = MixtureAgent([thaw(one, KUHN.spec).agent for one in stored], weights, KUHN.spec)
    returns = [
        play(KUHN, [agent], np.zeros((200, 2), np.int64), deal_seeds(3, 200), 3).final_returns.tolist()
        for agent in (found, kept)
    ]
    assert returns[0] == returns[1]
    (folder / "agent.toml").write_text((folder / "agent.toml").read_text().replace("weights", "heights"))
    with pytest.raises(ValueError, match="is damaged: KeyError"):
        load(folder, KUHN.spec)

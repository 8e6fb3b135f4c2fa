"""NeuPL: conditions, the interaction graph, and one network that is several policies."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.learned.settings import algorithm_module, from_table
from agora.agents.population.conditional import appended, conditioned
from agora.agents.population.neupl import ConditionedGames, Neighbours
from agora.agents.solvers.best_response import expected_returns
from agora.agents.solvers.exploit import exploit

KUHN = "agora/KuhnPoker-v0"


def learner_of(id=KUHN, options=None, network=None, **parameters):
    table = {"id": id, "algorithm": "NeuPL", "steps": 10, "num_envs": 64, "device": "cpu", "options": options or {}}
    ppo = {"rollout": 16, "minibatch": 128, "epochs": 4, "learning_rate": 3e-3, "gamma": 1.0}
    parameters = {"policies": 3, "rounds": 2, "learner": ppo, **parameters}
    settings = from_table({**table, "network": {"hidden": [32], **(network or {})}, "parameters": parameters})
    return algorithm_module("NeuPL").make(settings, agora.envs.game(id, **settings.options))


def test_conditions_stand_behind_observations():
    spec = agora.envs.spec("agora/ConnectFour-v0")
    seen = conditioned(spec, 3)
    assert seen.observation_size == spec.observation_size + 3
    assert seen.observation_dtype == "float32"
    observation = np.arange(4).reshape(2, 2).astype(np.int8)
    assert appended(observation, np.array([0.25, 0.5])).tolist() == [[0, 1, 0.25, 0.5], [2, 3, 0.25, 0.5]]
    assert appended(observation, np.eye(2)).tolist() == [[0, 1, 1, 0], [2, 3, 0, 1]]


def test_every_policy_answers_those_below_it():
    learner = learner_of(policies=4)
    assert learner.graph[1, 0].tolist() == [1, 0, 0, 0]
    assert learner.graph[2, 1].tolist() == [0.5, 0.5, 0, 0]
    learner.iterate()
    assert not learner.graph[0].any()
    for policy in range(1, 4):
        assert learner.graph[policy, :, :policy].sum(axis=1) == pytest.approx([1, 1])
        assert not learner.graph[policy, :, policy:].any()
    # By hand: policy 2 answers whichever of 0 and 1 wins, if the same one does in both seats.
    payoffs = np.zeros((4, 4, 2))
    payoffs[1, :, 0], payoffs[:, 1, 1] = 1.0, 1.0
    learner._draw_graph(payoffs)
    assert learner.graph[2, :, :2] == pytest.approx(np.array([[0, 1], [0, 1]]), abs=1e-5)


def test_neighbours_are_drawn_from_the_mixture_of_their_seat():
    learner = learner_of(policies=3)
    learner.graph[2, 1, :] = [0.25, 0.75, 0]
    neighbours = Neighbours(learner, 4000)
    keys = np.arange(4000) * 2 + 1
    neighbours.reset(learner.game.spec, keys, 0)
    assert (neighbours.learning == 2).mean() == pytest.approx(0.5, abs=0.03)
    observation = np.zeros((4000, learner.game.spec.observation_size), np.float32)
    neighbours.act(observation, np.ones((4000, 2), np.bool_), keys)
    drawn = neighbours._playing[:, 1]
    assert (drawn[neighbours.learning == 1] == 0).all()
    assert (drawn[neighbours.learning == 2] == 1).mean() == pytest.approx(0.75, abs=0.04)
    assert (neighbours._playing[:, 0] == -1).all()
    neighbours.act(observation, np.ones((4000, 2), np.bool_), keys)
    np.testing.assert_array_equal(neighbours._playing[:, 1], drawn)


def test_rows_play_their_own_policy():
    learner = learner_of(policies=3)
    neighbours, size = Neighbours(learner, 4), learner.game.spec.observation_size
    observation, legal = np.random.default_rng(0).random((3, size)).astype(np.float32), np.ones((3, 2), np.bool_)
    found = neighbours._chances(observation, legal, np.array([0, 1, 2]))
    for row, policy in enumerate(learner._policies()):
        assert found[row] == pytest.approx(policy.policy(observation[row : row + 1], legal[:1])[0])
    assert found[0] == pytest.approx([0.5, 0.5])
    assert found[1] != pytest.approx(found[2])


def test_the_learner_is_told_which_policy_it_is():
    learner = learner_of(policies=3)
    games = ConditionedGames(learner, learner.settings, learner.game)
    games.start(0)
    for _ in range(10):
        told = games.observation[:, learner.game.spec.observation_size :]
        np.testing.assert_array_equal(told, learner.conditions[games.neighbours.learning].astype(np.float32))
        before = games.neighbours.learning.copy()
        games.play(games.legal.argmax(axis=1))
        np.testing.assert_array_equal(games._learned, before)
    assert set(games.neighbours.learning.tolist()) == {1, 2}


def test_it_learns_and_is_saved(tmp_path):
    learner = learner_of(policies=3, rounds=30)
    numbers = learner.iterate()
    # Policy 1 answers uniform play, against which best responses get 1/2 and 5/12 (see test_exploit.py).
    tree, (uniform, first, _) = learner.tree, learner._policies()
    seats = [[first.policy, uniform.policy], [uniform.policy, first.policy]]
    gained = [expected_returns(tree, seated)[seat] for seat, seated in enumerate(seats)]
    assert sum(gained) > 0.95 * 11 / 12
    assert numbers["nash_conv"] < 2
    agent, spec = learner.agent(), learner.game.spec
    folder = learner.save(tmp_path / "agent")
    assert exploit(load(folder, spec), learner.game).nash_conv == pytest.approx(exploit(agent, learner.game).nash_conv)
    np.testing.assert_array_equal(np.load(folder / "graph.npy"), learner.graph)
    kept = learner._policies()[2]
    policy = load(folder / "mixture" / "policies" / "002", spec)
    np.testing.assert_allclose(
        policy.policy(learner.tree.observation, learner.tree.legal),
        kept.policy(learner.tree.observation, learner.tree.legal),
    )


def test_three_players_and_simulated_payoffs():
    learner = learner_of(options={"players": 3}, payoffs="simulated", games=20, rounds=1)
    assert "nash_conv" not in learner.iterate()
    assert learner.graph.shape == (3, 3, 3)


def test_what_it_cannot_play_is_refused():
    for bad in ({"id": "agora/Shop-v0"}, {"id": "agora/AlternatingOffers-v0"}, {"network": {"recurrent": 8}}):
        with pytest.raises(ValueError, match="NeuPL needs several players, discrete actions and a network without"):
            learner_of(**bad)

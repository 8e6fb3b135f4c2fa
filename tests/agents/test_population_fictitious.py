"""Fictitious self-play: the exact kind against the solver, the reservoir's law, and the learned kind on Kuhn poker."""

import numpy as np
import pytest
import torch

import agora.envs
from agora.agents.api import load
from agora.agents.learned.settings import algorithm_module, from_table
from agora.agents.population.fictitious_self_play import Recorder, Reservoir
from agora.agents.solvers.best_response import expected_returns
from agora.agents.solvers.exploit import exploit
from agora.agents.solvers.fictitious_play import FictitiousPlay
from agora.agents.solvers.tree import build

KUHN = "agora/KuhnPoker-v0"


def learner_of(id=KUHN, network=None, **parameters):
    table = {"id": id, "algorithm": "fictitious-self-play", "steps": 10, "num_envs": 64, "device": "cpu"}
    settings = from_table({**table, "network": {"hidden": [32], **(network or {})}, "parameters": parameters})
    return algorithm_module(settings.algorithm).make(settings, agora.envs.game(id))


def test_exact_fictitious_play_is_that_of_the_solver(tmp_path):
    learner = learner_of(best_response="exact")
    found = [learner.iterate()["nash_conv"] for _ in range(200)]
    solver = FictitiousPlay(build(learner.game))
    solver.advance(200)
    agent = load(learner.save(tmp_path / "agent"), learner.game.spec)
    tree = learner.tree
    np.testing.assert_array_equal(agent.policy(tree.observation, tree.legal), solver.strategy)
    assert found[-1] == pytest.approx(exploit(agent, learner.game).nash_conv)
    assert found[-1] < 0.1


def test_a_reservoir_keeps_every_row_with_the_same_probability():
    kept = np.zeros(60)
    for seed in range(2000):
        reservoir = Reservoir(20, seed)
        for start, stop in ((0, 7), (7, 30), (30, 60)):
            rows = torch.arange(start, stop)
            reservoir.add(rows, 10 * rows)
        assert len(reservoir) == 20
        assert (reservoir.columns[1] == 10 * reservoir.columns[0]).all()
        assert len(set(reservoir.columns[0].tolist())) == 20
        kept[reservoir.columns[0].numpy()] += 1
    # 2,000 draws with probability 1/3: five standard errors are 105.
    assert np.abs(kept - 2000 / 3).max() < 106


def test_a_reservoir_that_is_not_full_keeps_everything():
    reservoir = Reservoir(100, 0)
    reservoir.add(torch.arange(5))
    reservoir.add(torch.arange(5, 9))
    assert reservoir.columns[0].tolist() == list(range(9))
    assert set(reservoir.draw(500)[0].tolist()) == set(range(9))


def test_a_recorder_keeps_what_was_decided():
    agent = Recorder(load(lambda observation, legal: legal.argmax(axis=1), agora.envs.spec(KUHN)))
    agent.reset(agora.envs.spec(KUHN), np.arange(2), 0)
    observation, legal = np.ones((2, 3)), np.array([[False, True], [True, True]])
    assert agent.act(observation, legal, np.arange(2)).tolist() == [1, 0]
    observation[:] = 0
    ((seen, allowed, actions),) = agent.decisions
    assert seen.min() == 1
    assert allowed.tolist() == legal.tolist()
    assert actions.tolist() == [1, 0]


def test_what_a_response_does_in_its_seats_is_remembered():
    learner, spec = learner_of(games=4_000), agora.envs.spec(KUHN)
    bets, tree = load("scripted/always_bet", spec), build(learner.game)
    gained = learner._remember(bets, seed=0)
    average = learner.agent().policy
    exact = [
        expected_returns(tree, [bets.policy, average])[0],
        expected_returns(tree, [average, bets.policy])[1],
    ]
    assert gained == pytest.approx(np.mean(exact), abs=0.1)  # three standard errors; the other way round it is negative
    assert np.mean(exact) > 0.1
    observation, _, action = learner.reservoir.columns
    assert (action == 1).all()
    assert spec.pieces(observation.numpy())["seat"].mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.1)


def test_the_average_learns_what_the_responses_did():
    """From one action alone the average comes to play that action."""
    learner = learner_of(supervised_steps=200, supervised_batch=64, supervised_rate=1e-2)
    tree = build(learner.game)
    learner.reservoir.add(*map(torch.from_numpy, (tree.observation, tree.legal, np.ones(len(tree.owner), np.int64))))
    first = learner._imitate()
    assert learner._imitate() < first
    assert learner.agent().policy(tree.observation, tree.legal)[:, 1].min() > 0.95


def test_learned_fictitious_self_play_comes_closer():
    ppo = {"learning_rate": 1e-2, "minibatch": 512, "rollout": 8, "gamma": 1.0, "entropy": 0.0}
    learner = learner_of(response_steps=8_000, games=1_000, learner=ppo)
    before = exploit(learner.agent(), learner.game).nash_conv
    for _ in range(8):
        numbers = learner.iterate()
    assert exploit(learner.agent(), learner.game).nash_conv < 0.5 * before
    assert numbers.keys() == {"supervised_loss", "response return"}
    assert len(learner.reservoir) > 8_000


def test_what_it_cannot_learn_is_refused():
    for bad in ({"network": {"recurrent": 8}}, {"id": "agora/AlternatingOffers-v0"}):
        with pytest.raises(ValueError, match="single decisions among discrete actions"):
            learner_of(**bad)

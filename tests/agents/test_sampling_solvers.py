"""Solvers that learn from samples: Monte Carlo CFR and regularised leaders."""

import numpy as np
import pytest

import agora.envs
from agora.agents.solvers.best_response import expected_returns, nash_conv
from agora.agents.solvers.cfr import CFR, Variant
from agora.agents.solvers.mccfr import ExternalSampling, OutcomeSampling
from agora.agents.solvers.regularised_leader import RegularisedLeader
from agora.agents.solvers.tree import build


@pytest.fixture(scope="module")
def kuhn():
    return build(agora.envs.game("agora/KuhnPoker-v0"))


SAMPLERS = {
    "external": ExternalSampling,
    "outcome": OutcomeSampling,
    "balanced": lambda tree, seed: RegularisedLeader(tree, "balanced", seed),
    "adaptive": lambda tree, seed: RegularisedLeader(tree, "adaptive", seed),
}


@pytest.mark.parametrize(
    ("name", "iterations", "bound"),
    [("external", 20_000, 0.02), ("outcome", 300_000, 0.03), ("balanced", 600_000, 0.05), ("adaptive", 600_000, 0.05)],
)
def test_sampling_converges(kuhn, name, iterations, bound):
    solver = SAMPLERS[name](kuhn, 0)
    solver.advance(iterations // 100)
    early = nash_conv(kuhn, solver.strategy)
    solver.advance(iterations - iterations // 100)
    assert nash_conv(kuhn, solver.strategy) < min(bound, early / 2)
    assert expected_returns(kuhn, solver.strategy)[0] == pytest.approx(-1 / 18, abs=bound)


@pytest.mark.parametrize("name", SAMPLERS)
def test_same_seed_same_strategy(kuhn, name):
    first, second, other = (SAMPLERS[name](kuhn, seed) for seed in (3, 3, 4))
    first.advance(500)
    for _ in range(5):
        second.advance(100)
    other.advance(500)
    assert np.array_equal(first.strategy, second.strategy)
    assert not np.array_equal(first.strategy, other.strategy)


@pytest.mark.parametrize("name", SAMPLERS)
def test_samples_of_three_players_stay_strategies(name):
    tree = build(agora.envs.game("agora/KuhnPoker-v0", players=3))
    solver = SAMPLERS[name](tree, 0)
    before = nash_conv(tree, solver.strategy)
    solver.advance(20_000)
    assert solver.strategy.sum(axis=1) == pytest.approx(1)
    assert nash_conv(tree, solver.strategy) < before


@pytest.mark.parametrize("solver", [ExternalSampling, OutcomeSampling])
def test_sampled_regrets_are_right_in_the_mean(kuhn, solver):
    """The first player's regrets after one iteration, over many seeds, are those of CFR."""
    exact = CFR(kuhn, Variant(alternating=False))
    exact.advance(1)
    sampled = []
    for seed in range(4000):
        one = solver(kuhn, seed)
        one.advance(1)
        sampled.append(one._memory.regret[kuhn.owner == 0])
    error = np.std(sampled, axis=0) / np.sqrt(len(sampled))
    assert (np.abs(np.mean(sampled, axis=0) - exact._memory.regret[kuhn.owner == 0]) <= 4.5 * error).all()


def test_external_sampling_tries_every_action_of_the_learner():
    """With one decision each and pure strategies there is nothing to draw, so it does what CFR does."""
    tree = build(agora.envs.game("agora/NormalForm-v0", name="prisoners_dilemma"))
    solver = ExternalSampling(tree, 0)
    solver.advance(1000)
    assert solver.strategy[:, 1] == pytest.approx(1, abs=0.01)  # both defect


def test_the_balanced_leader_starts_where_more_is_to_be_tried(kuhn):
    """The first player of Kuhn poker: passing can lead to another decision of two actions, betting ends its part."""
    solver = RegularisedLeader(kuhn, "balanced")
    first = np.flatnonzero((kuhn.owner == 0) & (kuhn.rank == 0))
    solver.advance(1)
    played = RegularisedLeader(kuhn, "balanced")._memory.strategy[first]
    assert played == pytest.approx(np.tile([3 / 4, 1 / 4], (3, 1)))


def test_regularisers_are_named(kuhn):
    with pytest.raises(ValueError, match="choose balanced or adaptive"):
        RegularisedLeader(kuhn, "other")

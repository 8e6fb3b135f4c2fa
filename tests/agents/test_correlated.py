"""Distances from correlated and coarse correlated equilibria, on games whose equilibria are known."""

import numpy as np
import pytest

import agora.envs
from agora.agents.solvers.best_response import nash_conv
from agora.agents.solvers.correlated import Mixture
from agora.agents.solvers.tree import build


def profiles(rows, columns, chosen):
    """Pure profiles of a game of two with one decision each."""
    width = max(rows, columns)
    return [np.stack([np.eye(width)[row], np.eye(width)[column]]) for row, column in chosen]


@pytest.fixture(scope="module")
def shapley():
    return build(agora.envs.game("agora/NormalForm-v0", name="shapley"))


ALL = [(row, column) for row in range(3) for column in range(3)]


def test_all_of_shapleys_game_alike(shapley):
    mixture = Mixture(shapley, profiles(3, 3, ALL))
    assert mixture.returns() == pytest.approx([1 / 3, 1 / 3])
    assert mixture.coarse_distance() == pytest.approx(0, abs=1e-12)
    assert mixture.distance() == pytest.approx(0, abs=1e-12)


def test_shapleys_game_off_the_diagonal(shapley):
    mixture = Mixture(shapley, profiles(3, 3, [pair for pair in ALL if pair[0] != pair[1]]))
    assert mixture.returns() == pytest.approx([1 / 2, 1 / 2])
    assert mixture.coarse_distance() == 0
    assert mixture.distance() == pytest.approx(0, abs=1e-12)


def test_being_told_can_make_one_deviate():
    """Rock, paper, scissors, all on the diagonal: beforehand everything is worth 0, but who is told knows the other."""
    tree = build(agora.envs.game("agora/NormalForm-v0", name="rock_paper_scissors"))
    mixture = Mixture(tree, profiles(3, 3, [(0, 0), (1, 1), (2, 2)]))
    assert mixture.coarse_distance() == pytest.approx(0, abs=1e-12)
    assert mixture.distance() == pytest.approx(2)


def test_chicken_has_a_correlated_equilibrium_better_than_mixing():
    """R. Aumann 1974's game: dare (0) and chicken out (1) with payoffs 0, 7, 2 and 6."""
    tree = build(agora.envs.game("agora/NormalForm-v0", payoffs=[[[0, 0], [7, 2]], [[2, 7], [6, 6]]]))
    pairs = profiles(2, 2, [(0, 1), (1, 0), (1, 1)])
    mixture = Mixture(tree, pairs)
    assert mixture.returns() == pytest.approx([5, 5])
    assert mixture.distance() == pytest.approx(0, abs=1e-12)
    greedy = Mixture(tree, pairs, [0.1, 0.1, 0.8])
    assert greedy.distance() == pytest.approx(2 * (0.8 * 1 - 0.1 * 2))  # worked by hand: told to chicken out


def test_a_single_profile_is_as_far_as_its_nash_conv():
    tree = build(agora.envs.game("agora/KuhnPoker-v0"))
    uniform = tree.legal / tree.legal.sum(axis=1, keepdims=True)
    mixture = Mixture(tree, [uniform])
    assert mixture.coarse_distance() == pytest.approx(11 / 12)
    assert mixture.distance() == pytest.approx(nash_conv(tree, uniform))


@pytest.mark.parametrize("weights", [[0.5], [0.5, 0.6], [1.5, -0.5]])
def test_weights_are_checked(shapley, weights):
    with pytest.raises(ValueError, match="2 probabilities that sum to 1"):
        Mixture(shapley, profiles(3, 3, [(0, 0), (1, 1)]), weights)

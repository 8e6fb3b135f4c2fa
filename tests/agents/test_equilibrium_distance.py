"""The nearest equilibrium of Kuhn poker, whose equilibria are a known line."""

import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.solvers.best_response import tabulate
from agora.agents.solvers.equilibrium_distance import distance_by_hand, nearest_equilibrium
from agora.agents.solvers.tree import build

JACK, QUEEN, KING = range(3)


@pytest.fixture(scope="module")
def game():
    return agora.envs.game("agora/KuhnPoker-v0")


@pytest.fixture(scope="module")
def tree(game):
    return build(game)


def hand(row):
    return "JQK"[int(row[:3].argmax())]


def bet_with(tree, strategy, card, rank=0):
    """The first player's probability of betting with ``card`` at its first decision."""
    rows = (tree.owner == 0) & (tree.rank == rank) & (tree.observation[:, :3].argmax(axis=1) == card)
    assert rows.sum() == 1
    return strategy[rows][0, 1]


def test_an_equilibrium_is_its_own_nearest(game, tree):
    own = tabulate(tree, load("scripted/equilibrium", game.spec).policy)
    assert nearest_equilibrium(tree, own) == pytest.approx(own, abs=1e-6)
    assert distance_by_hand(tree, own, hand) == pytest.approx({"J": 0, "Q": 0, "K": 0}, abs=1e-6)


@pytest.mark.parametrize("bluff", [0.0, 0.2, 1 / 3])
def test_every_member_of_the_family_is_found(tree, bluff):
    """The first player bets J with probability a in [0, 1/3], K with 3a, and calls with Q with a + 1/3."""
    strategy = nearest_equilibrium(tree, tree.legal / 2)
    for card, first, later in ((JACK, bluff, 0), (QUEEN, 0, bluff + 1 / 3), (KING, 3 * bluff, 1)):
        for rank, chance in ((0, first), (1, later)):
            rows = (tree.owner == 0) & (tree.rank == rank) & (tree.observation[:, :3].argmax(axis=1) == card)
            strategy[rows] = [1 - chance, chance]
    near = nearest_equilibrium(tree, strategy)
    assert bet_with(tree, near, JACK) == pytest.approx(bluff, abs=1e-6)
    assert bet_with(tree, near, QUEEN, rank=1) == pytest.approx(bluff + 1 / 3, abs=1e-6)


def test_bluffing_too_often_is_a_fault_of_the_jack(game, tree):
    """Betting every J, otherwise playing the member a = 1/3: only J is off, at one of its decisions."""
    strategy = tabulate(tree, load("scripted/equilibrium", game.spec).policy)
    near = nearest_equilibrium(tree, tree.legal / 2)
    for card, first, later in ((JACK, 1.0, 0), (QUEEN, 0, 2 / 3), (KING, 1, 1)):
        for rank, chance in ((0, first), (1, later)):
            rows = (tree.owner == 0) & (tree.rank == rank) & (tree.observation[:, :3].argmax(axis=1) == card)
            strategy[rows] = [1 - chance, chance]
    near = nearest_equilibrium(tree, strategy)
    assert bet_with(tree, near, JACK) == pytest.approx(1 / 3, abs=1e-6)
    distance = distance_by_hand(tree, strategy, hand)
    assert distance["J"] > 0.1
    assert [distance["Q"], distance["K"]] == pytest.approx([0, 0], abs=1e-6)


def test_two_players_with_a_constant_sum_only():
    three = build(agora.envs.game("agora/KuhnPoker-v0", players=3))
    with pytest.raises(ValueError, match="not zero-sum between two players"):
        nearest_equilibrium(three, three.legal / 2)

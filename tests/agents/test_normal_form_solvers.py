"""Solvers of games in normal form, on games whose equilibria are known or worked out by hand."""

import itertools

import numpy as np
import pytest
from scipy.optimize import brentq

import agora.envs
from agora.agents.solvers.correlated import Mixture
from agora.agents.solvers.correlated_program import correlated_equilibrium
from agora.agents.solvers.normal_form import (
    action_payoffs,
    all_equilibria,
    best_responses,
    expected,
    nash_conv,
    payoff_array,
    zero_sum,
)
from agora.agents.solvers.quantal_response import FINEST, quantal_response, risk_averse, risk_averse_gap
from agora.agents.solvers.tree import build
from agora.envs.games.normal_form.table import NAMED


def named(name):
    return np.array(NAMED[name].payoffs, np.float64)


def against(payoffs):
    """The zero-sum game with these payoffs of the first player."""
    return np.stack([np.array(payoffs, np.float64), -np.array(payoffs, np.float64)], axis=-1)


def close(profile, wanted, tolerance=1e-9):
    return all(own == pytest.approx(by_hand, abs=tolerance) for own, by_hand in zip(profile, wanted, strict=True))


THREE = np.arange(36.0).reshape(2, 3, 2, 3)  # three players with 2, 3 and 2 actions
"""Payoff of player p for i, j, k: 18 i + 6 j + 3 k + p."""


def test_payoffs_from_the_tree():
    game = agora.envs.game("agora/NormalForm-v0", payoffs=THREE.tolist())
    assert payoff_array(game) == pytest.approx(THREE)


def test_payoffs_of_a_game_that_is_no_matrix():
    """Blotto: whoever has more coins on more of the fields wins."""
    payoffs = payoff_array(agora.envs.game("agora/Blotto-v0", coins=3, fields=3))
    divisions = np.array([division for division in np.ndindex(4, 4, 4) if sum(division) == 3])
    fields = np.sign(divisions[:, None] - divisions[None]).sum(axis=-1)
    assert payoffs == pytest.approx(against(np.sign(fields)))


def test_a_game_of_two_moves_has_no_payoff_array():
    with pytest.raises(ValueError, match=r"not a game of one choice each.*10 information states for 2 players"):
        payoff_array(agora.envs.game("agora/NormalForm-v0", name="prisoners_dilemma", rounds=2))


def test_expected_payoffs_by_hand():
    profile = [np.array([0.5, 0.5]), np.array([1.0, 0.0, 0.0]), np.array([0.25, 0.75])]
    first, second, third = action_payoffs(THREE, profile)
    assert first == pytest.approx([2.25, 20.25])
    assert second == pytest.approx([12.25, 18.25, 24.25])
    assert third == pytest.approx([11, 14])
    assert expected(THREE, profile) == pytest.approx([11.25, 12.25, 13.25])
    assert nash_conv(THREE, profile) == pytest.approx(9 + 12 + 0.75)


def test_best_responses_by_hand():
    rock = np.array([1.0, 0.0, 0.0])
    answers = best_responses(named("rock_paper_scissors"), [rock, np.full(3, 1 / 3)])
    assert [own.tolist() for own in answers] == [[0, 1, 2], [1]]


def test_wrong_shapes():
    with pytest.raises(ValueError, match=r"shape \(2, 2\) are no game"):
        zero_sum(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="two players only, not for 3"):
        all_equilibria(THREE)
    with pytest.raises(ValueError, match="too many"):
        all_equilibria(np.zeros((11, 11, 2)))


def test_zero_sum_by_hand():
    """(ad - bc) / (a + d - b - c) = 1, with (d - c) / 10 and (d - b) / 10 as chances."""
    value, profile = zero_sum(against([[3, -1], [-2, 4]]))
    assert value == pytest.approx(1)
    assert close(profile, ([0.6, 0.4], [0.5, 0.5]))


def test_constant_sum():
    payoffs = against([[3, -1], [-2, 4]])
    payoffs[..., 1] += 7
    value, profile = zero_sum(payoffs)
    assert value == pytest.approx(1)
    assert expected(payoffs, profile) == pytest.approx([1, 6])


def test_biased_rock_paper_scissors():
    value, profile = zero_sum(named("biased_rock_paper_scissors"))
    assert value == pytest.approx(0, abs=1e-9)
    assert close(profile, 2 * ([1 / 16, 10 / 16, 5 / 16],))


def test_not_zero_sum():
    with pytest.raises(ValueError, match="not zero-sum"):
        zero_sum(named("chicken"))


UNIFORM = [1 / 3, 1 / 3, 1 / 3]


@pytest.mark.parametrize(
    ("name", "equilibria"),
    [
        ("matching_pennies", [([0.5, 0.5], [0.5, 0.5])]),
        ("rock_paper_scissors", [(UNIFORM, UNIFORM)]),
        ("biased_rock_paper_scissors", [([1 / 16, 10 / 16, 5 / 16],) * 2]),
        ("shapley", [(UNIFORM, UNIFORM)]),
        ("prisoners_dilemma", [([0, 1], [0, 1])]),
        ("stag_hunt", [([1, 0], [1, 0]), ([0.5, 0.5], [0.5, 0.5]), ([0, 1], [0, 1])]),
        ("chicken", [([1, 0], [0, 1]), ([0.5, 0.5], [0.5, 0.5]), ([0, 1], [1, 0])]),
        ("battle_of_the_sexes", [([1, 0], [1, 0]), ([0.6, 0.4], [0.4, 0.6]), ([0, 1], [0, 1])]),
        ("coordination", [([1, 0], [1, 0]), ([0.5, 0.5], [0.5, 0.5]), ([0, 1], [0, 1])]),
        # Degenerate: whoever declines leaves the other indifferent, who may honour trust up to once in three.
        ("trust", [([0, 1], [1 / 3, 2 / 3]), ([0, 1], [0, 1])]),
    ],
)
def test_all_equilibria(name, equilibria):
    found = all_equilibria(named(name))
    assert len(found) == len(equilibria)
    assert all(close(profile, wanted) for profile, wanted in zip(found, equilibria, strict=True))


def test_equilibria_of_unequal_numbers_of_actions():
    """The 3 x 2 example of B. von Stengel 2007: one pure, two mixed equilibria."""
    first = np.array([[3, 3], [2, 5], [0, 6]])
    second = np.array([[3, 2], [2, 6], [3, 1]])
    found = all_equilibria(np.stack([first, second], axis=-1))
    wanted = [([1, 0, 0], [1, 0]), ([4 / 5, 1 / 5, 0], [2 / 3, 1 / 3]), ([0, 1 / 3, 2 / 3], [1 / 3, 2 / 3])]
    assert all(close(profile, by_hand) for profile, by_hand in zip(found, wanted, strict=True))


def test_equilibria_when_nothing_matters():
    """All payoffs alike: every profile is an equilibrium, and the extreme ones are the pure ones."""
    found = all_equilibria(np.zeros((2, 3, 2)))
    assert sorted(tuple(own.argmax() for own in profile) for profile in found) == list(
        itertools.product(range(2), range(3))
    )


def test_there_are_as_many_equilibria_as_can_be():
    """T. Quint and M. Shubik 1997: coordination on the diagonal of n actions has 2^n - 1."""
    assert len(all_equilibria(np.stack([np.eye(5)] * 2, axis=-1))) == 2**5 - 1


def returns(payoffs, together):
    return np.tensordot(together, payoffs, together.ndim)


AUMANN = np.array([[[0, 0], [7, 2]], [[2, 7], [6, 6]]])


def test_aumanns_game():
    """Welfare is the greatest, 10.5, when both swerve half the time and one of them each quarter."""
    together = correlated_equilibrium(AUMANN)
    assert together == pytest.approx(np.array([[0, 0.25], [0.25, 0.5]]), abs=1e-9)
    assert returns(AUMANN, together) == pytest.approx([5.25, 5.25])


def test_correlated_chicken_by_hand():
    """Told to swerve one obeys if the other swerves no more often than not: (dare, swerve), ... 1/3 each."""
    together = correlated_equilibrium(named("chicken"))
    assert together == pytest.approx(np.array([[0, 1 / 3], [1 / 3, 1 / 3]]), abs=1e-9)


def test_weights_of_players():
    assert returns(AUMANN, correlated_equilibrium(AUMANN, np.array([1, 0]))) == pytest.approx([7, 2])
    assert returns(AUMANN, correlated_equilibrium(AUMANN, np.array([0, 1]))) == pytest.approx([2, 7])


def test_least_welfare():
    """Battle of the sexes: none is worse than the mixed equilibrium, 6/5 for each."""
    payoffs = named("battle_of_the_sexes")
    assert returns(payoffs, correlated_equilibrium(payoffs, -np.ones(2))) == pytest.approx([1.2, 1.2])
    assert returns(payoffs, correlated_equilibrium(payoffs)).sum() == pytest.approx(5)


def test_dominance_leaves_one():
    for coarse in (False, True):
        together = correlated_equilibrium(named("prisoners_dilemma"), coarse=coarse)
        assert together == pytest.approx(np.array([[0, 0], [0, 1]]), abs=1e-9)


def test_shapleys_game_is_best_off_the_diagonal():
    together = correlated_equilibrium(named("shapley"))
    assert returns(named("shapley"), together).sum() == pytest.approx(1)
    assert np.diag(together) == pytest.approx(0)


DRAWS_PAY = against([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) + 0.3 * np.eye(3)[..., None]


def test_coarse_is_more():
    """Rock, paper, scissors where draws pay 0.3 each: always drawing is coarse; told nothing one deviates for 0.1.

    The only correlated equilibrium is uniform: Y. Viossat, "Is having a unique equilibrium robust?", Journal of
    Mathematical Economics 44, 2008.
    """
    coarse = correlated_equilibrium(DRAWS_PAY, coarse=True)
    assert np.trace(coarse) == pytest.approx(1)
    assert correlated_equilibrium(DRAWS_PAY) == pytest.approx(np.full((3, 3), 1 / 9), abs=1e-7)


def mixture(tree, together):
    """The mediator that draws combinations of two players' actions from ``together``."""
    width = tree.legal.shape[1]
    chosen = [np.stack([np.eye(width)[row], np.eye(width)[column]]) for row, column in np.ndindex(*together.shape)]
    return Mixture(tree, chosen, together.ravel())


def test_distances_in_the_tree_agree():
    tree = build(agora.envs.game("agora/NormalForm-v0", payoffs=DRAWS_PAY.tolist()))
    told, coarse = (correlated_equilibrium(DRAWS_PAY, coarse=coarse) for coarse in (False, True))
    assert mixture(tree, told).distance() == pytest.approx(0, abs=1e-7)
    assert mixture(tree, coarse).coarse_distance() == pytest.approx(0, abs=1e-7)
    assert mixture(tree, coarse).distance() == pytest.approx(2 * (1 - 0.3))


def test_three_players_correlated():
    """(0, 0, 0) would be best, but the third leaves it and nothing it could be told to do makes that cost anything."""
    payoffs = np.zeros((2, 2, 2, 3))
    payoffs[0, 0, 0], payoffs[1, 1, 1], payoffs[0, 0, 1] = 4, 1, (-10, -10, 5)
    assert correlated_equilibrium(payoffs)[1, 1, 1] == pytest.approx(1)


def test_weights_for_each_player():
    with pytest.raises(ValueError, match="not one for each of 2"):
        correlated_equilibrium(AUMANN, np.ones(3))


SELTEN = np.array([[[1, 1], [1, 1]], [[0, 2], [0, 3]], [[0, 2], [2, 0]]])


@pytest.mark.parametrize(
    ("precision", "first", "second"),
    [
        (0, [1 / 3, 1 / 3, 1 / 3], [0.5, 0.5]),
        (0.022853, [0.335873, 0.328284, 0.335843], [0.501962, 0.498038]),
        (0.047978, [0.338668, 0.322803, 0.338530], [0.504249, 0.495751]),
        (0.139346, [0.348902, 0.303519, 0.347578], [0.513640, 0.486360]),
        (735614.794714, [1, 0, 4.40659e-11], [0.500016, 0.499984]),
    ],
)
def test_quantal_responses_that_gambit_documents(precision, first, second):
    """Gambit's manual, gambit-logit on e02.nfg, the game of figure 2 in R. Selten 1975."""
    assert close(quantal_response(SELTEN, precision), (first, second), 2e-6)


def asymmetric_pennies(own):
    """Matching pennies of J. Ochs 1995, where the first gets ``own`` for heads and 1 for tails when both match."""
    return np.array([[[own, 0], [0, 1]], [[0, 1], [1, 0]]], np.float64)


@pytest.mark.parametrize("precision", [0.5, 3.0, 40.0])
def test_quantal_response_of_asymmetric_pennies(precision):
    """Two equations in p and q, solved by bisection: the first favours its large payoff, which Nash play does not."""

    def answer(difference):
        return 1 / (1 + np.exp(-precision * difference))

    def second(first):
        return answer(1 - 2 * first)

    first = brentq(lambda p: answer(10 * second(p) - 1) - p, 0, 1, xtol=1e-14)
    profile = quantal_response(asymmetric_pennies(9), precision)
    assert close(profile, ([first, 1 - first], [second(first), 1 - second(first)]), 1e-8)
    assert first > 0.5


def test_endless_precision_is_nash():
    assert close(quantal_response(asymmetric_pennies(9), FINEST / 9), ([0.5, 0.5], [0.1, 0.9]), 1e-5)
    assert close(quantal_response(named("prisoners_dilemma"), 1e5), ([0, 1], [0, 1]))
    assert close(quantal_response(named("battle_of_the_sexes"), 1e5), ([0.6, 0.4], [0.4, 0.6]), 1e-4)


def test_the_branch_of_a_stag_hunt_goes_to_the_risk_dominant():
    """Stag pays 3 or 0, hare 2 always, so hare is risk-dominant, though stag pays more: the branch goes to hare."""
    payoffs = np.array([[[3, 3], [0, 2]], [[2, 0], [2, 2]]])
    assert close(quantal_response(payoffs, 1e5), ([0, 1], [0, 1]))


BEND = """
20 56 60 86 47 83 52 96 72 91 94 80
12 12 62 27 39 17 76 85 13 52 40 79
46 73 57 98 42 99 42 18 78 27 57 65
20 03 99 82 12 85 26 25 77 76 85 14
"""


def test_the_branch_is_followed_round_a_sharp_bend():
    """Three players whose risk-averse branch folds back so sharply that a step can jump to the way back, to minus
    infinity: the payoffs were found by drawing games."""
    payoffs = np.array(BEND.split(), np.float64).reshape(2, 2, 4, 3) / 100
    assert risk_averse_gap(payoffs, risk_averse(payoffs, 1, tremble=0.02), 1, tremble=0.02) < 1e-5


def test_random_games_of_three():
    for seed in range(5):
        payoffs = np.random.default_rng(seed).random((2, 3, 2, 3))
        assert nash_conv(payoffs, quantal_response(payoffs, 1e6)) < 1e-5


def test_precision_is_bounded():
    for precision in (-1, np.nan, 1e8):
        with pytest.raises(ValueError, match="precision"):
            quantal_response(SELTEN, precision)


def lottery(best, worst, safe):
    """The first takes a lottery or what is safe; the second's first action is dominant and makes the lottery good."""
    return np.array([[[best, 1], [worst, 0]], [[safe, 1], [safe, 0]]], np.float64)


def test_a_portfolio_by_hand():
    """The second errs once in ten: mean 1, variance 9, so (mean - safe) / (2 aversion variance) is put at risk."""
    first, second = risk_averse(lottery(2, -8, 0.5), aversion=0.1, tremble=0.1)
    assert second == pytest.approx([0.9, 0.1], abs=1e-6)
    assert first[0] == pytest.approx(0.5 / (2 * 0.1 * 9), abs=1e-6)


def test_without_aversion_it_is_nash():
    assert close(risk_averse(lottery(2, -8, 0.5), 0), ([1, 0], [1, 0]), 1e-6)
    assert close(risk_averse(asymmetric_pennies(9), 0), ([0.5, 0.5], [0.1, 0.9]), 1e-6)


def test_averse_pennies_by_hand():
    """The first puts p on heads and sees payoffs (own, 0) and (0, 1) with chances q, 1 - q.

    Its payoff is own p with chance q, else 1 - p, of variance q (1 - q) (own p - (1 - p))^2, so both slopes are equal
    where 10 q - 1 = 2 aversion q (1 - q) (10 p - 1) 10. The second's payoff is 1 - p with chance p ... likewise.
    """
    aversion = 0.05
    (p, _), (q, _) = profile = risk_averse(asymmetric_pennies(9), aversion)
    assert 10 * q - 1 == pytest.approx(2 * aversion * q * (1 - q) * (10 * p - 1) * 10, abs=1e-5)
    assert 1 - 2 * p == pytest.approx(2 * aversion * p * (1 - p) * (1 - 2 * q) * -2, abs=1e-5)
    assert risk_averse_gap(asymmetric_pennies(9), profile, aversion) < 1e-5
    assert risk_averse_gap(asymmetric_pennies(9), [[0.5, 0.5], [0.1, 0.9]], aversion) > 0.01


def test_aversion_gives_up_the_stag():
    """With errors once in ten stag has mean 1.8 and variance 0.36 against 1: it is kept while 0.8 > 0.648 aversion."""
    payoffs = named("stag_hunt")
    stag, hare = [np.array([0.9, 0.1])] * 2, [np.array([0.1, 0.9])] * 2
    assert risk_averse_gap(payoffs, stag, 1.23, tremble=0.1) == pytest.approx(0, abs=1e-12)
    assert risk_averse_gap(payoffs, stag, 1.24, tremble=0.1) > 1e-3
    assert close(risk_averse(payoffs, 0.5, tremble=0.1), hare, 1e-6)


def test_aversion_and_tremble_are_bounded():
    with pytest.raises(ValueError, match="aversion"):
        risk_averse(SELTEN, -1)
    with pytest.raises(ValueError, match=r"tremble=0\.4 is not allowed: give a number from 0 to below 0\.333333"):
        risk_averse(SELTEN, 1, tremble=0.4)

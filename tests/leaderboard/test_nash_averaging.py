"""Nash averaging and maximal lotteries: worked games, continuity, copies that move nobody."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, linprog

from agora.leaderboard.numbers.nash_averaging import log_odds, lottery_scores, margins, maximal_lottery, nash_average
from agora.leaderboard.numbers.ratings import bootstrap_wins, bradley_terry, measured
from agora.leaderboard.numbers.statistics import SMOOTHING, resample

CYCLE = np.array([[0, 4.6, -4.6], [-4.6, 0, 4.6], [4.6, -4.6, 0]])
WITH_COPY = CYCLE[np.ix_([0, 1, 2, 2], [0, 1, 2, 2])]
RING = np.array([[0.0, 1, -1], [-1, 0, 1], [1, -1, 0]])
LINE = np.array([[0.0, 1, 2], [-1, 0, 1], [-2, -1, 0]])


def drawn(agents, seed):
    matrix = np.random.default_rng(seed).normal(size=(agents, agents))
    return matrix - matrix.T


def largest_entropy(advantages):
    """By a grid over all mixtures of three agents, to check."""
    ticks = 300
    grid = np.array([(a, b, ticks - a - b) for a in range(ticks + 1) for b in range(ticks + 1 - a)]) / ticks
    best = grid[(grid @ advantages.T <= 1e-9).all(axis=1)]
    return best[np.argmin((best * np.log(np.maximum(best, 1e-300))).sum(axis=1))]


def test_a_cycle_is_mixed_evenly_and_everybody_scores_zero():
    found = nash_average(CYCLE)
    assert found.mixture == pytest.approx([1 / 3] * 3, abs=1e-8)
    assert found.scores == pytest.approx([0, 0, 0], abs=1e-8)


def test_a_copy_shares_its_probability_and_moves_nobody():
    found = nash_average(WITH_COPY)
    assert found.mixture == pytest.approx([1 / 3, 1 / 3, 1 / 6, 1 / 6], abs=1e-8)
    assert found.scores == pytest.approx([0] * 4, abs=1e-8)


def test_averages_and_ratings_are_moved_by_the_copy():
    """Which is why the column exists."""
    assert WITH_COPY.mean(axis=1) == pytest.approx([-1.15, 1.15, 0, 0])
    assert bradley_terry(1 / (1 + np.exp(-WITH_COPY))) == pytest.approx([-89.7, 89.7, 0, 0], abs=0.01)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.49, 0.499999, 0.5])
def test_between_cycle_and_line_the_middle_one_fades(share):
    found = nash_average(RING + share * LINE)
    assert found.mixture == pytest.approx([(1 + share) / 3, (1 - 2 * share) / 3, (1 + share) / 3], abs=1e-8)
    assert found.scores == pytest.approx([0, 0, 0], abs=1e-8)


@pytest.mark.parametrize("share", [0.500001, 0.51, 0.8, 3.0])
def test_beyond_one_half_the_best_takes_all(share):
    found = nash_average(RING + share * LINE)
    assert found.mixture == pytest.approx([1, 0, 0], abs=1e-8)
    assert found.scores == pytest.approx([0, -1 - share, 1 - 2 * share], abs=1e-8)


def test_the_vectors_of_openspiels_tests():
    found = nash_average(np.array([[0, -1, -1], [1, 0, -1], [1, 1, 0]]))
    assert (found.mixture.tolist(), found.scores.tolist()) == ([0, 0, 1], [-1, -1, 0])
    two_best = np.array([[0, 0, 2, 3], [0, 0, 2, 3], [-2, -2, 0, 1], [-3, -3, -1, 0]])
    assert nash_average(two_best).mixture == pytest.approx([0.5, 0.5, 0, 0], abs=1e-8)


def test_where_nobody_is_ahead_all_are_alike():
    assert nash_average(np.zeros((5, 5))).mixture == pytest.approx([0.2] * 5)
    assert nash_average(np.zeros((1, 1))).mixture.tolist() == [1.0]


@pytest.mark.parametrize("worse", [-1.0, -0.5, 0.5])
def test_the_evenest_equilibrium_where_an_outsider_bounds_it(worse):
    """Agents 0 and 1 are even; agent 2 beats one of them, so mixtures with too much of that one are no equilibria."""
    advantages = np.array([[0, 0, 1], [0, 0, worse], [-1, -worse, 0]])
    assert nash_average(advantages).mixture == pytest.approx(largest_entropy(advantages), abs=0.005)


def test_the_outsiders_bound_is_met_exactly():
    found = nash_average(np.array([[0, 0, 1], [0, 0, -2], [-1, 2, 0]]))  # at most a third of agent 1
    assert found.mixture == pytest.approx([2 / 3, 1 / 3, 0], abs=1e-8)


@pytest.mark.parametrize("ahead", [(-1.0, 2.0, 0.5), (-3.0, 1.0, 1.0), (0.2, -4.0, 5.0), (-0.1, -0.3, 9.0)])
def test_along_an_outsiders_bound_the_mixture_is_exponential(ahead):
    """Three that are even among themselves, and a fourth that is ``ahead`` of them: p is proportional to exp(-t a)."""
    ahead = np.array(ahead)
    advantages = np.zeros((4, 4))
    advantages[3, :3], advantages[:3, 3] = ahead, -ahead

    def mixture(tilt):
        return np.exp(-tilt * ahead) / np.exp(-tilt * ahead).sum()

    tilt = max(0.0, brentq(lambda t: mixture(t) @ ahead, -20, 20))  # 0 where the bound is not reached
    found = nash_average(advantages)
    assert found.mixture == pytest.approx([*mixture(tilt), 0], abs=1e-8)
    assert found.scores.max() < 1e-9


@given(st.integers(2, 9), st.integers(0, 10_000))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_copies_never_move_anybody(agents, seed):
    advantages = drawn(agents, seed)
    single = nash_average(advantages)
    assert single.mixture.sum() == pytest.approx(1)
    assert single.mixture @ single.scores == pytest.approx(0, abs=1e-9)
    assert single.scores.max() <= 1e-9
    who = np.random.default_rng(seed).integers(agents, size=agents + 4)
    who = np.concatenate([np.arange(agents), who])
    many = nash_average(advantages[np.ix_(who, who)])
    np.testing.assert_allclose(np.bincount(who, many.mixture), single.mixture, atol=1e-8)
    np.testing.assert_allclose(many.scores, single.scores[who], atol=1e-8)
    for agent in range(agents):
        assert np.ptp(many.mixture[who == agent]) < 1e-8


@pytest.mark.parametrize("seed", [*range(8), 77])  # 77: two outsiders bound it, with huge multipliers
def test_no_equilibrium_has_more_entropy(seed):
    """By a linear program over all equilibria: entropy falls from p towards each of them."""
    rng = np.random.default_rng(seed)
    advantages = np.triu((rng.random((20, 20)) < 0.2) * rng.integers(-3, 4, (20, 20)).astype(float), 1)
    advantages -= advantages.T
    found = nash_average(advantages)
    assert found.scores.max() < 1e-9
    part = found.mixture > 0
    logarithms = np.log(found.mixture[part])
    rising = linprog(logarithms, advantages[:, part], np.full(20, 1e-12), np.ones((1, part.sum())), [1])
    assert rising.fun == pytest.approx(found.mixture[part] @ logarithms, abs=1e-7)


def test_the_unit_of_advantages_only_scales_scores():
    one, other = nash_average(drawn(6, 1)), nash_average(1e-4 * drawn(6, 1))
    np.testing.assert_allclose(other.mixture, one.mixture, atol=1e-9)
    np.testing.assert_allclose(other.scores, 1e-4 * one.scores, atol=1e-12)


def test_rounding_is_forgiven_and_more_is_not():
    uneven = CYCLE + np.array([[0, 1e-12, 0], [0, 0, 0], [0, 0, 0]])
    assert nash_average(uneven).mixture == pytest.approx([1 / 3] * 3, abs=1e-8)
    for wrong in (1.0, -1.0 + 1e-6):
        with pytest.raises(ValueError, match="not antisymmetric"):
            nash_average(np.array([[0.0, 1], [wrong, 0]]))
    with pytest.raises(ValueError, match="not finite"):
        nash_average(np.array([[0.0, np.inf], [-np.inf, 0]]))
    with pytest.raises(ValueError, match="shape"):
        nash_average(np.zeros((2, 3)))


def votes(*ballots):
    """Margins of ballots that each rank all of the alternatives."""
    found = np.zeros((3, 3))
    for ballot in ballots:
        for better, worse in itertools.combinations(["abc".index(letter) for letter in ballot], 2):
            found[better, worse] += 1
    return margins(found)


def test_lotteries_over_ballots():
    assert votes("abc", "acb", "bac").tolist() == [[0, 1, 3], [-1, 0, 1], [-3, -1, 0]]
    assert lottery_scores(votes("abc", "acb", "bac")).tolist() == [3, 2, 1]
    assert lottery_scores(votes("abc", "bca", "cab")) == pytest.approx([1 / 3] * 3, abs=1e-8)


def test_the_lottery_sees_what_ratings_tie():
    """Meeple: A and C have one rating, though C beats A by 3 to 2."""
    wins = np.array([[0, 4, 2], [1, 0, 2], [3, 3, 0]])
    assert margins(wins).tolist() == [[0, 3, -1], [-3, 0, -1], [1, 1, 0]]
    assert maximal_lottery(margins(wins)).tolist() == [0, 0, 1]
    assert lottery_scores(margins(wins)).tolist() == [2, 1, 3]
    ratings = bradley_terry(wins)
    assert ratings[0] == pytest.approx(ratings[2])


def test_log_odds_of_wins():
    found = log_odds(np.array([[0, 3.0], [1, 0]]))
    assert found == pytest.approx(np.log(3) * np.array([[0, 1], [-1, 0]]))
    with pytest.raises(ValueError, match="SMOOTHING"):
        log_odds(np.array([[0, 3.0], [0, 0]]))


def test_intervals_of_nash_averages_hold_the_truth():
    """A cycle of 70 %, and one agent that loses to all of them with 80 %: planted scores 0, 0, 0 and -log 4."""
    rng = np.random.default_rng(0)
    chances = np.array([[0.5, 0.7, 0.3, 0.8], [0.3, 0.5, 0.7, 0.8], [0.7, 0.3, 0.5, 0.8], [0.2, 0.2, 0.2, 0.5]])
    wins = np.zeros((150, 4, 4))
    for one, other in itertools.combinations(range(4), 2):
        wins[:, one, other] = rng.binomial(2, chances[one, other], 150) / 2
        wins[:, other, one] = 1 - wins[:, one, other]
    replicates = bootstrap_wins(wins.reshape(150, -1), resample(150, 1, 200), 2)
    found = measured(lambda each: nash_average(log_odds(each)).scores, wins.sum(axis=0), replicates, 150)
    assert [number.value for number in found[:3]] == pytest.approx([0, 0, 0], abs=1e-8)
    assert found[3].low < -np.log(4) < found[3].high < -0.9
    assert found[3].value == pytest.approx(nash_average(log_odds(wins.sum(axis=0) + SMOOTHING)).scores[3])
    assert [number.units for number in found] == [150] * 4


def test_a_mixture_is_found_where_the_barrier_is_all_that_is_seen():
    """A third of the pairs met in three deals; Newton's method comes to a matrix that is singular but for rounding."""
    rng, agents = np.random.default_rng(883), 30
    strength = rng.normal(size=agents)
    wins = rng.binomial(6, 1 / (1 + np.exp(strength - strength[:, None]))) / 2 * (rng.random((agents, agents)) < 0.3)
    wins = np.tril(wins, -1)
    wins += np.triu(np.where(wins.T > 0, 3 - wins.T, 0), 1)
    found = nash_average(log_odds(wins + SMOOTHING))
    assert found.mixture.sum() == pytest.approx(1)
    assert found.scores.max() == pytest.approx(0, abs=1e-8)
    assert found.scores[found.mixture > 0] == pytest.approx(0, abs=1e-8)

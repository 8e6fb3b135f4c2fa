"""Bradley-Terry ratings against numbers from OpenSpiel's elo.h and against closed forms."""

import numpy as np
import pytest
from scipy.stats import gamma

from agora.leaderboard.ratings import SMOOTHING, bootstrap_ratings, bradley_terry, pair_scores
from agora.leaderboard.statistics import resample

MEEPLE = np.array([[0, 4, 2], [1, 0, 2], [3, 3, 0]])


def gap(wins, smoothing=0.0):
    ratings = bradley_terry(np.array(wins, float), smoothing)
    return ratings[0] - ratings[1]


def test_two_agents_have_the_published_gaps():
    assert gap([[0, 2], [1, 0]], 0.01) == pytest.approx(119.549873, abs=1e-6)
    assert gap([[0, 2], [1, 0]]) == pytest.approx(120.411998, abs=1e-6)
    assert gap([[0, 2.5], [1.5, 0]], 0.01) == pytest.approx(88.278710, abs=1e-6)  # and one draw


def test_meeple_pentathlon_ties_first_and_third():
    smoothed, plain = bradley_terry(MEEPLE, 0.01), bradley_terry(MEEPLE)
    np.testing.assert_allclose(smoothed - smoothed.min(), [146.532, 0, 146.532], atol=1e-3)
    np.testing.assert_allclose(plain - plain.min(), [147.1907, 0, 147.1907], atol=1e-4)


def test_a_ring_of_wins_is_a_tie():
    ring = np.array([[0, 10, 0], [0, 0, 10], [10, 0, 0]])
    np.testing.assert_allclose(bradley_terry(ring), 0.0, atol=1e-9)


def test_ratings_satisfy_the_likelihood_equations():
    wins = np.random.default_rng(0).integers(1, 40, (6, 6)).astype(float)
    np.fill_diagonal(wins, 0)
    strength = 10 ** (bradley_terry(wins) / 400)
    games = wins + wins.T
    expected = (games * strength[:, None] / (strength[:, None] + strength)).sum(axis=1)
    np.testing.assert_allclose(expected, wins.sum(axis=1), rtol=1e-9)


def test_many_matrices_at_once_are_the_same_as_one_by_one():
    batch = np.random.default_rng(1).integers(1, 9, (5, 4, 4)).astype(float)
    np.testing.assert_allclose(bradley_terry(batch), [bradley_terry(wins) for wins in batch], atol=1e-9)


@pytest.mark.parametrize("wins", [[[0, 5], [0, 0]], [[0, 0], [0, 0]], [[0, 3, 0], [3, 0, 0], [0, 0, 0]]])
def test_ratings_that_are_not_finite_are_refused(wins):
    with pytest.raises(ValueError, match="smoothing"):
        bradley_terry(np.array(wins, float))


def test_an_agent_that_always_wins_stays_finite():
    wins = np.array([[0, 100], [0, 0]])
    assert gap(wins, SMOOTHING) == pytest.approx(400 * np.log10(100.5 / 0.5))


def test_planted_ratings_lie_within_their_intervals():
    rng = np.random.default_rng(2)
    planted = np.array([-250.0, -100.0, 0.0, 30.0, 320.0])
    deals, agents = 800, len(planted)
    wins = np.zeros((deals, agents, agents))
    for one in range(agents):
        for other in range(one):
            chance = 1 / (1 + 10 ** ((planted[other] - planted[one]) / 400))
            wins[:, one, other] = rng.binomial(2, chance, deals)  # a swapped pair
            wins[:, other, one] = 2 - wins[:, one, other]
    replicates = bootstrap_ratings(wins, resample(deals, 3), 4)
    low, high = np.quantile(replicates, [0.001, 0.999], axis=0)
    assert np.all((low < planted) & (planted < high))
    assert np.all(high - low < 80)


def test_the_interval_of_an_agent_that_never_lost_is_one_sided_but_not_a_point():
    wins = np.zeros((50, 2, 2))
    wins[:, 0, 1] = 2
    replicates = bootstrap_ratings(wins, resample(50, 0), 0)
    gaps = replicates[:, 0] - replicates[:, 1]
    losses = gamma.ppf(0.975, 0.5)  # Jeffreys' upper bound for the loser's share of wins
    assert np.quantile(gaps, 0.025) == pytest.approx(400 * np.log10(100 / losses), abs=40)
    assert np.isfinite(gaps).all()


def test_pair_scores_compare_returns():
    scores = pair_scores(np.array([[3.0, 1.0, 3.0]]))[0]
    assert scores.tolist() == [[0.5, 1.0, 0.5], [0.0, 0.5, 0.0], [0.5, 1.0, 0.5]]
    assert pair_scores(np.array([0.1 + 0.2, 0.3]))[0, 1] == 0.5

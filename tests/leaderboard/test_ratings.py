"""Bradley-Terry ratings against numbers from OpenSpiel's elo.h and against closed forms."""

import numpy as np
import pytest
from scipy import sparse
from scipy.stats import gamma

from agora.leaderboard.numbers.ratings import (
    bootstrap_ratings,
    bootstrap_wins,
    bradley_terry,
    measured,
    pair_scores,
    prior_wins,
)
from agora.leaderboard.numbers.statistics import SMOOTHING, Estimate, resample

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
    assert gap(wins, prior_wins(2)) == pytest.approx(400 * np.log10(100.5 / 0.5))


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
    replicates = bootstrap_ratings(wins.reshape(deals, -1), resample(deals, 3), 4)
    low, high = np.quantile(replicates, [0.001, 0.999], axis=0)
    assert np.all((low < planted) & (planted < high))
    assert np.all(high - low < 80)


def test_the_interval_of_an_agent_that_never_lost_is_one_sided_but_not_a_point():
    wins = np.zeros((50, 2, 2))
    wins[:, 0, 1] = 2
    replicates = bootstrap_ratings(wins.reshape(50, -1), resample(50, 0), 0)
    gaps = replicates[:, 0] - replicates[:, 1]
    losses = gamma.ppf(0.975, 0.5)  # Jeffreys' upper bound for the loser's share of wins
    assert np.quantile(gaps, 0.025) == pytest.approx(400 * np.log10(100 / losses), abs=40)
    assert np.isfinite(gaps).all()


def test_pair_scores_compare_returns():
    scores = pair_scores(np.array([[3.0, 1.0, 3.0]]))[0]
    assert scores.tolist() == [[0.5, 1.0, 0.5], [0.0, 0.5, 0.0], [0.5, 1.0, 0.5]]
    assert pair_scores(np.array([0.1 + 0.2, 0.3]))[0, 1] == 0.5


def matches(planted, count, seed):
    """Who met whom, and the points of the first: the mean of two games."""
    rng, agents = np.random.default_rng(seed), len(planted)
    first = rng.integers(agents, size=count)
    second = (first + rng.integers(1, agents, size=count)) % agents
    chance = 1 / (1 + 10 ** ((planted[second] - planted[first]) / 400))
    return first, second, rng.binomial(2, chance) / 2


def wins_of(rows, agents):
    """(M, n * n) where every match is a deal of its own."""
    first, second, points = rows
    wins = np.zeros((len(first), agents, agents))
    wins[range(len(first)), first, second], wins[range(len(first)), second, first] = points, 1 - points
    return wins.reshape(len(first), -1)


def test_resampled_wins_are_as_many_and_depend_on_the_seed_alone():
    wins, weights = wins_of(matches(np.zeros(4), 200, 0), 4), resample(200, 1, 50)
    found = bootstrap_wins(wins, weights, 1)
    off_diagonal = found[:, ~np.eye(4, dtype=bool)].sum(axis=1)
    assert off_diagonal.mean() == pytest.approx(200 + 12 * SMOOTHING, abs=2)
    assert (found == bootstrap_wins(wins, weights, 1)).all()
    assert (found != bootstrap_wins(wins, weights, 2)).any()
    assert (found == bootstrap_wins(sparse.csr_array(wins), weights, 1)).all()


def test_intervals_cover_planted_ratings_as_promised():
    planted, hits = np.array([-300.0, -120.0, 0.0, 20.0, 400.0]), []
    for seed in range(120):
        drawn = bootstrap_ratings(wins_of(matches(planted, 400, seed), 5), resample(400, seed, 200), seed)
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        hits.append((low <= planted) & (planted <= high))
    assert 0.91 <= np.mean(hits) <= 0.985


def test_many_that_met_few_others_are_not_drawn_together():
    """100 agents, each in some 28 matches, as in a Swiss season; half a win for each of 99 others would halve gaps."""
    planted = np.sort(np.random.default_rng(0).normal(0, 200, 100))
    planted -= planted.mean()
    slopes, hits = [], []
    for seed in range(4):
        wins, weights = wins_of(matches(planted, 1400, seed), 100), resample(1400, seed, 200)
        rated = bradley_terry(wins.sum(axis=0).reshape(100, 100), prior_wins(100))
        low, high = np.quantile(bootstrap_ratings(wins, weights, seed), [0.025, 0.975], axis=0)
        slopes.append(np.polyfit(planted, rated, 1)[0])
        hits.append((low <= planted) & (planted <= high))
        halved = bradley_terry(wins.sum(axis=0).reshape(100, 100), SMOOTHING)
        assert np.polyfit(planted, halved, 1)[0] < 0.6
    assert 0.92 < np.mean(slopes) < 1.02
    assert 0.91 <= np.mean(hits) <= 0.985


def test_the_search_ends_at_the_same_ratings_wherever_it_begins():
    wins = wins_of(matches(np.linspace(-400, 400, 30), 3000, 1), 30).sum(axis=0).reshape(30, 30)
    rated = bradley_terry(wins, prior_wins(30))
    assert bradley_terry(wins, prior_wins(30), start=rated[::-1]) == pytest.approx(rated, abs=1e-6)
    expected = (wins + prior_wins(30) + (wins + prior_wins(30)).T) / (1 + 10 ** ((rated - rated[:, None]) / 400))
    off_diagonal = 1 - np.eye(30)
    won = ((wins + prior_wins(30)) * off_diagonal).sum(axis=1)  # at the maximum, all win as much as is expected of them
    assert (expected * off_diagonal).sum(axis=1) == pytest.approx(won, abs=1e-6)


def test_measured_gives_the_value_and_its_interval_of_every_agent():
    rows = matches(np.array([-100.0, 0.0, 100.0]), 500, 0)
    wins = wins_of(rows, 3).sum(axis=0).reshape(3, 3)
    replicates = bootstrap_wins(wins_of(rows, 3), resample(500, 0, 300), 0)
    found = measured(bradley_terry, wins, replicates, 500)
    assert [number.value for number in found] == pytest.approx(bradley_terry(wins, SMOOTHING).tolist())
    assert all(number.low < number.value < number.high and number.units == 500 for number in found)
    assert measured(bradley_terry, wins, replicates, 2)[0] == Estimate(found[0].value, None, None, 2)

"""Bradley-Terry ratings against numbers from OpenSpiel's elo.h and against closed forms."""

import numpy as np
import pytest
from scipy.stats import gamma

from agora.leaderboard.numbers.ratings import (
    SMOOTHING,
    bootstrap_match_wins,
    bootstrap_wins,
    bradley_terry,
    measured,
    pair_scores,
    total_wins,
    without_same_author,
)
from agora.leaderboard.numbers.statistics import Estimate, resample

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
    replicates = bradley_terry(bootstrap_wins(wins, resample(deals, 3), 4))
    low, high = np.quantile(replicates, [0.001, 0.999], axis=0)
    assert np.all((low < planted) & (planted < high))
    assert np.all(high - low < 80)


def test_the_interval_of_an_agent_that_never_lost_is_one_sided_but_not_a_point():
    wins = np.zeros((50, 2, 2))
    wins[:, 0, 1] = 2
    replicates = bradley_terry(bootstrap_wins(wins, resample(50, 0), 0))
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


def test_total_wins_add_up():
    found = total_wins([0, 0, 2, 1], [1, 1, 0, 2], [1, 0.5, 0.25, 0], 4)
    assert found.tolist() == [[0, 1.5, 0.75, 0], [0.5, 0, 0, 0], [0.25, 1, 0, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (([0], [1], [1.5]), r"\[0, 1\]"),
        (([0], [1], [np.nan]), r"\[0, 1\]"),
        (([0], [0], [1]), "two different agents"),
        (([0], [3], [1]), "two different agents"),
        (([-1], [1], [1]), "two different agents"),
        (([0, 1], [1], [1]), "shapes"),
        (([], [], []), "shapes"),
    ],
)
def test_bad_matches_are_refused(rows, message):
    for function in (total_wins, lambda *given: bootstrap_match_wins(*given, 0)):
        with pytest.raises(ValueError, match=message):
            function(*rows, 3)


def test_matches_drawn_by_kind_spread_as_those_drawn_one_by_one():
    rows = matches(np.array([-100.0, 0.0, 150.0]), 300, 0)
    by_kind = bradley_terry(bootstrap_match_wins(*rows, 3, seed=1, replicates=4000))
    each = np.array([total_wins(*(column[index : index + 1] for column in rows), 3) for index in range(300)])
    one_by_one = bradley_terry(bootstrap_wins(each, resample(300, 2, 4000), 3))
    assert by_kind.mean(axis=0) == pytest.approx(one_by_one.mean(axis=0), abs=2)
    assert by_kind.std(axis=0) == pytest.approx(one_by_one.std(axis=0), rel=0.05)
    assert np.corrcoef(by_kind.T)[0, 1] == pytest.approx(np.corrcoef(one_by_one.T)[0, 1], abs=0.05)


def test_resampled_matches_are_as_many_and_depend_on_the_seed_alone():
    rows = matches(np.zeros(4), 200, 0)
    found = bootstrap_match_wins(*rows, 4, seed=1, replicates=50)
    off_diagonal = found[:, ~np.eye(4, dtype=bool)].sum(axis=1)
    assert off_diagonal.mean() == pytest.approx(200 + 12 * SMOOTHING, abs=2)
    assert (found == bootstrap_match_wins(*rows, 4, seed=1, replicates=50)).all()
    assert (found != bootstrap_match_wins(*rows, 4, seed=2, replicates=50)).any()


def test_intervals_of_matches_cover_planted_ratings_as_promised():
    planted, hits = np.array([-300.0, -120.0, 0.0, 20.0, 400.0]), []
    for seed in range(120):
        rows = matches(planted, 400, seed)
        drawn = bradley_terry(bootstrap_match_wins(*rows, 5, seed, 200))
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        hits.append((low <= planted) & (planted <= high))
    assert 0.91 <= np.mean(hits) <= 0.985


def test_measured_gives_the_value_and_its_interval_of_every_agent():
    rows = matches(np.array([-100.0, 0.0, 100.0]), 500, 0)
    wins = total_wins(*rows, 3)
    replicates = bootstrap_match_wins(*rows, 3, 0, 300)
    found = measured(bradley_terry, wins, replicates, 500)
    assert [number.value for number in found] == pytest.approx(bradley_terry(wins, SMOOTHING).tolist())
    assert all(number.low < number.value < number.high and number.units == 500 for number in found)
    assert measured(bradley_terry, wins, replicates, 2)[0] == Estimate(found[0].value, None, None, 2)


def test_a_throwing_friend_does_not_count_without_same_author_games():
    """Two of one author: the second loses everything to the first, on purpose."""
    wins = np.array([[0, 50, 5, 5], [0, 0, 5, 5], [5, 5, 0, 5], [5, 5, 5, 0]], float)
    thrown, fair = bradley_terry(wins, SMOOTHING), without_same_author(wins, ["ann", "ann", "bob", ""])
    assert thrown[0] > thrown[2] + 100
    assert bradley_terry(fair, SMOOTHING) == pytest.approx([0, 0, 0, 0], abs=1e-6)
    assert (without_same_author(wins, ["", "", "bob", "carl"]) == wins).all()
    assert without_same_author(np.stack([wins, wins]), ["x"] * 4).sum() == 0
    with pytest.raises(ValueError, match="2 authors for 4 agents"):
        without_same_author(wins, ["ann", "bob"])

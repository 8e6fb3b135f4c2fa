"""What is claimed of many agents at once holds for all of them at once."""

import numpy as np
import pytest
from scipy.stats import norm

from agora.leaderboard.numbers.comparisons import deviations, expected_best, rank_ranges, tie_groups
from agora.leaderboard.numbers.statistics import Estimate, resample


def season(rng, means, units=60, replicates=400, seed=0):
    """Values and bootstrap replicates of agents that played the same deals, with luck in common."""
    scores = rng.normal(size=(units, 1)) + rng.normal(size=(units, len(means))) + means
    weights = resample(units, seed, replicates) / units
    return scores.mean(axis=0), weights @ scores


def test_intervals_of_many_agents_hold_together():
    rng = np.random.default_rng(0)
    means, together, alone = np.linspace(0, 2, 12), 0, 0
    for trial in range(200):
        values, replicates = season(rng, means, seed=trial)
        error, furthest = deviations(values, replicates)
        together += (np.abs(values - means) <= np.quantile(furthest, 0.95) * error).all()
        low, high = np.quantile(replicates, [0.025, 0.975], axis=0)
        alone += ((low <= means) & (means <= high)).all()
    assert 0.90 <= together / 200 <= 0.99
    assert alone / 200 < 0.85  # what single intervals are worth


def test_the_reach_is_that_of_the_largest_of_independent_normals():
    replicates = np.random.default_rng(0).normal(size=(100_000, 4)) * [1, 2, 3, 4]
    error, furthest = deviations(np.zeros(4), replicates)
    assert error == pytest.approx([1, 2, 3, 4], rel=0.01)
    assert np.quantile(furthest, 0.95) == pytest.approx(norm.ppf((1 + 0.95 ** (1 / 4)) / 2), rel=0.01)


def test_a_number_that_never_varies_is_sure():
    replicates = np.stack([np.full(50, 2.0), np.linspace(0, 1, 50)], axis=1)
    error, furthest = deviations(np.array([2.0, 0.5]), replicates)
    assert error[0] == 0
    assert furthest.max() == pytest.approx(0.5 / error[1])
    assert deviations(np.array([2.0]), replicates[:, :1])[1].tolist() == [0.0] * 50
    assert rank_ranges(np.array([2.0, 1.0]), np.tile([2.0, 1.0], (9, 1)), 9) == [(1, 1), (2, 2)]


def test_too_few_units_get_no_claims():
    assert rank_ranges(np.arange(3.0), np.random.default_rng(0).normal(size=(20, 3)), 2) == [None] * 3


def test_bad_numbers_are_refused():
    with pytest.raises(ValueError, match=r"Replicates \(5, 2\) do not fit values \(3,\)"):
        rank_ranges(np.zeros(3), np.zeros((5, 2)), 9)
    with pytest.raises(ValueError, match="not finite"):
        rank_ranges(np.array([np.nan]), np.zeros((5, 1)), 9)


def test_true_ranks_lie_in_their_ranges():
    rng, hits, means = np.random.default_rng(1), 0, np.array([0.0, 0.05, 0.1, 1.0, 3.0])
    for trial in range(200):
        ranges = rank_ranges(*season(rng, means, seed=trial), units=60)
        hits += all(best <= rank <= worst for (best, worst), rank in zip(ranges, [5, 4, 3, 2, 1], strict=True))
    assert hits / 200 > 0.93
    assert ranges[4] == (1, 1)
    assert ranges[0] == (3, 5)


def test_luck_in_common_does_not_blur_ranks():
    """Differences of 0.1 under luck of 1: single intervals overlap, yet every resample has the same order."""
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(50, 1)) + 0.01 * rng.normal(size=(50, 3)) + [0.0, 0.1, 0.2]
    replicates = resample(50, 0) @ scores / 50
    assert rank_ranges(scores.mean(axis=0), replicates, 50) == [(3, 3), (2, 2), (1, 1)]
    low, high = np.quantile(replicates, [0.025, 0.975], axis=0)
    assert low[2] < high[0]


def test_one_agent_is_first():
    assert rank_ranges(np.array([3.0]), np.zeros((9, 1)), 1) == [(1, 1)]


def test_tie_groups_are_the_largest_sets_that_overlap():
    numbers = [Estimate(1, 0, 2, 9), Estimate(5, 4, 6, 9), Estimate(3, 1.5, 4.5, 9), None, Estimate(9, 8, 10, 9)]
    assert tie_groups(numbers) == [(4,), (1, 2), (0, 2)]
    assert tie_groups([Estimate(1, None, None, 2), None]) == []
    same = Estimate(1, 0, 2, 9)
    assert tie_groups([same, same, same]) == [(0, 1, 2)]


def test_the_best_of_many_equals_leads_by_luck():
    assert expected_best(1, 0.3) == 0
    best = np.random.default_rng(0).normal(size=(20_000, 50)).max(axis=1).mean()
    assert best < expected_best(50, 1.0) < 1.02 * best
    assert expected_best(50, 3.0) == pytest.approx(3 * expected_best(50, 1.0))
    for trials, deviation in ((0, 1.0), (5, -1.0), (5, np.nan)):
        with pytest.raises(ValueError, match="trials"):
            expected_best(trials, deviation)

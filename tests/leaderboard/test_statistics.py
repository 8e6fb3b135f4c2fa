"""Intervals that cover what they promise, and measures against SciPy."""

import numpy as np
import pytest
from scipy.stats import beta, trim_mean

from agora.leaderboard.numbers.statistics import (
    Estimate,
    estimate,
    exact,
    interquartile_mean,
    interquartile_means,
    mean_estimates,
    ranks,
    resample,
    scaled,
    share_estimates,
)


def test_a_resample_draws_as_many_units_as_there_are_with_replacement():
    weights = resample(40, 0, replicates=500)
    assert (weights.sum(axis=1) == 40).all()
    assert weights.mean(axis=0) == pytest.approx(1.0, abs=0.2)
    assert weights.var() == pytest.approx(1 - 1 / 40, abs=0.05)  # binomial


def test_resamples_depend_on_their_seed_alone():
    np.random.seed(0)  # noqa: NPY002 - the global generator must not matter
    first = resample(1000, 5)
    np.random.seed(1)  # noqa: NPY002
    assert (resample(1000, 5) == first).all()
    assert (resample(1000, 6) != first).any()


@pytest.mark.parametrize("units", [10, 30])
def test_intervals_cover_the_mean_about_as_often_as_promised(units):
    rng = np.random.default_rng(units)
    hits = 0
    for trial in range(600):
        values = rng.normal(1.0, 2.0, (units, 1))
        found = mean_estimates(values, np.ones_like(values), resample(units, trial, replicates=400))[0]
        hits += found.low <= 1.0 <= found.high
    assert 0.86 < hits / 600 < 0.97


def test_means_of_ratios_and_of_units_that_say_nothing():
    totals, counts = np.array([[4.0, 1.0], [2.0, 0.0], [6.0, 0.0]]), np.array([[2.0, 1.0], [2.0, 0.0], [2.0, 0.0]])
    both = mean_estimates(totals, counts, resample(3, 0))
    assert both[0].value == 2.0
    assert (both[0].low, both[0].high) == (1.0, 3.0)
    assert both[1] == Estimate(1.0, None, None, 1)
    assert mean_estimates(np.zeros((3, 1)), np.zeros((3, 1)), resample(3, 0)) == [None]


def share(values, seed=0):
    return share_estimates(values, np.ones_like(values), resample(len(values), seed, 2000), seed)[0]


@pytest.mark.parametrize("chance", [0.5, 0.9, 0.98])
def test_intervals_cover_shares_as_promised(chance):
    rng, hits = np.random.default_rng(0), 0
    for trial in range(400):
        found = share(rng.binomial(1, chance, (40, 1)).astype(float), trial)
        hits += found.low <= chance <= found.high
    assert 0.92 < hits / 400 < 0.995


def test_ten_of_ten_is_no_certainty():
    all_won, none_won = share(np.ones((10, 1))), share(np.zeros((10, 1)))
    assert (all_won.value, all_won.high, none_won.value, none_won.low) == (1, 1, 0, 0)
    assert all_won.low == pytest.approx(beta.ppf(0.025, 10.5, 0.5), abs=0.03)  # Jeffreys' interval
    assert none_won.high == pytest.approx(1 - all_won.low, abs=0.02)
    assert share(np.full((10, 1), 0.5)).low < 0.5
    counts = np.full((10, 2), [1.0, 7.0])  # units of seven are no more units
    one, seven = share_estimates(counts, counts, resample(10, 0), 0)
    assert one == seven == all_won
    assert share_estimates(np.zeros((3, 1)), np.zeros((3, 1)), resample(3, 0), 0) == [None]
    assert share(np.ones((2, 1))) == Estimate(1.0, None, None, 2)


def test_too_few_units_get_no_interval_and_few_are_marked():
    replicates = np.linspace(0, 1, 1001)
    assert estimate(0.5, replicates, 2) == Estimate(0.5, None, None, 2)
    assert estimate(0.5, replicates, 3).low == pytest.approx(0.025)
    assert estimate(0.5, replicates, 3).few
    assert estimate(0.5, replicates, 9).few
    assert not estimate(0.5, replicates, 10).few
    assert not exact(0.5).few
    assert exact(0.5).exact


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 50])
def test_interquartile_mean_is_scipys_trimmed_mean(count):
    values = np.random.default_rng(count).exponential(size=count)
    assert interquartile_mean(values) == pytest.approx(trim_mean(values, 0.25))


def test_interquartile_mean_differs_from_mean_and_median():
    assert interquartile_mean(np.array([0.0, 1.0, 3.0, 100.0])) == 2.0
    assert interquartile_mean(np.array([0.0, 0.0, 1.0, 2.0, 9.0, 9.0, 9.0, 50.0])) == 5.25


def test_interquartile_mean_of_weights_is_that_of_the_resampled_values():
    values = np.random.default_rng(0).normal(size=9)
    weights = resample(9, 1, replicates=20)
    expected = [trim_mean(np.repeat(values, row.astype(int)), 0.25) for row in weights]
    np.testing.assert_allclose(interquartile_means(values, weights), expected)


def test_scaling_maps_floor_to_zero_and_ceiling_to_one():
    assert scaled(Estimate(3.0, 2.0, 5.0, 20), 1.0, 5.0) == Estimate(0.5, 0.25, 1.0, 20)
    assert scaled(Estimate(3.0, 2.0, 5.0, 20), 5.0, 1.0) == Estimate(0.5, 0.0, 0.75, 20)
    assert scaled(Estimate(3.0, None, None, 1), 1.0, 5.0) == Estimate(0.5, None, None, 1)
    assert scaled(Estimate(3.0, 2.0, 5.0, 20), 1.0, 1.0) is None


def test_ranks_are_shared_where_intervals_overlap():
    numbers = [Estimate(9, 8, 10, 50), Estimate(7.5, 6, 8.5, 50), Estimate(5, 4, 6.5, 50), Estimate(1, 0, 2, 50), None]
    assert ranks(numbers) == [1, 1, 2, 4, None]
    assert ranks([Estimate(9, None, None, 2), Estimate(1, None, None, 2)]) == [None, None]

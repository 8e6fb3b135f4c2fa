"""The sequential test on pairs: published ratios, Wald's own, and how often it errs."""

import numpy as np
import pytest

from agora.leaderboard.numbers.duels import expected_score, games_to_separate
from agora.leaderboard.numbers.sequential import sequential_test


@pytest.mark.parametrize(
    ("counts", "elo0", "elo1", "ratio"),
    [
        ((491, 7345, 29693, 7670, 465), -0.25, 1.25, 2.96),
        ((53, 2220, 21459, 2445, 47), 0.25, 1.25, 2.97),
        ((253, 4282, 17604, 4431, 286), -0.25, 1.25, 2.94),
        ((58, 3302, 33130, 3518, 84), 0.25, 1.25, 2.97),
        ((133, 1751, 5094, 1849, 165), -0.5, 1.5, 2.94),
        ((149, 4748, 32785, 5063, 159), 0.25, 1.75, 2.95),
        ((59, 754, 2467, 865, 75), -0.5, 1.5, 2.95),
        ((33, 1185, 8378, 1302, 50), 0.25, 1.75, 2.95),
        ((17, 253, 1042, 337, 39), -0.5, 1.5, 2.96),
        ((11, 407, 3238, 513, 11), 0.25, 1.75, 2.93),
    ],
)
def test_ratios_that_fishtest_published(counts, elo0, elo1, ratio):
    """Tests of Stockfish of 2020, as quoted in its pull requests 2950, 2951, 2971, 3098 and 3209."""
    verdict = sequential_test(counts, elo0, elo1)
    assert verdict.ratio == pytest.approx(ratio, abs=0.0051)
    assert (verdict.low, verdict.high) == pytest.approx((-2.944, 2.944), abs=0.001)


def test_near_even_the_ratio_is_that_of_normal_scores():
    counts = np.array([10, 80, 300, 95, 12])
    outcomes = np.linspace(0, 1, 5)
    score = counts @ outcomes / counts.sum()
    variance = counts @ (outcomes - score) ** 2 / counts.sum()
    low, high = expected_score(-3), expected_score(3)
    normal = counts.sum() * (high - low) * (2 * score - low - high) / (2 * variance)
    assert sequential_test(counts, -3, 3).ratio == pytest.approx(normal, rel=0.01)


def test_the_ratio_of_wins_and_losses_is_walds():
    low, high = expected_score(0), expected_score(40)
    wald = 30 * np.log(high / low) + 20 * np.log((1 - high) / (1 - low))
    assert sequential_test([20, 30], 0, 40).ratio == pytest.approx(wald)


def sequential(truth, rng, most=4000, step=8):
    """The decision, and after how many pairs, where each game is won by ``truth`` and no deal matters."""
    counts, played = np.zeros(5, np.int64), 0
    while played < most:
        counts += np.bincount(2 * rng.binomial(2, expected_score(truth), step), minlength=5)
        played += step
        decision = sequential_test(counts, 0, 60).decision
        if decision != "go on":
            return decision, played
    return "go on", played


def test_sequential_tests_err_as_seldom_as_promised_and_stop_early():
    rng = np.random.default_rng(0)
    fixed = games_to_separate(60, 0.95) / 2
    for truth, wrong in ((0, "elo1"), (60, "elo0")):
        ends = [sequential(truth, rng) for _ in range(150)]
        assert np.mean([decision == wrong for decision, _ in ends]) <= 0.09
        assert np.mean([decision == "go on" for decision, _ in ends]) == 0
        assert np.mean([pairs for _, pairs in ends]) < 0.8 * fixed


def test_sequential_tests_stand_somewhere_from_the_first_pair_on():
    assert sequential_test([0, 0, 1, 0, 0], 0, 10).decision == "go on"
    assert sequential_test([0, 0, 0, 0, 500], 0, 10).decision == "elo1"
    assert sequential_test([500, 0, 0, 0, 0], 0, 10).decision == "elo0"


def test_hypotheses_that_are_none_are_refused():
    for arguments in ((5, 5), (5, 0), (0, 5, 0), (0, 5, 0.05, 0.6)):
        with pytest.raises(ValueError, match="elo0 < elo1"):
            sequential_test([1, 2, 3, 2, 1], *arguments)

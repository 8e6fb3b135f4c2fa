"""Pairs of games: formulas, Fishtest's published tests, and error rates as promised."""

import numpy as np
import pytest

from agora.leaderboard.numbers.duels import (
    elo_difference,
    elo_of_pairs,
    expected_score,
    games_to_separate,
    score_of_pairs,
    sequential_test,
    smallest_difference,
    smallest_difference_of,
)
from agora.leaderboard.numbers.ratings import SMOOTHING, bradley_terry
from agora.leaderboard.numbers.statistics import Estimate


def test_elo_and_scores_are_two_scales_of_the_same():
    assert expected_score(0) == 0.5
    assert expected_score(400) == pytest.approx(10 / 11)
    for difference in (-731.0, -3.0, 0.0, 12.5, 400.0):
        assert elo_difference(expected_score(difference)) == pytest.approx(difference, abs=1e-9)
    for score in (0.0, 1.0, np.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            elo_difference(score)


@pytest.mark.parametrize(("difference", "games"), [(10, 4636), (25, 741), (50, 185), (100, 46)])
def test_games_until_the_interval_leaves_out_zero(difference, games):
    assert games_to_separate(difference) == games_to_separate(-difference) == games
    assert games_to_separate(difference, 0.5) == games


@pytest.mark.parametrize(("difference", "games"), [(10, 9472), (25, 1514), (50, 377), (100, 93)])
def test_games_for_eighty_per_cent_power(difference, games):
    """With the quantiles rounded to 1.96 and 0.84, as tables often have them, it is 9462, 1512, 376 and 93."""
    assert games_to_separate(difference, 0.8) == games
    score = expected_score(difference)
    rounded = np.ceil((1.96 + 0.84) ** 2 * score * (1 - score) / (score - 0.5) ** 2)
    assert rounded == {10: 9462, 25: 1512, 50: 376, 100: 93}[difference]


def test_the_power_is_that():
    rng = np.random.default_rng(0)
    games = games_to_separate(50, 0.8)
    shares = rng.binomial(games, expected_score(50), 4000) / games
    found = (shares - 1.96 * np.sqrt(shares * (1 - shares) / games) > 0.5).mean()
    assert found == pytest.approx(0.8, abs=0.03)


def test_the_smallest_difference_is_the_inverse():
    for difference in (10, 60, 300):
        games = games_to_separate(difference, 0.8)
        assert smallest_difference(games) <= difference < smallest_difference(games - 1)
    assert smallest_difference(4636, None) == pytest.approx(10, abs=0.001)
    assert smallest_difference_of(np.array([-1.0, 0.0, 1.0])) == pytest.approx(1.959964 + 0.841621)


def test_bad_questions_are_refused():
    for arguments in ((0,), (10, 1.0), (10, 0.2)):
        with pytest.raises(ValueError, match="not allowed"):
            games_to_separate(*arguments)
    with pytest.raises(ValueError, match="1 or more"):
        smallest_difference(0)
    for counts in ([], [3], [0, 0, 0], [1, -1, 2], [1, np.nan], [[1, 2]]):
        with pytest.raises(ValueError, match="Counts"):
            score_of_pairs(counts)
    for arguments in ((5, 5), (5, 0), (0, 5, 0), (0, 5, 0.05, 0.6)):
        with pytest.raises(ValueError, match="elo0 < elo1"):
            sequential_test([1, 2, 3, 2, 1], *arguments)


def test_the_score_of_pairs_by_hand():
    found = score_of_pairs([1, 2, 4, 3, 5])
    assert found.units == 15
    assert found.value == pytest.approx((0.25 * 2 + 0.5 * 4 + 0.75 * 3 + 5.5) / 16)
    assert found.low < found.value < found.high
    assert score_of_pairs([0, 0, 100, 0, 0]).value == 0.5


def test_single_games_are_rated_as_bradley_terry_rates_them():
    wins = np.array([[0, 30], [17, 0]])
    ratings = bradley_terry(wins, SMOOTHING)
    assert elo_of_pairs([17, 30]).value == pytest.approx(ratings[0] - ratings[1])


def test_swapping_the_two_agents_mirrors_everything():
    one, other = elo_of_pairs([1, 5, 20, 9, 3]), elo_of_pairs([3, 9, 20, 5, 1])
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))


def test_a_few_pairs_that_all_end_alike_are_no_certainty():
    found = score_of_pairs([0, 0, 0, 0, 5])
    assert found.few
    assert found.low < 0.5  # five heads in a row
    assert found.high < 1.0
    assert score_of_pairs([0, 0, 0, 0, 2]) == Estimate(2.5 / 3, None, None, 2)


@pytest.mark.parametrize("pairs", [10, 30, 200])
@pytest.mark.parametrize("chances", [(0.1, 0.2, 0.4, 0.2, 0.1), (0, 0, 0.5, 0.3, 0.2), (0.01, 0.04, 0.1, 0.15, 0.7)])
def test_intervals_of_pairs_cover_as_promised(pairs, chances):
    truth = np.dot(chances, np.linspace(0, 1, 5))
    drawn = np.random.default_rng(pairs).multinomial(pairs, chances, size=1000)
    found = [score_of_pairs(counts) for counts in drawn]
    assert 0.93 <= np.mean([number.low <= truth <= number.high for number in found]) <= 0.985


def test_swapped_pairs_need_fewer_games_where_the_deal_decides():
    """Both win from the better seat, but for every tenth game: as single games, and as pairs."""
    rng = np.random.default_rng(0)
    first_seat = rng.random((400, 2)) < 0.95  # the agent's points from the better seat, and the rival's
    points = first_seat[:, 0].astype(int) + 1 - first_seat[:, 1]
    as_pairs = score_of_pairs(np.bincount(2 * points, minlength=5))
    as_games = score_of_pairs([800 - points.sum(), points.sum()])
    assert as_pairs.high - as_pairs.low < (as_games.high - as_games.low) / 2


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

"""Pairs of games: formulas, and intervals that cover as promised."""

import numpy as np
import pytest

from agora.leaderboard.numbers.duels import (
    elo_difference,
    elo_of_pairs,
    expected_score,
    games_to_separate,
    score_of_pairs,
    smallest_difference,
)
from agora.leaderboard.numbers.ratings import bradley_terry
from agora.leaderboard.numbers.statistics import SMOOTHING, Estimate


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


def test_the_smallest_difference_is_seen_in_four_seasons_of_five():
    assert smallest_difference(1.0) == pytest.approx(1.959964 + 0.841621)
    seen = np.random.default_rng(0).normal(smallest_difference(3.0), 3.0, 4000) - 1.96 * 3.0 > 0
    assert seen.mean() == pytest.approx(0.8, abs=0.04)


def test_bad_questions_are_refused():
    for arguments in ((0,), (10, 1.0), (10, 0.2)):
        with pytest.raises(ValueError, match="not allowed"):
            games_to_separate(*arguments)
    for counts in ([], [3], [0, 0, 0], [1, -1, 2], [1, np.nan], [[1, 2]]):
        with pytest.raises(ValueError, match="Counts"):
            score_of_pairs(counts)


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

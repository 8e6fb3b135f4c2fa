"""Measures of negotiations, by hand and against those of Deal or No Deal."""

import numpy as np
import pytest

import agora.envs
from agora.envs.negotiation.deal_or_no_deal.reference import analyse
from agora.leaderboard.numbers.negotiation import Bargains, measures


def pie(agreed, payoffs, disagreement=(0.0, 0.0)):
    """Bargains over a pie of 1 that any deal may divide."""
    payoffs = np.array(payoffs, float)
    games, apart = len(payoffs), np.array(disagreement, float)
    surplus = 1 - apart.sum()
    return Bargains(
        np.array(agreed),
        payoffs,
        np.tile(apart, (games, 1)),
        np.tile(apart + surplus, (games, 1)),
        np.ones(games),
        np.full(games, (surplus / 2) ** 2),
    )


def numbers(games, name):
    values, counts = measures(games)[name]
    assert not values[~counts].any()
    return [float(value) if count else None for value, count in zip(values, counts, strict=True)]


def test_a_pie_by_hand():
    games = pie([True, True, True, False], [(0.5, 0.5), (0.9, 0.1), (0.4, 0.4), (0, 0)])
    assert numbers(games, "agreement") == [1, 1, 1, 0]
    assert numbers(games, "efficiency") == pytest.approx([1, 1, 0.8, 0])
    assert numbers(games, "nash_ratio") == pytest.approx([1, 0.36, 0.64, 0])
    assert numbers(games, "fairness")[:3] == pytest.approx([1, 1 / 9, 1])
    assert numbers(games, "fairness")[3] is None


def test_only_what_is_gained_counts():
    """With 0.4 and 0.2 to fall back on there are 0.4 to share."""
    games = pie([True, True, True], [(0.6, 0.4), (0.3, 0.7), (0.4, 0.2)], (0.4, 0.2))
    assert numbers(games, "efficiency") == pytest.approx([1, 1, 0], abs=1e-12)
    assert numbers(games, "nash_ratio") == pytest.approx([1, 0, 0], abs=1e-12)
    assert numbers(games, "fairness")[:2] == pytest.approx([1, 0])


def test_gains_are_measured_by_what_each_could_have_had():
    """Player 0 could have got 10 and player 1 only 2: 5 and 1 are alike."""
    games = Bargains(
        np.array([True]),
        np.array([[5.0, 1.0]]),
        np.zeros((1, 2)),
        np.array([[10.0, 2.0]]),
        np.full(1, 10.0),
        np.ones(1),
    )
    assert numbers(games, "fairness") == [1.0]


def test_games_without_anything_to_gain_do_not_count():
    games = pie([True, False], [(0.5, 0.5), (0.5, 0.5)], (0.5, 0.5))
    for name in ("efficiency", "nash_ratio", "fairness"):
        assert numbers(games, name) == [None, None]
    assert numbers(games, "agreement") == [1, 0]


def test_fairness_is_of_deals_from_which_all_could_gain():
    fair = pie([True, False, True], [(0.5, 0.5)] * 3)
    fair.ideal[2, 1] = 0.0
    assert numbers(fair, "fairness") == [1, None, None]


def test_three_players():
    games = Bargains(
        np.array([True]),
        np.array([[0.5, 0.25, 0.25]]),
        np.zeros((1, 3)),
        np.ones((1, 3)),
        np.ones(1),
        np.full(1, 1 / 27),
    )
    assert numbers(games, "nash_ratio") == pytest.approx([27 / 32])
    assert numbers(games, "fairness") == [0.5]


def test_divisions_of_deal_or_no_deal_are_judged_as_the_environment_does():
    world = agora.envs.game("agora/DealOrNoDeal-v0").world
    for scenario in range(3):
        known = analyse(world, scenario)
        games = len(known.points)
        found = measures(
            Bargains(
                np.ones(games, bool),
                known.points,
                np.zeros((games, 2)),
                np.tile(known.points.max(axis=0), (games, 1)),
                np.full(games, known.best_joint),
                np.full(games, np.prod(known.nash)),
            )
        )
        assert found["efficiency"][0] == pytest.approx(known.points.sum(axis=1) / known.best_joint)
        assert found["nash_ratio"][0] == pytest.approx(known.points.prod(axis=1) / np.prod(known.nash))
        assert found["nash_ratio"][0].max() == 1


def test_bad_bargains_are_refused():
    games = pie([True], [(0.5, 0.5)])
    with pytest.raises(ValueError, match="do not fit"):
        measures(games._replace(best_joint=np.ones(2)))
    with pytest.raises(ValueError, match="not finite"):
        measures(games._replace(ideal=np.array([[1.0, np.nan]])))
    with pytest.raises(ValueError, match="best_joint"):
        measures(games._replace(payoffs=np.array([[0.7, 0.7]])))

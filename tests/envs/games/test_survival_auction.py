"""The survival auction against days worked by hand."""

import numpy as np
import pytest

import agora.envs
from agora.envs.api import EVERYONE
from agora.envs.canvas import picture

ID = "agora/SurvivalAuction-v0"


def made(**options):
    game = agora.envs.game(ID, **options)
    return game, game.new(1)


def test_two_days_worked_by_hand():
    game, state = made(residents=3)
    assert state.to_move == EVERYONE
    assert state.money.tolist() == [100, 100, 100]
    assert game.step(state, (60, 30, 0)).tolist() == [1, 1, 1]
    assert state.health.tolist() == [10, 7, 7]
    assert state.money.tolist() == [140, 200, 200]  # only the winner pays; then the salary comes
    assert state.dry.tolist() == [0, 1, 1]
    game.step(state, (140, 141, 5))
    assert state.health.tolist() == [9, 9, 5]  # the second dry day in a row takes two
    assert state.money.tolist() == [240, 159, 300]
    assert state.dry.tolist() == [1, 0, 2]


def test_health_stops_at_the_most_and_thirst_starts_anew():
    game, state = made(residents=2, days=4)
    for bids, health, dry in (
        ((1, 0), [10, 7], [0, 1]),
        ((1, 0), [10, 5], [0, 2]),
        ((0, 1), [9, 7], [1, 0]),
        ((1, 0), [10, 6], [0, 1]),
    ):
        game.step(state, bids)
        assert (state.health.tolist(), state.dry.tolist()) == (health, dry)
    assert state.over


def test_a_tie_for_the_highest_bid_leaves_everybody_dry():
    game, state = made(residents=3)
    game.step(state, (50, 50, 40))
    assert state.health.tolist() == [7, 7, 7]
    assert state.money.tolist() == [200, 200, 200]


def test_water_for_two():
    game, state = made(residents=4, supply=2)
    game.step(state, (50, 40, 40, 30))  # one drinks; two compete for what is left
    assert state.dry.tolist() == [0, 1, 1, 1]
    game.step(state, (70, 70, 60, 60))
    assert state.dry.tolist() == [0, 0, 2, 2]
    assert state.money.tolist() == [180, 230, 300, 300]


def test_who_dies_is_out():
    """With 8 points dry days take 1, 2, 3 and 4: death on the fourth."""
    game, state = made(residents=3, days=6)
    paid = [game.step(state, bids).tolist() for bids in [(9, 1, 0)] * 3]
    assert paid == [[1, 1, 1]] * 3
    assert state.health.tolist() == [10, 2, 2]
    assert game.step(state, (0, 9, 9)).tolist() == [1, 0, 0]
    assert state.health.tolist() == [9, 0, 0]
    assert state.money.tolist() == [400 - 27 + 100, 0, 0]
    assert state.lived.tolist() == [4, 3, 3]
    assert game.legal(state, 1).sum() == 1
    assert game.legal(state, 0).sum() == 474
    assert game.step(state, (0, 0, 0)).tolist() == [1, 0, 0]  # the dead do not tie
    assert state.health.tolist() == [10, 0, 0]
    assert not state.over
    game.step(state, (0, 0, 0))
    assert state.over
    assert state.money.tolist() == [573, 0, 0]  # nothing is paid after the last day
    assert game.metrics(state) == {"survivors": 1, "money_left": 573}


def test_it_ends_when_nobody_is_alive():
    game, state = made(residents=2, health=1)
    assert game.step(state, (3, 3)).tolist() == [0, 0]
    assert state.over
    assert "Nobody is alive." in game.words.describe(game.world, state, None)
    assert game.metrics(state) == {"survivors": 0, "money_left": 0}


def test_what_everybody_sees():
    game, state = made(residents=3, days=3, health=3, recovery=0)
    game.step(state, (60, 30, 15))
    game.step(state, (0, 45, 90))  # resident 2 dies
    seen = game.spec.pieces(game.observe(state, 1))
    np.testing.assert_allclose(seen["health"], [0, 0.2, 0.2])
    np.testing.assert_allclose(seen["money"], [0, 210 / 300, 240 / 300])
    np.testing.assert_allclose(seen["dry"], [2 / 3, 0, 1 / 3])
    np.testing.assert_allclose(seen["bids"] * 300, [[45, 90, 0], [30, 15, 60], [-300] * 3], atol=1e-4)
    assert seen["progress"] == pytest.approx(2 / 3)
    game.step(state, (1, 0, 2))
    after = game.spec.pieces(game.observe(state, 1))
    np.testing.assert_allclose(after["bids"][0] * 300, [-300, 2, 1], atol=1e-4)


def test_reference():
    reference = agora.envs.game(ID).reference()
    assert reference.best == (10,) * 5
    assert reference.kind == "bound"


@pytest.mark.parametrize("options", [{"salary": 10}, {"residents": 3, "salary": 10, "supply": 2, "recovery": 1}])
def test_the_random_reference_is_what_random_bids_live(options):
    """1,000 games, within 4 standard errors of the mean of the residents."""
    game = agora.envs.game(ID, **options)
    batch = agora.envs.batch(ID, 1000, 0, threads=1, autoreset="disabled", **options)
    while not batch.ended.all():
        batch.step(batch.sample())
    lived = batch.returns.mean(axis=1)
    assert (batch.returns == batch.states.lived).all()
    assert abs(lived.mean() - game.reference().random[0]) < 4 * lived.std() / np.sqrt(len(lived)) < 0.15


def test_words():
    game, state = made(residents=2, health=2, days=3)
    words = game.words
    assert words.name(game.world, state, 0, 33) == "bid 33"
    assert words.parse(game.world, state, 0, " Bid $33 ") == [33]
    with pytest.raises(ValueError, match="you have 100, so bid a whole number from 0 to 100"):
        words.parse(game.world, state, 0, "101")
    game.step(state, (10, 5))
    game.step(state, (7, 0))
    text = words.describe(game.world, state, 0)
    assert "Day 1: resident 1 bid 10, resident 2 bid 5; resident 1 got water." in text
    assert "Resident 1 (you): health 6, money 283, dry days in a row 0" in text
    assert "Resident 2: died on day 2." in text
    game.step(state, (0, 0))
    text = words.describe(game.world, state, None)
    assert "Day 3: resident 1 bid 0; resident 1 got water." in text
    assert "1 of 2 are alive" in text


@pytest.mark.parametrize("line", ["", "bid", "all", "-3", "3.5", "²", "1" * 30])
def test_parse_says_why_not(line):
    game, state = made()
    with pytest.raises(ValueError, match="no bid"):
        game.words.parse(game.world, state, 0, line)


def test_buttons_bid_shares_of_the_money():
    game, state = made(salary=7)
    assert [target.action for target in picture(game, state, 0).targets] == [0, 1, 2, 4, 5, 7]
    assert not picture(game, state, None).targets


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"residents": 11}, "residents=11 .*2 to 10"),
        ({"days": 0}, "days=0 .*1 to 50"),
        ({"salary": 0}, "salary=0 .*1 to 1000"),
        ({"salary": 1000, "days": 11}, "one can earn 11000.*at most 10000"),
        ({"health": 11}, "health=11 .*1 to 10"),
        ({"max_health": 0}, "max_health=0 .*1 to 100"),
        ({"recovery": -1}, "recovery=-1 .*0 to 100"),
        ({"supply": 5}, "supply=5 .*1 to 4"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, **options)

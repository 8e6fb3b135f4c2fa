"""The beauty contest against rounds worked by hand."""

import numpy as np
import pytest

import agora.envs
from agora.envs.api import EVERYONE
from agora.envs.canvas import picture

ID = "agora/BeautyContest-v0"


def made(**options):
    game = agora.envs.game(ID, **options)
    return game, game.new(1)


def earned(*guesses, **options):
    """What one round with ``guesses`` pays each."""
    game, state = made(players=len(guesses), rounds=1, **{"bottom": 0, **options})
    paid = game.step(state, guesses).tolist()
    assert state.over
    assert game.words.prizes(game.world, state, 0).tolist() == paid
    return paid


def test_the_closest_to_the_target_wins():
    assert earned(10, 20, 60) == [0, 1, 0]  # target 24
    assert earned(10, 20, 60, fraction=0.3) == [1, 0, 0]  # target 9
    assert earned(10, 20, 60, fraction=1.9) == [0, 0, 1]  # target 57
    assert earned(0, 100, fraction=2 / 3) == [1, 0]  # of two the lower wins


@pytest.mark.parametrize(
    ("ties", "two_sided", "two_and_two", "same"),
    [
        ("share", [0.5, 0.5, 0], [0.25, 0.25, 0.25, 0.25, 0], [1 / 3] * 3),
        ("all", [1, 1, 0], [1, 1, 1, 1, 0], [1, 1, 1]),
        ("lowest", [1, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0]),
    ],
)
def test_ties(ties, two_sided, two_and_two, same):
    assert earned(2, 4, 12, fraction=0.5, ties=ties) == two_sided  # target 3
    assert earned(4, 4, 6, 6, 30, fraction=0.5, ties=ties) == two_and_two  # target 5
    assert earned(7, 7, 7, fraction=0.5, ties=ties) == same


def test_rounding_errors_break_no_tie():
    """The target is 10.5, but 0.7 * 45 / 3 is 10.499999999999998."""
    assert earned(10, 11, 24, fraction=0.7) == [0.5, 0.5, 0]


def test_lowest_takes_all_when_the_others_differ():
    assert earned(5, 5, 6, ties="lowest") == [1, 1, 0]  # target 4.27


def test_rounds_and_what_everybody_sees():
    game, state = made(players=3, rounds=3)
    assert state.to_move == EVERYONE
    first = game.spec.pieces(game.observe(state, 0))
    assert first["history"].tolist() == [[-1] * 3] * 3
    assert first["progress"] == 0
    game.step(state, (10, 20, 60))
    game.step(state, (1, 2, 100))
    seen = game.spec.pieces(game.observe(state, 1))
    np.testing.assert_allclose(seen["history"], [[0.02, 1, 0.01], [0.2, 0.6, 0.1], [-1, -1, -1]], atol=1e-7)
    assert seen["progress"] == pytest.approx(2 / 3)
    assert not state.over
    game.step(state, (1, 1, 1))
    assert state.over
    assert game.metrics(state) == {"first_mean": 30, "last_mean": 1}


def test_numbers_below_the_lowest_are_illegal():
    game, state = made(bottom=3, top=5)
    assert game.legal(state, 0).tolist() == [False] * 3 + [True] * 3


def test_reference():
    shared = agora.envs.game(ID, players=4, rounds=6).reference()
    assert shared.random == shared.best == (1.5,) * 4
    assert shared.kind == "exact"
    whole = agora.envs.game(ID, players=4, rounds=6, ties="all").reference()
    assert whole.best == (6,) * 4
    assert 1.5 < whole.random[0] < 1.6
    lowest = agora.envs.game(ID, players=2, rounds=1, fraction=2 / 3, bottom=0, top=2, ties="lowest").reference()
    assert lowest.random[0] == pytest.approx(1 / 3, abs=0.01)
    assert lowest.kind == "bound"


def test_words():
    game, state = made(players=3, rounds=2)
    words = game.words
    assert words.name(game.world, state, 0, 33) == "33"
    assert words.parse(game.world, state, 0, " Guess 33 ") == [33]
    game.step(state, (10, 20, 60))
    text = words.describe(game.world, state, 2)
    assert "Round 1: numbers 10, 20, 60; mean 30.00, target 24.00; player 2 won." in text
    assert "You are player 3. Round 2 of 2 is open." in text
    game.step(state, (7, 7, 7))
    assert "player 1, player 2, player 3 won 0.333 each." in words.describe(game.world, state, None)
    assert "The contest is over." in words.describe(game.world, state, None)


@pytest.mark.parametrize("line", ["", "guess", "33.5", "-3", "²", "0", "101", "1" * 30])
def test_parse_says_why_not(line):
    game, state = made()
    with pytest.raises(ValueError, match=r"no guess|not allowed.*1 to 100"):
        game.words.parse(game.world, state, 0, line)


def test_a_click_on_the_bar_guesses():
    game, state = made()
    drawn = picture(game, state, 0)
    assert [target.action for target in drawn.targets] == list(range(1, 101))
    assert drawn.action_at(51, 570) == 1
    assert drawn.action_at(809, 570) == 100
    assert not picture(game, state, None).targets


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"players": 1}, "players=1 .*2 to 20"),
        ({"rounds": 0}, "rounds=0 .*1 to 100"),
        ({"fraction": -0.1}, "fraction=-0.1 .*0 to 2"),
        ({"bottom": 100}, "bottom=100 .*0 to 99"),
        ({"top": 0}, "top=0 .*1 to 1000"),
        ({"ties": "none"}, "ties='none' .*'share', 'all', 'lowest'"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, **options)

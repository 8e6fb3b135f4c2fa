"""Colonel Blotto against battles worked by hand."""

import numpy as np
import pytest

import agora.envs

ID = "agora/Blotto-v0"


def battle(*lines, **options):
    """What everybody gets for divisions such as ``5-3-2``, and the state after the battle."""
    game = agora.envs.game(ID, **options)
    state = game.new()
    actions = [game.words.parse(game.world, state, seat, line)[0] for seat, line in enumerate(lines)]
    return game.step(state, actions).tolist(), state


@pytest.mark.parametrize(
    ("lines", "returns"),
    [
        (("5-5-0", "4-3-3"), [1, -1]),
        (("4-3-3", "5-5-0"), [-1, 1]),
        (("10-0-0", "0-5-5"), [-1, 1]),
        (("5-3-2", "5-3-2"), [0, 0]),
        (("5-3-2", "3-3-4"), [0, 0]),  # a field each, and one that nobody wins
        (("5-3-2", "5-4-1"), [0, 0]),
        (("6-2-2", "5-3-2"), [0, 0]),
        (("6-3-1", "5-3-2"), [0, 0]),
        (("6-4-0", "5-4-1"), [0, 0]),
        (("6-4-0", "6-3-1"), [0, 0]),
        (("7-3-0", "7-2-1"), [0, 0]),
        (("4-4-2", "4-3-3"), [0, 0]),
    ],
)
def test_most_fields_win(lines, returns):
    found, state = battle(*lines)
    assert found == returns
    assert state.over


def test_a_field_that_several_hold_is_nobodys():
    returns, state = battle("3-3", "3-3", "2-4", coins=6, fields=2, players=3)
    assert state.won.tolist() == [0, 0, 1]
    assert returns == [-0.5, -0.5, 1]


def test_several_winners_share():
    returns, state = battle("4-1-1", "1-4-1", "2-2-2", coins=6, players=3)
    assert state.won.tolist() == [1, 1, 1]
    assert returns == [0, 0, 0]
    returns, state = battle("4-2-0", "1-5-0", "3-2-1", "2-2-2", coins=6, players=4)
    assert state.won.tolist() == [1, 1, 0, 1]
    assert returns == pytest.approx([1 / 3, 1 / 3, -1, 1 / 3])


def test_divisions_are_all_and_in_order():
    game = agora.envs.game(ID, coins=3, fields=3)
    expected = [[a, b, 3 - a - b] for a in range(4) for b in range(4 - a)]
    assert game.world.divisions.tolist() == expected
    assert agora.envs.game(ID, coins=5, fields=1).world.divisions.tolist() == [[5]]


def test_observation_says_the_seat_and_no_more():
    game = agora.envs.game(ID, players=3)
    state = game.new()
    assert game.observe(state, 1).tolist() == [0, 1, 0]


def test_words():
    game = agora.envs.game(ID)
    state = game.new()
    for line in ("5-3-2", "5 3 2", " 5, 3, 2 "):
        (action,) = game.words.parse(game.world, state, 0, line)
        assert game.words.name(game.world, state, 0, action) == "5-3-2"
    for line, reason in (("5-5", "has 2 numbers"), ("5-5-1", "spends 11 coins"), ("all in", "is no division")):
        with pytest.raises(ValueError, match=reason):
            game.words.parse(game.world, state, 0, line)
    assert "Player" not in game.words.describe(game.world, state, 0)
    _, over = battle("5-5-0", "4-3-3")
    assert game.words.describe(game.world, over, 1).splitlines()[1:] == [
        "Player 1: 5-5-0, won 2 of 3 fields",
        "Player 2 (you): 4-3-3, won 1 of 3 fields",
        "The game is over: player 1 won.",
    ]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"coins": 0}, "coins=0 is not allowed"),
        ({"fields": 11}, "fields=11 is not allowed"),
        ({"players": 1}, "players=1 is not allowed"),
        ({"coins": 40, "fields": 6}, "take fewer"),
    ],
)
def test_options_are_checked(options, reason):
    with pytest.raises(ValueError, match=reason):
        agora.envs.game(ID, **options)


def test_reference_is_symmetric():
    reference = agora.envs.game(ID, players=3).reference()
    assert reference.random == reference.best == (0, 0, 0)
    batch = agora.envs.batch(ID, 40_000, 0)
    batch.step(batch.sample())
    assert batch.final_returns.mean(axis=0) == pytest.approx([0, 0], abs=4.5 / np.sqrt(40_000))

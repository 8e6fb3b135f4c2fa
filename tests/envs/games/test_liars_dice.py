"""Liar's dice against hands worked by hand."""

import numpy as np
import pytest

import agora.envs
from agora.envs.api import CHANCE

ID = "agora/LiarsDice-v0"


def dealt(*faces, **options):
    """The game, and a state in which the dice show ``faces`` (1 to sides), those of player 1 first."""
    game = agora.envs.game(ID, **options)
    state = game.new()
    for face in faces:
        assert state.to_move == CHANCE
        game.step(state, face - 1)
    return game, state


def play(game, state, *lines):
    """Plays actions by their names; returns what was paid."""
    total = np.zeros(game.spec.players)
    for line in lines:
        (action,) = game.words.parse(game.world, state, int(state.to_move), line)
        assert game.legal(state)[action]
        total += game.step(state, action)
    return total.tolist()


@pytest.mark.parametrize(
    ("faces", "lines", "returns"),
    [
        ((3, 3), ("2x3", "liar"), [1, -1]),  # both show it
        ((3, 4), ("2x3", "liar"), [-1, 1]),
        ((3, 6), ("2x3", "liar"), [1, -1]),  # the six is wild
        ((3, 6), ("2x6", "liar"), [-1, 1]),  # but nothing stands for a six
        ((6, 6), ("2x1", "liar"), [1, -1]),
        ((2, 5), ("1x2", "1x5", "liar"), [-1, 1]),  # player 2 bids, player 1 calls
        ((2, 5), ("1x2", "1x6", "liar"), [1, -1]),
        ((2, 5), ("1x5", "liar"), [1, -1]),  # at least one is enough
    ],
)
def test_a_call_shows_the_dice(faces, lines, returns):
    game, state = dealt(*faces)
    assert play(game, state, *lines[:-1]) == [0, 0]
    assert not state.over
    assert play(game, state, lines[-1]) == returns
    assert state.over


def test_without_wild_dice_a_six_is_a_six():
    game, state = dealt(3, 6, wild=False)
    assert play(game, state, "2x3", "liar") == [-1, 1]


def test_bids_rise_by_quantity_or_by_face():
    game, state = dealt(1, 1)
    play(game, state, "1x3")
    legal = [game.words.name(game.world, state, 1, action) for action in np.flatnonzero(game.legal(state))]
    assert legal == ["1x4", "1x5", "1x6", "2x1", "2x2", "2x3", "2x4", "2x5", "2x6", "liar"]
    game, state = dealt(1, 1, bidding="face")
    play(game, state, "1x4")
    legal = [game.words.name(game.world, state, 1, action) for action in np.flatnonzero(game.legal(state))]
    assert legal == ["2x4", "1x5", "2x5", "1x6", "2x6", "liar"]
    assert play(game, state, "2x4", "liar") == [1, -1]


def test_first_bid_cannot_be_a_call_and_after_the_last_nothing_else_is_left():
    game, state = dealt(1, 1)
    assert game.legal(state).tolist() == [True] * 12 + [False]
    play(game, state, "2x6")
    assert game.legal(state).tolist() == [False] * 12 + [True]


def test_three_players_with_two_dice_each():
    game, state = dealt(1, 1, 2, 4, 4, 1, players=3, dice=2, sides=4)
    assert game.spec.action.n == 25
    assert play(game, state, "3x1", "5x1") == [0, 0, 0]
    assert state.to_move == 2
    assert play(game, state, "6x1", "liar") == [1, 0, -1]  # three ones and two fours; player 2 is not concerned
    game, state = dealt(1, 1, 2, 4, 4, 1, players=3, dice=2, sides=4)
    assert play(game, state, "3x1", "5x1", "liar") == [0, 1, -1]


def test_chance_rolls_one_die_after_another():
    game, state = dealt(2, 2, 1, players=2, dice=2, sides=3)
    assert game.chance(state) == pytest.approx([1 / 3] * 3)
    assert state.dice.tolist() == [[0, 2, 0], [1, 0, 0]]
    game.step(state, 2)
    assert state.to_move == 0


def test_observation_holds_own_dice_seat_and_bids():
    game, state = dealt(2, 5)
    play(game, state, "1x2", "2x1")
    pieces = game.spec.pieces(game.observe(state, 1))
    assert pieces["dice"].tolist() == [0, 0, 0, 0, 1, 0]
    assert pieces["seat"].tolist() == [0, 1]
    assert np.flatnonzero(pieces["bids"]).tolist() == [1, 6]


def test_resampled_dice_are_fair():
    game, state = dealt(2, 2, 1, 3, dice=2, sides=3)
    play(game, state, "1x2")
    seen, counts = game.observe(state, 0), np.zeros(3)
    for _ in range(1500):
        game.resample(state, 0)
        assert state.dice[1].sum() == 2
        counts += state.dice[1]
    assert np.array_equal(game.observe(state, 0), seen)
    assert counts == pytest.approx([1000] * 3, abs=110)  # more than four standard deviations


def test_dice_that_are_not_rolled_yet_stay_so():
    game, state = dealt(2, 2, 1, dice=2, sides=3)
    game.resample(state, 0)
    assert state.dice.sum(axis=1).tolist() == [2, 1]


def test_dice_lie_open_after_the_call():
    game, state = dealt(3, 6)
    play(game, state, "2x3")
    assert "Player 2: hidden" in game.words.describe(game.world, state, 0)
    play(game, state, "liar")
    assert game.resample(game.clone(state), 0).tobytes() == state.tobytes()
    assert game.words.describe(game.world, state, 0).splitlines() == [
        "2 dice of 6 sides; 6 counts as every face. Bids rise by quantity, then face.",
        "Player 1 (you): 3",
        "Player 2: 6",
        "Bids: player 1 2x3",
        "The bid 2x3 was called and holds: player 1 wins.",
    ]


def test_words_read_many_ways_to_bid():
    game, state = dealt(3, 6)
    for line in ("2x3", "2 X 3", "bid 2 3", "2 of 3", "2-3", " 2 3s ", "2 × 3"):
        assert game.words.parse(game.world, state, 0, line) == [8]
    play(game, state, "1x4")
    for line in ("liar", "Call", "dudo", "challenge"):
        assert game.words.parse(game.world, state, 1, line) == [12]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1x4", "not higher than the bid 1x4"),
        ("3x1", "there are 2 dice"),
        ("1x7", "faces 1 to 6"),
        ("0x1", "there are 2 dice"),
        ("many", "bid a quantity and a face"),
    ],
)
def test_words_say_what_is_wrong(line, reason):
    game, state = dealt(3, 6)
    with pytest.raises(ValueError, match="no bid to call"):
        game.words.parse(game.world, state, 0, "liar")
    play(game, state, "1x4")
    with pytest.raises(ValueError, match=reason):
        game.words.parse(game.world, state, 1, line)


@pytest.mark.parametrize(
    "options",
    [{"players": 1}, {"players": 11}, {"dice": 0}, {"sides": 1}, {"wild": 1}, {"bidding": "reset-face"}],
)
def test_options_are_checked(options):
    with pytest.raises(ValueError, match="is not allowed"):
        agora.envs.game(ID, **options)


def test_reference():
    reference = agora.envs.game(ID).reference()
    assert reference.best == (-7 / 258, 7 / 258)
    assert reference.kind == "exact"
    assert agora.envs.game(ID, sides=5, wild=False).reference().best == (-3 / 25, 3 / 25)
    assert agora.envs.game(ID, dice=2).reference().kind == "bound"
    sizes = {"players": 10, "dice": 6, "sides": 12}
    assert sum(agora.envs.game(ID, **sizes).reference().random) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("options", [{}, {"players": 3, "dice": 2, "sides": 4, "wild": False}])
def test_random_return_is_that_of_random_play(options):
    batch = agora.envs.batch(ID, 40_000, 0, autoreset="disabled", **options)
    while not batch.ended.all():
        batch.step(batch.sample())
    found = batch.final_returns.mean(axis=0)
    assert found == pytest.approx(batch.game.reference().random, abs=4.5 / 200)

"""The scripted Connect Four player: wins, blocks, else the centre."""

import pytest

import agora.envs
from support import drawn_actions, play_words, returns_against_random


def columns(moves, **options):
    """The columns that `greedy` draws from, 1 the leftmost."""
    game = agora.envs.game("agora/ConnectFour-v0", **options)
    state = game.new()
    play_words(game, state, " ".join(moves))
    return [action + 1 for action in drawn_actions("scripted/greedy", game, state)]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ("", [4]),  # the centre
        ("444444", [3, 5]),  # the centre is full: its neighbours, each as likely
        ("121212", [1]),  # wins upright
        ("12121", [1]),  # blocks upright
        ("112233", [4]),  # wins level
        ("11223", [4]),  # blocks level
        ("1167", [4]),
        ("12233434647", [4]),  # the second player blocks d4: a1, b2 and c3 are the first's
        ("122334346472", [4]),  # the first player wins there, rising
        ("7665545424", [4]),  # the same, falling
    ],
)
def test_moves(moves, expected):
    assert columns(moves) == expected


def test_prefers_winning_to_blocking():
    moves = "717171"  # first: three in column 7, second: three in column 1, the first to move
    assert columns(moves) == [7]
    assert columns(moves + "2") == [1]  # the second player wins rather than block column 7


def test_lines_do_not_float():
    """The cell that would complete row 2 is still in the air, so there is nothing to win or block there."""
    assert columns("1122553") == [4]


def test_other_boards():
    assert columns("1212", rows=4, columns=6, length=3) == [1]
    assert columns("", rows=4, columns=6, length=3) == [3, 4]


def test_beats_random_play():
    assert returns_against_random("scripted/greedy", "agora/ConnectFour-v0", 1000).mean() > 0.9

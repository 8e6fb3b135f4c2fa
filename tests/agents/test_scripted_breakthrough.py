"""The scripted Breakthrough player."""

import pytest

import agora.envs
from support import action_names, drawn_actions, returns_against_random

ID = "agora/Breakthrough-v0"


def moves(text):
    """The moves that `runner` draws from in a position."""
    game = agora.envs.game(ID)
    state = game.position(text)
    return sorted(action_names(game, state, drawn_actions("scripted/runner", game, state)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2p5/3P4/8/8/8/8/p7/1P6 w", ["d7xc8"]),  # wins, and takes while it does
        ("8/2p5/3P4/8/8/8/p7/1P6 w", ["b1xa2"]),  # takes what is about to win rather than c7
        ("8/2p5/3P4/8/8/8/8/1P6 w", ["d6xc7"]),  # takes
        ("8/p7/8/8/3P4/8/8/1P6 w", ["d4c5", "d4d5", "d4e5"]),  # runs with the foremost
        ("8/8/p7/2p5/8/3P4/8/8 w", ["d3c4", "d3e4"]),  # not where the other could take it: c5 guards d4
        ("1p6/P7/8/8/8/4p3/5P2/8 b", ["b8xa7"]),  # the same downwards
        ("8/8/3p4/8/2P5/P7/8/8 b", ["d6c5", "d6e5"]),
    ],
)
def test_moves(text, expected):
    assert moves(text) == expected


def test_beats_random_play():
    assert returns_against_random("scripted/runner", ID, 300, seat=1).mean() > 0.95

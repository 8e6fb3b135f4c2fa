"""The scripted Hex player."""

import numpy as np
import pytest

import agora.envs
from agora.agents.scripted.hex import distances
from support import action_names, drawn_actions, returns_against_random

ID = "agora/Hex-v0"


def cells(text, **options):
    """The cells that `paths` draws from in a position."""
    game = agora.envs.game(ID, **options)
    state = game.position(text)
    return action_names(game, state, drawn_actions("scripted/paths", game, state))


def test_distances():
    cost = np.array([[[1, 1, 0], [1000, 1000, 0], [1, 1, 1]]])
    assert distances(cost)[0].tolist() == [[1, 1, 0], [1000, 1000, 0], [2, 1, 1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x2/xoo/3 x", ["a3"]),  # joins its edges, and keeps the other from it
        ("xx1/oo1/1x1 o", ["c1", "c2"]),  # both join
        ("3/3/3 x", ["b2"]),  # all paths are as long: the centre
        ("3/1x1/3 o", ["b1", "c1", "a3", "b3"]),  # X needs one of the first two and one of the others
    ],
)
def test_moves(text, expected):
    assert cells(text, size=3) == expected


def test_swaps():
    assert cells("3/1x1/3 o", size=3, swap=True) == ["swap"]
    assert "swap" not in cells("3/1x1/2o x", size=3, swap=True)


@pytest.mark.parametrize("seat", [0, 1])
def test_beats_random_play(seat):
    assert returns_against_random("scripted/paths", ID, 50, seat).min() == 1

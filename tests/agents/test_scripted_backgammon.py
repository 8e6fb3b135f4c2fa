"""The scripted backgammon player: hits, makes points, keeps its blots safe, bears off."""

import pytest

import agora.envs
from agora.envs.games.backgammon.reference import xgid
from support import action_names, drawn_actions, returns_against_random


def chosen(first, second, dice):
    game = agora.envs.game("agora/Backgammon-v0")
    state = game.position(xgid(first, second).replace(":1:00:", f":1:{dice}:"))
    return set(action_names(game, state, drawn_actions("scripted/careful", game, state)))


@pytest.mark.parametrize(
    ("first", "second", "dice", "move"),
    [
        ({13: 5, 24: 2}, {8: 1, 12: 2}, "54", "13/8*"),  # hits
        ({8: 1, 6: 3, 10: 2}, {1: 1}, "42", "10/8"),  # makes a point
        ({9: 1, 13: 3, 6: 2}, {4: 2, 5: 2}, "31", "9/6"),  # takes a blot to safety
        ({6: 3, 4: 2}, {24: 2}, "41", "4/off"),  # bears off
        ({20: 2, 13: 2}, {1: 15}, "66", "20/14"),  # nothing to hit: the checker farthest behind
    ],
)
def test_moves(first, second, dice, move):
    assert chosen(first, second, dice) == {move}


def test_beats_random_play():
    assert returns_against_random("scripted/careful", "agora/Backgammon-v0", 200, scoring="win").mean() > 0.8

"""Breakthrough in lock-step with OpenSpiel, whose first player starts in the highest rows and moves down."""

import pyspiel
import pytest

import agora.envs
from lockstep import play


def their_number(game, state, theirs, action):
    """OpenSpiel counts (row from the first player's side, column, one of six directions, capture)."""
    world, player = game.world, int(state.to_move)
    squares = world.rows * world.columns
    direction, start = divmod(int(action), squares)
    row, column = divmod(start, world.columns)
    goal = start + (world.columns if player == 0 else -world.columns) + direction - 1
    captures = bool((int(state.pieces[1 - player]) >> goal) & 1)
    way = direction + 3 * player  # theirs: 0 to 2 away from the first player, 3 to 5 towards it
    return ((row * world.columns + column) * 6 + way) * 2 + captures


@pytest.mark.parametrize(
    ("options", "theirs"),
    [
        ({}, "breakthrough"),
        ({"rows": 6, "columns": 5}, "breakthrough(rows=6,columns=5)"),
        ({"rows": 5, "columns": 6, "filled": 1}, "breakthrough(rows=5,columns=6)"),
        ({"rows": 8, "columns": 2}, "breakthrough(rows=8,columns=2)"),
    ],
)
def test_random_games_go_the_same_way(options, theirs):
    play(agora.envs.game("agora/Breakthrough-v0", **options), pyspiel.load_game(theirs), 150, their_number)

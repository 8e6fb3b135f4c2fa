"""Go: counting positions and searching the whole game, compiled over the rules; a template for ``jit.compiled``."""

from typing import Any

import numpy as np

from agora.envs.games.go.strings import LEGAL
from agora.envs.jit import entry

legal: Any = None  # the rules; jit.compiled puts them here
step: Any = None


@entry
def count_positions(world, path, chosen, actions, rewards):
    """How many boards have a liberty for every string, by putting stones down point by point.

    A string without a liberty gets none from stones that follow, so a stone that captures, or cannot be put down, ends
    the line. ``path`` (points,) holds a state per point with the points before it decided; the last point needs none.
    """
    count, level = 0, 0
    last = world.points - 1
    while level >= 0:
        kind = chosen[level]
        if kind == 3:
            chosen[level] = 0
            level -= 1
            continue
        chosen[level] += 1
        if kind > 0 and path[level].may[kind - 1, level] != LEGAL:
            continue
        if level == last:
            count += 1
            continue
        path[level + 1] = path[level]
        level += 1
        if kind > 0:
            state = path[level]
            state.to_move = kind - 1
            state.plays = 0
            actions[kind - 1] = level - 1
            step(world, state, actions, rewards)
    return count


@entry
def solve(world, path, masks, bounds, tried, actions, rewards):
    """Black's return in perfect play from ``path[0]`` on, by alpha-beta with nothing but the whole history of the game.

    ``bounds`` (levels, 2) holds what Black and White are sure of at each level; passing is tried first.
    """
    level = 0
    bounds[0, 0], bounds[0, 1] = -1.0, 1.0
    tried[0] = world.points + 1
    legal(world, path[0], int(path[0].to_move), masks[0])
    while True:
        player = int(path[level].to_move)
        tried[level] -= 1
        if tried[level] < 0 or bounds[level, 0] >= bounds[level, 1]:
            if level == 0:
                return bounds[0, player]
            value = bounds[level, player]
            level -= 1
            credit(bounds, level, int(path[level].to_move), value)
        elif masks[level, tried[level]]:
            path[level + 1] = path[level]
            below = path[level + 1]
            actions[player] = tried[level]
            rewards[0] = 0.0
            step(world, below, actions, rewards)
            if below.over:
                credit(bounds, level, player, rewards[0])
            else:
                level += 1
                bounds[level, 0], bounds[level, 1] = bounds[level - 1, 0], bounds[level - 1, 1]
                tried[level] = world.points + 1
                legal(world, below, int(below.to_move), masks[level])


@entry
def credit(bounds, level, player, value):
    """Improves what ``player`` is sure of with Black's return of one of its moves."""
    if player == 0:
        bounds[level, 0] = max(bounds[level, 0], value)
    else:
        bounds[level, 1] = min(bounds[level, 1], value)


def room(game: Any, levels: int) -> np.recarray:
    """States to work in, the first one a new game."""
    path = np.zeros(levels, game.dtype).view(np.recarray)
    path[0] = game.new()
    return path

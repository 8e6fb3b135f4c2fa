"""Counts over all lines of play of a game without chance: perft, complete games, positions."""

import numpy as np

from agora.agents.search.room import check_walkable, kernel, viewing_room, walking_room
from agora.envs.game import Game

LARGEST_TABLE = 1 << 27  # slots, 1 GiB


def perft(game: Game, depth: int, position: str | None = None) -> int:
    """The number of lines of exactly ``depth`` plies; lines that end earlier are not counted.

    Args:
        depth: 1 or more.
        position: where to start, in the game's notation; the opening by default.

    Raises:
        ValueError: players choose at once, chance moves, or ``position`` is not one.
    """
    check_walkable(game)
    state = game.new() if position is None else game.position(position)
    walk = kernel("walk", game)
    return int(walk.count_lines(game.world, walking_room(walk, game, state, depth), depth))


def complete_games(game: Game) -> tuple[int, int, int]:
    """The number of complete games whose last reward for player 0 is above, at and below zero; errors as ``perft``."""
    check_walkable(game)
    walk, ends = kernel("walk", game), np.zeros(3, np.int64)
    walk.count_ends(game.world, walking_room(walk, game, game.new(), game.spec.max_steps), ends)
    return int(ends[0]), int(ends[1]), int(ends[2])


def distinct_states(game: Game) -> int:
    """The number of distinct positions reachable from the start, ends included; errors as ``perft``.

    Two positions are the same when player 0 sees the same, the same player moves, and both or neither are over.
    They are told apart by 64-bit hashes: at ten million positions an error has a chance of about 1 in 400,000.
    """
    check_walkable(game)
    walk, slots = kernel("walk", game), 1 << 16
    while slots <= LARGEST_TABLE:
        room, table = walking_room(walk, game, game.new(), game.spec.max_steps), np.zeros(slots, np.uint64)
        count = int(walk.count_states(game.world, room, *viewing_room(game), table))
        if count >= 0:
            return count
        slots *= 8
    raise ValueError(f"{game.spec.id} has more than {LARGEST_TABLE // 2} positions: give a smaller board.")

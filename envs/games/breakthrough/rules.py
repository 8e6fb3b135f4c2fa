"""Breakthrough: bring one piece to the far row.

# Description
White's pieces fill the two lowest rows, Black's the two highest. In turn, White first, a player moves one piece one
square towards the other side: straight ahead or diagonally. Any empty square can be moved to; a piece of the other is
captured, by taking its place, only diagonally. Who first has a piece in the farthest row wins, and so does who captures
all pieces of the other. On a board of two or more columns the foremost piece can always move, so there is no draw.

# Observation
- `board` (2, rows, columns) int8: the pieces of the player who looks, then those of the other, 1 where one stands. Row
  0 is White's first row, column 0 is a in words.
- `upward` (1,) int8: 1 for White, whose pieces move to higher rows, 0 for Black.

# Action
`Discrete(3 * rows * columns)`: `direction * rows * columns + row * columns + column`, where the piece stands on `row`
and `column`, and its direction is 0 towards column a, 1 straight ahead, 2 away from column a.

# Reward
1 for winning, -1 for losing, paid at the end. Zero-sum.

# End
When a piece reaches the farthest row or a player has no piece left.

# Options
- `rows` (3 to 12, default 8): height of the board.
- `columns` (2 to 12, default 8): width of the board.
- `filled` (1 to 6, default 2): rows that each player fills at the start, at most half of `rows`.

`rows` times `columns` must be at most 64. In OpenSpiel, which fills one row only where `rows` is below 6, the player in
the highest rows moves first: turned upside down it is the same game.

# Source
Dan Troyka, 2000; "8x8 Game Design Competition", About Board Games, 2001.

# Versions
- v0: first release.
"""

from typing import NamedTuple

import numpy as np

from agora.envs.api import Discrete, Piece, Spec, check_integer
from agora.envs.jit import rule

WORD = 64  # bits that hold one player's pieces
DIRECTIONS = 3
ONE = np.uint64(1)


class World(NamedTuple):
    rows: int
    columns: int
    filled: int
    inside: np.ndarray
    """(3,) uint64, the squares from which each direction stays on the board, bit row * columns + column."""


def make_world(rows: int = 8, columns: int = 8, filled: int = 2) -> World:
    check_integer("rows", rows, 3, 12)
    check_integer("columns", columns, 2, 12)
    check_integer("filled", filled, 1, 6)
    if rows * columns > WORD:
        raise ValueError(
            f"rows={rows} with columns={columns} is not allowed: that is {rows * columns} squares, give a smaller "
            f"board, of at most {WORD}."
        )
    if 2 * filled > rows:
        raise ValueError(
            f"filled={filled} with rows={rows} is not allowed: the sides would overlap, give filled up to {rows // 2}."
        )
    file = [sum(1 << (row * columns + column) for row in range(rows)) for column in range(columns)]
    inside = np.array([sum(file[1:]), sum(file), sum(file[:-1])], np.uint64)
    return World(int(rows), int(columns), int(filled), inside)


def make_spec(world: World) -> Spec:
    squares = world.rows * world.columns
    # Before the last move nobody has reached the far row, so a piece that starts in row r has made rows - 2 - r moves.
    longest = 2 * world.columns * sum(world.rows - 2 - row for row in range(world.filled)) + 1
    return Spec(
        players=2,
        turns="sequential",
        information="perfect",
        payoff="zero-sum",
        chance="none",
        action=Discrete(DIRECTIONS * squares),
        observation=(
            Piece(
                "board", (2, world.rows, world.columns), 0, 1, "own pieces, then the other's; row 0 is White's", "board"
            ),
            Piece("upward", (1,), 0, 1, "whether the own pieces move to higher rows"),
        ),
        returns=(-1.0, 1.0),
        unit="points",
        max_steps=longest,
        seats=("White", "Black"),
        observation_dtype="int8",
    )


def make_dtype(world: World) -> list:
    return [("pieces", "u8", (2,))]  # each player's squares, bit row * columns + column


@rule
def reset(world, state):
    for square in range(world.filled * world.columns):
        state.pieces[0] |= ONE << np.uint64(square)
        state.pieces[1] |= ONE << np.uint64(world.rows * world.columns - 1 - square)


@rule
def legal(world, state, player, out):
    own, other = state.pieces[player], state.pieces[1 - player]
    squares = world.rows * world.columns
    for direction in range(DIRECTIONS):
        free = ~(own | other) if direction == 1 else ~own
        if player == 0:
            free = free >> np.uint64(world.columns + direction - 1)
        else:
            free = free << np.uint64(world.columns - direction + 1)
        movers = own & free & world.inside[direction]
        for square in range(squares):
            out[direction * squares + square] = (movers >> np.uint64(square)) & ONE != 0


@rule
def step(world, state, actions, rewards):
    player = int(state.to_move)
    squares = world.rows * world.columns
    action = actions[player]
    direction = int(action >= squares) + int(action >= 2 * squares)
    start = action - direction * squares
    ahead = world.columns if player == 0 else -world.columns
    goal = start + ahead + direction - 1
    state.pieces[player] ^= (ONE << np.uint64(start)) | (ONE << np.uint64(goal))
    state.pieces[1 - player] &= ~(ONE << np.uint64(goal))
    state.to_move = 1 - player
    arrived = goal >= squares - world.columns if player == 0 else goal < world.columns
    if arrived or state.pieces[1 - player] == 0:
        state.over = True
        rewards[player] = 1.0
        rewards[1 - player] = -1.0


@rule
def observe(world, state, player, out):
    write_squares(out.board[0], state.pieces[player])
    write_squares(out.board[1], state.pieces[1 - player])
    out.upward[0] = 1 - player


@rule
def write_squares(plane, pieces):
    """Writes bits as a plane of 0 and 1, as one run of bytes."""
    squares = plane.flat
    for square in range(plane.size):
        squares[square] = (pieces >> np.uint64(square)) & ONE

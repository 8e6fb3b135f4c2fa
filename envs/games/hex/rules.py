"""Hex: join your two edges of the board.

# Description
Two players take turns putting a stone of their own onto a free cell of a rhombus of hexagons. The first player joins
the top edge to the bottom edge, the second the left to the right: who has an unbroken chain of neighbouring stones
between its two edges wins. Exactly one of the two can be joined when the board is full, so there is no draw. The cell
in row r and column c has the neighbours (r, c - 1), (r, c + 1), (r - 1, c), (r - 1, c + 1), (r + 1, c - 1), (r + 1, c).

# Observation
- `board` (2, size, size) int8: the stones of the player who looks, then those of the other, 1 where a stone lies. Row 0
  is the top, column 0 the left.
- `vertical` (1,) int8: 1 for the first player, who joins top and bottom, 0 for the second.

# Action
`Discrete(size * size)`: the cell to play on, `size` times its row plus its column. With `swap` there is one more
action, the last: as its first move the second player may take over the first stone, which becomes its own and is
mirrored on the long diagonal, row and column exchanged, so that it lies to its new edges as it lay to the old ones.

# Reward
1 for winning, -1 for losing, paid at the end. Zero-sum.

# End
When one player's edges are joined.

# Options
- `size` (2 to 14, default 11): cells along an edge.
- `swap` (True or False, default False): whether the second player may swap.

# Source
Piet Hein, 1942; John Nash, 1948, who showed that the first player wins on every board; with `swap` it is the second,
who takes over a winning stone and leaves any other.

# Versions
- v0: first release.
"""

from typing import NamedTuple

import numpy as np

from agora.envs.api import Discrete, Piece, Spec, check_choice, check_integer
from agora.envs.jit import rule

LARGEST = 14  # with the rim a row takes 16 bits
RIMMED = LARGEST + 2  # rows of every board's state: search is then compiled once for all sizes
# The bit of each column: comparing with these is faster than shifting, since a processor compares several at once.
COLUMN = (2 << np.arange(LARGEST)).astype(np.uint16)


class World(NamedTuple):
    size: int
    swap: bool


def make_world(size: int = 11, swap: bool = False) -> World:
    check_integer("size", size, 2, LARGEST)
    check_choice("swap", swap, (True, False))
    return World(int(size), bool(swap))


def make_spec(world: World) -> Spec:
    actions = world.size**2 + int(world.swap)
    return Spec(
        players=2,
        turns="sequential",
        information="perfect",
        payoff="zero-sum",
        chance="none",
        action=Discrete(actions),
        observation=(
            Piece(
                "board", (2, world.size, world.size), 0, 1, "own stones, then the other's; row 0 is the top", "board"
            ),
            Piece("vertical", (1,), 0, 1, "whether the own edges are the top and the bottom"),
        ),
        returns=(-1.0, 1.0),
        unit="points",
        max_steps=actions,
        seats=("vertical", "horizontal"),
        observation_dtype="int8",
    )


def make_dtype(world: World) -> list:
    return [
        # Row r of the board is row r + 1 here, and its column c is bit c + 1: around the board there is a rim.
        ("stones", "u2", (2, RIMMED)),  # each player's cells
        # Those of them joined to the player's first edge, top or left. That edge is in it too, as part of the rim.
        ("joined", "u2", (2, RIMMED)),
        ("placed", "u1"),  # stones on the board
    ]


@rule
def reset(world, state):
    state.joined[0, 0] = (1 << (world.size + 1)) - 2
    for row in range(1, world.size + 1):
        state.joined[1, row] = 1


@rule
def may_swap(world, state):
    """Whether who is to move may take over the stone of the other."""
    return world.swap and state.placed == 1 and state.to_move == 1


@rule
def legal(world, state, player, out):
    for row in range(world.size):
        taken = state.stones[0, row + 1] | state.stones[1, row + 1]
        for column in range(world.size):
            out[row * world.size + column] = taken & COLUMN[column] == 0
    if world.swap:
        out[world.size * world.size] = may_swap(world, state)


@rule
def step(world, state, actions, rewards):
    player = int(state.to_move)
    action = actions[player]
    if action == world.size * world.size:
        action = take_over(world, state)
    row = action // world.size
    wins = place(world, state, player, row + 1, action - row * world.size + 1)
    state.to_move = 1 - player
    if wins:
        state.over = True
        rewards[player] = 1.0
        rewards[1 - player] = -1.0


@rule
def take_over(world, state):
    """Takes the only stone off the board and returns the cell that mirrors it."""
    mirrored = 0
    for row in range(world.size):
        for column in range(world.size):
            if (int(state.stones[0, row + 1]) >> (column + 1)) & 1:
                mirrored = column * world.size + row
        state.stones[0, row + 1] = 0
        state.joined[0, row + 1] = 0
    state.placed = 0
    return mirrored


@rule
def place(world, state, player, row, column):
    """Puts a stone, counting the rim, and returns whether it joins the player's edges."""
    stone = 1 << column
    stones, joined = state.stones[player], state.joined[player]
    stones[row] |= stone
    state.placed += 1
    if reached(joined, row) & stone == 0:
        return False
    joined[row] |= stone
    growing = True
    while growing:
        growing = False
        for other in range(1, world.size + 1):
            more = reached(joined, other) & int(stones[other]) & ~int(joined[other])
            if more != 0:
                joined[other] |= more
                growing = True
    if player == 0:
        return joined[world.size] != 0
    last = 0
    for other in range(1, world.size + 1):
        last |= int(joined[other]) >> world.size
    return last != 0


@rule
def reached(joined, row):
    """The cells of ``row`` that are neighbours of ``joined``, as bits."""
    above, here, below = int(joined[row - 1]), int(joined[row]), int(joined[row + 1])
    return (here << 1) | (here >> 1) | above | (above >> 1) | below | (below << 1)


@rule
def observe(world, state, player, out):
    write_cells(out.board[0], state.stones[player])
    write_cells(out.board[1], state.stones[1 - player])
    out.vertical[0] = 1 - player


@rule
def write_cells(plane, stones):
    """Writes bits as a plane of 0 and 1."""
    for row in range(plane.shape[0]):
        bits = stones[row + 1]
        for column in range(plane.shape[1]):
            plane[row, column] = bits & COLUMN[column] != 0

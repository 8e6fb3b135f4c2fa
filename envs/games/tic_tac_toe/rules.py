"""Tic-tac-toe: three marks in a row win.

# Description
Two players take turns putting a mark of their own, X and then O, into a free cell of a board of three by three. Who
first has three in a row, column or diagonal wins. A full board without a line is a draw.

# Observation
`board` (2, 3, 3) int8: the marks of the player who looks, then those of the other, 1 where a mark stands. Row 0 is the
top, column 0 the left.

# Action
`Discrete(9)`: the cell to mark, 3 times its row plus its column; a marked cell is illegal.

# Reward
1 for winning, -1 for losing, 0 for a draw, paid at the end. Zero-sum.

# End
When a line is complete or the board is full.

# Options
There are none.

# Source
Traditional. The counts of positions and games are well known; they are recomputed by walking all games.

# Versions
- v0: first release.
"""

from typing import NamedTuple

import numpy as np

from agora.envs.api import Discrete, Piece, Spec
from agora.envs.jit import rule

SIDE = 3
CELLS = 9
FULL = 0x1FF
LINES = (0x007, 0x038, 0x1C0, 0x049, 0x092, 0x124, 0x111, 0x054)  # rows, columns, diagonals; bit 3 * row + column


class World(NamedTuple):
    wins: np.ndarray
    """(512,) bool, whether a set of cells holds a line."""


def make_world() -> World:
    sets = np.arange(FULL + 1)
    return World(np.any([sets & line == line for line in LINES], axis=0))


def make_spec(world: World) -> Spec:
    return Spec(
        players=2,
        turns="sequential",
        information="perfect",
        payoff="zero-sum",
        chance="none",
        action=Discrete(CELLS),
        observation=(Piece("board", (2, SIDE, SIDE), 0, 1, "own marks, then the other's; row 0 is the top", "board"),),
        returns=(-1.0, 1.0),
        unit="points",
        max_steps=CELLS,
        seats=("X", "O"),
        observation_dtype="int8",
    )


def make_dtype(world: World) -> list:
    return [("marks", "i2", (2,))]  # each player's cells, bit 3 * row + column


@rule
def reset(world, state):
    """The board is empty as it arrives."""


@rule
def legal(world, state, player, out):
    taken = int(state.marks[0] | state.marks[1])
    for cell in range(CELLS):
        out[cell] = (taken >> cell) & 1 == 0


@rule
def step(world, state, actions, rewards):
    player = int(state.to_move)
    own = int(state.marks[player]) | 1 << actions[player]
    state.marks[player] = own
    state.to_move = 1 - player
    if world.wins[own]:
        state.over = True
        rewards[player] = 1.0
        rewards[1 - player] = -1.0
    elif own | state.marks[1 - player] == FULL:
        state.over = True


@rule
def observe(world, state, player, out):
    write_cells(out.board[0], int(state.marks[player]))
    write_cells(out.board[1], int(state.marks[1 - player]))


@rule
def write_cells(plane, marks):
    """Writes bits as a plane of 0 and 1, as one run of bytes."""
    cells = plane.flat
    for cell in range(CELLS):
        cells[cell] = (marks >> cell) & 1

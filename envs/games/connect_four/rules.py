"""Connect Four: drop stones into columns, four in a line wins.

# Description
Two players take turns dropping a stone of their own into one of seven columns, where it falls to the lowest free of six
rows. Who first has four stones in an unbroken line, upright, level or diagonal, wins. A full board without a line is a
draw.

# Observation
`board` (2, rows, columns) int8: the stones of the player who looks, then those of the other, 1 where a stone lies.
Row 0 is the lowest, column 0 the leftmost.

# Action
`Discrete(columns)`: the column to drop a stone into, 0 the leftmost; a full column is illegal.

# Reward
1 for winning, -1 for losing, 0 for a draw, paid at the end. Zero-sum.

# End
When a line is complete or the board is full.

# Options
- `rows` (1 to 12, default 6): height of the board.
- `columns` (1 to 12, default 7): width of the board.
- `length` (2 to 12, default 4): stones in a line that win; on a board too small for it every game is a draw.

`rows` times `columns + 1` must be at most 64.

# Source
Milton Bradley, 1974. J. Allen (1988) and V. Allis, "A knowledge-based approach of Connect-Four", 1988, independently:
with the default options the first player wins.

# Versions
- v0: first release.
"""

from typing import NamedTuple

from agora.envs.api import Discrete, Piece, Spec, check_integer
from agora.envs.jit import rule

NONE = -1  # no stone yet
WORD = 64  # bits that hold one player's stones


class World(NamedTuple):
    rows: int
    columns: int
    length: int


def make_world(rows: int = 6, columns: int = 7, length: int = 4) -> World:
    check_integer("rows", rows, 1, 12)
    check_integer("columns", columns, 1, 12)
    check_integer("length", length, 2, 12)
    if rows * (columns + 1) > WORD:
        raise ValueError(
            f"rows={rows} with columns={columns} is not allowed: rows times columns + 1 is {rows * (columns + 1)}, "
            f"give a smaller board, where it is at most {WORD}."
        )
    return World(int(rows), int(columns), int(length))


def make_spec(world: World) -> Spec:
    return Spec(
        players=2,
        turns="sequential",
        information="perfect",
        payoff="zero-sum",
        chance="none",
        action=Discrete(world.columns),
        observation=(
            Piece(
                "board",
                (2, world.rows, world.columns),
                0,
                1,
                "own stones, then the other's; row 0 is the lowest",
                "board",
            ),
        ),
        returns=(-1.0, 1.0),
        unit="points",
        max_steps=world.rows * world.columns,
        seats=("first", "second"),
        observation_dtype="int8",
    )


def make_dtype(world: World) -> list:
    return [
        ("stones", "i1", (2, world.rows, world.columns)),  # 1 where that player has a stone; row 0 is the lowest
        # The same stones as bits, row * (columns + 1) + column, for finding lines: the spare column parts the rows.
        ("bits", "i8", (2,)),
        ("height", "i1", (world.columns,)),  # stones in each column
        ("last", "i1"),  # column of the last stone, or NONE
    ]


@rule
def reset(world, state):
    state.last = NONE


@rule
def legal(world, state, player, out):
    for column in range(out.shape[0]):
        out[column] = state.height[column] < world.rows


@rule
def step(world, state, actions, rewards):
    player = int(state.to_move)
    column = actions[player]
    row = int(state.height[column])
    state.stones[player, row, column] = 1
    state.height[column] += 1
    state.last = column
    state.to_move = 1 - player
    state.bits[player] |= 1 << (row * (world.columns + 1) + column)
    if wins(world, state.bits[player]):
        state.over = True
        rewards[player] = 1.0
        rewards[1 - player] = -1.0
    elif state.steps == world.rows * world.columns:
        state.over = True


@rule
def wins(world, bits):
    """Whether ``bits`` hold a line: shifted by its direction and met with themselves, a line of n leaves n - 1."""
    level = upright = rising = falling = bits
    for _ in range(world.length - 1):
        level &= level >> 1
        upright &= upright >> (world.columns + 1)
        rising &= rising >> (world.columns + 2)
        falling &= falling >> world.columns
    return level | upright | rising | falling != 0


@rule
def observe(world, state, player, out):
    copy_plane(out.board[0], state.stones[player])
    copy_plane(out.board[1], state.stones[1 - player])


@rule
def copy_plane(target, source):
    """Copies (rows, columns) as one run of bytes, which is several times faster than row by row."""
    target_cells, source_cells = target.flat, source.flat
    for cell in range(target.size):
        target_cells[cell] = source_cells[cell]

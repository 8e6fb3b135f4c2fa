"""Othello: outflank the other's discs to turn them, most discs win.

# Description
Black and White take turns putting a disc of their own onto an empty square such that it outflanks at least one disc of
the other: a straight run of them, in any of eight directions, between the new disc and another of the own. All discs
that it outflanks are turned. Who has no such square passes, which then is the only action; nobody passes otherwise. At
the start the four central squares are taken: d4 and e5 by White, e4 and d5 by Black, who moves first.

# Observation
`board` (2, size, size) int8: the discs of the player who looks, then those of the other, 1 where a disc lies. Row 0 is
the top, row 1 in words; column 0 the left, a in words.

# Action
`Discrete(size * size + 1)`: the square to play on, `size` times its row plus its column; the last action is to pass,
legal only when no square is.

# Reward
With `returns` win: 1 for having more discs at the end, -1 for fewer, 0 for as many. With margin: how many more discs
one has than the other; squares left empty count for nobody. Zero-sum.

# End
When neither player can turn a disc.

# Options
- `size` (4, 6 or 8, default 8): squares along an edge.
- `returns` (win or margin, default win): what is paid at the end.

# Source
Goro Hasegawa, 1971; rules of the World Othello Federation, which gives empty squares to the winner; here, as in the
literature on small boards, they count for nobody. Values: J. Feinstein, "Amenor wins world 6x6 championships!", 1993,
for size 6; H. Takizawa, "Othello is solved", 2023, for size 8.

# Versions
- v0: first release.
"""

from typing import NamedTuple

import numpy as np

from agora.envs.api import Discrete, Piece, Spec, check_choice
from agora.envs.jit import rule

SIZES = (4, 6, 8)
RETURNS = ("win", "margin")
AXES = 4  # along rows, along columns and two diagonals, each to be gone both ways
NOWHERE, ONE = np.uint64(0), np.uint64(1)


class World(NamedTuple):
    size: int
    margin: bool
    squares: np.uint64
    """The squares of the board as bits, row * size + column."""
    stride: np.ndarray
    """(4,) uint64, how far apart neighbours along each axis are, in bits."""
    inner: np.ndarray
    """(4,) uint64, the squares along each axis that have neighbours on both sides, or lie in the first or last row."""


def make_world(size: int = 8, returns: str = "win") -> World:
    check_choice("size", size, SIZES)
    check_choice("returns", returns, RETURNS)
    bits = [1 << square for square in range(size * size)]
    between = sum(bit for square, bit in enumerate(bits) if 0 < square % size < size - 1)
    stride = np.array([1, size, size - 1, size + 1], np.uint64)
    inner = np.array([between, sum(bits), between, between], np.uint64)
    return World(int(size), returns == "margin", np.uint64(sum(bits)), stride, inner)


def make_spec(world: World) -> Spec:
    squares = world.size**2
    highest = float(squares) if world.margin else 1.0
    return Spec(
        players=2,
        turns="sequential",
        information="perfect",
        payoff="zero-sum",
        chance="none",
        action=Discrete(squares + 1),
        observation=(
            Piece("board", (2, world.size, world.size), 0, 1, "own discs, then the other's; row 0 is the top", "board"),
        ),
        returns=(-highest, highest),
        unit="discs" if world.margin else "points",
        max_steps=2 * (squares - 4),  # nobody passes twice without a disc between
        seats=("Black", "White"),
        observation_dtype="int8",
    )


def make_dtype(world: World) -> list:
    return [
        ("discs", "u8", (2,)),  # each player's squares, bit row * size + column
        ("moves", "u8"),  # squares where who is to move outflanks a disc; none when it must pass
    ]


@rule
def reset(world, state):
    middle = world.size // 2
    upper, lower = (middle - 1) * world.size + middle, middle * world.size + middle
    state.discs[0] = (ONE << np.uint64(upper)) | (ONE << np.uint64(lower - 1))
    state.discs[1] = (ONE << np.uint64(upper - 1)) | (ONE << np.uint64(lower))
    state.moves = outflanking(world, state.discs[0], state.discs[1])


@rule
def runs(between, start, stride):
    """The squares of ``between`` in unbroken runs that begin beside ``start``, up an axis and down it; six at most."""
    up, down = between & (start << stride), between & (start >> stride)
    up |= between & (up << stride)
    down |= between & (down >> stride)
    # Two squares are reached by now; pairs reach two more at a time.
    up_pairs, down_pairs = between & (between << stride), between & (between >> stride)
    double = stride + stride
    up |= up_pairs & (up << double)
    down |= down_pairs & (down >> double)
    up |= up_pairs & (up << double)
    down |= down_pairs & (down >> double)
    return up, down


@rule
def outflanking(world, own, other):
    """The empty squares where a disc of ``own`` would turn some of ``other``."""
    found = NOWHERE
    for axis in range(AXES):
        stride = world.stride[axis]
        up, down = runs(other & world.inner[axis], own, stride)
        found |= (up << stride) | (down >> stride)
    return found & world.squares & ~(own | other)


@rule
def turned(world, own, other, disc):
    """The discs of ``other`` between ``disc`` and ``own``."""
    found = NOWHERE
    for axis in range(AXES):
        stride = world.stride[axis]
        up, down = runs(other & world.inner[axis], disc, stride)
        if (up << stride) & own != 0:
            found |= up
        if (down >> stride) & own != 0:
            found |= down
    return found


@rule
def legal(world, state, player, out):
    moves = state.moves
    last = out.shape[0] - 1
    for square in range(last):
        out[square] = (moves >> np.uint64(square)) & ONE != 0
    out[last] = moves == 0


@rule
def step(world, state, actions, rewards):
    player = int(state.to_move)
    own, other = state.discs[player], state.discs[1 - player]
    if state.moves != 0:
        disc = ONE << np.uint64(actions[player])
        flips = turned(world, own, other, disc)
        own |= disc | flips
        other ^= flips
        state.discs[player] = own
        state.discs[1 - player] = other
    state.to_move = 1 - player
    state.moves = outflanking(world, other, own)
    if state.moves == 0 and outflanking(world, own, other) == 0:
        state.over = True
        pay(world, rewards, player, own, other)


@rule
def pay(world, rewards, player, own, other):
    """What the end is worth to ``player``, who has the discs ``own``, and to the other."""
    margin = count(own) - count(other)
    if not world.margin:
        margin = min(max(margin, -1), 1)
    rewards[player] = margin
    rewards[1 - player] = -margin


@rule
def count(discs):
    """How many there are."""
    total = 0
    while discs != 0:
        discs &= discs - ONE
        total += 1
    return total


@rule
def observe(world, state, player, out):
    write_squares(out.board[0], state.discs[player])
    write_squares(out.board[1], state.discs[1 - player])


@rule
def write_squares(plane, discs):
    """Writes bits as a plane of 0 and 1, as one run of bytes."""
    squares = plane.flat
    for square in range(plane.size):
        squares[square] = (discs >> np.uint64(square)) & ONE

"""The board as sets of squares, and what a move does to it.

``state.planes`` holds the board: on each square bits of planes 0 to 2 are the number of the kind, plane 3 is Black's.
"""

import numpy as np

from agora.envs.games.chess.tables import BISHOP, DE_BRUIJN, KING, KNIGHT, PAWN, QUEEN, ROOK
from agora.envs.jit import rule

NONE = -1  # no square
ONE = np.int64(1)
ALL = np.int64(-1)
DE_BRUIJN_BITS = np.int64(DE_BRUIJN)
LIGHT = np.int64(0x55AA55AA55AA55AA)  # the light squares


@rule
def bit(square):
    return ONE << square


@rule
def first(world, squares):
    """The lowest square of a set that is not empty."""
    return int(world.tables.position[((squares & -squares) * DE_BRUIJN_BITS) >> 58 & 63])


@rule
def occupied(state):
    return state.planes[0] | state.planes[1] | state.planes[2]


@rule
def of_kind(state, kind):
    """The squares of all pieces of ``kind``, of both players."""
    squares = ALL
    for plane in range(3):
        squares &= state.planes[plane] if kind >> plane & 1 else ~state.planes[plane]
    return squares


@rule
def kind_at(state, square):
    """The kind of the piece on ``square``, or 0."""
    low, middle, high = state.planes[0] >> square & 1, state.planes[1] >> square & 1, state.planes[2] >> square & 1
    return int(low | middle << 1 | high << 2)


@rule
def put(state, square, kind, player):
    """Puts a piece on ``square`` in place of what stands there; kind 0 with player 0 clears it."""
    number = kind | player << 3
    for plane in range(4):
        state.planes[plane] = state.planes[plane] & ~bit(square) | bit(square) * (number >> plane & 1)


@rule
def move_pieces(state, player, kind, origin, target, promotion):
    arrives = kind
    if kind == PAWN:
        if target == state.en_passant:
            put(state, target - 8 + 16 * player, 0, 0)
        if target ^ 56 * player >= 56:
            arrives = promotion if promotion else QUEEN
    elif kind == KING and abs(target - origin) == 2:
        corner = target + 1 if target > origin else target - 2
        put(state, corner, 0, 0)
        put(state, (origin + target) // 2, ROOK, player)
    put(state, origin, 0, 0)
    put(state, target, arrives, player)


@rule
def count_repeats(state):
    """How often the position has occurred before: going back, each square must have been left as often as entered."""
    repeats, changed = 0, bit(0) ^ bit(0)
    for back in range(1, state.path_length + 1):
        move = int(state.path[state.path_length - back])
        changed ^= bit(move & 63) ^ bit(move >> 6)
        if changed == 0 and back % 2 == 0 and same_before(state, back):
            repeats += 1
    return repeats


@rule
def same_before(state, moves):
    """Whether taking back the last ``moves`` of the path leads to the board as it stands."""
    for plane in range(4):
        board = state.planes[plane]
        for back in range(1, moves + 1):
            move = int(state.path[state.path_length - back])
            board ^= (bit(move & 63) | bit(move >> 6)) * (board >> (move >> 6) & 1)
        if board != state.planes[plane]:
            return False
    return True


@rule
def is_dead(state):
    """Whether too little is left for any mate: bare kings, one knight, or bishops on squares of one colour."""
    knights, bishops = of_kind(state, KNIGHT), of_kind(state, BISHOP)
    if occupied(state) ^ of_kind(state, KING) ^ knights ^ bishops:
        return False
    if knights:
        return bishops == 0 and knights & (knights - 1) == 0
    return bishops & LIGHT == 0 or bishops & ~LIGHT == 0

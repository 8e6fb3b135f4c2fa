"""What never changes on a chessboard, worked out once: attacks, lines, and the numbering of the moves.

A square is ``8 * row + column``, a1 = 0 and h8 = 63; a set of squares is 64 bits in an int64, bit 63 its sign.
"""

from typing import NamedTuple

import numpy as np

PAWN, KNIGHT, BISHOP, ROOK, QUEEN, KING = range(1, 7)
PLAIN = 1792  # actions that are an origin and a target
ACTIONS = PLAIN + 66  # with those that promote to less than a queen
DE_BRUIJN = 0x03F79D71B4CB0A89  # every run of six bits occurs once in it, so they tell where a bit stands
WHITE_KING_SIDE, WHITE_QUEEN_SIDE, BLACK_KING_SIDE, BLACK_QUEEN_SIDE = 1, 2, 4, 8  # rights to castle


class Tables(NamedTuple):
    knight: np.ndarray  # (64,) squares that a knight attacks
    king: np.ndarray  # (64,) squares that a king attacks
    pawn: np.ndarray  # (2, 64) squares that a pawn of White, of Black attacks
    row: np.ndarray  # (64,) the other squares of the row
    rising: np.ndarray  # (64,) of the diagonal towards h8
    falling: np.ndarray  # (64,) of the diagonal towards a8
    row_reach: np.ndarray  # (8, 64) by column and occupation of columns b to g: what a slider reaches, in every row
    column_reach: np.ndarray  # (8, 64) by row and occupation of rows 2 to 7: what a slider reaches in column a
    between: np.ndarray  # (64, 64) squares strictly between two in line
    line: np.ndarray  # (64, 64) all squares of the line through two, or none
    keeps: np.ndarray  # (64,) rights to castle that a move from or to the square leaves
    position: np.ndarray  # (64,) the square of a bit, by the six bits that DE_BRUIJN gives it
    action: np.ndarray  # (64, 64) by origin and target, from the mover's side: the action, or -1
    origin: np.ndarray  # (ACTIONS,) from the mover's side
    target: np.ndarray  # (ACTIONS,) from the mover's side
    promotion: np.ndarray  # (ACTIONS,) KNIGHT, BISHOP, ROOK, or 0 where a pawn that arrives becomes a queen


STRAIGHT = ((0, 1), (1, 0), (0, -1), (-1, 0))
DIAGONAL = ((1, 1), (1, -1), (-1, -1), (-1, 1))
JUMPS = ((1, 2), (2, 1), (-1, 2), (-2, 1), (1, -2), (2, -1), (-1, -2), (-2, -1))


def ray(square: int, step: tuple[int, int]) -> list[int]:
    """The squares from ``square`` on in steps of (rows, columns), to the edge."""
    row, column = square // 8 + step[0], square % 8 + step[1]
    found = []
    while 0 <= row < 8 and 0 <= column < 8:
        found.append(8 * row + column)
        row, column = row + step[0], column + step[1]
    return found


def squares_to_bits(squares) -> int:
    return sum(1 << square for square in squares)


def signed(sets) -> np.ndarray:
    """Sets of squares as int64."""
    return np.array(sets, np.uint64).view(np.int64)


def leaps(square: int, steps) -> int:
    """The squares one step from ``square``."""
    return squares_to_bits(place for step in steps for place in ray(square, step)[:1])


def axis(square: int, step: tuple[int, int]) -> int:
    """The squares of the line through ``square`` along ``step``, without itself."""
    return squares_to_bits(ray(square, step) + ray(square, (-step[0], -step[1])))


def reach(place: int, inner: int) -> list[int]:
    """Where a slider at ``place`` of eight gets, when bits 0 to 5 of ``inner`` occupy places 1 to 6."""
    found = []
    for step in (-1, 1):
        other = place + step
        while 0 <= other < 8:
            found.append(other)
            if inner << 1 >> other & 1:
                break
            other += step
    return found


def pair_tables() -> tuple[np.ndarray, np.ndarray]:
    """``between`` and ``line``."""
    between, line = np.zeros((64, 64), np.uint64), np.zeros((64, 64), np.uint64)
    for square in range(64):
        for step in STRAIGHT + DIAGONAL:
            path = ray(square, step)
            for index, other in enumerate(path):
                between[square, other] = squares_to_bits(path[:index])
                line[square, other] = axis(square, step) | 1 << square
    return between.view(np.int64), line.view(np.int64)


def numbering() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """``action``, ``origin``, ``target`` and ``promotion``.

    First every pair of squares a queen or a knight can move between, in order; then, by the columns of origin and
    target, a knight, a bishop, a rook in the last row.
    """
    action = np.full((64, 64), -1, np.int16)
    moves: list[tuple[int, int, int]] = []
    for origin in range(64):
        lines = axis(origin, (0, 1)) | axis(origin, (1, 0)) | axis(origin, (1, 1)) | axis(origin, (1, -1))
        reached = lines | leaps(origin, JUMPS)
        for target in range(64):
            if reached >> target & 1:
                action[origin, target] = len(moves)
                moves.append((origin, target, 0))
    for column in range(8):
        for arrival in range(max(0, column - 1), min(7, column + 1) + 1):
            moves += [(48 + column, 56 + arrival, kind) for kind in (KNIGHT, BISHOP, ROOK)]
    origins, targets, promotions = np.array(moves, np.int8).T.copy()
    return action, origins, targets, promotions


def make_tables() -> Tables:
    keeps = np.full(64, 15, np.int8)
    for square, lost in ((0, 2), (4, 3), (7, 1), (56, 8), (60, 12), (63, 4)):
        keeps[square] -= lost
    position = np.zeros(64, np.int8)
    for square in range(64):
        position[(DE_BRUIJN << square & 2**64 - 1) >> 58] = square
    between, line = pair_tables()
    action, origin, target, promotion = numbering()
    whole = range(64)
    return Tables(
        knight=signed([leaps(square, JUMPS) for square in whole]),
        king=signed([leaps(square, STRAIGHT + DIAGONAL) for square in whole]),
        pawn=signed([[leaps(square, ((ahead, -1), (ahead, 1))) for square in whole] for ahead in (1, -1)]),
        row=signed([axis(square, (0, 1)) for square in whole]),
        rising=signed([axis(square, (1, 1)) for square in whole]),
        falling=signed([axis(square, (1, -1)) for square in whole]),
        row_reach=signed(
            [[sum(1 << 8 * row + c for row in range(8) for c in reach(at, i)) for i in whole] for at in range(8)]
        ),
        column_reach=signed([[squares_to_bits(8 * row for row in reach(at, i)) for i in whole] for at in range(8)]),
        between=between,
        line=line,
        keeps=keeps,
        position=position,
        action=action,
        origin=origin,
        target=target,
        promotion=promotion,
    )

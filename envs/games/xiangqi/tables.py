"""What never changes on a xiangqi board, worked out once: where pieces go, and the numbering of the moves.

A square is ``9 * row + column``: row 0 is Red's home, column 0 Red's left, so a0 = 0 and i9 = 89.
"""

from typing import NamedTuple

import numpy as np

SOLDIER, CANNON, CHARIOT, HORSE, ELEPHANT, ADVISOR, GENERAL = range(1, 8)
ROWS, COLUMNS, SQUARES = 10, 9, 90
ACTIONS = 2062
NOWHERE = -1
STRAIGHT = ((0, 1), (1, 0), (0, -1), (-1, 0))
DIAGONAL = ((1, 1), (1, -1), (-1, -1), (-1, 1))
JUMPS = ((1, 2), (2, 1), (-1, 2), (-2, 1), (1, -2), (2, -1), (-1, -2), (-2, -1))


class Tables(NamedTuple):
    room: np.ndarray  # (90, 4) squares from here to the edge along STRAIGHT
    leap: np.ndarray  # (2, 8, 90, 8) by player, kind, square: where a piece that does not slide may go, then NOWHERE
    leg: np.ndarray  # (2, 8, 90, 8) the square that must be empty for it, or NOWHERE
    near: np.ndarray  # (90, 90) 1 where a change on the second square may touch the safety of a general on the first
    key: np.ndarray  # (90,) a random number for each square
    flip: np.ndarray  # (2, 90) the square as its player sees it from the own side, and back
    action: np.ndarray  # (90, 90) by origin and target, from the mover's side: the action, or -1
    origin: np.ndarray  # (ACTIONS,) from the mover's side
    target: np.ndarray  # (ACTIONS,) from the mover's side


def on_board(row: int, column: int) -> bool:
    return 0 <= row < ROWS and 0 <= column < COLUMNS


def in_palace(row: int, column: int) -> bool:
    return 3 <= column <= 5 and (0 <= row <= 2 or 7 <= row <= 9)


def leaps(player: int, kind: int, row: int, column: int) -> list[tuple[int, int]]:
    """Where a piece may go that does not slide: pairs of target and of the square that must be empty, or NOWHERE."""
    found = []
    for down, right in _steps(player, kind, row):
        place, leg = (row + down, column + right), (row + int(down / 2), column + int(right / 2))
        if not on_board(*place) or (kind in (ADVISOR, GENERAL) and not in_palace(*place)):
            continue
        if kind == ELEPHANT and place[0] // 5 != row // 5:  # it never crosses the river
            continue
        blocked = 9 * leg[0] + leg[1] if kind in (HORSE, ELEPHANT) else NOWHERE
        found.append((9 * place[0] + place[1], blocked))
    return found


def _steps(player: int, kind: int, row: int) -> tuple[tuple[int, int], ...]:
    if kind == SOLDIER:
        ahead = 1 - 2 * player
        crossed = row >= 5 if player == 0 else row <= 4
        return ((ahead, 0), (0, 1), (0, -1)) if crossed else ((ahead, 0),)
    if kind == ELEPHANT:
        return tuple((2 * down, 2 * right) for down, right in DIAGONAL)
    return {HORSE: JUMPS, ADVISOR: DIAGONAL, GENERAL: STRAIGHT}[kind]


def leap_tables() -> tuple[np.ndarray, np.ndarray]:
    """``leap`` and ``leg``."""
    leap, leg = np.full((2, 8, SQUARES, 8), NOWHERE, np.int8), np.full((2, 8, SQUARES, 8), NOWHERE, np.int8)
    for player in (0, 1):
        for kind in (SOLDIER, HORSE, ELEPHANT, ADVISOR, GENERAL):
            for square in range(SQUARES):
                for index, pair in enumerate(leaps(player, kind, *divmod(square, 9))):
                    leap[player, kind, square, index], leg[player, kind, square, index] = pair
    return leap, leg


def numbering() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``action``, ``origin`` and ``target``: by origin and target, every move that some piece of the mover's has."""
    action = np.full((SQUARES, SQUARES), -1, np.int16)
    moves: list[tuple[int, int]] = []
    for origin in range(SQUARES):
        row, column = divmod(origin, 9)
        reached = {other for other in range(SQUARES) if (other // 9 == row) != (other % 9 == column)}
        reached |= {target for target, _ in leaps(0, HORSE, row, column)}
        if (row, column) in ADVISORS:
            reached |= {target for target, _ in leaps(0, ADVISOR, row, column)}
        if (row, column) in ELEPHANTS:
            reached |= {target for target, _ in leaps(0, ELEPHANT, row, column)}
        for target in sorted(reached):
            action[origin, target] = len(moves)
            moves.append((origin, target))
    origins, targets = np.array(moves, np.int8).T.copy()
    return action, origins, targets


ADVISORS = {(0, 3), (0, 5), (1, 4), (2, 3), (2, 5)}  # where Red's advisors and elephants can ever stand
ELEPHANTS = {(0, 2), (0, 6), (2, 0), (2, 4), (2, 8), (4, 2), (4, 6)}


def touches(general: int, square: int) -> bool:
    """Whether ``square`` is in line with a general, or where a horse that attacks it has its leg."""
    down, right = abs(general // 9 - square // 9), abs(general % 9 - square % 9)
    return down == 0 or right == 0 or down == right == 1


def make_tables() -> Tables:
    places = [divmod(square, 9) for square in range(SQUARES)]
    leap, leg = leap_tables()
    action, origin, target = numbering()
    return Tables(
        room=np.array([[8 - column, 9 - row, column, row] for row, column in places], np.int8),
        leap=leap,
        leg=leg,
        near=np.array([[touches(a, b) for b in range(SQUARES)] for a in range(SQUARES)], np.uint8),
        key=np.random.default_rng(0).integers(-(2**63), 2**63 - 1, SQUARES),
        flip=np.array([range(SQUARES), [9 * (9 - row) + column for row, column in places]], np.int8),
        action=action,
        origin=origin,
        target=target,
    )

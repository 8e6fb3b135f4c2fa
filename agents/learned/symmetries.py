"""Symmetries of board games: ways to turn a position into another that plays alike, as permutations of arrays.

Learning from a position turned at random is learning from all of its turns. ``S`` symmetries, the first of which leaves
everything in place; other letters as in ``agora.envs.api``.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from agora.envs.api import Spec

Turn = Callable[[np.ndarray], np.ndarray]
"""Turns a board: the last two axes of an array (..., rows, columns)."""


class Symmetries(NamedTuple):
    """What each symmetry does: the turned array is ``array[index]``."""

    observation: np.ndarray
    """(S, O) int64."""
    action: np.ndarray
    """(S, A) int64: where in a policy the probability of each turned action stands."""
    moved: np.ndarray
    """(S, A) int64, its inverse: what each action becomes."""


def _mirror(board: np.ndarray) -> np.ndarray:
    """Left becomes right."""
    return board[..., ::-1]


def _half_turn(board: np.ndarray) -> np.ndarray:
    return board[..., ::-1, ::-1]


def _square_turns() -> list[Turn]:
    """Rotations and reflections of a square."""

    def turn(quarters: int, mirrored: bool) -> Turn:
        return lambda board: np.rot90(_mirror(board) if mirrored else board, quarters, axes=(-2, -1))

    return [turn(quarters, mirrored) for mirrored in (False, True) for quarters in range(4)]


def _squares(spec: Spec, turn: Turn) -> np.ndarray:
    """Actions that are squares, row by row, and after them others that stay what they are."""
    rows, columns = spec.observation[0].shape[-2:]
    area = rows * columns
    turned = turn(np.arange(area).reshape(rows, columns)).ravel()
    return np.concatenate([turned, np.arange(area, spec.action.n)])  # type: ignore[union-attr]


def _columns(spec: Spec, turn: Turn) -> np.ndarray:
    """Actions that are columns."""
    return _row(spec.action.n, turn)  # type: ignore[union-attr]


def _row(length: int, turn: Turn) -> np.ndarray:
    """What ``turn`` makes of numbers that lie from left to right."""
    return turn(np.arange(length)[None])[0]


def _steps(spec: Spec, turn: Turn) -> np.ndarray:
    """Breakthrough: a direction (to the left, ahead, to the right) and a square."""
    rows, columns = spec.observation[0].shape[-2:]
    planes = turn(np.arange(3 * rows * columns).reshape(3, rows, columns))
    return planes[_row(3, turn)].ravel()


_SQUARE: tuple[list[Turn], Callable[[Spec, Turn], np.ndarray]] = (_square_turns(), _squares)

SYMMETRIES: dict[str, tuple[list[Turn], Callable[[Spec, Turn], np.ndarray]]] = {
    "agora/TicTacToe-v0": _SQUARE,
    "agora/Othello-v0": _SQUARE,
    "agora/Go-v0": _SQUARE,
    "agora/Hex-v0": ([np.asarray, _half_turn], _squares),  # the other turns exchange the players' edges
    "agora/ConnectFour-v0": ([np.asarray, _mirror], _columns),
    "agora/Breakthrough-v0": ([np.asarray, _mirror], _steps),
}
"""Id to the turns of its boards, the first of which changes nothing, and what they make of its actions."""


def symmetries(spec: Spec) -> Symmetries:
    """Those of the game that ``spec`` describes; only the first, which changes nothing, where no others are known."""
    turns, actions = SYMMETRIES.get(spec.id, ([np.asarray], lambda spec, turn: np.arange(spec.action.n)))
    board = spec.observation[0].shape[-2:]
    observation = []
    for turn in turns:
        parts, start = [], 0
        for piece in spec.observation:
            numbers = np.arange(start, start + int(np.prod(piece.shape))).reshape(piece.shape)
            parts.append((turn(numbers) if piece.shape[-2:] == board else numbers).ravel())
            start += numbers.size
        observation.append(np.concatenate(parts))
    action = np.stack([actions(spec, turn) for turn in turns])
    return Symmetries(np.stack(observation), action, action.argsort(axis=1))

"""Scripted agents for Breakthrough."""

import numpy as np

from agora.agents.api import SampledAgent, among_best
from agora.envs.api import Spec

WIN, SAVE, TAKE, SAFE = 1000, 500, 100, 50  # what counts before how far a piece is; rows are at most 12


def runner(spec: Spec) -> SampledAgent:
    """Runs for the far row with its foremost piece that the other cannot take; ties are drawn.

    Before that it wins if it can, else takes a piece that is about to win, else takes whatever it can, the most
    advanced first.
    """

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        pieces = spec.pieces(observation)
        upward = pieces["upward"][:, 0] == 1
        own, other = _forward(pieces["board"], upward).swapaxes(0, 1)
        score = _forward(_scores(own, other), upward)
        return among_best(score.reshape(legal.shape), legal)

    return SampledAgent(policy)


def _forward(planes: np.ndarray, upward: np.ndarray) -> np.ndarray:
    """Turns boards (L, n, rows, columns) upside down for the player who moves downwards."""
    return np.where(upward[:, None, None, None], planes, planes[:, :, ::-1])


def _scores(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The worth of a move of a piece in each of three directions, (L, 3, rows, columns); moves go to higher rows.

    ``own`` and ``other`` are (L, rows, columns).
    """
    lanes, rows, columns = own.shape
    row = np.arange(rows)[:, None]
    attacked = (_beside(other, 1) | _beside(other, -1))[:, 1:]  # by a piece of the other, one row above
    attacked = np.concatenate([attacked, np.zeros((lanes, 1, columns), attacked.dtype)], axis=1)
    # How good it is to arrive on each square: a piece of the other in a low row is far advanced.
    arriving = row + WIN * (row == rows - 1) + SAFE * (attacked == 0)
    taking = other * (TAKE + rows - row + SAVE * (row == 1))
    score = np.zeros((lanes, 3, rows, columns), np.int64)
    for direction in range(3):
        worth = arriving + taking
        score[:, direction, :-1] = _beside(worth, direction - 1)[:, 1:]
    return score


def _beside(plane: np.ndarray, right: int) -> np.ndarray:
    """What stands ``right`` columns beside each square of (L, rows, columns); 0 off the board."""
    columns = plane.shape[2]
    padded = np.pad(plane, [(0, 0), (0, 0), (1, 1)])
    return padded[:, :, 1 + right : 1 + right + columns]


AGENTS = {"runner": runner}

"""Scripted agents for Connect Four."""

import numpy as np

from agora.agents.api import SampledAgent
from agora.envs.api import Spec

DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))  # up, right


def greedy(spec: Spec) -> SampledAgent:
    """Wins if it can, else blocks a win, else plays as near to the centre as it can; ties are drawn."""
    rows, columns = spec.observation[0].shape[1:]
    through = lines(rows, columns, spec.options.get("length", 4))
    length = through.sum(axis=0).max(initial=0)
    closeness = -np.abs(np.arange(columns) - (columns - 1) / 2) / columns  # above -1

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        board = observation.reshape(-1, 2, rows * columns).astype(np.float32)
        filled = board.sum(axis=1).reshape(-1, rows, columns).sum(axis=1).astype(np.int64)
        landing = np.minimum(filled, rows - 1) * columns + np.arange(columns)
        stones = board @ through  # (L, 2, lines), how many of its cells each player has
        almost = (stones == length - 1) & (stones[:, ::-1] == 0)
        winning = almost.astype(np.float32) @ through.T  # (L, 2, cells), above 0 where one stone completes a line
        completes = np.take_along_axis(winning, landing[:, None], axis=2) > 0
        score = np.where(legal, closeness + 4.0 * completes[:, 0] + 2.0 * completes[:, 1], -np.inf)
        best = score == score.max(axis=1, keepdims=True)
        return best / best.sum(axis=1, keepdims=True)

    return SampledAgent(policy)


def lines(rows: int, columns: int, length: int) -> np.ndarray:
    """All lines on the board, (cells, lines) float32: 1 where a cell, row * columns + column, belongs to a line."""
    found = []
    for row in range(rows):
        for column in range(columns):
            for up, right in DIRECTIONS:
                last_row, last_column = row + up * (length - 1), column + right * (length - 1)
                if last_row < rows and 0 <= last_column < columns:
                    line = np.zeros((rows, columns), np.float32)
                    for step in range(length):
                        line[row + up * step, column + right * step] = 1
                    found.append(line.ravel())
    return np.array(found, np.float32).reshape(-1, rows * columns).T


AGENTS = {"greedy": greedy}

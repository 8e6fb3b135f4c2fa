"""Scripted agents for Othello."""

import numpy as np

from agora.agents.api import SampledAgent, among_best
from agora.envs.api import Spec
from agora.envs.games.othello.words import DIRECTIONS


def greedy(spec: Spec) -> SampledAgent:
    """Turns as many discs as it can; ties are drawn."""
    size = spec.observation[0].shape[1]

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        own, other = observation.reshape(len(observation), 2, size, size).swapaxes(0, 1).astype(np.bool_)
        score = np.zeros(legal.shape, np.int64)
        score[:, :-1] = turned(own, other).reshape(len(own), -1)
        return among_best(score, legal)

    return SampledAgent(policy)


def corners(spec: Spec) -> SampledAgent:
    """Takes corners, then edges, and shuns the squares beside an empty corner, the diagonal one most; ties are drawn.

    What lies beside a corner that is taken already is an edge or a square like any other.
    """
    size = spec.observation[0].shape[1]
    ends = (0, size - 1)
    edge = np.zeros((size, size), np.int64)
    edge[ends, :] = edge[:, ends] = 1

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        taken = np.any(observation.reshape(len(observation), 2, size, size), axis=1)
        score = np.repeat(edge[None], len(taken), axis=0)
        for row, inner_row in zip(ends, (1, size - 2), strict=True):
            for column, inner_column in zip(ends, (1, size - 2), strict=True):
                free = ~taken[:, row, column]
                score[free, inner_row, column] = score[free, row, inner_column] = -1
                score[free, inner_row, inner_column] = -2
                score[:, row, column] = 2
        passing = np.zeros((len(taken), 1), np.int64)
        return among_best(np.hstack([score.reshape(len(taken), -1), passing]), legal)

    return SampledAgent(policy)


def turned(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How many of ``other`` (L, size, size) a disc on each square would turn, (L, size, size) int64."""
    size = own.shape[1]
    rim = [(0, 0), (1, 1), (1, 1)]
    own, other = np.pad(own, rim), np.pad(other, rim)
    total = np.zeros((len(own), size, size), np.int64)
    for down, right in DIRECTIONS:
        run = np.ones(total.shape, np.bool_)  # the way so far leads over ``other`` alone
        for length in range(1, size):
            seen = run & _shifted(own, down * length, right * length, size)
            total += (length - 1) * seen
            run &= _shifted(other, down * length, right * length, size)
    return total


def _shifted(padded: np.ndarray, down: int, right: int, size: int) -> np.ndarray:
    """What lies ``down`` and ``right`` of each square; False off the board."""
    rows, columns = (np.clip(np.arange(1, size + 1) + by, 0, size + 1) for by in (down, right))
    return padded[:, rows[:, None], columns]


AGENTS = {"greedy": greedy, "corners": corners}

"""Scripted agents for tic-tac-toe."""

import numpy as np

from agora.agents.api import SampledAgent, among_best
from agora.envs.api import Spec
from agora.envs.games.tic_tac_toe.reference import walk
from agora.envs.games.tic_tac_toe.rules import CELLS, FULL, LINES


def perfect(spec: Spec) -> SampledAgent:
    """Draws among the moves that keep the best result that can be forced."""
    best = _best_moves()

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        own, other = _sets(observation)
        moves = best[own, other]
        return moves / moves.sum(axis=1, keepdims=True)

    return SampledAgent(policy)


def lines(spec: Spec) -> SampledAgent:
    """Completes a line if it can, else blocks one, else draws: what a child plays."""
    marked = np.array([[line >> cell & 1 for cell in range(CELLS)] for line in LINES])  # (8, 9)

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        planes = observation.reshape(len(observation), 2, CELLS)
        twos = planes @ marked.T == 2  # (L, 2, 8), lines of which that player has two cells
        completes = twos.astype(np.int64) @ marked  # (L, 2, 9), lines that the cell completes if it is free
        return among_best(4 * (completes[:, 0] > 0) + 2 * (completes[:, 1] > 0), legal)

    return SampledAgent(policy)


def _sets(observation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Own and other marks (L,) as numbers, bit 3 * row + column."""
    sets = observation.reshape(len(observation), 2, CELLS).astype(np.int64) @ (1 << np.arange(CELLS))
    return sets[:, 0], sets[:, 1]


def _best_moves() -> np.ndarray:
    """For each pair of own and other marks the cells that keep the value, (512, 512, 9) bool."""
    best = np.zeros((FULL + 1, FULL + 1, CELLS), np.bool_)
    waiting, seen = [(0, 0)], {(0, 0)}
    for own, other in waiting:  # grows while it is gone through
        cells = [cell for cell in range(CELLS) if not (own | other) >> cell & 1]
        after = [(other, own | 1 << cell) for cell in cells]
        if any(other & line == line for line in LINES) or not cells:
            continue
        value = walk(own, other)[0]
        for cell, position in zip(cells, after, strict=True):
            best[own, other, cell] = -walk(*position)[0] == value
            if position not in seen:
                seen.add(position)
                waiting.append(position)
    return best


AGENTS = {"perfect": perfect, "lines": lines}

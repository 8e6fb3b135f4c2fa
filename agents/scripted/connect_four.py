"""Scripted agents for Connect Four."""

import numpy as np

from agora.agents.api import SampledAgent, among_best
from agora.envs.api import Spec
from agora.envs.games.connect_four.reference import has_line
from agora.envs.games.connect_four.rules import make_world


def greedy(spec: Spec) -> SampledAgent:
    """Wins if it can, else blocks a win, else plays as near to the centre as it can; ties are drawn."""
    world = make_world(**spec.options)
    columns = np.arange(world.columns)
    cells = np.arange(world.rows)[:, None] * (world.columns + 1) + columns
    weights = np.int64(1) << cells.ravel().astype(np.int64)
    closeness = -np.abs(columns - (world.columns - 1) / 2) / world.columns  # above -1

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        planes = observation.reshape(len(observation), 2, -1)
        bits = planes.astype(np.int64) @ weights  # (L, 2), the stones of each player
        height = planes.reshape(len(planes), 2 * world.rows, -1).sum(axis=1, dtype=np.int64)
        stone = np.int64(1) << (np.minimum(height, world.rows - 1) * (world.columns + 1) + columns)
        completes = has_line(world, bits[:, :, None] | stone[:, None])  # (L, 2, columns)
        return among_best(closeness + 4 * completes[:, 0] + 2 * completes[:, 1], legal)

    return SampledAgent(policy)


AGENTS = {"greedy": greedy}

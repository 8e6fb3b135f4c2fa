"""Scripted agents for Hex."""

import numpy as np

from agora.agents.api import SampledAgent, among_best
from agora.envs.api import Spec

FAR = 1000  # more than any path is long


def paths(spec: Spec) -> SampledAgent:
    """Plays where the shortest paths of both players through a cell are shortest together, nearest the centre.

    A path joins two edges; its length is the number of stones still to be put. It swaps whenever it can; ties are
    drawn.
    """
    size = spec.observation[0].shape[1]
    offset = 2 * np.arange(size) - (size - 1)  # from the centre, in half cells
    down, right = offset[:, None], offset[None, :]
    remote = np.maximum(np.maximum(abs(down), abs(right)), abs(down + right))

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        pieces = spec.pieces(observation)
        vertical = pieces["vertical"][:, 0] == 1
        own, other = pieces["board"].astype(np.int64).swapaxes(0, 1)
        through = _through(own, other, vertical) + _through(other, own, ~vertical)
        score = np.empty(legal.shape, np.int64)
        score[:, : size**2] = -(100 * through + remote).reshape(len(through), -1)
        score[:, size**2 :] = 1  # the swap, where there is one
        return among_best(score, legal)

    return SampledAgent(policy)


def _through(own: np.ndarray, other: np.ndarray, vertical: np.ndarray) -> np.ndarray:
    """Length of the shortest path of ``own`` through each cell (L, size, size), between top and bottom or the sides."""
    turned = vertical[:, None, None]
    own, other = (np.where(turned, plane, plane.swapaxes(1, 2)) for plane in (own, other))
    cost = np.where(own == 1, 0, np.where(other == 1, FAR, 1))
    there = distances(cost)
    back = distances(cost[:, ::-1, ::-1])[:, ::-1, ::-1]  # a half turn keeps neighbours neighbours
    through = np.minimum(there + back - cost, FAR)
    return np.where(turned, through, through.swapaxes(1, 2))


def distances(cost: np.ndarray) -> np.ndarray:
    """The cheapest way from above the board onto each cell, its own cost (L, size, size) included."""
    lanes, size, _ = cost.shape
    distance = np.full((lanes, size + 2, size + 2), FAR)
    distance[:, 0] = 0
    inner = distance[:, 1:-1, 1:-1]
    while True:
        near = np.minimum(distance[:, :-2, 1:-1], distance[:, :-2, 2:])
        near = np.minimum(near, np.minimum(distance[:, 1:-1, :-2], distance[:, 1:-1, 2:]))
        near = np.minimum(near, np.minimum(distance[:, 2:, :-2], distance[:, 2:, 1:-1]))
        better = np.minimum(inner, near + cost)
        if np.array_equal(better, inner):
            return inner
        inner[:] = better


AGENTS = {"paths": paths}

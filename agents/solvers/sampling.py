"""Random walks through a tree, for methods that learn from samples."""

from typing import NamedTuple

import numpy as np

from agora.agents.solvers.sequences import kernel, rule
from agora.agents.solvers.tree import Tree
from agora.envs.rng import seeded, uniform


class Paths(NamedTuple):
    """A tree to walk down; letters as in tree.py."""

    player: np.ndarray
    infostate: np.ndarray
    action: np.ndarray
    nature: np.ndarray
    returns: np.ndarray
    first: np.ndarray
    """(N + 1,) int64, where the children of each node begin in ``children``; they end where those of the next begin."""
    children: np.ndarray
    """(N - 1,) int64, nodes, those of one parent side by side and in the order of their actions."""


def paths(tree: Tree) -> Paths:
    children = np.argsort(tree.parent[1:], kind="stable") + 1
    first = np.searchsorted(tree.parent[children], np.arange(len(tree.parent) + 1))
    return Paths(tree.player, tree.infostate, tree.action, tree.nature, tree.returns, first, children)


def stream(seed: int) -> np.record:
    """A generator for compiled code, as envs/rng.py takes it."""
    streams = np.zeros(1, [("rng", "u8")]).view(np.recarray)
    start(streams[0], np.uint64(seed))
    return streams[0]


@kernel
def start(state, seed):
    state.rng = seeded(seed)


@rule
def draw_child(paths, node, probabilities, state):
    """A child of ``node``, drawn with the mover's ``probabilities`` (A,); those of chance where chance moves."""
    left = uniform(state)
    chosen = paths.children[paths.first[node]]
    for index in range(paths.first[node], paths.first[node + 1]):
        child = paths.children[index]
        probability = paths.nature[child]
        if paths.player[node] >= 0:
            probability = probabilities[paths.action[child]]
        if probability > 0.0:
            chosen = child
            left -= probability
            if left < 0.0:
                break
    return chosen

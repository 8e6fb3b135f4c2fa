"""SALT: a group's episodes laid over each other as a graph, so that shared steps share their credit."""

import numpy as np

from agora.agents.learned.returns.groups import check_episodes, labels


def salt(
    advantages: np.ndarray, episode: np.ndarray, group: np.ndarray, state_key: np.ndarray, actions: np.ndarray
) -> np.ndarray:
    """Advantages (N,) float64 averaged over identical steps of a group.

    States are the graph's nodes and steps its edges. Steps of a group with the same state, action and next state (or
    both the last of their episode) are one edge, and each gets the mean of their advantages: what good and bad episodes
    have in common gets little. A step that no other equals keeps its advantage, where episodes part in particular.

    Source: J. Li et al., "SALT: step-level advantage assignment for long-horizon agents via trajectory graph", 2025.
    Written from the abstract and summaries, not from the paper's formulas: which steps the authors take for the same
    (how much history must agree) may differ.

    Args:
        advantages: (N,) of any group-based method, ``grpo`` in the paper.
        episode, group, state_key, actions: as in the module's table.
    """
    check_episodes(episode, group, advantages=advantages, state_key=state_key, actions=actions)
    last = np.diff(episode, append=episode[-1:] + 1) != 0
    states = labels(state_key)
    following = np.where(last, -1, np.roll(states, -1))
    edges = labels(group[episode], states, actions, following)
    return (np.bincount(edges, advantages) / np.bincount(edges))[edges]

"""TEMPO: a group's episodes as a tree of shared beginnings, whose nodes have values without a critic."""

import numpy as np

from agora.agents.learned.returns.groups import SMALL, check_episodes, episode_returns, labels, position


def tempo(
    rewards: np.ndarray, episode: np.ndarray, group: np.ndarray, state_key: np.ndarray, actions: np.ndarray
) -> np.ndarray:
    """Tree-estimated advantages (N,) float64: (R - mean + V' - V) / deviation.

    R is the episode's return; mean and sample deviation are over its group. V is the mean return of the group's
    episodes that began as this one did up to the decision (the same states and actions, and the same state now); V' is
    the same at the next decision, and R after the last one. Where episodes do not part V' = V, and what is left is
    ``grpo``.

    Source: H. Tran et al., "Exploiting tree structure for credit assignment in RL training of LLMs" (TEMPO), 2025. From
    the abstract, summaries and reviews, which say that the difference V' - V is added to GRPO's signal and divided by
    the deviation of the returns; not from the paper's text.

    Args:
        rewards, episode, group, state_key, actions: as in the module's table.
    """
    check_episodes(episode, group, rewards=rewards, state_key=state_key, actions=actions)
    returns = episode_returns(rewards, episode)
    values = _prefix_values(returns, episode, group, state_key, actions)
    last = np.diff(episode, append=episode[-1:] + 1) != 0
    following = np.where(last, returns[episode], np.roll(values, -1))
    label = labels(group)
    sizes = np.bincount(label)
    centred = returns - (np.bincount(label, returns) / sizes)[label]
    deviations = np.sqrt(np.bincount(label, centred**2) / np.maximum(sizes - 1, 1)) + SMALL
    return (centred[episode] + following - values) / deviations[label][episode]


def _prefix_values(
    returns: np.ndarray, episode: np.ndarray, group: np.ndarray, state_key: np.ndarray, actions: np.ndarray
) -> np.ndarray:
    """The mean return of the episodes that began as each decision's did, (N,)."""
    values = np.empty(len(episode))
    turn = position(episode)
    node = labels(group)  # (E,) in which node of the tree every episode stands
    for depth in range(turn.max(initial=-1) + 1):
        rows = np.flatnonzero(turn == depth)
        playing = episode[rows]
        here = labels(node[playing], state_key[rows])
        values[rows] = (np.bincount(here, returns[playing]) / np.bincount(here))[here]
        node[playing] = labels(here, actions[rows])
    return values

"""PURE: an episode is worth as much as its worst step, so no good step can pay for a bad one."""

import numpy as np

from agora.agents.learned.returns.groups import check_episodes, countdown, discounted_returns, episode_returns, labels


def minimum_returns(rewards: np.ndarray, episode: np.ndarray) -> np.ndarray:
    """The least reward from every decision on, (N,) float64: the value that ``minimum_form`` works towards.

    Source: J. Cheng et al., "Stop summation: min-form credit assignment is all process reward model needs for
    reasoning" (PURE), NeurIPS 2025, abstract.

    Args:
        rewards, episode: as in the module's table; a reward for every step's quality.
    """
    returns = np.array(rewards, np.float64)
    rest = countdown(episode)
    for left in range(1, rest.max(initial=0) + 1):
        rows = np.flatnonzero(rest == left)
        returns[rows] = np.minimum(returns[rows], returns[rows + 1])
    return returns


def minimum_rewards(rewards: np.ndarray, episode: np.ndarray, temperature: float) -> np.ndarray:
    """Rewards whose sum is nearly the episode's least one, (N,) float64: each times its weight, softmax of
    -reward / temperature over its episode.

    As ``temperature`` falls to 0 the worst step keeps its reward and all others get 0: the sum from a step on is then
    the episode's least reward up to the worst step, and 0 after it.

    Source: PURE (see ``minimum_returns``), the transformed rewards; the formula as in the authors' public code.

    Args:
        rewards, episode: as in the module's table.
        temperature: above 0, in the unit of the reward; 0.1 in the authors' code.
    """
    if not temperature > 0:
        raise ValueError(f"temperature={temperature} is not allowed: give a number above 0.")
    lowest = np.full(int(episode.max(initial=-1)) + 1, np.inf)
    np.minimum.at(lowest, episode, rewards)
    weights = np.exp((lowest[episode] - rewards) / temperature)
    return rewards * weights / np.bincount(episode, weights)[episode]


def minimum_form(rewards: np.ndarray, episode: np.ndarray, group: np.ndarray, temperature: float = 0.1) -> np.ndarray:
    """PURE's advantages (N,) float64: the transformed rewards from a decision on, less what the others' would be.

    From every transformed reward a baseline is taken: the mean over the group's other episodes of their sum of
    transformed rewards, divided by the number of decisions of the group's longest episode. An episode that is alone in
    its group has the baseline 0.

    Source: PURE (see ``minimum_returns``), its advantage with process rewards, a leave-one-out baseline; the baseline's
    form is from memory and not checked.

    Args:
        rewards, episode, group, temperature: as above.
    """
    check_episodes(episode, group, rewards=rewards)
    transformed = minimum_rewards(rewards, episode, temperature)
    totals = episode_returns(transformed, episode)
    label = labels(group)
    sizes = np.bincount(label)
    longest = np.zeros(len(sizes))
    np.maximum.at(longest, label, np.bincount(episode))
    others = (np.bincount(label, totals)[label] - totals) / np.maximum(sizes[label] - 1, 1)
    baseline = np.where(sizes[label] > 1, others / longest[label], 0.0)
    return discounted_returns(transformed - baseline[episode], episode, 1.0)

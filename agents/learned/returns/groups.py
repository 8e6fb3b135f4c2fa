"""Episodes compared with others of their group: GRPO and Dr. GRPO, and what the other group-based methods share."""

import numpy as np

SMALL = 1e-6
"""Added to a deviation before dividing by it: a group of equal scores gets advantages of 0."""


def grpo(rewards: np.ndarray, episode: np.ndarray, group: np.ndarray, deviation: bool = True) -> np.ndarray:
    """Every decision gets how its episode's return compares with its group: (return - mean) / deviation, (N,) float64.

    The mean and the sample deviation (divided by size - 1) are over the episodes of the group; one alone gets 0. The
    paper leaves open which deviation it means; public implementations take the sample's.

    Source: Z. Shao et al., "DeepSeekMath", 2024, section 4.1.2 (outcome supervision); without the deviation Z. Liu et
    al., "Understanding R1-Zero-like training" (Dr. GRPO), 2025, section 3.2. From memory, checked against public
    implementations. How decisions are weighed by the length of their episode, the other half of Dr. GRPO, is the
    loss's business: this gives every decision of an episode the whole advantage.

    Args:
        rewards, episode, group: as in the module's table.
        deviation: False leaves the scale as it is, in the unit of the reward.
    """
    check_episodes(episode, group, rewards=rewards)
    return compared(episode_returns(rewards, episode), group, deviation)[episode]


def grpo_process(rewards: np.ndarray, episode: np.ndarray, group: np.ndarray, deviation: bool = True) -> np.ndarray:
    """Every reward is compared with all rewards of its group, and a decision gets the sum from it on, (N,) float64.

    Source: Z. Shao et al., "DeepSeekMath", 2024, section 4.1.3 (process supervision); from memory.

    Args:
        rewards, episode, group: as in the module's table.
        deviation: as in ``grpo``.
    """
    check_episodes(episode, group, rewards=rewards)
    return discounted_returns(compared(rewards, group[episode], deviation), episode, 1.0)


def compared(scores: np.ndarray, group: np.ndarray, deviation: bool) -> np.ndarray:
    """``scores`` (M,) less the mean of their group (M,), divided by its sample deviation if ``deviation``."""
    label = labels(group)
    sizes = np.bincount(label)
    centred = scores - (np.bincount(label, scores) / sizes)[label]
    if not deviation:
        return centred
    variances = np.bincount(label, centred**2) / np.maximum(sizes - 1, 1)
    return centred / (np.sqrt(variances) + SMALL)[label]


def episode_returns(rewards: np.ndarray, episode: np.ndarray) -> np.ndarray:
    """The sum of every episode's rewards (N,), undiscounted: (E,) float64."""
    return np.bincount(episode, rewards)


def discounted_returns(rewards: np.ndarray, episode: np.ndarray, gamma: float) -> np.ndarray:
    """What follows from every decision on, discounted by ``gamma`` a decision: (N,) float64."""
    returns = np.array(rewards, np.float64)
    rest = countdown(episode)
    # Episodes at once, by how many decisions are left: as many passes as the longest one has decisions.
    for left in range(1, rest.max(initial=0) + 1):
        rows = np.flatnonzero(rest == left)
        returns[rows] += gamma * returns[rows + 1]
    return returns


def labels(*columns: np.ndarray) -> np.ndarray:
    """Numbers 0, 1, ... (M,), equal where rows are equal in every one of ``columns``, (M,) integers each."""
    label = np.unique(columns[0], return_inverse=True)[1]
    for column in columns[1:]:
        other = np.unique(column, return_inverse=True)[1]
        label = np.unique(label * (other.max(initial=0) + 1) + other, return_inverse=True)[1]
    return label


def position(episode: np.ndarray) -> np.ndarray:
    """How many decisions of its episode came before each, (N,)."""
    starts = np.flatnonzero(np.diff(episode, prepend=-1))
    return np.arange(len(episode)) - np.repeat(starts, np.diff(starts, append=len(episode)))


def countdown(episode: np.ndarray) -> np.ndarray:
    """How many decisions of its episode come after each, (N,)."""
    return np.bincount(episode)[episode] - 1 - position(episode)


def check_episodes(episode: np.ndarray, group: np.ndarray, **columns: np.ndarray) -> None:
    """ValueError if episodes are not laid out as the module says, or ``columns`` are not (N,)."""
    steps = np.diff(episode, prepend=-1)
    if episode.ndim != 1 or ((steps != 0) & (steps != 1)).any() or (len(episode) and episode[0]):
        raise ValueError("episode must be 0 for the first episode's decisions, 1 for the next one's, and so on.")
    episodes = int(episode[-1]) + 1 if len(episode) else 0
    if group.shape != (episodes,):
        raise ValueError(f"group has shape {group.shape}: give an id for each of the {episodes} episodes.")
    for name, column in columns.items():
        if column.shape != episode.shape:
            raise ValueError(
                f"{name} has shape {column.shape}: give a number for each of the {len(episode)} decisions."
            )

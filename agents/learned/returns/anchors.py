"""GiGPO: episodes compared within their group, and decisions within those taken in the same state."""

import numpy as np

from agora.agents.learned.returns.groups import check_episodes, compared, discounted_returns, grpo, labels


def gigpo(
    rewards: np.ndarray,
    episode: np.ndarray,
    group: np.ndarray,
    state_key: np.ndarray,
    gamma: float,
    omega: float = 1.0,
    deviation: bool = True,
) -> np.ndarray:
    """Group-in-group advantages (N,) float64: that of the episode plus ``omega`` times that of the step.

    The episode's is ``grpo``. For the step's, decisions of a group that saw the same state (an anchor) form a group of
    their own, whichever episode and turn they are of, and the discounted return from each decision on is compared
    within it. A state that was seen once has nothing to be compared with and gets 0.

    Source: L. Feng et al., "Group-in-group policy optimization for LLM agent training", NeurIPS 2025, equations 3 to 8,
    as the authors' code numbers and computes them; the sample deviation is that code's.

    Args:
        rewards, episode, group, state_key: as in the module's table.
        gamma: within [0, 1], for the return of a step only.
        omega: weight of the step's advantage, 0 or more; 1 in the paper.
        deviation: False divides neither advantage by the deviation, the paper's other variant.
    """
    check_episodes(episode, group, rewards=rewards, state_key=state_key)
    anchors = labels(group[episode], state_key)
    steps = compared(discounted_returns(rewards, episode, gamma), anchors, deviation)
    return grpo(rewards, episode, group, deviation) + omega * steps

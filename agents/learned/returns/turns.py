"""Turn-level credit: rewards for single turns beside the outcome.

Turn-level GAE needs nothing of its own: a decision of an environment is a turn, so it is ``gae``.
"""

import numpy as np

from agora.agents.learned.returns.groups import check_episodes, compared, labels, position


def turn_level(
    turn_rewards: np.ndarray,
    outcomes: np.ndarray,
    episode: np.ndarray,
    group: np.ndarray,
    coefficient: float = 1.0,
    deviation: bool = True,
) -> np.ndarray:
    """MT-GRPO's advantages (N,) float64: that of the outcome, plus ``coefficient`` times that of the turn's own reward.

    The outcome is compared within the group, as in ``grpo``; the reward of a turn with those of the group's other
    episodes at the same turn (first with first, second with second). An episode's last turn, which makes the outcome,
    gets the outcome's advantage alone.

    Source: S. Zeng et al., "Reinforcing multi-turn reasoning in LLM agents via turn-level credit assignment", 2025,
    section 4: two turns there, as summarised by the authors' readme and others' descriptions of their code, not from
    the paper itself; more turns than two are taken the same way here.

    Args:
        turn_rewards: (N,) for the turns, without the outcome.
        outcomes: (E,) for the episodes.
        episode, group: as in the module's table.
        coefficient: weight of a turn's own advantage; 1 in the paper's experiments.
        deviation: as in ``grpo``.
    """
    check_episodes(episode, group, turn_rewards=turn_rewards)
    if outcomes.shape != group.shape:
        raise ValueError(f"outcomes has shape {outcomes.shape}: give one for each of the {len(group)} episodes.")
    peers = labels(group[episode], position(episode))
    last = np.diff(episode, append=episode[-1:] + 1) != 0
    own = np.where(last, 0.0, compared(turn_rewards, peers, deviation))
    return compared(outcomes, group, deviation)[episode] + coefficient * own

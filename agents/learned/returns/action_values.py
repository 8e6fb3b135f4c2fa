"""Targets of a critic that values every action, what the literature calls a post-decision or action-value critic."""

from typing import Literal

import numba
import numpy as np

from agora.agents.learned.returns.estimates import Credit
from agora.agents.learned.returns.seats import ENDED, UNKNOWN, OwnTurns, check_shapes, floats, integers


def action_value_targets(
    turns: OwnTurns,
    action_values: np.ndarray,
    policies: np.ndarray,
    actions: np.ndarray,
    last_values: np.ndarray,
    gamma: float,
    lambda_: float,
    trace: Literal["expected-sarsa", "tree-backup"] = "expected-sarsa",
) -> Credit:
    """Targets for the value of the action taken, along every seat's own turns.

    With Q' and V' = sum over actions of policy times value at the seat's next turn, and q' the value of the action
    taken there: the target is G = r + gamma (V' + c' (G' - q')). The trace c' is lambda for expected SARSA(lambda),
    for decisions of the policy that is learned, and lambda times the policy's chance of the action taken for
    tree-backup(lambda), for decisions of any policy. The advantage is G - V: the target against the mean over the
    mover's actions.

    Source: D. Precup, R. Sutton and S. Singh, "Eligibility traces for off-policy policy evaluation", ICML 2000, section
    3 (tree backup); R. Munos et al., "Safe and efficient off-policy reinforcement learning", NeurIPS 2016, equation 3
    and table 1, where the traces above are those of Q^pi(lambda) and TB(lambda); from memory, tree backup checked
    against public implementations.

    Args:
        turns: of the rollout.
        action_values: (T, B, A) float, finite everywhere, illegal actions included.
        policies: (T, B, A) float, chances that sum to 1 and are 0 for illegal actions.
        actions: (T, B) int, taken; 0 where nobody decided.
        last_values: (B,) float: V of the seat to move after the last row.
        gamma, lambda_: within [0, 1].
        trace: as above.
    """
    if trace not in ("expected-sarsa", "tree-backup"):
        raise ValueError(f"trace={trace!r} is not known: choose 'expected-sarsa' or 'tree-backup'.")
    shape = turns.rewards.shape
    check_shapes(shape, actions=actions)
    check_shapes((*shape, action_values.shape[-1]), action_values=action_values, policies=policies)
    check_shapes(shape[1:], last_values=last_values)
    if actions.min(initial=0) < 0 or actions.max(initial=0) >= action_values.shape[-1]:
        raise ValueError(f"actions must be 0 to {action_values.shape[-1] - 1}, got {actions.min()} to {actions.max()}.")
    values = floats(np.einsum("tba,tba->tb", action_values, policies))
    targets = np.empty_like(values)
    _targets(
        turns.rewards,
        turns.following,
        values,
        floats(action_values),
        floats(policies),
        integers(actions),
        floats(last_values),
        gamma,
        lambda_,
        trace == "tree-backup",
        targets,
    )
    return Credit(targets - values, targets, turns.known)


@numba.njit(cache=True, nogil=True)
def _targets(
    rewards, following, values, action_values, policies, actions, last_values, gamma, lambda_, tree_backup, targets
):
    steps, lanes = rewards.shape
    for step in range(steps - 1, -1, -1):
        for lane in range(lanes):
            ahead = following[step, lane]
            if ahead == UNKNOWN:
                # No correction flows back from here: the value of the action stands for all that follows.
                targets[step, lane] = action_values[step, lane, actions[step, lane]]
                continue
            expected = 0.0
            if ahead == steps:
                expected = last_values[lane]
            elif ahead != ENDED:
                action = actions[ahead, lane]
                trace = lambda_ * policies[ahead, lane, action] if tree_backup else lambda_
                correction = targets[ahead, lane] - action_values[ahead, lane, action]
                expected = values[ahead, lane] + trace * correction
            targets[step, lane] = rewards[step, lane] + gamma * expected

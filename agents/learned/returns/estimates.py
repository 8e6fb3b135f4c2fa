"""Advantages of a rollout with a critic of states: GAE, n-step, V-trace; and plain returns without one.

Each estimator runs along a seat's own decisions. Where the next one is unknown, the critic's value at that decision
stands for all that follows, so a decision before it still learns from everything that is known.
"""

from typing import NamedTuple

import numba
import numpy as np

from agora.agents.learned.returns.seats import ENDED, UNKNOWN, OwnTurns, check_shapes, floats


class Credit(NamedTuple):
    """What the decisions of a rollout are worth. Where ``known`` is False the numbers mean nothing: leave them out."""

    advantages: np.ndarray
    """(T, B) float32: how much better the decision was than the mover's policy at that point."""
    targets: np.ndarray
    """(T, B) float32: what the critic should have said there."""
    known: np.ndarray
    """(T, B) bool."""


def gae(turns: OwnTurns, values: np.ndarray, last_values: np.ndarray, gamma: float, lambda_: float) -> Credit:
    """Generalised advantage estimation along every seat's own turns.

    With r the reward of a seat's turn, V and V' the values at it and at its next turn (0 after the end):
    delta = r + gamma V' - V, and A = delta + gamma lambda A'. The critic's target is A + V, the lambda-return.

    Source: J. Schulman et al., "High-dimensional continuous control using generalized advantage estimation", ICLR
    2016, equations 10 and 16; from memory.

    Args:
        turns: of the rollout.
        values, last_values: as in the module's table.
        gamma, lambda_: within [0, 1].
    """
    values, last_values = _checked(turns, values, last_values)
    advantages = np.empty_like(values)
    _gae(turns.rewards, turns.following, values, last_values, gamma, lambda_, advantages)
    return Credit(advantages, advantages + values, turns.known)


@numba.njit(cache=True, nogil=True)
def _gae(rewards, following, values, last_values, gamma, lambda_, advantages):
    steps, lanes = rewards.shape
    for step in range(steps - 1, -1, -1):
        for lane in range(lanes):
            ahead = following[step, lane]
            if ahead == UNKNOWN:
                advantages[step, lane] = 0.0
                continue
            value, advantage = 0.0, 0.0
            if ahead == steps:
                value = last_values[lane]
            elif ahead != ENDED:
                value, advantage = values[ahead, lane], advantages[ahead, lane]
            delta = rewards[step, lane] + gamma * value - values[step, lane]
            advantages[step, lane] = delta + gamma * lambda_ * advantage


def n_step(turns: OwnTurns, values: np.ndarray, last_values: np.ndarray, gamma: float, n: int) -> Credit:
    """Returns over a seat's next n own turns, then the critic: r + gamma r' + ... + gamma^n V at the n-th turn after.

    Fewer where the episode ends (nothing follows) or the rollout does (the critic's value at the last decision known).

    Source: R. Sutton and A. Barto, "Reinforcement learning", 2nd edition, equation 7.1; from memory.

    Args:
        turns: of the rollout.
        values, last_values: as in the module's table.
        gamma: within [0, 1].
        n: own turns, from 1.
    """
    if n < 1:
        raise ValueError(f"n={n} is not allowed: give 1 or more turns.")
    values, last_values = _checked(turns, values, last_values)
    targets = np.empty_like(values)
    _n_step(turns.rewards, turns.following, values, last_values, gamma, n, targets)
    return Credit(targets - values, targets, turns.known)


@numba.njit(cache=True, nogil=True)
def _n_step(rewards, following, values, last_values, gamma, n, targets):
    steps, lanes = rewards.shape
    for step in range(steps):
        for lane in range(lanes):
            row, total, discount, taken = step, 0.0, 1.0, 0
            while taken < n and row >= 0 and row < steps and following[row, lane] != UNKNOWN:
                total += discount * rewards[row, lane]
                discount *= gamma
                row = following[row, lane]
                taken += 1
            if row == steps:
                total += discount * last_values[lane]
            elif row != ENDED:
                total += discount * values[row, lane]
            targets[step, lane] = total


def v_trace(
    turns: OwnTurns,
    values: np.ndarray,
    last_values: np.ndarray,
    ratios: np.ndarray,
    gamma: float,
    lambda_: float = 1.0,
    rho_bar: float = 1.0,
    c_bar: float = 1.0,
) -> Credit:
    """V-trace, which corrects for decisions of an older policy, along every seat's own turns.

    With rho = min(rho_bar, ratio) and c = lambda min(c_bar, ratio) at a turn, r its reward, V and V' the values at it
    and at the next: the target is v = V + rho (r + gamma V' - V) + gamma c (v' - V'), and the advantage of the decision
    rho (r + gamma v' - V). The ratios correct for the mover's own policy only, not for how the others have changed.

    Source: L. Espeholt et al., "IMPALA", ICML 2018, section 4.1, remark 2 (lambda) and section 4.2; from memory.

    Args:
        turns: of the rollout.
        values, last_values: as in the module's table.
        ratios: (T, B) probability of the action taken, now over when it was taken; 0 or more.
        gamma, lambda_: within [0, 1].
        rho_bar, c_bar: highest ratios; the paper has ``rho_bar >= c_bar``.
    """
    values, last_values = _checked(turns, values, last_values)
    check_shapes(values.shape, ratios=ratios)
    targets, advantages = np.empty_like(values), np.empty_like(values)
    _v_trace(
        turns.rewards,
        turns.following,
        values,
        last_values,
        floats(ratios),
        gamma,
        lambda_,
        rho_bar,
        c_bar,
        targets,
        advantages,
    )
    return Credit(advantages, targets, turns.known)


@numba.njit(cache=True, nogil=True)
def _v_trace(rewards, following, values, last_values, ratios, gamma, lambda_, rho_bar, c_bar, targets, advantages):
    steps, lanes = rewards.shape
    for step in range(steps - 1, -1, -1):
        for lane in range(lanes):
            ahead, value = following[step, lane], values[step, lane]
            if ahead == UNKNOWN:
                advantages[step, lane] = 0.0
                targets[step, lane] = value
                continue
            after, target = 0.0, 0.0
            if ahead == steps:
                after = target = last_values[lane]
            elif ahead != ENDED:
                after, target = values[ahead, lane], targets[ahead, lane]
            ratio = ratios[step, lane]
            # Written so that a ratio that is not a number stays one: min() would hide it.
            rho = rho_bar if ratio > rho_bar else ratio
            trace = lambda_ * (c_bar if ratio > c_bar else ratio)
            delta = rho * (rewards[step, lane] + gamma * after - value)
            targets[step, lane] = value + delta + gamma * trace * (target - after)
            advantages[step, lane] = rho * (rewards[step, lane] + gamma * target - value)


def monte_carlo(turns: OwnTurns, gamma: float) -> Credit:
    """Discounted returns to the end of the episode, without a critic; advantages and targets are both the return.

    Known only where the episode ends within the rollout.

    Args:
        turns: of the rollout.
        gamma: within [0, 1].
    """
    targets = np.empty_like(turns.rewards)
    known = np.empty(targets.shape, np.bool_)
    _monte_carlo(turns.rewards, turns.following, gamma, targets, known)
    return Credit(targets, targets.copy(), known)


@numba.njit(cache=True, nogil=True)
def _monte_carlo(rewards, following, gamma, targets, known):
    steps, lanes = rewards.shape
    for step in range(steps - 1, -1, -1):
        for lane in range(lanes):
            ahead = following[step, lane]
            targets[step, lane] = rewards[step, lane]
            known[step, lane] = ahead == ENDED
            if ahead >= 0 and ahead < steps:
                targets[step, lane] += gamma * targets[ahead, lane]
                known[step, lane] = known[ahead, lane]


def _checked(turns: OwnTurns, values: np.ndarray, last_values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values as compiled code takes them; ValueError if their shapes do not fit the rollout."""
    check_shapes(turns.rewards.shape, values=values)
    check_shapes(turns.rewards.shape[1:], last_values=last_values)
    return floats(values), floats(last_values)

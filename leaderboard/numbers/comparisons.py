"""Many agents compared at once: what may be claimed of all of them together.

An interval of 95 % is wrong once in twenty times, so among many agents some claim made of single intervals is wrong
nearly always. What is said here holds for all agents at once in 95 % of seasons.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from agora.leaderboard.numbers.statistics import CONFIDENCE, FEWEST, Estimate


def deviations(values: np.ndarray, replicates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What intervals come from that all hold together, each number within the same number of its standard errors.

    Source: J. Romano, M. Wolf, "Exact and approximate stepdown methods for multiple hypothesis testing", Journal of the
    American Statistical Association 100, 2005 (the single step of the studentised method).

    Args:
        values: (K,), finite.
        replicates: (B, K), of the same resamples for all.

    Returns:
        Standard errors (K,), and how many of them the number is away from its value that is furthest (B,).
    """
    error = replicates.std(axis=0, ddof=1)
    varies = error > 0
    deviation = np.abs(replicates[:, varies] - values[varies]) / error[varies]
    return error, deviation.max(axis=1, initial=0.0)


def rank_ranges(values: np.ndarray, replicates: np.ndarray, units: int) -> list[tuple[int, int] | None]:
    """The best and the worst rank that each of K agents may have; all true ranks lie there together in 95 % of seasons.

    From simultaneous intervals of all differences: an agent is ahead of another one for sure if that of their
    difference lies above 0. Differences are taken within each resample, so luck that struck both alike falls out.
    Source: M. Mogstad, J. Romano, A. Shaikh, D. Wilhelm, "Inference for ranks with applications to mobility across
    neighbourhoods and academic achievement across countries", Review of Economic Studies 91, 2024.

    Args:
        values: (K,), the higher the better.
        replicates: (B, K), of the same resamples for all.
        units: independent pieces of evidence behind them; None for everybody if there are less than ``FEWEST``.
    """
    values, replicates = np.asarray(values, np.float64), np.asarray(replicates, np.float64)
    if replicates.ndim != 2 or replicates.shape[1:] != values.shape:
        raise ValueError(f"Replicates {replicates.shape} do not fit values {values.shape}: give (B, K) and (K,).")
    if not (np.isfinite(values).all() and np.isfinite(replicates).all()):
        raise ValueError("Some numbers are not finite: leave out agents that have no number.")
    agents = len(values)
    if agents == 1:
        return [(1, 1)]
    if units < FEWEST:
        return [None] * agents
    gaps = values[:, None] - values
    error, furthest = np.zeros((agents, agents)), np.zeros(len(replicates))
    for agent in range(agents - 1):  # the replicates of all differences at once are too many for the memory
        later = slice(agent + 1, None)
        drawn = replicates[:, agent, None] - replicates[:, later]
        error[agent, later], deviation = deviations(gaps[agent, later], drawn)
        furthest = np.maximum(furthest, deviation)
    ahead = gaps > np.quantile(furthest, CONFIDENCE) * (error + error.T)
    behind, beaten = ahead.sum(axis=0), ahead.sum(axis=1)
    return [(1 + int(behind[agent]), agents - int(beaten[agent])) for agent in range(agents)]


def tie_groups(numbers: Sequence[Estimate | None]) -> list[tuple[int, ...]]:
    """The largest sets of agents whose intervals all overlap, the best first; an agent may be in several.

    Two agents that share no group can be told apart. Agents without an interval are in none.
    """
    ends = {agent: (number.low, number.high) for agent, number in enumerate(numbers) if number is not None}
    sure = {agent: (low, high) for agent, (low, high) in ends.items() if low is not None and high is not None}
    found = {tuple(agent for agent, (low, high) in sure.items() if low <= at <= high) for at, _ in sure.values()}
    largest = [group for group in found if not any(set(group) < set(other) for other in found)]
    return sorted(largest, key=lambda group: -max(sure[agent][0] for agent in group))


def expected_best(trials: int, deviation: float) -> float:
    """By how much the best of ``trials`` equals is expected to lead by luck, where scores spread by ``deviation``.

    That is what an author gains by entering one agent often, or an investor by showing the best of many variants.

    For independent normal scores, about 1 % too high for 50 of them; 0 for a single one. Source: D. Bailey, M. López de
    Prado, "The deflated Sharpe ratio", Journal of Portfolio Management 40, 2014, equation 1.
    """
    if trials < 1 or not deviation >= 0:
        raise ValueError(f"trials={trials}, deviation={deviation} are not allowed: give trials >= 1, deviation >= 0.")
    if trials == 1:
        return 0.0
    best = (1.0 - np.euler_gamma) * norm.ppf(1.0 - 1.0 / trials)
    return deviation * float(best + np.euler_gamma * norm.ppf(1.0 - 1.0 / (trials * np.e)))

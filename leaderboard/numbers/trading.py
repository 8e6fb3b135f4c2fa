"""Measures of an investor's history: Sharpe ratio, drawdown, turnover, break-even cost, and what luck there is in them.

A history is one row of T periods, and there is seldom another one to draw from. Intervals are drawn from its blocks,
which are kept together since neighbouring days are not independent; they do not know what the next crisis brings.
"""

from collections.abc import Callable

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from agora.agents.resampling import BLOCK, REPLICATES, block_resamples
from agora.leaderboard.numbers.comparisons import expected_best
from agora.leaderboard.numbers.statistics import Estimate, estimate

PERIODS_A_YEAR = 252


def sharpe_ratio(returns: np.ndarray, periods_a_year: float = PERIODS_A_YEAR, risk_free: float = 0.0) -> np.ndarray:
    """(...) mean excess return by its standard deviation, for a year.

    Args:
        returns: (..., T), simple returns of each period, T of 2 or more.
        periods_a_year: 1 for the ratio of a single period.
        risk_free: simple return a year without risk.

    Raises:
        ValueError: there are too few periods, or they are not finite.

    A history that never varies has no ratio; it is given 0.
    """
    excess = _history(returns) - risk_free / periods_a_year
    deviation = excess.std(axis=-1, ddof=1)
    varies = deviation > 1e-12
    ratio = np.divide(excess.mean(axis=-1), deviation, out=np.zeros_like(deviation), where=varies)
    return np.sqrt(periods_a_year) * ratio


def maximum_drawdown(growth: np.ndarray) -> np.ndarray:
    """(...) the largest loss from an earlier peak, as a share of it, in [0, 1); the start counts as a peak.

    Args:
        growth: (..., T), natural logarithm of each period's growth.
    """
    wealth = np.cumsum(_history(growth), axis=-1)
    peak = np.maximum(np.maximum.accumulate(wealth, axis=-1), 0.0)
    return -np.expm1((wealth - peak).min(axis=-1))


def turnover(held: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """(..., T) share of wealth that changes assets at the start of each period: half of the sum of all changes.

    Args:
        held: (..., T, N) weights as prices left them.
        chosen: (..., T, N) weights after trading, cash included in both.
    """
    return np.abs(np.asarray(chosen, np.float64) - held).sum(axis=-1) / 2.0


def break_even_cost(excess: np.ndarray, turnover: np.ndarray) -> float | None:
    """The cost, as a share of what is turned over, at which the lead over a rival that does not trade is gone.

    Args:
        excess: (T,) natural logarithm of each period's growth, before costs, less that of the rival.
        turnover: (T,) see ``turnover``; wealth shrinks by the factor 1 - cost * turnover.

    Returns:
        None where costs do not decide: there is no lead without them, or nothing is ever traded.
    """
    excess, turnover = _history(excess), _history(turnover)
    if excess.shape != turnover.shape or excess.ndim != 1 or (turnover < 0).any():
        raise ValueError(f"Excess {excess.shape} and turnover {turnover.shape}: give two of (T,), turnover 0 or more.")
    lead = float(excess.sum())
    if lead <= 0 or not turnover.any():
        return None

    def left(cost: float) -> float:
        return lead + float(np.log1p(-cost * turnover).sum())

    dearest = 1.0 / float(turnover.max())  # here all wealth is gone
    return float(brentq(left, 0.0, dearest * (1.0 - 1e-15), xtol=1e-15))


def block_estimate(
    measure: Callable[[np.ndarray], np.ndarray],
    history: np.ndarray,
    seed: int,
    block: int = BLOCK,
    replicates: int = REPLICATES,
) -> Estimate | None:
    """``measure`` (..., T) -> (...) of ``history`` (T,), with an interval; its units are whole blocks."""
    history = _history(history)
    drawn = history[block_resamples(len(history), seed, block, replicates)]
    return estimate(measure(history), measure(drawn), len(history) // block)


def probabilistic_sharpe_ratio(
    ratio: float, benchmark: float, periods: int, skewness: float = 0.0, kurtosis: float = 3.0
) -> float:
    """How likely the true Sharpe ratio is above ``benchmark``, in [0, 1].

    Args:
        ratio: observed, of a single period, not of a year.
        benchmark: of a single period.
        periods: T, 2 or more.
        skewness: of the returns; 0 if they are normal.
        kurtosis: of the returns; 3 if they are normal.

    Source: D. Bailey, M. López de Prado, "The Sharpe ratio efficient frontier", Journal of Risk 15, 2012.
    """
    spread = 1.0 - skewness * ratio + (kurtosis - 1.0) / 4.0 * ratio**2
    if periods < 2 or not spread > 0:
        raise ValueError(
            f"{periods} periods, a ratio of {ratio:g}, skewness {skewness:g}, kurtosis {kurtosis:g}: "
            "there is no such distribution; give 2 periods or more and their own moments."
        )
    return float(stats.norm.cdf((ratio - benchmark) * np.sqrt((periods - 1.0) / spread)))


def deflated_sharpe_ratio(
    ratio: float, periods: int, skewness: float, kurtosis: float, trials: int, deviation: float
) -> float:
    """How likely the true Sharpe ratio is above what the best of ``trials`` without skill would show, in [0, 1].

    Count every variant that was tried, also those that were never shown; below 0.95 the history is no evidence of
    skill. Source: D. Bailey, M. López de Prado, "The deflated Sharpe ratio", Journal of Portfolio Management 40, 2014.

    Args:
        ratio: of one of them, of a single period.
        periods: T, 2 or more.
        skewness: of its returns.
        kurtosis: of its returns; 3 if they are normal.
        trials: how many independent variants were tried, the best included.
        deviation: standard deviation of their Sharpe ratios of a single period.
    """
    return probabilistic_sharpe_ratio(ratio, expected_best(trials, deviation), periods, skewness, kurtosis)


def deflated_sharpe_ratios(histories: np.ndarray) -> np.ndarray:
    """(K,) ``deflated_sharpe_ratio`` of each of ``histories`` (K, T), the simple returns of all that was tried."""
    histories = _history(histories)
    if histories.ndim != 2:
        raise ValueError(f"Histories have the shape {histories.shape}: give (variants, periods).")
    ratios = sharpe_ratio(histories, periods_a_year=1)
    deviation = float(ratios.std(ddof=1)) if len(ratios) > 1 else 0.0
    varies = np.ptp(histories, axis=1) > 0
    skewness, kurtosis = np.zeros(len(ratios)), np.full(len(ratios), 3.0)
    skewness[varies] = stats.skew(histories[varies], axis=1)
    kurtosis[varies] = stats.kurtosis(histories[varies], axis=1, fisher=False)
    periods, trials = histories.shape[1], len(ratios)
    return np.array(
        [
            deflated_sharpe_ratio(ratio, periods, skew, tail, trials, deviation)
            for ratio, skew, tail in zip(ratios.tolist(), skewness.tolist(), kurtosis.tolist(), strict=True)
        ]
    )


def _history(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, np.float64)
    if values.ndim < 1 or values.shape[-1] < 2 or not np.isfinite(values).all():
        raise ValueError(f"A history of shape {values.shape} is not allowed: give finite numbers of 2 periods or more.")
    return values

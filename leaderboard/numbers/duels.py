"""Two agents over seat-swapped pairs of games: how far apart they are, and when it is time to stop playing.

A pair is one deal played twice with the seats swapped. Luck of the deal falls out within it, so pairs, not games, are
independent, and they vary less than two single games would. ``counts`` (5,) says how many pairs ended with 0, 1/2, 1,
3/2 and 2 points for the first agent; more generally ``counts`` (K,) are of evenly spaced outcomes from none to all of
the points, so (2,) are wins and losses of single games, (3,) with draws between.
"""

from math import ceil, log
from typing import Literal, NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from agora.leaderboard.numbers.ratings import ELO
from agora.leaderboard.numbers.statistics import CONFIDENCE, FEWEST, Estimate

POWER = 0.8
_EVEN = 0.5  # pairs added at either end, as the ratings' half wins
_RARE = 1e-3  # pairs that count as seen of an outcome that was not


def expected_score(difference: float) -> float:
    """What an agent that is ``difference`` Elo points ahead scores in a game, in (0, 1)."""
    return float(1.0 / (1.0 + 10.0 ** (-difference / ELO)))


def elo_difference(score: float) -> float:
    """By how many Elo points an agent that scores ``score`` in (0, 1) a game is ahead; the inverse of the above."""
    if not 0.0 < score < 1.0:
        raise ValueError(f"A score of {score:g} is no finite difference in Elo: it must lie between 0 and 1.")
    return ELO * float(np.log10(score / (1.0 - score)))


def games_to_separate(difference: float, power: float | None = None) -> int:
    """Single games without draws until an interval around ``difference`` Elo points leaves out 0.

    Args:
        power: in how large a share of matches it shall; by None in about half, where the interval around exactly the
            expected score just does.
    """
    score = expected_score(abs(difference))
    if score == 0.5 or not (power is None or 0.5 <= power < 1.0):
        raise ValueError(f"difference={difference}, power={power} are not allowed: differ from 0, and from 0.5 to 1.")
    return ceil(_quantiles(power) ** 2 * score * (1.0 - score) / (score - 0.5) ** 2)


def smallest_difference(games: int, power: float | None = POWER) -> float:
    """The Elo points that ``games`` single games without draws can tell from 0: the inverse of the above."""
    if games < 1:
        raise ValueError(f"{games} games can tell nothing apart; give 1 or more.")
    reach = _quantiles(power) / np.sqrt(games)
    # reach² s (1 - s) = (s - 1/2)², solved for the gap s - 1/2
    return elo_difference(0.5 + float(reach / (2.0 * np.sqrt(1.0 + reach**2))))


def smallest_difference_of(replicates: np.ndarray) -> float:
    """What difference can be told from 0 with ``POWER``, where its bootstrap ``replicates`` (B,) spread as they do."""
    return _quantiles(POWER) * float(np.std(replicates, ddof=1))


def _quantiles(power: float | None) -> float:
    return float(norm.ppf((1.0 + CONFIDENCE) / 2.0) + (0.0 if power is None else norm.ppf(power)))


def share_interval(
    total: np.ndarray, squares: np.ndarray, units: np.ndarray, confidence: float = CONFIDENCE
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mean of shares in [0, 1] with the ends of its interval, (...) each, all within (0, 1).

    Half a unit with share 0 and half a unit with share 1 are added, as half wins in the ratings, so that a few units
    that all ended alike are not certainty. The interval is normal in the logarithm of the odds.

    Args:
        total: (...) the sum of the shares.
        squares: (...) the sum of their squares.
        units: (...) how many there are.
    """
    count = units + 2.0 * _EVEN
    mean = (total + _EVEN) / count
    error = np.sqrt(np.maximum(squares + _EVEN - count * mean**2, 0.0)) / count
    odds, reach = np.log(mean / (1.0 - mean)), norm.ppf((1.0 + confidence) / 2.0) * error / (mean * (1.0 - mean))
    return mean, 1.0 / (1.0 + np.exp(reach - odds)), 1.0 / (1.0 + np.exp(-reach - odds))


def score_of_pairs(counts: np.ndarray) -> Estimate:
    """The points a game, 0 to 1, of the first agent over the pairs ``counts`` (K,), by ``share_interval``.

    Raises:
        ValueError: ``counts`` are no counts of two outcomes or more, or there are no pairs.
    """
    counts = _checked(counts)
    outcomes, pairs = np.linspace(0.0, 1.0, len(counts)), int(counts.sum())
    score, low, high = map(float, share_interval(counts @ outcomes, counts @ outcomes**2, counts.sum()))
    return Estimate(score, low, high, pairs) if pairs >= FEWEST else Estimate(score, None, None, pairs)


def elo_of_pairs(counts: np.ndarray) -> Estimate:
    """``score_of_pairs`` as a difference in Elo points."""
    score = score_of_pairs(counts)
    low, high = (None if end is None else elo_difference(end) for end in (score.low, score.high))
    return Estimate(elo_difference(score.value), low, high, score.units)


class Verdict(NamedTuple):
    """Where a sequential test stands."""

    ratio: float
    """Logarithm of the likelihood ratio of ``elo1`` to ``elo0``."""
    low: float
    high: float
    """Where the test ends."""
    decision: Literal["go on", "elo0", "elo1"]


def sequential_test(counts: np.ndarray, elo0: float, elo1: float, alpha: float = 0.05, beta: float = 0.05) -> Verdict:
    """The generalised sequential probability ratio test on pairs: ask after every pair, or now and then.

    If the true difference is ``elo0``, it ends in ``elo1`` in a share of about ``alpha`` of all tests; if it is
    ``elo1``, in ``elo0`` in about ``beta``. The outcomes' shares are those that fit ``counts`` (K,) best under each
    hypothesis (A. Owen, "Empirical likelihood", 2001, section 2.9), the ends are Wald's. Source: A. Wald, "Sequential
    tests of statistical hypotheses", Annals of Mathematical Statistics 16, 1945; M. Van den Bergh, "A practical
    introduction to the GSPRT", 2020, as used by Fishtest.

    Raises:
        ValueError: elo0 is not below elo1, or alpha and beta are not in (0, 0.5), or see ``score_of_pairs``.
    """
    if not elo0 < elo1 or not (0 < alpha < 0.5 and 0 < beta < 0.5):
        raise ValueError(
            f"elo0={elo0}, elo1={elo1}, alpha={alpha}, beta={beta}: give elo0 < elo1, and alpha and beta in (0, 0.5)."
        )
    seen = np.maximum(_checked(counts), _RARE)
    outcomes = np.linspace(0.0, 1.0, len(seen))
    first, second = (_closest(seen / seen.sum(), outcomes - expected_score(elo)) for elo in (elo0, elo1))
    ratio = float(seen @ np.log(second / first))
    low, high = log(beta / (1.0 - alpha)), log((1.0 - beta) / alpha)
    decision: Literal["go on", "elo0", "elo1"] = "elo0" if ratio <= low else "elo1" if ratio >= high else "go on"
    return Verdict(ratio, low, high, decision)


def _closest(shares: np.ndarray, away: np.ndarray) -> np.ndarray:
    """The probabilities (K,) under which ``shares`` are likeliest among those that make ``away`` (K,) 0 on average."""
    # shares / (1 + t away), where t makes them sum to 1; it lies where all of them are positive
    least, most = -1.0 / away.max(), -1.0 / away.min()
    margin = 1e-12 * (most - least)
    tilt = brentq(lambda t: float((shares * away / (1.0 + t * away)).sum()), least + margin, most - margin, xtol=1e-14)
    return shares / (1.0 + tilt * away)


def _checked(counts: np.ndarray) -> np.ndarray:
    counts = np.asarray(counts, np.float64)
    if counts.ndim != 1 or len(counts) < 2 or not np.isfinite(counts).all() or (counts < 0).any() or not counts.any():
        raise ValueError(
            f"Counts {counts.tolist()} are not allowed: give how many pairs ended with each outcome, from no point to "
            "all, five numbers for pairs with draws, at least one pair in all."
        )
    return counts

"""Two agents over seat-swapped pairs of games: how far apart they are, and how many it takes to see it.

A pair is one deal played twice with the seats swapped. Luck of the deal falls out within it, so pairs, not games, are
independent, and they vary less than two single games would. ``counts`` (5,) says how many pairs ended with 0, 1/2, 1,
3/2 and 2 points for the first agent; more generally ``counts`` (K,) are of evenly spaced outcomes from none to all of
the points, so (2,) are wins and losses of single games, (3,) with draws between.
"""

from math import ceil

import numpy as np
from scipy.stats import norm

from agora.leaderboard.numbers.ratings import ELO, pair_scores
from agora.leaderboard.numbers.statistics import CONFIDENCE, FEWEST, SMOOTHING, Estimate

POWER = 0.8
_OUTCOMES = 5  # of a pair of games: none to two points, in halves


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


def smallest_difference(error: float) -> float:
    """What difference can be told from 0 with ``POWER``, where its standard error is ``error``."""
    return _quantiles(POWER) * error


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
    count = units + 2.0 * SMOOTHING
    mean = (total + SMOOTHING) / count
    error = np.sqrt(np.maximum(squares + SMOOTHING - count * mean**2, 0.0)) / count
    odds, reach = np.log(mean / (1.0 - mean)), norm.ppf((1.0 + confidence) / 2.0) * error / (mean * (1.0 - mean))
    return mean, 1.0 / (1.0 + np.exp(reach - odds)), 1.0 / (1.0 + np.exp(-reach - odds))


def pair_counts(deal: np.ndarray, seating: np.ndarray, returns: np.ndarray, agents: int) -> np.ndarray:
    """(n, n, 5) how many deals played from both seats gave row 0, 1/2, 1, 3/2, 2 points against column.

    Args:
        deal: (G,) the deal of each game of two.
        seating: (G, 2) who sat where.
        returns: (G, 2) that decide them.
    """
    counts = np.zeros((agents, agents, _OUTCOMES), np.int64)
    lower, higher = seating.min(axis=1), seating.max(axis=1)
    points = pair_scores(returns.reshape(-1, 2))[:, 0, 1]
    points = np.where(seating[:, 0] == lower, points, 1.0 - points)
    met = lower != higher
    pairs, pair = np.unique(np.stack([lower, higher, deal])[:, met], axis=1, return_inverse=True)
    games, halves = np.bincount(pair.ravel()), np.bincount(pair.ravel(), 2.0 * points[met])
    whole = games == 2
    one, other, half = pairs[0, whole], pairs[1, whole], np.rint(halves[whole]).astype(np.int64)
    np.add.at(counts, (one, other, half), 1)
    np.add.at(counts, (other, one, _OUTCOMES - 1 - half), 1)
    return counts


def score_of_pairs(counts: np.ndarray) -> Estimate:
    """The points a game, 0 to 1, of the first agent over the pairs ``counts`` (K,), by ``share_interval``.

    Raises:
        ValueError: ``counts`` are no counts of two outcomes or more, or there are no pairs.
    """
    counts = checked(counts)
    outcomes, pairs = np.linspace(0.0, 1.0, len(counts)), int(counts.sum())
    score, low, high = map(float, share_interval(counts @ outcomes, counts @ outcomes**2, counts.sum()))
    return Estimate(score, low, high, pairs) if pairs >= FEWEST else Estimate(score, None, None, pairs)


def elo_of_pairs(counts: np.ndarray) -> Estimate:
    """``score_of_pairs`` as a difference in Elo points."""
    score = score_of_pairs(counts)
    low, high = (None if end is None else elo_difference(end) for end in (score.low, score.high))
    return Estimate(elo_difference(score.value), low, high, score.units)


def checked(counts: np.ndarray) -> np.ndarray:
    counts = np.asarray(counts, np.float64)
    if counts.ndim != 1 or len(counts) < 2 or not np.isfinite(counts).all() or (counts < 0).any() or not counts.any():
        raise ValueError(
            f"Counts {counts.tolist()} are not allowed: give how many pairs ended with each outcome, from no point to "
            "all, five numbers for pairs with draws, at least one pair in all."
        )
    return counts

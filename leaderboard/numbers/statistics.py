"""Numbers with intervals, as pure functions of arrays.

Source of the measures: Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS
2021. Intervals are percentile bootstraps: units (deals, or evaluation seeds) are drawn with replacement.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import sparse

REPLICATES = 2000
CONFIDENCE = 0.95
FEWEST = 3
"""With fewer units no interval is given: measured, 2 units would cover 77 % where 95 % is promised."""
FEW = 10
"""With fewer units an interval is marked: measured, 3 to 5 units cover 88 % to 89 %."""

SMOOTHING = 0.5
"""Units, or wins, added on either side of what is a share: Jeffreys' prior of one probability."""

_BLOCK = 1 << 22  # numbers drawn, or added up, at once

_DENSE = 1 / 16  # of a sparse matrix that is added up sooner as a whole one


class Estimate(NamedTuple):
    """A number and how sure it is."""

    value: float
    low: float | None
    """Lower end of the interval; None if there are too few units."""
    high: float | None
    units: int
    """Independent pieces of evidence; 0 marks an exact number, computed and not sampled."""

    @property
    def exact(self) -> bool:
        return self.units == 0

    @property
    def few(self) -> bool:
        """Whether the interval is likely too narrow."""
        return 0 < self.units < FEW


def exact(value: float) -> Estimate:
    """A number that was computed, not sampled."""
    return Estimate(float(value), float(value), float(value), 0)


def estimate(value: float | np.ndarray, replicates: np.ndarray, units: int) -> Estimate | None:
    """The percentile interval of ``replicates`` (B,) around ``value``, one number; None if there is no value."""
    if units == 0 or not np.isfinite(value):
        return None
    if units < FEWEST:
        return Estimate(float(value), None, None, units)
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(replicates[np.isfinite(replicates)], [tail, 1.0 - tail])
    return Estimate(float(value), float(low), float(high), units)


def resample(units: int, seed: int, replicates: int = REPLICATES) -> np.ndarray:
    """(B, D) uint8: how often each of D units is in each of B samples of D, drawn with replacement.

    Nothing is ever drawn 256 times where there are more than 255 units: the chance is below 1e-500.
    """
    generator = np.random.default_rng(seed)
    weights = np.empty((replicates, units), np.uint8)
    for rows in _blocks(replicates, units):
        drawn = generator.integers(units, size=weights[rows].shape)
        drawn += units * np.arange(len(drawn))[:, None]
        weights[rows] = np.bincount(drawn.ravel(), minlength=drawn.size).reshape(drawn.shape)
    return weights


def weighted(values: np.ndarray | sparse.csr_array, weights: np.ndarray) -> np.ndarray:
    """(B, n) sums of ``values`` (D, n) over each resample; ``weights`` (B, D) from ``resample``."""
    return np.concatenate(list(weighted_blocks(values, weights)))


def weighted_blocks(values: np.ndarray | sparse.csr_array, weights: np.ndarray) -> Iterator[np.ndarray]:
    """``weighted``, some resamples after the other, where all of them would not fit into memory."""
    if not isinstance(values, np.ndarray) and values.nnz > _DENSE * np.prod(values.shape):
        values = values.toarray()
    for rows in _blocks(len(weights), max(values.shape)):
        yield weights[rows].astype(np.float64) @ values


def _blocks(rows: int, width: int) -> Iterator[slice]:
    """``rows`` in parts of about ``_BLOCK`` numbers, if each of them has ``width``."""
    size = max(1, _BLOCK // max(1, width))
    return (slice(start, min(start + size, rows)) for start in range(0, rows, size))


def means(totals: np.ndarray, counts: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means (n,) over all units, and over each resample (B, n); NaN where there is nothing to average.

    Args:
        totals: (D, n), sums over what one unit holds.
        counts: (D, n), how many were summed; 0 where a unit says nothing.
        weights: (B, D) from ``resample``.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return totals.sum(axis=0) / counts.sum(axis=0), weighted(totals, weights) / weighted(counts, weights)


def mean_estimates(totals: np.ndarray, counts: np.ndarray, weights: np.ndarray) -> list[Estimate | None]:
    """``means`` with intervals over units, (n,); None where there is nothing to average."""
    values, replicates = means(totals, counts, weights)
    units = (counts > 0).sum(axis=0)
    return [estimate(value, replicates[:, index], int(units[index])) for index, value in enumerate(values)]


def share_estimates(
    totals: np.ndarray | sparse.csr_array, counts: np.ndarray | sparse.csr_array, weights: np.ndarray, seed: int
) -> list[Estimate | None]:
    """``mean_estimates`` of shares, whose ``totals`` (D, n) lie between 0 and ``counts``.

    ``SMOOTHING`` is drawn on either side, from a Gamma distribution, as the prior of the ratings: ten of ten is no
    certainty, and where all units are alike the interval is nearly that of Jeffreys' posterior, no point. It always
    holds the value itself (L. Brown, T. Cai, A. DasGupta, "Interval estimation for a binomial proportion", Statistical
    Science 16, 2001, section 4.1.2).
    """
    values, units = totals.sum(axis=0), (counts > 0).sum(axis=0)
    all_counts = counts.sum(axis=0)
    size = all_counts / np.maximum(units, 1)
    have, lack = size * np.random.default_rng(seed).gamma(SMOOTHING, size=(2, len(weights), 1))  # alike in all columns
    with np.errstate(divide="ignore", invalid="ignore"):
        values = values / all_counts
        replicates = (weighted(totals, weights) + have) / (weighted(counts, weights) + have + lack)
    found = [estimate(value, replicates[:, index], int(units[index])) for index, value in enumerate(values)]
    return [None if number is None else _with_value(number) for number in found]


def _with_value(number: Estimate) -> Estimate:
    if number.low is None or number.high is None:
        return number
    return number._replace(low=min(number.low, number.value), high=max(number.high, number.value))


def interquartile_mean(values: np.ndarray) -> np.ndarray:
    """(...) the mean of the middle half of ``values`` (..., D): ``D // 4`` are left out at either end."""
    cut = values.shape[-1] // 4
    return np.sort(values, axis=-1)[..., cut : values.shape[-1] - cut].mean(axis=-1)


def interquartile_means(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(B,) interquartile means of resamples of ``values`` (D,); ``weights`` (B, D) from ``resample``."""
    order = np.argsort(values, kind="stable")
    sorted_values, cut = np.asarray(values, np.float64)[order], len(values) // 4
    found = []
    for rows in _blocks(len(weights), len(values)):
        counts = weights[rows][:, order].astype(np.float64)
        after = np.cumsum(counts, axis=1)
        kept = np.clip(after, cut, len(values) - cut) - np.clip(after - counts, cut, len(values) - cut)
        found.append(kept @ sorted_values / (len(values) - 2 * cut))
    return np.concatenate(found)


def scaled(number: Estimate, floor: float, ceiling: float) -> Estimate | None:
    """``number`` on the scale where ``floor`` is 0 and ``ceiling`` is 1; None if the two are the same."""
    span = ceiling - floor
    if not np.isfinite(span) or abs(span) < 1e-12:
        return None
    ends = [None if end is None else (end - floor) / span for end in (number.low, number.high)]
    low, high = (ends[1], ends[0]) if span < 0 else ends
    return Estimate((number.value - floor) / span, low, high, number.units)


def ranks(numbers: list[Estimate | None]) -> list[int | None]:
    """Ranks that claim no more than the intervals do: 1 plus the number of those whose interval lies wholly above.

    Whoever overlaps shares a rank. None where there is no number, or no interval.
    """
    return [
        None if mine is None or mine.high is None else 1 + sum(_above(other, mine) for other in numbers)
        for mine in numbers
    ]


def _above(other: Estimate | None, mine: Estimate) -> bool:
    return other is not None and other.low is not None and mine.high is not None and other.low > mine.high

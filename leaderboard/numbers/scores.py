"""Scores of one-player tasks, over several tasks and training runs.

``scores`` is (n, m): n runs on each of m tasks, normalised so that tasks can be put together. A run is a training seed.
Where one run was measured with several evaluation seeds and episodes, ``scores`` has axes for them between the two, and
a run counts as the mean over them. An agent that came as one checkpoint has evaluation seeds only: give those as runs,
and say so beside the interval, which then leaves out the luck of training.

Source: R. Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS 2021. Every
measure is a function (..., n, m) -> (...), so that it takes all resamples at once.
"""

from collections.abc import Callable

import numpy as np

from agora.leaderboard.numbers.statistics import REPLICATES, Estimate, estimate
from agora.leaderboard.numbers.statistics import interquartile_mean as _interquartile_mean

TARGET = 1.0
"""The normalised score at which nothing is missing, γ of the optimality gap."""

_BLOCK = 1 << 22  # numbers gathered at once


def normalised(scores: np.ndarray, floor: np.ndarray, ceiling: np.ndarray) -> np.ndarray:
    """``scores`` (..., m) on the scale where ``floor`` (m,) is 0 and ``ceiling`` (m,) is 1.

    Floor and ceiling are those of a random agent and of a reference, never the least and largest of who is compared:
    else everybody's score changes with whoever comes or goes.

    Raises:
        ValueError: they are the same on some task, or something is not finite.
    """
    span = np.asarray(ceiling, np.float64) - np.asarray(floor, np.float64)
    if not np.isfinite(span).all() or (np.abs(span) < 1e-12).any():
        raise ValueError("Floor and ceiling must be finite and differ on every task: leave out tasks without a scale.")
    return (_checked(scores) - floor) / span


def interquartile_mean(scores: np.ndarray) -> np.ndarray:
    """The mean of the middle half of all n * m scores pooled."""
    return _interquartile_mean(scores.reshape(*scores.shape[:-2], -1))


def mean(scores: np.ndarray) -> np.ndarray:
    """The mean over tasks of the mean over runs."""
    return scores.mean(axis=(-2, -1))


def median(scores: np.ndarray) -> np.ndarray:
    """The median over tasks of the mean over runs."""
    return np.median(scores.mean(axis=-2), axis=-1)


def optimality_gap(scores: np.ndarray) -> np.ndarray:
    """How far scores fall short of ``TARGET`` on average; what lies above it makes up for nothing."""
    return np.maximum(TARGET - scores, 0.0).mean(axis=(-2, -1))


Measure = Callable[[np.ndarray], np.ndarray]

MEASURES: dict[str, Measure] = {
    "interquartile mean": interquartile_mean,
    "median": median,
    "mean": mean,
    "optimality gap": optimality_gap,
}


def performance_profile(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """(..., T) the share of runs, over all tasks, whose score is above each of ``thresholds`` (T,)."""
    pooled = np.sort(scores.reshape(*scores.shape[:-2], -1), axis=-1)
    rows = pooled.reshape(-1, pooled.shape[-1])
    below = np.array([np.searchsorted(row, thresholds, side="right") for row in rows])
    return (1.0 - below / pooled.shape[-1]).reshape(*pooled.shape[:-1], len(thresholds))


def probability_of_improvement(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How likely a run of ``first`` (..., n, m) beats one of ``second`` (..., k, m) on a task drawn uniformly.

    The Mann-Whitney statistic of each task as a share, ties a half, averaged over tasks.
    """
    shares = []
    for one, other in zip(np.moveaxis(first, -1, 0), np.moveaxis(second, -1, 0), strict=True):  # all at once is much
        gap = one[..., :, None] - other[..., None, :]
        shares.append(((gap > 0) + 0.5 * (gap == 0)).mean(axis=(-2, -1)))
    return np.mean(shares, axis=0)


def run_means(scores: np.ndarray) -> np.ndarray:
    """(n, m) the mean of each run's measurements (n, ..., m).

    Raises:
        ValueError: there are less than two axes, an empty one, or numbers that are not finite.
    """
    scores = _checked(scores)
    if scores.ndim < 2 or 0 in scores.shape:
        raise ValueError(f"Scores have the shape {scores.shape}: give (runs, tasks), or (runs, ..., tasks).")
    return scores.mean(axis=tuple(range(1, scores.ndim - 1)))


def _checked(scores: np.ndarray) -> np.ndarray:
    scores = np.asarray(scores, np.float64)
    if not np.isfinite(scores).all():
        raise ValueError(
            f"{np.count_nonzero(~np.isfinite(scores))} scores are not finite: give failed runs the worst score."
        )
    return scores


def resampled(scores: np.ndarray, seed: int, replicates: int = REPLICATES) -> np.ndarray:
    """(B, n, m) runs drawn with replacement, on every task independently of the others: the stratified bootstrap.

    With axes between, (n, seeds, episodes, m), it is nested: the evaluation seeds of each drawn run are drawn anew, the
    episodes of each drawn seed too, and then averaged. That counts the inner luck a little twice, so intervals are
    rather too wide (A. Davison, D. Hinkley, "Bootstrap methods and their application", 1997, section 3.8).
    """
    run_means(scores)  # checks
    generator = np.random.default_rng(seed)
    tasks = np.moveaxis(np.asarray(scores, np.float64), -1, 0)  # (m, n, ...)
    flat, levels = tasks.reshape(len(tasks), -1), tasks.shape[1:]
    drawn = np.empty((replicates, len(tasks), levels[0]))
    rows = max(1, _BLOCK // flat.size)
    for start in range(0, replicates, rows):
        count = min(rows, replicates - start)
        position = np.zeros((count, len(tasks)), np.int64)
        for size in levels:
            position = position[..., None] * size + generator.integers(size, size=(*position.shape, size))
        task = np.arange(len(tasks)).reshape(-1, *[1] * len(levels))
        values = flat[task, position]
        drawn[start : start + count] = values.mean(axis=tuple(range(3, values.ndim)))
    return drawn.transpose(0, 2, 1)


def resampled_tasks(scores: np.ndarray, seed: int, replicates: int = REPLICATES) -> np.ndarray:
    """(B, n, m) tasks drawn with replacement, the runs kept: how much an answer hangs on the choice of tasks.

    It is another question than that of ``resampled``, and is reported apart.
    """
    means = run_means(scores)
    tasks = np.random.default_rng(seed).integers(means.shape[1], size=(replicates, means.shape[1]))
    return means[:, tasks].transpose(1, 0, 2)


def aggregates(scores: np.ndarray, resamples: np.ndarray) -> dict[str, Estimate | None]:
    """``MEASURES`` of ``scores`` (n, ..., m) with intervals from ``resamples`` (B, n, m); the units are the runs."""
    means = run_means(scores)
    return {name: estimate(measure(means), measure(resamples), len(means)) for name, measure in MEASURES.items()}


def profile(scores: np.ndarray, resamples: np.ndarray, thresholds: np.ndarray) -> list[Estimate | None]:
    """``performance_profile`` at each threshold, with intervals that hold for each of them alone."""
    means = run_means(scores)
    values, replicates = performance_profile(means, thresholds), performance_profile(resamples, thresholds)
    return [estimate(value, replicates[:, index], len(means)) for index, value in enumerate(values)]


def improvement(
    first: np.ndarray, second: np.ndarray, first_resamples: np.ndarray, second_resamples: np.ndarray
) -> Estimate | None:
    """``probability_of_improvement`` with its interval; resample the two with different seeds.

    The units are the runs of whoever has fewer.
    """
    one, other = run_means(first), run_means(second)
    units = min(len(one), len(other))
    return estimate(
        probability_of_improvement(one, other), probability_of_improvement(first_resamples, second_resamples), units
    )

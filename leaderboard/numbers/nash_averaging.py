"""Nash averaging and maximal lotteries: how agents do against the mixture of agents that is hardest to beat.

Whoever enters copies of an agent moves nobody's score here, unlike in an average over all opponents or a rating.
``advantages`` is (n, n), antisymmetric: how far row is ahead of column, in any unit, such as ``log_odds``.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import linprog

_ALIKE = 1e-12
_SEEN = 1e-9  # a probability, or a share of the largest advantage, that is not rounding
_BARRIER = np.geomspace(1e-2, 1e-18, 17)  # weights of the barrier, from far inside to the edge
_STEPS = 60


def log_odds(wins: np.ndarray) -> np.ndarray:
    """(n, n) advantages: the natural logarithm of the odds that row beats column.

    Raises:
        ValueError: some wins are 0 but for the diagonal: add ``statistics.SMOOTHING``.
    """
    wins = np.array(wins, np.float64)
    np.fill_diagonal(wins, 1.0)
    if not (wins > 0).all():
        raise ValueError("Some wins are 0, whose logarithm is not finite: add statistics.SMOOTHING to all.")
    return np.log(wins) - np.log(wins.T)


def margins(wins: np.ndarray) -> np.ndarray:
    """(n, n) advantages: how much more often row beat column than the other way round."""
    wins = np.asarray(wins, np.float64)
    return wins - wins.T


class NashAverage(NamedTuple):
    """What an adversary that picks agents would pick, and how all do against that."""

    mixture: np.ndarray
    """(n,) probabilities."""
    scores: np.ndarray
    """(n,) advantage over the mixture: 0 for all in it, and never above 0."""


def nash_average(advantages: np.ndarray) -> NashAverage:
    """Nash averaging: the equilibrium of largest entropy of the game in which both players pick an agent.

    Copies of an agent share its probability and move nobody's score. But everybody in the mixture scores 0, and who is
    in it may change by a little noise: show it with its interval. Source: D. Balduzzi, K. Tuyls, J. Perolat,
    T. Graepel, "Re-evaluating evaluation", NeurIPS 2018.
    """
    scaled, size = _antisymmetric(advantages)
    mixture = _largest_entropy(scaled, *_support(scaled))
    return NashAverage(mixture, size * (scaled @ mixture))


def maximal_lottery(margins: np.ndarray) -> np.ndarray:
    """(n,) the lottery over agents that, in expectation, no agent beats by votes; the evenest if there are several.

    ``margins`` (n, n) count by how many deals, or tasks, row is ahead of column; no scale is compared between tasks.
    Source: P. Fishburn, "Probabilistic social choice based on simple voting comparisons", Review of Economic Studies
    51, 1984; M. Lanctot et al., "Evaluating agents using social choice theory", 2023.
    """
    return nash_average(margins).mixture


def lottery_scores(margins: np.ndarray) -> np.ndarray:
    """(n,) a ranking of all by maximal lotteries: whoever is in the first one comes first, then the lottery is drawn
    among the others, and so on.

    A score is the probability in the own lottery plus the number of lotteries still to come (Lanctot et al. 2023,
    iterative maximal lotteries).
    """
    margins = np.asarray(margins, np.float64)
    left, levels = np.arange(len(margins)), []
    while len(left):
        lottery = maximal_lottery(margins[np.ix_(left, left)])
        levels.append((left[lottery > 0], lottery[lottery > 0]))
        left = left[lottery == 0]
    scores = np.zeros(len(margins))
    for later, (agents, chances) in enumerate(reversed(levels)):
        scores[agents] = later + chances
    return scores


def _antisymmetric(advantages: np.ndarray) -> tuple[np.ndarray, float]:
    """``advantages`` divided by the largest of them, without rounding's asymmetry, and that largest one."""
    advantages = np.asarray(advantages, np.float64)
    if advantages.ndim != 2 or advantages.shape[0] != advantages.shape[1] or not len(advantages):
        raise ValueError(f"Advantages have the shape {advantages.shape}: give (n, n), n agents against each other.")
    if not np.isfinite(advantages).all():
        raise ValueError("Some advantages are not finite: smooth the shares of wins that are 0 or 1.")
    size = float(np.abs(advantages).max()) or 1.0
    if np.abs(advantages + advantages.T).max() > 1e-9 * size:
        raise ValueError("Advantages are not antisymmetric: what row is ahead of column, column must be behind row.")
    return (advantages - advantages.T) / (2.0 * size), size


def _support(advantages: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Who has a part in some equilibrium (n,) bool, and an equilibrium in which all of them have.

    Either an agent has a part in some equilibrium, or it is behind in one (A. Goldman, A. Tucker, "Theory of linear
    programming", 1956). Linear programs look for equilibria that show it of agents of which it is not known yet; the
    mean of equilibria is one that shows all that each of them does.
    """
    agents = len(advantages)
    best = np.all((advantages > _SEEN) | np.eye(agents, dtype=bool), axis=1)
    if best.any():  # ahead of everybody: the only equilibrium, and no linear program is needed
        return best, best.astype(np.float64)
    unknown, found = np.full(agents, True), np.zeros((0, agents))
    while unknown.any():
        solved = linprog(unknown @ advantages - unknown, advantages, np.zeros(agents), np.ones((1, agents)), [1.0])
        if not solved.success:
            raise RuntimeError(f"HiGHS has not found an equilibrium of the advantages: {solved.message}")
        found = np.vstack([found, solved.x])
        middle = found.mean(axis=0)
        left = (middle <= _SEEN) & (advantages @ middle >= -_SEEN)
        if left.sum() == unknown.sum():
            break  # what there is to see is smaller than rounding
        unknown = left
    start = np.where(middle > _SEEN, middle, 0.0)
    return start > 0, start / start.sum()


def _largest_entropy(advantages: np.ndarray, part: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The equilibrium (n,) of largest entropy: Newton's method inside the polytope of equilibria.

    In every equilibrium nobody who has a part is ahead or behind, so equilibria lie in a subspace. Whoever has no part
    must not be ahead: a logarithmic barrier, taken back step by step, keeps to that.
    """
    mixture = np.zeros(len(part))
    within = np.vstack([advantages[np.ix_(part, part)], np.ones(part.sum())])
    target = np.append(np.zeros(part.sum()), 1.0)
    chances = start[part]
    chances = chances + np.linalg.lstsq(within, target - within @ chances, rcond=None)[0]
    directions = null_space(within, rcond=1e-9)
    others = advantages[np.ix_(~part, part)]
    for weight in _BARRIER if directions.shape[1] else ():
        chances = _newton(chances, directions, others, weight)
        if (others @ chances).max(initial=-1.0) > -_ALIKE:
            break  # at the edge, as near as rounding allows
    mixture[part] = chances
    return mixture / mixture.sum()


def _newton(chances: np.ndarray, directions: np.ndarray, others: np.ndarray, weight: float) -> np.ndarray:
    """Minimises sum p log p - weight * sum log(-others p) from ``chances`` along ``directions`` (n, d)."""

    def value(p: np.ndarray) -> float:
        slack = -others @ p
        inside = (p > 0).all() and (slack > 0).all()
        return float(p @ np.log(p) - weight * np.log(slack).sum()) if inside else np.inf

    now = value(chances)
    for _ in range(_STEPS):
        slack = -others @ chances
        slope = directions.T @ (np.log(chances) + weight * (others / slack[:, None]).sum(axis=0))
        pulled = (others / slack[:, None]) @ directions
        curvature = directions.T @ (directions / chances[:, None]) + weight * pulled.T @ pulled
        # At the edge the barrier is so steep that nothing else is seen beside it: least squares take that, too.
        step = directions @ np.linalg.lstsq(curvature, -slope, rcond=None)[0]
        size = 1.0
        while value(chances + size * step) > now and size > 1e-10:
            size /= 2.0
        if size <= 1e-10 or np.abs(step).max() < _ALIKE:
            break
        chances = chances + size * step
        now = value(chances)
    return chances

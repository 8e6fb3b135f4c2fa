"""Ratings from a matrix of wins.

Bradley-Terry: P(i beats j) = 1 / (1 + 10 ** ((R_j - R_i) / 400)), the scale of Elo, fitted to all games at once, so
that their order does not matter. A draw is half a win for each side.

Source: Hunter, "MM algorithms for generalized Bradley-Terry models", Annals of Statistics 32, 2004.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
from scipy import sparse

from agora.leaderboard.numbers.statistics import SMOOTHING, Estimate, estimate, weighted_blocks

ELO = 400.0
"""Points of Elo to a factor of ten in the odds of winning."""
_TOLERANCE = 1e-10  # of the logarithm of a strength
_LONGEST_STEP = 1.0
_ITERATIONS = 200
_EXACT = 1e-4  # of a step of Newton's method
_LEAST_PRIOR = 1e-4  # wins; a rating stays within a few thousand points


def pair_scores(returns: np.ndarray) -> np.ndarray:
    """(..., P, P) what each seat scores against each other in one game: 1, 0.5 or 0 by the higher return.

    The diagonal is 0.5. ``returns`` is (..., P); differences below 1e-9 are draws.
    """
    difference = returns[..., :, None] - returns[..., None, :]
    return np.where(np.abs(difference) < 1e-9, 0.5, (difference > 0).astype(np.float64))


def prior_wins(agents: int) -> float:
    """Wins added for every ordered pair of agents that are rated together, which keeps all ratings finite.

    Jeffreys' prior of n ratings weighs as much as n - 1 games, half won and half lost, however many pairs there are
    (D. Firth, "Bias reduction of maximum likelihood estimates", Biometrika 80, 1993). Half a win for every pair would
    be as much for two agents, but would draw many together that met few others.
    """
    return 1.0 / agents


def bradley_terry(wins: np.ndarray, smoothing: float = 0.0, start: np.ndarray | None = None) -> np.ndarray:
    """Maximum-likelihood ratings with mean 0, in Elo points.

    Args:
        wins: (..., n, n), how often row i beat column j, draws counting half; the diagonal is ignored.
        smoothing: wins added for every ordered pair, also those that never met.
        start: (n,) ratings from which the search begins.

    Returns:
        (..., n).

    Raises:
        ValueError: no finite ratings fit: there is no smoothing, and some agents only ever won, or never met others.
    """
    wins = (np.asarray(wins, np.float64) + smoothing) * (1.0 - np.eye(np.shape(wins)[-1]))
    batch = wins.reshape(-1, *wins.shape[-2:])
    if not np.all(wins[..., ~np.eye(wins.shape[-1], dtype=bool)] > 0):
        _require_connected(batch)
    points = ELO / np.log(10.0)
    begin = np.zeros(wins.shape[-1]) if start is None else start / points
    return (points * _fit(batch, begin)).reshape(wins.shape[:-1])


def _require_connected(batch: np.ndarray) -> None:
    """Raises ValueError unless wins lead from every agent to every other one, in each of ``batch`` (B, n, n)."""
    reached = (batch > 0) | np.eye(batch.shape[-1], dtype=bool)
    for _ in range(batch.shape[-1].bit_length()):
        reached = reached @ reached
    if not reached.all():
        raise ValueError(
            "These wins have no finite ratings: some agents never lost to the rest, or never met it. "
            "Give smoothing above 0."
        )


def _fit(wins: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Logarithms of the strengths (B, n) that maximise the likelihood of ``wins`` (B, n, n), each with mean 0.

    Newton's method: Hunter's iteration has the same fixed point, but crawls where somebody hardly ever loses.
    """
    games, won = wins + wins.transpose(0, 2, 1), wins.sum(axis=2)
    strengths = np.tile(start, (len(wins), 1))
    waiting = np.arange(len(wins))
    for _ in range(_ITERATIONS):
        step = _newton_step(strengths[waiting], won[waiting], games[waiting])
        length = np.abs(step).max(axis=1)
        strengths[waiting] += step * np.minimum(1.0, _LONGEST_STEP / np.maximum(length, _TOLERANCE))[:, None]
        waiting = waiting[length > _TOLERANCE]
        if not len(waiting):
            break
    return strengths


def _newton_step(strengths: np.ndarray, won: np.ndarray, games: np.ndarray) -> np.ndarray:
    """(B, n); ``won`` (B, n), ``games`` (B, n, n). Row beats column with the chance own / (own + its)."""
    own = np.exp(strengths)[:, :, None]
    its = own.transpose(0, 2, 1)
    shares = 1.0 / (own + its)
    links = games * shares
    gradient = won - own[:, :, 0] * links.sum(axis=2)
    links *= shares
    links *= own
    links *= its
    step = _solve(links, gradient)
    return step - step.mean(axis=1, keepdims=True)


def _solve(links: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(B, n) x of mean 0 with sum over j of links_ij (x_i - x_j) = wanted_i, to a part in 10,000: conjugate gradients.

    Every step takes time in n squared, and few are needed where everybody is linked with many; elimination takes n
    cubed. Source: M. Hestenes, E. Stiefel, "Methods of conjugate gradients for solving linear systems", 1952.

    Args:
        links: (B, n, n), symmetric, 0 on the diagonal.
        wanted: (B, n), each with sum 0.
    """
    total = links.sum(axis=2)
    held = total.mean(axis=1)[:, None] / links.shape[1]  # the mean is free: hold it at 0
    found, left = np.zeros_like(wanted), wanted.copy()
    ahead = direction = left / total
    size = (left * ahead).sum(axis=1)
    enough = _EXACT**2 * size
    for _ in range(2 * links.shape[1]):
        going = size > enough  # what is solved is left alone: what is left of it is rounding
        if not going.any():
            break
        pushed = total * direction - (links @ direction[:, :, None])[:, :, 0] + held * direction.sum(axis=1)[:, None]
        width = (direction * pushed).sum(axis=1)
        length = np.divide(size, width, out=np.zeros_like(size), where=going & (width > 0))[:, None]
        found += length * direction
        left -= length * pushed
        ahead, before = left / total, size
        size = (left * ahead).sum(axis=1)
        direction = ahead + np.divide(size, before, out=np.zeros_like(size), where=going)[:, None] * direction
    return found


def bootstrap_wins(wins: np.ndarray | sparse.csr_array, weights: np.ndarray, seed: int) -> np.ndarray:
    """(B, n, n) total wins of resampled deals, each pair with ``SMOOTHING`` of its own; see ``bootstrap_ratings``."""
    return np.concatenate(list(_resampled_wins(wins, weights, seed, SMOOTHING)))


def bootstrap_ratings(wins: np.ndarray | sparse.csr_array, weights: np.ndarray, seed: int) -> np.ndarray:
    """(B, n) Bradley-Terry ratings of resampled deals.

    The prior's wins are drawn too, from Gamma distributions: of two agents of which one never loses, the interval is
    then that of Jeffreys' posterior, and not a point.

    Args:
        wins: (D, n * n) of each deal, row by row, an array or a sparse one.
        weights: (B, D), how often each deal is in each resample, see ``statistics.resample``.
    """
    agents = math.isqrt(wins.shape[1])
    prior = prior_wins(agents)
    start = bradley_terry(wins.sum(axis=0).reshape(agents, agents), prior)
    found = [bradley_terry(totals, start=start) for totals in _resampled_wins(wins, weights, seed, prior)]
    return np.concatenate(found)


def _resampled_wins(
    wins: np.ndarray | sparse.csr_array, weights: np.ndarray, seed: int, prior: float
) -> Iterator[np.ndarray]:
    agents = math.isqrt(wins.shape[1])
    generator = np.random.default_rng(seed)
    for totals in weighted_blocks(wins, weights):
        drawn = generator.gamma(prior, size=totals.shape)
        yield (totals + np.maximum(drawn, _LEAST_PRIOR)).reshape(-1, agents, agents)


def measured(
    measure: Callable[[np.ndarray], np.ndarray], wins: np.ndarray, replicates: np.ndarray, units: int
) -> list[Estimate | None]:
    """What ``measure`` says, number by number, with intervals.

    Args:
        measure: of wins (n, n), all above 0 but for the diagonal; it gives (k,), such as a number for each agent.
        wins: (n, n) in all, to which ``SMOOTHING`` is added.
        replicates: (B, n, n) of ``bootstrap_wins``.
        units: how many deals, or matches, these wins are from.
    """
    values = measure(wins + SMOOTHING)
    found = np.array([measure(each) for each in replicates])
    return [estimate(value, found[:, index], units) for index, value in enumerate(values)]

"""Ratings from a matrix of wins.

Bradley-Terry: P(i beats j) = 1 / (1 + 10 ** ((R_j - R_i) / 400)), the scale of Elo, fitted to all games at once, so
that their order does not matter. A draw is half a win for each side.

Source: Hunter, "MM algorithms for generalized Bradley-Terry models", Annals of Statistics 32, 2004.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse

from agora.leaderboard.numbers.statistics import REPLICATES, Estimate, estimate

SMOOTHING = 0.5
"""Wins added for every ordered pair: Jeffreys' prior, which keeps the rating of an agent that always wins finite."""

ELO = 400.0
"""Points of Elo to a factor of ten in the odds of winning."""
_TOLERANCE = 1e-10  # of the logarithm of a strength
_LONGEST_STEP = 1.0
_ITERATIONS = 200
_LEAST_PRIOR = 1e-4  # wins; a rating stays within a few thousand points


def pair_scores(returns: np.ndarray) -> np.ndarray:
    """(..., P, P) what each seat scores against each other in one game: 1, 0.5 or 0 by the higher return.

    The diagonal is 0.5. ``returns`` is (..., P); differences below 1e-9 are draws.
    """
    difference = returns[..., :, None] - returns[..., None, :]
    return np.where(np.abs(difference) < 1e-9, 0.5, (difference > 0).astype(np.float64))


def bradley_terry(wins: np.ndarray, smoothing: float | np.ndarray = 0.0) -> np.ndarray:
    """Maximum-likelihood ratings with mean 0, in Elo points.

    Args:
        wins: (..., n, n), how often row i beat column j, draws counting half; the diagonal is ignored.
        smoothing: wins added for every ordered pair, also those that never met; a number, or an array like ``wins``.

    Returns:
        (..., n).

    Raises:
        ValueError: no finite ratings fit: there is no smoothing, and some agents only ever won, or never met others.
    """
    wins = (np.asarray(wins, np.float64) + smoothing) * (1.0 - np.eye(np.shape(wins)[-1]))
    batch = wins.reshape(-1, *wins.shape[-2:])
    if not np.all(wins[..., ~np.eye(wins.shape[-1], dtype=bool)] > 0):
        _require_connected(batch)
    return (ELO / np.log(10.0) * _fit(batch)).reshape(wins.shape[:-1])


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


def _fit(wins: np.ndarray) -> np.ndarray:
    """Logarithms of the strengths (B, n) that maximise the likelihood of ``wins`` (B, n, n), each with mean 0.

    Newton's method: Hunter's iteration has the same fixed point, but crawls where somebody hardly ever loses.
    """
    games = wins + wins.transpose(0, 2, 1)
    strengths = np.zeros(wins.shape[:2])
    waiting = np.arange(len(wins))
    for _ in range(_ITERATIONS):
        step = _newton_step(strengths[waiting], wins[waiting], games[waiting])
        length = np.abs(step).max(axis=1)
        strengths[waiting] += step * np.minimum(1.0, _LONGEST_STEP / np.maximum(length, _TOLERANCE))[:, None]
        waiting = waiting[length > _TOLERANCE]
        if not len(waiting):
            break
    return strengths


def _newton_step(strengths: np.ndarray, wins: np.ndarray, games: np.ndarray) -> np.ndarray:
    agents = strengths.shape[1]
    chance = 1.0 / (1.0 + np.exp(strengths[:, None, :] - strengths[:, :, None]))  # that row beats column
    gradient = (wins - games * chance).sum(axis=2)
    information = games * chance * (1.0 - chance)
    curvature = -information
    diagonal = np.arange(agents)
    curvature[:, diagonal, diagonal] += information.sum(axis=2)
    curvature += curvature[:, diagonal, diagonal].mean(axis=1)[:, None, None]  # the mean is free: hold it at 0
    step = np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
    return step - step.mean(axis=1, keepdims=True)


def without_same_author(wins: np.ndarray, authors: Sequence[str]) -> np.ndarray:
    """``wins`` (..., n, n) without the games between agents of one author, who may have agreed on their outcome.

    Args:
        authors: (n,); an empty name is nobody's, and shared with nobody.
    """
    names = np.array(authors)
    if names.shape != np.shape(wins)[-1:]:
        raise ValueError(f"{len(names)} authors for {np.shape(wins)[-1]} agents: give one for each.")
    same = (names[:, None] == names) & (names != "")
    return np.where(same, 0.0, wins)


def bootstrap_wins(wins: np.ndarray, weights: np.ndarray, seed: int) -> np.ndarray:
    """(B, n, n) total wins of resampled deals, all above 0.

    The prior's half wins are drawn too, from Gamma(1/2): against somebody it has never lost to, an agent's interval is
    then that of Jeffreys' posterior, and not a point.

    Args:
        wins: (D, n, n) of each deal.
        weights: (B, D), how often each deal is in each resample, see ``statistics.resample``.
    """
    agents = wins.shape[-1]
    totals = (weights @ wins.reshape(len(wins), -1)).reshape(-1, agents, agents)
    return totals + _drawn_prior(totals.shape, np.random.default_rng(seed))


def bootstrap_match_wins(
    first: np.ndarray, second: np.ndarray, points: np.ndarray, agents: int, seed: int, replicates: int = REPLICATES
) -> np.ndarray:
    """(B, n, n) as ``bootstrap_wins``, for matches of two that are too many to be weighted one by one.

    Matches of the same pair with the same outcome are alike, so they are drawn together, from a multinomial: the same
    distribution as drawing matches one by one.

    Args:
        first: (M,) int, who met the second.
        second: (M,) int.
        points: (M,) in [0, 1], what the first scored, and the second the rest: a game, or the mean of a seat-swapped
            pair of games, which is one match.
        agents: n.
    """
    first, second, points = _check_matches(first, second, points, agents)
    kinds, counts = np.unique(np.stack([first, second, points], axis=1), axis=0, return_counts=True)
    one, other, won = kinds[:, 0].astype(np.int64), kinds[:, 1].astype(np.int64), kinds[:, 2]
    rows, cells = np.tile(np.arange(len(kinds)), 2), np.concatenate([one * agents + other, other * agents + one])
    wins = sparse.csr_array((np.concatenate([won, 1.0 - won]), (rows, cells)), shape=(len(kinds), agents * agents))
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(len(points), counts / len(points), size=replicates)
    totals = (drawn @ wins).reshape(replicates, agents, agents)
    return totals + _drawn_prior(totals.shape, generator)


def _drawn_prior(shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    return np.maximum(generator.gamma(SMOOTHING, size=shape), _LEAST_PRIOR)


def total_wins(first: np.ndarray, second: np.ndarray, points: np.ndarray, agents: int) -> np.ndarray:
    """(n, n) the wins of row against column; arguments as ``bootstrap_match_wins``."""
    first, second, points = _check_matches(first, second, points, agents)
    wins = np.zeros((agents, agents))
    np.add.at(wins, (first, second), points)
    np.add.at(wins, (second, first), 1.0 - points)
    return wins


def _check_matches(
    first: np.ndarray, second: np.ndarray, points: np.ndarray, agents: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three columns as arrays.

    Raises:
        ValueError: there are none, they differ in length, somebody is unknown or met itself, or points are no share.
    """
    first, second, points = np.asarray(first), np.asarray(second), np.asarray(points, np.float64)
    if not first.shape == second.shape == points.shape or points.ndim != 1 or not len(points):
        raise ValueError(f"Matches of shapes {first.shape}, {second.shape}, {points.shape}: give three of (M,), M > 0.")
    who = np.concatenate([first, second])
    if who.min() < 0 or who.max() >= agents or (first == second).any():
        raise ValueError(f"Matches are between two different agents of 0 to {agents - 1}; some are not.")
    if not ((points >= 0) & (points <= 1)).all():
        raise ValueError("Points are what the first scored, in [0, 1]; some are not.")
    return first, second, points


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

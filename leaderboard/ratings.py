"""Ratings from a matrix of wins.

Bradley-Terry: P(i beats j) = 1 / (1 + 10 ** ((R_j - R_i) / 400)), the scale of Elo, fitted to all games at once, so
that their order does not matter. A draw is half a win for each side.

Source: Hunter, "MM algorithms for generalized Bradley-Terry models", Annals of Statistics 32, 2004.
"""

import numpy as np

SMOOTHING = 0.5
"""Wins added for every ordered pair: Jeffreys' prior, which keeps the rating of an agent that always wins finite."""

_ELO = 400.0
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
    return (_ELO / np.log(10.0) * _fit(batch)).reshape(wins.shape[:-1])


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


def bootstrap_ratings(wins: np.ndarray, weights: np.ndarray, seed: int) -> np.ndarray:
    """Ratings refitted to resampled deals.

    The prior's half wins are drawn too, from Gamma(1/2): against somebody it has never lost to, an agent's interval is
    then that of Jeffreys' posterior, and not a point.

    Args:
        wins: (D, n, n) of each deal.
        weights: (B, D), how often each deal is in each resample, see ``statistics.resample``.

    Returns:
        (B, n).
    """
    agents = wins.shape[-1]
    totals = (weights @ wins.reshape(len(wins), -1)).reshape(-1, agents, agents)
    prior = np.random.default_rng(seed).gamma(SMOOTHING, size=totals.shape)
    return bradley_terry(totals, np.maximum(prior, _LEAST_PRIOR))

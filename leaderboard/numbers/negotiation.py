"""Measures of negotiations: how often there is a deal, how good it is together, and how evenly it shares.

What a player gains is its payoff less what it would have had without a deal. Every measure is (G,), one number a game,
with a mask (G,) of the games that say something about it.
"""

from typing import NamedTuple

import numpy as np


class Bargains(NamedTuple):
    """G games of P players."""

    agreed: np.ndarray
    """(G,) bool, whether there was a deal."""
    payoffs: np.ndarray
    """(G, P) what everybody got."""
    disagreement: np.ndarray
    """(G, P) what everybody would have had without a deal."""
    ideal: np.ndarray
    """(G, P) the most that each player could have got from a deal that nobody would refuse."""
    best_joint: np.ndarray
    """(G,) the highest sum of payoffs of any deal."""
    best_product: np.ndarray
    """(G,) the highest product of gains of any deal that nobody would refuse: that of Nash's solution."""


Measured = tuple[np.ndarray, np.ndarray]
"""Numbers (G,), and the games (G,) bool that count; 0 in those that do not."""


def measures(games: Bargains) -> dict[str, Measured]:
    """``agreement``, ``efficiency``, ``nash_ratio`` and ``fairness``, see the functions of these names.

    Raises:
        ValueError: shapes do not fit together, something is not finite, or a deal is better than the best.
    """
    games = _checked(games)
    return {
        "agreement": (games.agreed.astype(np.float64), np.ones(len(games.agreed), dtype=bool)),
        "efficiency": efficiency(games),
        "nash_ratio": nash_ratio(games),
        "fairness": fairness(games),
    }


def efficiency(games: Bargains) -> Measured:
    """What all gained together as a share of the most they could have; below 0 if a deal was worse than none.

    Games in which no deal is better than none do not count.
    """
    nothing = games.disagreement.sum(axis=1)
    return _share(games.payoffs.sum(axis=1) - nothing, games.best_joint - nothing)


def nash_ratio(games: Bargains) -> Measured:
    """The product of the gains as a share of the highest, in [0, 1]; 0 if somebody lost by the deal.

    Games in which no deal is better for everybody do not count. Source: J. Nash, "The bargaining problem", Econometrica
    18, 1950.
    """
    return _share(np.maximum(games.payoffs - games.disagreement, 0.0).prod(axis=1), games.best_product)


def fairness(games: Bargains) -> Measured:
    """The least by the greatest of the players' gains, each as a share of its ideal gain: 1 is the solution of Kalai
    and Smorodinsky, 0 leaves somebody with nothing.

    Games without a deal do not count, nor those in which nobody gained, or somebody never could: look at ``agreement``
    too. Source: E. Kalai, M. Smorodinsky, "Other solutions to Nash's bargaining problem", Econometrica 43, 1975.
    """
    possible = games.ideal - games.disagreement
    could = (possible > 0).all(axis=1)
    gains = np.maximum(games.payoffs - games.disagreement, 0.0) / np.where(could[:, None], possible, 1.0)
    most = gains.max(axis=1)
    least, counts = _share(gains.min(axis=1), most)
    counts &= games.agreed & could
    return np.where(counts, least, 0.0), counts


def _share(part: np.ndarray, whole: np.ndarray) -> Measured:
    counts = whole > 1e-12
    return np.divide(part, whole, out=np.zeros_like(part), where=counts), counts


def _checked(games: Bargains) -> Bargains:
    agreed = np.asarray(games.agreed, dtype=bool)
    payoffs, disagreement, ideal, joint, product = (np.asarray(each, np.float64) for each in games[1:])
    shapes = [each.shape for each in (agreed, payoffs, disagreement, ideal, joint, product)]
    if payoffs.ndim != 2 or shapes != [payoffs.shape[:1], *[payoffs.shape] * 3, *[payoffs.shape[:1]] * 2]:
        raise ValueError(f"Shapes {shapes} do not fit: give (G,), (G, P), (G, P), (G, P), (G,), (G,).")
    if not all(np.isfinite(each).all() for each in (payoffs, disagreement, ideal, joint, product)):
        raise ValueError("Some numbers of the negotiations are not finite.")
    if (payoffs.sum(axis=1) > joint + 1e-9)[agreed].any():
        raise ValueError("Some deals pay more than ``best_joint``: it must be the highest sum of any deal.")
    return Bargains(agreed, payoffs, disagreement, ideal, joint, product)

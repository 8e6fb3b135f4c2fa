"""Elo with circles: every agent has a rating and, besides, a few numbers that say whom it beats out of turn.

P(i beats j) = s(r_i - r_j + c_i' W c_j), s the logistic function and W k blocks [[0, 1], [-1, 0]]: with k = 0 it is
Bradley-Terry, with more it can say that rock loses to paper. What it predicts better than Bradley-Terry on games that
were held out is what one rating cannot tell. Source: D. Balduzzi, K. Tuyls, J. Perolat, T. Graepel, "Re-evaluating
evaluation", NeurIPS 2018, section 3.1 (mElo); there it is updated game by game, here fitted to all games at once.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from agora.leaderboard.numbers.nash_averaging import log_odds
from agora.leaderboard.numbers.ratings import ELO, bradley_terry

PENALTY = 1e-3
"""On the squares of the circular part, in the unit of the log-likelihood of a game: ratings come first."""


class Elo(NamedTuple):
    """A fit to the games of n agents."""

    ratings: np.ndarray
    """(n,) Elo points, with mean 0."""
    vectors: np.ndarray
    """(n, 2k) the circular part."""


def fit(wins: np.ndarray, circles: int = 1, penalty: float = PENALTY) -> Elo:
    """The likeliest ratings and vectors.

    Args:
        wins: (n, n), all above 0 but for the diagonal: add ``ratings.SMOOTHING``.
        circles: k, 0 or more; 2k is at most n.
    """
    wins = np.array(wins, np.float64)
    agents = len(wins)
    if not 0 <= 2 * circles <= agents:
        raise ValueError(f"{circles} circles are too many for {agents} agents: give 0 to {agents // 2}.")
    strengths = bradley_terry(wins) * np.log(10.0) / ELO
    start = _leading(log_odds(wins) - (strengths[:, None] - strengths), circles)
    np.fill_diagonal(wins, 0.0)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        own, vectors = flat[:agents], flat[agents:].reshape(agents, -1)
        odds = own[:, None] - own + vectors @ _turned(vectors).T
        surprise = wins * expit(-odds)  # of row's wins
        pull = surprise - surprise.T
        value = -(wins * log_expit(odds)).sum() + penalty * (vectors**2).sum()
        slope = -pull @ _turned(vectors) + 2.0 * penalty * vectors
        return float(value), np.concatenate([-pull.sum(axis=1), slope.ravel()])

    found = minimize(
        loss,
        np.concatenate([strengths, start.ravel()]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 5000, "ftol": 1e-14, "gtol": 1e-9},
    ).x
    own = found[:agents] - found[:agents].mean()
    return Elo(ELO / np.log(10.0) * own, found[agents:].reshape(agents, -1))


def predicted(elo: Elo) -> np.ndarray:
    """(n, n) how likely row beats column; the diagonal is 1/2."""
    strengths = elo.ratings * np.log(10.0) / ELO
    return expit(strengths[:, None] - strengths + elo.vectors @ _turned(elo.vectors).T)


def _turned(vectors: np.ndarray) -> np.ndarray:
    """W c for each row c (n, 2k)."""
    turned = np.empty_like(vectors)
    turned[:, ::2], turned[:, 1::2] = vectors[:, 1::2], -vectors[:, ::2]
    return turned


def _leading(circular: np.ndarray, circles: int) -> np.ndarray:
    """(n, 2k) vectors whose products come nearest to the antisymmetric matrix ``circular`` (n, n)."""
    sizes, waves = np.linalg.eigh(1j * circular)
    largest = np.argsort(sizes)[::-1][:circles]
    scale = np.sqrt(2.0 * np.maximum(sizes[largest], 0.0))
    vectors = np.empty((len(circular), 2 * circles))
    vectors[:, ::2], vectors[:, 1::2] = scale * waves[:, largest].imag, scale * waves[:, largest].real
    return vectors

"""Correlated and coarse correlated equilibria of a game in normal form, by linear programming.

Both are distributions over combinations of actions, drawn by a mediator; ``correlated.py`` says which deviations each
forbids, and how far any mixture is from them. They make a polytope, so the one best for given weights of the players
is a linear program with a variable for each combination.
Source: R. Aumann, "Correlated equilibrium as an expression of Bayesian rationality", Econometrica 55, 1987.
"""

import numpy as np
from scipy.optimize import linprog

from agora.agents.solvers.normal_form import check


def correlated_equilibrium(payoffs: np.ndarray, weights: np.ndarray | None = None, coarse: bool = False) -> np.ndarray:
    """The equilibrium with the largest weighted sum of expected payoffs, as probabilities (A1, ..., AP).

    Args:
        payoffs: (A1, ..., AP, P), see ``normal_form.py``.
        weights: (P,) of the players' payoffs in the sum; all 1 if not given, which is the greatest welfare, and all -1
            is the smallest.
        coarse: nobody can deviate after being told its action, only refuse to listen before.

    Raises:
        ValueError: the shapes are wrong.
        RuntimeError: HiGHS does not find the optimum, and says why.
    """
    payoffs = check(payoffs)
    players = payoffs.shape[-1]
    weights = np.ones(players) if weights is None else np.asarray(weights, np.float64)
    if weights.shape != (players,):
        raise ValueError(f"Weights of shape {weights.shape} are not one for each of {players} players.")
    gains = np.concatenate([_gains(payoffs, player, coarse) for player in range(players)])
    result = linprog(
        -(payoffs @ weights).ravel(),
        A_ub=gains,
        b_ub=np.zeros(len(gains)),
        A_eq=np.ones((1, gains.shape[1])),
        b_eq=[1.0],
        method="highs",
    )
    if result.status != 0:
        raise RuntimeError(f"HiGHS has not solved the linear program: {result.message}")
    chances = np.maximum(result.x, 0)
    return (chances / chances.sum()).reshape(payoffs.shape[:-1])


def _gains(payoffs: np.ndarray, player: int, coarse: bool) -> np.ndarray:
    """What ``player`` gains by each deviation in each combination of actions: a row for each deviation."""
    own = np.moveaxis(payoffs[..., player], player, 0)
    more = own[:, None] - own[None]  # [deviation, told, the others ...]
    told = len(own)
    if not coarse:
        more = (
            np.eye(told).reshape(told, 1, told, *(1,) * (own.ndim - 1)) * more
        )  # [only if told, deviation, told, ...]
        more = more.reshape(told * told, *own.shape)
    return np.moveaxis(more, 1, player + 1).reshape(len(more), -1)

"""Meta-solvers: how a population should be mixed, given what its policies are paid against each other.

Each is a function of the payoffs (K1, ..., KP, P), see ``agora.agents.solvers.normal_form``, that returns a mixture
(Kp,) for each player. What PSRO comes to depends on it: best responses to ``uniform`` are fictitious play, to ``nash``
double oracle; the others keep weight on more policies. Overview: M. Lanctot et al., "A unified game-theoretic approach
to multiagent reinforcement learning", NeurIPS 2017; P. Muller et al., "A generalized training approach for multiagent
learning", ICLR 2020 (alpha-rank).
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from agora.agents.population.alpha_rank import stationary
from agora.agents.solvers.dynamics import projected
from agora.agents.solvers.normal_form import TOLERANCE, action_payoffs, check, zero_sum
from agora.agents.solvers.quantal_response import FINEST, quantal_response, risk_averse

MetaSolver = Callable[[np.ndarray], list[np.ndarray]]

EXPLORATION = 0.005
"""γ of projected replicator dynamics: every policy keeps γ / (K + 1), K its player's number of policies."""

ITERATIONS, STEP = 5_000, 0.05
"""Of projected replicator dynamics; the step is in units of 1 / range of the payoffs."""

ALPHA = 20.0
"""Intensity of selection of alpha-rank, in units of 1 / range of the payoffs."""


def uniform(payoffs: np.ndarray) -> list[np.ndarray]:
    """All policies alike."""
    return [np.full(size, 1 / size) for size in check(payoffs).shape[:-1]]


def nash(payoffs: np.ndarray) -> list[np.ndarray]:
    """An equilibrium: by linear programming between two players whose payoffs have a constant sum, else the one on the
    principal branch of quantal response equilibria, to about 1e-6, for any number of players."""
    payoffs = check(payoffs)
    if payoffs.shape[-1] == 2 and np.ptp(payoffs.sum(axis=-1)) <= TOLERANCE:
        return zero_sum(payoffs).profile
    return quantal_response(payoffs, FINEST / _range(payoffs))


def projected_replicator(payoffs: np.ndarray) -> list[np.ndarray]:
    """The mean over time of replicator dynamics from uniform play, kept away from the edge by projection.

    x becomes x + step * x (u - x'u), projected to where every policy keeps its γ / (K + 1). Source: Lanctot et al.
    2017, section 3.2.
    """
    payoffs = check(payoffs) / _range(payoffs)
    profile = uniform(payoffs)
    total = [np.zeros(len(own)) for own in profile]
    for _ in range(ITERATIONS):
        pays = action_payoffs(payoffs, profile)
        moved = [own + STEP * own * (pay - own @ pay) for own, pay in zip(profile, pays, strict=True)]
        profile = [_kept(own, EXPLORATION / (len(own) + 1)) for own in moved]
        total = [so_far + own for so_far, own in zip(total, profile, strict=True)]
    return [own / own.sum() for own in total]


def _kept(point: np.ndarray, least: float) -> np.ndarray:
    """The probabilities nearest to ``point``, none below ``least``."""
    free = 1 - least * len(point)
    return least + free * projected((point - least) / free)


def alpha_rank(payoffs: np.ndarray) -> list[np.ndarray]:
    """Each player's share in the combinations of alpha-rank, see ``alpha_rank.py``."""
    time = stationary(payoffs, ALPHA / _range(payoffs))
    players = range(time.ndim)
    return [time.sum(axis=tuple(other for other in players if other != player)) for player in players]


def _range(payoffs: np.ndarray) -> float:
    """The difference between the largest and the smallest payoff; 1 if all are equal."""
    return float(np.ptp(payoffs)) or 1.0


META_SOLVERS: dict[str, MetaSolver] = {
    "uniform": uniform,
    "nash": nash,
    "projected-replicator": projected_replicator,
    "alpha-rank": alpha_rank,
}
"""Name -> solver, of those without parameters; ``risk-averse`` has one."""


def solver(name: str, aversion: float = 0.0) -> MetaSolver:
    """The meta-solver called ``name``; ``aversion`` in 1 / unit of the payoffs is that of ``risk-averse``.

    Raises:
        ValueError: there is no such solver.
    """
    if name == "risk-averse":
        return partial(risk_averse, aversion=aversion)
    if name not in META_SOLVERS:
        raise ValueError(f"There is no meta-solver {name!r}; choose one of {', '.join(META_SOLVERS)}, risk-averse.")
    return META_SOLVERS[name]

"""The exact equilibrium of a zero-sum game of two by linear programming.

The programme has a variable for each decision of the first player and one for the value of each information state of
the second, so it is as large as the game and not exponential in it; the second player's plan is its dual solution.
Source: D. Koller, N. Megiddo, B. von Stengel, "Efficient computation of equilibria for extensive two-person games",
Games and Economic Behavior 14, 1996. Solved by HiGHS.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_array

from agora.agents.solvers.sequences import normalised
from agora.agents.solvers.tree import TERMINAL, Tree


class Solution(NamedTuple):
    """An equilibrium."""

    value: float
    """What the first player gets; the second gets what is left of the constant sum."""
    strategy: np.ndarray
    """(I, A), of both players; uniform where a player's own plan never comes."""


def solve(tree: Tree) -> Solution:
    """The value and an equilibrium of ``tree``.

    Raises:
        ValueError: the game is not one of two players whose returns have a constant sum.
        RuntimeError: HiGHS does not find the optimum, and says why.
    """
    _check(tree)
    (rows, first), (columns, second) = (constraints(tree, player) for player in (0, 1))
    ends, shape = tree.form.latest, (first.shape[1], second.shape[1])
    payoff = csr_array((tree.form.payoff[:, 0], (rows[ends[:, 0]], columns[ends[:, 1]])), shape)
    value, own, other = _optimum(payoff, first, second)
    plan = np.where((tree.owner == 0).repeat(tree.legal.shape[1]), own[rows[:-1]], other[columns[:-1]])
    return Solution(value, normalised(tree.form, plan.reshape(tree.legal.shape) * tree.legal))


def _check(tree: Tree) -> None:
    total = tree.returns[tree.player == TERMINAL].sum(axis=1)
    if tree.players != 2 or np.ptp(total) > 1e-9:
        raise ValueError(
            f"{tree.id} with these options is not zero-sum between two players, so no linear program has its "
            "equilibria: take an iterative method, such as cfr+."
        )


def constraints(tree: Tree, player: int) -> tuple[np.ndarray, csr_array]:
    """Numbers for a player's decisions, and which plans there are.

    Returns:
        (I * A + 1,): the number of each of its decisions; the empty sequence, where NONE points, and all that is no
        decision of its own have 0.
        A matrix F so that plans are the x >= 0 with F x = (1, 0, ..., 0): row 0 sets the empty sequence, and a row for
        each information state says that its decisions add up to the decision before it.
    """
    own = np.flatnonzero(tree.owner == player)
    decided = np.flatnonzero(tree.legal & (tree.owner == player)[:, None])
    numbers = np.zeros(tree.legal.size + 1, np.int64)
    numbers[decided] = np.arange(1, len(decided) + 1)
    row_of = np.zeros(len(tree.owner), np.int64)
    row_of[own] = np.arange(1, len(own) + 1)
    row = np.concatenate([[0], row_of[decided // tree.legal.shape[1]], row_of[own]])
    column = np.concatenate([[0], numbers[decided], numbers[tree.before[own]]])
    entry = np.concatenate([np.ones(1 + len(decided)), -np.ones(len(own))])
    return numbers, csr_array((entry, (row, column)), (len(own) + 1, len(decided) + 1))


def _optimum(payoff: csr_array, first: csr_array, second: csr_array) -> tuple[float, np.ndarray, np.ndarray]:
    """The largest v_0 for which there are x >= 0 with F x = (1, 0, ..., 0) and v with G' v <= P' x; x, and the dual."""
    plans, values = payoff.shape[0], second.shape[0]
    target = np.zeros(first.shape[0])
    target[0] = 1
    objective = np.zeros(plans + values)
    objective[plans] = -1  # HiGHS minimises
    result = linprog(
        objective,
        A_ub=block_array([[-payoff.T, second.T]]),
        b_ub=np.zeros(payoff.shape[1]),
        A_eq=block_array([[first, csr_array((first.shape[0], values))]]),
        b_eq=target,
        bounds=np.array([(0, np.inf)] * plans + [(-np.inf, np.inf)] * values),
        method="highs",
    )
    if result.status != 0:
        raise RuntimeError(f"HiGHS has not solved the linear program: {result.message}")
    return -float(result.fun), np.maximum(result.x[:plans], 0), np.maximum(-result.ineqlin.marginals, 0)

"""How far a strategy is from the nearest equilibrium, by the hand that is held.

A zero-sum game may have many equilibria (Kuhn poker has a line of them), so a strategy is compared with the one nearest
to it: among the plans of a player that secure the value of the game, the one with the smallest sum of absolute
differences of realisation weights. That is a linear program in the sequence form of ``sequence_form.py``.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_array, eye_array

from agora.agents.solvers.sequence_form import constraints, solve
from agora.agents.solvers.sequences import plan_of
from agora.agents.solvers.tree import TERMINAL, Tree

SLACK = 1e-9
"""By how much, in the unit of the game, a plan may fall short of the value and still count as an equilibrium."""


def distance_by_hand(tree: Tree, strategy: np.ndarray, hand: Callable[[np.ndarray], str]) -> dict[str, float]:
    """The mean total variation between ``strategy`` (I, A) and the nearest equilibrium, for each hand.

    Information states are weighted by how far the equilibrium's own choices lead there. 0 is an equilibrium, 1 does
    always what it never does.

    Args:
        hand: names what is held from an observation (O,).

    Raises:
        As ``nearest_equilibrium``.
    """
    near = nearest_equilibrium(tree, strategy)
    weight = plan_of(tree.form, near)[tree.before]
    distance = 0.5 * np.abs(strategy - near).sum(axis=1)
    hands = np.array([hand(row) for row in tree.observation])
    return {
        name: float(weight[hands == name] @ distance[hands == name] / weight[hands == name].sum())
        for name in dict.fromkeys(hands.tolist())
    }


def nearest_equilibrium(tree: Tree, strategy: np.ndarray) -> np.ndarray:
    """The equilibrium (I, A) nearest to ``strategy`` (I, A), each player's part on its own.

    Where its own choices never lead it is ``strategy`` itself.

    Raises:
        ValueError: the game is not one of two players whose returns have a constant sum.
        RuntimeError: HiGHS does not find the optimum, and says why.
    """
    value = solve(tree).value
    total = float(tree.returns[tree.player == TERMINAL][0].sum())
    plan = plan_of(tree.form, strategy)
    near = np.zeros(tree.legal.size)
    for player, secured in enumerate((value, total - value)):
        numbers, own = constraints(tree, player)
        mine = np.flatnonzero(numbers[:-1])
        target = np.zeros(own.shape[1])
        target[0], target[numbers[mine]] = 1.0, plan[mine]
        near[mine] = _nearest_plan(tree, player, secured, target)[numbers[mine]]
    rows = near.reshape(tree.legal.shape)
    total = rows.sum(axis=1, keepdims=True)
    return np.where(total > 0, rows / np.where(total > 0, total, 1), strategy)


def _nearest_plan(tree: Tree, player: int, secured: float, target: np.ndarray) -> np.ndarray:
    """The plan of ``player`` nearest to ``target`` among those that secure ``secured`` against everything.

    Its variables are the plan x, the values v of the other's information states, and d >= |x - target|.
    """
    (rows, own), (columns, other) = constraints(tree, player), constraints(tree, 1 - player)
    ends, shape = tree.form.latest, (own.shape[1], other.shape[1])
    payoff = csr_array((tree.form.payoff[:, player], (rows[ends[:, player]], columns[ends[:, 1 - player]])), shape)
    plans, values = len(target), other.shape[0]
    same = eye_array(plans)
    first_value = csr_array(([-1.0], ([0], [0])), (1, values))
    result = linprog(
        np.concatenate([np.zeros(plans + values), np.ones(plans)]),
        A_ub=block_array(
            [[-payoff.T, other.T, None], [None, first_value, None], [same, None, -same], [-same, None, -same]]
        ),
        b_ub=np.concatenate([np.zeros(other.shape[1]), [SLACK - secured], target, -target]),
        A_eq=block_array([[own, csr_array((own.shape[0], values + plans))]]),
        b_eq=np.concatenate([[1.0], np.zeros(own.shape[0] - 1)]),
        bounds=np.array([(0, np.inf)] * plans + [(-np.inf, np.inf)] * values + [(0, np.inf)] * plans),
        method="highs",
    )
    if result.status != 0:
        raise RuntimeError(f"HiGHS has not found the nearest equilibrium: {result.message}")
    return np.maximum(result.x[:plans], 0)

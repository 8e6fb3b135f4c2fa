"""Normal-form games: what an equilibrium pays.

Finitely repeated, a game whose equilibria all pay the same pays that in every round, in every subgame-perfect
equilibrium (J.-P. Benoit and V. Krishna, "Finitely repeated games", Econometrica 53, 1985).
"""

import numpy as np
from scipy.optimize import linprog

from agora.envs.api import Known, Reference
from agora.envs.games.normal_form.rules import NAMES, OWN, World, reachable

# Per round and seat, and why, for the named games where an equilibrium's payoff is not in doubt.
_DEFECT = "the only equilibrium, by strict dominance: both defect"
_EQUILIBRIA = {
    "prisoners_dilemma": ((1.0, 1.0), _DEFECT),
    "shapley": ((1 / 3, 1 / 3), "L. S. Shapley, 1964: the only equilibrium draws all three actions uniformly"),
    "trust": ((0.0, 0.0), "the first player declines in every equilibrium, since trust would be abused"),
    "stag_hunt": ((2.0, 2.0), "the equilibrium that is best for both: nobody can get more"),
    "coordination": ((1.0, 1.0), "the equilibria that are best for both: nobody can get more"),
}

_MIXED = "closed form for 2x2 zero-sum games without a saddle point, (ad - bc) / (a + d - b - c)"


def _named(name: str) -> dict:
    return {"name": name}


KNOWN = (
    Known("value", 0, _MIXED, "value", options=_named("matching_pennies"), tolerance=1e-9),
    Known("value", 0, "by symmetry", "value", options=_named("rock_paper_scissors"), tolerance=1e-9),
    Known("value", 0, "by symmetry", "value", options=_named("biased_rock_paper_scissors"), tolerance=1e-8),
    Known("value", 1, _MIXED, "value", options={"payoffs": [[3, -1], [-2, 4]]}, tolerance=1e-9),
    Known("value", 2, "saddle point", "value", options={"payoffs": [[3, 2, 5], [1, 0, 9]]}, tolerance=1e-9),
    Known(
        "NashConv of uniform play",
        0,
        "OpenSpiel's tests; by symmetry",
        "nash_conv_uniform",
        options=_named("rock_paper_scissors"),
        tolerance=1e-12,
    ),
    Known(
        "NashConv of uniform play",
        50 / 3,
        "rock earns 25/3 against uniform play",
        "nash_conv_uniform",
        options=_named("biased_rock_paper_scissors"),
        tolerance=1e-12,
    ),
    Known(
        "NashConv of uniform play",
        0,
        "L. S. Shapley, 1964",
        "nash_conv_uniform",
        options=_named("shapley"),
        tolerance=1e-12,
    ),
    Known("uniform play", 1 / 3, "mean of the table", "return_uniform", options=_named("shapley"), tolerance=1e-12),
    Known(
        "NashConv of uniform play, twice",
        3,
        "each defects twice and earns 3 instead of 9/4 a round",
        "nash_conv_uniform",
        options={"name": "prisoners_dilemma", "rounds": 2},
        tolerance=1e-12,
    ),
    Known(
        "information states of two rounds",
        2 * (1 + 4),
        "one, and one for each outcome of round 1, for each of two players",
        "infostates",
        options={"name": "prisoners_dilemma", "rounds": 2},
    ),
)


def reference(world: World) -> Reference:
    table = reachable(world)
    if world.drawn:
        source = "nobody can expect more than the mean of the largest of four payoffs"
        return _times(world, np.full(2, 0.5), np.full(2, 0.8), "bound", source)
    mean = table.mean(axis=0)
    name = "" if world.number == OWN else NAMES[world.number]
    if name in _EQUILIBRIA:
        best, source = _EQUILIBRIA[name]
        return _times(world, mean, np.array(best), "exact", source)
    if world.players == 2 and np.abs(table.sum(axis=1)).max() < 1e-9:
        _, value = securing(table[:, 0].reshape(world.actions))
        return _times(world, mean, np.array([value, 0.0 - value]), "exact", "minimax theorem; linear program")
    source = "several equilibria may pay differently; nobody gets more than its largest payoff"
    return _times(world, mean, table.max(axis=0), "bound", source)


def _times(world: World, random: np.ndarray, best: np.ndarray, kind, source: str) -> Reference:
    rounds = world.rounds
    return Reference(tuple((rounds * random).tolist()), tuple((rounds * best).tolist()), kind, source)


def securing(payoffs: np.ndarray) -> tuple[np.ndarray, float]:
    """The mixture of rows (n,) whose least expected payoff over the columns is the largest, and that payoff."""
    rows, columns = payoffs.shape
    solved = linprog(
        np.append(np.zeros(rows), -1.0),
        A_ub=np.hstack([-payoffs.T, np.ones((columns, 1))]),
        b_ub=np.zeros(columns),
        A_eq=np.append(np.ones(rows), 0.0)[None],
        b_eq=[1.0],
        bounds=[(0, None)] * rows + [(None, None)],
    )
    chances = np.clip(solved.x[:rows], 0.0, None)
    return chances / chances.sum(), 0.0 - float(solved.fun)

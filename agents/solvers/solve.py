"""One face for all solvers: ``solve`` runs a method on a game and says how far it is from an equilibrium."""

import math
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np

from agora.agents.solvers import sequence_form
from agora.agents.solvers.best_response import nash_conv
from agora.agents.solvers.cfr import CFR, VARIANTS, Variant
from agora.agents.solvers.fictitious_play import FictitiousPlay
from agora.agents.solvers.mccfr import ExternalSampling, OutcomeSampling
from agora.agents.solvers.mirror_descent import MagneticMirrorDescent
from agora.agents.solvers.regularised_leader import RegularisedLeader
from agora.agents.solvers.sequences import uniform
from agora.agents.solvers.tree import Tree, build
from agora.envs.game import Game


class Solver(Protocol):
    """A method on its way."""

    def advance(self, iterations: int) -> None:
        """Runs that many more iterations."""

    @property
    def strategy(self) -> np.ndarray:
        """(I, A), the strategy that converges, as it is now."""


class Progress(NamedTuple):
    """Where a method stands."""

    done: float
    """Share of the budget that is used up."""
    iteration: int
    seconds: float
    """Spent in the method, not in measuring."""
    nash_conv: float
    strategy: np.ndarray
    """(I, A)"""


class _LinearProgram:
    """The sequence-form linear program: after one iteration the game is solved."""

    def __init__(self, tree: Tree):
        self._tree = tree
        self.strategy = uniform(tree.form)

    def advance(self, iterations: int) -> None:
        if iterations > 0:
            self.strategy = sequence_form.solve(self._tree).strategy


def _regret_minimiser(variant: Variant) -> Callable[[Tree, int], Solver]:
    return lambda tree, seed: CFR(tree, variant)


METHODS: dict[str, Callable[[Tree, int], Solver]] = {
    "lp": lambda tree, seed: _LinearProgram(tree),
    **{name: _regret_minimiser(variant) for name, variant in VARIANTS.items()},
    "external-sampling": ExternalSampling,
    "outcome-sampling": OutcomeSampling,
    "fictitious-play": lambda tree, seed: FictitiousPlay(tree),
    "mirror-descent": lambda tree, seed: MagneticMirrorDescent(tree),
    "balanced-ftrl": lambda tree, seed: RegularisedLeader(tree, "balanced", seed),
    "adaptive-ftrl": lambda tree, seed: RegularisedLeader(tree, "adaptive", seed),
}
"""Name -> ``start(tree, seed)``."""

_SPACING = 1.2  # each measurement comes after this many times the iterations of the one before


def solve(
    game: Game | Tree,
    method: str = "cfr+",
    iterations: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
) -> Iterator[Progress]:
    """Runs ``method`` and yields where it stands: before the first iteration, ever less often, and at the end.

    Args:
        game: a game small enough for ``tree.build``, or its tree.
        method: a name in ``METHODS``.
        iterations: after which to stop; 1000 if neither this nor ``seconds`` is given.
        seconds: of the method after which to stop; whichever comes first.
        seed: for methods that draw samples.

    Raises:
        ValueError: there is no such method, a budget is not positive, or see ``tree.build``.
    """
    if method not in METHODS:
        raise ValueError(f"There is no method {method!r}; choose one of {', '.join(METHODS)}.")
    for name, budget in (("iterations", iterations), ("seconds", seconds)):
        if budget is not None and budget <= 0:
            raise ValueError(f"{name}={budget} is no budget: give a positive number.")
    if method == "lp":
        iterations, seconds = 1, None
    elif iterations is None and seconds is None:
        iterations = 1000
    tree = game if isinstance(game, Tree) else build(game)
    return _run(tree, METHODS[method](tree, seed), iterations, seconds)


def _run(tree: Tree, solver: Solver, iterations: int | None, seconds: float | None) -> Iterator[Progress]:
    solver.advance(0)  # compiles, which should not count
    count, spent, done = 0, 0.0, 0.0
    while True:
        strategy = solver.strategy
        yield Progress(done, count, spent, nash_conv(tree, strategy), strategy)
        if done >= 1:
            return
        chunk = _chunk(count, spent, iterations, seconds)
        start = time.perf_counter()
        solver.advance(chunk)
        spent += time.perf_counter() - start
        count += chunk
        done = max(count / iterations if iterations else 0.0, spent / seconds if seconds else 0.0)


def _chunk(count: int, spent: float, iterations: int | None, seconds: float | None) -> int:
    """How many iterations to run before the next measurement."""
    chunk = max(math.ceil(count * _SPACING) - count, 1)
    if iterations is not None:
        chunk = min(chunk, iterations - count)
    if seconds is not None and count:
        chunk = min(chunk, math.ceil((seconds - spent) * count / spent))
    return chunk

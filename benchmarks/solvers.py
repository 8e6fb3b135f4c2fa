"""Solvers on one core beside OpenSpiel's C++: iterations of CFR+ and exact exploitability on Leduc poker."""

import time
from collections.abc import Callable, Iterator

import agora.envs
from agora.agents.solvers.best_response import nash_conv
from agora.agents.solvers.cfr import CFR
from agora.agents.solvers.sequence_form import solve
from agora.agents.solvers.tree import Tree, build
from agora.benchmarks.measure import Row, alone, side_by_side

LEDUC, DICE = "agora/LeducPoker-v0", "agora/LiarsDice-v0"


def rows() -> Iterator[Row]:
    import pyspiel

    tree, theirs = build(agora.envs.game(LEDUC)), pyspiel.load_game("leduc_poker")
    yield side_by_side(
        "LeducPoker: CFR+",
        iterations(tree),
        their_iterations(pyspiel.CFRPlusSolver(theirs)),
        peer="OpenSpiel's CFRPlusSolver in C++",
        unit="iterations/s",
        target=10.0,
    )
    yield side_by_side(
        "LeducPoker: NashConv of a strategy",
        judgements(tree),
        their_judgements(theirs),
        peer="OpenSpiel's nash_conv in C++",
        unit="strategies/s",
    )
    yield alone(
        "LeducPoker: CFR+ to a NashConv of 1e-3", [seconds_to(tree, 1e-3) for _ in range(3)], unit="s", target=10
    )
    game = agora.envs.game(DICE)
    dice = build(game)
    yield alone("LiarsDice: 294,874 nodes walked", [seconds(lambda: build(game)) for _ in range(3)], unit="s")
    yield alone("LiarsDice: linear program of the exact value", [seconds(lambda: solve(dice))], unit="s")


def iterations(tree: Tree, count: int = 2000) -> Callable[[], int]:
    solver = CFR(tree, "cfr+")

    def work() -> int:
        solver.advance(count)
        return count

    return work


def their_iterations(solver: object, count: int = 20) -> Callable[[], int]:
    def work() -> int:
        for _ in range(count):
            solver.evaluate_and_update_policy()  # type: ignore[attr-defined]
        return count

    return work


def judgements(tree: Tree, count: int = 200) -> Callable[[], int]:
    strategy = CFR(tree, "cfr+").strategy

    def work() -> int:
        for _ in range(count):
            nash_conv(tree, strategy)
        return count

    return work


def their_judgements(game: object) -> Callable[[], int]:
    import pyspiel

    solver = pyspiel.CFRPlusSolver(game)

    def work() -> int:
        pyspiel.nash_conv(game, solver.average_policy())  # the policy is only valid as long as the solver
        return 1

    return work


def seconds_to(tree: Tree, goal: float) -> float:
    """Time of CFR+ until NashConv is below ``goal``, measured every 50 iterations."""
    solver = CFR(tree, "cfr+")
    start = time.perf_counter()
    while nash_conv(tree, solver.strategy) >= goal:
        solver.advance(50)
    return time.perf_counter() - start


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start

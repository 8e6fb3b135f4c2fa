"""What ``agora solve`` and ``agora exploit`` do: run, show, save."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Lines

from agora.agents import tabular
from agora.agents.api import load, snake_case
from agora.agents.solvers import convergence
from agora.agents.solvers.best_response import expected_returns
from agora.agents.solvers.convergence import Point
from agora.agents.solvers.exploit import exploit
from agora.agents.solvers.solve import solve
from agora.agents.solvers.tree import Tree, build

if TYPE_CHECKING:
    from rich.console import Console

    from agora.envs.game import Game


def run(
    game: "Game",
    method: str,
    iterations: int | None,
    seconds: float | None,
    seed: int,
    out: Path | None,
    console: "Console",
) -> Path:
    """Solves ``game`` before the eyes of the user and saves an agent with its convergence; returns the folder.

    Raises:
        ValueError: see ``solve`` and ``tabular.save``.
    """
    spec = game.spec
    folder = out or Path("runs") / f"{snake_case(spec.id)}-{method}"
    with console.status(f"walking {spec.id}"):
        tree = build(game)
    console.print(f"{spec.id}: {len(tree.parent):,} nodes, {len(tree.owner):,} information states", highlight=False)
    points, strategy = _watched(tree, method, iterations, seconds, seed, spec.unit, console)
    folder.mkdir(parents=True, exist_ok=True)
    convergence.write_table(points, folder / "convergence.csv")
    convergence.plot(points, folder / "convergence.png", f"{spec.id}: {method}", spec.unit)
    last, returns = points[-1], expected_returns(tree, strategy)
    facts = {
        "method": method,
        "iterations": last.iteration,
        "seed": seed,
        "nash_conv": last.nash_conv,
        "returns": returns.tolist(),
    }
    table = tabular.Table(tree.owner, tree.before, tree.observation, tree.legal, strategy)
    tabular.save(table, folder, spec, name=f"{method} {last.iteration}", facts=facts)
    seats = ", ".join(f"{seat} {number:+.6g}" for seat, number in zip(spec.seats, returns, strict=True))
    console.print(
        f"NashConv {last.nash_conv:.4g}, exploitability {last.exploitability:.4g} {spec.unit}", highlight=False
    )
    console.print(f"Returns in {spec.unit}: {seats}", highlight=False)
    return folder


def _watched(
    tree: Tree, method: str, iterations: int | None, seconds: float | None, seed: int, unit: str, console: "Console"
) -> tuple[list[Point], np.ndarray]:
    """Runs the method under a progress bar; every measurement, and the last strategy."""
    steps = solve(tree, method, iterations, seconds, seed)
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[standing]}"), TimeElapsedColumn()
    points: list[Point] = []
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(method, total=1.0, standing="")
        for step in steps:
            point = Point(step.iteration, step.seconds, step.nash_conv, step.nash_conv / tree.players)
            points.append(point)
            standing = f"{point.iteration:,} iterations, exploitability {point.exploitability:.3g} {unit}"
            progress.update(bar, completed=step.done, standing=standing)
    return points, step.strategy


def print_exploitation(game: "Game", agent: str, console: "Console") -> None:
    """Prints what a best response gains against ``agent``, seat by seat.

    Raises:
        ValueError: there is no such agent, or see ``exploit``.
    """
    spec = game.spec
    with console.status(f"best responses in {spec.id}"):
        found = exploit(load(agent, spec), game)
    lines = _seat_lines("best response")
    for seat, returns, best in zip(spec.seats, found.returns, found.best, strict=True):
        lines.add_row(seat, f"{returns:+.6f}", f"{best:+.6f}", f"{best - returns:.6f}")
    console.print(f"{agent} in every seat of {spec.id}, in {spec.unit}; exact", highlight=False)
    console.print(lines)
    console.print(f"NashConv {found.nash_conv:.6g}, exploitability {found.exploitability:.6g}", highlight=False)


def print_lower_bound(game: "Game", agent: str, budget: int, deals: int, seed: int, console: "Console") -> None:
    """Prints what responses trained with ``budget`` decisions gain against ``agent``, with 95 % intervals.

    Raises:
        ValueError: there is no such agent, or see ``best_response.lower_bound``.
    """
    from agora.agents.learned.best_response import lower_bound  # needs torch

    spec = game.spec
    with console.status(f"training best responses in {spec.id}"):
        found = lower_bound(load(agent, spec), game, budget, deals, seed)
    lines = _seat_lines("response")
    for seat, returns, best, interval in zip(spec.seats, found.returns, found.best, found.intervals, strict=True):
        lines.add_row(seat, f"{returns:+.4f}", f"{best:+.4f}", f"{best - returns:.4f} ± {interval:.4f}")
    console.print(
        f"{agent} in every seat of {spec.id}, in {spec.unit}; responses trained with {found.decisions:,} decisions, "
        f"judged on {found.deals:,} other deals, 95 % intervals",
        highlight=False,
    )
    console.print(lines)
    share = found.interval / spec.players
    console.print(
        f"NashConv at least {found.nash_conv:.4g} ± {found.interval:.2g}, "
        f"exploitability at least {found.exploitability:.4g} ± {share:.2g}",
        highlight=False,
    )


def _seat_lines(response: str) -> Lines:
    lines = Lines(box=None, header_style="bold", pad_edge=False)
    for heading in ("seat", "returns", response, "gain"):
        lines.add_column(heading, justify="left" if heading == "seat" else "right")
    return lines

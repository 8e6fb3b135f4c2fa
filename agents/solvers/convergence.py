"""How a method came closer to equilibrium: a table and a picture."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure


class Point(NamedTuple):
    """One measurement."""

    iteration: int
    seconds: float
    nash_conv: float
    exploitability: float


_LINE, _INK, _MUTED, _GRID = "#0072B2", "#222222", "#8A8A8A", "#E6E6E6"
_ZERO = 1e-16  # what is drawn for no exploitability at all


def write_table(points: Sequence[Point], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Point._fields)
        writer.writerows(points)


def plot(points: Sequence[Point], path: Path, title: str, unit: str) -> None:
    """Draws exploitability over iterations to a PNG, both on logarithmic axes; ``unit`` is the reward's."""
    figure = Figure(figsize=(7.5, 4.5), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    shown = [point for point in points if point.iteration > 0]
    heights = [max(point.exploitability, _ZERO) for point in shown]
    axes.loglog([point.iteration for point in shown], heights, color=_LINE, linewidth=1.8, marker="o", markersize=3)
    axes.margins(x=0.1)
    last = shown[-1]
    axes.annotate(
        f"{last.exploitability:.2g}",
        (last.iteration, heights[-1]),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        color=_LINE,
        fontsize=9,
    )
    axes.set_title(title, loc="left", color=_INK, fontsize=11, fontweight="bold")
    axes.set_xlabel("iterations", color=_INK)
    axes.set_ylabel(f"exploitability ({unit})", color=_INK)
    axes.grid(color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", colors=_INK, length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_MUTED)
    figure.savefig(path)

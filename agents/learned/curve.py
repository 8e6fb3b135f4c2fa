"""The learning curve of a training: rows of numbers, as CSV and as a picture."""

import csv
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

# Okabe and Ito's palette, apart for the colour-blind too
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_INK, _MUTED, _GRID = "#222222", "#8A8A8A", "#E6E6E6"


def write_table(rows: list[dict[str, Any]], path: Path) -> None:
    """Rows as CSV; a row without a number in a column leaves it empty."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def plot(rows: list[dict[str, Any]], path: Path, title: str, unit: str, opponents: list[str]) -> None:
    """Draws the curve to a PNG: the returns in training, and in evaluation with an interval of 95%.

    Args:
        rows: as ``Recorder.rows`` in train.py makes them.
        unit: of the returns.
        opponents: those of the evaluation, in the order of the legend.
    """
    figure = Figure(figsize=(7.5, 4.5), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    training = [row for row in rows if row.get("return") is not None]
    axes.plot(
        [row["steps"] for row in training],
        [row["return"] for row in training],
        color=_MUTED,
        linewidth=1.2,
        label="in training",
    )
    for index, opponent in enumerate(opponents):
        evaluated = [row for row in rows if row.get(f"against {opponent}") is not None]
        axes.errorbar(
            [row["steps"] for row in evaluated],
            [row[f"against {opponent}"] for row in evaluated],
            yerr=[1.96 * row[f"error {opponent}"] for row in evaluated],
            color=_COLOURS[index % len(_COLOURS)],
            linewidth=1.8,
            marker="o",
            markersize=4,
            capsize=2.5,
            elinewidth=1,
            label=f"against {opponent}" if opponent != ALONE else "in evaluation",
        )
    _dress(axes, title, unit)
    figure.savefig(path)


ALONE = "nobody"
"""The opponent's name in a game of one player."""


def _dress(axes: Any, title: str, unit: str) -> None:
    axes.set_title(title, loc="left", color=_INK, fontsize=11, fontweight="bold")
    axes.set_xlabel("steps (decisions of the learner)", color=_INK)
    axes.set_ylabel(f"mean return ({unit})", color=_INK)
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.grid(color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_INK, length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_MUTED)
    axes.legend(frameon=False, fontsize=9, labelcolor=_INK)

"""The learning curve of a training: rows of numbers, as CSV and as a picture."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FuncFormatter, LogLocator

from agora.agents.learned.evaluation import ALONE, error_name

# Okabe and Ito's palette, apart for the colour-blind too
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_INK, _MUTED, _GRID = "#222222", "#8A8A8A", "#E6E6E6"
TRAINING = "in training"
LOGARITHMIC = ("nash_conv",)  # measures that fall by powers of ten


class Series(NamedTuple):
    """One line of a picture."""

    name: str
    points: list[tuple[float, float, float]]
    """Steps, value and standard error (0 if it is not known), in the order of the steps."""


class Panel(NamedTuple):
    """One picture: series with the same unit."""

    label: str
    series: list[Series]
    logarithmic: bool


class Means:
    """Means of what the rounds of a learner say, see ``Learner.iterate``."""

    def __init__(self) -> None:
        self._episodes, self._sum, self._counted = 0.0, 0.0, False
        self._others: dict[str, list[float]] = {}
        self.shown = "–"
        """The latest mean return, as text."""

    def add(self, numbers: dict[str, float]) -> None:
        """Takes in what one round said."""
        others = dict(numbers)
        episodes, mean = others.pop("episodes", None), others.pop("return", None)
        self._counted |= episodes is not None
        if mean is not None:
            weight = 1.0 if episodes is None else episodes
            self._episodes += weight
            self._sum += weight * mean
            self.shown = f"{mean:.3g}"
        for name, value in others.items():
            self._others.setdefault(name, []).append(value)

    def take(self) -> dict[str, float | None]:
        """The means since the last time, which are then forgotten."""
        row: dict[str, float | None] = {}
        if self._counted:
            row["episodes"] = int(self._episodes)
        if self._counted or self._episodes:
            row["return"] = self._sum / self._episodes if self._episodes else None
        row |= {name: sum(values) / len(values) for name, values in self._others.items()}
        self._episodes, self._sum, self._others = 0.0, 0.0, {}
        return row


def write_table(rows: list[dict[str, Any]], path: Path) -> None:
    """Rows as CSV; a row without a number in a column leaves it empty."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def panels(rows: list[dict[str, Any]], unit: str, measures: Sequence[str]) -> list[Panel]:
    """What to draw of a curve: the returns in ``unit``, the win rates, and each of ``measures``."""
    columns = list(dict.fromkeys(key for row in rows for key in row if not key.endswith(error_name(""))))
    shown = [
        Panel(
            f"mean return ({unit})",
            [
                series(rows, "return", TRAINING),
                *(series(rows, key, _opponent(key)) for key in columns if key.startswith("against ")),
            ],
            False,
        ),
        Panel(
            "win rate",
            [series(rows, key, key.removeprefix("win rate ")) for key in columns if key.startswith("win rate ")],
            False,
        ),
        *(Panel(key, [series(rows, key, key)], key in LOGARITHMIC) for key in measures if key in columns),
    ]
    filled = [panel._replace(series=[line for line in panel.series if line.points]) for panel in shown]
    return [panel for panel in filled if panel.series]


def _opponent(key: str) -> str:
    return "in evaluation" if key == f"against {ALONE}" else key


def series(rows: list[dict[str, Any]], key: str, name: str) -> Series:
    """The column ``key`` of a curve as a line called ``name``, without the rows that lack it."""
    return Series(
        name,
        [(row["steps"], row[key], row.get(error_name(key), 0.0)) for row in rows if row.get(key) is not None],
    )


def plot(panels: list[Panel], path: Path, title: str) -> None:
    """Draws the panels to a PNG, one below the other, with intervals of 95 % where standard errors are known."""
    count = max(len(panels), 1)
    figure = Figure(figsize=(7.5, 1.0 + 3.5 * count), dpi=150, layout="constrained")
    figure.suptitle(title, x=0.02, ha="left", color=_INK, fontsize=11, fontweight="bold")
    for axes, panel in zip(figure.subplots(count, squeeze=False)[:, 0], panels, strict=False):
        _draw(axes, panel)
    figure.savefig(path)


def _draw(axes: Any, panel: Panel) -> None:
    evaluated = [series for series in panel.series if series.name != TRAINING]
    for series in panel.series:
        steps, values, errors = zip(*series.points, strict=True)
        if series.name == TRAINING:
            axes.plot(steps, values, color=_MUTED, linewidth=1.2, label=series.name)
            continue
        axes.errorbar(
            steps,
            values,
            yerr=[1.96 * error for error in errors],
            color=_COLOURS[evaluated.index(series) % len(_COLOURS)],
            linewidth=1.8,
            marker="o",
            markersize=4,
            capsize=2.5,
            elinewidth=1,
            label=series.name,
        )
    if panel.logarithmic and all(value > 0 for series in panel.series for _, value, _ in series.points):
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(LogLocator(subs=(2.0, 5.0)))
        for place in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
            place(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("steps", color=_INK)
    axes.set_ylabel(panel.label, color=_INK)
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.grid(which="both", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", colors=_INK, length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_MUTED)
    if [series.name for series in panel.series] != [panel.label]:
        axes.legend(frameon=False, fontsize=9, labelcolor=_INK)

"""Pictures of curves made of text, for terminals: braille characters, which have 2 x 4 dots each."""

import math
from collections.abc import Sequence

import numpy as np
from rich.text import Text

from agora.agents.learned.curve import TRAINING, Panel

DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The bit of each dot of a braille character, (4, 2): row, column."""
EMPTY = 0x2800
MARKS = "●▲■◆▼★"
STYLES = ("blue", "red", "green", "magenta", "yellow", "cyan")
LABEL = 9  # characters beside the axis


def picture(panels: Sequence[Panel], title: str, width: int = 80, height: int = 12) -> Text:
    """The panels of a curve, one below the other.

    Args:
        width: characters of a line.
        height: lines of each panel, without its axis and its legend.
    """
    text = Text(title + "\n", style="bold")
    for panel in panels:
        text.append_text(_panel(panel, width, height))
    return text


def _panel(panel: Panel, width: int, height: int) -> Text:
    points = [point for series in panel.series for point in series.points]
    last = max(step for step, _, _ in points)
    logarithmic = panel.logarithmic and all(value > 0 for _, value, _ in points)
    bend = math.log10 if logarithmic else float
    low, high = _range([bend(value) for _, value, _ in points])
    columns = width - LABEL - 2
    cells = [[(" ", "") for _ in range(columns)] for _ in range(height)]
    evaluated = [series for series in panel.series if series.name != TRAINING]
    for series in panel.series:
        index = evaluated.index(series) if series in evaluated else None
        style = "bright_black" if index is None else STYLES[index % len(STYLES)]
        across = np.array([step / max(last, 1) for step, _, _ in series.points]) * (2 * columns - 1)
        down = np.array([(high - bend(value)) / (high - low) for _, value, _ in series.points]) * (4 * height - 1)
        _draw_line(cells, across, down, style)
        if index is not None:
            _draw_marks(cells, across, down, MARKS[index % len(MARKS)], style)
    text = Text(f"\n{panel.label}{', logarithmic' if logarithmic else ''}\n")
    for row, line in enumerate(cells):
        value = high - (row + 0.5) / height * (high - low)
        label = f"{10**value if logarithmic else value:.3g}" if row % 3 == 1 else ""
        text.append(f"{label:>{LABEL}} ┤" if label else f"{'':>{LABEL}} │")
        for letter, style in line:
            text.append(letter, style)
        text.append("\n")
    end = f"{last:,.0f} steps"
    text.append(f"{'':>{LABEL}} └{'─' * columns}\n{'':>{LABEL}} 0{end:>{columns}}\n")
    for series in panel.series:
        index = evaluated.index(series) if series in evaluated else None
        mark, style = (
            ("⠒", "bright_black") if index is None else (MARKS[index % len(MARKS)], STYLES[index % len(STYLES)])
        )
        _, value, error = series.points[-1]
        text.append(f"{'':>{LABEL}} {mark} ", style)
        text.append(f"{series.name}: {value:.4g}{f' ± {1.96 * error:.2g}' if error else ''}\n")
    return text


def _range(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = 0.05 * (high - low) or 0.1 * abs(high) or 0.1
    return low - room, high + room


def _draw_line(cells: list[list[tuple[str, str]]], across: np.ndarray, down: np.ndarray, style: str) -> None:
    """Joins the points (N,) of dots by straight lines."""
    for start in range(max(len(across) - 1, 1)):
        end = min(start + 1, len(across) - 1)
        count = int(max(abs(across[end] - across[start]), abs(down[end] - down[start]))) + 2
        for x, y in zip(
            np.linspace(across[start], across[end], count).round().astype(int),
            np.linspace(down[start], down[end], count).round().astype(int),
            strict=True,
        ):
            letter, before = cells[y // 4][x // 2]
            bits = ord(letter) - EMPTY if before == style and ord(letter) >= EMPTY else 0
            cells[y // 4][x // 2] = (chr(EMPTY + (bits | int(DOTS[y % 4, x % 2]))), style)


def _draw_marks(
    cells: list[list[tuple[str, str]]], across: np.ndarray, down: np.ndarray, mark: str, style: str
) -> None:
    for x, y in zip(across.round().astype(int), down.round().astype(int), strict=True):
        cells[y // 4][x // 2] = (mark, style)

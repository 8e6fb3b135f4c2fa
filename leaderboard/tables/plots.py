"""Plots as SVG whose colours are the page's, so that they follow its light or dark dress."""

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.tables.layout import Kind
from agora.leaderboard.tables.words import clean, number, parts

_WIDTH, _ROW, _TOP, _BOTTOM = 680, 30, 26, 46
_LEFT, _RIGHT = 150, 180  # room for names and for numbers


class Bar(NamedTuple):
    """A row of a forest plot."""

    name: str
    score: Estimate | None
    leads: bool
    bound: bool


def forest(bars: Sequence[Bar], label: str, kind: Kind, marks: Sequence[tuple[float, str]] = ()) -> str:
    """Scores with intervals, one below the other.

    Args:
        marks: values that get a dashed line across all rows, with their names.
    """
    shown = [bar.score for bar in bars if bar.score is not None]
    ends = [end for score in shown for end in (score.value, score.low, score.high) if end is not None]
    low, high = _range([*ends, *(value for value, _ in marks)])
    height = _TOP + _ROW * len(bars) + _BOTTOM
    bottom = _TOP + _ROW * len(bars)

    def place(value: float) -> float:
        return round(_LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT), 1)

    lines = [
        f'<svg class="forest" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(label)} of each agent">'
    ]
    step = _step(low, high)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if kind != "share" else 0
    for tick in _ticks(low, high, step):
        x = place(tick)
        lines.append(f'<line class="grid" x1="{x}" y1="{_TOP - 6}" x2="{x}" y2="{bottom}"/>')
        text = number(tick, kind, decimals)
        lines.append(f'<text class="tick" x="{x}" y="{bottom + 16}" text-anchor="middle">{text}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    lines.append(f'<text class="axis" x="{middle}" y="{bottom + 36}" text-anchor="middle">{escape(label)}</text>')
    for value, name in marks:
        x = place(value)
        lines.append(f'<line class="mark" x1="{x}" y1="{_TOP - 6}" x2="{x}" y2="{bottom}"/>')
        lines.append(f'<text class="tick" x="{x}" y="{_TOP - 11}" text-anchor="middle">{escape(name)}</text>')
    for row, bar in enumerate(bars):
        lines += _bar(bar, _TOP + _ROW * (row + 0.5), place, kind)
    return "\n".join([*lines, "</svg>"])


def _bar(bar: Bar, y: float, place: Callable[[float], float], kind: Kind) -> list[str]:
    style = "bound" if bar.bound else "leads" if bar.leads else "plain"
    name = clean(bar.name)
    short = name if len(name) <= 20 else name[:19] + "…"
    lines = [
        f'<g class="{style}"><title>{escape(name)}</title>',
        f'<text class="name" x="{_LEFT - 14}" y="{y + 4.5}" text-anchor="end">{escape(short)}</text>',
    ]
    score = bar.score
    if score is not None:
        x = place(score.value)
        if score.low is not None and score.high is not None and score.high > score.low:
            left, right = place(score.low), place(score.high)
            lines.append(f'<line class="interval" x1="{left}" y1="{y}" x2="{right}" y2="{y}"/>')
            lines += [
                f'<line class="interval" x1="{end}" y1="{y - 5}" x2="{end}" y2="{y + 5}"/>' for end in (left, right)
            ]
        lines.append(f'<circle class="dot" cx="{x}" cy="{y}" r="5"/>')
        value, interval = parts(score, kind)
        text = f'<tspan class="value">{escape(value)}</tspan> <tspan class="sure">{escape(interval)}</tspan>'
        lines.append(f'<text class="number" x="{_WIDTH - _RIGHT + 14}" y="{y + 4.5}">{text}</text>')
    return [*lines, "</g>"]


def _range(values: Sequence[float]) -> tuple[float, float]:
    """The ends of the axis: all values with a little room around."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 0.5 * abs(high) or 1.0
    return low - room, high + room


def _step(low: float, high: float) -> float:
    """A round distance that gives four to eight ticks."""
    rough = (high - low) / 8
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough)


def _ticks(low: float, high: float, step: float) -> list[float]:
    return [index * step for index in range(math.ceil(low / step), math.floor(high / step) + 1)]

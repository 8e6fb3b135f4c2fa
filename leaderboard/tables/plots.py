"""Plots as HTML and SVG whose colours are the page's, so that they follow its light or dark dress.

Places are given in per cent of a plot's width: lines get longer on a wide screen and letters stay as they are.
"""

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.tables.layout import Kind
from agora.leaderboard.tables.words import clean, number, parts

_ROW, _AXIS, _HEIGHT = 30, 22, 260  # heights in pixels of a row, of an axis with its numbers, and of a chart
_COLOURS = 6  # then lines are dashed, and the colours begin again


class Bar(NamedTuple):
    """A row of a forest plot."""

    name: str
    score: Estimate | None
    leads: bool
    bound: bool
    link: str = ""
    """A page about it, or nothing."""


class Curve(NamedTuple):
    """A line of a chart."""

    name: str
    points: Sequence[tuple[float, float]]
    """x and y, in the order of x."""
    band: Sequence[tuple[float, float]] = ()
    """Lowest and highest y at each point; empty where it is not known."""


def forest(bars: Sequence[Bar], label: str, kind: Kind, marks: Sequence[tuple[float, str]] = ()) -> str:
    """Scores with intervals, one below the other.

    Args:
        marks: values that get a dashed line across all rows, with their names.
    """
    shown = [bar.score for bar in bars if bar.score is not None]
    ends = [end for score in shown for end in (score.value, score.low, score.high) if end is not None]
    low, high = _range([*ends, *(value for value, _ in marks)])
    place = _scale(low, high)
    step = _step(low, high)
    ticks = _ticks(low, high, step)
    rules = [f'<line class="grid" x1="{place(tick)}%" y1="0" x2="{place(tick)}%" y2="100%"/>' for tick in ticks]
    rules += [f'<line class="mark" x1="{place(at)}%" y1="0" x2="{place(at)}%" y2="100%"/>' for at, _ in marks]
    names = [_text(f'x="{place(value)}%" y="14" text-anchor="middle"', name) for value, name in marks]
    numbers = [
        _text(f'x="{place(tick)}%" y="16" text-anchor="middle"', number(tick, kind, _decimals(step, kind)))
        for tick in ticks
    ]
    rows = [
        f"<div>{_svg(_AXIS, names)}</div>" if marks else "",
        *(_bar(bar, place, kind, rules) for bar in bars),
        f"<div>{_svg(_AXIS, numbers)}</div>",
        f'<div><span class="axis">{escape(label)}</span></div>',
    ]
    return "\n".join(['<div class="forest">', *filter(None, rows), "</div>"])


def _bar(bar: Bar, place: Callable[[float], float], kind: Kind, rules: Sequence[str]) -> str:
    style = "bound" if bar.bound else "leads" if bar.leads else "plain"
    name, score = escape(clean(bar.name)), bar.score
    called = f'<a href="{escape(bar.link)}">{name}</a>' if bar.link else name
    shapes, value, interval = list(rules), *parts(score, kind)
    if score is not None:
        if score.low is not None and score.high is not None and score.high > score.low:
            left, right = place(score.low), place(score.high)
            shapes.append(f'<line class="interval" x1="{left}%" y1="50%" x2="{right}%" y2="50%"/>')
            shapes += [
                f'<line class="interval" x1="{end}%" y1="{_ROW / 2 - 5}" x2="{end}%" y2="{_ROW / 2 + 5}"/>'
                for end in (left, right)
            ]
        shapes.append(f'<circle class="dot" cx="{place(score.value)}%" cy="50%" r="5"/>')
    return (
        f'<div class="{style}"><span class="name" title="{name}">{called}</span>{_svg(_ROW, shapes)}'
        f'<span class="number"><span class="value">{escape(value)}</span> '
        f'<span class="sure">{escape(interval)}</span></span></div>'
    )


def chart(curves: Sequence[Curve], across: str, up: str, up_kind: Kind = "number", across_kind: Kind = "number") -> str:
    """Lines over two axes, with their bands, and a list of what they are; ``across`` and ``up`` name the axes."""
    xs = [x for curve in curves for x, _ in curve.points]
    ys = [y for curve in curves for _, y in curve.points] + [y for curve in curves for pair in curve.band for y in pair]
    left, right = (min(xs), max(xs)) if xs and min(xs) < max(xs) else _range(xs)
    low, high = _range(ys)
    over, above = _scale(left, right), _scale(high, low)
    frame = []
    for axis, place, kind in (((low, high), above, up_kind), ((left, right), over, across_kind)):
        step = _step(*axis)
        for tick in _ticks(*axis, step):
            at, text = place(tick), _short(tick, kind, _decimals(step, kind))
            if place is above:
                frame.append(f'<line class="grid" x1="0" y1="{at}%" x2="100%" y2="{at}%"/>')
                frame.append(_text(f'x="-8" y="{at}%" dy="4" text-anchor="end"', text))
            else:
                frame.append(_text(f'x="{at}%" y="100%" dy="17" text-anchor="middle"', text))
    lines = [_line(curve, index, over, above) for index, curve in enumerate(curves)]
    inside = '<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">'
    legend = "".join(
        f'<li><svg class="swatch" width="26" height="10"><line class="{_series(index)}" x1="0" y1="5" x2="26" y2="5"/>'
        f"</svg>{escape(clean(curve.name))}</li>"
        for index, curve in enumerate(curves)
    )
    return "\n".join(
        [
            f'<div class="chart"><p class="axis">{escape(up)}</p>',
            f'<div class="frame">{_svg(_HEIGHT, [*frame, inside, *lines, "</svg>"])}</div>',
            f'<p class="axis across">{escape(across)}</p>',
            f'<ul class="legend">{legend}</ul></div>',
        ]
    )


def _line(curve: Curve, index: int, over: Callable[[float], float], above: Callable[[float], float]) -> str:
    points = " ".join(f"{over(x)},{above(y)}" for x, y in curve.points)
    line = f'<polyline class="{_series(index)}" points="{points}" vector-effect="non-scaling-stroke"/>'
    if not curve.band:
        return line
    xs = [over(x) for x, _ in curve.points]
    upper = [f"{x},{above(high)}" for x, (_, high) in zip(xs, curve.band, strict=True)]
    lower = [f"{x},{above(low)}" for x, (low, _) in zip(xs, curve.band, strict=True)]
    return f'<polygon class="band {_series(index)}" points="{" ".join(upper + lower[::-1])}"/>{line}'


def _series(index: int) -> str:
    return f"series series-{index % _COLOURS}{' dashed' if index // _COLOURS % 2 else ''}"


def _svg(height: int, shapes: Sequence[str]) -> str:
    return f'<svg class="plot" height="{height}" aria-hidden="true">{"".join(shapes)}</svg>'


def _text(place: str, text: str) -> str:
    return f'<text class="tick" {place}>{escape(text)}</text>'


def _scale(low: float, high: float) -> Callable[[float], float]:
    """From a value to its place in per cent of the way from ``low`` to ``high``."""
    return lambda value: round(100 * (value - low) / (high - low), 2) + 0.0


def _short(value: float, kind: Kind, decimals: int) -> str:
    """A number of an axis; thousands and millions as k and M."""
    for power, letter in ((1e6, "M"), (1e3, "k")):
        if kind == "count" and abs(value) >= power:
            return f"{value / power:g}{letter}"
    return number(value, kind, decimals)


def _decimals(step: float, kind: Kind) -> int:
    """That tell ticks apart."""
    step = 100 * step if kind == "share" else step
    return max(0, -math.floor(math.log10(step) + 1e-9))


def _range(values: Sequence[float]) -> tuple[float, float]:
    """The ends of the axis: all values with a little room around."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 0.5 * abs(high) or 1.0
    return low - room, high + room


def _step(low: float, high: float) -> float:
    """A round distance that gives three to six ticks."""
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough)


def _ticks(low: float, high: float, step: float) -> list[float]:
    return [index * step for index in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]

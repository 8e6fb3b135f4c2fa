"""Charts from the shapes of a canvas: axes, ticks, legends."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agora.envs.palette import GRID, INK, LINE, MUTED, PAPER, SEATS, text_width

if TYPE_CHECKING:
    from agora.envs.canvas import Canvas

TICK_SIZE = 12  # pixels, as are the others
LABEL_SIZE = 13
TITLE_SIZE = 15
DASHES = ((), (7, 4), (2, 3), (10, 3, 2, 3))  # a second mark beside colour, by which series differ in grey too

Range = tuple[float, float]
Box = tuple[float, float, float, float]


class Frame(NamedTuple):
    """Where the data of a chart is drawn, and the range of both axes."""

    x: float
    y: float
    width: float
    height: float
    x_range: Range
    y_range: Range

    def across(self, value: float) -> float:
        low, high = self.x_range
        return self.x + self.width * (value - low) / (high - low)

    def down(self, value: float) -> float:
        low, high = self.y_range
        return self.y + self.height * (high - value) / (high - low)


def line_chart(
    canvas: "Canvas",
    box: Box,
    series: Mapping[str, Any],
    x_label: str,
    y_label: str,
    title: str,
    colours: Sequence[str],
    x_range: Range | None,
    y_range: Range | None,
    log_y: bool,
) -> None:
    """See ``Canvas.chart``."""
    lines = {name: _points(values) for name, values in series.items()}
    if log_y:
        lines = {name: (xs, _log(ys)) for name, (xs, ys) in lines.items()}
        y_range = y_range and (math.log10(y_range[0]), math.log10(y_range[1]))
    x_range = _widened(x_range) or _span([xs[np.isfinite(ys)] for xs, ys in lines.values()], margin=0.0)
    y_range = _widened(y_range) or _span([ys for _, ys in lines.values()], margin=0.06)
    legend = _legend_entries(lines, colours, dashed=True)
    frame = _frame(canvas, box, x_range, y_range, x_label, y_label, title, legend, log_y)
    _x_ticks(canvas, frame)
    for index, (xs, ys) in enumerate(lines.values()):
        for part in _finite_parts(xs, ys, 2 * frame.width):
            points = [(frame.across(x), frame.down(_clip(y, y_range))) for x, y in part]
            colour = colours[index % len(colours)]
            if len(points) == 1:
                canvas.circle(*points[0], 3, fill=colour)
            canvas.line(points, stroke=colour, width=2, dash=DASHES[index % len(DASHES)])
    _note_if_empty(canvas, frame, [ys for _, ys in lines.values()])


def bar_chart(
    canvas: "Canvas",
    box: Box,
    labels: Sequence[str],
    series: Mapping[str, Any],
    x_label: str,
    y_label: str,
    title: str,
    colours: Sequence[str] | None,
    y_range: Range | None,
    show_values: bool,
) -> None:
    """See ``Canvas.bars``."""
    heights = {name: np.asarray(values, float).ravel() for name, values in series.items()}
    y_range = _widened(y_range) or _span(
        [*heights.values(), np.zeros(1)], margin=0.14 if show_values else 0.06, keep_zero=True
    )
    by_label = colours is not None and len(heights) == 1 and len(colours) == len(labels)
    colours = colours or SEATS
    legend = _legend_entries(heights, colours, dashed=False) if len(heights) > 1 else []
    frame = _frame(canvas, box, (0.0, max(1.0, len(labels))), y_range, x_label, y_label, title, legend)
    slot = frame.width / max(1, len(labels))
    bar = 0.74 * slot / max(1, len(heights))
    for index, values in enumerate(heights.values()):
        for place, value in enumerate(values[: len(labels)]):
            if np.isfinite(value):
                colour = colours[(place if by_label else index) % len(colours)]
                left = frame.x + slot * (place + 0.13) + bar * index
                _bar(canvas, frame, left, bar, float(value), colour, show_values)
    _bar_labels(canvas, frame, labels, slot)
    zero = frame.down(_clip(0.0, y_range))
    canvas.line([(frame.x, zero), (frame.x + frame.width, zero)], stroke=MUTED)
    _note_if_empty(canvas, frame, list(heights.values()))


def _bar(
    canvas: "Canvas", frame: Frame, left: float, width: float, value: float, colour: str, show_value: bool
) -> None:
    top = frame.down(_clip(max(value, 0.0), frame.y_range))
    bottom = frame.down(_clip(min(value, 0.0), frame.y_range))
    canvas.rectangle(left, top, max(width, 0.5), bottom - top, fill=colour)
    written = f"{value:.3g}"
    if show_value and text_width(written, 0.8 * TICK_SIZE) <= width / 0.74:
        place = top - 9 if value >= 0 else bottom + 9
        canvas.text(left + width / 2, place, written, TICK_SIZE, INK, "middle", max_width=width / 0.74)


def _bar_labels(canvas: "Canvas", frame: Frame, labels: Sequence[str], slot: float) -> None:
    """Names under the bars; only every n-th where they would run into each other."""
    widest = max((text_width(str(label), 0.8 * TICK_SIZE) for label in labels), default=0.0)
    every = max(1, math.ceil((min(widest, 60.0) + 6) / slot))
    for place in range(0, len(labels), every):
        middle = frame.x + slot * (place + 0.5)
        canvas.text(
            middle, frame.y + frame.height + 12, labels[place], TICK_SIZE, MUTED, "middle", max_width=slot * every - 4
        )


def _points(values: Any) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(values, tuple) and len(values) == 2 and np.ndim(values[0]) == 1:
        return np.asarray(values[0], float), np.asarray(values[1], float)
    ys = np.asarray(values, float).ravel()
    return np.arange(len(ys), dtype=float), ys


def _span(arrays: Sequence[np.ndarray], margin: float, keep_zero: bool = False) -> Range:
    """The range of all finite numbers, widened by ``margin`` of it; never empty."""
    numbers = np.concatenate([np.zeros(0), *arrays])
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return 0.0, 1.0
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        widen = 0.5 * abs(low) or 0.5
        return (low, high + 2 * widen) if keep_zero or margin == 0 else (low - widen, high + widen)
    room = margin * (high - low)
    below = 0.0 if keep_zero and low == 0 else room
    above = 0.0 if keep_zero and high == 0 else room
    return low - below, high + above


def _widened(limits: Range | None) -> Range | None:
    """``limits`` of at least some length, so that a scale can be made of them."""
    return limits if limits is None or limits[0] < limits[1] else (limits[0] - 0.5, limits[0] + 0.5)


def _finite_parts(xs: np.ndarray, ys: np.ndarray, most: float) -> list[list[tuple[float, float]]]:
    """The runs of finite points; of more than ``most`` points, that many spread evenly."""
    kept = np.arange(len(ys))
    if len(kept) > most:
        kept = np.unique(np.linspace(0, len(ys) - 1, int(most)).round().astype(int))
    parts: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(xs[kept].tolist(), ys[kept].tolist(), strict=True):
        if math.isfinite(x) and math.isfinite(y):
            parts[-1].append((x, y))
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def _clip(value: float, limits: Range) -> float:
    return min(max(value, limits[0]), limits[1])


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most ``most`` + 1 round numbers from ``low`` to ``high``, evenly spaced."""
    rough = (high - low) / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def tick_names(values: Sequence[float]) -> list[str]:
    """The shortest decimals that tell ``values`` apart."""
    largest = max((abs(value) for value in values), default=0.0)
    if largest >= 1e7 or 0 < largest < 1e-4:
        return [f"{value:.3g}" for value in values]
    for digits in range(8):
        names = [f"{value:,.{digits}f}" for value in values]
        if all(
            abs(float(name.replace(",", "")) - value) <= 1e-6 * largest
            for name, value in zip(names, values, strict=True)
        ):
            break
    return ["0" if float(name.replace(",", "")) == 0 else name for name in names]


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """At most about ``most`` exponents from ``low`` to ``high`` whose powers of ten are round numbers."""
    if high - low < 0.8:
        return [math.log10(value) for value in ticks(10**low, 10**high, most) if value > 0]
    for factors in ((1, 2, 5), (1, 3), (1,)):
        powers = range(math.floor(low), math.ceil(high) + 1)
        values = [power + math.log10(factor) for power in powers for factor in factors]
        values = [value for value in values if low - 1e-9 <= value <= high + 1e-9]
        if len(values) <= most + 1:
            return values
    return [float(round(value)) for value in ticks(low, high, most)]


def _log(values: np.ndarray) -> np.ndarray:
    """Logarithms to base 10; what has none becomes a gap."""
    return np.log10(np.where(values > 0, values, np.nan))


def _legend_entries(
    series: Mapping[str, Any], colours: Sequence[str], dashed: bool
) -> list[tuple[str, str, tuple[float, ...]]]:
    return [
        (name, colours[index % len(colours)], DASHES[index % len(DASHES)] if dashed else ())
        for index, name in enumerate(series)
    ]


def _frame(
    canvas: "Canvas",
    box: Box,
    x_range: Range,
    y_range: Range,
    x_label: str,
    y_label: str,
    title: str,
    legend: Sequence[tuple[str, str, tuple[float, ...]]],
    log_y: bool = False,
) -> Frame:
    """Draws everything around the data but the ticks across, and returns where the data goes."""
    x, y, width, height = box
    top = y
    if title:
        canvas.text(x, top + 9, title, TITLE_SIZE, INK, bold=True, max_width=width)
        top += 24
    top = _legend(canvas, x, top, width, legend)
    if y_label:
        canvas.text(x, top + 8, y_label, LABEL_SIZE, MUTED, max_width=width)
        top += 20
    bottom = y + height - 20 - (20 if x_label else 0)
    top, bottom = top + 4, max(bottom, top + 10)
    most = max(2, int((bottom - top) / 36))
    values = log_ticks(*y_range, most) if log_y else ticks(*y_range, most)
    names = [f"{10**value:,.6g}" for value in values] if log_y else tick_names(values)
    left = x + 8 + max((text_width(name, TICK_SIZE) for name in names), default=0.0)
    frame = Frame(left, top, max(10.0, x + width - left - 6), bottom - top, x_range, y_range)
    for value, name in zip(values, names, strict=True):
        canvas.line([(left, frame.down(value)), (left + frame.width, frame.down(value))], stroke=GRID)
        canvas.text(left - 6, frame.down(value), name, TICK_SIZE, MUTED, "end")
    canvas.line([(left, bottom), (left + frame.width, bottom)], stroke=LINE)
    if x_label:
        canvas.text(left + frame.width / 2, bottom + 31, x_label, LABEL_SIZE, MUTED, "middle", max_width=frame.width)
    return frame


def _legend(
    canvas: "Canvas", x: float, y: float, width: float, entries: Sequence[tuple[str, str, tuple[float, ...]]]
) -> float:
    """Names beside samples of their lines, in as many rows as it takes; returns where the next thing can stand."""
    if not entries:
        return y
    left = x
    for name, colour, dash in entries:
        needed = 30 + text_width(name, LABEL_SIZE) + 16
        if left > x and left + needed > x + width:
            left, y = x, y + 18
        canvas.line([(left, y + 8), (left + 24, y + 8)], stroke=colour, width=3, dash=dash)
        canvas.text(left + 30, y + 8, name, LABEL_SIZE, INK, max_width=max(20.0, x + width - left - 30))
        left += needed
    return y + 20


def _x_ticks(canvas: "Canvas", frame: Frame) -> None:
    values = ticks(*frame.x_range, most=max(2, int(frame.width / 80)))
    for value, name in zip(values, tick_names(values), strict=True):
        across, bottom = frame.across(value), frame.y + frame.height
        canvas.line([(across, bottom), (across, bottom + 4)], stroke=LINE)
        canvas.text(across, bottom + 12, name, TICK_SIZE, MUTED, "middle")


def _note_if_empty(canvas: "Canvas", frame: Frame, arrays: Sequence[np.ndarray]) -> None:
    if not any(np.isfinite(array).any() for array in arrays):
        middle_x, middle_y = frame.x + frame.width / 2, frame.y + frame.height / 2
        canvas.rectangle(middle_x - 50, middle_y - 12, 100, 24, fill=PAPER, radius=6)
        canvas.text(middle_x, middle_y, "no data yet", 14, MUTED, "middle")

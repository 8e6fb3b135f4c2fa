"""One drawing, two media: a list of shapes that becomes pixels (pygame) or SVG.

A ``draw.py`` calls the methods of ``Canvas``; each adds shapes, plain data, to ``canvas.shapes``. Lengths are pixels,
the origin is the top left corner, colours are "#rrggbb".
"""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agora.envs.charts import bar_chart, line_chart
from agora.envs.palette import ACCENT, FELT, INK, LINE, MUTED, PAPER, SEATS, fit, text_width
from agora.envs.palette import GRID as GRID  # these three for the drawings
from agora.envs.palette import HIGHLIGHT as HIGHLIGHT
from agora.envs.palette import PANEL as PANEL

if TYPE_CHECKING:
    from agora.envs.game import Game


BASELINE = 0.36  # from the middle of a line of text down to its baseline, in sizes
RED_SUITS = ("♥", "♦")


class Rectangle(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    fill: str | None
    stroke: str | None
    stroke_width: float
    radius: float


class Circle(NamedTuple):
    x: float
    y: float
    radius: float
    fill: str | None
    stroke: str | None
    stroke_width: float


class Line(NamedTuple):
    points: tuple[tuple[float, float], ...]
    stroke: str
    stroke_width: float
    dash: tuple[float, ...]  # lengths drawn and left out in turn; () is a solid line


class Polygon(NamedTuple):
    points: tuple[tuple[float, float], ...]
    fill: str | None
    stroke: str | None
    stroke_width: float


class Text(NamedTuple):
    x: float
    y: float  # of the baseline
    string: str
    size: float
    fill: str
    anchor: str
    bold: bool


class Target(NamedTuple):
    """Where a click means ``action``."""

    x: float
    y: float
    width: float
    height: float
    action: Any


class Canvas:
    """A white page of ``width`` times ``height`` pixels."""

    def __init__(self, width: int, height: int):
        self.width, self.height = int(width), int(height)
        self.shapes: list[Rectangle | Circle | Line | Polygon | Text] = []
        self.targets: list[Target] = []

    # Shapes

    def rectangle(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        fill: str | None = None,
        stroke: str | None = None,
        width: float = 1,
        radius: float = 0,
    ) -> None:
        """``x, y`` is the top left corner; ``width`` that of the outline, ``radius`` that of the corners."""
        radius = max(0.0, min(radius, w / 2, h / 2))
        self.shapes.append(Rectangle(float(x), float(y), float(w), float(h), fill, stroke, float(width), float(radius)))

    def circle(
        self, x: float, y: float, radius: float, fill: str | None = None, stroke: str | None = None, width: float = 1
    ) -> None:
        """``x, y`` is the centre."""
        self.shapes.append(Circle(float(x), float(y), float(radius), fill, stroke, float(width)))

    def line(
        self, points: Sequence[Sequence[float]], stroke: str = INK, width: float = 1, dash: Sequence[float] = ()
    ) -> None:
        """A line through ``points`` (n, 2); fewer than two draw nothing."""
        if len(points) >= 2:
            self.shapes.append(Line(_pairs(points), stroke, float(width), tuple(map(float, dash))))

    def polygon(
        self, points: Sequence[Sequence[float]], fill: str | None = None, stroke: str | None = None, width: float = 1
    ) -> None:
        """The area within ``points`` (n, 2), n at least 3."""
        self.shapes.append(Polygon(_pairs(points), fill, stroke, float(width)))

    def text(
        self,
        x: float,
        y: float,
        string: Any,
        size: float = 16,
        fill: str = INK,
        anchor: str = "start",
        bold: bool = False,
        max_width: float | None = None,
    ) -> None:
        """One line of text; ``y`` is the middle of its capitals, ``x`` its start, middle or end, as ``anchor`` says.

        With ``max_width`` text that is too long gets smaller, then cut with an ellipsis.
        """
        if anchor not in ("start", "middle", "end"):
            raise ValueError(f"anchor={anchor!r} is not allowed: choose one of 'start', 'middle', 'end'.")
        string = " ".join(str(string).split())
        if max_width is not None:
            string, size = fit(string, size, max_width, bold)
        if string:
            self.shapes.append(
                Text(float(x), float(y + BASELINE * size), string, float(size), fill, anchor, bool(bold))
            )

    def paragraph(
        self, x: float, y: float, string: Any, width: float, size: float = 14, fill: str = INK, lines: int = 1000
    ) -> float:
        """Text broken into lines of at most ``width`` pixels, ``lines`` at most; returns the ``y`` of the next."""
        broken = wrap(str(string), size, width)
        if len(broken) > lines:
            broken = [*broken[: lines - 1], broken[lines - 1] + "…"]
        for line in broken:
            self.text(x, y, line, size=size, fill=fill, max_width=width)
            y += 1.35 * size
        return y

    # Things on a table

    def table(self, x: float, y: float, w: float, h: float) -> None:
        """The ground that everything lies on: a felt with a rim of paper."""
        self.rectangle(x, y, w, h, fill=PAPER)
        self.rectangle(x + 6, y + 6, w - 12, h - 12, fill=FELT, stroke=LINE, width=1.5, radius=16)

    def card(self, x: float, y: float, w: float, h: float, label: Any = None) -> None:
        """A playing card with ``label``, or face down when that is None."""
        self.rectangle(x + 2, y + 3, w, h, fill=LINE, radius=0.09 * w)
        self.rectangle(x, y, w, h, fill=PAPER, stroke=MUTED, width=1, radius=0.09 * w)
        if label is None:
            self._card_back(x + 0.07 * w, y + 0.07 * w, 0.86 * w, h - 0.14 * w)
            return
        fill = SEATS[1] if str(label).endswith(RED_SUITS) else INK
        size = min(0.5 * w, 0.36 * h)
        self.text(x + w / 2, y + h / 2, label, size=size, fill=fill, anchor="middle", bold=True, max_width=0.8 * w)
        if len(str(label)) <= 3 and h >= 60:
            corner = 0.17 * w
            self.text(x + 0.09 * w, y + 0.15 * w, label, size=corner, fill=fill, bold=True)
            self.text(x + 0.91 * w, y + h - 0.15 * w, label, size=corner, fill=fill, anchor="end", bold=True)

    def _card_back(self, x: float, y: float, w: float, h: float) -> None:
        self.rectangle(x, y, w, h, fill=ACCENT, radius=0.06 * w)
        columns, rows = 4, max(2, round(4 * h / w))
        across, down = w / columns, h / rows
        for row in range(rows):
            for column in range(columns):
                middle_x, middle_y = x + across * (column + 0.5), y + down * (row + 0.5)
                diamond = [
                    (middle_x, middle_y - 0.3 * down),
                    (middle_x + 0.3 * across, middle_y),
                    (middle_x, middle_y + 0.3 * down),
                    (middle_x - 0.3 * across, middle_y),
                ]
                self.polygon(diamond, fill="#5b8fb0")

    def button(self, x: float, y: float, w: float, h: float, label: Any, action: Any) -> None:
        """A button that means ``action`` when clicked."""
        self.rectangle(x, y, w, h, fill=ACCENT, radius=min(8, h / 4))
        size = min(16, 0.5 * h)
        self.text(x + w / 2, y + h / 2, label, size, PAPER, "middle", bold=True, max_width=w - 12)
        self.target(x, y, w, h, action)

    def target(self, x: float, y: float, w: float, h: float, action: Any) -> None:
        """A click within means ``action``; nothing is drawn. Where targets overlap the latest counts."""
        self.targets.append(Target(float(x), float(y), float(w), float(h), action))

    def action_at(self, x: float, y: float) -> Any:
        """The action that a click at ``x, y`` means, or None."""
        for target in reversed(self.targets):
            if 0 <= x - target.x < target.width and 0 <= y - target.y < target.height:
                return target.action
        return None

    # Charts

    def chart(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        series: Mapping[str, Any],
        x_label: str = "",
        y_label: str = "",
        title: str = "",
        colours: Sequence[str] = SEATS,
        x_range: tuple[float, float] | None = None,
        y_range: tuple[float, float] | None = None,
        log_y: bool = False,
    ) -> None:
        """A line per series, with axes, ticks and a legend. Put units into the labels: "wealth (start = 1)".

        ``series`` maps a name to its values (n,), or to a pair ``(xs, ys)``; values alone stand at 0, 1, 2, ...
        Gaps are left where a value is not finite; a range of None is that of the data. ``log_y`` makes equal ratios
        equally high, and leaves gaps where a value is not positive.
        """
        line_chart(self, (x, y, w, h), series, x_label, y_label, title, colours, x_range, y_range, log_y)

    def bars(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        labels: Sequence[str],
        series: Mapping[str, Any],
        x_label: str = "",
        y_label: str = "",
        title: str = "",
        colours: Sequence[str] | None = None,
        y_range: tuple[float, float] | None = None,
        show_values: bool = False,
    ) -> None:
        """A bar per label and series, from zero; ``series`` maps a name to its values (len(labels),).

        ``colours`` has one per series; with a single series it may have one per label. None takes those of ``SEATS``
        for the series. ``show_values`` writes each value above its bar where there is room.
        """
        bar_chart(self, (x, y, w, h), labels, series, x_label, y_label, title, colours, y_range, show_values)

    # Media

    def svg(self) -> str:
        """The drawing as a self-contained SVG document."""
        size = f'width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}"'
        font = 'font-family="DejaVu Sans, Verdana, sans-serif"'
        lines = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>']
        lines.append(f'<rect width="{self.width}" height="{self.height}" fill="{PAPER}"/>')
        lines += map(_element, self.shapes)
        return "\n".join([*lines, "</svg>\n"])

    def pixels(self) -> np.ndarray:
        """The drawing as an image (height, width, 3) uint8; needs pygame, but no screen.

        Raises:
            ImportError: pygame is not installed.
        """
        from agora.envs import paint

        return paint.pixels(self)

    def png(self, path: str | Path) -> None:
        """Writes the drawing to ``path`` as PNG; needs pygame, but no screen."""
        from agora.envs import paint

        paint.save(self, path)


def picture(game: "Game", state: np.record, player: int | None = None) -> Canvas:
    """The drawing of ``state`` as ``player`` sees it; ``None`` is a spectator, who sees everything."""
    canvas = Canvas(*game.drawing.SIZE)
    game.drawing.draw(game.world, state, player, canvas)
    return canvas


def wrap(string: str, size: float, width: float) -> list[str]:
    """``string`` broken at spaces into lines of at most ``width`` pixels; a longer word stands alone."""
    lines: list[str] = []
    for part in string.split("\n"):
        line = ""
        for word in part.split():
            longer = f"{line} {word}" if line else word
            if line and text_width(longer, size) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def _pairs(points: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in points)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _style(fill: str | None, stroke: str | None, width: float) -> str:
    outline = f' stroke="{escape(stroke)}" stroke-width="{_number(width)}"' if stroke else ""
    return f'fill="{escape(fill) if fill else "none"}"{outline}'


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _element(shape: Rectangle | Circle | Line | Polygon | Text) -> str:
    """One shape as an SVG element."""
    n = _number
    match shape:
        case Rectangle(x, y, width, height, fill, stroke, stroke_width, radius):
            box = f'x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}" rx="{n(radius)}"'
            return f"<rect {box} {_style(fill, stroke, stroke_width)}/>"
        case Circle(x, y, radius, fill, stroke, stroke_width):
            return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(radius)}" {_style(fill, stroke, stroke_width)}/>'
        case Line(points, stroke, stroke_width, dash):
            ends = ' stroke-linecap="round" stroke-linejoin="round"'
            dashes = f' stroke-dasharray="{" ".join(map(n, dash))}"' if dash else ""
            ends = "" if dash else ends
            return f'<polyline points="{_path(points)}" {_style(None, stroke, stroke_width)}{ends}{dashes}/>'
        case Polygon(points, fill, stroke, stroke_width):
            return f'<polygon points="{_path(points)}" {_style(fill, stroke, stroke_width)}/>'
        case Text(x, y, string, size, fill, anchor, bold):
            weight = ' font-weight="bold"' if bold else ""
            place = f'x="{n(x)}" y="{n(y)}" font-size="{n(size)}" text-anchor="{anchor}"{weight}'
            return f'<text {place} fill="{escape(fill)}">{escape(_printable(string))}</text>'


def _printable(string: str) -> str:
    """XML has no place for control characters, escaped or not."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in string)

"""What the pictures of several board games share: who plays, whose turn it is, and names of rows and columns."""

from collections.abc import Callable, Sequence

from agora.envs.canvas import HIGHLIGHT, INK, MUTED, SEATS, Canvas
from agora.envs.games.squares import LETTERS

Frame = tuple[float, float, float]
"""Left and top of a board in pixels, and how wide one square is."""


def draw_heading(
    canvas: Canvas,
    names: Sequence[str],
    state,
    player: int | None,
    status: str,
    draw_piece: Callable[[int, float, float, float], None],
) -> None:
    """One line at the top; ``draw_piece(seat, x, y, radius)`` shows what ``names[seat]`` plays with."""
    for seat, name in enumerate(names):
        x = 48 + 190 * seat
        if seat == state.to_move and not state.over:
            canvas.rectangle(x - 24, 22, 184, 44, fill=HIGHLIGHT, stroke=SEATS[seat], width=2, radius=10)
        draw_piece(seat, x, 44, 14)
        you = " (you)" if seat == player else ""
        canvas.text(x + 24, 44, name + you, size=17, bold=True, max_width=130)
    canvas.text(canvas.width - 32, 44, status, size=17, fill=INK, anchor="end", max_width=canvas.width - 440)


def fit_board(canvas: Canvas, rows: int, columns: int) -> Frame:
    """The largest board of square fields that leaves room for the heading and the names of rows and columns."""
    left, top, right, bottom = 48, 88, 32, 44
    side = min((canvas.width - left - right) / columns, (canvas.height - top - bottom) / rows)
    spare = canvas.width - left - right - side * columns, canvas.height - top - bottom - side * rows
    return left + spare[0] / 2, top + spare[1] / 2, side


def draw_labels(canvas: Canvas, frame: Frame, numbers: Sequence[int], columns: int) -> None:
    """Letters below the columns, and the numbers of the rows, the top one first, beside them."""
    left, top, side = frame
    size = min(16, 0.4 * side)
    for index, number in enumerate(numbers):
        canvas.text(left - 14, top + side * (index + 0.5), number, size=size, fill=MUTED, anchor="end")
    for column in range(columns):
        x, y = left + side * (column + 0.5), top + side * len(numbers) + 22
        canvas.text(x, y, LETTERS[column], size=size, fill=MUTED, anchor="middle")


def draw_moves(
    canvas: Canvas, moves: Sequence[tuple[str, int]], columns: int, left: float, top: float, height: float, tall: float
) -> None:
    """A button for each of ``moves``, name and action, in alphabetical order: in ``columns`` to the right edge, each
    line ``tall`` pixels or what ``height`` leaves for it."""
    across, down = (canvas.width - left - 20) / columns, min(tall, height / -(-len(moves) // columns))
    for place, (label, action) in enumerate(sorted(moves)):
        x, y = left + across * (place % columns), top + down * (place // columns)
        canvas.button(x, y, across - 5, down - 5, label, action)


def draw_disc(canvas: Canvas, x: float, y: float, radius: float, light: bool) -> None:
    """A disc or stone, light or dark, with an outline that shows on any ground."""
    fill, stroke = ("#fbfbf8", "#5f6b76") if light else (INK, "#0b1015")
    canvas.circle(x, y, radius, fill=fill, stroke=stroke, width=max(1.0, 0.06 * radius))

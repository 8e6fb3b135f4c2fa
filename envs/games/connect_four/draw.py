"""Connect Four as a picture."""

from agora.envs.canvas import HIGHLIGHT, MUTED, PAPER, SEATS, Canvas
from agora.envs.games.boards import draw_heading
from agora.envs.games.connect_four.rules import NONE, World
from agora.envs.games.connect_four.words import winner_of, winning_cells

SIZE = (640, 640)
BOARD = "#3d5a80"
NAMES = ("First", "Second")
MARGIN, TOP, BOTTOM = 40, 84, 60  # pixels around the board


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The board; nothing is hidden. Clicking into a column that is not full drops a stone."""
    width, height = SIZE
    cell = min((width - 2 * MARGIN) / world.columns, (height - TOP - BOTTOM) / world.rows)
    left = (width - cell * world.columns) / 2
    top = TOP + (height - TOP - BOTTOM - cell * world.rows) / 2
    canvas.rectangle(0, 0, width, height, fill=PAPER)
    draw_heading(canvas, NAMES, state, player, _status(world, state), lambda *place: _draw_stone(canvas, *place))
    canvas.rectangle(left - 8, top - 8, cell * world.columns + 16, cell * world.rows + 16, fill=BOARD, radius=14)
    lines = {place for seat in (0, 1) for place in winning_cells(world, state, seat)}
    for column in range(world.columns):
        middle = left + cell * (column + 0.5)
        for row in range(world.rows):
            y = top + cell * (world.rows - row - 0.5)
            _draw_cell(state, row, column, (row, column) in lines, canvas, middle, y, 0.41 * cell)
        size = min(16, 0.5 * cell)
        canvas.text(middle, top + cell * world.rows + 26, column + 1, size=size, fill=MUTED, anchor="middle")
        if not state.over and player in (None, state.to_move) and state.height[column] < world.rows:
            canvas.target(left + cell * column, top, cell, cell * world.rows, column)
    for row in range(world.rows):
        y = top + cell * (world.rows - row - 0.5)
        canvas.text(left - 18, y, row + 1, size=min(16, 0.5 * cell), fill=MUTED, anchor="end")


def _status(world: World, state) -> str:
    winner = winner_of(world, state)
    if winner != NONE:
        return f"{NAMES[winner]} wins"
    return "Draw" if state.over else f"{NAMES[state.to_move]} to move"


def _draw_cell(state, row: int, column: int, in_line: bool, canvas: Canvas, x: float, y: float, radius: float) -> None:
    canvas.circle(x, y, radius, fill=PAPER)
    for seat in (0, 1):
        if state.stones[seat, row, column]:
            _draw_stone(canvas, seat, x, y, radius)
    if in_line:
        canvas.circle(x, y, 1.08 * radius, stroke=HIGHLIGHT, width=0.2 * radius)
    if state.last != NONE and (row, column) == (state.height[state.last] - 1, state.last):
        canvas.circle(x, y, 0.18 * radius, fill=PAPER)


def _draw_stone(canvas: Canvas, seat: int, x: float, y: float, radius: float) -> None:
    """The players differ in more than colour: a cross marks the first, X in words, a ring the second, O."""
    canvas.circle(x, y, 0.97 * radius, fill=SEATS[seat], stroke=PAPER, width=0.06 * radius)
    if seat == 1:
        canvas.circle(x, y, 0.62 * radius, stroke=PAPER, width=0.1 * radius)
    else:
        arm = 0.45 * radius
        for side in (-1, 1):
            canvas.line([(x - arm, y - side * arm), (x + arm, y + side * arm)], stroke=PAPER, width=0.1 * radius)

"""Tic-tac-toe as a picture."""

from agora.envs.canvas import HIGHLIGHT, INK, PAPER, SEATS, Canvas
from agora.envs.games.boards import draw_heading, draw_labels, fit_board
from agora.envs.games.tic_tac_toe.rules import CELLS, SIDE, World
from agora.envs.games.tic_tac_toe.words import MARKS, winner_of, winning_lines

SIZE = (560, 600)


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The board; nothing is hidden. Clicking into a free cell marks it."""
    canvas.rectangle(0, 0, *SIZE, fill=PAPER)
    draw_heading(canvas, MARKS, state, player, _status(world, state), lambda *place: _draw_mark(canvas, *place))
    left, top, side = frame = fit_board(canvas, SIDE, SIDE)
    won = {cell for line in winning_lines(state) for cell in line}
    for cell in range(CELLS):
        x, y = left + side * (cell % SIDE), top + side * (cell // SIDE)
        if cell in won:
            canvas.rectangle(x, y, side, side, fill=HIGHLIGHT)
        _draw_cell(state, player, cell, canvas, x, y, side)
    for index in (1, 2):
        canvas.line([(left + side * index, top), (left + side * index, top + SIDE * side)], stroke=INK, width=4)
        canvas.line([(left, top + side * index), (left + SIDE * side, top + side * index)], stroke=INK, width=4)
    draw_labels(canvas, frame, range(1, SIDE + 1), SIDE)


def _status(world: World, state) -> str:
    winner = winner_of(world, state)
    if winner is not None:
        return f"{MARKS[winner]} wins"
    return "Draw" if state.over else f"{MARKS[state.to_move]} to move"


def _draw_cell(state, player: int | None, cell: int, canvas: Canvas, x: float, y: float, side: float) -> None:
    for seat in (0, 1):
        if state.marks[seat] >> cell & 1:
            _draw_mark(canvas, seat, x + side / 2, y + side / 2, 0.34 * side)
            return
    if not state.over and player in (None, state.to_move):
        canvas.target(x, y, side, side, cell)


def _draw_mark(canvas: Canvas, seat: int, x: float, y: float, radius: float) -> None:
    width = 0.24 * radius
    if seat == 1:
        canvas.circle(x, y, 0.9 * radius, stroke=SEATS[1], width=width)
        return
    arm = 0.8 * radius
    for side in (-1, 1):
        canvas.line([(x - arm, y - side * arm), (x + arm, y + side * arm)], stroke=SEATS[0], width=width)

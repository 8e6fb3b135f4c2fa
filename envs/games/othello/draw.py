"""Othello as a picture."""

from agora.envs.canvas import PAPER, Canvas
from agora.envs.games.boards import draw_disc, draw_heading, draw_labels, fit_board
from agora.envs.games.othello.rules import World
from agora.envs.games.othello.words import NAMES, counts

SIZE = (640, 680)
CLOTH, SEAM, HINT = "#3f8f6b", "#245c43", "#2f7355"


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The board; nothing is hidden. Dots show where the mover can play; clicking there does."""
    canvas.rectangle(0, 0, *SIZE, fill=PAPER)
    names = [f"{name} {count}" for name, count in zip(NAMES, counts(state), strict=True)]
    draw_heading(canvas, names, state, player, _status(state), lambda *place: _draw_piece(canvas, *place))
    left, top, side = frame = fit_board(canvas, world.size, world.size)
    edge = side * world.size
    canvas.rectangle(left, top, edge, edge, fill=CLOTH, stroke=SEAM, width=3)
    for index in range(1, world.size):
        canvas.line([(left + side * index, top), (left + side * index, top + edge)], stroke=SEAM, width=1.5)
        canvas.line([(left, top + side * index), (left + edge, top + side * index)], stroke=SEAM, width=1.5)
    shown = not state.over and player in (None, state.to_move)
    for index in range(world.size**2):
        x, y = left + side * (index % world.size + 0.5), top + side * (index // world.size + 0.5)
        for seat in (0, 1):
            if int(state.discs[seat]) >> index & 1:
                draw_disc(canvas, x, y, 0.41 * side, light=seat == 1)
        if shown and int(state.moves) >> index & 1:
            canvas.circle(x, y, 0.1 * side, fill=HINT)
            canvas.target(x - side / 2, y - side / 2, side, side, index)
    draw_labels(canvas, frame, range(1, world.size + 1), world.size)
    if shown and not state.moves:
        canvas.button(canvas.width / 2 - 60, top + edge / 2 - 22, 120, 44, "Pass", world.size**2)


def _status(state) -> str:
    black, white = counts(state)
    if not state.over:
        return f"{NAMES[state.to_move]} to move"
    return "Draw" if black == white else f"{NAMES[white > black]} wins"


def _draw_piece(canvas: Canvas, seat: int, x: float, y: float, radius: float) -> None:
    draw_disc(canvas, x, y, radius, light=seat == 1)

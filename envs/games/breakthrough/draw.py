"""Breakthrough as a picture."""

from agora.envs.canvas import HIGHLIGHT, INK, PAPER, Canvas
from agora.envs.games.boards import draw_heading, draw_labels, fit_board
from agora.envs.games.breakthrough.rules import World
from agora.envs.games.breakthrough.words import NAMES, ends, moves, winner_of

SIZE = (640, 680)
LIGHT, DARK, RIM = "#eee3cd", "#b99a72", "#6b5334"


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The board; nothing is hidden. Clicking a square moves a piece there, see ``_add_targets``."""
    canvas.rectangle(0, 0, *SIZE, fill=PAPER)
    draw_heading(canvas, NAMES, state, player, _status(world, state), lambda *place: _draw_pawn(canvas, *place))
    left, top, side = frame = fit_board(canvas, world.rows, world.columns)
    far_rows = {None: -1, 0: 0, 1: world.rows - 1}[winner_of(world, state)]
    for row in range(world.rows):
        for column in range(world.columns):
            dark = (world.rows - 1 - row + column) % 2 == 0
            canvas.rectangle(left + side * column, top + side * row, side, side, fill=_ground(dark, row == far_rows))
    canvas.rectangle(left, top, side * world.columns, side * world.rows, stroke=RIM, width=3)
    for index in range(world.rows * world.columns):
        x = left + side * (index % world.columns + 0.5)
        y = top + side * (world.rows - 1 - index // world.columns + 0.5)
        for seat in (0, 1):
            if int(state.pieces[seat]) >> index & 1:
                _draw_pawn(canvas, seat, x, y, 0.38 * side)
    if not state.over and player in (None, state.to_move):
        _add_targets(world, state, canvas, frame)
    draw_labels(canvas, frame, range(world.rows, 0, -1), world.columns)


def _ground(dark: bool, highlighted: bool) -> str:
    if highlighted:
        return "#e5d28f" if dark else HIGHLIGHT
    return DARK if dark else LIGHT


def _status(world: World, state) -> str:
    winner = winner_of(world, state)
    return f"{NAMES[state.to_move]} to move" if winner is None else f"{NAMES[winner]} wins"


def _add_targets(world: World, state, canvas: Canvas, frame: tuple[float, float, float]) -> None:
    """Each square that can be reached is parted among the pieces that can go there, as they stand left to right."""
    left, top, side = frame
    arrivals: dict[int, list[tuple[int, int]]] = {}
    for action in moves(world, state):
        start, goal = ends(world, state.to_move, action)
        arrivals.setdefault(goal, []).append((start, action))
    for goal, sources in arrivals.items():
        x, y = left + side * (goal % world.columns), top + side * (world.rows - 1 - goal // world.columns)
        part = side / len(sources)
        for index, (_, action) in enumerate(sorted(sources)):
            canvas.target(x + part * index, y, part, side, action)


def _draw_pawn(canvas: Canvas, seat: int, x: float, y: float, radius: float) -> None:
    """A pawn: a foot, a body and a head; White's are light and Black's dark."""
    fill, stroke = (("#fdfaf2", "#574a38"), (INK, "#0b1015"))[seat]
    width = max(1.0, 0.07 * radius)
    body = [(-0.3, -0.2), (0.3, -0.2), (0.5, 0.65), (0.7, 0.95), (-0.7, 0.95), (-0.5, 0.65)]
    canvas.polygon([(x + radius * right, y + radius * down) for right, down in body], fill, stroke, width)
    canvas.circle(x, y - 0.45 * radius, 0.44 * radius, fill=fill, stroke=stroke, width=width)

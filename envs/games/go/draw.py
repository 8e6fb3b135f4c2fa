"""Go as a picture."""

from agora.envs.canvas import INK, MUTED, PAPER, Canvas
from agora.envs.games.boards import Frame, draw_disc, draw_heading, fit_board
from agora.envs.games.go.rules import REPETITION, World
from agora.envs.games.go.strings import EMPTY
from agora.envs.games.go.words import LETTERS, NAMES, areas, mask

SIZE = (640, 740)
WOOD, GRAIN = "#e8c382", "#7a5a2a"
LIGHT = "#fbfbf8"


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The board; nothing is hidden. Clicking on a free point puts a stone there; squares show areas once counted."""
    canvas.rectangle(0, 0, *SIZE, fill=PAPER)
    status = _status(world, state)
    draw_heading(
        canvas, NAMES, state, player, status, lambda seat, x, y, radius: draw_disc(canvas, x, y, radius, seat == 1)
    )
    left, top, side = frame = fit_board(canvas, world.size, world.size)
    canvas.rectangle(left, top, side * world.size, side * world.size, fill=WOOD, stroke=GRAIN, width=2, radius=4)
    _draw_lines(world, canvas, frame)
    shown = not state.over and player in (None, state.to_move)
    legal = mask(world, state, int(state.to_move))
    last = state.moves[state.plays - 1] if state.plays else None
    for point in range(world.points):
        x, y = _place(world, frame, point)
        if state.board[point] != EMPTY:
            draw_disc(canvas, x, y, 0.46 * side, light=state.board[point] == 2)
            if point == last:
                mark = INK if state.board[point] == 2 else LIGHT
                canvas.circle(x, y, 0.22 * side, stroke=mark, width=max(1.5, 0.05 * side))
        elif shown and legal[point]:
            canvas.target(x - side / 2, y - side / 2, side, side, point)
        if state.board[point] == EMPTY and state.area[point] in (1, 2):
            _draw_owner(canvas, x, y, 0.15 * side, light=state.area[point] == 2)
    _draw_names(world, canvas, frame)
    if shown:
        canvas.button(canvas.width / 2 - 55, canvas.height - 42, 110, 34, "Pass", world.points)
    elif last == world.points and not state.over:
        canvas.text(canvas.width / 2, canvas.height - 26, "passed", size=16, fill=MUTED, anchor="middle")


def _status(world: World, state) -> str:
    if not state.over:
        passed = state.plays and state.moves[state.plays - 1] == world.points
        return f"{NAMES[1 - state.to_move]} passed" if passed else f"{NAMES[state.to_move]} to move"
    if state.repeated:
        lost = REPETITION[world.repetition] == "loss"
        return f"{NAMES[state.to_move]} wins: repetition" if lost else "Draw: repetition"
    black, white = areas(world, state)
    if black == white:
        return f"Draw, {black:g} each"
    return f"{NAMES[white > black]} wins, {max(black, white):g} : {min(black, white):g}"


def _place(world: World, frame: Frame, point: int) -> tuple[float, float]:
    left, top, side = frame
    row, column = divmod(point, world.size)
    return left + side * (column + 0.5), top + side * (world.size - row - 0.5)


def _draw_lines(world: World, canvas: Canvas, frame: Frame) -> None:
    side, size = frame[2], world.size
    width = max(1.0, 0.025 * side)
    for index in range(size):
        for ends in ((index, index + size * (size - 1)), (index * size, index * size + size - 1)):
            canvas.line([_place(world, frame, point) for point in ends], stroke=GRAIN, width=width)
    for row in _stars(size):
        for column in _stars(size):
            canvas.circle(*_place(world, frame, row * size + column), max(2.0, 0.08 * side), fill=GRAIN)


def _stars(size: int) -> list[int]:
    """The lines that cross in star points: the third or fourth ones, and the middle where there is one."""
    if size < 7:
        return [size // 2] if size % 2 else []
    edge = 2 if size < 13 else 3
    return [edge, size // 2, size - 1 - edge] if size % 2 else [edge, size - 1 - edge]


def _draw_owner(canvas: Canvas, x: float, y: float, half: float, light: bool) -> None:
    fill = LIGHT if light else INK
    canvas.rectangle(x - half, y - half, 2 * half, 2 * half, fill=fill, stroke=GRAIN, width=1)


def _draw_names(world: World, canvas: Canvas, frame: Frame) -> None:
    left, top, side = frame
    size = min(16, 0.4 * side)
    for index in range(world.size):
        x, y = left + side * (index + 0.5), top + side * (index + 0.5)
        canvas.text(left - 14, y, world.size - index, size=size, fill=MUTED, anchor="end")
        canvas.text(x, top + side * world.size + 16, LETTERS[index], size=size, fill=MUTED, anchor="middle")

"""Hex as a picture."""

from math import cos, pi, sin, sqrt

from agora.envs.canvas import INK, MUTED, PAPER, SEATS, Canvas
from agora.envs.games.boards import draw_heading
from agora.envs.games.hex.rules import World
from agora.envs.games.hex.words import NEIGHBOURS, STONES, may_swap, stone, winner_of
from agora.envs.games.squares import LETTERS

SIZE = (860, 620)
NAMES = ("Vertical", "Horizontal")
CELL, SEAM = "#f4efe2", "#8d8371"
TOP, BOTTOM, SIDE = 112, 40, 48  # pixels around the board

Place = tuple[float, float]


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The board, its edges in the colours of those who join them. Nothing is hidden; clicking a cell plays there."""
    width, height = SIZE
    size = world.size
    canvas.rectangle(0, 0, width, height, fill=PAPER)
    draw_heading(canvas, NAMES, state, player, _status(world, state), lambda *place: _draw_stone(canvas, *place))
    radius = min((width - 2 * SIDE) / (sqrt(3) * (1.5 * size - 0.5)), (height - TOP - BOTTOM) / (1.5 * size + 0.5))
    left = (width - sqrt(3) * radius * (1.5 * size - 0.5)) / 2
    top = TOP + (height - TOP - BOTTOM - radius * (1.5 * size + 0.5)) / 2
    places = {
        (row, column): (left + sqrt(3) * radius * (column + 0.5 * row + 0.5), top + radius * (1.5 * row + 1))
        for row in range(size)
        for column in range(size)
    }
    _draw_edges(world, canvas, places, radius)
    winning = _winning(world, state)
    for cell, place in places.items():
        _draw_cell(world, state, player, canvas, cell, place, radius, cell in winning)
    _draw_labels(world, canvas, places, radius)
    if may_swap(world, state) and player in (None, state.to_move):
        canvas.button(width - 152, 92, 120, 40, "Swap", size**2)


def _status(world: World, state) -> str:
    winner = winner_of(world, state)
    return f"{NAMES[state.to_move]} to move" if winner is None else f"{NAMES[winner]} wins"


def _corners(place: Place, radius: float) -> list[Place]:
    """The six corners of a hexagon that stands on one, clockwise from the top."""
    x, y = place
    return [(x + radius * sin(pi / 3 * corner), y - radius * cos(pi / 3 * corner)) for corner in range(6)]


def _draw_edges(world: World, canvas: Canvas, places: dict[tuple[int, int], Place], radius: float) -> None:
    """Thick lines along the outer sides: those of the first player above and below, of the second beside."""
    last = world.size - 1
    for (row, column), place in places.items():
        corners = _corners(place, radius)
        sides = []
        if row == 0:
            sides.append((0, corners[5], corners[0], corners[1]))
        if row == last:
            sides.append((0, corners[2], corners[3], corners[4]))
        if column == 0:
            sides.append((1, corners[3], corners[4], corners[5]))
        if column == last:
            sides.append((1, corners[0], corners[1], corners[2]))
        for seat, *line in sides:
            canvas.line(line, stroke=SEATS[seat], width=0.42 * radius)


def _draw_cell(
    world: World,
    state,
    player: int | None,
    canvas: Canvas,
    cell: tuple[int, int],
    place: Place,
    radius: float,
    won: bool,
) -> None:
    canvas.polygon(_corners(place, radius), fill=CELL, stroke=SEAM, width=1)
    found = stone(state, *cell)
    if found != ".":
        _draw_stone(canvas, STONES.index(found), *place, 0.68 * radius)
        if won:
            canvas.circle(*place, 0.76 * radius, stroke=INK, width=0.14 * radius)
    elif not state.over and player in (None, state.to_move):
        half = 0.75 * radius
        canvas.target(place[0] - half, place[1] - half, 2 * half, 2 * half, cell[0] * world.size + cell[1])


def _draw_stone(canvas: Canvas, seat: int, x: float, y: float, radius: float) -> None:
    """The players differ in more than colour: a bar shows the way in which each joins its edges."""
    canvas.circle(x, y, radius, fill=SEATS[seat], stroke=PAPER, width=0.08 * radius)
    along, across = (0.0, 0.5 * radius) if seat == 0 else (0.5 * radius, 0.0)
    canvas.line([(x - along, y - across), (x + along, y + across)], stroke=PAPER, width=0.2 * radius)


def _draw_labels(world: World, canvas: Canvas, places: dict[tuple[int, int], Place], radius: float) -> None:
    size = min(15, 0.7 * radius)
    for index in range(world.size):
        x, y = places[0, index]
        canvas.text(x - 0.5 * radius, y - 1.05 * radius - size, LETTERS[index], size=size, fill=MUTED, anchor="middle")
        x, y = places[index, 0]
        canvas.text(x - 1.35 * radius, y + 0.3 * radius, index + 1, size=size, fill=MUTED, anchor="end")


def _winning(world: World, state) -> set[tuple[int, int]]:
    """The cells of a shortest chain that joins the winner's edges; none before the end."""
    winner = winner_of(world, state)
    if winner is None:
        return set()
    own = {
        (row, column)
        for row in range(world.size)
        for column in range(world.size)
        if stone(state, row, column) == STONES[winner]
    }
    paths = {cell: [cell] for cell in sorted(own) if cell[winner] == 0}
    waiting = list(paths)
    for cell in waiting:  # grows while it is gone through: breadth first
        if cell[winner] == world.size - 1:
            return set(paths[cell])
        for down, right in NEIGHBOURS:
            near = (cell[0] + down, cell[1] + right)
            if near in own and near not in paths:
                paths[near] = [*paths[cell], near]
                waiting.append(near)
    return set()

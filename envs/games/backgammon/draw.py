"""Backgammon as a picture: the first player's home is at the lower right, the second's at the upper right."""

import numpy as np

from agora.envs.canvas import INK, MUTED, PAPER, SEATS, Canvas
from agora.envs.games.backgammon.rules import BAR, NONE, OFF, World
from agora.envs.games.backgammon.words import dice_left, mask, name, pips, worth_of
from agora.envs.games.boards import draw_heading
from agora.envs.games.dice import draw_die

SIZE = (800, 700)
NAMES = ("First", "Second")
LEFT, TOP, FIELD, HEIGHT = 40, 108, 48, 440  # the board; a point is FIELD wide
RADIUS, STACK = 20, 5  # of a checker; so many are drawn on one point, then they are numbered
BAR_WIDTH, TRAY = 48, 60
WOOD, FELT_DARK, TIP_LIGHT, TIP_DARK = "#6b4a2f", "#e6ddcd", "#c9a877", "#8f6b47"


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The board; nothing is hidden. Points are numbered as ``player``, else as the mover, moves; buttons are moves."""
    canvas.rectangle(0, 0, *SIZE, fill=PAPER)
    names = [f"{NAMES[seat]} {pips(state, seat)}" for seat in (0, 1)]
    draw_heading(canvas, names, state, player, _status(world, state), lambda *place: _draw_checker(canvas, *place))
    _draw_board(canvas)
    _draw_numbers(canvas, max(0, int(state.to_move)) if player is None else player)
    for point in range(1, BAR):
        for seat, number in enumerate((state.checkers[0, point], state.checkers[1, BAR - point])):
            _draw_stack(canvas, seat, _middle(point), point <= 12, number)
    bar = LEFT + 6 * FIELD + BAR_WIDTH / 2
    tray = LEFT + 12 * FIELD + BAR_WIDTH + TRAY / 2 + 6
    for seat in (0, 1):
        _draw_stack(canvas, seat, bar, seat == 1, state.checkers[seat, BAR], inward=True)
        _draw_off(canvas, seat, tray, state.checkers[seat, OFF])
    _draw_dice(state, canvas)
    if not state.over and state.to_move >= 0 and player in (None, state.to_move):
        _draw_moves(world, state, canvas)


def _status(world: World, state) -> str:
    if state.over:
        value = worth_of(world, state)
        return f"{NAMES[state.turn]} wins {value} point{'s' if value > 1 else ''}"
    if state.turn == NONE:
        return "Opening roll"
    return f"{NAMES[state.turn]} " + ("to move" if state.to_move >= 0 else "to roll")


def _middle(point: int) -> float:
    """The x of a point, by the first player's numbers."""
    place = 12 - point if point <= 12 else point - 13
    return LEFT + FIELD * (place + 0.5) + (BAR_WIDTH if place >= 6 else 0)


def _draw_board(canvas: Canvas) -> None:
    width = 12 * FIELD + BAR_WIDTH
    canvas.rectangle(LEFT - 10, TOP - 10, width + TRAY + 32, HEIGHT + 20, fill=WOOD, radius=8)
    for start in (LEFT, LEFT + 6 * FIELD + BAR_WIDTH):
        canvas.rectangle(start, TOP, 6 * FIELD, HEIGHT, fill=FELT_DARK)
    canvas.rectangle(LEFT + width + 6, TOP, TRAY, HEIGHT, fill="#57391f", radius=4)
    for point in range(1, BAR):
        x, low = _middle(point), point <= 12
        base, tip = (TOP + HEIGHT, TOP + HEIGHT - 190) if low else (TOP, TOP + 190)
        fill = TIP_DARK if point % 2 else TIP_LIGHT
        canvas.polygon([(x - FIELD / 2 + 2, base), (x, tip), (x + FIELD / 2 - 2, base)], fill=fill)


def _draw_numbers(canvas: Canvas, seat: int) -> None:
    for point in range(1, BAR):
        y = TOP + HEIGHT + 24 if point <= 12 else TOP - 22
        number = point if seat == 0 else BAR - point
        canvas.text(_middle(point), y, number, size=13, fill=MUTED, anchor="middle")


def _draw_checker(canvas: Canvas, seat: int, x: float, y: float, radius: float) -> None:
    """The first player's have a cross, the second's a ring, so that they differ in more than colour."""
    canvas.circle(x, y, radius, fill=SEATS[seat], stroke=PAPER, width=1.5)
    if seat == 1:
        canvas.circle(x, y, 0.55 * radius, stroke=PAPER, width=0.12 * radius)
        return
    arm = 0.38 * radius
    for side in (-1, 1):
        canvas.line([(x - arm, y - side * arm), (x + arm, y + side * arm)], stroke=PAPER, width=0.12 * radius)


def _draw_stack(canvas: Canvas, seat: int, x: float, low: bool, number: int, inward: bool = False) -> None:
    """Checkers from the edge of the board inwards, or from its middle outwards; ``low`` is the lower half."""
    for index in range(min(int(number), STACK)):
        depth = RADIUS + 2 * RADIUS * index + 1
        y: float = TOP + HEIGHT - depth if low else TOP + depth
        if inward:
            y = TOP + HEIGHT / 2 + (depth + 22 if low else -depth - 22)
        _draw_checker(canvas, seat, x, y, RADIUS - 1)
        if index == STACK - 1 and number > STACK:
            canvas.circle(x, y, 0.66 * RADIUS, fill=PAPER)
            canvas.text(x, y, number, size=15, fill=INK, anchor="middle", bold=True)


def _draw_off(canvas: Canvas, seat: int, x: float, number: int) -> None:
    """Checkers that are off lie on edge in the tray."""
    for index in range(int(number)):
        y = TOP + HEIGHT - 14 * (index + 1) if seat == 0 else TOP + 14 * index + 2
        canvas.rectangle(x - TRAY / 2 + 8, y, TRAY - 16, 12, fill=SEATS[seat], stroke=PAPER, width=1, radius=3)


def _draw_dice(state, canvas: Canvas) -> None:
    """The dice of the turn; those already played are pale. The first player's lie on the right, the second's left."""
    if state.dice[0] == 0:
        return
    whole = [int(state.dice[0])] * 4 if state.dice[0] == state.dice[1] else [int(die) for die in state.dice]
    left = dice_left(state)
    start = _middle(4) if state.turn == 0 else _middle(10)
    for index, die in enumerate(whole):
        fresh = die in left
        if fresh:
            left.remove(die)
        x = start + 44 * (index - (len(whole) - 1) / 2) + FIELD / 2
        paper, ink = (PAPER, INK) if fresh else (FELT_DARK, MUTED)
        draw_die(canvas, x, TOP + HEIGHT / 2, 34, die, paper=paper, ink=ink)


def _draw_moves(world: World, state, canvas: Canvas) -> None:
    mover = int(state.to_move)
    for index, action in enumerate(np.flatnonzero(mask(world, state, mover))):
        column, row = index % 9, index // 9
        label = name(world, state, mover, int(action))
        canvas.button(LEFT - 10 + 81 * column, TOP + HEIGHT + 48 + 36 * row, 75, 30, label, int(action))

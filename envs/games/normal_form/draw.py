"""A normal-form game as a picture: the table of payoffs, the last outcome, past choices."""

from agora.envs.canvas import ACCENT, HIGHLIGHT, INK, LINE, MUTED, PANEL, PAPER, SEATS, Canvas
from agora.envs.games.normal_form.rules import NONE, World
from agora.envs.games.normal_form.words import action_name, action_names, payoffs_of, progress, title

SIZE = (720, 640)
LEFT, RIGHT, TOP = 150, 690, 140  # where the cells of the table begin and end
SHOWN = 14  # past rounds in the strip
NAMED_CELL = 26  # pixels from which a cell has its numbers written


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The table; nothing is hidden. Buttons choose an action of ``player``."""
    width, height = SIZE
    canvas.rectangle(0, 0, width, height, fill=PAPER)
    canvas.text(30, 34, title(world), size=22, bold=True)
    canvas.text(width - 30, 34, progress(world, state), size=16, fill=MUTED, anchor="end")
    strip = 34 * min(world.players, 4) if world.rounds > 1 else 0
    buttons = _draw_buttons(world, state, player, canvas, height - 20)
    _draw_table(world, state, player, canvas, buttons - strip - 34)
    if strip:
        _draw_strip(world, state, canvas, buttons - strip - 4)


def _seat_name(seat: int, player: int | None) -> str:
    return f"Player {seat + 1}" + (" (you)" if seat == player else "")


def _others(world: World, state) -> list[int]:
    """What the players after the second are shown to choose: as in the latest round, at first their first action."""
    latest = state.history[0]
    return [max(int(latest[seat]), 0) for seat in range(2, world.players)]


def _draw_table(world: World, state, player: int | None, canvas: Canvas, bottom: float) -> None:
    rows, columns = action_names(world, 0), action_names(world, 1)
    wide = min((RIGHT - LEFT) / len(columns), 250)
    tall = min((bottom - TOP) / len(rows), 170)
    others = _others(world, state)
    canvas.text(30, 74, _seat_name(0, player) + " chooses the row,", size=15, fill=SEATS[0], bold=True)
    canvas.text(330, 74, _seat_name(1, player) + " the column", size=15, fill=SEATS[1], bold=True)
    if others:
        fixed = ", ".join(f"player {seat + 3}: {action_name(world, seat + 2, c)}" for seat, c in enumerate(others))
        canvas.text(30, 98, f"Payoffs of all when {fixed}", size=14, fill=MUTED, max_width=SIZE[0] - 60)
    for column, name in enumerate(columns):
        x = LEFT + wide * (column + 0.5)
        canvas.text(x, TOP - 16, name, size=16, fill=SEATS[1], anchor="middle", bold=True, max_width=wide - 2)
    for row, name in enumerate(rows):
        y = TOP + tall * (row + 0.5)
        canvas.text(LEFT - 12, y, name, min(16, tall), SEATS[0], "end", bold=True, max_width=LEFT - 40)
        for column in range(len(columns)):
            latest = (row, column) == (state.history[0, 0], state.history[0, 1])
            earned = payoffs_of(world, state, [row, column, *others])
            _draw_cell(canvas, LEFT + wide * column, TOP + tall * row, wide, tall, earned, latest)


def _draw_cell(canvas: Canvas, x: float, y: float, wide: float, tall: float, earned, latest: bool) -> None:
    """One outcome. Two players: the row's payoff low on the left, the column's high on the right, as is the custom."""
    canvas.rectangle(x, y, wide, tall, fill=HIGHLIGHT if latest else PANEL, stroke=LINE, width=1.5)
    if tall < NAMED_CELL or wide < NAMED_CELL:
        return
    if len(earned) > 2:
        everybody = ", ".join(f"{number:.4g}" for number in earned)
        canvas.text(x + wide / 2, y + tall / 2, everybody, 18, INK, "middle", bold=latest, max_width=wide - 10)
        return
    canvas.line([(x, y), (x + wide, y + tall)], stroke=LINE)
    for seat, across, down in ((0, 0.27, 0.72), (1, 0.73, 0.28)):
        size = min(24, 0.36 * tall)
        number = f"{earned[seat]:.3g}"
        canvas.text(
            x + across * wide, y + down * tall, number, size, SEATS[seat], "middle", bold=latest, max_width=0.46 * wide
        )


def _draw_strip(world: World, state, canvas: Canvas, top: float) -> None:
    """The choices of past rounds, a line for each of the first four players, the latest on the right."""
    played = min(world.memory, state.played, SHOWN)
    wide = min(90, (RIGHT - LEFT) / SHOWN if played > 6 else 90)
    for seat in range(min(world.players, 4)):
        y = top + 34 * seat
        canvas.text(LEFT - 12, y + 14, f"Player {seat + 1}", size=14, fill=SEATS[seat], anchor="end", bold=True)
        if not played and seat == 0:
            canvas.text(LEFT, y + 14, "no round is over yet", size=14, fill=MUTED)
        for past in range(played):
            choice = int(state.history[past, seat])
            x = LEFT + wide * (played - 1 - past)
            canvas.rectangle(x, y, wide - 4, 28, fill=PAPER, stroke=SEATS[seat], width=1.5, radius=6)
            name = action_name(world, seat, choice)
            label = name if wide > 60 or choice == NONE else name[:2]
            canvas.text(x + wide / 2 - 2, y + 14, label, 13, INK, "middle", max_width=wide - 10)


def _draw_buttons(world: World, state, player: int | None, canvas: Canvas, bottom: float) -> float:
    """A button for each action of ``player``, in as many lines as it takes; returns where they begin."""
    if player is None or state.over:
        return bottom
    names = action_names(world, player)
    each = min(len(names), 6 if len(names) <= 6 else 12)
    lines = -(-len(names) // each)
    wide = min(170.0, (SIZE[0] - 60) / each)
    for action, name in enumerate(names):
        x = 30 + wide * (action % each)
        canvas.button(x, bottom - 42 * (lines - action // each), wide - 8, 36, name, action)
    canvas.line([(30, bottom - 42 * lines - 12), (SIZE[0] - 30, bottom - 42 * lines - 12)], stroke=ACCENT, width=1)
    return bottom - 42 * lines - 22

"""Colonel Blotto as a picture: a column for each field, a stack of coins for each player."""

import math

from agora.envs.canvas import HIGHLIGHT, INK, LINE, MUTED, PAPER, SEATS, Canvas
from agora.envs.games.blotto.rules import NONE, World
from agora.envs.games.blotto.words import field_winner, name, rules_line, status

SIZE = (760, 480)
FEW = 130  # divisions that there is room for buttons for
LEFT, RIGHT, TOP, BOTTOM = 28, 732, 96, 372


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The fields; everybody's coins lie on them once all have decided."""
    width, height = SIZE
    canvas.table(0, 0, width, height)
    canvas.text(LEFT, 34, "Colonel Blotto", size=22, bold=True)
    canvas.text(LEFT, 62, rules_line(world), size=14, fill=MUTED, max_width=width - 2 * LEFT)
    if player is not None and not state.over and len(world.divisions) <= FEW:
        _draw_choices(world, state, player, canvas)
    else:
        wide = (RIGHT - LEFT) / world.fields
        for place in range(world.fields):
            _draw_field(world, state, canvas, place, LEFT + wide * place + 5, wide - 10)
    step = (RIGHT - LEFT) / world.players
    for seat in range(world.players):
        x, you = LEFT + step * seat, " (you)" if seat == player else ""
        canvas.circle(x + 7, BOTTOM + 38, 6, fill=SEATS[seat % len(SEATS)])
        canvas.text(x + 20, BOTTOM + 38, f"player {seat + 1}{you}", size=15, bold=seat == player, max_width=step - 24)
    canvas.text(LEFT, height - 34, status(world, state), size=16, bold=True)


def _draw_choices(world: World, state, player: int, canvas: Canvas) -> None:
    """A button for each division."""
    columns = max(6, math.ceil(math.sqrt(2 * len(world.divisions))))
    wide = (RIGHT - LEFT) / columns
    tall = min(44, (BOTTOM - TOP) / math.ceil(len(world.divisions) / columns))
    for action in range(len(world.divisions)):
        row, column = divmod(action, columns)
        box = (LEFT + wide * column + 2, TOP + tall * row + 2, wide - 4, tall - 4)
        canvas.button(*box, name(world, state, player, action), action)


def _draw_field(world: World, state, canvas: Canvas, place: int, x: float, w: float) -> None:
    decided = state.division[0] != NONE
    winner = field_winner(world, state, place) if decided else NONE
    outline = LINE if winner == NONE else SEATS[winner % len(SEATS)]
    canvas.rectangle(x, TOP, w, BOTTOM - TOP, fill=PAPER, stroke=outline, width=1.5 if winner == NONE else 3, radius=10)
    canvas.text(x + w / 2, BOTTOM - 16, f"field {place + 1}", size=14, fill=MUTED, anchor="middle", max_width=w - 6)
    if not decided:
        canvas.text(x + w / 2, (TOP + BOTTOM) / 2, "?", size=40, fill=LINE, anchor="middle", bold=True)
        return
    step = (w - 12) / world.players
    for seat in range(world.players):
        coins = int(world.divisions[state.division[seat], place])
        _draw_stack(world, canvas, seat, coins, x + 6 + step * (seat + 0.5), min(56, 0.8 * step), seat == winner)


def _draw_stack(world: World, canvas: Canvas, seat: int, coins: int, middle: float, w: float, wins: bool) -> None:
    """Coins on top of each other, with their number above."""
    tall = min(18, (BOTTOM - TOP - 76) / world.coins)
    y = BOTTOM - 34
    for coin in range(coins):
        thick = 1 if tall >= 5 else 0
        canvas.rectangle(
            middle - w / 2,
            y - tall * (coin + 1),
            w,
            tall - thick,
            fill=SEATS[seat % len(SEATS)],
            radius=min(4, tall / 3),
        )
    label_y = y - tall * coins - 14
    if wins:
        canvas.circle(middle, label_y, min(15, w / 2), fill=HIGHLIGHT)
    canvas.text(middle, label_y, coins, size=min(16, 0.6 * w), fill=INK, anchor="middle", bold=wins)

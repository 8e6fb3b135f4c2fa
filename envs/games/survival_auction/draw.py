"""The survival auction as a picture: how the residents are, and what they bid."""

import numpy as np

from agora.envs.canvas import ACCENT, HIGHLIGHT, INK, LINE, MUTED, PANEL, PAPER, SEATS, Canvas
from agora.envs.games.survival_auction.rules import NONE, World
from agora.envs.games.survival_auction.words import drinkers, status

SIZE = (900, 660)
WATER, BLOOD = SEATS[5], SEATS[1]
ROWS_TOP, TABLE = 100, 240  # where the rows of residents begin
LEFT, RIGHT = 30, 870
SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)  # of the money, on buttons
DAYS = 10  # past days shown


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """Nothing is hidden. Buttons bid a share of the money of ``player``."""
    width, height = SIZE
    canvas.rectangle(0, 0, width, height, fill=PAPER)
    canvas.text(LEFT, 34, "Survival auction", size=22, bold=True)
    supply = f"water for {world.supply} of {world.residents} a day, salary {world.salary}"
    canvas.text(RIGHT, 34, supply, size=15, fill=MUTED, anchor="end")
    canvas.text(LEFT, 62, status(world, state), size=15)
    tall = min(88, 490 / world.residents)
    _draw_heads(state, canvas)
    for seat in range(world.residents):
        _draw_resident(world, state, seat, seat == player, canvas, ROWS_TOP + tall * seat, tall - 6)
    if player is not None and not state.over:
        _draw_buttons(state, player, canvas)


def _draw_heads(state, canvas: Canvas) -> None:
    for x, name in ((LEFT + 128, "health"), (LEFT + 278, "money"), (LEFT + 348, "dry")):
        canvas.text(x, ROWS_TOP - 14, name, size=13, fill=MUTED)
    for column, day in enumerate(_days(state)):
        middle = LEFT + 408 + 43 * (column + 0.5)
        canvas.text(middle, ROWS_TOP - 14, f"day {day + 1}", size=11, fill=MUTED, anchor="middle")


def _days(state) -> range:
    """The past days that are shown."""
    return range(max(0, state.played - DAYS), state.played)


def _draw_resident(world: World, state, seat: int, own: bool, canvas: Canvas, y: float, tall: float) -> None:
    """A row: name, health as a bar, money, dry days, and past bids, those that got water on blue."""
    alive = state.health[seat] > 0
    middle = y + tall / 2
    canvas.rectangle(LEFT - 10, y, RIGHT - LEFT + 20, tall, fill=HIGHLIGHT if own else PANEL, radius=10)
    colour = SEATS[seat % 7] if alive else MUTED
    canvas.circle(LEFT + 12, middle, 9, fill=colour if alive else PAPER, stroke=colour, width=2)
    canvas.text(
        LEFT + 28, middle, f"Resident {seat + 1}", size=15, fill=INK if alive else MUTED, bold=own, max_width=96
    )
    _draw_health(world, state, seat, canvas, LEFT + 128, middle)
    if alive:
        canvas.text(LEFT + 278, middle, state.money[seat], size=17, bold=True, max_width=62)
        canvas.text(LEFT + 352, middle, state.dry[seat], size=16, fill=BLOOD if state.dry[seat] else INK)
    for column, day in enumerate(_days(state)):
        bid = int(state.bids[day, seat])
        x = LEFT + 408 + 43 * column
        if bid == NONE:
            continue
        won = seat in drinkers(world, state, day)
        canvas.rectangle(x + 1, middle - 14, 41, 28, fill=WATER if won else PAPER, stroke=LINE, radius=6)
        canvas.text(x + 21.5, middle, bid, size=14, anchor="middle", bold=won, max_width=37)


def _draw_health(world: World, state, seat: int, canvas: Canvas, x: float, y: float) -> None:
    wide, share = 110, state.health[seat] / world.max_health
    canvas.rectangle(x, y - 9, wide, 18, fill=PAPER, stroke=LINE, radius=5)
    if state.health[seat] == 0:
        canvas.text(x + wide / 2, y, f"died on day {state.lived[seat] + 1}", 13, MUTED, "middle", max_width=wide - 8)
        return
    canvas.rectangle(x, y - 9, wide * share, 18, fill=ACCENT if share > 0.3 else BLOOD, radius=5)
    canvas.text(x + wide + 8, y, state.health[seat], size=15, bold=True)


def _draw_buttons(state, player: int, canvas: Canvas) -> None:
    money = int(state.money[player])
    top = SIZE[1] - 52
    bids = np.unique([round(share * money) for share in SHARES]).tolist()
    for column, bid in enumerate(bids):
        canvas.button(LEFT + 140 * column, top, 130, 38, f"bid {bid}", bid)

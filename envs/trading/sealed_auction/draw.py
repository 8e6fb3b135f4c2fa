"""A sealed-bid auction as a picture: values and bids as columns."""

import numpy as np

from agora.envs.canvas import INK, LINE, MUTED, PANEL, PAPER, SEATS, Canvas
from agora.envs.trading.sealed_auction.rules import UNKNOWN, World
from agora.envs.trading.sealed_auction.words import PAYS, TITLES, advice, distribution_name, outcome, reserve_rule

SIZE = (900, 500)
VALUE, BID = SEATS[5], SEATS[1]
TOP, BOTTOM = 165, 385  # where 1 and 0 lie


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The auction as ``player`` sees it; ``None`` is a spectator, who sees all values and the last bids."""
    width, height = SIZE
    canvas.rectangle(0, 0, width, height, fill=PAPER)
    canvas.text(28, 32, TITLES[world.format], size=22, bold=True)
    rules = f"{PAYS[world.format][0].upper()}{PAYS[world.format][1:]}.{reserve_rule(world)} {advice(world)}"
    canvas.text(28, 62, rules, size=14, fill=MUTED, max_width=width - 56)
    canvas.text(28, 84, f"Values come from {distribution_name(world)}.", size=14, fill=MUTED)
    middle = width / 2
    before = f"Round {state.played} of {world.rounds}: {outcome(state)}" if state.played else "No round is over yet"
    draw_panel(world, canvas, 20, before, seen(state.last_value, player), seen(state.last_bid, player))
    now = "The auction is over" if state.over else f"Round {state.played + 1} of {world.rounds} is open"
    hidden = np.full(world.bidders, UNKNOWN)
    draw_panel(world, canvas, middle + 10, now, hidden if state.over else seen(state.value, player), hidden)
    canvas.rectangle(28, height - 66, 14, 14, fill=VALUE)
    canvas.text(48, height - 59, "value", size=14)
    canvas.rectangle(110, height - 66, 14, 14, fill=BID)
    canvas.text(130, height - 59, "bid (share of the highest possible value)", size=14)
    if not state.over and player is not None:
        draw_bids(canvas, float(state.value[player]))


def seen(numbers: np.ndarray, player: int | None) -> np.ndarray:
    """``numbers`` (P,) with those that ``player`` does not see UNKNOWN: the current and last ones of the others."""
    if player is None:
        return numbers
    return np.where(np.arange(len(numbers)) == player, numbers, UNKNOWN)


def draw_panel(world: World, canvas: Canvas, x: float, title: str, values: np.ndarray, bids: np.ndarray) -> None:
    """A column for each bidder's value and bid; what is not seen is a question mark."""
    w = SIZE[0] / 2 - 30
    canvas.rectangle(x, 104, w, 318, fill=PANEL, radius=10)
    canvas.text(x + 14, 124, title, size=15, bold=True, max_width=w - 28)
    for mark in (0.0, 0.5, 1.0):
        level = BOTTOM - (BOTTOM - TOP) * mark
        canvas.line([(x + 38, level), (x + w - 10, level)], stroke=LINE)
        canvas.text(x + 32, level, f"{mark:g}", size=12, fill=MUTED, anchor="end")
    step = (w - 56) / world.bidders
    for seat in range(world.bidders):
        centre = x + 44 + step * (seat + 0.5)
        canvas.text(centre, BOTTOM + 20, f"bidder {seat + 1}" if world.bidders < 6 else seat + 1, 13, INK, "middle")
        if values[seat] == UNKNOWN and bids[seat] == UNKNOWN:
            canvas.text(centre, BOTTOM - 16, "?", size=18, fill=MUTED, anchor="middle")
        draw_column(canvas, centre - step * 0.32, step * 0.3, values[seat], VALUE)
        draw_column(canvas, centre + step * 0.02, step * 0.3, bids[seat], BID)
    if world.reserve > 0:
        level = BOTTOM - (BOTTOM - TOP) * world.reserve
        canvas.line([(x + 38, level), (x + w - 10, level)], stroke=INK, width=1.5, dash=(6, 4))
        canvas.text(x + w - 12, level - 10, "reserve", size=12, anchor="end")


def draw_column(canvas: Canvas, x: float, w: float, number: float, fill: str) -> None:
    if number == UNKNOWN:
        return
    tall = max((BOTTOM - TOP) * float(number), 1.0)
    canvas.rectangle(x, BOTTOM - tall, w, tall, fill=fill)
    if w >= 24:
        canvas.text(x + w / 2, BOTTOM - tall - 9, f"{number:.2f}", size=12, anchor="middle")


def draw_bids(canvas: Canvas, value: float) -> None:
    """Buttons that bid a share of the own value."""
    for column, share in enumerate((0.25, 0.5, 0.75, 0.9, 1.0)):
        bid = np.array([share * value], np.float32)
        canvas.button(SIZE[0] - 590 + 116 * column + 10, SIZE[1] - 46, 106, 36, f"bid {bid[0]:.3f}", bid)

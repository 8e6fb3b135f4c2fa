"""Alternating offers as a picture."""

import math

from agora.envs.canvas import INK, MUTED, PAPER, SEATS, Canvas
from agora.envs.negotiation.alternating_offers.rules import ACCEPT, GOING, OFFER, REJECT, World
from agora.envs.negotiation.alternating_offers.words import ENDINGS, prospects, share
from agora.envs.palette import GRID, LINE

SIZE = (720, 440)
_PIE = (170, 195, 120)  # centre and radius
_SHOWN = 11  # buttons for offers that fit


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The standing offer as a pie, and what the pie is still worth; nothing is hidden from anybody."""
    canvas.table(0, 0, *SIZE)
    canvas.text(_PIE[0], 44, heading(world, state), size=17, anchor="middle", bold=True)
    pie(state, canvas)
    caption(world, state, canvas)
    standings(world, state, player, canvas)
    if state.outcome == GOING:
        buttons(world, state, canvas)


def heading(world: World, state) -> str:
    limit = f" of {world.horizon}" if world.horizon else ""
    return f"Period {max(state.made, 1)}{limit}"


def pie(state, canvas: Canvas) -> None:
    """Each player's part of the pie in its colour; grey before the first offer."""
    x, y, radius = _PIE
    if not state.made:
        canvas.circle(x, y, radius, fill=GRID, stroke=LINE, width=2)
        canvas.text(x, y, "no offer yet", size=16, fill=MUTED, anchor="middle")
        return
    answerer = state.made % 2
    part = float(state.offer)
    canvas.circle(x, y, radius, fill=SEATS[1 - answerer])
    if part >= 1:
        canvas.circle(x, y, radius, fill=SEATS[answerer])
    elif part > 0:
        canvas.polygon([(x, y), *arc(0, part)], fill=SEATS[answerer])
    if 0 < part < 1:
        for turn in (0.0, part):
            canvas.line([(x, y), arc(turn, turn)[0]], stroke=PAPER, width=3)
    for seat, begin, size in ((answerer, 0.0, part), (1 - answerer, part, 1 - part)):
        if size >= 0.16:
            label(seat, begin, size, canvas)


def arc(begin: float, end: float) -> list[tuple[float, float]]:
    """Points on the rim from one share to another, clockwise from the top."""
    x, y, radius = _PIE
    steps = max(1, math.ceil(90 * (end - begin)))
    angles = [2 * math.pi * (begin + (end - begin) * step / steps) for step in range(steps + 1)]
    return [(x + radius * math.sin(angle), y - radius * math.cos(angle)) for angle in angles]


def label(seat: int, begin: float, size: float, canvas: Canvas) -> None:
    """The share in the middle of its slice."""
    x, y, _ = _PIE
    rim_x, rim_y = arc(begin + size / 2, begin + size / 2)[0]
    far = 0.62 if size < 1 else 0.0
    canvas.text(
        x + far * (rim_x - x),
        y + far * (rim_y - y),
        f"{100 * size:.3g} %",
        18,
        PAPER,
        "middle",
        bold=True,
        max_width=90,
    )


def caption(world: World, state, canvas: Canvas) -> None:
    """Who has offered what, and how the game ended."""
    x, y, radius = _PIE
    if state.made:
        author = (state.made - 1) % 2
        text = f"player {author + 1} offers {share(world, state.offer)} to player {2 - author}"
        canvas.text(x, y + radius + 26, text, size=14, anchor="middle", max_width=300)
    if state.outcome != GOING:
        canvas.text(x, y + radius + 50, ENDINGS[int(state.outcome)], 14, INK, "middle", bold=True, max_width=320)


def standings(world: World, state, player: int | None, canvas: Canvas) -> None:
    """A bar per player: what the whole pie is worth to it, and within it what the standing offer would give."""
    left, width = 350, 330
    for seat in (0, 1):
        y = 64 + 92 * seat
        whose = " (you)" if seat == player else ""
        moves = ", to move" if state.outcome == GOING and state.to_move == seat else ""
        canvas.text(left, y, f"Player {seat + 1}{whose}{moves}", size=16, fill=SEATS[seat], bold=True)
        part = 0.0
        if state.made:
            part = float(state.offer if seat == state.made % 2 else 1 - state.offer)
        worth = float(state.pie[seat])
        canvas.rectangle(left, y + 16, width, 24, fill=PAPER, stroke=LINE)
        canvas.rectangle(left, y + 16, width * worth, 24, fill=LINE)
        canvas.rectangle(left, y + 16, width * worth * part, 24, fill=SEATS[seat])
        text = f"pie worth {worth:.3g}" + (f", the offer {worth * part:.3g}" if state.made else "")
        canvas.text(left, y + 56, text, size=14, fill=MUTED)
    canvas.text(left, 244, "0", size=12, fill=MUTED)
    canvas.text(left + width, 244, "1 (the pie at the start)", size=12, fill=MUTED, anchor="end")
    canvas.line([(left, 234), (left + width, 234)], stroke=MUTED)
    for tick in range(6):
        canvas.line([(left + width * tick / 5, 234), (left + width * tick / 5, 238)], stroke=MUTED)
    canvas.paragraph(left, 276, prospects(world), width, size=13, fill=MUTED)


def buttons(world: World, state, canvas: Canvas) -> None:
    """Accept, reject, and offers from nothing to everything: all of them, or as many as fit."""
    last = world.horizon > 0 and state.made == world.horizon
    if state.made:
        canvas.button(24, 396, 76, 30, "accept", ACCEPT if world.bins else (0.0, 0.0))
    if last:
        canvas.button(108, 396, 76, 30, "reject", REJECT if world.bins else (0.0, 1.0))
        return
    pieces = world.bins or 10
    count = min(pieces + 1, _SHOWN)
    canvas.text(112, 411, "offer", size=14, fill=INK)
    for place in range(count):
        offered = round(place * pieces / (count - 1))
        action = OFFER + offered if world.bins else (offered / pieces, 1.0)
        canvas.button(158 + 49 * place, 396, 44, 30, offered if world.bins else f"{offered / pieces:g}", action)

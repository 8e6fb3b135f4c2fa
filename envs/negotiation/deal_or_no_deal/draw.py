"""Deal or No Deal as a picture."""

from agora.envs.canvas import INK, MUTED, PAPER, SEATS, Canvas
from agora.envs.negotiation.deal_or_no_deal.rules import ACCEPT, GOING, ITEMS, RADIX, WALK, World
from agora.envs.negotiation.deal_or_no_deal.words import ENDINGS, NAMES, division, speaker, worth
from agora.envs.palette import LINE, PANEL

SIZE = (860, 600)
_COLOURS = ("#56b4e9", "#e69f00", "#cc79a7")  # books, hats, balls: lighter ones of the colour-blind safe set
_SHOWN = 7  # latest proposals that fit
_ROW, _FIRST_ROW = 28, 236


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The pool, the values that ``player`` may see, and the proposals; ``None`` is a spectator, who sees all."""
    canvas.table(0, 0, *SIZE)
    pool(world, state, canvas)
    values(world, state, player, canvas)
    proposals(world, state, player, canvas)
    if state.outcome != GOING:
        canvas.text(SIZE[0] / 2, 500, ENDINGS[int(state.outcome)], size=20, anchor="middle", bold=True)
    else:
        buttons(world, state, canvas)


def pool(world: World, state, canvas: Canvas) -> None:
    """The items that lie on the table."""
    canvas.text(30, 34, "Pool", size=18, bold=True)
    for item, count in enumerate(world.counts[state.scenario]):
        y = 72 + 46 * item
        for place in range(count):
            icon(item, 50 + 44 * place, y, 16, canvas)
        canvas.text(280, y, f"{count} {NAMES[item]}{'' if count == 1 else 's'}", size=16)


def icon(item: int, x: float, y: float, size: float, canvas: Canvas) -> None:
    """A book, a hat or a ball around ``x, y``."""
    colour = _COLOURS[item]
    if item == 0:
        canvas.rectangle(x - 0.75 * size, y - size, 1.5 * size, 2 * size, colour, INK, 1.5, radius=0.15 * size)
        canvas.line([(x - 0.45 * size, y - size), (x - 0.45 * size, y + size)], width=1.5)
    elif item == 1:
        crown = [(x - 0.6 * size, y + 0.5 * size), (x - 0.45 * size, y - 0.8 * size)]
        crown += [(2 * x - left, height) for left, height in reversed(crown)]
        canvas.polygon(crown, colour, INK, 1.5)
        canvas.rectangle(x - 1.1 * size, y + 0.45 * size, 2.2 * size, 0.35 * size, colour, INK, 1.5, radius=0.15 * size)
    else:
        canvas.circle(x, y, 0.9 * size, colour, INK, 1.5)
        canvas.line([(x - 0.9 * size, y), (x + 0.9 * size, y)], width=1.5)


def values(world: World, state, player: int | None, canvas: Canvas) -> None:
    """Points for one item of each type, to each player."""
    for seat in (0, 1):
        x = 470 + 190 * seat
        canvas.rectangle(x - 16, 20, 176, 172, fill=PANEL, stroke=LINE, radius=10)
        canvas.text(x, 40, f"Player {seat + 1}{' (you)' if seat == player else ''}", 17, SEATS[seat], bold=True)
        for item in range(ITEMS):
            shown = player in (seat, None)
            points = world.values[state.scenario, seat, item] if shown else "?"
            icon(item, x + 14, 84 + 36 * item, 12, canvas)
            canvas.text(x + 38, 84 + 36 * item, f"{points} point{'' if points == 1 else 's'} each", size=15)


def proposals(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The latest proposals, one row each: who would get what, and what that is worth."""
    heads = ["turn", "player 1 would get", "player 2 would get", "points"]
    for x, head in zip((30, 130, 400, 670), heads, strict=True):
        canvas.text(x, _FIRST_ROW - 30, head, size=13, fill=MUTED)
    for row, turn in enumerate(range(max(0, state.made - _SHOWN), state.made)):
        y = _FIRST_ROW + _ROW * row
        author, shares, points = speaker(state, turn), division(world, state, turn), worth(world, state, turn)
        if turn == state.made - 1:
            canvas.rectangle(20, y - 13, SIZE[0] - 40, 26, fill=PAPER, stroke=SEATS[author], width=2, radius=6)
        canvas.text(30, y, f"{turn + 1}: P{author + 1}", size=14, fill=SEATS[author], bold=True)
        for seat in (0, 1):
            row_of_icons(shares[seat], 140 + 270 * seat, y, canvas)
            if player in (seat, None):
                canvas.text(690 + 80 * seat, y, f"P{seat + 1}: {points[seat]}", 14, SEATS[seat], bold=True)
    if not state.made:
        canvas.text(30, _FIRST_ROW, "nothing proposed yet", size=14, fill=MUTED)


def row_of_icons(counts, x: float, y: float, canvas: Canvas) -> None:
    """All items of a share side by side."""
    if not counts.any():
        canvas.text(x - 8, y, "nothing", size=14, fill=MUTED)
    for item, count in enumerate(counts):
        for _ in range(count):
            icon(item, x, y, 8, canvas)
            x += 24


def buttons(world: World, state, canvas: Canvas) -> None:
    """One button per division, by what the mover would keep, and accept and walk away."""
    mover = int(state.to_move)
    canvas.line([(20, 440), (SIZE[0] - 20, 440)], stroke=LINE)
    turn = f"Turn {state.made + 1} of {world.max_turns}. Player {mover + 1} moves: keep (books hats balls)"
    canvas.text(30, 458, turn, size=14, fill=SEATS[mover], bold=True)
    if state.made:
        canvas.button(620, 447, 90, 24, "accept", ACCEPT)
    canvas.button(720, 447, 110, 24, "walk away", WALK)
    books, hats, balls = (int(count) for count in world.counts[state.scenario])
    kept = [(a, b, c) for a in range(books + 1) for b in range(hats + 1) for c in range(balls + 1)]
    columns = 12
    for place, (a, b, c) in enumerate(kept):
        x, y = 24 + 68 * (place % columns), 482 + 34 * (place // columns)
        canvas.button(x, y, 62, 28, f"{a} {b} {c}", (a * RADIX + b) * RADIX + c)

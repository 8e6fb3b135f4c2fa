"""Liar's dice as a picture: the dice on the left, all bids as a grid on the right."""

from agora.envs.canvas import HIGHLIGHT, INK, LINE, MUTED, PAPER, SEATS, Canvas
from agora.envs.games.dice import PIPS, draw_die
from agora.envs.games.liars_dice.rules import NONE, World
from agora.envs.games.liars_dice.words import faces, history, rules_line, shown, status

SIZE = (760, 500)
LEFT, GRID_X, TOP, BOTTOM = 28, 372, 92, 424  # the two columns and what they span


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees all dice."""
    width, height = SIZE
    canvas.table(0, 0, width, height)
    canvas.text(LEFT, 34, "Liar's dice", size=22, bold=True)
    canvas.text(LEFT, 62, rules_line(world), size=14, fill=MUTED, max_width=width - 2 * LEFT)
    tall = min(150, (BOTTOM - TOP) / world.players)
    for seat in range(world.players):
        _draw_seat(world, state, player, seat, canvas, TOP + tall * seat, tall)
    _draw_bids(world, state, player, canvas)
    canvas.text(LEFT, height - 40, status(world, state), size=16, bold=True, max_width=width - 220)
    if state.last != NONE and _chooses(state, player):
        canvas.button(width - 168, height - 62, 140, 42, "liar", world.bids)


def _chooses(state, player: int | None) -> bool:
    return not state.over and state.to_move >= 0 and player in (None, int(state.to_move))


def _draw_seat(world: World, state, player: int | None, seat: int, canvas: Canvas, y: float, tall: float) -> None:
    colour = SEATS[seat % len(SEATS)]
    if seat == state.to_move and not state.over:
        canvas.rectangle(LEFT - 8, y, GRID_X - LEFT - 16, tall - 6, fill=HIGHLIGHT, stroke=colour, width=2, radius=10)
    you = " (you)" if seat == player else ""
    crown = " wins" if seat == state.winner else ""
    side = min(80, (GRID_X - LEFT - 32) / world.dice - 8, 0.55 * tall)
    canvas.text(LEFT, y + 0.18 * tall, f"Player {seat + 1}{you}{crown}", min(16, 0.3 * tall), colour, bold=True)
    rolled = min(world.dice, max(0, int(state.rolled) - seat * world.dice))
    known = faces(world, state, seat) if shown(state, player, seat) else [None] * rolled
    for place, face in enumerate(known):
        x = LEFT + (side + 8) * place
        draw_die(canvas, x + side / 2, y + 0.34 * tall + side / 2, side, face, numbered=world.sides > len(PIPS))


def _draw_bids(world: World, state, player: int | None, canvas: Canvas) -> None:
    """A row for each quantity and a column for each face; a bid has the colour of who made it."""
    wide = min(56, (SIZE[0] - GRID_X - 62) / world.sides)
    tall = min(64, (BOTTOM - TOP - 22) / world.total)
    x, y = GRID_X + 34, TOP + 22
    made = {bid: seat for seat, bid in history(world, state)}
    for face in range(world.sides):
        joker = " *" if world.wild and face == world.sides - 1 else ""
        canvas.text(x + wide * (face + 0.5), TOP + 8, f"{face + 1}{joker}", size=min(15, 0.4 * wide), anchor="middle")
    for quantity in range(world.total):
        if tall >= 9:
            canvas.text(x - 8, y + tall * (quantity + 0.5), f"{quantity + 1}×", min(15, tall), anchor="end")
    for bid in range(world.bids):
        corner = x + wide * int(world.face[bid]), y + tall * (int(world.quantity[bid]) - 1)
        _draw_bid(world, state, canvas, bid, made.get(bid), (*corner, wide, tall))
        if bid > state.last and _chooses(state, player):
            canvas.target(*corner, wide, tall, bid)


def _draw_bid(world: World, state, canvas: Canvas, bid: int, seat: int | None, box: tuple) -> None:
    """One cell: open, passed over, or made by ``seat``; the standing bid has a dark outline."""
    x, y, w, h = box[0] + 1, box[1] + 1, box[2] - 2, box[3] - 2
    open_bid = bid > state.last
    fill = PAPER if open_bid else LINE
    if seat is not None:
        fill = SEATS[seat % len(SEATS)]
    stroke, thick = (INK, 3) if bid == state.last else (LINE, 1)
    canvas.rectangle(x, y, w, h, fill=fill, stroke=stroke, width=thick, radius=min(6, h / 4))
    if h >= 14 and w >= 22:
        label = f"{world.quantity[bid]}×{world.face[bid] + 1}"
        canvas.text(
            x + w / 2, y + h / 2, label, min(14, 0.32 * w), MUTED if seat is None else PAPER, "middle", seat is not None
        )

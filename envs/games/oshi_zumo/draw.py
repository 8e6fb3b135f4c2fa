"""Oshi-Zumo as a picture: the field with the wrestler, and everybody's coins."""

from agora.envs.canvas import HIGHLIGHT, INK, LINE, MUTED, PAPER, SEATS, Canvas
from agora.envs.games.oshi_zumo.rules import World
from agora.envs.games.oshi_zumo.words import bid_range, status

SIZE = (760, 480)
LEFT, RIGHT = 28, 732
FIELD_Y, COINS_Y, BUTTONS_Y = 132, 256, 322
COLUMNS, ROWS = 18, 3  # of buttons, at most


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The field from left to right; player 1 pushes to the right."""
    width, height = SIZE
    canvas.table(0, 0, width, height)
    canvas.text(LEFT, 34, "Oshi-Zumo", size=22, bold=True)
    rules = f"The higher bid pushes the wrestler one place. Bids start at {world.min_bid}."
    canvas.text(LEFT, 62, rules, size=14, fill=MUTED)
    _draw_field(world, state, canvas)
    for seat in range(2):
        _draw_coins(world, state, player, seat, canvas)
    if player is not None and not state.over:
        _draw_buttons(world, state, player, canvas)
    canvas.text(LEFT, height - 30, status(world, state), size=16, bold=True, max_width=RIGHT - LEFT)


def _draw_field(world: World, state, canvas: Canvas) -> None:
    places = 2 * world.middle + 1
    wide = (RIGHT - LEFT) / places
    ends = {0: SEATS[1], places - 1: SEATS[0]}
    for place in range(places):
        x, fill = LEFT + wide * place, ends.get(place, HIGHLIGHT if place == world.middle else PAPER)
        canvas.rectangle(x + 1, FIELD_Y, wide - 2, 84, fill=fill, stroke=LINE, width=1.5, radius=min(8, wide / 6))
    for seat, x in enumerate((LEFT, RIGHT)):
        arrow = "player 1 pushes this way →" if seat == 0 else "← player 2 pushes this way"
        canvas.text(x, FIELD_Y - 22, arrow, 15, SEATS[seat], ("start", "end")[seat], bold=True)
    _draw_wrestler(canvas, LEFT + wide * (state.place + 0.5), FIELD_Y + 42, min(34, 0.42 * wide))


def _draw_wrestler(canvas: Canvas, x: float, y: float, r: float) -> None:
    """Seen from above: shoulders, arms, head and topknot."""
    for side in (-1, 1):
        canvas.circle(x + side * 0.78 * r, y + 0.1 * r, 0.3 * r, fill="#e8b88a", stroke=INK, width=1.2)
    canvas.circle(x, y, 0.82 * r, fill="#f0c9a0", stroke=INK, width=1.5)
    canvas.rectangle(x - 0.8 * r, y + 0.3 * r, 1.6 * r, 0.3 * r, fill=INK, radius=0.12 * r)
    canvas.circle(x, y - 0.25 * r, 0.4 * r, fill="#f0c9a0", stroke=INK, width=1.5)
    canvas.circle(x, y - 0.42 * r, 0.2 * r, fill=INK)


def _draw_coins(world: World, state, player: int | None, seat: int, canvas: Canvas) -> None:
    """A bar that shrinks with the coins."""
    middle = (LEFT + RIGHT) / 2
    x = LEFT if seat == 0 else middle + 14
    w, own = middle - 14 - LEFT, int(state.coins[seat])
    you = " (you)" if seat == player else ""
    canvas.text(x, COINS_Y, f"Player {seat + 1}{you}: {own} coins", size=16, fill=SEATS[seat], bold=True)
    last = f"last bid {state.bids[seat]}" if state.rounds else ""
    canvas.text(x + w, COINS_Y, last, size=14, fill=MUTED, anchor="end")
    canvas.rectangle(x, COINS_Y + 18, w, 26, fill=PAPER, stroke=LINE, radius=6)
    if own:
        canvas.rectangle(x, COINS_Y + 18, w * own / world.coins, 26, fill=SEATS[seat], radius=6)


def _draw_buttons(world: World, state, player: int, canvas: Canvas) -> None:
    """A button for each bid, or for some of them when they are many."""
    lowest, highest = bid_range(world, state, player)
    bids = list(range(lowest, highest + 1))
    if len(bids) > ROWS * COLUMNS:
        stride = -(-len(bids) // (ROWS * COLUMNS - 1))
        bids = [*bids[:-1:stride], highest]
    columns = min(COLUMNS, len(bids))
    wide = min(60, (RIGHT - LEFT) / columns)
    for place, bid in enumerate(bids):
        row, column = divmod(place, COLUMNS)
        canvas.button(LEFT + wide * column + 1, BUTTONS_Y + 34 * row, wide - 2, 30, bid, bid)

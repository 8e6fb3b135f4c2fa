"""Goofspiel as a picture: the prize, the hands, and below them what was bid in each round."""

from agora.envs.api import EVERYONE
from agora.envs.canvas import HIGHLIGHT, LINE, MUTED, PAPER, SEATS, Canvas
from agora.envs.games.goofspiel.rules import World
from agora.envs.games.goofspiel.words import hand, points, rules_line, shown, status, winner_of

SIZE = (820, 540)
LEFT, RIGHT = 28, 792
HANDS_X, HANDS_Y, HANDS_END = 150, 92, 306
PAST_Y, PAST_END = 326, 484


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees every card."""
    width, height = SIZE
    canvas.table(0, 0, width, height)
    canvas.text(LEFT, 34, "Goofspiel", size=22, bold=True)
    canvas.text(LEFT, 62, rules_line(world), size=14, fill=MUTED)
    _draw_prize(world, state, canvas)
    for seat in range(world.players):
        _draw_hand(world, state, player, seat, canvas)
    _draw_past(world, state, player, canvas)
    canvas.text(LEFT, height - 34, status(world, state), size=16, bold=True, max_width=width - 2 * LEFT)


def _draw_prize(world: World, state, canvas: Canvas) -> None:
    canvas.text(LEFT + 48, HANDS_Y + 8, "Prize", size=15, anchor="middle", bold=True)
    if state.to_move == EVERYONE and not state.over:
        canvas.card(LEFT, HANDS_Y + 24, 96, 138, state.prizes[state.rounds] + 1)
    else:
        canvas.rectangle(LEFT, HANDS_Y + 24, 96, 138, stroke=LINE, width=1.5, radius=9)
    if state.pot:
        canvas.text(LEFT + 48, HANDS_Y + 182, f"+ {points(world, state.pot)}", 14, anchor="middle", max_width=110)


def _draw_hand(world: World, state, player: int | None, seat: int, canvas: Canvas) -> None:
    """A row of cards; a click on an own one bids it."""
    tall = min(96, (HANDS_END - HANDS_Y) / world.players)
    y, colour = HANDS_Y + tall * seat, SEATS[seat % len(SEATS)]
    if seat == player and not state.over:
        canvas.rectangle(HANDS_X - 6, y, RIGHT - HANDS_X + 12, tall - 3, fill=HIGHLIGHT, radius=8)
    size = min(15, 0.34 * tall)
    label = f"Player {seat + 1}{' (you)' if seat == player else ''}"
    canvas.text(HANDS_X, y + 0.3 * tall, label, size, colour, bold=True, max_width=108)
    canvas.text(HANDS_X, y + 0.68 * tall, points(world, state.points[seat]), size, max_width=108)
    step = min(54, (RIGHT - HANDS_X - 116) / world.cards)
    for place, card in enumerate(hand(world, state, seat)):
        seen = shown(world, player, seat)
        box = (HANDS_X + 116 + step * ((card - 1) if seen else place), y + 0.08 * tall, step - 6, 0.76 * tall)
        canvas.card(*box, card if seen else None)
        if seat == player and state.to_move == EVERYONE and not state.over:
            canvas.target(*box, card - 1)


def _draw_past(world: World, state, player: int | None, canvas: Canvas) -> None:
    """A column for each round: the prize, then each bid, the winner's in colour."""
    tall = min(28, (PAST_END - PAST_Y) / (world.players + 1))
    step = min(54, (RIGHT - HANDS_X - 116) / world.cards)
    size = min(14, 0.8 * tall)
    canvas.line([(LEFT, PAST_Y - 8), (RIGHT, PAST_Y - 8)], stroke=LINE)
    canvas.text(LEFT, PAST_Y + tall / 2, "Prizes so far", size, MUTED)
    for seat in range(world.players):
        label = f"Bids of player {seat + 1}"
        canvas.text(LEFT, PAST_Y + tall * (seat + 1.5), label, size, SEATS[seat % len(SEATS)])
    for turn in range(state.rounds):
        x, winner = HANDS_X + 116 + step * turn, winner_of(world, state, turn)
        canvas.text(x + step / 2 - 3, PAST_Y + tall / 2, state.prizes[turn] + 1, size, MUTED, "middle")
        for seat in range(world.players):
            y, won = PAST_Y + tall * (seat + 1), seat == winner
            if won:
                canvas.rectangle(x, y + 1, step - 6, tall - 2, fill=SEATS[seat % len(SEATS)], radius=5)
            label = state.bids[seat, turn] + 1 if shown(world, player, seat) else "won" if won else "?"
            fill = PAPER if won else MUTED
            canvas.text(x + step / 2 - 3, y + tall / 2, label, size, fill, "middle", bold=won, max_width=step - 8)

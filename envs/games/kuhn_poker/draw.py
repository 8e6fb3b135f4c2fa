"""Kuhn poker as a picture."""

from agora.envs.canvas import HIGHLIGHT, INK, MUTED, PAPER, SEATS, Canvas
from agora.envs.games.kuhn_poker.rules import NONE, World
from agora.envs.games.kuhn_poker.words import moves, name, rank, stakes, status

SIZE = (640, 400)


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees every card."""
    width, height = SIZE
    canvas.table(0, 0, width, height)
    column = (width - 40) / world.players
    for seat in range(world.players):
        _draw_seat(world, state, player, seat, canvas, 20 + column * (seat + 0.5), min(column - 12, 190))
    canvas.text(32, height - 62, f"Pot: {sum(stakes(world, state))} chips", size=18, bold=True)
    canvas.text(32, height - 36, status(world, state, player), size=15, fill=MUTED, max_width=330)
    if state.to_move >= 0 and player in (None, state.to_move) and not state.over:
        for action in (0, 1):
            label = name(world, state, state.to_move, action)
            canvas.button(width - 264 + 122 * action, height - 68, 112, 40, label, action)


def _draw_seat(world: World, state, player: int | None, seat: int, canvas: Canvas, x: float, width: float) -> None:
    """One player's card, chips and actions around ``x``, framed when it is to move."""
    if seat == state.to_move and not state.over:
        canvas.rectangle(x - width / 2, 20, width, 292, fill=HIGHLIGHT, stroke=SEATS[seat], width=2, radius=12)
    you = " (you)" if seat == player else ""
    canvas.text(x, 42, f"Player {seat + 1}{you}", 19, SEATS[seat], "middle", bold=True, max_width=width - 8)
    shown = player in (seat, None) and state.card[seat] != NONE
    canvas.card(x - 45, 64, 90, 130, rank(world, state.card[seat]) if shown else None)
    stake = stakes(world, state)[seat]
    for chip in range(stake):
        middle = x + 26 * (chip - (stake - 1) / 2)
        canvas.circle(middle, 216, 10, fill=SEATS[seat])
        canvas.circle(middle, 216, 6, stroke=PAPER, width=1.5)
    for line, verb in enumerate(verb for who, verb in moves(world, state) if who == seat):
        canvas.text(x, 250 + 26 * line, verb, size=17, fill=INK, anchor="middle")

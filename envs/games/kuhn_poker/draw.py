"""Kuhn poker as a picture."""

from agora.envs.canvas import INK, MUTED, PAPER, SEATS, Canvas
from agora.envs.games.kuhn_poker.rules import NONE, World
from agora.envs.games.kuhn_poker.words import moves, name, rank, stakes, status

SIZE = (640, 420)


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees every card."""
    width, height = SIZE
    canvas.table(0, 0, width, height)
    step = width / world.players
    for seat in range(world.players):
        _seat(world, state, player, canvas, seat, step * (seat + 0.5))
    for line, (seat, verb) in enumerate(moves(world, state)):
        canvas.text(26, 292 + 18 * line, f"{line + 1}. player {seat + 1} {verb}s", size=14, fill=MUTED)
    if state.over:
        canvas.text(width - 26, height - 44, status(world, state, player), 16, INK, "end", bold=True, max_width=400)
    elif player in (state.to_move, None):
        for action in (0, 1):
            label = name(world, state, state.to_move, action)
            canvas.button(width - 260 + 122 * action, height - 64, 112, 40, label, action)


def _seat(world: World, state, player: int | None, canvas: Canvas, seat: int, x: float) -> None:
    """A player's name, card and chips, centred at ``x``."""
    you = " (you)" if seat == player else ""
    canvas.text(
        x, 38, f"Player {seat + 1}{you}", 19, SEATS[seat], "middle", bold=True, max_width=SIZE[0] / world.players - 24
    )
    face_up = player in (seat, None) and state.card[seat] != NONE
    canvas.card(x - 45, 62, 90, 130, rank(world, state.card[seat]) if face_up else None)
    stake = stakes(world, state)[seat]
    for chip in range(stake):
        middle = x + 24 * (chip - (stake - 1) / 2)
        canvas.circle(middle, 216, 10, fill=SEATS[4], stroke=INK)
        canvas.circle(middle, 216, 6, stroke=PAPER, width=1.5)
    if seat == state.to_move and not state.over:
        canvas.text(x, 246, "to move", size=15, fill=INK, anchor="middle")

"""Kuhn poker as a picture."""

from agora.envs.canvas import INK, MUTED, SEATS, Canvas
from agora.envs.games.kuhn_poker.rules import NONE, World
from agora.envs.games.kuhn_poker.words import betting, name, rank

SIZE = (640, 400)


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees every card."""
    width, height = SIZE
    canvas.table(0, 0, width, height)
    step = width / world.players
    for seat in range(world.players):
        x = step * (seat + 0.5)
        canvas.text(x, 40, f"Player {seat + 1}", size=20, fill=SEATS[seat], anchor="middle", bold=True)
        face_up = player in (seat, None) and state.card[seat] != NONE
        canvas.card(x - 45, 70, 90, 130, rank(world, state.card[seat]) if face_up else None)
        if seat == state.to_move and not state.over:
            canvas.text(x, 225, "to move", size=15, fill=INK, anchor="middle")
    for line, move in enumerate(betting(world, state)):
        canvas.text(24, 262 + 20 * line, f"{line + 1}. {move}", size=15, fill=MUTED)
    if state.to_move >= 0 and not state.over:
        for action in (0, 1):
            canvas.button(width - 260 + 125 * action, height - 64, 110, 40, name(world, state, state.to_move, action), action)

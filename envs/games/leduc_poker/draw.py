"""Leduc poker as a picture."""

from agora.envs.canvas import HIGHLIGHT, INK, MUTED, SEATS, Canvas
from agora.envs.games.leduc_poker.rules import NONE, World
from agora.envs.games.leduc_poker.words import choices, face, moves, name, status

SIZE = (720, 480)
CARD = (96, 138)  # width and height


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees every card."""
    width, height = SIZE
    canvas.table(0, 0, width, height)
    for seat in range(2):
        _draw_seat(world, state, player, seat, canvas)
    _draw_board(world, state, player, canvas)
    for stage in range(2):
        _draw_round(state, stage, canvas, 32 + 336 * stage)
    canvas.text(32, height - 66, f"Pot: {state.stake.sum()} chips", size=18, bold=True)
    canvas.text(32, height - 38, status(world, state, player), size=15, fill=MUTED, max_width=300)
    if state.to_move >= 0 and player in (None, state.to_move) and not state.over:
        for place, action in enumerate(choices(state, int(state.to_move))):
            label = name(world, state, int(state.to_move), action)
            canvas.button(width - 372 + 116 * place, height - 72, 106, 42, label, action)


def _draw_seat(world: World, state, player: int | None, seat: int, canvas: Canvas) -> None:
    """Player 1 on the left, player 2 on the right."""
    x = (140, SIZE[0] - 140)[seat]
    if seat == state.to_move and not state.over:
        canvas.rectangle(x - 96, 22, 192, 240, fill=HIGHLIGHT, stroke=SEATS[seat], width=2, radius=12)
    canvas.text(x, 46, f"Player {seat + 1}", size=20, fill=SEATS[seat], anchor="middle", bold=True)
    shown = player in (seat, None) and state.card[seat] != NONE
    canvas.card(x - CARD[0] / 2, 70, *CARD, face(world, state.card[seat], player) if shown else None)
    canvas.circle(x - 44, 236, 11, fill=SEATS[seat])
    canvas.circle(x - 44, 236, 7, stroke="#ffffff", width=1.5)
    chips = int(state.stake[seat])
    canvas.text(x - 26, 236, f"{chips} chip{'s' if chips > 1 else ''}", size=17)


def _draw_board(world: World, state, player: int | None, canvas: Canvas) -> None:
    x = SIZE[0] / 2
    canvas.text(x, 46, "Board", size=20, fill=INK, anchor="middle", bold=True)
    if state.board == NONE:
        canvas.rectangle(x - CARD[0] / 2, 70, *CARD, stroke=MUTED, width=1.5, radius=9)
        canvas.text(x, 139, "round 2", size=15, fill=MUTED, anchor="middle")
    else:
        canvas.card(x - CARD[0] / 2, 70, *CARD, face(world, state.board, player))


def _draw_round(state, stage: int, canvas: Canvas, x: float) -> None:
    """The actions of one round, each in the colour of its player."""
    canvas.text(x, 290, f"Round {stage + 1}, bets of {2 * (stage + 1)} chips", size=16, bold=True)
    for place, (seat, verb) in enumerate(moves(state, stage)):
        canvas.circle(x + 8, 318 + 22 * place, 5, fill=SEATS[seat])
        canvas.text(x + 22, 318 + 22 * place, f"Player {seat + 1} {verb}s", size=15)

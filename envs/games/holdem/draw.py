"""Texas hold'em as a picture: the table from above, who looks at the bottom, the others clockwise."""

import math

from agora.envs.canvas import HIGHLIGHT, INK, LINE, MUTED, PAPER, SEATS, Canvas
from agora.envs.games.holdem.betting import RAISE
from agora.envs.games.holdem.words import RANKS, ROUNDS, board_cards, choices, history, name, own_cards, status
from agora.envs.games.holdem.world import World, seat_names

SIZE = (960, 680)
CENTRE = (480, 288)
CARD = (50, 70)  # width and height
BOARD_CARD = (64, 90)
FELT_GREEN = "#cfe3d6"
SYMBOLS = "♣♦♥♠"
MOST_BUTTONS = 8


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees every card."""
    canvas.table(0, 0, *SIZE)
    x, y = CENTRE
    canvas.rectangle(x - 330, y - 165, 660, 330, fill=FELT_GREEN, stroke=MUTED, width=3, radius=165)
    _draw_board(world, state, canvas)
    for seat in range(world.players):
        _draw_seat(world, state, player, seat, canvas)
    canvas.text(32, 636, status(world, state, player), size=15, fill=MUTED, max_width=896)
    _draw_buttons(world, state, player, canvas)


def _draw_board(world: World, state, canvas: Canvas) -> None:
    """The shared cards and the pot."""
    x, y = CENTRE
    width, height = BOARD_CARD
    cards = board_cards(world, state)
    for place in range(5):
        left = x - 2.5 * (width + 8) + 4 + place * (width + 8)
        if place < len(cards):
            canvas.card(left, y - height / 2, width, height, face(cards[place]))
        else:
            canvas.rectangle(left, y - height / 2, width, height, stroke=LINE, width=1.5, radius=6)
    canvas.text(x, y - height / 2 - 22, f"Pot {state.stake.sum()}", size=18, anchor="middle", bold=True)
    canvas.text(x, y + height / 2 + 20, ROUNDS[state.stage], size=14, fill=MUTED, anchor="middle")


def face(card: int) -> str:
    """A card with the symbol of its suit: ``T♥``."""
    return RANKS[card // 4] + SYMBOLS[card % 4]


def _direction(world: World, player: int | None, seat: int) -> tuple[float, float]:
    """Where ``seat`` sits, seen from the centre; who looks sits at the bottom."""
    angle = math.pi / 2 + 2 * math.pi * ((seat - (player or 0)) % world.players) / world.players
    return math.cos(angle), math.sin(angle)


def _draw_seat(world: World, state, player: int | None, seat: int, canvas: Canvas) -> None:
    """Name, cards, chips and what was done last of one seat, and its bet on the table."""
    across, down = _direction(world, player, seat)
    x, y = CENTRE[0] + 372 * across, CENTRE[1] + 218 * down
    colour = SEATS[seat]
    to_move = seat == state.to_move and not state.over
    canvas.rectangle(
        x - 92,
        y - 56,
        184,
        112,
        fill=HIGHLIGHT if to_move else PAPER,
        stroke=colour,
        width=2.5 if to_move else 1.2,
        radius=12,
    )
    _draw_cards(state, player, seat, canvas, x - 82, y - 28)
    who = seat_names(world.players)[seat].capitalize()
    canvas.text(x - 82, y - 42, who, size=14, bold=True, max_width=150)
    amount = f"{state.stack[seat]}" if state.stack[seat] or state.folded[seat] else "all-in"
    canvas.text(x + 32, y - 8, amount, size=16, fill=INK, bold=True, max_width=56)
    canvas.text(x + 32, y + 12, _last(world, state, seat), size=12, fill=MUTED, max_width=56)
    if seat == world.button:
        canvas.circle(x + 76, y - 40, 10, fill=PAPER, stroke=INK, width=1.5)
        canvas.text(x + 76, y - 40, "D", size=12, anchor="middle", bold=True)
    if state.bet[seat] and not state.over:
        _draw_bet(state, seat, canvas, CENTRE[0] + 232 * across, CENTRE[1] + 118 * down)


def _draw_cards(state, player: int | None, seat: int, canvas: Canvas, x: float, y: float) -> None:
    cards = own_cards(state, seat, player)
    if state.folded[seat] and cards is None:
        return
    for place in range(2):
        shown = None if cards is None or cards[place] < 0 else face(cards[place])
        canvas.card(x + place * (CARD[0] + 4), y, *CARD, shown)


def _last(world: World, state, seat: int) -> str:
    """What ``seat`` did last in this round, or what it got in the end."""
    if state.over and state.won[seat]:
        return f"gets {state.won[seat]:g}"
    if state.folded[seat]:
        return "folded"
    who = seat_names(world.players)[seat]
    done = [verb for mover, verb in history(world, state, int(state.stage)) if mover == who]
    return done[-1] if done else ""


def _draw_bet(state, seat: int, canvas: Canvas, x: float, y: float) -> None:
    canvas.circle(x - 16, y, 10, fill=SEATS[seat])
    canvas.circle(x - 16, y, 6, stroke=PAPER, width=1.5)
    canvas.text(x - 1, y, f"{state.bet[seat]}", size=16, bold=True)


def _draw_buttons(world: World, state, player: int | None, canvas: Canvas) -> None:
    """Buttons for the legal actions; some of the raises, where there are many."""
    if state.to_move < 0 or state.over or player not in (None, state.to_move):
        return
    allowed = choices(world, state, int(state.to_move))
    raises = [action for action in allowed if action >= RAISE]
    shown = [action for action in allowed if action < RAISE]
    room = MOST_BUTTONS - len(shown)
    stride = max(1, (len(raises) - 1) / (room - 1))
    places = range(min(room, len(raises)))
    shown += [raises[round(place * stride)] for place in places]
    width = min(130, 896 / len(shown) - 8)
    for place, action in enumerate(shown):
        label = name(world, state, int(state.to_move), action)
        canvas.button(928 - (len(shown) - place) * (width + 8) + 8, 586, width, 34, label, action)

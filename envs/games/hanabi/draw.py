"""Hanabi as a picture."""

from agora.envs.canvas import HIGHLIGHT, INK, LINE, MUTED, PAPER, SEATS, Canvas
from agora.envs.games.hanabi.constants import COLOR_TOLD, MINIMAL, NONE, RANK_TOLD, SEER, WHO
from agora.envs.games.hanabi.rules import SEATS as NAMES
from agora.envs.games.hanabi.rules import World
from agora.envs.games.hanabi.words import COLORS, deed, points, possible, sees

SIZE = (960, 720)
PAINT = ("#d55e00", "#f0e442", "#009e73", "#ffffff", "#0072b2")  # of Okabe and Ito's set, with a letter on each card
LETTERING = (PAPER, INK, PAPER, INK, PAPER)
LEFT, RIGHT, WIDE = 24, 640, 296  # the hands on the left, the table on the right


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees every card.

    A click on a card of one's own hand plays it, on the small cross in its corner discards it; the buttons are hints.
    """
    width, height = SIZE
    canvas.table(0, 0, width, height)
    row = min(240.0, (height - 48) / world.players)
    top = (height - row * world.players) / 2
    first = 0 if player is None else player
    for place in range(world.players):
        owner = (first + place) % world.players
        _draw_hand(world, state, player, owner, canvas, top + row * place, row)
    _draw_stacks(world, state, canvas)
    _draw_tokens(world, state, canvas)
    _draw_discards(world, state, canvas)
    _draw_past(world, state, canvas)


def _may_act(state, player: int | None) -> bool:
    return state.to_move >= 0 and not state.over and player in (None, state.to_move)


def _draw_hand(world: World, state, player: int | None, owner: int, canvas: Canvas, top: float, row: float) -> None:
    """A player's name, cards, and what hints have said of each."""
    if owner == state.to_move and not state.over:
        canvas.rectangle(LEFT - 6, top + 3, RIGHT - LEFT - 10, row - 6, HIGHLIGHT, SEATS[owner], 2, 12)
    you = " (you)" if owner == player else ""
    canvas.text(LEFT + 8, top + 22, NAMES[owner] + you, size=17, fill=SEATS[owner], bold=True)
    step = min(118.0, (RIGHT - LEFT - 32) / world.hand_size)
    high = min(row - 74, 1.35 * (step - 14))
    wide = min(step - 14, high / 1.35)
    for slot in range(state.held[owner]):
        x, y = LEFT + 10 + step * slot, top + 38
        kind = (int(state.color[owner, slot]), int(state.rank[owner, slot]))
        draw_card(canvas, x, y, wide, high, kind if sees(world, player, owner) else None)
        if world.level not in (MINIMAL, SEER):
            _draw_knowledge(world, state, owner, slot, canvas, (x, y + high + 11, max(wide, min(step - 14, 76))))
        if owner == state.to_move and _may_act(state, player):
            _offer_card(world, state, canvas, slot, (x, y, wide, high))
    if owner != state.to_move and _may_act(state, player):
        _offer_hints(world, state, owner, canvas, top)


def _draw_knowledge(
    world: World, state, owner: int, slot: int, canvas: Canvas, place: tuple[float, float, float]
) -> None:
    """The colours and ranks that hints leave possible, bold where a hint named it; nothing before the first hint."""
    colors, ranks = possible(world, state, owner, slot)
    if len(colors) == world.colors and len(ranks) == world.ranks:
        return
    x, y, wide = place
    told = int(state.told[owner, slot])
    for color in colors:
        at = x + wide * (color + 0.5) / world.colors
        canvas.text(at, y, COLORS[color][0].upper(), 11, INK, "middle", bold=bool(told & COLOR_TOLD))
    for rank in ranks:
        at = x + wide * (rank + 0.5) / world.ranks
        canvas.text(at, y + 13, rank + 1, 11, INK, "middle", bold=bool(told & RANK_TOLD))


def draw_card(canvas: Canvas, x: float, y: float, w: float, h: float, kind: tuple[int, int] | None) -> None:
    """A card of ``kind``, colour and rank, or face down."""
    if kind is None:
        canvas.card(x, y, w, h)
        return
    color, rank = kind
    canvas.rectangle(x + 1.5, y + 2, w, h, fill=LINE, radius=0.1 * w)
    canvas.rectangle(x, y, w, h, fill=PAINT[color], stroke=MUTED, width=1, radius=0.1 * w)
    size = min(0.52 * h, 0.7 * w)
    canvas.text(x + w / 2, y + 0.42 * h, rank + 1, size, LETTERING[color], "middle", bold=True)
    canvas.text(x + w / 2, y + 0.82 * h, COLORS[color][0].upper(), 0.45 * size, LETTERING[color], "middle", bold=True)


def _offer_card(world: World, state, canvas: Canvas, slot: int, box: tuple[float, float, float, float]) -> None:
    """A click on the card plays it; one on the corner that says so discards it."""
    x, y, w, h = box
    canvas.target(x, y, w, h, world.hand_size + slot)
    if state.information < world.information_tokens:
        side = 0.3 * w
        canvas.rectangle(x + w - side, y, side, side, fill=PAPER, stroke=INK, width=1, radius=3)
        canvas.text(x + w - side / 2, y + side / 2, "×", 0.8 * side, INK, "middle", bold=True)
        canvas.target(x + w - side, y, side, side, slot)


def _offer_hints(world: World, state, owner: int, canvas: Canvas, top: float) -> None:
    """A small button for each colour and rank in the hand of ``owner``."""
    if state.information == 0:
        return
    player = int(state.to_move)
    other = (owner - player - 1) % world.players
    base, others = 2 * world.hand_size, world.players - 1
    x = RIGHT - 26.0
    held = int(state.held[owner])
    for rank in reversed(range(world.ranks)):
        if rank in state.rank[owner, :held]:
            x -= 26
            action = base + others * world.colors + other * world.ranks + rank
            _draw_hint_button(canvas, x, top, str(rank + 1), PAPER, INK, action)
    x -= 10
    for color in reversed(range(world.colors)):
        if color in state.color[owner, :held]:
            x -= 26
            label, action = COLORS[color][0].upper(), base + other * world.colors + color
            _draw_hint_button(canvas, x, top, label, PAINT[color], LETTERING[color], action)
    canvas.text(x - 8, top + 22, "hint", size=13, fill=MUTED, anchor="end")


def _draw_hint_button(canvas: Canvas, x: float, top: float, label: str, fill: str, ink: str, action: int) -> None:
    canvas.rectangle(x, top + 11, 23, 23, fill=fill, stroke=MUTED, width=1, radius=5)
    canvas.text(x + 11.5, top + 22.5, label, size=13, fill=ink, anchor="middle", bold=True)
    canvas.target(x, top + 11, 23, 23, action)


def _draw_stacks(world: World, state, canvas: Canvas) -> None:
    canvas.text(RIGHT, 40, f"Score {points(world, state)} of {world.colors * world.ranks}", size=19, bold=True)
    for color in range(world.colors):
        x, height = RIGHT + 59 * color, int(state.fireworks[color])
        if height:
            draw_card(canvas, x, 62, 50, 66, (color, height - 1))
        else:
            canvas.rectangle(x, 62, 50, 66, stroke=MUTED, width=1.5, radius=5)
            canvas.text(x + 25, 95, COLORS[color][0].upper(), size=15, fill=MUTED, anchor="middle")


def _draw_tokens(world: World, state, canvas: Canvas) -> None:
    """Information tokens as dots, lives as squares, the rest of the deck as a number."""
    canvas.text(RIGHT, 154, "Information", size=14, fill=MUTED)
    gap = min(24.0, 190 / world.information_tokens)
    for token in range(world.information_tokens):
        there = token < state.information
        canvas.circle(RIGHT + 110 + gap * token, 154, 0.36 * gap, SEATS[5] if there else PAPER, MUTED)
    canvas.text(RIGHT, 182, "Lives", size=14, fill=MUTED)
    gap = min(24.0, 190 / world.lives)
    for life in range(world.lives):
        there = life < state.lives
        x = RIGHT + 110 + gap * life
        canvas.rectangle(x - 0.34 * gap, 182 - 0.34 * gap, 0.68 * gap, 0.68 * gap, INK if there else PAPER, MUTED)
    last = f" (turns left: {state.turns})" if state.left == 0 and not state.over else ""
    canvas.text(RIGHT, 210, "Deck", size=14, fill=MUTED)
    canvas.text(RIGHT + 103, 210, f"{state.left} cards{last}", size=14)


def _draw_discards(world: World, state, canvas: Canvas) -> None:
    """A row per colour, its discarded cards by rank."""
    canvas.text(RIGHT, 246, "Discarded", size=15, bold=True)
    if not state.discards.any():
        canvas.text(RIGHT, 270, "nothing yet", size=13, fill=MUTED)
    for color in range(world.colors):
        x, y = RIGHT, 262 + 38 * color
        for rank in range(world.ranks):
            for _ in range(state.discards[color * world.ranks + rank]):
                draw_card(canvas, x, y, 24, 32, (color, rank))
                x += 29


def _draw_past(world: World, state, canvas: Canvas) -> None:
    """The latest actions and how things stand."""
    y = 478.0
    canvas.text(RIGHT, y, "Latest actions", size=15, bold=True)
    y += 24
    if state.past[0, WHO] == NONE:
        canvas.text(RIGHT, y, "none yet", size=13, fill=MUTED)
    for row in reversed(range(world.players - 1)):
        if state.past[row, WHO] != NONE:
            y = canvas.paragraph(RIGHT, y, deed(state, row), WIDE, size=13) + 6
    if state.over:
        ending = "The last life is lost." if state.lives == 0 else "The game is over."
        canvas.text(RIGHT, SIZE[1] - 36, ending, size=16, bold=True)

"""Hanabi in words. A card is a colour's letter and its rank, R1 to B5; slots are 1, 2, ... from the oldest card."""

from agora.envs.games.hanabi.constants import (
    COLOR,
    COLOR_TOLD,
    HINT_COLOR,
    KIND,
    MINIMAL,
    NONE,
    PLAY,
    RANK,
    RANK_TOLD,
    SCORED,
    SEER,
    SLOT,
    TARGET,
    TOKEN,
    TOUCHED,
    VALUE,
    WHO,
)
from agora.envs.games.hanabi.rules import SEATS, World

COLORS = ("red", "yellow", "green", "white", "blue")


def face(color: int, rank: int) -> str:
    """R1 to B5."""
    return f"{COLORS[color][0].upper()}{rank + 1}"


def sees(world: World, player: int | None, owner: int) -> bool:
    """Whether ``player``, or a spectator if None, sees the cards of ``owner``."""
    return player != owner or world.level == SEER


def describe(world: World, state, player: int | None) -> str:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees every card."""
    tokens = f"Information tokens: {state.information} of {world.information_tokens}, lives: {state.lives}"
    lines = [
        f"Score: {state.score} of {world.colors * world.ranks}. {tokens} of {world.lives}, deck: {state.left} cards",
        f"Stacks: {stacks(world, state)}",
        f"Discards: {discards(world, state)}",
    ]
    first = 0 if player is None else player
    for offset in range(world.players):
        lines += _hand(world, state, player, (first + offset) % world.players)
    past = [deed(state, row) for row in reversed(range(world.players - 1)) if state.past[row, WHO] != NONE]
    lines.append("Latest actions: " + (" ".join(past) or "none yet"))
    lines.append(status(world, state))
    return "\n".join(lines)


def stacks(world: World, state) -> str:
    return " ".join(f"{COLORS[color][0].upper()}{state.fireworks[color]}" for color in range(world.colors))


def discards(world: World, state) -> str:
    """All discarded cards in the order of colours and ranks."""
    cards = []
    for kind, count in enumerate(state.discards):
        cards += [face(kind // world.ranks, kind % world.ranks)] * int(count)
    return " ".join(cards) or "none"


def _hand(world: World, state, player: int | None, owner: int) -> list[str]:
    you = " (you)" if player == owner else ""
    cards = [_card(world, state, player, owner, slot) for slot in range(state.held[owner])]
    return [f"{SEATS[owner]}{you}:", *(f"  {slot + 1}: {card}" for slot, card in enumerate(cards))]


def _card(world: World, state, player: int | None, owner: int, slot: int) -> str:
    """What ``player`` sees of a card, and what its owner knows of it."""
    shown = face(state.color[owner, slot], state.rank[owner, slot]) if sees(world, player, owner) else "??"
    if world.level != MINIMAL and world.level != SEER:
        known = knowledge(world, state, owner, slot)
        shown += f", known: {known}" if known else ", nothing known"
    return shown


def possible(world: World, state, owner: int, slot: int) -> tuple[list[int], list[int]]:
    """The colours and the ranks that hints leave possible for a card."""
    colors = [color for color in range(world.colors) if state.maybe_color[owner, slot] >> color & 1]
    ranks = [rank for rank in range(world.ranks) if state.maybe_rank[owner, slot] >> rank & 1]
    return colors, ranks


def knowledge(world: World, state, owner: int, slot: int) -> str:
    """What hints have said of a card: ``red, not 1``."""
    told = state.told[owner, slot]
    colors, ranks = possible(world, state, owner, slot)
    said = [COLORS[color] for color in colors if told & COLOR_TOLD]
    said += [f"not {COLORS[color]}" for color in range(world.colors) if color not in colors and not told & COLOR_TOLD]
    said += [str(rank + 1) for rank in ranks if told & RANK_TOLD]
    said += [f"not {rank + 1}" for rank in range(world.ranks) if rank not in ranks and not told & RANK_TOLD]
    return ", ".join(said)


def deed(state, row: int) -> str:
    """An entry of ``past`` as a sentence."""
    entry = state.past[row]
    who = SEATS[entry[WHO]]
    if entry[TARGET] == NONE:
        verb = "played" if entry[KIND] == PLAY else "discarded"
        card = f"{who} {verb} {face(entry[COLOR], entry[RANK])} from slot {entry[SLOT] + 1}"
        if entry[KIND] != PLAY:
            return f"{card}."
        if not entry[SCORED]:
            return f"{card}, which did not fit: a life is lost."
        return f"{card}, and it scored{' and won an information token' if entry[TOKEN] else ''}."
    slots = [str(slot + 1) for slot in range(8) if entry[TOUCHED] >> slot & 1]
    value = COLORS[entry[VALUE]] if entry[KIND] == HINT_COLOR else str(entry[VALUE] + 1)
    return f"{who} told {SEATS[entry[TARGET]]}: {value} in slot{'s' if len(slots) > 1 else ''} {', '.join(slots)}."


def status(world: World, state) -> str:
    """Whose turn it is, or how the game ended."""
    if not state.over:
        last = f" Turns left: {state.turns}." if state.left == 0 else ""
        return f"To move: {SEATS[state.to_move]}.{last}" if state.to_move >= 0 else "A card is being drawn."
    if state.lives == 0:
        return f"The last life is lost: the game ends with {points(world, state)} points."
    return f"The game is over with {points(world, state)} points."


def points(world: World, state) -> int:
    """The score as it counts."""
    return 0 if state.lives == 0 and not world.keeps_score else int(state.score)


def name(world: World, state, player: int, action: int) -> str:
    """``play 3``, ``discard 3``, ``hint Bob red``, ``hint Bob 3``."""
    hand, others = world.hand_size, world.players - 1
    if action < 2 * hand:
        return f"{'play' if action >= hand else 'discard'} {action % hand + 1}"
    number = action - 2 * hand
    if number < others * world.colors:
        return f"hint {_seat(world, player, number // world.colors)} {COLORS[number % world.colors]}"
    number -= others * world.colors
    return f"hint {_seat(world, player, number // world.ranks)} {number % world.ranks + 1}"


def _seat(world: World, player: int, other: int) -> str:
    return SEATS[(player + 1 + other) % world.players]


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The action that ``line`` names: ``play 3``, ``discard 3``, ``hint Bob red`` or ``hint Bob R``, ``hint Bob 3``.

    Raises ValueError with a reason when it names none, or one that is not allowed.
    """
    words = line.lower().split()
    if len(words) == 2 and words[0] in ("play", "discard"):
        return [_use(world, state, player, words)]
    if len(words) == 3 and words[0] == "hint":
        return [_hint(world, state, player, words)]
    shown = line.strip()[:60]
    raise ValueError(
        f"{shown!r} is no action: say 'play SLOT', 'discard SLOT', 'hint NAME COLOUR' or 'hint NAME RANK'."
    )


def _use(world: World, state, player: int, words: list[str]) -> int:
    verb, slot = words
    held = int(state.held[player])
    if slot not in [str(number + 1) for number in range(held)]:
        raise ValueError(f"There is no slot {slot[:20]!r}: give one from 1, the oldest card, to {held}.")
    if verb == "play":
        return world.hand_size + int(slot) - 1
    if state.information == world.information_tokens:
        raise ValueError("A discard is not allowed while all information tokens are there: play or give a hint.")
    return int(slot) - 1


def _hint(world: World, state, player: int, words: list[str]) -> int:
    _, whom, value = words
    names = [_seat(world, player, other).lower() for other in range(world.players - 1)]
    if whom not in names:
        raise ValueError(f"{whom[:20]!r} is nobody who can be given a hint: name {', '.join(names).title()}.")
    if state.information == 0:
        raise ValueError("A hint costs an information token and none is left: play or discard.")
    other = names.index(whom)
    target = (player + 1 + other) % world.players
    base = 2 * world.hand_size
    if value in [str(rank + 1) for rank in range(world.ranks)]:
        found, at = state.rank[target], int(value) - 1
        action = base + len(names) * world.colors + other * world.ranks + at
    else:
        at = _color(world, value)
        found, action = state.color[target], base + other * world.colors + at
    if at not in found[: state.held[target]]:
        raise ValueError(f"{whom.title()} has no card that is {value[:20]}, and a hint must point at one.")
    return action


def _color(world: World, word: str) -> int:
    """The colour that ``word`` names, by its name or first letter."""
    for color, full in enumerate(COLORS[: world.colors]):
        if word in (full, full[0]):
            return color
    known = ", ".join(COLORS[: world.colors])
    raise ValueError(f"{word[:20]!r} is no colour or rank: give {known}, or a rank from 1 to {world.ranks}.")

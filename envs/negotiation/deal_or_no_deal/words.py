"""Deal or No Deal in words."""

import re

import numpy as np

from agora.envs.negotiation.deal_or_no_deal.rules import (
    ACCEPT,
    DEAL,
    GOING,
    RADIX,
    TURNS_USED,
    WALK,
    WALKED,
    World,
)

NAMES = ("book", "hat", "ball")
ENDINGS = {
    DEAL: "The last proposal was accepted: deal.",
    WALKED: "A player walked away: no deal.",
    TURNS_USED: "The turns are used up: no deal.",
}


def describe(world: World, state, player: int | None) -> str:
    """The talks as ``player`` sees them; ``None`` is a spectator, who sees both players' values."""
    lines = ["Pool: " + items(world.counts[state.scenario])]
    for seat in range(2):
        shown = player in (seat, None)
        each = prices(world.values[state.scenario, seat]) if shown else "hidden"
        lines.append(f"Player {seat + 1}{' (you)' if seat == player else ''} values: {each}")
    lines += [proposal(world, state, turn, player) for turn in range(state.made)]
    if state.outcome == GOING:
        lines.append(f"Turn {state.made + 1} of {world.max_turns}. To move: player {state.to_move + 1}")
    else:
        lines.append(ENDINGS[int(state.outcome)])
    return "\n".join(lines)


def proposal(world: World, state, turn: int, player: int | None) -> str:
    """The proposal number ``turn``, counted from 0, and the points that ``player`` would get from it."""
    author, shares, points = speaker(state, turn), division(world, state, turn), worth(world, state, turn)
    known = [f"{points[seat]} points for player {seat + 1}" for seat in (0, 1) if player in (seat, None)]
    return (
        f"{turn + 1}. Player {author + 1} would keep {items(shares[author])} and leave {items(shares[1 - author])}: "
        + ", ".join(known)
    )


def speaker(state, turn: int) -> int:
    """Who made the proposal number ``turn``, counted from 0."""
    return int(state.speaks_first + turn) % 2


def division(world: World, state, turn: int) -> np.ndarray:
    """The items that each player would get from the proposal number ``turn``, (2, 3) int64."""
    kept = state.kept[turn].astype(np.int64)
    left = world.counts[state.scenario] - kept
    return np.stack([kept, left] if speaker(state, turn) == 0 else [left, kept])


def worth(world: World, state, turn: int) -> np.ndarray:
    """The points that each player would get from the proposal number ``turn``, (2,) int64, before the discount."""
    return (division(world, state, turn) * world.values[state.scenario]).sum(axis=1)


def items(counts) -> str:
    """Items with their numbers: ``1 book, 2 hats, 0 balls``."""
    return ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in zip(counts, NAMES, strict=True))


def prices(values) -> str:
    """Points for one item of each type: ``book 4, hat 0, ball 2``."""
    return ", ".join(f"{noun} {value}" for value, noun in zip(values, NAMES, strict=True))


def kept_by(action: int) -> tuple[int, int, int]:
    """Books, hats and balls that the proposal ``action`` keeps."""
    return action // RADIX**2, action // RADIX % RADIX, action % RADIX


def name(world: World, state, player: int, action: int) -> str:
    """What ``action`` is called."""
    if action == ACCEPT:
        return "accept"
    if action == WALK:
        return "walk away"
    return "keep " + items(kept_by(int(action)))


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The actions that ``line`` stands for; raises ValueError with a reason when it is none.

    A proposal names what the player keeps: ``keep 1 book, 2 hats`` (what is not named is left), or ``keep 1 2 0``.
    """
    text = line.strip().lower().rstrip(".!")
    if text in ("accept", "deal"):
        if not state.made:
            raise ValueError(
                "There is nothing to accept yet: say what you keep, such as 'keep 1 book, 1 hat, 0 balls'."
            )
        return [ACCEPT]
    if text in ("walk away", "walk", "no deal"):
        return [WALK]
    kept = _kept(line, text)
    for noun, asked, there in zip(NAMES, kept, world.counts[state.scenario], strict=True):
        if asked > there:
            raise ValueError(f"You cannot keep {asked} {noun}s: the pool holds {items(world.counts[state.scenario])}.")
    return [(kept[0] * RADIX + kept[1]) * RADIX + kept[2]]


def _kept(line: str, text: str) -> list[int]:
    """Books, hats and balls that ``text`` keeps."""
    numbers = re.fullmatch(r"keep\s+(\d+)[\s,]+(\d+)[\s,]+(\d+)", text)
    if numbers:
        return [int(number) for number in numbers.groups()]
    named = r"(\d+)\s+(book|hat|ball)s?"
    if not re.fullmatch(rf"keep\s+{named}((\s*,\s*|\s+and\s+|\s+){named})*", text):
        raise ValueError(f"{line!r} is no action here: say 'keep 1 book, 2 hats, 0 balls', 'accept' or 'walk away'.")
    found = re.findall(named, text)
    nouns = [noun for _, noun in found]
    if len(set(nouns)) < len(nouns):
        raise ValueError(f"{line!r} names an item twice: say once how many you keep of each.")
    kept = dict.fromkeys(NAMES, 0) | {noun: int(number) for number, noun in found}
    return list(kept.values())

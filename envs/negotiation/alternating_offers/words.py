"""Alternating offers in words."""

import re

import numpy as np

from agora.envs.negotiation.alternating_offers.rules import (
    ACCEPT,
    BROKEN_DOWN,
    DEAL,
    EXPIRED,
    GOING,
    OFFER,
    REJECT,
    World,
)

ENDINGS = {
    DEAL: "The offer was accepted: deal.",
    BROKEN_DOWN: "The offer was turned down and the talks broke down: no deal.",
    EXPIRED: "The last offer was turned down: no deal.",
}
_NUMBER = r"(\d+(?:\.\d*)?(?:e-\d+)?|\.\d+)"


def describe(world: World, state, player: int | None) -> str:
    """The talks; nothing is hidden from anybody."""
    lines = [f"You are player {player + 1}."] if player is not None else []
    limit = f" of {world.horizon}" if world.horizon else ""
    if state.made:
        author = (state.made - 1) % 2
        offer = f"player {author + 1} offers {share(world, state.offer)} to player {2 - author}"
        lines.append(f"Period {state.made}{limit}: {offer}.")
    worth = [f"{state.pie[seat]:.4g} to player {seat + 1}" for seat in (0, 1)]
    lines.append(f"The whole pie is worth {worth[0]} and {worth[1]}.")
    if state.outcome == GOING:
        lines += [prospects(world), f"To move: player {state.to_move + 1}"]
    else:
        lines.append(ENDINGS[int(state.outcome)])
    return "\n".join(lines)


def prospects(world: World) -> str:
    """What happens when an offer is turned down."""
    text = f"Every further period leaves {world.discount_1:g} of that to player 1 and {world.discount_2:g} to player 2."
    if world.breakdown:
        text += f" When an offer is turned down, talks break down with probability {world.breakdown:g}."
    return text


def share(world: World, offer: float) -> str:
    """A share of the pie: pieces when it is cut into some, else a number from 0 to 1."""
    return f"{round(offer * world.bins)} of {world.bins} pieces" if world.bins else f"{np.float32(offer)!s} of the pie"


def name(world: World, state, player: int, action) -> str:
    """What ``action`` is called: an int with bins, else two numbers, the offer and the threshold."""
    if not world.bins:
        return f"offer {np.float32(action[0])!s}, accept {np.float32(action[1])!s} or more"
    if action in (ACCEPT, REJECT):
        return "accept" if action == ACCEPT else "reject"
    return f"offer {action - OFFER} of {world.bins}"


def parse(world: World, state, player: int, line: str) -> list:
    """The actions that ``line`` stands for, ints with bins, else float32 arrays (2,); raises ValueError with a reason.

    Without bins ``accept`` and ``reject`` are short for the thresholds 0 and 1, and ``offer 0.4`` alone turns down all
    but the whole pie.
    """
    text = line.strip().lower().rstrip(".!")
    last = world.horizon > 0 and state.made == world.horizon
    if text == "accept" and not state.made:
        raise ValueError("There is no offer to accept yet: make one.")
    if text == "reject" and not last:
        raise ValueError("An offer is turned down by making another one: say 'offer ...'.")
    if text in ("accept", "reject"):
        if world.bins:
            return [ACCEPT if text == "accept" else REJECT]
        return [np.array([0.0, 0.0 if text == "accept" else 1.0], np.float32)]
    return [_pieces(world, line, text, last)] if world.bins else [_numbers(line, text)]


def _pieces(world: World, line: str, text: str, last: bool) -> int:
    found = re.fullmatch(rf"offer\s+(\d+)(\s+of\s+{world.bins}(\s+pieces)?)?", text)
    if not found:
        raise ValueError(f"{line!r} is no action here: say 'offer 1 of {world.bins}', 'accept' or 'reject'.")
    if last:
        raise ValueError("This was the last offer: say 'accept' or 'reject'.")
    pieces = int(found[1])
    if pieces > world.bins:
        raise ValueError(f"You cannot offer {pieces} pieces: the pie has {world.bins}.")
    return OFFER + pieces


def _numbers(line: str, text: str) -> np.ndarray:
    found = re.fullmatch(rf"offer\s+{_NUMBER}(?:[\s,]+(?:and\s+)?accept\s+{_NUMBER}(?:\s+or\s+more)?)?", text)
    if not found:
        raise ValueError(f"{line!r} is no action here: say 'offer 0.4, accept 0.5 or more', 'offer 0.4' or 'accept'.")
    numbers = np.array([found[1], found[2] or 1], np.float32)
    if numbers.max() > 1:
        raise ValueError(f"{line!r} names more than the whole pie: shares go from 0 to 1.")
    return numbers

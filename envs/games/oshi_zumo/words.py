"""Oshi-Zumo in words."""

import re

from agora.envs.games.oshi_zumo.rules import World

BID = re.compile(r"(?:bid\s+)?(\d{1,3})(?:\s+coins?)?")


def board(world: World, state) -> str:
    """The field from left to right, ``W`` the wrestler, ``|`` the middle, ``#`` off the field: ``#...W..#``."""
    places = ["." for _ in range(2 * world.middle + 1)]
    places[0] = places[-1] = "#"
    places[world.middle] = "|"
    places[state.place] = "W"
    return "".join(places)


def bid_range(world: World, state, player: int) -> tuple[int, int]:
    """The lowest and highest bid of ``player``."""
    own = int(state.coins[player])
    return min(world.min_bid, own), own


def describe(world: World, state, player: int | None) -> str:
    """The field, the coins and the last bids; everybody sees all."""
    lines = [f"Field: {board(world, state)} (player 1 pushes right, player 2 left)"]
    for seat in range(2):
        you = " (you)" if seat == player else ""
        bid = f", bid {state.bids[seat]} last" if state.rounds else ""
        lines.append(f"Player {seat + 1}{you}: {state.coins[seat]} of {world.coins} coins{bid}")
    return "\n".join([*lines, status(world, state)])


def status(world: World, state) -> str:
    """Which round it is; at the end, who has won."""
    if not state.over:
        return f"Round {state.rounds + 1} of at most {world.horizon}: both bid at once."
    off = state.place in (0, 2 * world.middle)
    if state.place == world.middle or (world.alesia and not off):
        return "The game is over: a draw."
    how = "off the field" if off else "beyond the middle"
    return f"The game is over: player {1 if state.place > world.middle else 2} pushed the wrestler {how} and wins."


def name(world: World, state, player: int, action: int) -> str:
    """The number of coins."""
    return str(action)


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The action that ``line`` stands for: ``7``, ``bid 7`` or ``7 coins``; raises ValueError with a reason else."""
    match = BID.fullmatch(line.strip().lower())
    if match is None:
        raise ValueError(f"{line!r} is no bid: give a number of coins.")
    bid, (lowest, highest) = int(match[1]), bid_range(world, state, player)
    if not lowest <= bid <= highest:
        raise ValueError(f"A bid of {bid} is not allowed: bid from {lowest} to {highest} coins.")
    return [bid]

"""Sealed-bid auctions in words."""

import numpy as np

from agora.envs.trading.sealed_auction.rules import ALL_PAY, FIRST_PRICE, NOBODY, UNKNOWN, World

PAYS = ("the winner pays its bid", "the winner pays the second highest bid", "everybody pays its bid")
TITLES = ("First-price auction", "Second-price auction", "All-pay auction")


def describe(world: World, state, player: int | None) -> str:
    """The auction as ``player`` sees it; ``None`` is a spectator, who sees all values and the last bids."""
    lines = [
        f"{TITLES[world.format]}, {world.bidders} bidders: {PAYS[world.format]}.{reserve_rule(world)}",
        f"Values come from {distribution_name(world)}.",
    ]
    if state.played > 0:
        lines.append(f"Round {state.played} of {world.rounds}: {outcome(state)}.")
        lines += [
            f"  bidder {seat + 1}: value {state.last_value[seat]:.4f}, bid {state.last_bid[seat]:.4f}"
            for seat in range(world.bidders)
            if player in (seat, None) and state.last_bid[seat] != UNKNOWN
        ]
    if state.over:
        return "\n".join([*lines, "The auction is over."])
    lines.append(f"Round {state.played + 1} of {world.rounds} is open.")
    for seat in range(world.bidders):
        if player in (seat, None):
            you = " (you)" if seat == player else ""
            lines.append(f"Bidder {seat + 1}{you} values the item at {state.value[seat]:.4f}.")
    lines.append("Bid a number from 0 to 1.")
    return "\n".join(lines)


def reserve_rule(world: World) -> str:
    return f" Bids below {world.reserve:g} do not count." if world.reserve > 0 else ""


def distribution_name(world: World) -> str:
    if world.alpha == world.beta == 1.0:
        return "the uniform distribution on 0 to 1"
    return f"the Beta({world.alpha:g}, {world.beta:g}) distribution"


def outcome(state) -> str:
    """Who won the round before and at what price."""
    if state.winner == NOBODY:
        return "no sale"
    return f"bidder {state.winner + 1} won and paid {state.price:.4f}"


def name(world: World, state, player: int, action: np.ndarray) -> str:
    """What ``action`` (1,) is called."""
    return f"bid {np.float32(action[0]):.9g}"


def parse(world: World, state, player: int, line: str) -> list[np.ndarray]:
    """The action that ``line`` stands for, one array (1,) float32; raises ValueError with a reason when it is none."""
    word = line.strip().lower().removeprefix("bid").strip()
    try:
        bid = float(word)
    except ValueError:
        raise ValueError(f"{line!r} is no bid: say 'bid 0.5', or a number from 0 to 1.") from None
    if not 0.0 <= bid <= 1.0:
        raise ValueError(f"The bid {word} is not allowed: give a number from 0 to 1.")
    return [np.array([bid], np.float32)]


def advice(world: World) -> str:
    """One line on what the format asks of a bidder, for people."""
    if world.format == FIRST_PRICE:
        return "Bid below your value, or winning is worth nothing."
    if world.format == ALL_PAY:
        return "Losers pay too."
    return "The price is set by another's bid."

"""Goofspiel in words."""

import re

from agora.envs.api import CHANCE
from agora.envs.games.goofspiel.rules import ORDERS, World

BID = re.compile(r"(?:bid\s+|card\s+)?(\d{1,2})")


def hand(world: World, state, seat: int) -> list[int]:
    """The cards left to ``seat``, 1 to cards."""
    return [card + 1 for card in range(world.cards) if state.hands[seat, card]]


def shown(world: World, player: int | None, seat: int) -> bool:
    """Whether ``player`` sees the cards of ``seat``."""
    return player in (seat, None) or world.shown == world.players


def points(world: World, units: int) -> str:
    number = units / world.unit
    return f"{number:.4g} point{'' if number == 1 else 's'}"


def describe(world: World, state, player: int | None) -> str:
    """Hands, points and past rounds as ``player`` sees them; ``None`` is a spectator, who sees everything."""
    lines = [rules_line(world)]
    for seat in range(world.players):
        cards = " ".join(map(str, hand(world, state, seat))) if shown(world, player, seat) else "hidden"
        you = " (you)" if seat == player else ""
        lines.append(f"Player {seat + 1}{you}: {points(world, state.points[seat])}; cards {cards or 'none'}")
    past = [round_line(world, state, player, turn) for turn in range(state.rounds)]
    return "\n".join([*lines, *past, status(world, state)])


def rules_line(world: World) -> str:
    ties = ("discarded", "carried over", "split")[world.ties]
    return f"Prizes 1 to {world.cards} in {ORDERS[world.order]} order; tied prizes are {ties}."


def round_line(world: World, state, player: int | None, turn: int) -> str:
    """The prize of a round, the bids that ``player`` sees, and who won."""
    bids = [
        f"player {seat + 1} bid {state.bids[seat, turn] + 1}"
        for seat in range(world.players)
        if shown(world, player, seat)
    ]
    winner = winner_of(world, state, turn)
    result = "a tie" if winner is None else f"player {winner + 1} won"
    return f"Round {turn + 1}, prize {state.prizes[turn] + 1}: {', '.join(bids)}: {result}."


def winner_of(world: World, state, turn: int) -> int | None:
    """Who won round ``turn``; None after a tie."""
    bidders = int(state.highest[turn])
    return None if bidders & (bidders - 1) else bidders.bit_length() - 1


def status(world: World, state) -> str:
    """What is bid for; at the end, who has the most points."""
    if state.over:
        best = state.points.max()
        leaders = [str(seat + 1) for seat in range(world.players) if state.points[seat] == best]
        if len(leaders) == world.players:
            return "The game is over: a draw."
        return f"The game is over: player {' and '.join(leaders)} won with {points(world, best)}."
    if state.to_move == CHANCE:
        return "A prize is being turned up."
    carried = f", with {points(world, state.pot)} carried over" if state.pot else ""
    return f"Round {state.rounds + 1}: everybody bids for the prize {state.prizes[state.rounds] + 1}{carried}."


def name(world: World, state, player: int, action: int) -> str:
    """The number of the card."""
    return str(action + 1)


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The action that ``line`` stands for: ``7`` or ``bid 7``; raises ValueError with a reason when it is none."""
    match = BID.fullmatch(line.strip().lower())
    if match is None:
        raise ValueError(f"{line!r} is no bid: give the number of one of your cards.")
    card = int(match[1])
    left = hand(world, state, player)
    if card not in left:
        raise ValueError(f"You have no card {card}; you have {', '.join(map(str, left)) or 'none'}.")
    return [card - 1]

"""Who plays whom, on which deals, from which seats: numbers in, numbers out.

A deal is a seed. Every deal is played from balanced seatings of a lineup, so luck with the cards and with the seat
falls on everybody alike. A unit is a lineup and a run of deals: the piece of work that is either in the log or not.
Which lineups meet is the matter of ``designs.py``.
"""

import hashlib
import math
from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement, permutations
from typing import Any, Literal, NamedTuple

import numpy as np

from agora.envs.api import Box, Spec

Kind = Literal["round-robin", "swiss", "adaptive"]

_GAMES_AT_ONCE = 2048
_MOVES_AT_ONCE = 64 << 20  # bytes of moves that one unit may keep in memory
_ALL_PERMUTATIONS = 3  # players; four would take 24 games a deal
SEED_BITS = 53  # every reader of JSON has such whole numbers exactly


class Plan(NamedTuple):
    """Everything that the units of a contest follow from, but for results; see ``designs.make_plan``."""

    kind: Kind
    agents: int
    players: int
    deals: int
    """Of one lineup: all of them, or at most with an adaptive schedule. Swiss: of all rounds together."""
    deals_per_round: int
    """Of one lineup, each time it meets."""
    deals_at_once: int
    """Of one unit, at most."""
    budget: int
    """Games in all; with an adaptive schedule at most."""
    stop: float
    """Elo points; an adaptive schedule takes agents for equal that are surely nearer to each other than this."""
    fresh: int = 0
    """Deals of one lineup after all others, which rank nobody: whoever came first is scored on them again."""


class Unit(NamedTuple):
    """Deals ``first`` to ``first + deals - 1``, played by ``lineup``."""

    lineup: tuple[int, ...]
    """(P,) agents."""
    first: int
    deals: int

    @property
    def key(self) -> str:
        """``0-1/256``: agents 0 and 1, from deal 256 on."""
        return f"{'-'.join(map(str, self.lineup))}/{self.first}"


class Outcome(NamedTuple):
    """What a unit came to."""

    unit: Unit
    wins: np.ndarray
    """(P, P) deals that each member of the lineup took from each other one, over all its seats; a draw is a half."""


def derive(*parts: Any) -> int:
    """A seed of 53 bits: the first of SHA-256 over the parts as text, joined by line feeds."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - SEED_BITS)


def lineups(agents: int, players: int) -> list[tuple[int, ...]]:
    """Round robin: every choice of ``players`` agents; where there are too few of them, some sit down twice.

    >>> lineups(3, 2)
    [(0, 1), (0, 2), (1, 2)]
    """
    if agents >= players:
        return list(combinations(range(agents), players))
    return [lineup for lineup in combinations_with_replacement(range(agents), players) if len(set(lineup)) == agents]


def seat_orders(players: int) -> np.ndarray:
    """(R, P) int: who of a lineup sits in each seat, in each of the games that are played of a deal.

    Up to three players: all permutations. More: the design of Williams (Australian Journal of Scientific Research 2,
    1949), in which everybody is in every seat equally often, and directly before everybody else equally often; R is P,
    or 2 P if P is odd.
    """
    if players <= _ALL_PERMUTATIONS:
        return np.array(list(permutations(range(players))))
    zigzag = [seat // 2 if seat % 2 == 0 else players - (seat + 1) // 2 for seat in range(players)]
    square = (np.array(zigzag) + np.arange(players)[:, None]) % players
    return square if players % 2 == 0 else np.concatenate([square, square[:, ::-1]])


def games_per_deal(players: int) -> int:
    """R, the games that one lineup plays of one deal."""
    return len(seat_orders(players))


def deals_for(games: int, players: int) -> int:
    """How many deals make up at least ``games`` games of one lineup."""
    return math.ceil(games / games_per_deal(players))


def deals_at_once(spec: Spec) -> int:
    """How many deals one unit holds, so that its games and moves fit in memory."""
    numbers = math.prod(spec.action.shape) if isinstance(spec.action, Box) else 2
    movers = spec.players if spec.turns == "simultaneous" else 1
    games = min(_GAMES_AT_ONCE, _MOVES_AT_ONCE // (spec.max_steps * movers * numbers * 4))
    return max(1, games // games_per_deal(spec.players))


def units(lineup: tuple[int, ...], first: int, deals: int, at_once: int) -> Iterator[Unit]:
    """``deals`` deals of one lineup, from number ``first`` on, in pieces."""
    for start in range(first, first + deals, at_once):
        yield Unit(lineup, start, min(at_once, first + deals - start))


def seats_and_deals(unit: Unit) -> tuple[np.ndarray, np.ndarray]:
    """The games of a unit: seating (G, P) and the number of the deal (G,); deals outside, seatings inside."""
    seating = np.array(unit.lineup)[seat_orders(len(unit.lineup))]
    deals = np.arange(unit.first, unit.first + unit.deals)
    return np.tile(seating, (unit.deals, 1)), np.repeat(deals, len(seating))

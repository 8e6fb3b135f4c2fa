"""Who plays whom, on which deals, from which seats: numbers in, numbers out.

A deal is a seed. Every lineup plays the same deals, and every deal is played from all rotations of the seats, so luck
with the cards falls on everybody alike. A unit is a lineup and a run of deals: the piece of work that is either in the
log or not.
"""

import hashlib
import math
from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement
from typing import Any, NamedTuple

import numpy as np

from agora.envs.api import Box, Spec

_GAMES_AT_ONCE = 2048
_MOVES_AT_ONCE = 64 << 20  # bytes of moves that one unit may keep in memory
SEED_BITS = 53  # every reader of JSON has such whole numbers exactly


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


def derive(*parts: Any) -> int:
    """A seed of 53 bits: the first of SHA-256 over the parts as text, joined by line feeds."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - SEED_BITS)


def deal_seed(seed: int, environment: str, deal: int) -> int:
    """The seed of a deal, which depends on the season's seed, the environment with its options, and its number."""
    return derive(seed, environment, "deal", deal)


def lineups(agents: int, players: int) -> list[tuple[int, ...]]:
    """Round robin: every choice of ``players`` agents; where there are too few of them, some sit down twice.

    >>> lineups(3, 2)
    [(0, 1), (0, 2), (1, 2)]
    """
    if agents >= players:
        return list(combinations(range(agents), players))
    return [lineup for lineup in combinations_with_replacement(range(agents), players) if len(set(lineup)) == agents]


def rotations(lineup: tuple[int, ...]) -> np.ndarray:
    """(P, P) int: in row r everybody has moved on by r seats."""
    players = len(lineup)
    return np.array([[lineup[(seat + turn) % players] for seat in range(players)] for turn in range(players)])


def deals_for(games: int, players: int) -> int:
    """How many deals make up at least ``games`` games of one lineup."""
    return math.ceil(games / players)


def deals_at_once(spec: Spec) -> int:
    """How many deals one unit holds, so that its games and moves fit in memory."""
    numbers = math.prod(spec.action.shape) if isinstance(spec.action, Box) else 2
    movers = spec.players if spec.turns == "simultaneous" else 1
    games = min(_GAMES_AT_ONCE, _MOVES_AT_ONCE // (spec.max_steps * movers * numbers * 4))
    return max(1, games // spec.players)


def units(agents: int, players: int, deals: int, at_once: int) -> Iterator[Unit]:
    """The work in the order it is done."""
    for lineup in lineups(agents, players):
        for first in range(0, deals, at_once):
            yield Unit(lineup, first, min(at_once, deals - first))


def seats_and_deals(unit: Unit) -> tuple[np.ndarray, np.ndarray]:
    """The games of a unit: seating (G, P) and the number of the deal (G,); deals outside, rotations inside."""
    seating = rotations(unit.lineup)
    deals = np.arange(unit.first, unit.first + unit.deals)
    return np.tile(seating, (unit.deals, 1)), np.repeat(deals, len(seating))

"""The options of Texas hold'em, checked, and what follows from them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from agora.envs.api import check_choice, check_integer, check_number
from agora.envs.games.holdem.betting import MOST_BETS, RIVER

MOST_PLAYERS = 6
MOST_CHIPS = 100_000
MOST_PLAYS = 4096  # actions of a hand that the history may need
FRACTIONS = (0.5, 1.0, 2.0)


class World(NamedTuple):
    players: int
    limit: bool
    whole: bool  # every number of chips is an action
    acpc: bool
    small_blind: int
    big_blind: int
    ante: int
    small_bet: int  # with limits
    big_bet: int
    stacks: np.ndarray  # (P,) int64
    fractions: np.ndarray  # (F,) float64
    largest: int  # stack
    button: int  # seat
    plays: int  # H, the most actions of a hand


def make_world(
    players: int = 2,
    betting: str = "no-limit",
    bets: Sequence[float] | str | None = None,
    stacks: int | Sequence[int] = 200,
    blinds: Sequence[int] = (1, 2),
    ante: int = 0,
    convention: str = "tournament",
) -> World:
    players = check_integer("players", players, 2, MOST_PLAYERS)
    limit = check_choice("betting", betting, ("no-limit", "limit")) == "limit"
    check_choice("convention", convention, ("tournament", "acpc"))
    big_blind = check_integer("blinds[1]", _listed("blinds", blinds, 2)[1], 1, MOST_CHIPS)
    chips = _listed("stacks", [stacks] * players if isinstance(stacks, int | np.integer) else stacks, players)
    whole = isinstance(bets, str) and check_choice("bets", bets, ("all",)) == "all" and not limit
    fixed = _listed("bets", (big_blind, 2 * big_blind) if bets is None else bets, 2) if limit else (0, 0)
    world = World(
        players=players,
        limit=limit,
        whole=whole,
        acpc=convention == "acpc",
        small_blind=check_integer("blinds[0]", blinds[0], 0, big_blind),
        big_blind=big_blind,
        ante=check_integer("ante", ante, 0, MOST_CHIPS),
        small_bet=check_integer("bets[0]", fixed[0], 1, MOST_CHIPS) if limit else 0,
        big_bet=check_integer("bets[1]", fixed[1], 1, MOST_CHIPS) if limit else 0,
        stacks=np.array([check_integer("stacks", stack, 1, MOST_CHIPS) for stack in chips], np.int64),
        fractions=_fractions([] if limit or whole else bets),
        largest=int(max(chips)),
        button=players - 1 if players > 2 else 0,
        plays=0,
    )
    plays = 4 * players + _most_raises(world) * (players - 1)
    if plays > MOST_PLAYS:
        raise ValueError(
            f"stacks={stacks!r} with blinds={blinds!r} is not allowed: a hand could take {plays} actions, at most "
            f"{MOST_PLAYS} are; give smaller stacks, larger blinds or larger bets."
        )
    return world._replace(plays=plays)


def _listed(name: str, values: Any, length: int) -> list:
    """``values`` as a list of ``length``, else ValueError."""
    if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray) or len(values) != length:
        raise ValueError(f"{name}={values!r} is not allowed: give a list of {length} numbers.")
    return list(values)


def _fractions(bets: Any) -> np.ndarray:
    bets = FRACTIONS if bets is None else bets
    if isinstance(bets, str) or not isinstance(bets, Sequence | np.ndarray) or len(bets) > 16:
        raise ValueError(f"bets={bets!r} is not allowed: give at most 16 fractions of the pot, or 'all'.")
    numbers = [check_number("bets", fraction, 0.01, 100) for fraction in bets]
    if sorted(set(numbers)) != numbers:
        raise ValueError(f"bets={bets!r} is not allowed: list each fraction once, in ascending order.")
    return np.array(numbers, np.float64)


def _most_raises(world: World) -> int:
    """The most raises of a hand: full ones, the smallest each time, and one all-in for less by everybody."""
    if world.limit:
        return (RIVER + 1) * MOST_BETS - 1
    smallest = float(world.fractions[0]) if len(world.fractions) else 0.0 if world.whole else float(world.largest)
    raises, level, pot = world.players, world.big_blind, world.big_blind
    while level <= world.largest:
        step = max(world.big_blind, int(smallest * pot))
        level, pot, raises = level + step, pot + 2 * step, raises + 1
    return raises


def history_room(world: World) -> int:
    """Rows that a state keeps for its history: 32, or four times as many until they are enough."""
    rows = 32
    while rows < world.plays:
        rows *= 4
    return rows


def seat_names(players: int) -> tuple[str, ...]:
    """What each seat is called, (P,)."""
    if players == 2:
        return ("button", "big blind")
    first = ("small blind", "big blind", "under the gun", "middle", "cutoff")
    return (*first[: players - 1], "button")


def most_at_risk(world: World) -> np.ndarray:
    """The most chips that each player can put in, (P,) int64."""
    if not world.limit:
        return world.stacks
    rounds = world.big_blind + (2 * MOST_BETS - 1) * world.small_bet + 2 * MOST_BETS * world.big_bet
    return np.minimum(world.stacks, world.ante + rounds)

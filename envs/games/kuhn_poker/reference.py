"""Kuhn poker: what is known exactly."""

from fractions import Fraction
from math import comb

import numpy as np

from agora.envs.api import Known, Reference
from agora.envs.games.kuhn_poker.rules import World
from agora.envs.games.kuhn_poker.words import RANKS

# Return at each seat in equilibrium. With more than two players there are many equilibria with different returns.
_BEST: dict[int, tuple[tuple[float, ...], str]] = {
    2: ((-1 / 18, 1 / 18), "H. W. Kuhn, 1950: the value of the game"),
    3: (
        (-1 / 48, -1 / 48, 1 / 24),
        "one of many equilibria: the second player never bets first, in the family of D. Szafron, R. Gibson and "
        "N. Sturtevant, AAMAS 2013, where player 1 gives player 3 up to another 1/96",
    ),
    4: (
        (-0.01405, -0.01405, -0.01, 0.0381),
        "one of many equilibria: that of scripted/equilibrium, whose NashConv is 0 by exact best responses",
    ),
}

KUHN = "H. W. Kuhn, 1950"
OPEN_SPIEL = "OpenSpiel's integration tests; recomputed independently"
THREE = {"players": 3}
KNOWN = (
    Known("value for the first player", -1 / 18, KUHN, "value", tolerance=1e-9),
    Known("chance nodes", 4, OPEN_SPIEL, "nodes_chance"),
    Known("decision nodes", 24, OPEN_SPIEL, "nodes_decision"),
    Known("terminal nodes", 30, OPEN_SPIEL, "nodes_terminal"),
    Known("information states", 12, OPEN_SPIEL, "infostates"),
    Known("NashConv of uniform play", 11 / 12, OPEN_SPIEL, "nash_conv_uniform", tolerance=1e-12),
    Known("uniform play, first player", 1 / 8, OPEN_SPIEL, "return_uniform", tolerance=1e-12),
    Known("information states", 48, OPEN_SPIEL, "infostates", options=THREE),
    Known("chance nodes", 17, "recomputed independently", "nodes_chance", options=THREE),
    Known("decision nodes", 288, "recomputed independently", "nodes_decision", options=THREE),
    Known("terminal nodes", 312, "recomputed independently", "nodes_terminal", options=THREE),
    Known("NashConv of uniform play", 2.0625, OPEN_SPIEL, "nash_conv_uniform", options=THREE, tolerance=1e-12),
    Known("uniform play, first player", 0.234375, OPEN_SPIEL, "return_uniform", options=THREE, tolerance=1e-12),
)


def reference(world: World) -> Reference:
    best, source = _BEST[world.players]
    return Reference(uniform_returns(world.players), best, "exact", source)


def uniform_returns(players: int) -> tuple[float, ...]:
    """Expected chips at each seat when everybody passes or bets with probability 1/2.

    Choices do not depend on cards, so whoever is in the showdown wins it equally often. With k callers the bettor has
    paid 2 chips for an equal chance, among k + 1, at a pot of P + 1 + k; what it gains the others lose in equal parts.
    Seat b makes the first bet with probability 2 ** -(b + 1).
    """
    others = players - 1
    gain = sum(
        Fraction(comb(others, callers), 2**others) * (Fraction(players + 1 + callers, callers + 1) - 2)
        for callers in range(others + 1)
    )
    first_bet = [Fraction(1, 2 ** (seat + 1)) for seat in range(players)]
    return tuple(float(gain * (chance - (sum(first_bet) - chance) / others)) for chance in first_bet)


def hand(world: World, pieces: dict[str, np.ndarray]) -> str:
    """The card that a player holds, from what it observes."""
    return RANKS[world.players][int(pieces["card"].argmax())]

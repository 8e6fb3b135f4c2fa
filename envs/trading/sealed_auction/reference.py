"""Sealed-bid auctions: the symmetric equilibrium, and what it is worth.

Notation: n bidders, F the distribution of values, G = F^(n-1) that of the highest of the others, v* the lowest value
that bids: the reserve, or in an all-pay auction the value at which v G(v) equals it.
Source: V. Krishna, "Auction theory", Academic Press, 2002, chapters 2 and 3.
"""

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import betainc

from agora.envs.api import Reference
from agora.envs.trading.sealed_auction.rules import ALL_PAY, SECOND_PRICE, World

# Nodes and weights on [0, 1] for integrals over a range of values. The fourth power packs nodes at the low end, where
# F rises like a broken power.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_NODES, _WEIGHTS = ((_NODES + 1) / 2) ** 4, 2 * ((_NODES + 1) / 2) ** 3 * _WEIGHTS


def reference(world: World) -> Reference:
    """Expected surplus per seat over all rounds, with uniform bids and in equilibrium."""
    return Reference(
        random=(world.rounds * random_surplus(world),) * world.bidders,
        best=(world.rounds * surplus(world),) * world.bidders,
        kind="exact",
        source="Symmetric Bayes-Nash equilibrium of one round (Krishna 2002, chapters 2 and 3), played in every round.",
    )


def metrics(world: World, state) -> dict[str, float]:
    """``revenue`` of the seller per round, and ``efficiency``: value of the winners over the highest values."""
    return {
        "revenue": float(state.revenue) / world.rounds,
        "efficiency": float(state.welfare / state.possible) if state.possible > 0 else 1.0,
    }


def distribution(world: World, value: np.ndarray | float) -> np.ndarray:
    """F(value): the chance that a bidder's value is at most ``value``."""
    return betainc(world.alpha, world.beta, value)


def lowest_bidding_value(world: World) -> float:
    """v*: who values the item less does not bid in equilibrium."""
    if world.format != ALL_PAY or world.reserve in (0.0, 1.0):
        return world.reserve
    return brentq(lambda v: v * distribution(world, v) ** (world.bidders - 1) - world.reserve, 0.0, 1.0, xtol=1e-14)


def bid(world: World, value: np.ndarray | float) -> np.ndarray:
    """The equilibrium bid for each ``value`` (any shape, 0 to 1); 0, which is no bid, below v* if there is a reserve.

    Second price: v. First price: v - int_v*^v G(t) dt / G(v). All-pay: v G(v) - int_v*^v G(t) dt.
    """
    value = np.asarray(value, np.float64)
    lowest = lowest_bidding_value(world)
    if world.format == SECOND_PRICE:
        return np.where(value >= lowest, value, 0.0)
    others = world.bidders - 1
    own = distribution(world, value)
    span = np.maximum(value - lowest, 0.0)
    below = distribution(world, lowest + span[..., None] * _NODES)
    if world.format == ALL_PAY:
        bids = value * own**others - span * (below**others @ _WEIGHTS)
    else:
        share = np.divide(below, own[..., None], out=np.ones_like(below), where=own[..., None] > 0)
        bids = value - span * (share**others @ _WEIGHTS)
    return np.where(value >= lowest, np.maximum(bids, world.reserve), 0.0)


def surplus(world: World) -> float:
    """What a bidder expects of one round in equilibrium, before it knows its value: int_v*^1 G (1 - F) dv."""

    def rent(v: float) -> float:
        f = distribution(world, v)
        return float(f ** (world.bidders - 1) * (1.0 - f))

    return _integral(rent, lowest_bidding_value(world))


def revenue(world: World) -> float:
    """What the seller expects of one round in equilibrium: the winner's value less what bidders keep."""
    lowest = lowest_bidding_value(world)
    unsold = _integral(lambda v: float(distribution(world, v) ** world.bidders), lowest)
    winners_value = 1.0 - lowest * float(distribution(world, lowest)) ** world.bidders - unsold
    return winners_value - world.bidders * surplus(world)


def random_surplus(world: World) -> float:
    """What a bidder expects of one round when everybody bids uniformly between 0 and 1, whatever its value."""
    n, r = world.bidders, world.reserve
    wins = (1 - r**n) / n
    own_bid_on_winning = (1 - r ** (n + 1)) / (n + 1)
    value = world.alpha / (world.alpha + world.beta)
    if world.format == ALL_PAY:
        return value * wins - (1 - r * r) / 2
    if world.format == SECOND_PRICE:
        return value * wins - r**n * (1 - r) / n - (n - 1) / n * own_bid_on_winning
    return value * wins - own_bid_on_winning


def _integral(function, low: float) -> float:
    return quad(function, low, 1.0, epsabs=1e-12, epsrel=1e-10, limit=200)[0]

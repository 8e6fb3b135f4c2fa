"""Alternating offers: its subgame-perfect equilibrium."""

import math

import numpy as np

from agora.envs.api import Reference
from agora.envs.negotiation.alternating_offers.rules import DEAL, World

_ROUNDING = 1e-12  # a share that is short by less counts as enough


def equilibrium(world: World) -> np.ndarray:
    """The share that is offered in each period, (T,), which is also the least that is taken then.

    T is the horizon; without one it is 2, and period t is like t mod 2. Whoever is indifferent, as the one who offers
    or as the one who answers, prefers the deal. With divisible pies there is no other subgame-perfect equilibrium. With
    bins and no horizon there are several (E. van Damme, R. Selten, E. Winter, "Alternating bid bargaining with a
    smallest money unit", Games and Economic Behavior 2, 1990): this is the stationary one nearest to that of divisible
    pies.
    """
    if world.horizon:
        return backward_induction(world)
    return stationary_on_grid(world) if world.bins else closed_form(world)


def expected_discounts(world: World) -> tuple[float, float]:
    """What a further period leaves of the expected pie: the discounts times the probability that talks go on."""
    going_on = 1.0 - world.breakdown
    return world.discount_1 * going_on, world.discount_2 * going_on


def closed_form(world: World) -> np.ndarray:
    """What player 1 and player 2 offer without a horizon, (2,): d_2 (1 - d_1) / (1 - d_1 d_2), and in mirror image."""
    d1, d2 = expected_discounts(world)
    return np.array([d2 * (1 - d1), d1 * (1 - d2)]) / (1 - d1 * d2)


def backward_induction(world: World) -> np.ndarray:
    """What is offered in each period of the horizon, (T,): what waiting is worth to the other, who offers next."""
    d = expected_discounts(world)
    offers = np.zeros(world.horizon)  # the last one need be worth nothing
    for period in range(world.horizon - 2, -1, -1):
        offers[period] = possible(world, d[1 - period % 2] * (1 - offers[period + 1]))
    return offers


def stationary_on_grid(world: World) -> np.ndarray:
    """What player 1 and player 2 offer, (2,): of all pairs that answer each other, the nearest to the closed form."""
    d1, d2 = expected_discounts(world)
    pairs = []
    for pieces in range(world.bins + 1):
        first = pieces / world.bins
        second = possible(world, d1 * (1 - first))
        if possible(world, d2 * (1 - second)) == first:
            pairs.append((first, second))
    return min(np.array(pairs), key=lambda pair: np.abs(pair - closed_form(world)).sum())


def possible(world: World, share: float) -> float:
    """The least share that can be offered and is at least ``share``."""
    return math.ceil((share - _ROUNDING) * world.bins) / world.bins if world.bins else share


def reference(world: World) -> Reference:
    """Random play by summing over the periods; as best, the return of each seat in equilibrium."""
    offered = float(equilibrium(world)[0])
    method = "backward induction" if world.horizon else "closed form (Rubinstein 1982)"
    if world.bins and not world.horizon:
        method += ", the nearest stationary one on the grid"
    return Reference(
        random=random_returns(world),
        best=(1 - offered, offered),
        kind="exact",
        source=f"Subgame-perfect equilibrium by {method}.",
    )


def random_returns(world: World) -> tuple[float, float]:
    """Expected return of each seat when both draw uniformly among their legal actions.

    A random share is taken by a random threshold with probability 1/2; then whoever takes it gets 2/3 on average. With
    bins an answer is one action among all, and has nothing to do with the offer, which is half of the pie on average.
    """
    d, last = expected_discounts(world), world.periods - 1
    returns = [0.0, 0.0]
    for player in (0, 1):
        reached = 1.0  # probability of this period, times the player's discounts
        for period in range(last + 1):
            taken = 1 / 2 if not world.bins or (world.horizon and period == last) else 1 / (world.bins + 2)
            mine = 1 / 2 if world.bins else (1 / 3 if period % 2 == player else 2 / 3)
            returns[player] += reached * taken * mine
            reached *= (1 - taken) * d[player]
    return returns[0], returns[1]


def metrics(world: World, state) -> dict[str, float]:
    """What an ended game says beyond its returns.

    ``agreement``: 1 with a deal. ``efficiency``: both players' returns together; 1 is a deal in the first period.
    ``distance``: how far the shares (both 0 without a deal) are from those of the equilibrium, the farther of the two.
    ``period``: the period in which the game ended, counted from 1.
    """
    shares = np.zeros(2)
    if state.outcome == DEAL:
        answerer = state.made % 2
        shares[answerer], shares[1 - answerer] = state.offer, 1 - state.offer
    return {
        "agreement": float(state.outcome == DEAL),
        "efficiency": float((shares * state.pie).sum()),
        "distance": float(np.abs(shares - reference(world).best).max()),
        "period": float(state.made),
    }

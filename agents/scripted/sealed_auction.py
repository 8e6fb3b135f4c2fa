"""Scripted agents for ``agora/SealedAuction-v0``: each bids a function of its value."""

from collections.abc import Callable

import numpy as np

from agora.agents.api import Agent, from_function
from agora.envs import game
from agora.envs.api import Spec
from agora.envs.trading.sealed_auction.reference import bid, lowest_bidding_value

SHADE = 0.8
TABLE_POINTS = 4097


def truthful(spec: Spec) -> Agent:
    """Bids what the item is worth to it: the best answer to anything in a second-price auction."""
    return from_function(lambda observation, legal: spec.pieces(observation)["value"])


def equilibrium(spec: Spec) -> Agent:
    """Bids as in the symmetric equilibrium, read from a table of 4,097 values."""
    world = game(spec.id, **spec.options).world
    lowest = lowest_bidding_value(world)
    values = np.linspace(lowest, 1.0, TABLE_POINTS)
    bids = bid(world, values)

    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        value = spec.pieces(observation)["value"].astype(np.float64)
        # one step up, so that the rounding to float32 never puts a bid below the reserve
        wanted = np.nextafter(np.interp(value, values, bids).astype(np.float32), np.float32(1))
        return np.where(value >= lowest, wanted, np.float32(0))

    return from_function(act)


def shading(spec: Spec) -> Agent:
    """Bids four fifths of its value whatever the format: a rule of thumb."""
    return from_function(lambda observation, legal: np.float32(SHADE) * spec.pieces(observation)["value"])


AGENTS: dict[str, Callable[[Spec], Agent]] = {"truthful": truthful, "equilibrium": equilibrium, "shading": shading}

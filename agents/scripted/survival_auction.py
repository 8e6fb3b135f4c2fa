"""Scripted agents for ``agora/SurvivalAuction-v0``: levels of thinking about the bids of others, and a careful one.

All that the levels need is public: level 0 does again what it did yesterday, and each level above outbids what it
expects of the others when they think one level less.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from agora.agents.api import Agent, SampledAgent, from_function
from agora.envs import game
from agora.envs.api import Spec
from agora.envs.games.survival_auction.rules import World


def random_bidder(spec: Spec) -> SampledAgent:
    """Draws uniformly from 0 to its money."""
    return SampledAgent(lambda observation, legal: legal / legal.sum(axis=1, keepdims=True))


def level(spec: Spec, depth: int) -> Agent:
    """Bids what gets water against residents who think ``depth`` - 1 levels deep, by as little as possible.

    Level 0 bids as on the day before, at most its money, and half its money on the first day. Who cannot outbid what it
    expects keeps its money and bids 0.
    """
    world = game(spec.id, **spec.options).world

    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        health, money, bids = _amounts(world, spec, observation)
        expected = np.where(bids[:, 0] >= 0, np.minimum(bids[:, 0], money), money // 2)
        expected = np.where(health > 0, expected, -1)  # the dead do not bid
        for _ in range(depth):
            expected = np.where(health > 0, _outbidding(world, expected, money), -1)
        return np.maximum(expected[:, 0], 0)

    return from_function(act)


def _outbidding(world: World, expected: np.ndarray, money: np.ndarray) -> np.ndarray:
    """Each resident's least bid (L, P) that gets water against the ``expected`` ones of the others, or 0."""
    wanted = np.empty_like(expected)
    for seat in range(world.residents):
        others = np.sort(np.delete(expected, seat, axis=1), axis=1)
        wanted[:, seat] = others[:, -world.supply] + 1
    return np.where(wanted <= money, wanted, 0)


def careful(spec: Spec) -> Agent:
    """Bids the share of its money that its thirst has of its health: all of it when another dry day would kill."""
    world = game(spec.id, **spec.options).world

    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        health, money, _ = _amounts(world, spec, observation)
        loss = np.rint(spec.pieces(observation)["dry"][:, 0] * world.days) + 1
        share = np.minimum(loss / np.maximum(health[:, 0], 1), 1.0)
        return (share * money[:, 0]).astype(np.int64)

    return from_function(act)


def _amounts(world: World, spec: Spec, observation: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Health and money (L, P) and past bids (L, days, P), whole numbers as in the rules; -1 where there was no bid."""
    pieces = spec.pieces(observation)
    earned = world.salary * world.days
    bids = np.where(pieces["bids"] < 0, -1, np.rint(pieces["bids"] * earned))
    health, money = pieces["health"] * world.max_health, pieces["money"] * earned
    return np.rint(health).astype(np.int64), np.rint(money).astype(np.int64), bids.astype(np.int64)


AGENTS: dict[str, Callable[[Spec], Agent]] = {
    "random_bidder": random_bidder,
    "level_0": partial(level, depth=0),
    "level_1": partial(level, depth=1),
    "level_2": partial(level, depth=2),
    "level_3": partial(level, depth=3),
    "careful": careful,
}

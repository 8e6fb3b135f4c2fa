"""Scripted agents for Oshi-Zumo."""

from collections.abc import Callable

import numpy as np

from agora.agents.api import SampledAgent
from agora.envs.api import Spec
from agora.envs.games.oshi_zumo.rules import make_world


def steady(spec: Spec) -> SampledAgent:
    """Spreads its coins evenly over the pushes that it still needs, but never pays more than the other can answer."""
    return _agent(spec, lambda own, other, to_win, to_lose: np.minimum(own // to_win, other + 1))


def brink(spec: Spec) -> SampledAgent:
    """Bids little until the wrestler stands on its last place, then a third of its coins."""
    return _agent(spec, lambda own, other, to_win, to_lose: np.where(to_lose > 1, 1, np.minimum(own // 3, other + 1)))


def _agent(spec: Spec, wanted: Callable[..., np.ndarray]) -> SampledAgent:
    """Bids ``wanted(own coins, other's coins, pushes to win, pushes to lose)``, each (L,), or the nearest legal bid."""
    world = make_world(**spec.options)
    bids = np.arange(world.coins + 1)

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        pieces = spec.pieces(observation)
        own, other = np.rint(pieces["coins"] * world.coins).astype(np.int64).T
        to_lose = np.clip(pieces["wrestler"].argmax(axis=1), 1, 2 * world.middle - 1)
        bid = wanted(own, other, 2 * world.middle - to_lose, to_lose)
        nearest = np.where(legal, np.abs(bids - bid[:, None]), 2 * len(bids)).argmin(axis=1)
        return np.eye(len(bids))[nearest]

    return SampledAgent(policy)


AGENTS = {"steady": steady, "brink": brink}

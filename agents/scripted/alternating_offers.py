"""Scripted agents for alternating offers: all offer a share and take a share, and differ in which."""

from collections.abc import Callable

import numpy as np

import agora.envs
from agora.agents.api import Agent, from_function
from agora.envs.api import Box, Spec
from agora.envs.negotiation.alternating_offers import reference
from agora.envs.negotiation.alternating_offers.rules import ACCEPT, OFFER, REJECT

Plan = Callable[[dict[str, np.ndarray]], tuple[np.ndarray | float, np.ndarray | float]]
"""The share to offer and the least share to take, (L,) or one for all lanes, by the pieces of the observation."""


def equilibrium(spec: Spec) -> Agent:
    """Offers and takes what the subgame-perfect equilibrium says."""
    world = agora.envs.game(spec.id, **spec.options).world
    shares = reference.equilibrium(world)  # offered in each period, and taken then
    if not world.horizon:

        def plan(seen: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
            seat = seen["seat"].argmax(axis=1)
            return shares[seat], shares[1 - seat]
    else:
        padded = np.append(shares, 0.0)  # read by nobody: offers after the last, answers before the first

        def plan(seen: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
            made = np.rint(seen["period"][:, 0] * spec.max_steps).astype(np.int64)
            return padded[made], padded[made - 1]

    return _sharing(spec, plan)


def fair(spec: Spec) -> Agent:
    """Offers half and takes half or more."""
    return _sharing(spec, lambda seen: (0.5, 0.5))


def tough(spec: Spec) -> Agent:
    """Offers a quarter and takes no less than half, to the end."""
    return _sharing(spec, lambda seen: (0.25, 0.5))


def _sharing(spec: Spec, plan: Plan) -> Agent:
    return from_function(_with_shares(spec, plan) if isinstance(spec.action, Box) else _with_pieces(spec, plan))


def _with_shares(spec: Spec, plan: Plan) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        actions = np.empty((len(observation), 2), np.float32)
        actions[:, 0], actions[:, 1] = plan(spec.pieces(observation))
        return actions

    return act


def _with_pieces(spec: Spec, plan: Plan) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """The same in whole pieces; half a piece is rounded down."""
    bins = spec.options["bins"]

    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        seen = spec.pieces(observation)
        offer, least = (np.ceil(np.multiply(share, bins) - 0.5).astype(np.int64) for share in plan(seen))
        offered = np.rint(seen["share"][:, 0] * bins)
        answers = np.where(legal[:, REJECT], REJECT, OFFER + offer)
        return np.where(legal[:, ACCEPT] & (offered >= least), ACCEPT, answers)

    return act


AGENTS = {"equilibrium": equilibrium, "fair": fair, "tough": tough}

"""Scripted agents for goofspiel."""

from collections.abc import Callable

import numpy as np

from agora.agents.api import SampledAgent
from agora.envs.api import Spec
from agora.envs.games.goofspiel.rules import make_world


def matcher(spec: Spec) -> SampledAgent:
    """Bids the card as high as the prize: the best answer to uniformly random play (S. M. Ross, 1971)."""
    return _agent(spec, lambda prize: prize)


def outbidder(spec: Spec) -> SampledAgent:
    """Bids one more than the prize, which beats `matcher`, and its lowest card for the prize that has no more."""
    cards = make_world(**spec.options).cards
    return _agent(spec, lambda prize: np.where(prize + 1 < cards, prize + 1, 0))


def _agent(spec: Spec, wanted: Callable[[np.ndarray], np.ndarray]) -> SampledAgent:
    """Bids the card ``wanted(prize (L,))`` (L,), or of those left the nearest to it, lower first."""
    cards = np.arange(make_world(**spec.options).cards)

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        prize = spec.pieces(observation)["prize"].argmax(axis=1)
        distance = np.abs(cards - wanted(prize)[:, None])
        nearest = np.where(legal, distance, 2 * len(cards)).argmin(axis=1)
        return np.eye(len(cards))[nearest]

    return SampledAgent(policy)


AGENTS = {"matcher": matcher, "outbidder": outbidder}

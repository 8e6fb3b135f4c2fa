"""Scripted agents for ``agora/BeautyContest-v0``: levels of thinking, and the equilibrium.

The levels are those of R. Nagel, American Economic Review 85, 1995: level 0 is what one starts from, in the first round
the middle of the numbers, later the mean of the round before; each level above guesses the fraction of the one below.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from agora.agents.api import Agent, SampledAgent, from_function
from agora.envs import game
from agora.envs.api import Spec


def level_zero(spec: Spec) -> SampledAgent:
    """Draws uniformly among all numbers, in every round."""
    return SampledAgent(lambda observation, legal: legal / legal.sum(axis=1, keepdims=True))


def level(spec: Spec, depth: int) -> Agent:
    """Guesses the ``depth``-th power of the fraction times the mean of the round before, at first times the middle."""
    world = game(spec.id, **spec.options).world
    middle = (world.bottom + world.top) / 2

    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        latest = spec.pieces(observation)["history"][:, 0].astype(np.float64)
        start = np.where(latest[:, 0] >= 0, latest.mean(axis=1) * world.top, middle)
        guess = np.rint(world.fraction**depth * start).astype(np.int64)
        return np.clip(guess, world.bottom, world.top)

    return from_function(act)


def equilibrium(spec: Spec) -> Agent:
    """The lowest number, or the highest where the fraction is above 1."""
    world = game(spec.id, **spec.options).world
    guess = world.top if world.fraction > 1 else world.bottom
    return from_function(lambda observation, legal: np.full(len(observation), guess))


AGENTS: dict[str, Callable[[Spec], Agent]] = {
    "level_0": level_zero,
    "level_1": partial(level, depth=1),
    "level_2": partial(level, depth=2),
    "level_3": partial(level, depth=3),
    "equilibrium": equilibrium,
}

"""Scripted agents for liar's dice: both weigh bids by the chance that they hold, given the own dice."""

from math import comb

import numpy as np

from agora.agents.api import SampledAgent
from agora.envs.api import Spec
from agora.envs.games.liars_dice.rules import World, make_world

SHARPNESS = 4  # of `bluffer`: how fast it gives up bids that are less likely to hold


def counter(spec: Spec) -> SampledAgent:
    """Calls a bid that more likely fails than holds; else makes the higher bid that most likely holds, lowest first."""

    def weigh(holds: np.ndarray, fails: np.ndarray) -> np.ndarray:
        best = (holds == holds.max(axis=1, keepdims=True)).argmax(axis=1)
        bids = (np.arange(holds.shape[1]) == best[:, None]) & (holds > 0)
        call = (fails > 0.5) | ~bids.any(axis=1, keepdims=True)
        return np.hstack([bids & ~call, call]).astype(np.float64)

    return _agent(spec, weigh)


def bluffer(spec: Spec) -> SampledAgent:
    """Draws among all bids and the call, the likelier ones to hold, or the bid to fail, far more often."""
    return _agent(spec, lambda holds, fails: np.hstack([holds, fails]) ** SHARPNESS + 1e-12)


def _agent(spec: Spec, weigh) -> SampledAgent:
    """Plays in proportion to ``weigh(holds (L, bids), fails (L, 1))`` (L, A).

    ``holds`` is each legal bid's chance to hold, 0 for others; ``fails`` the standing bid's chance not to.
    """
    world = make_world(**spec.options)
    table = _chances(world)
    joker = (np.arange(world.sides) == world.sides - 1) | (not world.wild)  # faces that no other die counts as

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        pieces = spec.pieces(observation)
        dice = pieces["dice"].astype(np.int64)
        own = dice + np.where(joker, 0, dice[:, -1:])
        missing = np.maximum(world.quantity - own[:, world.face], 0)
        chance = table[joker[world.face].astype(np.int64), missing]  # (L, bids)
        made = pieces["bids"]
        standing = world.bids - 1 - made[:, ::-1].argmax(axis=1)
        fails = np.where(made.any(axis=1), 1 - chance[np.arange(len(made)), standing], 0.0)
        weights = weigh(chance * legal[:, :-1], fails[:, None]) * legal
        return weights / weights.sum(axis=1, keepdims=True)

    return SampledAgent(policy)


def _chances(world: World) -> np.ndarray:
    """(2, total + 1): that at least so many of the others' dice count as a face; row 1 where one side alone does."""
    unseen = world.total - world.dice
    table = np.zeros((2, world.total + 1))
    for row, sides in enumerate((2, 1)):
        hit = sides / world.sides
        for missing in range(unseen + 1):
            table[row, missing] = sum(
                comb(unseen, number) * hit**number * (1 - hit) ** (unseen - number)
                for number in range(missing, unseen + 1)
            )
    return table


AGENTS = {"counter": counter, "bluffer": bluffer}

"""Scripted agents for Colonel Blotto."""

import numpy as np

from agora.agents.api import SampledAgent
from agora.envs.api import Spec
from agora.envs.games.blotto.rules import make_world


def even(spec: Spec) -> SampledAgent:
    """Spreads its coins evenly over all fields; which of them get one more is drawn."""
    return _agent(spec, make_world(**spec.options).fields)


def majority(spec: Spec) -> SampledAgent:
    """Spreads its coins evenly over just more than half of the fields, drawn each time, and gives up the others."""
    return _agent(spec, make_world(**spec.options).fields // 2 + 1)


def _agent(spec: Spec, wanted: int) -> SampledAgent:
    """Draws among the divisions that share the coins evenly out to ``wanted`` fields."""
    world = make_world(**spec.options)
    share, rest = divmod(world.coins, wanted)
    coins = sorted([share] * (wanted - rest) + [share + 1] * rest + [0] * (world.fields - wanted))
    fits = (np.sort(world.divisions, axis=1) == coins).all(axis=1)
    chances = fits / fits.sum()
    return SampledAgent(lambda observation, legal: np.tile(chances, (len(observation), 1)))


AGENTS = {"even": even, "majority": majority}

"""Kuhn poker: what is known exactly."""

from fractions import Fraction

from agora.envs.api import Reference
from agora.envs.games.kuhn_poker.rules import World

# Expected chips when everybody draws uniformly between pass and bet, by full enumeration of the deals.
_RANDOM = {2: (1 / 8, -1 / 8), 3: (0.234375, -0.046875, -0.1875)}


def reference(world: World) -> Reference:
    raise NotImplementedError

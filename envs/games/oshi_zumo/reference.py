"""Oshi-Zumo: what symmetry says, and known numbers."""

from agora.envs.api import Known, Reference
from agora.envs.games.oshi_zumo.rules import World

TEST = "OpenSpiel's own tests"


def reference(world: World) -> Reference:
    """The seats are mirror images, so both get 0, at random and in equilibrium."""
    return Reference((0.0, 0.0), (0.0, 0.0), "exact", "symmetry: the value of a symmetric zero-sum game is 0")


def _small(**options) -> dict:
    return {"coins": 5, "size": 2, **options}


KNOWN = (
    Known(
        "NashConv of uniform play, 10 coins",
        1.988311287477953,
        TEST,
        "nash_conv_uniform",
        options={"coins": 10, "size": 3, "min_bid": 1},
        tolerance=1e-9,
        slow=True,
    ),
    Known("value, 5 coins, bids from 1", 0, TEST, "value", options=_small(min_bid=1), tolerance=1e-7),
    Known("value, 5 coins, 3 rounds", 0, TEST, "value", options=_small(horizon=3), tolerance=1e-7),
    Known("value, Alesia", 0, "symmetry", "value", options=_small(min_bid=1, alesia=True), tolerance=1e-7),
)

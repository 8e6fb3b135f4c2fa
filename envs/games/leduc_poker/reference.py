"""Leduc poker: what is known exactly."""

from agora.envs.api import Reference
from agora.envs.games.leduc_poker.rules import World

VALUE = -0.085606424078  # chips, to player 1 in equilibrium
RANDOM = -5 / 64  # chips, to player 1 when both draw uniformly among their legal actions


def reference(world: World) -> Reference:
    """The same with and without ``suit_isomorphism``, since suits never matter for the pot."""
    return Reference(
        random=(RANDOM, -RANDOM),
        best=(VALUE, -VALUE),
        kind="exact",
        source="sequence-form linear program (D. Koller, N. Megiddo, B. von Stengel, 1996), solved to 1e-12; "
        "uniform play by walking the whole tree",
    )

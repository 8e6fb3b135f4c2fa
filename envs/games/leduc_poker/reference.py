"""Leduc poker: what is known exactly."""

import numpy as np

from agora.envs.api import Known, Reference
from agora.envs.games.leduc_poker.rules import World
from agora.envs.games.leduc_poker.words import RANKS

VALUE = -0.085606424078  # chips, to player 1 in equilibrium
RANDOM = -5 / 64  # chips, to player 1 when both draw uniformly among their legal actions

OPEN_SPIEL = "OpenSpiel's tests; recomputed independently"
SUITLESS = {"suit_isomorphism": True}
KNOWN = (
    Known("value for the first player", VALUE, OPEN_SPIEL, "value", tolerance=1e-9),
    Known("chance nodes", 157, OPEN_SPIEL, "nodes_chance"),
    Known("decision nodes", 3780, OPEN_SPIEL, "nodes_decision"),
    Known("terminal nodes", 5520, OPEN_SPIEL, "nodes_terminal"),
    Known("information states", 936, OPEN_SPIEL, "infostates"),
    Known("information states of the first player", 468, OPEN_SPIEL, "infostates", {"player": 0}),
    Known("NashConv of uniform play", 4.747222222222222, OPEN_SPIEL, "nash_conv_uniform", tolerance=1e-12),
    Known("exploitability of uniform play", 2.373611111111111, OPEN_SPIEL, "exploitability_uniform", tolerance=1e-12),
    Known("uniform play, first player", RANDOM, OPEN_SPIEL, "return_uniform", tolerance=1e-12),
    Known("information states", 288, OPEN_SPIEL, "infostates", options=SUITLESS),
    Known("value for the first player", VALUE, OPEN_SPIEL, "value", options=SUITLESS, tolerance=1e-9),
)


def reference(world: World) -> Reference:
    """The same with and without ``suit_isomorphism``, since suits never matter for the pot."""
    return Reference(
        random=(RANDOM, -RANDOM),
        best=(VALUE, -VALUE),
        kind="exact",
        source="sequence-form linear program (D. Koller, N. Megiddo, B. von Stengel, 1996), solved to 1e-12; "
        "uniform play by walking the whole tree",
    )


def hand(world: World, pieces: dict[str, np.ndarray]) -> str:
    """The rank of the own card, and whether the board has paired it, from what a player observes."""
    kinds = len(pieces["card"]) // len(RANKS)
    own, board = int(pieces["card"].argmax()) // kinds, pieces["board"]
    paired = board.any() and int(board.argmax()) // kinds == own
    return f"{RANKS[own]}{' paired' if paired else ''}"

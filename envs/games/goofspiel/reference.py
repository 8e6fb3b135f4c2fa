"""Goofspiel: what symmetry says, and known counts."""

from fractions import Fraction

from agora.envs.api import Kind, Known, Reference
from agora.envs.games.goofspiel.rules import CARRY_OVER, ORDERS, RETURNS, SPLIT, TIES, TOTAL_POINTS, World
from agora.envs.games.playouts import play_uniformly

API_TEST = "OpenSpiel, integration_tests/api_test.py"
RECOMPUTED = "recomputed independently"
GAMES = 20_000  # simulated where there is no closed form


def reference(world: World) -> Reference:
    """Seats differ in nothing, so in a zero-sum game everybody gets 0, at random and in a symmetric equilibrium."""
    zeros = (0.0,) * world.players
    if world.returns != TOTAL_POINTS:
        source = "symmetry; a symmetric equilibrium exists (J. Nash, 1951)"
        return Reference(zeros, zeros, "exact", source)
    fair = world.cards * (world.cards + 1) / 2 / world.players
    random, how = uniform_points(world)
    kind: Kind = "exact" if world.ties == SPLIT else "bound"
    source = f"an equal share of all prizes, which ties can only lessen; uniform play {how}"
    return Reference((random,) * world.players, (fair,) * world.players, kind, source)


def uniform_points(world: World) -> tuple[float, str]:
    """Expected points at each seat when everybody bids in random order, and how that is known."""
    fair = world.cards * (world.cards + 1) / 2 / world.players
    if world.ties == SPLIT:
        return fair, "in closed form"
    if world.ties == CARRY_OVER:
        played = play_uniformly("agora/Goofspiel-v0", _options(world), GAMES)
        return sum(played.returns) / world.players, f"by {played.how}"
    alone = sum(Fraction(card, world.cards) ** (world.players - 1) for card in range(world.cards)) / world.cards
    return float(fair * world.players * alone), "in closed form"


def _options(world: World) -> dict:
    return {
        "cards": world.cards,
        "players": world.players,
        "information": "perfect" if world.shown == world.players else "imperfect",
        "order": ORDERS[world.order],
        "ties": TIES[world.ties],
        "returns": RETURNS[world.returns],
    }


def _hidden(cards: int) -> dict:
    """The variant that the literature counts: goofspiel with imperfect information."""
    return {"cards": cards, "information": "imperfect", "order": "descending"}


KNOWN = (
    Known("information states, 4 cards", 162, API_TEST, "infostates", options=_hidden(4)),
    Known("chance nodes, 4 cards", 0, API_TEST, "nodes_chance", options=_hidden(4)),
    Known("decision nodes, 4 cards", 501, API_TEST, "nodes_decision", options=_hidden(4)),
    Known("terminal nodes, 4 cards", 576, API_TEST, "nodes_terminal", options=_hidden(4)),
    Known("value, 4 cards", 0, "symmetry", "value", options=_hidden(4), tolerance=1e-7),
    Known(
        "NashConv of uniform play, 4 cards",
        17 / 12,
        RECOMPUTED,
        "nash_conv_uniform",
        options=_hidden(4),
        tolerance=1e-9,
    ),
    Known("information states, 3 cards", 16, RECOMPUTED, "infostates", options=_hidden(3)),
    Known(
        "NashConv of uniform play, 3 cards", 4 / 3, RECOMPUTED, "nash_conv_uniform", options=_hidden(3), tolerance=1e-9
    ),
)

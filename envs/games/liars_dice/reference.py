"""Liar's dice: what is known exactly."""

from fractions import Fraction
from math import comb

from agora.envs.api import Known, Reference
from agora.envs.games.liars_dice.rules import World, make_world

TRUTH = "OpenSpiel, integration_tests/api_test.py and tabular_exploitability_test.cc"
LP = "sequence-form linear program, recomputed independently"

# Value to player 1 of the game of two players with one die each: by `wild`, then `bidding` by face, then sides.
VALUES = {
    (True, False): {2: 1 / 2, 3: 1 / 9, 4: 1 / 16, 5: 1 / 125, 6: -7 / 258},
    (True, True): {2: 0.0, 3: 1 / 9, 4: 0.0, 5: -1 / 25, 6: -1 / 18},
    (False, False): {2: 0.0, 3: -1 / 9, 4: -1 / 8, 5: -3 / 25, 6: -1 / 9},
    (False, True): {2: 0.0, 3: -1 / 9, 4: -1 / 8, 5: -3 / 25, 6: -1 / 9},
}


def reference(world: World) -> Reference:
    random = uniform_returns(world)
    solved = VALUES[world.wild, world.by_face] if world.players == 2 and world.dice == 1 else {}
    if world.sides in solved:
        value = solved[world.sides]
        source = (
            "sequence-form linear program (D. Koller, N. Megiddo, B. von Stengel, 1996); uniform play in closed form"
        )
        return Reference(random, (value, -value), "exact", source)
    source = "nobody wins more than once; uniform play in closed form"
    return Reference(random, (1.0,) * world.players, "bound", source)


def uniform_returns(world: World) -> tuple[float, ...]:
    """Expected return at each seat when everybody draws uniformly: choices do not depend on the dice.

    ``incoming[p]`` is the chance that the bids so far lead ``p`` to make the present one; that bid is followed by each
    higher one, and by the call, with the same chance.
    """
    returns, incoming = [0.0] * world.players, [0.0] * world.players
    incoming[0] = 1 / world.bids
    for bid in range(world.bids):
        edge = 2 * chance_of_truth(world, bid) - 1
        leaving = [chance / (world.bids - bid) for chance in incoming]
        for bidder, chance in enumerate(leaving):
            caller = (bidder + 1) % world.players
            returns[bidder] += chance * edge
            returns[caller] -= chance * edge
            incoming[caller] += chance
    return tuple(returns)


def chance_of_truth(world: World, bid: int) -> float:
    """The chance that ``bid`` holds for dice that nobody has seen."""
    joker = world.wild and world.face[bid] != world.sides - 1
    hit, total = Fraction(2 if joker else 1, world.sides), world.total
    wanted = range(int(world.quantity[bid]), total + 1)
    return float(sum(comb(total, number) * hit**number * (1 - hit) ** (total - number) for number in wanted))


KNOWN = (
    Known("information states, 6 sides", 24576, TRUTH, "infostates"),
    Known("chance nodes, 6 sides", 7, TRUTH, "nodes_chance"),
    Known("decision nodes, 6 sides", 147456, TRUTH, "nodes_decision"),
    Known("terminal nodes, 6 sides", 147420, TRUTH, "nodes_terminal"),
    Known("NashConv of uniform play, 6 sides", 1.561488646384479, TRUTH, "nash_conv_uniform", tolerance=1e-9),
    Known("value, 6 sides", -7 / 258, LP, "value", tolerance=1e-7, slow=True),
    Known("information states, 3 sides", 192, LP, "infostates", options={"sides": 3}),
    Known("information states, 4 sides", 1024, LP, "infostates", options={"sides": 4}),
    Known("value, 3 sides", 1 / 9, LP, "value", options={"sides": 3}, tolerance=1e-7),
    Known("value, 4 sides", 1 / 16, LP, "value", options={"sides": 4}, tolerance=1e-7),
    Known("value, 4 sides, none wild", -1 / 8, LP, "value", options={"sides": 4, "wild": False}, tolerance=1e-7),
    Known(
        "value, 5 sides, bids by face", -1 / 25, LP, "value", options={"sides": 5, "bidding": "face"}, tolerance=1e-7
    ),
    Known(
        "uniform play, 3 players",
        uniform_returns(make_world(players=3, sides=2))[0],
        "closed form",
        "return_uniform",
        options={"players": 3, "sides": 2},
        tolerance=1e-9,
    ),
    Known("NashConv of uniform play, 3 sides", 10 / 9, LP, "nash_conv_uniform", options={"sides": 3}, tolerance=1e-9),
    Known(
        "NashConv of uniform play, 4 sides",
        1.3101190476,
        LP,
        "nash_conv_uniform",
        options={"sides": 4},
        tolerance=1e-9,
    ),
)

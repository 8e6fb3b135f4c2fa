"""Liar's dice: bid on dice that nobody sees all of, and call a bid that seems too high.

# Description
Everybody rolls the same number of dice behind a hand. In turn, player 1 first, each claims how many of all the dice
show a face, higher than the claim before, or calls the bidder a liar. Then all dice are shown: the bidder wins if
at least so many of them show the face, else the caller does. The highest face is wild: it counts as every face.
One round is played; the number of dice never changes.

# Observation
`dice` (sides): how many of the own dice show each face. `seat` (players): the own seat, one-hot. `bids`
(players * dice * sides): 1 for every bid that has been made; as bids rise and turns go round, that says who made
which. All int8. After the call the dice lie open, in words and picture; the observation, of use to decide, leaves
them out.

# Action
`Discrete(bids + 1)`, with bids = players * dice * sides. Action (quantity - 1) * sides + face - 1 claims that
`quantity` dice show `face`; with `bidding="face"` it is (face - 1) * players * dice + quantity - 1. A bid must have a
higher number than the one before. The last action calls the bidder a liar; it needs a bid.

# Reward
At the end: 1 for the winner, of the bidder and the caller, -1 for the loser, 0 for the others. Zero-sum.

# End
When a bid is called.

# Options
- `players` (default 2): 2 to 10.
- `dice` (default 1): of each player, 1 to 6.
- `sides` (default 6): of each die, 2 to 12.
- `wild` (default True): whether the highest face counts as every face.
- `bidding` (default "quantity"): what makes a bid higher. "quantity": more dice of any face, or as many of a higher
  face. "face": a higher face with any quantity, or the same face with more dice.

# Source
C. Ferguson and T. Ferguson, "Models for the game of liar's dice", 1991. The default is the game that OpenSpiel solves,
worth -7/258 to player 1. OpenSpiel calls the two kinds of `bidding` "reset-face" and "reset-quantity", allows two
players only, and its highest face is always wild.

# Versions
- v0: first release.
"""

from typing import NamedTuple

import numpy as np

from agora.envs.api import CHANCE, Discrete, Piece, Spec, check_choice, check_integer
from agora.envs.arrays import copy, fill
from agora.envs.jit import rule
from agora.envs.rng import integer

NONE = -1  # no bid yet, nobody has won yet


class World(NamedTuple):
    players: int
    dice: int
    sides: int
    wild: bool
    by_face: bool
    total: int  # dice of all players
    bids: int  # their number, and the action that calls the bidder a liar
    quantity: np.ndarray  # (bids,) how many dice each bid claims, from 1
    face: np.ndarray  # (bids,) the face it names, from 0


def make_world(players: int = 2, dice: int = 1, sides: int = 6, wild: bool = True, bidding: str = "quantity") -> World:
    players = check_integer("players", players, 2, 10)
    dice = check_integer("dice", dice, 1, 6)
    sides = check_integer("sides", sides, 2, 12)
    wild = check_choice("wild", wild, (False, True))
    by_face = check_choice("bidding", bidding, ("quantity", "face")) == "face"
    total = players * dice
    bids = np.arange(total * sides)
    quantity = 1 + (bids % total if by_face else bids // sides)
    face = bids // total if by_face else bids % sides
    return World(players, dice, sides, wild, by_face, total, total * sides, quantity, face)


def make_spec(world: World) -> Spec:
    return Spec(
        players=world.players,
        turns="sequential",
        information="imperfect",
        payoff="zero-sum",
        chance="explicit",
        action=Discrete(world.bids + 1),
        observation=(
            Piece("dice", (world.sides,), 0, world.dice, "how many of the own dice show each face"),
            Piece("seat", (world.players,), 0, 1, "own seat, one-hot"),
            Piece("bids", (world.bids,), 0, 1, "1 for every bid that has been made"),
        ),
        returns=(-1.0, 1.0),
        unit="wins",
        max_steps=world.bids + 1,
        seats=tuple(f"player {player + 1}" for player in range(world.players)),
        observation_dtype="int8",
        chance_outcomes=world.sides,
    )


def make_dtype(world: World) -> list:
    return [
        ("dice", "i1", (world.players, world.sides)),  # how many of each player's dice show each face
        ("rolled", "i1"),  # dice rolled so far, those of player 1 first
        ("bids", "u1", (world.bids,)),  # 1 for every bid that has been made
        ("last", "i2"),  # the highest bid, or NONE
        ("bidder", "i1"),  # who made it, or NONE
        ("winner", "i1"),  # of the bidder and the caller, NONE before the call
    ]


@rule
def reset(world, state):
    state.last = NONE
    state.bidder = NONE
    state.winner = NONE
    state.to_move = CHANCE


@rule
def legal(world, state, player, out):
    for bid in range(world.bids):
        out[bid] = bid > state.last
    out[world.bids] = state.last != NONE


@rule
def chance(world, state, out):
    fill(out, 1.0 / world.sides)


@rule
def step(world, state, actions, rewards):
    if state.to_move == CHANCE:
        roll(world, state, actions[0])
        return
    player = int(state.to_move)
    action = actions[player]
    if action == world.bids:
        call(world, state, player, rewards)
        return
    state.bids[action] = 1
    state.last = action
    state.bidder = player
    state.to_move = player + 1 if player + 1 < world.players else 0


@rule
def roll(world, state, face):
    state.dice[state.rolled // world.dice, face] += 1
    state.rolled += 1
    if state.rolled == world.total:
        state.to_move = 0


@rule
def call(world, state, caller, rewards):
    loser = caller
    state.winner = state.bidder
    if count(world, state, world.face[state.last]) < world.quantity[state.last]:
        loser = int(state.bidder)
        state.winner = caller
    rewards[state.winner] = 1.0
    rewards[loser] = -1.0
    state.over = True


@rule
def count(world, state, face):
    """How many of all dice count as ``face``."""
    highest = world.sides - 1
    found = 0
    for player in range(world.players):
        found += state.dice[player, face]
        if world.wild and face != highest:
            found += state.dice[player, highest]
    return found


@rule
def observe(world, state, player, out):
    for face in range(world.sides):
        out.dice[face] = state.dice[player, face]
    out.seat[player] = 1
    copy(out.bids, state.bids)


@rule
def resample(world, state, player):
    """Rolls the dice of the others anew: bids under uniform play say nothing of them. After the call all lie open."""
    if state.over:
        return
    for other in range(world.players):
        if other != player:
            fill(state.dice[other], 0)
            for _ in range(min(world.dice, state.rolled - other * world.dice)):
                state.dice[other, integer(state, world.sides)] += 1

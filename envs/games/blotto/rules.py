"""Colonel Blotto: divide coins among battlefields, once, without knowing how the others do.

# Description
All players at once divide the same number of coins among the fields, all coins in whole numbers. Who has put the most
coins on a field wins it; a field where several have the most is nobody's. Who wins the most fields wins the game.

# Observation
`seat` (players): the own seat, one-hot. Nothing else is known when everybody decides.

# Action
`Discrete(number of divisions)`, which is C(coins + fields - 1, fields - 1): all ways to divide the coins, in order of
the coins on the first field, then on the second, and so on.

# Reward
The k players with the most fields get 1/k each and the others -1 in equal shares, all 0 if all have equally many.
Zero-sum.

# End
After the one decision.

# Options
- `coins` (default 10): of each player, 1 to 100.
- `fields` (default 3): 1 to 10.
- `players` (default 2): 2 to 10.
Coins and fields may allow 100,000 divisions at most.

# Source
E. Borel, 1921; O. Gross and R. Wagner, "A continuous Colonel Blotto game", RAND RM-408, 1950. Options, order of actions
and rewards are those of OpenSpiel's blotto.

# Versions
- v0: first release.
"""

import math
from typing import NamedTuple

import numpy as np

from agora.envs.api import EVERYONE, Discrete, Piece, Spec, check_integer
from agora.envs.arrays import fill
from agora.envs.jit import rule

NONE = -1
MAX_DIVISIONS = 100_000


class World(NamedTuple):
    coins: int
    fields: int
    players: int
    divisions: np.ndarray  # (A, fields) coins on each field, by action


def make_world(coins: int = 10, fields: int = 3, players: int = 2) -> World:
    coins = check_integer("coins", coins, 1, 100)
    fields = check_integer("fields", fields, 1, 10)
    count = math.comb(coins + fields - 1, fields - 1)
    if count > MAX_DIVISIONS:
        raise ValueError(
            f"{coins} coins on {fields} fields can be divided in {count} ways; take fewer, for at most {MAX_DIVISIONS}."
        )
    return World(coins, fields, check_integer("players", players, 2, 10), divide(coins, fields))


def divide(coins: int, fields: int) -> np.ndarray:
    """All ways to put ``coins`` on ``fields``, (A, fields), in lexicographic order."""
    rows = np.zeros((1, 0), np.int64)
    for field in range(fields):
        left = coins - rows.sum(axis=1)
        lowest = left if field == fields - 1 else np.zeros_like(left)
        width = left - lowest + 1
        row = np.repeat(np.arange(len(rows)), width)
        spent = np.arange(len(row)) - np.repeat(np.cumsum(width) - width, width) + lowest[row]
        rows = np.column_stack([rows[row], spent])
    return rows


def make_spec(world: World) -> Spec:
    return Spec(
        players=world.players,
        turns="simultaneous",
        information="perfect",
        payoff="zero-sum",
        chance="none",
        action=Discrete(len(world.divisions)),
        observation=(Piece("seat", (world.players,), 0, 1, "own seat, one-hot"),),
        returns=(-1.0, 1.0),
        unit="wins",
        max_steps=1,
        exemptions={"max_cycles": "it is over after one decision"},
        seats=tuple(f"player {player + 1}" for player in range(world.players)),
        observation_dtype="int8",
    )


def make_dtype(world: World) -> list:
    return [
        ("division", "i4", (world.players,)),  # what each player chose, a row of World.divisions; NONE before
        ("won", "i1", (world.players,)),  # fields each player has won
    ]


@rule
def reset(world, state):
    fill(state.division, NONE)
    state.to_move = EVERYONE


@rule
def legal(world, state, player, out):
    fill(out, True)


@rule
def step(world, state, actions, rewards):
    for player in range(world.players):
        state.division[player] = actions[player]
    for place in range(world.fields):
        winner = strongest(world, state, place)
        if winner != NONE:
            state.won[winner] += 1
    pay(world, state, rewards)
    state.over = True


@rule
def strongest(world, state, place):
    """Who has the most coins on a field, or NONE when several have."""
    best, winner = NONE, NONE
    for player in range(world.players):
        coins = world.divisions[state.division[player], place]
        if coins > best:
            best, winner = coins, player
        elif coins == best:
            winner = NONE
    return winner


@rule
def pay(world, state, rewards):
    best, winners = 0, 0
    for player in range(world.players):
        won = int(state.won[player])
        if won > best:
            best, winners = won, 0
        winners += won == best
    for player in range(world.players):
        if winners < world.players:
            rewards[player] = 1.0 / winners if state.won[player] == best else -1.0 / (world.players - winners)


@rule
def observe(world, state, player, out):
    out.seat[player] = 1

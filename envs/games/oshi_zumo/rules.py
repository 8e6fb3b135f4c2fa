"""Oshi-Zumo: bid coins to push a wrestler off the other end of the field.

# Description
A wrestler stands in the middle of 2 * `size` + 1 places. Both players have the same number of coins and bid some at
once; the wrestler moves a place away from who has bid more, or stays after equal bids, and both bids are gone.
Player 1 pushes to the right, player 2 to the left.

# Observation
`coins` (2): own and then the other's, over those at the start. `wrestler` (2 * size + 3): its place,
one-hot, from the place off the own end to the place off the other's. `left` (1): share of the rounds that is left.

# Action
`Discrete(coins + 1)`: the number of coins to bid, at least `min_bid`. Who has fewer must bid them all.

# Reward
At the end: 1 to the winner, -1 to the loser, 0 each in a draw. Zero-sum. Who pushes the wrestler off the field wins.
If that has not happened, who has pushed it beyond the middle; with `alesia` that is a draw too.

# End
When the wrestler is off the field, both players are out of coins, or `horizon` rounds are over.

# Options
- `coins` (default 50): of each player, 1 to 200.
- `size` (default 3): places on either side of the middle, 1 to 20.
- `min_bid` (default 0): 0 to `coins`.
- `horizon` (default 1000): rounds, 1 to 10,000.
- `alesia` (default False): only pushing the wrestler off the field wins.

# Source
M. Buro, "Solving the Oshi-Zumo game", Advances in Computer Games 10, 2003. Options and defaults are those of
OpenSpiel's oshi_zumo.

# Versions
- v0: first release.
"""

from typing import NamedTuple

from agora.envs.api import EVERYONE, Discrete, Piece, Spec, check_choice, check_integer
from agora.envs.arrays import fill
from agora.envs.jit import rule


class World(NamedTuple):
    coins: int
    size: int
    min_bid: int
    horizon: int
    alesia: bool
    middle: int  # place of the wrestler at the start; 0 and 2 * middle are off the field


def make_world(coins: int = 50, size: int = 3, min_bid: int = 0, horizon: int = 1000, alesia: bool = False) -> World:
    coins = check_integer("coins", coins, 1, 200)
    size = check_integer("size", size, 1, 20)
    return World(
        coins=coins,
        size=size,
        min_bid=check_integer("min_bid", min_bid, 0, coins),
        horizon=check_integer("horizon", horizon, 1, 10_000),
        alesia=check_choice("alesia", alesia, (False, True)),
        middle=size + 1,
    )


def make_spec(world: World) -> Spec:
    return Spec(
        players=2,
        turns="simultaneous",
        information="perfect",
        payoff="zero-sum",
        chance="none",
        action=Discrete(world.coins + 1),
        observation=(
            Piece("coins", (2,), 0, 1, "own and the other's, over those at the start"),
            Piece("wrestler", (2 * world.middle + 1,), 0, 1, "place of the wrestler, one-hot, from the own end"),
            Piece("left", (1,), 0, 1, "share of the rounds that is left"),
        ),
        returns=(-1.0, 1.0),
        unit="wins",
        max_steps=world.horizon,
        seats=("player 1", "player 2"),
        exemptions={"max_cycles": "it may be over after two decisions, when both have spent all their coins"},
    )


def make_dtype(world: World) -> list:
    return [
        ("coins", "i2", (2,)),  # that each player has
        ("place", "i2"),  # of the wrestler, 0 (player 2 has won) to 2 * middle (player 1 has won)
        ("rounds", "i4"),  # that are over
        ("bids", "i2", (2,)),  # of the round before
    ]


@rule
def reset(world, state):
    fill(state.coins, world.coins)
    state.place = world.middle
    state.to_move = EVERYONE


@rule
def legal(world, state, player, out):
    own = int(state.coins[player])
    lowest = min(world.min_bid, own)
    for bid in range(world.coins + 1):
        out[bid] = lowest <= bid <= own


@rule
def step(world, state, actions, rewards):
    for player in range(2):
        state.bids[player] = actions[player]
        state.coins[player] -= actions[player]
    if actions[0] > actions[1]:
        state.place += 1
    elif actions[0] < actions[1]:
        state.place -= 1
    state.rounds += 1
    off = state.place == 0 or state.place == 2 * world.middle
    broke = state.coins[0] == 0 and state.coins[1] == 0
    if off or broke or state.rounds == world.horizon:
        state.over = True
        if (off or not world.alesia) and state.place != world.middle:
            rewards[0] = 1.0 if state.place > world.middle else -1.0
            rewards[1] = -rewards[0]


@rule
def observe(world, state, player, out):
    out.coins[0] = state.coins[player] / world.coins
    out.coins[1] = state.coins[1 - player] / world.coins
    out.wrestler[state.place if player == 0 else 2 * world.middle - state.place] = 1
    out.left[0] = 1.0 - state.rounds / world.horizon

"""Kuhn poker: the smallest poker with bluffing.

# Description
Two to four players ante one chip each and get one card each from a deck with one card more than players, ranked from
lowest to highest (J, Q, K with two players). In turn each player may pass or bet one chip. After the first bet every
other player answers once, in turn: pass (fold) or bet (call). If nobody bets, or when all have answered, the highest
card among those still in wins the pot.

# Observation
`card` (P + 1): the own card, one-hot from lowest to highest. `seat` (P): the own seat, one-hot. `betting`
(2P - 1, 2): one row per action so far, in order, one-hot over pass and bet.

# Action
`Discrete(2)`: 0 pass (check, or fold when facing a bet), 1 bet (or call).

# Reward
Chips won or lost, paid at the end. Zero-sum. A player risks at most 2 chips, so returns lie in [-2, 2 (P - 1)].

# End
When nobody bets, or when everybody has answered the bet.

# Options
- `players` (2 to 4, default 2): how many play; the deck has one card more.

# Source
H. W. Kuhn, "A simplified two-person poker", Contributions to the Theory of Games I, 1950. For n players:
M. Lanctot, "Further developments of extensive-form replicator dynamics using the sequence-form representation",
AAMAS 2014. With two players the value of the game to the first is -1/18.

# Versions
- v0: first release.
"""

from typing import NamedTuple

from agora.envs.api import CHANCE, Discrete, Piece, Spec, check_integer
from agora.envs.arrays import fill
from agora.envs.jit import rule
from agora.envs.rng import integer

PASS, BET = 0, 1
NONE = -1  # no card yet, no bet yet


class World(NamedTuple):
    players: int


def make_world(players: int = 2) -> World:
    return World(players=check_integer("players", players, 2, 4))


def make_spec(world: World) -> Spec:
    players = world.players
    return Spec(
        players=players,
        turns="sequential",
        information="imperfect",
        payoff="zero-sum",
        chance="explicit",
        action=Discrete(2),
        observation=(
            Piece("card", (players + 1,), 0, 1, "own card, one-hot, lowest first"),
            Piece("seat", (players,), 0, 1, "own seat, one-hot"),
            Piece("betting", (2 * players - 1, 2), 0, 1, "actions so far, one-hot over pass, bet"),
        ),
        returns=(-2.0, 2.0 * (players - 1)),
        unit="chips",
        max_steps=2 * players - 1,
        seats=tuple(f"player {player + 1}" for player in range(players)),
        chance_outcomes=players + 1,
    )


def make_dtype(world: World) -> list:
    return [
        ("card", "i1", (world.players,)),  # rank of each player's card, 0 lowest; NONE before the deal
        ("dealt", "i1"),  # cards dealt so far
        ("betting", "i1", (2 * world.players - 1,)),  # PASS or BET, the first `plays` entries are valid
        ("plays", "i1"),  # actions so far
        ("bettor", "i1"),  # who bet first, or NONE
    ]


@rule
def reset(world, state):
    fill(state.card, NONE)
    state.bettor = NONE
    state.to_move = CHANCE


@rule
def legal(world, state, player, out):
    fill(out, True)


@rule
def chance(world, state, out):
    left = world.players + 1 - state.dealt
    fill(out, 1.0 / left)
    for player in range(state.dealt):
        out[state.card[player]] = 0.0


@rule
def step(world, state, actions, rewards):
    if state.to_move == CHANCE:
        state.card[state.dealt] = actions[0]
        state.dealt += 1
        if state.dealt == world.players:
            state.to_move = 0
        return
    player = int(state.to_move)
    state.betting[state.plays] = actions[player]
    state.plays += 1
    if actions[player] == BET and state.bettor == NONE:
        state.bettor = player
    state.to_move = player + 1 if player + 1 < world.players else 0
    if state.bettor == NONE:
        state.over = state.plays == world.players
    else:
        state.over = state.plays == state.bettor + world.players
    if state.over:
        pay(world, state, rewards)


@rule
def stays(world, state, player):
    """Whether ``player`` is in the showdown: nobody bet, or it bet or called."""
    if state.bettor == NONE:
        return True
    answer = player if player >= state.bettor else player + world.players  # the play at which it bet or answered
    return state.betting[answer] == BET


@rule
def pay(world, state, rewards):
    winner = NONE
    pot = 0.0
    for player in range(world.players):
        stake = 1.0
        if stays(world, state, player):
            if state.bettor != NONE:
                stake = 2.0
            if winner == NONE or state.card[player] > state.card[winner]:
                winner = player
        rewards[player] = -stake
        pot += stake
    rewards[winner] += pot


@rule
def observe(world, state, player, out):
    if state.card[player] != NONE:
        out.card[state.card[player]] = 1
    out.seat[player] = 1
    for play in range(state.plays):
        out.betting[play, state.betting[play]] = 1


@rule
def resample(world, state, player):
    """Deals the other players' cards anew from those that ``player`` does not hold."""
    for other in range(state.dealt):
        if other != player:
            state.card[other] = NONE
    for other in range(state.dealt):
        while state.card[other] == NONE:
            card = integer(state, world.players + 1)
            if is_free(state, card):
                state.card[other] = card


@rule
def is_free(state, card):
    """Whether nobody holds ``card``."""
    for holder in range(state.card.shape[0]):
        if state.card[holder] == card:
            return False
    return True

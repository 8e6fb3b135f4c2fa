"""Leduc poker: two rounds of betting around one shared card.

# Description
Two players ante one chip each and get one card each from six: jack, queen and king in two suits. Two rounds of
betting follow, and between them one card of the remaining four is turned up on the board. Player 1 opens both rounds.
Bets and raises are 2 chips in the first round and 4 in the second, and a round takes at most two of them, the opening
bet included. After both rounds a player whose card pairs the board wins, else the higher rank; equal ranks share the
pot.

# Observation
`card` (6): the own card, one-hot, two suits of J, then Q, then K. `board` (6): the shared card, one-hot, all zero in
the first round. With `suit_isomorphism` both have 3 numbers, the ranks alone. `seat` (2): the own seat, one-hot.
`betting` (2, 4, 3): per round a row per action so far, in order, one-hot over fold, call and raise.

# Action
`Discrete(3)`: 0 fold, only when facing a bet; 1 call, which checks when there is no bet to call; 2 raise, which bets
when there is no bet yet, at most twice a round.

# Reward
Chips won or lost, paid at the end. Zero-sum. Returns lie in [-13, 13]: ante 1, two raises of 2, two of 4.

# End
When a player folds, or after the second round.

# Options
- `suit_isomorphism` (default False): players see ranks only. Suits never matter for the pot, so the value of the game
  stays the same while the information states go from 936 to 288.

# Source
F. Southey, M. Bowling, B. Larson, C. Piccione, N. Burch, D. Billings, C. Rayner, "Bayes' bluff: opponent modelling in
poker", UAI 2005. The value of the game to player 1 is -0.085606424078.

# Versions
- v0: first release.
"""

from typing import NamedTuple

from agora.envs.api import CHANCE, Discrete, Piece, Spec, check_choice
from agora.envs.arrays import fill
from agora.envs.jit import rule
from agora.envs.rng import integer

FOLD, CALL, RAISE = 0, 1, 2
CARDS, SUITS = 6, 2  # card = rank * SUITS + suit; ranks 0 (J) to 2 (K)
MAX_RAISES = 2  # a round
MAX_PLAYS = 4  # a round: check, bet, raise, call
NONE = -1  # no card yet


class World(NamedTuple):
    suit_isomorphism: bool


def make_world(suit_isomorphism: bool = False) -> World:
    return World(suit_isomorphism=check_choice("suit_isomorphism", suit_isomorphism, (False, True)))


def make_spec(world: World) -> Spec:
    seen = CARDS // SUITS if world.suit_isomorphism else CARDS
    kind = "rank" if world.suit_isomorphism else "card"
    return Spec(
        players=2,
        turns="sequential",
        information="imperfect",
        payoff="zero-sum",
        chance="explicit",
        action=Discrete(3),
        observation=(
            Piece("card", (seen,), 0, 1, f"own {kind}, one-hot, lowest first"),
            Piece("board", (seen,), 0, 1, f"shared {kind}, one-hot, zero in round 1"),
            Piece("seat", (2,), 0, 1, "own seat, one-hot"),
            Piece("betting", (2, MAX_PLAYS, 3), 0, 1, "per round the actions so far, one-hot over fold, call, raise"),
        ),
        returns=(-13.0, 13.0),
        unit="chips",
        max_steps=2 * MAX_PLAYS,
        seats=("player 1", "player 2"),
        chance_outcomes=CARDS,
    )


def make_dtype(world: World) -> list:
    return [
        ("card", "i1", (2,)),  # each player's card, 0 to 5, or NONE before the deal
        ("board", "i1"),  # the shared card, 0 to 5, or NONE in the first round
        ("dealt", "i1"),  # cards dealt so far, 0 to 3
        ("stage", "i1"),  # the round, 0 or 1
        ("betting", "i1", (2, MAX_PLAYS)),  # FOLD, CALL or RAISE; the first `plays` entries of a round are valid
        ("plays", "i1", (2,)),  # actions so far in each round
        ("raises", "i1"),  # in this round, 0 to MAX_RAISES
        ("stake", "i1", (2,)),  # chips each player has in the pot, 1 to 13
    ]


@rule
def reset(world, state):
    fill(state.card, NONE)
    state.board = NONE
    fill(state.stake, 1)
    state.to_move = CHANCE


@rule
def legal(world, state, player, out):
    out[FOLD] = state.stake[player] < state.stake[1 - player]
    out[CALL] = True
    out[RAISE] = state.raises < MAX_RAISES


@rule
def chance(world, state, out):
    fill(out, 1.0 / (CARDS - state.dealt))
    for player in range(min(2, int(state.dealt))):
        out[state.card[player]] = 0.0


@rule
def step(world, state, actions, rewards):
    if state.to_move == CHANCE:
        deal(state, actions[0])
        return
    player = int(state.to_move)
    action = actions[player]
    opening = state.plays[state.stage] == 0
    state.betting[state.stage, state.plays[state.stage]] = action
    state.plays[state.stage] += 1
    state.to_move = 1 - player
    if action == FOLD:
        finish(state, 1 - player, rewards)
    elif action == RAISE:
        state.raises += 1
        state.stake[player] = state.stake[1 - player] + 2 * (state.stage + 1)
    else:
        state.stake[player] = state.stake[1 - player]
        if not opening:
            end_round(state, rewards)


@rule
def deal(state, card):
    if state.dealt == 2:
        state.board = card
    else:
        state.card[state.dealt] = card
    state.dealt += 1
    if state.dealt >= 2:
        state.to_move = 0


@rule
def end_round(state, rewards):
    if state.stage == 0:
        state.stage = 1
        state.raises = 0
        state.to_move = CHANCE
    else:
        finish(state, winner(state), rewards)


@rule
def winner(state):
    """Who wins the showdown, or NONE when the pot is shared."""
    first, second = strength(state, 0), strength(state, 1)
    if first > second:
        return 0
    return 1 if second > first else NONE


@rule
def strength(state, player):
    """The rank of the card, or 3 when it pairs the board."""
    rank = state.card[player] // SUITS
    return CARDS // SUITS if rank == state.board // SUITS else rank


@rule
def finish(state, champion, rewards):
    state.over = True
    if champion != NONE:
        rewards[champion] = state.stake[1 - champion]
        rewards[1 - champion] = -state.stake[1 - champion]


@rule
def observe(world, state, player, out):
    merged = SUITS if world.suit_isomorphism else 1
    if state.card[player] != NONE:
        out.card[state.card[player] // merged] = 1
    if state.board != NONE:
        out.board[state.board // merged] = 1
    out.seat[player] = 1
    for stage in range(2):
        for play in range(state.plays[stage]):
            out.betting[stage, play, state.betting[stage, play]] = 1


@rule
def resample(world, state, player):
    """Deals the other player's card anew from those that are neither on the board nor in ``player``'s hand."""
    other = 1 - player
    if state.card[other] == NONE:
        return
    while True:
        card = integer(state, CARDS)
        if card != state.card[player] and card != state.board:
            state.card[other] = card
            return

"""Texas hold'em poker, with and without limits, for two to six players.

# Description
Everybody gets two cards of their own from a deck of 52. There are four rounds of betting: before the flop, on the
flop (three shared cards), the turn (a fourth) and the river (a fifth). Seat 0 posts the small blind and seat 1 the big
one; the button is the last seat, which acts last from the flop on. Of two players seat 0 has the button and posts the
small blind: it acts first before the flop and last afterwards. At the end of the betting the best five of seven cards
win, and equal hands share. Who has put in all its chips plays for the part of the pot that it could match; the others
play for the rest in side pots. An episode is one hand.

- Without limits a raise must be at least as large as the largest bet or raise before it in the round, and the first
  bet at least a big blind; going all-in with less is allowed. Such a raise does not open the betting again: who has
  already acted may raise again only when raised by a full raise in all since.
- With limits a bet or raise is a small bet in the first two rounds and a big bet in the last two, at most four a round;
  the big blind is the first of them. All-in raises count. One of less than half a bet does not open the betting again.
- Chips of a pot that cannot be shared equally go one each to the first winners left of the button.

The cards are dealt one by one by explicit chance, the players' cards first, two to seat 0, two to seat 1 and so on,
then the board. Nothing that players do changes the order, so the same seed gives the same cards to the same seats: play
a seed again with the agents in other seats for a duplicate match.

# Observation
Lists of players count from the own seat onwards, to the left. Chips are shares of the largest stack at the start.
`cards` (52): the own two cards, numbered rank * 4 + suit, from a deuce up, suits clubs, diamonds, hearts, spades.
`board` (3, 52): flop, turn, river. `stage` (4): the round, one-hot. `button` (P): who has it, one-hot. `stacks` (P):
chips behind. `bets` (P): chips put in this round. `playing` (P): who has not folded. `pot` (1): chips put in by all.
`to_call` (1): chips that a call takes. `history` (H, P + 8): a row per action of the hand so far, in order: who
(P, one-hot), the round (4, one-hot), fold, check or call, bet or raise (3, one-hot), and the chips that the player has
put in this round thereafter. H is enough for every hand. `shown` (P, 2): zero, but after a showdown the cards of those
who did not fold, each number plus 1.

# Action
0 folds, only when facing a bet; 1 checks or calls, with what is left if that is less; 2 and up bet or raise. With
limits `Discrete(3)`: 2 is the fixed bet. Without, `Discrete(3 + F)` for F fractions in `bets`: a raise by that fraction
of the pot as it is after a call, rounded down, then all-in. Fractions that are less than the least raise, as much as
all-in or as much as a smaller fraction are masked. With `bets` "all" `Discrete(1 + largest stack)`: action n puts in n
chips in all, counted over the whole hand.

# Reward
Chips won or lost, paid at the end. Zero-sum. The least return is the second largest stack lost: nobody can lose more
than somebody else has.

# End
When all but one have folded, or after the river; when nobody is left to bet the rest of the board is dealt at once.

# Options
- `players` (2 to 6, default 2).
- `betting` (default "no-limit"): or "limit".
- `bets` (default None): without limits the fractions of the pot that can be bet, ascending, at most 16 from 0.01 to
  100, by default (0.5, 1.0, 2.0); or "all" for every number of chips. With limits the small and the big bet in chips,
  by default one and two big blinds.
- `stacks` (default 200): chips of everybody, 1 to 100000, or a list with a number for each seat.
- `blinds` (default (1, 2)): chips of the small blind, from 0, and of the big one, from 1 and not below the small.
- `ante` (default 0): chips that everybody puts in before the blinds.
- `convention` (default "tournament"): rules as above. "acpc" does as the server of the Annual Computer Poker
  Competition and so OpenSpiel's `universal_poker`: every raise opens the betting again, the least raise after an
  incomplete one is a total that counts from the last full one, and pots are shared in fractions of chips.

# Source
Poker Tournament Directors Association, "Poker TDA rules": on raise amounts, re-opening the bet and odd chips.
With limits, two players and unbounded stacks M. Bowling, N. Burch, M. Johanson, O. Tammelin, "Heads-up limit hold'em
poker is solved", Science 347 (2015): the button wins 0.0877 to 0.0897 big blinds a hand. OpenSpiel's hands are ours
with `convention` "acpc" and the same action numbers, with its `fullgame` for `bets` "all" and its `fcpa` for (1.0,);
its limit bets are numbered 2 too.

# Versions
- v0: first release.
"""

import numpy as np

from agora.envs.api import CHANCE, Discrete, Piece, Spec
from agora.envs.arrays import fill
from agora.envs.games.holdem.betting import (
    CALL,
    FOLD,
    NONE,
    RAISE,
    RIVER,
    act,
    judge_hands,
    may_raise,
    next_to_act,
    open_round,
    pay,
    players_left,
    put,
    raise_to,
)
from agora.envs.games.holdem.world import MOST_PLAYERS, World, history_room, make_world, most_at_risk, seat_names
from agora.envs.jit import rule
from agora.envs.rng import integer

__all__ = ["World", "make_world"]

DECK = 52
BOARD = 5


def make_spec(world: World) -> Spec:
    players, rows = world.players, world.plays
    count = 3 if world.limit else world.largest + 1 if world.whole else len(world.fractions) + 3
    stacks = np.sort(most_at_risk(world))
    return Spec(
        players=players,
        turns="sequential",
        information="imperfect",
        payoff="zero-sum",
        chance="explicit",
        action=Discrete(count),
        observation=(
            Piece("cards", (DECK,), 0, 1, "own two cards, rank * 4 + suit"),
            Piece("board", (3, DECK), 0, 1, "shared cards: flop, turn, river"),
            Piece("stage", (4,), 0, 1, "round, one-hot"),
            Piece("button", (players,), 0, 1, "who has the button, one-hot, counted from the own seat"),
            Piece("stacks", (players,), 0, 1, "chips behind, own first, as shares of the largest stack"),
            Piece("bets", (players,), 0, 1, "chips put in this round, own first, as shares of the largest stack"),
            Piece("playing", (players,), 0, 1, "who has not folded, own first"),
            Piece("pot", (1,), 0, players, "chips put in by all, in largest stacks"),
            Piece("to_call", (1,), 0, 1, "chips that a call takes, as a share of the largest stack"),
            Piece("history", (rows, players + 8), 0, 1, "actions so far: who, round, move, bet in the round"),
            Piece("shown", (players, 2), 0, DECK, "after a showdown the cards shown, number + 1, own first"),
        ),
        returns=(-float(stacks[-2]), float(np.minimum(stacks[:-1], stacks[-2]).sum())),
        unit="chips",
        max_steps=rows,
        seats=seat_names(players),
        chance_outcomes=DECK,
    )


def make_dtype(world: World) -> list:
    """Seats beyond those that play stay empty, and the history has some room to spare: few layouts to compile."""
    seats, rows = MOST_PLAYERS, history_room(world)
    return [
        ("cards", "i1", (2 * seats + BOARD,)),  # 0 to 51, two for each seat, then the board; NONE before it is dealt
        ("dealt", "i1"),  # cards dealt so far
        ("stage", "i1"),  # round, 0 to RIVER
        ("plays", "i2"),  # actions so far, in all rounds
        ("raises", "i2"),  # bets and raises of this round, the big blind included
        ("folded", "u1", (seats,)),
        ("acted", "u1", (seats,)),  # in this round; blinds are no action
        ("stack", "i4", (seats,)),  # chips behind
        ("bet", "i4", (seats,)),  # chips put in this round
        ("stake", "i4", (seats,)),  # chips put in, in all
        ("level", "i4"),  # bet of this round that must be matched
        ("minimum", "i4"),  # least bet of this round after a full raise
        ("strength", "i4", (seats,)),  # after a showdown, of those who did not fold, see evaluator.py; else 0
        ("won", "f8", (seats,)),  # chips got out of the pots, at the end
        ("history_bet", "i4", (rows,)),  # the player's bet of the round after the action
        ("history_seat", "i1", (rows,)),
        ("history_stage", "i1", (rows,)),
        ("history_move", "i1", (rows,)),  # FOLD, CALL or RAISE; the first `plays` entries are valid
    ]


@rule
def reset(world, state):
    fill(state.cards, NONE)
    for seat in range(world.players):
        ante = min(world.ante, int(world.stacks[seat]))
        state.stake[seat] = ante
        state.stack[seat] = world.stacks[seat] - ante
    for seat in range(2):
        blind = world.big_blind if seat else world.small_blind
        put(state, seat, min(blind, int(state.stack[seat])))
    state.level = world.big_blind
    state.minimum = 2 * world.big_blind
    state.raises = 1
    state.to_move = CHANCE


@rule
def legal(world, state, player, out):
    out[FOLD] = state.bet[player] < state.level
    out[CALL] = True
    if not may_raise(world, state, player):
        return
    if world.limit:
        out[RAISE] = True
        return
    most = state.bet[player] + state.stack[player]
    if world.whole:
        before = state.stake[player] - state.bet[player]
        for total in range(before + min(state.minimum, most), before + most + 1):
            out[total] = True
        return
    last = state.minimum - 1
    for action in range(RAISE, out.shape[0] - 1):
        to = raise_to(world, state, player, action)
        out[action] = last < to < most
        last = max(last, to)
    out[out.shape[0] - 1] = True


@rule
def chance(world, state, out):
    fill(out, 1.0 / (DECK - state.dealt))
    for place in range(state.dealt):
        out[state.cards[place]] = 0.0


@rule
def step(world, state, actions, rewards):
    if state.to_move == CHANCE:
        state.cards[state.dealt] = actions[0]
        state.dealt += 1
        if state.dealt < 2 * world.players + (state.stage + 2 if state.stage else 0):
            return
        start = world.button + 1 if state.stage else 2 % world.players
    else:
        act(world, state, int(state.to_move), int(actions[state.to_move]))
        start = int(state.to_move) + 1
    if players_left(world, state) == 1:
        state.over = True
    else:
        player = next_to_act(world, state, start)
        if player == NONE:
            end_round(world, state)
        else:
            state.to_move = player
    if state.over:
        pay(world, state, rewards)


@rule
def end_round(world, state):
    if state.stage == RIVER:
        judge_hands(world, state)
        state.over = True
    else:
        open_round(world, state)
        state.to_move = CHANCE


@rule
def observe(world, state, player, out):
    for place in range(2):
        if state.cards[2 * player + place] != NONE:
            out.cards[state.cards[2 * player + place]] = 1
    for place in range(state.dealt - 2 * world.players):
        out.board[max(0, place - 2), state.cards[2 * world.players + place]] = 1
    out.stage[state.stage] = 1
    share = 1.0 / world.largest
    for offset in range(world.players):
        seat = (player + offset) % world.players
        out.button[offset] = seat == world.button
        out.stacks[offset] = state.stack[seat] * share
        out.bets[offset] = state.bet[seat] * share
        out.playing[offset] = 1 - state.folded[seat]
        out.pot[0] += state.stake[seat] * share
        for place in range(2 * (state.strength[seat] > 0)):
            out.shown[offset, place] = state.cards[2 * seat + place] + 1
    out.to_call[0] = min(state.level - state.bet[player], state.stack[player]) * share
    for play in range(state.plays):
        out.history[play, (state.history_seat[play] - player) % world.players] = 1
        out.history[play, world.players + state.history_stage[play]] = 1
        out.history[play, world.players + 4 + state.history_move[play]] = 1
        out.history[play, world.players + 7] = state.history_bet[play] * share


@rule
def resample(world, state, player):
    """Deals the cards that ``player`` has not seen anew: those of others, but for those shown at the end."""
    seen = 0
    for place in range(state.dealt):
        if known(world, state, player, place):
            seen |= 1 << int(state.cards[place])
    for place in range(min(int(state.dealt), 2 * world.players)):
        if not known(world, state, player, place):
            card = integer(state, DECK)
            while (seen >> card) & 1:
                card = integer(state, DECK)
            seen |= 1 << card
            state.cards[place] = card


@rule
def known(world, state, player, place):
    """Whether ``player`` has seen the card at ``place`` of the deal."""
    return place >= 2 * world.players or place // 2 == player or state.strength[place // 2] > 0

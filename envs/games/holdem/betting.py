"""Rounds of betting: who acts next, which raises are allowed, and who gets the chips in the end."""

import math

from agora.envs.games.holdem.evaluator import strength
from agora.envs.jit import rule

FOLD, CALL, RAISE = 0, 1, 2
RIVER = 3  # the last of the rounds 0 to 3: before the flop, flop, turn, river
MOST_BETS = 4  # in a round with limits; the big blind is one of them
CRUMB = 1e-9  # so that 0.29 of 100 chips is 29, whatever the float says
NONE = -1


@rule
def may_raise(world, state, player):
    """Whether ``player``, whose turn it is, has chips to raise with, somebody to answer, and a betting that is open."""
    answering = False
    for other in range(world.players):
        answering = answering or (other != player and state.folded[other] == 0 and state.stack[other] > 0)
    faced = state.level - state.bet[player]
    if not answering or state.stack[player] <= faced:
        return False
    if world.limit and state.raises >= MOST_BETS:
        return False
    if world.acpc or not state.acted[player]:
        return True
    if world.limit:
        return 2 * faced >= (world.big_bet if state.stage >= 2 else world.small_bet)
    return faced >= state.minimum - state.level


@rule
def raise_to(world, state, player, action):
    """The chips that ``player`` has bet in this round after ``action``, a raise, with which all-in is the most."""
    most = int(state.bet[player]) + int(state.stack[player])
    if world.limit:
        return min(most, int(state.level) + (world.big_bet if state.stage >= 2 else world.small_bet))
    if world.whole:
        return action - int(state.stake[player]) + int(state.bet[player])
    if action - RAISE == world.fractions.shape[0]:
        return most
    pot = int(state.level) - int(state.bet[player])  # after a call
    for seat in range(world.players):
        pot += int(state.stake[seat])
    return int(state.level) + math.floor(world.fractions[action - RAISE] * pot + CRUMB)


@rule
def act(world, state, player, action):
    """Folds, calls or raises, and writes it down."""
    to = int(state.bet[player])
    move = min(action, RAISE)
    if move == FOLD:
        state.folded[player] = 1
    else:
        to = int(state.level) if move == CALL else raise_to(world, state, player, action)
        to = min(to, int(state.bet[player]) + int(state.stack[player]))
        if to > state.level:
            raise_level(world, state, to)
        put(state, player, to - int(state.bet[player]))
    state.acted[player] = 1
    state.history_seat[state.plays] = player
    state.history_stage[state.plays] = state.stage
    state.history_move[state.plays] = move
    state.history_bet[state.plays] = to
    state.plays += 1


@rule
def raise_level(world, state, to):
    """A raise, or a bet, to ``to``; the next one must be as large again as the largest so far."""
    step = to - int(state.level)
    if world.acpc:
        state.minimum = max(int(state.minimum), to + step)
    else:
        state.minimum = to + max(int(state.minimum) - int(state.level), step)
    state.level = to
    state.raises += 1


@rule
def put(state, player, chips):
    """``chips`` go from the stack into the betting of this round."""
    state.stack[player] -= chips
    state.bet[player] += chips
    state.stake[player] += chips


@rule
def next_to_act(world, state, start):
    """Who has to act next, from seat ``start`` on; NONE when the round is over."""
    able, top = 0, 0
    for seat in range(world.players):
        if not state.folded[seat]:
            able += state.stack[seat] > 0
            top = max(top, int(state.bet[seat]))
    for offset in range(world.players):
        seat = (start + offset) % world.players
        if state.folded[seat] or state.stack[seat] == 0:
            continue
        if able == 1:  # nobody is left to bet against; all there may be is a bet to answer
            if state.bet[seat] < top:
                return seat
        elif state.bet[seat] < state.level or not state.acted[seat]:
            return seat
    return NONE


@rule
def open_round(world, state):
    """The next round: no bets yet, the smallest is a big blind."""
    state.stage += 1
    state.level = 0
    state.minimum = world.big_blind
    state.raises = 0
    for seat in range(world.players):
        state.bet[seat] = 0
        state.acted[seat] = 0


@rule
def players_left(world, state):
    left = 0
    for seat in range(world.players):
        left += 1 - state.folded[seat]
    return left


@rule
def judge_hands(world, state):
    """Writes the strength of every hand that is shown."""
    for seat in range(world.players):
        if state.folded[seat]:
            continue
        clubs = diamonds = hearts = spades = 0
        for place in range(7):
            card = int(state.cards[2 * seat + place if place < 2 else 2 * (world.players - 1) + place])
            mask = 1 << (card >> 2)
            clubs |= mask * (card & 3 == 0)
            diamonds |= mask * (card & 3 == 1)
            hearts |= mask * (card & 3 == 2)
            spades |= mask * (card & 3 == 3)
        state.strength[seat] = strength(clubs, diamonds, hearts, spades)


@rule
def pay(world, state, rewards):
    """Shares out the main pot and the side pots: layers of the stakes, each for those who are left and paid into it."""
    low = 0
    while True:
        high, best = 0, NONE
        for seat in range(world.players):
            if not state.folded[seat] and state.stake[seat] > low:
                high = min(high, int(state.stake[seat])) if high else int(state.stake[seat])
                best = max(best, int(state.strength[seat]))
        if high == 0:
            break
        share_layer(world, state, low, high, best)
        low = high
    for seat in range(world.players):
        rewards[seat] = state.won[seat] - state.stake[seat]


@rule
def share_layer(world, state, low, high, best):
    """Gives the chips between the stakes ``low`` and ``high`` to the hands of strength ``best``.

    Chips that cannot be shared equally go one each to the first winners left of the button.
    """
    pot = winners = 0
    for seat in range(world.players):
        pot += max(0, min(int(state.stake[seat]), high) - low)
        winners += not state.folded[seat] and state.stake[seat] > low and state.strength[seat] == best
    share = pot / winners if world.acpc else float(pot // winners)
    odd = 0 if world.acpc else pot % winners
    for offset in range(world.players):
        seat = (world.button + 1 + offset) % world.players
        if not state.folded[seat] and state.stake[seat] > low and state.strength[seat] == best:
            state.won[seat] += share + (odd > 0)
            odd -= 1

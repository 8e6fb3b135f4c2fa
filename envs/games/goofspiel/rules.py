"""Goofspiel, the game of pure strategy: bid cards of the same hand for prizes of different worth.

# Description
Every player has the cards 1 to `cards`, and so has the deck of prizes. A prize is turned up, all players bid a card at
once, and the highest card takes the prize, which is worth its number; every card can be bid once. When one card is
left to everybody it is bid at once, for nobody has a choice.

# Observation
`prize` (cards): the prize to bid for, one-hot. `hands` (players, cards): the cards that are left, the own ones first,
then those of the others in order of seats; with imperfect information the own row alone. `points` (players): won so
far, as a share of all prizes, own first. `pot` (1): points carried over, as a share of all. `prizes` (cards): the
prize of each round, this one included, over `cards`, 0 for rounds to come. `bids` (players, cards): the card bid in
each round that is over, over `cards`, rows as in `hands`. `won` (cards, players): who won each round, one-hot, own
first, all zero after a tie.

# Action
`Discrete(cards)`: action i bids the card i + 1.

# Reward
At the end, by `returns`. "win_loss": the k players with the most points get 1/k each and the others -1 in equal
shares, all 0 if all have the same. "point_difference": points less the mean of all players'. Both are zero-sum.
"total_points": points, a general-sum game.

# End
After `cards` - 1 decisions, since the last bids are automatic.

# Options
- `cards` (default 13): 2 to 20.
- `players` (default 2): 2 to 10.
- `information` (default "perfect"): whether bids are shown after each round, or, with "imperfect", only who won it
  and all points.
- `order` (default "random"): of the prizes: "random", "ascending" or "descending".
- `ties` (default "discard"): what becomes of a prize for which two or more bid highest: "discard", "carry_over"
  (whoever wins next takes it too; if nobody does it is lost) or "split" (those who bid highest share it).
- `returns` (default "win_loss"): "win_loss", "point_difference" or "total_points".

# Source
S. M. Ross, "Goofspiel: the game of pure strategy", Journal of Applied Probability 8, 1971. Options and defaults are
those of OpenSpiel's goofspiel, which has "discard" only.

# Versions
- v0: first release.
"""

import math
from typing import NamedTuple

from agora.envs.api import CHANCE, EVERYONE, Discrete, Piece, Spec, check_choice, check_integer
from agora.envs.arrays import fill
from agora.envs.jit import rule
from agora.envs.rng import integer

NONE = -1
ORDERS = ("random", "ascending", "descending")
RANDOM, ASCENDING, DESCENDING = range(3)
TIES = ("discard", "carry_over", "split")
DISCARD, CARRY_OVER, SPLIT = range(3)
RETURNS = ("win_loss", "point_difference", "total_points")
WIN_LOSS, POINT_DIFFERENCE, TOTAL_POINTS = range(3)
SWAPS_PER_CARD = 16  # tried by `resample`


class World(NamedTuple):
    cards: int
    players: int
    shown: int  # players whose cards a player sees: all, or itself alone
    order: int
    ties: int
    returns: int
    unit: int  # a point is so many units, so that shares are whole
    total: int  # units of all prizes


def make_world(
    cards: int = 13,
    players: int = 2,
    information: str = "perfect",
    order: str = "random",
    ties: str = "discard",
    returns: str = "win_loss",
) -> World:
    cards = check_integer("cards", cards, 2, 20)
    players = check_integer("players", players, 2, 10)
    perfect = check_choice("information", information, ("perfect", "imperfect")) == "perfect"
    tie_rule = TIES.index(check_choice("ties", ties, TIES))
    unit = math.lcm(*range(1, players + 1)) if tie_rule == SPLIT else 1
    return World(
        cards=cards,
        players=players,
        shown=players if perfect else 1,
        order=ORDERS.index(check_choice("order", order, ORDERS)),
        ties=tie_rule,
        returns=RETURNS.index(check_choice("returns", returns, RETURNS)),
        unit=unit,
        total=unit * cards * (cards + 1) // 2,
    )


def make_spec(world: World) -> Spec:
    cards, players, shown = world.cards, world.players, world.shown
    points = cards * (cards + 1) / 2
    returns = {
        WIN_LOSS: (-1.0, 1.0),
        POINT_DIFFERENCE: (-points / players, points - points / players),
        TOTAL_POINTS: (0.0, points),
    }
    return Spec(
        players=players,
        turns="simultaneous",
        information="perfect" if shown == players else "imperfect",
        payoff="general" if world.returns == TOTAL_POINTS else "zero-sum",
        chance="explicit" if world.order == RANDOM else "none",
        action=Discrete(cards),
        observation=(
            Piece("prize", (cards,), 0, 1, "the prize to bid for, one-hot"),
            Piece("hands", (shown, cards), 0, 1, "cards left, own first"),
            Piece("points", (players,), 0, 1, "won so far as a share of all, own first"),
            Piece("pot", (1,), 0, 1, "carried over from ties as a share of all points"),
            Piece("prizes", (cards,), 0, 1, "prize of each round, over the number of cards"),
            Piece("bids", (shown, cards), 0, 1, "card bid in each round, over the number of cards, own first"),
            Piece("won", (cards, players), 0, 1, "winner of each round, one-hot, own first; zero after a tie"),
        ),
        returns=returns[world.returns],
        unit="wins" if world.returns == WIN_LOSS else "points",
        max_steps=cards - 1,
        seats=tuple(f"player {player + 1}" for player in range(players)),
        chance_outcomes=cards if world.order == RANDOM else 0,
    )


def make_dtype(world: World) -> list:
    cards, players = world.cards, world.players
    return [
        ("hands", "u1", (players, cards)),  # 1 for every card that is left
        ("deck", "u1", (cards,)),  # 1 for every prize that was not turned up yet
        ("rounds", "i1"),  # that are over
        ("prizes", "i1", (cards,)),  # of each round that is over and of the present one, 0 to cards - 1
        ("bids", "i1", (players, cards)),  # of each round that is over, 0 to cards - 1
        ("highest", "i2", (cards,)),  # of each round that is over: a bit for every player who bid highest
        ("points", "i4", (players,)),  # in units
        ("pot", "i4"),  # units carried over
    ]


@rule
def reset(world, state):
    fill(state.deck, 1)
    for player in range(world.players):
        fill(state.hands[player], 1)
    next_prize(world, state)


@rule
def next_prize(world, state):
    """Turns up the prize of the next round, or lets chance do it; the last one leaves no choice."""
    state.to_move = EVERYONE
    if world.order == ASCENDING:
        turn_up(state, state.rounds)
    elif world.order == DESCENDING:
        turn_up(state, world.cards - 1 - state.rounds)
    elif state.rounds == world.cards - 1:
        turn_up(state, only(state.deck))
    else:
        state.to_move = CHANCE


@rule
def turn_up(state, prize):
    state.prizes[state.rounds] = prize
    state.deck[prize] = 0


@rule
def only(cards):
    """The one card that is left."""
    found = 0
    for card in range(cards.shape[0]):
        found += card * cards[card]
    return found


@rule
def legal(world, state, player, out):
    for card in range(world.cards):
        out[card] = state.hands[player, card] == 1


@rule
def chance(world, state, out):
    for prize in range(world.cards):
        out[prize] = state.deck[prize] / (world.cards - state.rounds)


@rule
def step(world, state, actions, rewards):
    if state.to_move == CHANCE:
        turn_up(state, actions[0])
        state.to_move = EVERYONE
        return
    automatic = False
    while not state.over:
        for player in range(world.players):
            bid = only(state.hands[player]) if automatic else actions[player]
            state.bids[player, state.rounds] = bid
            state.hands[player, bid] = 0
        award(world, state)
        if state.rounds == world.cards:
            state.over = True
            pay(world, state, rewards)
            return
        next_prize(world, state)
        automatic = state.rounds == world.cards - 1
        if not automatic:
            return


@rule
def highest_bidders(world, state, turn):
    """A bit for every player who bid highest in round ``turn``."""
    best, bidders = NONE, 0
    for player in range(world.players):
        bid = int(state.bids[player, turn])
        if bid > best:
            best, bidders = bid, 0
        if bid == best:
            bidders |= 1 << player
    return bidders


@rule
def award(world, state):
    """Ends the round: its prize goes to the highest bid."""
    bidders = highest_bidders(world, state, state.rounds)
    state.highest[state.rounds] = bidders
    tied = bidders & (bidders - 1) != 0
    units = (int(state.prizes[state.rounds]) + 1) * world.unit + int(state.pot)
    state.rounds += 1
    state.pot = units if tied and world.ties == CARRY_OVER else 0
    if tied and world.ties != SPLIT:
        return
    sharers = 0
    for player in range(world.players):
        sharers += bidders >> player & 1
    for player in range(world.players):
        if bidders >> player & 1:
            state.points[player] += units // sharers


@rule
def pay(world, state, rewards):
    best, winners, units = 0, 0, 0
    for player in range(world.players):
        points = int(state.points[player])
        units += points
        if points > best:
            best, winners = points, 0
        winners += points == best
    for player in range(world.players):
        if world.returns == TOTAL_POINTS:
            rewards[player] = state.points[player] / world.unit
        elif world.returns == POINT_DIFFERENCE:
            rewards[player] = (state.points[player] - units / world.players) / world.unit
        elif winners < world.players:
            rewards[player] = 1.0 / winners if state.points[player] == best else -1.0 / (world.players - winners)


@rule
def observe(world, state, player, out):
    if not state.over:
        out.prize[state.prizes[state.rounds]] = 1
        out.prizes[state.rounds] = (state.prizes[state.rounds] + 1) / world.cards
    out.pot[0] = state.pot / world.total
    for turn in range(state.rounds):
        out.prizes[turn] = (state.prizes[turn] + 1) / world.cards
    for place in range(world.players):
        seat = (player + place) % world.players
        out.points[place] = state.points[seat] / world.total
        for turn in range(state.rounds):
            out.won[turn, place] = state.highest[turn] == 1 << seat
        if place < world.shown:
            for turn in range(state.rounds):
                out.bids[place, turn] = (state.bids[seat, turn] + 1) / world.cards
            for card in range(world.cards):
                out.hands[place, card] = state.hands[seat, card]


@rule
def resample(world, state, player):
    """Swaps cards of the others at random, wherever the same players have bid highest in every round before and after.

    Every order of cards that these swaps lead to gets equally likely: with two players those that ``player`` cannot
    tell apart; with more, those in which ties are also between the same players.
    """
    if world.shown == world.players:
        return
    for _ in range(SWAPS_PER_CARD * world.cards * int(state.rounds)):
        other = (player + 1 + integer(state, world.players - 1)) % world.players
        turn = integer(state, int(state.rounds))
        card = integer(state, world.cards)
        before = int(state.bids[other, turn])
        second = NONE  # the other round in which `card` was bid
        for found in range(state.rounds):
            if state.bids[other, found] == card:
                second = found
        state.bids[other, turn] = card
        if second != NONE:
            state.bids[other, second] = before
        fits = True
        for changed in (turn, second):
            if changed != NONE:
                fits = fits and highest_bidders(world, state, changed) == state.highest[changed]
        if not fits:
            card, before = before, card
            state.bids[other, turn] = card
            if second != NONE:
                state.bids[other, second] = before
        elif second == NONE:
            state.hands[other, card] = 0
            state.hands[other, before] = 1

"""Sealed-bid auctions of one item with private values.

# Description
In every round 2 to 10 bidders learn what the item is worth to them, drawn independently from the same distribution,
and bid at once without seeing each other. The highest bid wins; ties are broken at random. What is paid depends on the
format: in a first-price auction the winner pays its bid, in a second-price auction the second highest bid or the
reserve, whichever is more, and in an all-pay auction everybody pays what it bid. A bid below the reserve counts as no
bid: it neither wins nor costs. If there is no bid the item stays with the seller. Values are drawn afresh each round.

# Observation
`value` (1): the own value of the item in this round. `seat` (`bidders`): the own seat, one-hot. `progress` (1): share
of the rounds that has passed. `price` (1): the price of the round before, the winner's payment; 0 if there was no
sale. `winner` (`bidders` + 1): who won the round before, one-hot, the last entry for nobody or no round yet. `last`
(2): the own value and the own bid in the round before, 0 in the first round.

# Action
`Box(0, 1, (1,))`: the bid.

# Reward
Surplus in units of the highest possible value, paid each round: the winner's value less what it pays; losers get 0, or
minus their bid in an all-pay auction. General-sum; the seller's revenue is nobody's reward.

# End
After `rounds` rounds.

# Options
- `bidders` (2 to 10, default 2).
- `format` (default "first_price"): "first_price", "second_price" or "all_pay".
- `alpha`, `beta` (0.1 to 50, default 1): shapes of the Beta distribution of values; 1 and 1 is uniform on [0, 1].
- `reserve` (0 to 1, default 0): the lowest bid that counts.
- `rounds` (1 to 100, default 1).

# Source
W. Vickrey, "Counterspeculation, auctions, and competitive sealed tenders", Journal of Finance 16, 1961.
R. B. Myerson, "Optimal auction design", Mathematics of Operations Research 6, 1981. Values are drawn by the method of
G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26, 2000.

# Versions
- v0: first release.
"""

import math
from typing import NamedTuple

from agora.envs.api import EVERYONE, Box, Piece, Spec, check_choice, check_integer, check_number
from agora.envs.arrays import copy, fill
from agora.envs.jit import rule
from agora.envs.rng import integer, normal, uniform

FORMATS = ("first_price", "second_price", "all_pay")
FIRST_PRICE, SECOND_PRICE, ALL_PAY = 0, 1, 2
NOBODY = -1
UNKNOWN = -1.0  # a bid or a value that was never seen


class World(NamedTuple):
    bidders: int
    format: int  # FIRST_PRICE, SECOND_PRICE or ALL_PAY
    alpha: float
    beta: float
    reserve: float
    rounds: int


def make_world(
    bidders: int = 2,
    format: str = "first_price",
    alpha: float = 1.0,
    beta: float = 1.0,
    reserve: float = 0.0,
    rounds: int = 1,
) -> World:
    return World(
        bidders=check_integer("bidders", bidders, 2, 10),
        format=FORMATS.index(check_choice("format", format, FORMATS)),
        alpha=check_number("alpha", alpha, 0.1, 50.0),
        beta=check_number("beta", beta, 0.1, 50.0),
        reserve=check_number("reserve", reserve, 0.0, 1.0),
        rounds=check_integer("rounds", rounds, 1, 100),
    )


def make_spec(world: World) -> Spec:
    return Spec(
        players=world.bidders,
        turns="simultaneous",
        information="imperfect",
        payoff="general",
        chance="sampled",
        action=Box(0.0, 1.0, (1,)),
        observation=(
            Piece("value", (1,), 0, 1, "what the item is worth to the bidder"),
            Piece("seat", (world.bidders,), 0, 1, "own seat, one-hot"),
            Piece("progress", (1,), 0, 1, "share of the rounds that has passed"),
            Piece("price", (1,), 0, 1, "price of the round before"),
            Piece("winner", (world.bidders + 1,), 0, 1, "winner of the round before, one-hot; last: nobody"),
            Piece("last", (2,), 0, 1, "own value and own bid in the round before"),
        ),
        returns=(-float(world.rounds), float(world.rounds)),
        unit="surplus",
        max_steps=world.rounds,
        exemptions={"max_cycles": "its rules end it after `rounds` bids, which is one by default"},
        seats=tuple(f"bidder {bidder + 1}" for bidder in range(world.bidders)),
    )


def make_dtype(world: World) -> list:
    bidders = (world.bidders,)
    return [
        ("value", "f8", bidders),  # of the item in this round, 0 to 1
        ("played", "i2"),  # rounds that are over
        ("last_value", "f8", bidders),  # of the round before; UNKNOWN before the first
        ("last_bid", "f8", bidders),  # of the round before; UNKNOWN before the first
        ("price", "f8"),  # the winner's payment in the round before, 0 without a sale
        ("winner", "i1"),  # of the round before, or NOBODY
        ("revenue", "f8"),  # all payments so far
        ("welfare", "f8"),  # values of the winners so far, each in its round
        ("possible", "f8"),  # highest values of the rounds so far
    ]


@rule
def reset(world, state):
    fill(state.last_value, UNKNOWN)
    fill(state.last_bid, UNKNOWN)
    state.winner = NOBODY
    deal(world, state)
    state.to_move = EVERYONE


@rule
def deal(world, state):
    for bidder in range(world.bidders):
        state.value[bidder] = draw_value(world, state)


@rule
def draw_value(world, state):
    """A value from the Beta distribution: with both shapes 1 a uniform one, else a share of two gamma variables."""
    if world.alpha == 1.0 and world.beta == 1.0:
        return uniform(state)
    first = draw_log_gamma(state, world.alpha)
    second = draw_log_gamma(state, world.beta)
    return 1.0 / (1.0 + math.exp(min(second - first, 700.0)))


@rule
def draw_log_gamma(state, shape):
    """The logarithm of a gamma variable: small shapes give numbers too small for a float64."""
    boost = 0.0
    if shape < 1.0:
        boost = math.log(1.0 - uniform(state)) / shape
        shape += 1.0
    d = shape - 1.0 / 3.0
    while True:
        x = normal(state)
        root = 1.0 + x / math.sqrt(9.0 * d)
        if root > 0.0:
            cube = root * root * root
            if math.log(1.0 - uniform(state)) < 0.5 * x * x + d * (1.0 - cube + math.log(cube)):
                return math.log(d * cube) + boost


@rule
def step(world, state, actions, rewards):
    for bidder in range(world.bidders):
        state.last_bid[bidder] = actions[bidder, 0]
    copy(state.last_value, state.value)
    choose_winner(world, state)
    pay(world, state, rewards)
    keep_account(world, state, rewards)
    state.played += 1
    if state.played == world.rounds:
        state.over = True
    else:
        deal(world, state)


@rule
def choose_winner(world, state):
    """The highest bid from the reserve up; among equal ones each with the same chance."""
    state.winner = NOBODY
    tied = 0
    for bidder in range(world.bidders):
        bid = state.last_bid[bidder]
        if bid < world.reserve:
            continue
        if state.winner == NOBODY or bid > state.last_bid[state.winner]:
            state.winner = bidder
            tied = 1
        elif bid == state.last_bid[state.winner]:
            tied += 1
            if integer(state, tied) == 0:
                state.winner = bidder


@rule
def pay(world, state, rewards):
    state.price = 0.0
    if state.winner == NOBODY:
        return
    state.price = state.last_bid[state.winner]
    if world.format == SECOND_PRICE:
        state.price = world.reserve
        for bidder in range(world.bidders):
            if bidder != state.winner:
                state.price = max(state.price, state.last_bid[bidder])
    rewards[state.winner] = state.last_value[state.winner] - state.price
    state.revenue += state.price
    if world.format == ALL_PAY:
        for bidder in range(world.bidders):
            if bidder != state.winner and state.last_bid[bidder] >= world.reserve:
                rewards[bidder] = -state.last_bid[bidder]
                state.revenue += state.last_bid[bidder]


@rule
def keep_account(world, state, rewards):
    highest = 0.0
    for bidder in range(world.bidders):
        highest = max(highest, state.last_value[bidder])
    state.possible += highest
    if state.winner != NOBODY:
        state.welfare += state.last_value[state.winner]


@rule
def observe(world, state, player, out):
    out.value[0] = state.value[player]
    out.seat[player] = 1
    out.progress[0] = state.played / world.rounds
    out.price[0] = state.price
    if state.winner == NOBODY:
        out.winner[world.bidders] = 1
    else:
        out.winner[state.winner] = 1
    if state.played > 0:
        out.last[0] = state.last_value[player]
        out.last[1] = state.last_bid[player]


@rule
def resample(world, state, player):
    """Draws the other bidders' values anew; what they did before is forgotten, and the sums over all start again."""
    for bidder in range(world.bidders):
        if bidder != player:
            state.value[bidder] = draw_value(world, state)
            state.last_value[bidder] = UNKNOWN
            state.last_bid[bidder] = UNKNOWN
    state.revenue = 0.0
    state.welfare = 0.0
    state.possible = 0.0

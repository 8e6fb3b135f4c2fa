"""Alternating offers: Rubinstein's bargaining over a pie of size 1.

# Description
Two players divide a pie. In the first period player 1 offers player 2 a share of it; in every period the player who has
just been offered a share either takes it, which ends the game, or turns it down, and is the one to offer in the next
period. Every period that passes leaves less of what the pie is worth to a player: `discount_1` and `discount_2`. After
an offer is turned down the talks may break down for good, and there may be a last period.

A player answers the standing offer and makes the next one in a single decision, since nothing happens between the two
that it could react to. That keeps subgame perfection exact: whoever answers has seen the offer.

# Observation
`seat` (2): the own seat, one-hot. `standing` (2): one-hot over an offer to me and an offer of mine; zeros before the
first. `share` (1): the share of the pie that the standing offer would give to the player, 0 before the first. `pie`
(2): what the whole pie is still worth, to the player and to the other. `period` (1): offers made so far, divided by the
most decisions that there can be: one more than the horizon, or those until the engine's cut. `outcome` (3): how the
game ended, one-hot over deal, break-down, last offer turned down; zeros before the end.

# Action
With `bins` = 0: `Box(0, 1, (2,))`. First the offer: the share of the pie that goes to the other player if it takes it.
Second the threshold: the standing offer is accepted if it gives at least this share, and then the first number is not
read. Before the first offer the threshold is not read; nor is the offer once the last period's offer stands.
With `bins` = n: `Discrete(n + 3)`. 0: accept. 1: turn down the last offer, which ends the game. 2 + k: turn down what
stands, if anything does, and offer the other player k pieces of n. The mask lets through what the rules do now.

# Reward
With a deal in period t (the first is 0) a player gets its share times its discount to the power of t. No deal: 0.
Returns lie in [0, 1].

# End
When an offer is accepted, when the talks break down, or when the last period's offer is turned down. Without a horizon
the engine cuts the game (truncated) when less than a millionth of the pie is left to expect, break-down included.

# Options
- `discount_1`, `discount_2` (0 to 1, default 0.9): what a further period leaves of the pie's worth to each player.
- `horizon` (0 to 100, default 0): periods in which an offer is made; 0: no last period. Without a horizon the discounts
  times the probability that talks go on must both be at most 0.999.
- `breakdown` (0 to 1, default 0): probability that talks break down when an offer is turned down and another one could
  be made.
- `bins` (0 to 100, default 0): 0: any share can be offered; else the pie is cut into so many equal pieces and offers
  are whole numbers of them.

# Source
A. Rubinstein, "Perfect equilibrium in a bargaining model", Econometrica 50, 1982. Finite horizon: I. Stahl, "Bargaining
Theory", 1972. Break-down: K. Binmore, A. Rubinstein, A. Wolinsky, "The Nash bargaining solution in economic modelling",
RAND Journal of Economics 17, 1986. Without a horizon player 1 gets (1 - d2) / (1 - d1 d2) in the only subgame-perfect
equilibrium, at once.

# Versions
- v0: first release.
"""

import math
from typing import NamedTuple

from agora.envs.api import Box, Discrete, Piece, Spec, check_integer, check_number
from agora.envs.arrays import fill
from agora.envs.jit import rule
from agora.envs.rng import uniform

ACCEPT, REJECT, OFFER = 0, 1, 2  # with bins; OFFER + k offers k pieces
GOING, DEAL, BROKEN_DOWN, EXPIRED = 0, 1, 2, 3  # state.outcome
LEFT = 1e-6  # of the pie when a game without a horizon is cut


class World(NamedTuple):
    discount_1: float
    discount_2: float
    horizon: int
    breakdown: float
    bins: int
    periods: int  # offers that can be answered: the horizon, or those until the engine's cut


def make_world(
    discount_1: float = 0.9, discount_2: float = 0.9, horizon: int = 0, breakdown: float = 0.0, bins: int = 0
) -> World:
    discounts = check_number("discount_1", discount_1, 0.0, 1.0), check_number("discount_2", discount_2, 0.0, 1.0)
    horizon = check_integer("horizon", horizon, 0, 100)
    breakdown = check_number("breakdown", breakdown, 0.0, 1.0)
    patience = max(discounts) * (1.0 - breakdown)
    if not horizon and patience > 0.999:
        raise ValueError(
            f"discount_1={discount_1!r}, discount_2={discount_2!r}, breakdown={breakdown!r} and no horizon would let "
            "talks go on for ever: lower the discounts to 0.999 or less, raise breakdown, or give a horizon."
        )
    periods = horizon or periods_until_cut(patience)
    return World(*discounts, horizon, breakdown, check_integer("bins", bins, 0, 100), periods)


def periods_until_cut(patience: float) -> int:
    """Offers that can be answered without a horizon, when a period leaves ``patience`` to the more patient player."""
    return 2 if patience <= LEFT else max(2, math.ceil(math.log(LEFT) / math.log(patience)))


def make_spec(world: World) -> Spec:
    return Spec(
        players=2,
        turns="sequential",
        information="perfect",
        payoff="general",
        chance="sampled" if world.breakdown else "none",
        action=Discrete(world.bins + 3) if world.bins else Box(0.0, 1.0, (2,)),
        observation=(
            Piece("seat", (2,), 0, 1, "own seat, one-hot"),
            Piece("standing", (2,), 0, 1, "one-hot over an offer to me, an offer of mine; zeros before the first"),
            Piece("share", (1,), 0, 1, "share of the pie that the standing offer would give to me"),
            Piece("pie", (2,), 0, 1, "what the whole pie is still worth, to me and to the other"),
            Piece("period", (1,), 0, 1, "offers made so far, divided by the most decisions that there can be"),
            Piece("outcome", (3,), 0, 1, "one-hot over deal, break-down, last offer turned down; zeros before the end"),
        ),
        returns=(0.0, 1.0),
        unit="pies",
        max_steps=world.periods + 1,
        seats=("player 1", "player 2"),
    )


def make_dtype(world: World) -> list:
    return [
        ("made", "i4"),  # offers so far
        ("offer", "f8"),  # the standing offer: share of the pie for whoever did not make it, 0 to 1
        ("pie", "f8", (2,)),  # what the whole pie is still worth to each player if the standing offer is taken
        ("outcome", "i1"),  # GOING, DEAL, BROKEN_DOWN or EXPIRED
    ]


@rule
def reset(world, state):
    fill(state.pie, 1.0)
    state.to_move = 0


@rule
def is_last(world, state):
    """Whether the standing offer is the last one that the horizon allows."""
    return world.horizon > 0 and state.made == world.horizon


@rule
def legal(world, state, player, out):
    last = is_last(world, state)
    fill(out, not last)
    out[ACCEPT] = state.made > 0
    out[REJECT] = last


@rule
def step(world, state, actions, rewards):
    player = int(state.to_move)
    if state.made > 0 and takes(world, state, player, actions):
        pay(state, player, rewards)
        state.outcome = DEAL
    elif is_last(world, state):
        state.outcome = EXPIRED
    elif state.made > 0 and breaks_down(world, state):
        state.outcome = BROKEN_DOWN
    else:
        offer(world, state, player, actions)
    state.over = state.outcome != GOING


@rule
def takes(world, state, player, actions):
    if actions.ndim == 1:
        return actions[player] == ACCEPT
    return state.offer >= actions[player, 1]


@rule
def breaks_down(world, state):
    return world.breakdown > 0.0 and uniform(state) < world.breakdown


@rule
def offer(world, state, player, actions):
    """Puts the offer of ``player`` in the place of the standing one; the first is made with the pie still whole."""
    if actions.ndim == 1:
        state.offer = (actions[player] - OFFER) / world.bins
    else:
        state.offer = actions[player, 0]
    if state.made > 0:
        state.pie[0] *= world.discount_1
        state.pie[1] *= world.discount_2
    state.made += 1
    state.to_move = 1 - player


@rule
def pay(state, player, rewards):
    """Whoever takes the offer gets what it says, the other the rest."""
    rewards[player] = state.offer * state.pie[player]
    rewards[1 - player] = (1.0 - state.offer) * state.pie[1 - player]


@rule
def observe(world, state, player, out):
    out.seat[player] = 1
    if state.made > 0:
        mine = (state.made - 1) % 2 == player
        out.standing[int(mine)] = 1
        out.share[0] = 1.0 - state.offer if mine else state.offer
    out.pie[0] = state.pie[player]
    out.pie[1] = state.pie[1 - player]
    out.period[0] = state.made / (world.periods + 1)
    if state.outcome != GOING:
        out.outcome[state.outcome - 1] = 1

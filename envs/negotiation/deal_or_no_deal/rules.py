"""Deal or No Deal: two players divide a pool of books, hats and balls, each knowing only its own values.

# Description
Five to seven items of three types lie in a pool. The whole pool is worth ten points to either player, but the items are
worth different things to the two, and neither knows the other's values. One of them, drawn at random, speaks first.
Then they take turns: whoever is to move proposes a division, accepts the one that the other has just proposed, or walks
away. A proposal replaces the one before it. The scenario is drawn uniformly from those of the split.

# Observation
`counts` (3): items of each type in the pool, divided by 5. `values` (3): what one item of each type is worth to the
player, points divided by 10. `first` (1): 1 if the player spoke first. `turn` (max_turns + 1): proposals made so far,
one-hot. `history` (max_turns, 6): one row per proposal, the latest first, zeros where there is none: 1 if the player
made it, 1 if the other did, the items of each type that it would leave to the player, divided by 5, and what those are
worth to the player, points divided by 10. `outcome` (3): how the game ended, one-hot over deal, walked away, turns used
up; zeros before the end. The other's values are never shown.

# Action
`Discrete(218)`. 36 a + 6 b + c: propose to keep a books, b hats and c balls, and to leave the rest to the other; the
mask lets through what the pool holds. 216: accept what the other has just proposed. 217: walk away.

# Reward
The points of the items that the player gets in the deal, at the end, times `discount` for every proposal after the
first: a deal in the second turn, the earliest that there can be, counts in full. No deal: 0. Returns lie in [0, 10].

# End
With a deal, when a player walks away, and without a deal when the turns are used up. A proposal in the last turn is
allowed and comes to nothing.

# Options
- `split` (train, test or all; default train): which scenarios are dealt: 4,602 to train, 1,191 to test, 5,793 in all.
  Scenarios that differ only in the order of the items or in who sits where fall in the same split.
- `max_turns` (2 to 50, default 10): turns of both players together.
- `discount` (0 to 1, default 1): what a further proposal leaves of the points.

# Source
M. Lewis, D. Yarats, Y. Dauphin, D. Parikh, D. Batra, "Deal or No Deal? End-to-End Learning for Negotiation Dialogues",
EMNLP 2017, for the game; here proposals take the place of the dialogue and of the secret selection after it. The
scenarios are enumerated from the rules, no data of the paper is used.

# Versions
- v0: first release.
"""

from typing import NamedTuple

import numpy as np

from agora.envs.api import Discrete, Piece, Spec, check_choice, check_integer, check_number
from agora.envs.arrays import fill
from agora.envs.jit import rule
from agora.envs.negotiation.deal_or_no_deal.scenarios import ITEMS, MOST, POINTS, scenarios
from agora.envs.rng import integer

RADIX = MOST + 1  # a proposal has one digit per item, what the speaker keeps
ACCEPT = RADIX**ITEMS
WALK = ACCEPT + 1
GOING, DEAL, WALKED, TURNS_USED = 0, 1, 2, 3  # state.outcome


class World(NamedTuple):
    counts: np.ndarray  # (N, 3), see scenarios.py
    values: np.ndarray  # (N, 2, 3)
    mirror: np.ndarray  # (N,)
    first: np.ndarray  # (N,)
    alike: np.ndarray  # (N,)
    max_turns: int
    discount: float


def make_world(split: str = "train", max_turns: int = 10, discount: float = 1.0) -> World:
    chosen = scenarios(check_choice("split", split, ("train", "test", "all")))
    return World(
        *chosen,
        max_turns=check_integer("max_turns", max_turns, 2, 50),
        discount=check_number("discount", discount, 0.0, 1.0),
    )


def make_spec(world: World) -> Spec:
    turns = world.max_turns
    return Spec(
        players=2,
        turns="sequential",
        information="imperfect",
        payoff="general",
        chance="sampled",
        action=Discrete(WALK + 1),
        observation=(
            Piece("counts", (ITEMS,), 0, 1, "items of each type in the pool, divided by 5"),
            Piece("values", (ITEMS,), 0, 1, "own points for one item of each type, divided by 10"),
            Piece("first", (1,), 0, 1, "1 if the player spoke first"),
            Piece("turn", (turns + 1,), 0, 1, "proposals made so far, one-hot"),
            Piece("history", (turns, ITEMS + 3), 0, 1, "proposals, latest first: own, other's, items for me, points"),
            Piece("outcome", (3,), 0, 1, "one-hot over deal, walked away, turns used up; zeros before the end"),
        ),
        returns=(0.0, float(POINTS)),
        unit="points",
        max_steps=turns,
        seats=("player 1", "player 2"),
    )


def make_dtype(world: World) -> list:
    return [
        ("scenario", "i2"),  # the row of the world's tables that is played
        ("speaks_first", "i1"),  # the player who made the first proposal
        ("made", "i1"),  # proposals so far
        ("kept", "i1", (world.max_turns, ITEMS)),  # per proposal: items of each type that the speaker would keep
        ("outcome", "i1"),  # GOING, DEAL, WALKED or TURNS_USED
    ]


@rule
def reset(world, state):
    state.scenario = integer(state, world.counts.shape[0])
    state.speaks_first = integer(state, 2)
    state.to_move = state.speaks_first


@rule
def legal(world, state, player, out):
    fill(out, False)
    counts = world.counts[state.scenario]
    for books in range(counts[0] + 1):
        for hats in range(counts[1] + 1):
            for balls in range(counts[2] + 1):
                out[(books * RADIX + hats) * RADIX + balls] = True
    out[ACCEPT] = state.made > 0
    out[WALK] = True


@rule
def step(world, state, actions, rewards):
    action = actions[state.to_move]
    if action == ACCEPT:
        pay(world, state, rewards)
        state.outcome = DEAL
    elif action == WALK:
        state.outcome = WALKED
    else:
        propose(state, action)
        if state.made == world.max_turns:
            state.outcome = TURNS_USED
    state.over = state.outcome != GOING


@rule
def propose(state, action):
    left = action
    for back in range(ITEMS):
        state.kept[state.made, ITEMS - 1 - back] = left % RADIX
        left //= RADIX
    state.made += 1
    state.to_move = 1 - state.to_move


@rule
def speaker(state, turn):
    """Who makes the proposal number ``turn``, counted from 0."""
    return (state.speaks_first + turn) % 2


@rule
def share(world, state, turn, player, item):
    """How many of ``item`` the proposal number ``turn`` would give to ``player``."""
    if player == speaker(state, turn):
        return int(state.kept[turn, item])
    return int(world.counts[state.scenario, item]) - int(state.kept[turn, item])


@rule
def worth(world, state, turn, player):
    """Points that the proposal number ``turn`` would give to ``player``, before the discount."""
    points = 0
    for item in range(ITEMS):
        points += share(world, state, turn, player, item) * int(world.values[state.scenario, player, item])
    return points


@rule
def pay(world, state, rewards):
    factor = 1.0
    for _ in range(state.made - 1):
        factor *= world.discount
    for player in range(2):
        rewards[player] = factor * worth(world, state, int(state.made) - 1, player)


@rule
def observe(world, state, player, out):
    for item in range(ITEMS):
        out.counts[item] = world.counts[state.scenario, item] / MOST
        out.values[item] = world.values[state.scenario, player, item] / POINTS
    out.first[0] = state.speaks_first == player
    out.turn[state.made] = 1
    for row in range(state.made):
        turn = int(state.made) - 1 - row
        out.history[row, 0 if speaker(state, turn) == player else 1] = 1
        for item in range(ITEMS):
            out.history[row, 2 + item] = share(world, state, turn, player, item) / MOST
        out.history[row, 2 + ITEMS] = worth(world, state, turn, player) / POINTS
    if state.outcome != GOING:
        out.outcome[state.outcome - 1] = 1


@rule
def resample(world, state, player):
    """Draws the scenario anew among those of the split with the same pool and the same values of ``player``."""
    seen = int(state.scenario)
    if player == 1:  # the tables group what player 0 sees
        seen = world.mirror[seen]
    drawn = world.first[seen] + integer(state, world.alike[seen])
    if player == 1:
        drawn = world.mirror[drawn]
    state.scenario = drawn

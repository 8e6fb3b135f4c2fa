"""Backgammon: race fifteen checkers around the board by two dice, one checker move at a time.

# Description
Each player moves fifteen checkers from its 24-point down to its home, points 1 to 6, and off; a player's point p is the
other's 25 - p. Each die of a roll moves one checker, doubles are played four times. A checker may not land on two or
more of the other's; a single one there, a blot, is sent to the bar, from where it has to enter before anything else of
its owner moves. Once all are home, checkers are borne off, by a die that is too high from the highest point only. As
many dice as possible have to be played, and if either but not both can be, the higher one. A turn in which nothing can
be played passes by itself. The opening roll is one die each, rolled again while equal: the higher one starts and plays
both. There is no doubling cube.

# Observation
All int8. `own` (26): how many checkers the player who looks has on each point: 0 is off, 25 the bar. `other` (26): the
same for the other player, still by the points of the one who looks, but 0 is off and 25 the bar of the other. `dice`
(6): how often each die, 1 to 6, is still to be played in this turn. `turn` (1): 1 when the turn is that of the player
who looks.

# Action
`Discrete(150)`: `(point - 1) * 6 + die - 1` moves a checker from the own point 1 to 24, or from the bar, 25, by one
die. The mask knows of all dice of the turn: whatever it allows leaves as many dice to be played as possible.

# Reward
What the game is worth, under `scoring`, to the winner, and its negative to the loser, paid at the end. Zero-sum.

# End
When a player has borne off all checkers.

# Options
- `scoring` ("win", "gammons" or "backgammons", default "backgammons"): "win" makes every game worth 1 point; with
  "gammons" it is worth 2 when the loser has borne off none; with "backgammons" also 3 when, besides, the loser has a
  checker on the bar or in the winner's home.

Outcomes of chance are `(a - 1) * 6 + b - 1`: in the opening a is the first player's die and b the second's, each of the
30 unequal ones equally likely; later a is the higher die. OpenSpiel plays a whole turn (half of it, with doubles) as
one action, and has `scoring="win"` by default; Pgx plays one checker at a time too, with an action more for each die
for passing, but lets the first die be played so that the second cannot be, and counts no checker on the bar for a
backgammon.

# Source
The rules of the U.S. Backgammon Federation and, before them, of the Racquet and Tennis Club of New York, 1931.

# Versions
- v0: first release.
"""

from typing import NamedTuple

from agora.envs.api import CHANCE, Discrete, Piece, Spec, check_choice
from agora.envs.arrays import fill
from agora.envs.jit import rule

OFF, HOME, BAR = 0, 6, 25  # borne off; the highest point of the home; the bar
CHECKERS = 15
DICE = 6
START = ((24, 2), (13, 5), (8, 3), (6, 5))
NONE = -1  # nobody's turn yet
SCORING = ("win", "gammons", "backgammons")


class World(NamedTuple):
    scoring: int


def make_world(scoring: str = "backgammons") -> World:
    return World(SCORING.index(check_choice("scoring", scoring, SCORING)))


def make_spec(world: World) -> Spec:
    most = float(world.scoring + 1)
    return Spec(
        players=2,
        turns="sequential",
        information="perfect",
        payoff="zero-sum",
        chance="explicit",
        action=Discrete(BAR * DICE),
        observation=(
            Piece("own", (26,), 0, 15, "own checkers on each point, 0 off, 25 the bar"),
            Piece("other", (26,), 0, 15, "the other's checkers on the same points, 0 off, 25 the bar"),
            Piece("dice", (DICE,), 0, 4, "how often each die is still to be played"),
            Piece("turn", (1,), 0, 1, "1 when it is the own turn"),
        ),
        returns=(-most, most),
        unit="points",
        max_steps=10_000,
        seats=("first", "second"),
        observation_dtype="int8",
        chance_outcomes=DICE * DICE,
    )


def make_dtype(world: World) -> list:
    return [
        ("checkers", "i1", (2, 26)),  # of each player on its own points; 0 is OFF, 25 the BAR
        ("dice", "i1", (2,)),  # the roll, the higher die first; 0 while it is to be rolled
        ("left", "i1", (2,)),  # how often each of them is still to be played; doubles have 4 and 0
        ("turn", "i1"),  # whose turn it is, or NONE before the opening roll
    ]


@rule
def reset(world, state):
    for player in range(2):
        for point, checkers in START:
            state.checkers[player, point] = checkers
    state.turn = NONE
    state.to_move = CHANCE


@rule
def chance(world, state, out):
    opening = state.turn == NONE
    for first in range(DICE):
        for second in range(DICE):
            if opening:
                probability = 0.0 if first == second else 1.0 / 30.0
            elif first == second:
                probability = 1.0 / 36.0
            else:
                probability = 2.0 / 36.0 if first > second else 0.0
            out[first * DICE + second] = probability


@rule
def step(world, state, actions, rewards):
    if state.to_move == CHANCE:
        roll(state, int(actions[0]))
    else:
        move(state, int(actions[state.to_move]))
    player = int(state.turn)
    if state.checkers[player, OFF] == CHECKERS:
        finish(world, state, player, rewards)
    elif goes_on(state, player):
        state.to_move = player
    else:
        fill(state.dice, 0)
        fill(state.left, 0)
        state.turn = 1 - player
        state.to_move = CHANCE


@rule
def roll(state, outcome):
    first, second = outcome // DICE + 1, outcome % DICE + 1
    if state.turn == NONE:
        state.turn = 0 if first > second else 1
    state.dice[0] = max(first, second)
    state.dice[1] = min(first, second)
    state.left[0] = 4 if first == second else 1
    state.left[1] = 0 if first == second else 1


@rule
def move(state, action):
    player = int(state.turn)
    point, die = action // DICE + 1, action % DICE + 1
    state.left[0 if state.dice[0] == die else 1] -= 1
    landing = max(point - die, OFF)
    state.checkers[player, point] -= 1
    state.checkers[player, landing] += 1
    if landing > OFF and state.checkers[1 - player, BAR - landing] == 1:
        state.checkers[1 - player, BAR - landing] = 0
        state.checkers[1 - player, BAR] += 1


@rule
def goes_on(state, player):
    """Whether any die that is left can be played."""
    for index in range(2):
        if state.left[index] > 0 and can_play(state, player, int(state.dice[index]), NONE, NONE):
            return True
    return False


@rule
def can_play(state, player, die, source, target):
    """Whether ``die`` can be played, once a checker has gone from ``source`` to ``target``, or NONE."""
    top = highest(state, player, source, target)
    for point in range(top, 0, -1):
        if count(state, player, point, source, target) > 0 and fits(state, player, point, die, top):
            return True
    return False


@rule
def count(state, player, point, source, target):
    checkers = int(state.checkers[player, point])
    if point == source:
        checkers -= 1
    if point == target:
        checkers += 1
    return checkers


@rule
def highest(state, player, source, target):
    """The highest point with a checker; OFF when there is none."""
    top = BAR
    while top > OFF and count(state, player, top, source, target) == 0:
        top -= 1
    return top


@rule
def fits(state, player, point, die, top):
    """Whether a checker on ``point`` may go by ``die``, ``top`` being the highest point with one."""
    landing = point - die
    if top == BAR and point != BAR:
        return False
    if landing > OFF:
        return state.checkers[1 - player, BAR - landing] < 2
    return top <= HOME and (landing == OFF or point == top)


@rule
def legal(world, state, player, out):
    """With two different dice left, moves after which the other can be played; if there are none, the higher die."""
    fill(out, False)
    both = state.left[0] > 0 and state.left[1] > 0
    found = False
    if both:
        for index in range(2):
            found = mark(state, player, index, int(state.dice[1 - index]), out) or found
    for index in range(2):
        if not found and state.left[index] > 0:
            found = mark(state, player, index, NONE, out)


@rule
def mark(state, player, index, then, out):
    """Marks in ``out`` all moves by a die after which ``then`` can be played, if that is not NONE; whether any."""
    die = int(state.dice[index])
    top = highest(state, player, NONE, NONE)
    found = False
    for point in range(1, top + 1):
        fitting = state.checkers[player, point] > 0 and fits(state, player, point, die, top)
        if fitting and (then == NONE or can_play(state, player, then, point, max(point - die, OFF))):
            out[(point - 1) * DICE + die - 1] = True
            found = True
    return found


@rule
def finish(world, state, winner, rewards):
    state.over = True
    value = float(worth(world, state, 1 - winner))
    rewards[winner] = value
    rewards[1 - winner] = -value


@rule
def worth(world, state, loser):
    """1 for a plain win, 2 for a gammon, 3 for a backgammon, as far as they count."""
    if world.scoring == 0 or state.checkers[loser, OFF] > 0:
        return 1
    behind = 0
    for point in range(BAR - HOME, BAR + 1):
        behind += state.checkers[loser, point]
    return 3 if world.scoring == 2 and behind > 0 else 2


@rule
def observe(world, state, player, out):
    for point in range(26):
        out.own[point] = state.checkers[player, point]
        out.other[point] = state.checkers[1 - player, BAR - point if 0 < point < BAR else point]
    for index in range(2):
        if state.left[index] > 0:
            out.dice[state.dice[index] - 1] = state.left[index]
    out.turn[0] = state.turn == player

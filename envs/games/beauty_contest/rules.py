"""Beauty contest: guess a fraction of the mean of all guesses.

# Description
Every player chooses a whole number, all at the same moment. The number closest to a fraction, four fifths, of the mean
of all numbers wins a prize of one point. The same is played for `rounds` rounds; after each everybody sees all guesses.
Whoever thinks that the others guess at random guesses below the middle, whoever thinks that the others think so guesses
lower still, and so on down to the lowest number, which is the equilibrium: how deep do the others think?

# Observation
`history` (`rounds`, `players`) float32: all guesses of past rounds as shares of `top`, the latest round first; in each
the own guess, then those of the players that follow, after the last the first. -1 where no round has been yet.
`progress` (1) float32: the share of the rounds that is over, 0 to 1.

# Action
`Discrete(top + 1)`: the number; those below `bottom` are illegal.

# Reward
Per round the prize of 1 point. The distance of a guess from the target, `fraction` times the mean, counts; who is
closest wins, and when several are, `ties` says who gets how much. Distances are compared without rounding the target;
differences below a millionth of a number count as none.

# End
After `rounds` rounds.

# Options
- `players` (2 to 20, default 5).
- `rounds` (1 to 100, default 10).
- `fraction` (0 to 2, default 0.8): of the mean. R. Nagel's experiments have 1/2, 2/3 and 4/3.
- `bottom` (0 to 999, default 1) and `top` (1 to 1,000, default 100): the lowest and the highest number allowed; the
  lowest is less than the highest. Nagel's have 0 and 100.
- `ties` (default "share"): "share" splits the prize equally among all that are closest; "all" gives each of them a
  whole one; "lowest" gives a whole one to each with the lowest number among the closest, and none at all when all
  players chose the same number.

With whole numbers there may be several equilibria: from 0 up, 0.8 times the mean and five players, all at 0 is one and
all at 1 another. From 1 up all at 1 is the only one in which everybody guesses the same.

"Guessing 0.8 of the average" of Zhang et al. is the default with `ties="lowest"`, but that it takes a point from those
who do not win instead of giving one to those who do, and rounds the target to two decimals.

# Source
R. Nagel, "Unraveling in guessing games: an experimental study", American Economic Review 85, 1995. Y. Zhang et al.,
"K-level reasoning: establishing higher order beliefs in large language models for strategic reasoning", 2024,
arXiv 2402.01521.

# Versions
- v0: first release.
"""

from typing import NamedTuple

from agora.envs.api import EVERYONE, Discrete, Piece, Spec, check_choice, check_integer, check_number
from agora.envs.jit import rule

TIES = ("share", "all", "lowest")
SHARE, ALL, LOWEST = range(3)
SAME = 1e-6  # distances that differ by less are equal


class World(NamedTuple):
    players: int
    rounds: int
    fraction: float
    bottom: int
    top: int
    ties: int  # SHARE, ALL or LOWEST


def make_world(
    players: int = 5, rounds: int = 10, fraction: float = 0.8, bottom: int = 1, top: int = 100, ties: str = "share"
) -> World:
    top = check_integer("top", top, 1, 1000)
    return World(
        players=check_integer("players", players, 2, 20),
        rounds=check_integer("rounds", rounds, 1, 100),
        fraction=check_number("fraction", fraction, 0.0, 2.0),
        bottom=check_integer("bottom", bottom, 0, top - 1),
        top=top,
        ties=TIES.index(check_choice("ties", ties, TIES)),
    )


def make_spec(world: World) -> Spec:
    return Spec(
        players=world.players,
        turns="simultaneous",
        information="perfect",
        payoff="general",
        chance="none",
        action=Discrete(world.top + 1),
        observation=(
            Piece(
                "history",
                (world.rounds, world.players),
                -1,
                1,
                "guesses of past rounds as shares of `top`, latest round first, own first; -1: not yet",
            ),
            Piece("progress", (1,), 0, 1, "share of the rounds that is over"),
        ),
        returns=(0.0, float(world.rounds)),
        unit="points",
        max_steps=world.rounds,
        seats=tuple(f"player {player + 1}" for player in range(world.players)),
    )


def make_dtype(world: World) -> list:
    return [
        ("guesses", "i2", (world.rounds, world.players)),  # by round; the first `played` rounds are valid
        ("played", "i2"),  # rounds that are over
    ]


@rule
def reset(world, state):
    state.to_move = EVERYONE


@rule
def legal(world, state, player, out):
    for guess in range(world.top + 1):
        out[guess] = guess >= world.bottom


@rule
def step(world, state, actions, rewards):
    guesses = state.guesses[state.played]
    for player in range(world.players):
        guesses[player] = actions[player]
    pay(world, guesses, rewards)
    state.played += 1
    state.over = state.played == world.rounds


@rule
def pay(world, guesses, rewards):
    """Writes what a round with ``guesses`` (P,) earns."""
    target = target_of(world, guesses)
    nearest = abs(guesses[0] - target)
    for player in range(1, world.players):
        nearest = min(nearest, abs(guesses[player] - target))
    lowest = world.top
    closest = 0
    same = True
    for player in range(world.players):
        same = same and guesses[player] == guesses[0]
        if abs(guesses[player] - target) < nearest + SAME:
            closest += 1
            lowest = min(lowest, guesses[player])
    if same and world.ties == LOWEST:
        return
    for player in range(world.players):
        wins = abs(guesses[player] - target) < nearest + SAME
        if wins and (world.ties != LOWEST or guesses[player] == lowest):
            rewards[player] = 1.0 / closest if world.ties == SHARE else 1.0


@rule
def target_of(world, guesses):
    """The fraction of the mean of ``guesses`` (P,)."""
    total = 0
    for player in range(world.players):
        total += int(guesses[player])
    return world.fraction * total / world.players


@rule
def observe(world, state, player, out):
    for past in range(world.rounds):
        for place in range(world.players):
            if past < state.played:
                guess = state.guesses[state.played - 1 - past, (player + place) % world.players]
                out.history[past, place] = guess / world.top
            else:
                out.history[past, place] = -1
    out.progress[0] = state.played / world.rounds

"""Normal-form games: everybody chooses at once and payoffs are looked up, one shot or repeated.

# Description
Every player chooses an action, all at the same moment, and each gets the payoff that stands in a table for the
combination of choices. The table is that of a named game, one of your own for any number of players and actions, or,
with `name` "random_2x2", drawn anew for every episode. The same table is played for `rounds` rounds; after each round
everybody sees what everybody chose. Nothing is hidden but the choices of the moment: who remembers more than the last
`memory` rounds has to keep them itself.

# Observation
Everybody sees the game from its own seat: itself first, then the players that follow, after the last the first.
With A the largest number of actions of a player and P players:
`payoffs` (A ** P, P) float32: a row for each combination of choices, in the order of counting with the own choice as
the leading digit, so `reshape(A, ..., A, P)` has the own action as its first axis; a column for each player's payoff,
the own one first. Rows with an action that a player does not have are 0.
`history` (`memory`, P, A) float32: the choices of the latest rounds, one-hot, the latest round first; 0 before there
was one.
`seat` (P) float32: the own seat, one-hot.
`progress` (1) float32: the share of the rounds that is over, 0 to 1.

# Action
`Discrete(A)`: the number of the choice. Actions that only others have are illegal.

# Reward
The payoff of each round, in the unit of the table.

# End
After `rounds` rounds.

# Options
- `name` (default "matching_pennies", unless `payoffs` is given): "matching_pennies", "rock_paper_scissors",
  "biased_rock_paper_scissors", "prisoners_dilemma", "stag_hunt", "chicken", "battle_of_the_sexes", "shapley", "trust",
  "coordination", or "random_2x2": two players, two actions, all eight payoffs drawn independently and uniformly from
  [0, 1] in every episode, so that each of the 576 ways to order the payoffs of both players is equally likely.
- `payoffs` (default None): a game of your own for 2 to 8 players. Nested lists or an array of shape (A1, ..., AP, P),
  where player p has Ap actions: each player's payoff for each combination. Or a matrix (A1, A2): the payoffs of the
  first of two players in a zero-sum game. Finite numbers up to a million; A ** P times P is at most 4,096.
- `rounds` (1 to 1,000, default 1): how often the game is played in an episode.
- `memory` (1 to 100, default 1): past rounds that an observation shows.

OpenSpiel has the same payoffs under `matrix_mp`, `matrix_rps`, `matrix_brps`, `matrix_sh`, `matrix_cd`, `matrix_bos`,
`matrix_shapleys_game` and `matrix_coordination`. Its `matrix_pd` pays 10, 5, 1 and 0 where the prisoner's dilemma here
pays 5, 3, 1 and 0 as in Axelrod's tournaments; `payoffs` makes them equal. Its `repeated_game` sums payoffs too.

# Source
J. von Neumann and O. Morgenstern, "Theory of games and economic behavior", 1944. Payoffs: R. Axelrod, "The evolution of
cooperation", 1984 (prisoner's dilemma); L. S. Shapley, "Some topics in two-person games", 1964 (Shapley's
game); D. M. Kreps, "Corporate culture and economic theory", 1990 (trust); the others as they are commonly printed. All
2x2 games: A. Rapoport and M. Guyer, "A taxonomy of 2x2 games", General Systems 11, 1966.

# Versions
- v0: first release.
"""

from typing import Any, NamedTuple

import numpy as np

from agora.envs.api import EVERYONE, Discrete, Piece, Spec, check_choice, check_integer
from agora.envs.games.normal_form.table import NAMED
from agora.envs.jit import rule
from agora.envs.rng import uniform

RANDOM = "random_2x2"
NAMES = (*NAMED, RANDOM)
OWN = -1  # ``World.number`` of a game given by `payoffs`
NONE = -1  # no choice yet
MOST_PLAYERS = 8
MOST_NUMBERS = 4096  # of a table of payoffs
LARGEST = 1e6  # payoff


class World(NamedTuple):
    number: int  # of the name in NAMES, or OWN
    drawn: bool  # the payoffs are drawn for every episode
    players: int
    most: int  # A, the largest number of actions
    actions: np.ndarray  # (P,) int64, how many each player has
    payoffs: np.ndarray  # (A ** P, P) float64; the first player's action is the leading digit; 0 where there is none
    seen: np.ndarray  # (P, A ** P) int64, the row of `payoffs` for each combination counted from a player's own seat
    rounds: int
    memory: int


def make_world(name: str | None = None, payoffs: Any = None, rounds: int = 1, memory: int = 1) -> World:
    if name is not None and payoffs is not None:
        raise ValueError(f"name={name!r} with payoffs is not allowed: give one of the two.")
    if payoffs is None:
        name = check_choice("name", "matching_pennies" if name is None else name, NAMES)
        number = NAMES.index(name)
        table = np.zeros((2, 2, 2)) if name == RANDOM else np.array(NAMED[name].payoffs, np.float64)
    else:
        number, table = OWN, check_payoffs(payoffs)
    actions = table.shape[:-1]
    players, most = len(actions), max(actions)
    padded = np.zeros((most,) * players + (players,))
    padded[tuple(slice(count) for count in actions)] = table
    return World(
        number=number,
        drawn=name == RANDOM,
        players=players,
        most=most,
        actions=np.array(actions, np.int64),
        payoffs=padded.reshape(-1, players),
        seen=_seats(players, most),
        rounds=check_integer("rounds", rounds, 1, 1000),
        memory=check_integer("memory", memory, 1, 100),
    )


def check_payoffs(payoffs: Any) -> np.ndarray:
    """``payoffs`` as an array (A1, ..., AP, P) float64, or ValueError."""
    way_out = "give nested lists of shape (A1, ..., AP, P), or (A1, A2) for two players in a zero-sum game"
    try:
        table = np.array(payoffs, np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"payoffs={payoffs!r} is not allowed: {way_out}, of numbers alone and all of one length."
        ) from None
    if table.ndim == 2:
        table = np.stack([table, -table], axis=-1)
    players = table.ndim - 1
    if not 2 <= players <= MOST_PLAYERS or table.shape[-1] != players or 0 in table.shape:
        raise ValueError(f"payoffs of shape {np.shape(payoffs)} are not allowed: {way_out}.")
    numbers = players * max(table.shape[:-1]) ** players
    if numbers > MOST_NUMBERS:
        raise ValueError(
            f"payoffs of shape {np.shape(payoffs)} are not allowed: they make a table of {numbers} numbers, "
            f"give a smaller game, of at most {MOST_NUMBERS}."
        )
    if not (np.abs(table) <= LARGEST).all():  # also false for NaN
        raise ValueError(f"payoffs must be numbers from {-LARGEST:g} to {LARGEST:g}; got {payoffs!r}.")
    return table + 0.0  # no negative zeros


def _seats(players: int, most: int) -> np.ndarray:
    """``World.seen``."""
    rows = np.arange(most**players).reshape((most,) * players)
    # The digits of a combination as a player counts them are its own, then those of the players after it.
    turned = [np.transpose(rows, [(seat + place) % players for place in range(players)]) for seat in range(players)]
    return np.ascontiguousarray([row.ravel() for row in turned])


def reachable(world: World) -> np.ndarray:
    """The payoffs (n, P) of all combinations of legal actions."""
    table = world.payoffs.reshape((world.most,) * world.players + (world.players,))
    return table[tuple(slice(count) for count in world.actions)].reshape(-1, world.players)


def make_spec(world: World) -> Spec:
    table = np.array([[0.0, 1.0], [1.0, 0.0]]) if world.drawn else reachable(world)
    low, high = float(table.min()), float(table.max())
    return Spec(
        players=world.players,
        turns="simultaneous",
        information="perfect",
        payoff=_payoff_kind(world),
        chance="sampled" if world.drawn else "none",
        action=Discrete(world.most),
        observation=(
            Piece(
                "payoffs",
                (len(world.payoffs), world.players),
                min(low, 0.0),
                max(high, 0.0),
                "payoffs of every combination of choices, own choice the leading digit, own payoff first",
            ),
            Piece(
                "history",
                (world.memory, world.players, world.most),
                0,
                1,
                "choices of past rounds, latest first, one-hot, own first",
            ),
            Piece("seat", (world.players,), 0, 1, "own seat, one-hot"),
            Piece("progress", (1,), 0, 1, "share of the rounds that is over"),
        ),
        returns=(world.rounds * low, world.rounds * high),
        unit="points",
        max_steps=world.rounds,
        exemptions={"max_cycles": "its rules end it after `rounds` choices, which is one by default"},
        seats=tuple(f"player {player + 1}" for player in range(world.players)),
    )


def _payoff_kind(world: World):
    table = reachable(world)
    if world.drawn:
        return "general"
    if (table == table[:, :1]).all():
        return "common"
    return "zero-sum" if np.abs(table.sum(axis=1)).max() < 1e-9 else "general"


def make_dtype(world: World) -> list:
    return [
        ("payoffs", "f8", world.payoffs.shape),  # as in World, or drawn for this episode, within [0, 1]
        ("history", "i1", (world.memory, world.players)),  # what each chose in past rounds, latest first, or NONE
        ("played", "i2"),  # rounds that are over
    ]


@rule
def reset(world, state):
    for row in range(world.payoffs.shape[0]):
        for player in range(world.players):
            state.payoffs[row, player] = uniform(state) if world.drawn else world.payoffs[row, player]
    for past in range(world.memory):
        for player in range(world.players):
            state.history[past, player] = NONE
    state.to_move = EVERYONE


@rule
def legal(world, state, player, out):
    for action in range(world.most):
        out[action] = action < world.actions[player]


@rule
def step(world, state, actions, rewards):
    row = 0
    for player in range(world.players):
        row = row * world.most + actions[player]
    for past in range(world.memory - 1, 0, -1):
        for player in range(world.players):
            state.history[past, player] = state.history[past - 1, player]
    for player in range(world.players):
        state.history[0, player] = actions[player]
        rewards[player] = state.payoffs[row, player]
    state.played += 1
    state.over = state.played == world.rounds


@rule
def observe(world, state, player, out):
    for row in range(world.payoffs.shape[0]):
        real = world.seen[player, row]
        for place in range(world.players):
            out.payoffs[row, place] = state.payoffs[real, (player + place) % world.players]
    for past in range(min(world.memory, state.played)):
        for place in range(world.players):
            out.history[past, place, state.history[past, (player + place) % world.players]] = 1
    out.seat[player] = 1
    out.progress[0] = state.played / world.rounds

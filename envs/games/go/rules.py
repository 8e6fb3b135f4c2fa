"""Go: surround territory, capture what has no liberties; Tromp-Taylor rules with every disputed rule an option.

# Description
Black and White take turns putting a stone onto a free point of the board, or pass. Stones of a colour that touch along
lines form a string; a string without an empty point beside it, a liberty, is captured and taken off: the other's first,
then the mover's own, which is suicide. After two passes in a row all stones on the board count as alive: a player owns
the points of its stones and the empty points that reach only stones of its colour. The larger area wins, White's with
`komi` added.

# Observation
All int8. `board` (2, size, size): the stones of the player who looks, then the other's; row 0 is line 1, column 0 is
line A. `last` (size, size): the stone just played. `black` (1): 1 when the player who looks is Black. `passed` (1): 1
when the last move was a pass, so that another one ends the game. The points that a ko forbids are those missing from
the mask.

# Action
`Discrete(size * size + 1)`: the point `row * size + column`, A1 is 0, B1 is 1; the last action passes and is always
legal. A taken point, suicide (by default) and what the ko rules forbid are illegal.

# Reward
1 for winning, -1 for losing, 0 for a draw, paid at the end. Zero-sum.

# End
After two passes in a row or `max_moves` moves, either way counted as it stands; and at a repetition where `repetition`
says so.

# Options
- `size` (2 to 19, default 9): lines of the board.
- `komi` (-361 to 361, default 7.5): points added to White's area; with a whole number games can be drawn.
- `suicide` ("forbidden" or "allowed", default "forbidden"): whether a move may leave its own string without liberties.
- `superko` ("positional", "situational" or "none", default "positional"): a move by which the board looks as it has
  looked before is a repetition; "situational" counts it only when the same player is to move. "none" leaves the simple
  ko rule, which holds always: a stone that has just captured a single stone and has one liberty cannot be taken back
  at once. A pass is never a repetition.
- `repetition` ("illegal", "draw" or "loss", default "illegal"): what a repetition under `superko` is: an illegal move,
  or a move that ends the game in a draw or is lost by whoever makes it.
- `max_moves` (1 to 10000, or None, default None): moves, passes included, after which the game is counted; None stands
  for 2 * size * size.

Tromp-Taylor as published allows suicide. OpenSpiel's rules are `repetition="draw"` (it compares boards only, as in
"positional", whatever Pgx's documentation says of it); Pgx's are `repetition="loss"`, but it looks back over the last
eight positions only, which no option here copies.

# Source
J. Tromp and B. Taylor, "The game of Go", tromp.github.io/go.html, 1995. Repetitions are found by Zobrist keys of 64
bits (A. Zobrist, "A new hashing method with application for game playing", 1970), so two positions could in principle
be mistaken for one another, in about one game of 10^14. Strings keep the number, sum and sum of squares of their
liberties, a liberty counted once for every stone beside it: they all lie on one point exactly when number times squares
is the sum squared.

# Versions
- v0: first release.
"""

from typing import NamedTuple

import numpy as np

from agora.envs.api import Discrete, Piece, Spec, check_choice, check_integer, check_number
from agora.envs.arrays import fill
from agora.envs.games.go.history import MARKS, is_known, remember
from agora.envs.games.go.strings import BORDER, CHECK, EMPTY, LEGAL, fields, place, result_key
from agora.envs.jit import rule

POSITIONAL, SITUATIONAL, NO_SUPERKO = 0, 1, 2
SUPERKO = ("positional", "situational", "none")
ILLEGAL, DRAW, LOSS = 0, 1, 2
REPETITION = ("illegal", "draw", "loss")
NONE = -1  # no point, no move yet


class World(NamedTuple):
    size: int
    points: int
    komi: float
    suicide: bool
    superko: int
    repetition: int
    max_moves: int
    neighbours: np.ndarray
    """(points, 4) int16; ``points`` stands for the edge."""
    keys: np.ndarray
    """(2, points) uint64, the Zobrist key of a stone of each player."""
    white_key: np.uint64
    """Told apart by it, with situational superko, are positions with White to move."""


def make_world(
    size: int = 9,
    komi: float = 7.5,
    suicide: str = "forbidden",
    superko: str = "positional",
    repetition: str = "illegal",
    max_moves: int | None = None,
) -> World:
    size = check_integer("size", size, 2, 19)
    points = size * size
    moves = 2 * points if max_moves is None else check_integer("max_moves", max_moves, 1, 10_000)
    keys = np.random.default_rng(1995).integers(1, 1 << 63, 2 * points + 1, np.uint64)
    return World(
        size=size,
        points=points,
        komi=check_number("komi", komi, -361, 361),
        suicide=check_choice("suicide", suicide, ("forbidden", "allowed")) == "allowed",
        superko=SUPERKO.index(check_choice("superko", superko, SUPERKO)),
        repetition=REPETITION.index(check_choice("repetition", repetition, REPETITION)),
        max_moves=moves,
        neighbours=_neighbours(size),
        keys=keys[:-1].reshape(2, points),
        white_key=keys[-1] if superko == "situational" else np.uint64(0),
    )


def _neighbours(size: int) -> np.ndarray:
    table = np.full((size, size, 4), size * size, np.int16)
    number = np.arange(size * size, dtype=np.int16).reshape(size, size)
    table[1:, :, 0], table[:-1, :, 1] = number[:-1], number[1:]
    table[:, 1:, 2], table[:, :-1, 3] = number[:, :-1], number[:, 1:]
    return table.reshape(-1, 4)


def make_spec(world: World) -> Spec:
    shape = (world.size, world.size)
    return Spec(
        players=2,
        turns="sequential",
        information="perfect",
        payoff="zero-sum",
        chance="none",
        action=Discrete(world.points + 1),
        observation=(
            Piece("board", (2, *shape), 0, 1, "own stones, then the other's; row 0 is line 1", "board"),
            Piece("last", shape, 0, 1, "the stone just played", "board"),
            Piece("black", (1,), 0, 1, "1 when the player who looks is Black"),
            Piece("passed", (1,), 0, 1, "1 when the last move was a pass"),
        ),
        returns=(-1.0, 1.0),
        unit="points",
        max_steps=world.max_moves,
        seats=("black", "white"),
        observation_dtype="int8",
    )


def make_dtype(world: World) -> list:
    points = world.points
    return [
        *fields(points),
        ("ko", "i2"),  # the point where simple ko forbids to play now, or NONE
        ("plays", "i2"),  # moves so far, passes included, setup stones not
        ("moves", "i2", (world.max_moves,)),  # the first `plays` are valid: points, or `points` for a pass
        ("history", "u8", (world.max_moves + 1,)),  # keys of the positions so far, the first one included
        ("marks", "u8", (MARKS,)),  # a bit for each key in the history, to find out quickly that one is not there
        ("setup", "i1", (points,)),  # the board before the first move
        ("first", "i1"),  # the player of the first move
        ("area", "u1", (points,)),  # once counted: 1 Black's, 2 White's, 3 neither's
        ("repeated", "u1"),  # 1 when a repetition has ended the game
    ]


@rule
def reset(world, state):
    state.board[world.points] = BORDER
    state.ko = NONE
    fill(state.may[0], LEGAL)
    fill(state.may[1], LEGAL)
    remember(state, np.uint64(0))


@rule
def legal(world, state, player, out):
    may = state.may[player]
    for point in range(world.points):
        out[point] = may[point] & LEGAL
    out[world.points] = True
    if state.ko != NONE:
        out[state.ko] = False
    if world.superko != NO_SUPERKO and world.repetition == ILLEGAL:
        for point in range(world.points):
            if may[point] & CHECK:
                key = position_key(world, result_key(world, state, player, point), player)
                if is_known(state, key):
                    out[point] = False


@rule
def step(world, state, actions, rewards):
    player = int(state.to_move)
    move = int(actions[player])
    passes = move == world.points
    ends = passes and state.plays > 0 and state.moves[max(0, state.plays - 1)] == world.points
    state.moves[state.plays] = move
    state.ko = NONE
    if not passes:
        place(world, state, player, move)
    key = position_key(world, np.uint64(state.key), player)
    if world.superko != NO_SUPERKO and world.repetition != ILLEGAL and not passes and is_known(state, key):
        state.over = True
        state.repeated = 1
        if world.repetition == LOSS:
            rewards[player] = -1.0
            rewards[1 - player] = 1.0
    elif ends or state.plays + 1 == world.max_moves:
        state.over = True
        finish(world, state, rewards)
    state.plays += 1
    remember(state, key)
    state.to_move = 1 - player


@rule
def position_key(world, key, player):
    """What repetitions are judged by: the key of the board that ``player`` leaves, with who is to move if it counts."""
    return key ^ world.white_key if player == 0 else key


@rule
def finish(world, state, rewards):
    """Counts the areas and pays the winner."""
    count_area(world, state)
    margin = -world.komi
    for point in range(world.points):
        if state.area[point] == 1:
            margin += 1.0
        elif state.area[point] == 2:
            margin -= 1.0
    if margin != 0.0:
        winner = 0 if margin > 0.0 else 1
        rewards[winner] = 1.0
        rewards[1 - winner] = -1.0


@rule
def count_area(world, state):
    """Lets the colours spread over empty points, there and back across the board, until nothing changes."""
    changed = True
    for point in range(world.points):
        state.area[point] = state.board[point]
    while changed:
        changed = False
        for index in range(2 * world.points):
            point = index if index < world.points else 2 * world.points - 1 - index
            if state.board[point] == EMPTY:
                reached = state.area[point]
                for side in range(4):
                    near = int(world.neighbours[point, side])
                    if near != world.points:
                        reached |= state.area[near]
                changed = changed or reached != state.area[point]
                state.area[point] = reached


@rule
def observe(world, state, player, out):
    own, other = out.board[0].flat, out.board[1].flat
    for point in range(world.points):
        own[point] = state.board[point] == player + 1
        other[point] = state.board[point] == 2 - player
    out.black[0] = player == 0
    if state.plays > 0:
        move = int(state.moves[state.plays - 1])
        if move == world.points:
            out.passed[0] = 1
        else:
            out.last.flat[move] = 1

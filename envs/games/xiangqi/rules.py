"""Xiangqi (Chinese chess): checkmate the general; stalemate loses too.

# Description
The game of xiangqi on nine columns and ten rows. A general and its advisors stay in the palace, elephants on their side
of the river and move only when nothing stands midway, a horse only when nothing stands beside it on its way, and a
cannon takes by jumping over exactly one piece. Generals may not face each other on an open column. Whoever has no legal
move loses, in check or not.
A position that occurs for the third time ends the game as `repetition` says: under `check`, who has given check with
every move since its first occurrence loses, unless both have; all else is a draw. Perpetual chase is not judged.

# Observation
int8, from the mover's side of the board: row 0 is the nearest to the player who looks, column 0 is always column a.
- `board` (14, 10, 9): 1 where a piece stands; soldiers, cannons, chariots, horses, elephants, advisors and general of
  the player who looks, then those of the other.
- `clock` (1,): half-moves left until the move limit draws, 127 where there are more or there is no limit.
- `repeats` (1,): how often the position has occurred before, at most 2.

# Action
`Discrete(2062)`: every move that some piece of the mover can ever have, by origin and target, from the mover's side:
1530 along rows and columns, 508 of horses, 16 of elephants and 8 of advisors. All pairs of squares would be 8100.

# Reward
1 for winning, -1 for losing, 0 for a draw, paid at the end. Zero-sum.

# End
No legal move, a draw, or the third occurrence of a position. `max_steps` half-moves cut the game.

# Options
- `repetition` (`"check"`, `"draw"` or `"none"`, default `"check"`): what the third occurrence of a position means: as
  above, a draw, or nothing. Positions more than 200 half-moves ago are forgotten.
- `move_limit` (0 to 100, default 60): moves of each player without a capture that make a draw; 0 is no limit.
- `max_steps` (1 to 20000, default 500): half-moves after which the game is cut.

OpenSpiel plays with `repetition="none"` and `move_limit=0`, and calls the game a draw after 500 half-moves.

# Source
World Xiangqi Rules of the World Xiangqi Federation, 2018, without the articles on chasing.

# Versions
- v0: first release.
"""

from typing import NamedTuple

from agora.envs.api import Discrete, Piece, Spec, check_choice, check_integer
from agora.envs.games.xiangqi.moves import checks_always, count_repeats, find_moves, is_attacked
from agora.envs.games.xiangqi.tables import ACTIONS, GENERAL, SOLDIER, SQUARES, Tables, make_tables
from agora.envs.jit import rule

NONE = -1
CHECKMATE, STALEMATE, REPETITION, PERPETUAL, MOVES = range(1, 6)  # how a game ended
MEMORY = 200  # half-moves that are remembered
RULES = ("none", "draw", "check")
HOME = (3, 4, 5, 6, 7, 6, 5, 4, 3)  # kinds in the row of the general


class World(NamedTuple):
    repetition: int  # index into RULES
    move_limit: int
    max_steps: int
    tables: Tables


def make_world(repetition: str = "check", move_limit: int = 60, max_steps: int = 500) -> World:
    check_choice("repetition", repetition, RULES)
    check_integer("move_limit", move_limit, 0, 100)
    check_integer("max_steps", max_steps, 1, 20_000)
    return World(RULES.index(repetition), int(move_limit), int(max_steps), make_tables())


def make_spec(world: World) -> Spec:
    pieces = "own soldiers, cannons, chariots, horses, elephants, advisors, general; then the other's"
    return Spec(
        players=2,
        turns="sequential",
        information="perfect",
        payoff="zero-sum",
        chance="none",
        action=Discrete(ACTIONS),
        observation=(
            Piece("board", (14, 10, 9), 0, 1, pieces, "board"),
            Piece("clock", (1,), 0, 127, "half-moves left until the move limit draws, at most 127"),
            Piece("repeats", (1,), 0, 2, "how often the position has occurred before, at most 2"),
        ),
        returns=(-1.0, 1.0),
        unit="points",
        max_steps=world.max_steps,
        seats=("Red", "Black"),
        observation_dtype="int8",
    )


def make_dtype(world: World) -> list:
    return [
        ("before", "i4"),  # half-moves before the first of this record, in a position that was put up
        # Moves since the last that cannot be taken back: origin, 128 times target, and 16384 if it gave check.
        ("path", "u2", (MEMORY,)),
        ("path_length", "i2"),
        ("clock", "i2"),  # half-moves since the last capture
        ("board", "i1", (SQUARES,)),  # 0, or the kind of the piece there, with 8 added for Black's
        ("generals", "i1", (2,)),  # the square of each general
        ("last", "i2"),  # the last move: origin and 128 times target, or NONE
        ("repeats", "i2"),  # how often the position has occurred before
        ("ending", "i1"),  # 0, or why the rules ended the game
        ("winner", "i1"),  # or NONE
    ]


@rule
def reset(world, state):
    for column in range(9):
        state.board[column] = HOME[column]
        state.board[81 + column] = HOME[column] | 8
        if column % 2 == 0:
            state.board[27 + column] = 1
            state.board[54 + column] = 9
        if column == 1 or column == 7:
            state.board[18 + column] = 2
            state.board[63 + column] = 10
    state.generals[0], state.generals[1] = 4, 85
    state.last = state.winner = NONE


@rule
def legal(world, state, player, out):
    find_moves(world, state, player, out)


@rule
def step(world, state, actions, rewards):
    player, action = int(state.to_move), actions[int(state.to_move)]
    origin = int(world.tables.flip[player, world.tables.origin[action]])
    target = int(world.tables.flip[player, world.tables.target[action]])
    piece, taken = int(state.board[origin]), int(state.board[target])
    state.board[origin], state.board[target] = 0, piece
    if piece & 7 == GENERAL:
        state.generals[player] = target
    state.last = origin | target << 7
    state.to_move = 1 - player
    state.clock = 0 if taken else state.clock + 1
    checks = is_attacked(world, state, 1 - player)
    remember(state, (piece & 7 == SOLDIER and abs(target - origin) == 9) or taken != 0, checks)
    repeats, second = count_repeats(world, state)
    state.repeats = repeats
    if not find_moves(world, state, 1 - player, None):
        end(state, CHECKMATE if checks else STALEMATE, player, rewards)
    elif world.repetition > 0 and repeats >= 2:
        judge_repetition(world, state, player, second, rewards)
    elif world.move_limit > 0 and state.clock >= 2 * world.move_limit:
        end(state, MOVES, NONE, rewards)


@rule
def remember(state, final, checks):
    """Adds the last move to the path; after a ``final`` one no earlier position can come back."""
    if final or state.path_length == MEMORY:
        state.path_length = 0
    else:
        state.path[state.path_length] = state.last | (16384 if checks else 0)
        state.path_length += 1


@rule
def judge_repetition(world, state, player, moves, rewards):
    """Ends the game at the third occurrence of a position, ``moves`` after the first; ``player`` has just moved."""
    own, other = checks_always(state, moves, 0), checks_always(state, moves, 1)
    if world.repetition == 2 and own != other:
        end(state, PERPETUAL, 1 - player if own else player, rewards)
    else:
        end(state, REPETITION, NONE, rewards)


@rule
def end(state, ending, winner, rewards):
    state.over = True
    state.ending = ending
    state.winner = winner
    if winner != NONE:
        rewards[winner], rewards[1 - winner] = 1.0, -1.0


@rule
def observe(world, state, player, out):
    for square in range(SQUARES):
        piece = int(state.board[square])
        if piece:
            seen = int(world.tables.flip[player, square])
            out.board[7 * (piece >> 3 ^ player) + (piece & 7) - 1, seen // 9, seen % 9] = 1
    left = 2 * world.move_limit - state.clock if world.move_limit else 127
    out.clock[0] = min(left, 127)
    out.repeats[0] = min(state.repeats, 2)

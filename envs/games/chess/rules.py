"""Chess: checkmate the king, under the rules of FIDE.

# Description
The game of chess under the FIDE Laws: castling, capture en passant, promotion; giving checkmate wins. It is a draw by
stalemate; when no sequence of moves can mate because both sides have a bare king, or one of them a single knight more,
or all bishops stand on squares of one colour and nothing else is left; when a position comes back too often; and when
too many moves pass without a capture or a move of a pawn. The last two need no claim.
A position is the same when the pieces stand alike, the same player moves, and the rights to castle and the legal
captures en passant are the same.

# Observation
int8, from the mover's side of the board: row 0 is the nearest to the player who looks, column 0 is always column a.
- `board` (12, 8, 8): 1 where a piece stands; pawns, knights, bishops, rooks, queens and king of the player who looks,
  then those of the other.
- `castling` (4,): 1 for a right to castle: own king's side, own queen's side, the other's king's, queen's side.
- `en_passant` (8,): 1 at the column of a pawn that may be captured en passant.
- `clock` (1,): half-moves left until the move limit draws, 127 where there are more.
- `repeats` (1,): how often the position has occurred before.

# Action
`Discrete(1858)`: the moves that a queen or a knight can make on an empty board, from the mover's side, by origin and
target, 1792 in all; a king castles by going two squares, and a pawn that arrives in the last row becomes a queen. Then
the 66 promotions of a pawn to a knight, a bishop or a rook. AlphaZero's 64 x 73 planes hold the same moves and 2,814
numbers that are never legal, which would make masks, and the last layer of a network, 2.5 times as large.

# Reward
1 for winning, -1 for losing, 0 for a draw, paid at the end. Zero-sum.

# End
Checkmate or a draw. `max_steps` half-moves cut the game.

# Options
- `move_limit` (50 or 75, default 75): moves of each player without a capture or a move of a pawn that make a draw: 75
  is what the Laws demand of the arbiter, 50 what a player may claim.
- `repetition_limit` (3 or 5, default 5): occurrences of a position that make a draw: 5 is what the Laws demand of the
  arbiter, 3 what a player may claim.
- `max_steps` (1 to 20000, default 1000): half-moves after which the game is cut.

OpenSpiel and Pgx play with `move_limit=50` and `repetition_limit=3`.

# Source
FIDE Laws of Chess, 2023, articles 3, 5 and 9. The numbering of the moves follows the idea of Leela Chess Zero's. Pins
and checks by sets of squares, sliders by multiplication: G. Isenberg, "Kindergarten bitboards", 2006.

# Versions
- v0: first release.
"""

from typing import NamedTuple

from agora.envs.api import Discrete, Piece, Spec, check_choice, check_integer
from agora.envs.games.chess.board import (
    NONE,
    count_repeats,
    first,
    is_dead,
    kind_at,
    move_pieces,
    occupied,
    of_kind,
)
from agora.envs.games.chess.moves import can_move, king_targets, takes_en_passant, targets, view_of
from agora.envs.games.chess.tables import ACTIONS, KING, PAWN, PLAIN, Tables, make_tables
from agora.envs.jit import rule

CHECKMATE, STALEMATE, MATERIAL, REPETITION, MOVES = range(1, 6)  # how a game ended
MOST_QUIET = 150  # half-moves without a capture or a move of a pawn, at most
START = (0x2CFF00000000FF2C, 0x7600000000000076, -0x66FFFFFFFFFFFF67, -0x1000000000000)  # planes


class World(NamedTuple):
    move_limit: int
    repetition_limit: int
    max_steps: int
    tables: Tables


def make_world(move_limit: int = 75, repetition_limit: int = 5, max_steps: int = 1000) -> World:
    check_choice("move_limit", move_limit, (50, 75))
    check_choice("repetition_limit", repetition_limit, (3, 5))
    check_integer("max_steps", max_steps, 1, 20_000)
    return World(move_limit, repetition_limit, int(max_steps), make_tables())


def make_spec(world: World) -> Spec:
    return Spec(
        players=2,
        turns="sequential",
        information="perfect",
        payoff="zero-sum",
        chance="none",
        action=Discrete(ACTIONS),
        observation=(
            Piece(
                "board", (12, 8, 8), 0, 1, "own pawns, knights, bishops, rooks, queens, king; then the other's", "board"
            ),
            Piece("castling", (4,), 0, 1, "rights: own king's side, own queen's side; then the other's"),
            Piece("en_passant", (8,), 0, 1, "column of a pawn that may be captured en passant"),
            Piece("clock", (1,), 0, 127, "half-moves left until the move limit draws, at most 127"),
            Piece("repeats", (1,), 0, 4, "how often the position has occurred before"),
        ),
        returns=(-1.0, 1.0),
        unit="points",
        max_steps=world.max_steps,
        seats=("White", "Black"),
        observation_dtype="int8",
    )


def make_dtype(world: World) -> list:
    return [
        ("planes", "i8", (4,)),  # bit s is square s; planes 0 to 2: the bits of the kind there, plane 3: Black's piece
        ("before", "i4"),  # half-moves before the first of this record, in a position that was put up
        # Moves after which earlier positions can come back, since the last other one: origin, and 64 times target.
        ("path", "u2", (MOST_QUIET,)),
        ("path_length", "u1"),
        ("last", "i2"),  # the last move, as in path, or NONE
        ("clock", "u1"),  # half-moves since the last capture or move of a pawn
        ("castling", "u1"),  # rights, see tables.py
        ("en_passant", "i1"),  # the square behind a pawn that may legally be captured there, or NONE
        ("repeats", "i1"),  # how often the position has occurred before
        ("ending", "i1"),  # 0, or why the rules ended the game
    ]


@rule
def reset(world, state):
    for plane in range(4):
        state.planes[plane] = START[plane]
    state.castling = 15
    state.en_passant = NONE
    state.last = NONE


@rule
def legal(world, state, player, out):
    view, flip = view_of(world, state, player), 56 * player
    for kind in range(PAWN, KING + 1):
        pieces = view.own & of_kind(state, kind)
        while pieces:
            square = first(world, pieces)
            pieces &= pieces - 1
            if kind == KING:
                reached = king_targets(world, state, view, player)
            else:
                reached = targets(world, state, view, player, kind, square)
            while reached:
                mark(world, kind, square ^ flip, first(world, reached) ^ flip, out)
                reached &= reached - 1
    if state.en_passant != NONE:
        target = int(state.en_passant)
        pawns = world.tables.pawn[1 - player, target] & view.own & of_kind(state, PAWN)
        while pawns:
            square = first(world, pawns)
            pawns &= pawns - 1
            if takes_en_passant(world, state, view, player, square):
                mark(world, PAWN, square ^ flip, target ^ flip, out)


@rule
def mark(world, kind, origin, target, out):
    """Marks a move, seen from the mover's side, with all its promotions."""
    out[world.tables.action[origin, target]] = True
    if kind == PAWN and target >= 56:
        least = PLAIN + 3 * (2 * (origin & 7) + (target & 7))
        for action in range(least, least + 3):
            out[action] = True


@rule
def step(world, state, actions, rewards):
    player = int(state.to_move)
    action, flip = actions[player], 56 * player
    origin, target = int(world.tables.origin[action]) ^ flip, int(world.tables.target[action]) ^ flip
    kind, rights = kind_at(state, origin), int(state.castling)
    quiet = kind != PAWN and kind_at(state, target) == 0
    state.castling = rights & world.tables.keeps[origin] & world.tables.keeps[target]
    reversible = quiet and state.castling == rights and state.en_passant == NONE
    move_pieces(state, player, kind, origin, target, int(world.tables.promotion[action]))
    state.en_passant = NONE
    state.to_move = 1 - player
    view = view_of(world, state, 1 - player)
    if kind == PAWN and abs(target - origin) == 16:
        offer_en_passant(world, state, view, 1 - player, (origin + target) // 2)
    state.clock = state.clock + 1 if quiet else 0
    state.last = origin | target << 6
    if reversible and state.path_length < MOST_QUIET:
        state.path[state.path_length] = state.last
        state.path_length += 1
    else:
        state.path_length = 0
    state.repeats = count_repeats(state)
    finish(world, state, view, player, rewards)


@rule
def offer_en_passant(world, state, view, player, square):
    """Keeps ``square``, which a pawn has just passed, if ``player`` may legally capture there."""
    state.en_passant = square
    pawns, found = world.tables.pawn[1 - player, square] & view.own & of_kind(state, PAWN), False
    while pawns:
        found = found or takes_en_passant(world, state, view, player, first(world, pawns))
        pawns &= pawns - 1
    if not found:
        state.en_passant = NONE


@rule
def finish(world, state, view, player, rewards):
    """Ends the game if ``player``, who has just moved, has mated, or if it is a draw."""
    if not can_move(world, state, view, 1 - player):
        state.ending = STALEMATE
        if view.checkers:
            state.ending = CHECKMATE
            rewards[player], rewards[1 - player] = 1.0, -1.0
    elif is_dead(state):
        state.ending = MATERIAL
    elif state.repeats + 1 >= world.repetition_limit:
        state.ending = REPETITION
    elif state.clock >= 2 * world.move_limit:
        state.ending = MOVES
    state.over = state.ending != 0


@rule
def observe(world, state, player, out):
    flip, pieces = 56 * player, occupied(state)
    while pieces:
        square = first(world, pieces)
        pieces &= pieces - 1
        seat = state.planes[3] >> square & 1
        seen = square ^ flip
        out.board[6 * (seat ^ player) + kind_at(state, square) - 1, seen >> 3, seen & 7] = 1
    for right in range(4):
        out.castling[right ^ 2 * player] = state.castling >> right & 1
    if state.en_passant != NONE:
        out.en_passant[state.en_passant & 7] = 1
    out.clock[0] = min(2 * world.move_limit - state.clock, 127)
    out.repeats[0] = state.repeats

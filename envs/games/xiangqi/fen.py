"""Positions as text: the FEN of xiangqi, with elephants b and horses n; e, h, g and s are read for b, n, k and p."""

import numpy as np

from agora.envs.games.legality import legal_mask
from agora.envs.games.squares import read_field, read_rows, write_rows
from agora.envs.games.xiangqi import rules
from agora.envs.games.xiangqi.rules import CHECKMATE, MOVES, STALEMATE, World
from agora.envs.games.xiangqi.tables import (
    ACTIONS,
    ADVISOR,
    ADVISORS,
    ELEPHANT,
    ELEPHANTS,
    GENERAL,
    SOLDIER,
    in_palace,
)

LETTERS = ".PCRNBAK..pcrnbak"  # by piece; Black's stand 9 further on
READ = str.maketrans("EHGSehgs", "BNKPbnkp")
MOST_COUNTED = 9999  # in the fields for half-moves and for the number of the move
MOST = {"P": 5, "K": 1}  # pieces of a kind a player can have; two of the others


def letter_of(piece: int) -> str:
    """The letter of a piece, Red's in capitals; "." for 0."""
    return LETTERS[piece + piece // 8]


def square_name(square: int) -> str:
    """a0 is 0, i9 is 89."""
    return "abcdefghi"[square % 9] + str(square // 9)


def legal_actions(world: World, state) -> np.ndarray:
    """The legal actions of the player to move, (n,) int64; none when the game is over."""
    return np.flatnonzero(legal_mask(rules, world, state, int(state.to_move), ACTIONS))


def rows_of(state) -> list[str]:
    """The rows of the board, Black's home first, a letter for each square."""
    letters = "".join(letter_of(int(piece)) for piece in state.board)
    return [letters[9 * row : 9 * row + 9] for row in reversed(range(10))]


def notation(world: World, state) -> str:
    """The position in FEN: board, mover, two empty fields, half-moves since a capture, number of the move."""
    number = 1 + (int(state.before) + int(state.steps)) // 2
    return f"{write_rows(rows_of(state))} {'wb'[state.to_move]} - - {state.clock} {number}"


def position(world: World, state, text: str) -> None:
    """Puts up the position that ``text`` says in FEN; all fields after the mover may be missing.

    Raises:
        ValueError: ``text`` is no FEN, or no position of xiangqi.
    """
    fields = text.split()
    if not 2 <= len(fields) <= 6:
        raise ValueError(f"A FEN has six fields, the last four of which may be missing; got {len(fields)}: {text!r}.")
    placed, mover, _, _, clock, number = fields + ["-", "-", "0", "1"][len(fields) - 2 :]
    if mover not in ("w", "r", "b"):
        raise ValueError(f"The second field of a FEN says who moves, w (or r) or b; got {mover!r}.")
    rows = read_rows(placed.translate(READ), 10, 9, "PCRNBAKpcrnbak")
    board = "".join(reversed(rows))
    for square, letter in enumerate(board):
        _check_place(letter, *divmod(square, 9))
        state.board[square] = 0 if letter == "." else LETTERS.index(letter) - (letter.islower())
    _check_numbers(board)
    state.generals[:] = board.index("K"), board.index("k")
    state.to_move = int(mover == "b")
    state.clock = read_field("fifth", clock, 0, MOST_COUNTED)
    state.before = 2 * (read_field("sixth", number, 1, MOST_COUNTED) - 1) + int(state.to_move)
    _judge(world, state)


def _check_place(letter: str, row: int, column: int) -> None:
    piece = LETTERS.find(letter.upper())
    if letter == ".":
        return
    home = row if letter.isupper() else 9 - row
    allowed = {
        GENERAL: home <= 2 and in_palace(row, column),
        ADVISOR: (home, column) in ADVISORS,
        ELEPHANT: (home, column) in ELEPHANTS,
        SOLDIER: home >= 5 or (home >= 3 and column % 2 == 0),
    }
    if not allowed.get(piece, True):
        raise ValueError(f"{letter!r} can never stand on {square_name(9 * row + column)}.")


def _check_numbers(board: str) -> None:
    for letter in "PCRNBAKpcrnbak":
        if board.count(letter) > MOST.get(letter.upper(), 2):
            raise ValueError(f"A player has at most {MOST.get(letter.upper(), 2)} of {letter!r}.")
    if "K" not in board or "k" not in board:
        raise ValueError("Each player must have a general.")


def _judge(world: World, state) -> None:
    """Refuses a position whose mover could take the general; ends the game where there is no move, or no time left."""
    player = int(state.to_move)
    if in_check(world, state, 1 - player):
        mover, other = ("Red", "Black")[player], ("Black", "Red")[player]
        raise ValueError(f"{other} is in check but {mover} is to move.")
    if not len(legal_actions(world, state)):
        state.ending = CHECKMATE if in_check(world, state, player) else STALEMATE
        state.winner = 1 - player
    elif world.move_limit and state.clock >= 2 * world.move_limit:
        state.ending = MOVES
    state.over = state.ending != 0


def in_check(world: World, state, player: int) -> bool:
    """Whether the general of ``player`` is attacked."""
    general, tables = int(state.generals[player]), world.tables
    for square in np.flatnonzero((state.board > 0) & (state.board >> 3 != player)):
        kind = int(state.board[square]) & 7
        between = _between(state, int(square), general)
        if between == {"R": 0, "C": 1, "K": 0}.get(LETTERS[kind], -1):
            return True
        for target, leg in zip(
            tables.leap[1 - player, kind, square], tables.leg[1 - player, kind, square], strict=True
        ):
            if target == general and (leg < 0 or state.board[leg] == 0):
                return True
    return False


def _between(state, first: int, second: int) -> int:
    """How many pieces stand between two squares of a row or a column; -2 when they are not in line."""
    low, high = sorted((first, second))
    if low % 9 == high % 9:
        stride = 9
    elif low // 9 == high // 9:
        stride = 1
    else:
        return -2
    return sum(state.board[square] != 0 for square in range(low + stride, high, stride))

"""Positions as text: Forsyth-Edwards notation, S. J. Edwards, "Portable game notation", 1994, section 16.1."""

import numpy as np

from agora.envs.games.chess import rules
from agora.envs.games.chess.rules import CHECKMATE, MATERIAL, MOST_QUIET, MOVES, NONE, STALEMATE, World
from agora.envs.games.chess.tables import ACTIONS, DIAGONAL, JUMPS, STRAIGHT, ray
from agora.envs.games.legality import legal_mask
from agora.envs.games.squares import read_field, read_rows, write_rows

LETTERS = ".PNBRQK..pnbrqk"  # by kind, Black's 8 further on
RIGHTS = "KQkq"
HOME = {"K": ("K", 4, "R", 7), "Q": ("K", 4, "R", 0), "k": ("k", 60, "r", 63), "q": ("k", 60, "r", 56)}


def square_name(square: int) -> str:
    """a1 is 0, h8 is 63."""
    return "abcdefgh"[square % 8] + str(square // 8 + 1)


def board_of(state) -> list[str]:
    """The letter of the piece on each square, "." where it is empty."""
    low, middle, high, black = (int(plane) for plane in state.planes)
    return [
        LETTERS[(low >> s & 1) + 2 * (middle >> s & 1) + 4 * (high >> s & 1) + 8 * (black >> s & 1)] for s in range(64)
    ]


def legal_actions(world: World, state) -> np.ndarray:
    """The legal actions of the player to move, (n,) int64; none when the game is over."""
    return np.flatnonzero(legal_mask(rules, world, state, int(state.to_move), ACTIONS))


def notation(world: World, state) -> str:
    """The position in FEN; en passant only where such a capture is legal."""
    board = board_of(state)
    placed = write_rows(["".join(board[8 * row : 8 * row + 8]) for row in reversed(range(8))])
    rights = "".join(letter for bit, letter in enumerate(RIGHTS) if state.castling >> bit & 1)
    passed = square_name(state.en_passant) if state.en_passant != NONE else "-"
    number = 1 + (int(state.before) + int(state.steps)) // 2
    return f"{placed} {'wb'[state.to_move]} {rights or '-'} {passed} {state.clock} {number}"


def position(world: World, state, text: str) -> None:
    """Puts up the position that ``text`` says in FEN; the last two fields may be missing.

    Raises:
        ValueError: ``text`` is no FEN, or no position of chess.
    """
    fields = text.split()
    if not 4 <= len(fields) <= 6:
        raise ValueError(f"A FEN has six fields, the last two of which may be missing; got {len(fields)}: {text!r}.")
    placed, mover, rights, passed, clock, number = fields + ["0", "1"][len(fields) - 4 :]
    board = _read_board(placed)
    if mover not in ("w", "b"):
        raise ValueError(f"The second field of a FEN says who moves, w or b; got {mover!r}.")
    player = "wb".index(mover)
    king = board.index("kK"[player])
    if attacked(board, king, player):
        raise ValueError(f"{('Black', 'White')[player]} is in check but {('White', 'Black')[player]} is to move.")
    _write_board(state, board)
    state.to_move = player
    state.castling = _read_rights(board, rights)
    state.clock = read_field("fifth", clock, 0, MOST_QUIET)
    state.before = 2 * (read_field("sixth", number, 1, 100_000) - 1) + player
    state.en_passant = _read_passed(board, player, passed)
    state.ending = _ending(world, state, board, player)
    state.over = state.ending != 0


def _read_board(placed: str) -> list[str]:
    board = [letter for row in reversed(read_rows(placed, 8, 8, "PNBRQKpnbrqk")) for letter in row]
    if board.count("K") != 1 or board.count("k") != 1:
        raise ValueError("Each player must have one king.")
    if {"P", "p"} & {*board[:8], *board[56:]}:
        raise ValueError("A pawn cannot stand in the first or the last row.")
    return board


def _write_board(state, board: list[str]) -> None:
    for bit in range(4):
        plane = sum((LETTERS.index(letter) >> bit & 1) << square for square, letter in enumerate(board))
        state.planes[bit] = plane - (plane >> 63 << 64)


def _read_rights(board: list[str], rights: str) -> int:
    if rights != "-" and (not set(rights) <= set(RIGHTS) or len(set(rights)) != len(rights)):
        raise ValueError(f"The third field of a FEN says who may castle where, of KQkq, or -; got {rights!r}.")
    for letter in rights.replace("-", ""):
        king, king_square, rook, corner = HOME[letter]
        if board[king_square] != king or board[corner] != rook:
            raise ValueError(
                f"{letter} in the third field needs a king on {square_name(king_square)} and a rook on "
                f"{square_name(corner)}."
            )
    return sum(1 << bit for bit, letter in enumerate(RIGHTS) if letter in rights)


def _read_passed(board: list[str], player: int, passed: str) -> int:
    """The square behind the pawn that has just gone two squares."""
    if passed == "-":
        return NONE
    row, ahead = (5, 8) if player == 0 else (2, -8)
    squares = {square_name(8 * row + column): 8 * row + column for column in range(8)}
    square = squares.get(passed, NONE)
    if square == NONE or board[square - ahead] != "pP"[player] or {board[square], board[square + ahead]} != {"."}:
        raise ValueError(f"The fourth field of a FEN is the square a pawn has just passed, or -; got {passed!r}.")
    return square


def _ending(world: World, state, board: list[str], player: int) -> int:
    """How the game has ended in this position, or 0; an offer to capture en passant that is not legal is dropped."""
    actions, flip = legal_actions(world, state), 56 * player
    origins, targets = world.tables.origin[actions] ^ flip, world.tables.target[actions] ^ flip
    captures = [board[origin] in "Pp" for origin in origins[targets == state.en_passant]]
    if not any(captures):
        state.en_passant = NONE
    if not len(actions):
        return CHECKMATE if attacked(board, board.index("Kk"[player]), 1 - player) else STALEMATE
    if _too_little(board):
        return MATERIAL
    return MOVES if state.clock >= 2 * world.move_limit else 0


def _too_little(board: list[str]) -> bool:
    """Whether nobody can be mated any more, see ``rules.is_dead``."""
    left = {square: letter.lower() for square, letter in enumerate(board) if letter not in ".Kk"}
    if set(left.values()) == {"b"}:
        return len({(square // 8 + square) % 2 for square in left}) == 1
    return not left or list(left.values()) == ["n"]


def attacked(board: list[str], square: int, player: int) -> bool:
    """Whether a piece of ``player`` attacks ``square``."""
    pawn, knight, bishop, rook, queen, king = tuple("PNBRQK" if player == 0 else "pnbrqk")
    behind = -1 if player == 0 else 1
    if any(board[place] == pawn for side in (-1, 1) for place in ray(square, (behind, side))[:1]):
        return True
    if any(board[place] == knight for step in JUMPS for place in ray(square, step)[:1]):
        return True
    if any(board[place] == king for step in STRAIGHT + DIAGONAL for place in ray(square, step)[:1]):
        return True
    for steps, slider in ((STRAIGHT, rook), (DIAGONAL, bishop)):
        for step in steps:
            seen = [board[place] for place in ray(square, step) if board[place] != "."][:1]
            if seen in ([slider], [queen]):
                return True
    return False

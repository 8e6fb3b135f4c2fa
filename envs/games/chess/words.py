"""Chess in words: standard algebraic notation (Nf3, exd5, O-O, e8=Q+), also as UCI (g1f3, e7e8q), and FEN."""

import re

import numpy as np

from agora.envs.games.chess import rules
from agora.envs.games.chess.fen import LETTERS, attacked, board_of, legal_actions, square_name
from agora.envs.games.chess.fen import notation as notation
from agora.envs.games.chess.fen import position as position
from agora.envs.games.chess.rules import CHECKMATE, MATERIAL, MOVES, REPETITION, STALEMATE, World
from agora.envs.games.chess.tables import QUEEN
from agora.envs.games.squares import you
from agora.envs.jit import compiled_loop

UCI = re.compile(r"([a-h][1-8])([a-h][1-8])([nbrqNBRQ]?)")
SAN = re.compile(r"([NBRQK]?)([a-h]?)([1-8]?)[x:-]?([a-h][1-8])(?:=?([NBRQ]))?")
CASTLING = {"O-O": 2, "O-O-O": -2, "0-0": 2, "0-0-0": -2}
WHY = {
    STALEMATE: "stalemate",
    MATERIAL: "too little material to mate",
    REPETITION: "a repeated position",
    MOVES: "no capture and no move of a pawn for too long",
}


def describe(world: World, state, player: int | None) -> str:
    """The board, White below; nothing is hidden, so ``player`` only says who is addressed."""
    board = board_of(state)
    lines = [f"{row + 1} " + " ".join(board[8 * row : 8 * row + 8]) for row in reversed(range(8))]
    lines.append("  a b c d e f g h")
    lines.append(f"White has capital letters{you(player, 0)}, Black small ones{you(player, 1)}.")
    lines.append(f"FEN: {notation(world, state)}")
    if state.repeats:
        lines.append(f"Earlier occurrences of this position: {state.repeats}")
    lines.append(status(world, state))
    return "\n".join(lines)


def status(world: World, state) -> str:
    """Whose turn it is, or how the game ended."""
    mover = ("White", "Black")[state.to_move]
    if state.ending == CHECKMATE:
        return f"{('Black', 'White')[state.to_move]} has won by checkmate."
    if state.ending:
        return f"The game is a draw: {WHY[int(state.ending)]}."
    if state.over:
        return "The game is over."
    return f"To move: {mover}{', in check' if in_check(state) else ''}"


def in_check(state) -> bool:
    """Whether the player to move is in check."""
    board, player = board_of(state), int(state.to_move)
    return attacked(board, board.index("Kk"[player]), 1 - player)


def move_of(world: World, player: int, action: int) -> tuple[int, int, int]:
    """Origin and target on the board, and the kind that a pawn becomes if it is less than a queen, else 0."""
    tables, flip = world.tables, 56 * player
    return int(tables.origin[action]) ^ flip, int(tables.target[action]) ^ flip, int(tables.promotion[action])


def uci(world: World, state, player: int, action: int) -> str:
    """The move as chess engines write it: g1f3, e7e8q."""
    origin, target, kind = move_of(world, player, action)
    becomes = LETTERS[8 + (kind or QUEEN)] if _promotes(board_of(state), origin, target) else ""
    return square_name(origin) + square_name(target) + becomes


def _promotes(board: list[str], origin: int, target: int) -> bool:
    return board[origin] in "Pp" and target // 8 in (0, 7)


def name(world: World, state, player: int, action: int) -> str:
    """The move in standard algebraic notation; one that is not legal as UCI writes it."""
    action, actions = int(action), [int(legal) for legal in legal_actions(world, state)]
    if action not in actions:
        return uci(world, state, player, action)
    return _san(world, state, player, action, actions) + _mark(world, state, player, action)


def _san(world: World, state, player: int, action: int, actions: list[int]) -> str:
    """The move without the sign of check; ``actions`` are all legal ones."""
    board = board_of(state)
    origin, target, kind = move_of(world, player, action)
    letter = board[origin].upper()
    if letter == "K" and abs(target - origin) == 2:
        return "O-O" if target > origin else "O-O-O"
    takes = board[target] != "." or (letter == "P" and (target - origin) % 8 != 0)
    to = ("x" if takes else "") + square_name(target)
    if letter == "P":
        becomes = "=" + LETTERS[kind or QUEEN] if _promotes(board, origin, target) else ""
        return (square_name(origin)[0] if takes else "") + to + becomes
    return letter + _which(world, board, player, origin, target, actions) + to


def _which(world: World, board: list[str], player: int, origin: int, target: int, actions: list[int]) -> str:
    """What tells the piece on ``origin`` from others of its kind that may go to ``target``: column, row or both."""
    moves = [move_of(world, player, action) for action in actions]
    rivals = [o for o, t, _ in moves if t == target and o != origin and board[o] == board[origin]]
    if not rivals:
        return ""
    if all(rival % 8 != origin % 8 for rival in rivals):
        return square_name(origin)[0]
    if all(rival // 8 != origin // 8 for rival in rivals):
        return square_name(origin)[1]
    return square_name(origin)


def _mark(world: World, state, player: int, action: int) -> str:
    """``+`` for check, ``#`` for checkmate."""
    after = np.frombuffer(bytearray(state.tobytes()), state.dtype).view(np.recarray)[0]
    compiled_loop(rules).step_one(world, after, np.full(2, action), np.zeros(2))
    if after.ending == CHECKMATE:
        return "#"
    return "+" if in_check(after) else ""


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The action that ``line`` names, in standard algebraic notation or as UCI; signs of check may be missing."""
    text = line.strip().rstrip("+#!?")
    actions = [int(action) for action in legal_actions(world, state)]
    board = board_of(state)
    found = [action for action in actions if _fits(board, move_of(world, player, action), text)]
    if len(found) == 1:
        return found
    if found:
        choices = ", ".join(_san(world, state, player, action, actions) for action in found)
        raise ValueError(f"{line.strip()!r} may be any of {choices}: write one of them.")
    if not (UCI.fullmatch(text) or SAN.fullmatch(text) or text in CASTLING):
        raise ValueError(
            f"{line.strip()[:40]!r} is no move: write it like Nf3, exd5, O-O or e8=Q, or like g1f3, e7e8q."
        )
    if state.over:
        raise ValueError("The game is over.")
    reason = " while in check" if in_check(state) else ""
    raise ValueError(f"{line.strip()!r} is not legal{reason} for {('White', 'Black')[player]}.")


def _fits(board: list[str], move: tuple[int, int, int], text: str) -> bool:
    """Whether ``text``, a move without the sign of check, may mean ``move``."""
    origin, target, kind = move
    letter = board[origin].upper()
    becomes = LETTERS[kind or QUEEN] if _promotes(board, origin, target) else ""
    if text in CASTLING:
        return letter == "K" and target - origin == CASTLING[text]
    if match := UCI.fullmatch(text):
        return match.groups() == (square_name(origin), square_name(target), match[3]) and match[3].upper() == becomes
    if not (match := SAN.fullmatch(text)):
        return False
    castles = letter == "K" and abs(target - origin) == 2
    column, row = tuple(square_name(origin))
    wanted = (match[1] or "P", match[2] or column, match[3] or row, match[4], match[5] or "")
    return wanted == (letter, column, row, square_name(target), becomes) and not castles

"""Xiangqi in words: moves by their squares (h2e2), columns a to i from Red's left and rows 0 to 9 from Red's home."""

import re

from agora.envs.games.squares import you
from agora.envs.games.xiangqi.fen import in_check, legal_actions, letter_of, rows_of, square_name
from agora.envs.games.xiangqi.fen import notation as notation
from agora.envs.games.xiangqi.fen import position as position
from agora.envs.games.xiangqi.rules import MOVES, NONE, PERPETUAL, REPETITION, World
from agora.envs.games.xiangqi.tables import SQUARES

NAMES = ("Red", "Black")
MOVE = re.compile(r"([a-i][0-9])[ -]?([a-i][0-9])")
WHY = {
    REPETITION: "a position occurred for the third time",
    MOVES: "no piece was taken for too long",
}
PIECES = "K general, A advisor, B elephant, N horse, R chariot, C cannon, P soldier"


def describe(world: World, state, player: int | None) -> str:
    """The board, Red below; nothing is hidden, so ``player`` only says who is addressed."""
    lines = [f"{9 - index} {' '.join(row)}" for index, row in enumerate(rows_of(state))]
    lines.append("  a b c d e f g h i")
    lines.append(f"Red has capital letters{you(player, 0)}, Black small ones{you(player, 1)}. {PIECES}.")
    lines.append(f"FEN: {notation(world, state)}")
    if state.last != NONE:
        lines.append(f"Last move: {square_name(state.last & 127)}{square_name(state.last >> 7)}")
    if state.repeats:
        lines.append(f"Earlier occurrences of this position: {state.repeats}")
    lines.append(status(world, state))
    return "\n".join(lines)


def status(world: World, state) -> str:
    """Whose turn it is, or how the game ended."""
    mover = NAMES[state.to_move]
    if state.ending == PERPETUAL:
        return f"{NAMES[state.winner]} has won: {NAMES[1 - state.winner]} gave check for ever."
    if state.winner != NONE:
        return f"{NAMES[state.winner]} has won: {mover} has no legal move."
    if state.ending:
        return f"The game is a draw: {WHY[int(state.ending)]}."
    if state.over:
        return "The game is over."
    return f"To move: {mover}{', in check' if in_check(world, state, int(state.to_move)) else ''}"


def move_of(world: World, player: int, action: int) -> tuple[int, int]:
    """Origin and target on the board."""
    tables = world.tables
    return int(tables.flip[player, tables.origin[action]]), int(tables.flip[player, tables.target[action]])


def name(world: World, state, player: int, action: int) -> str:
    """The move by its squares, as the protocol UCCI writes it: h2e2."""
    origin, target = move_of(world, player, int(action))
    return square_name(origin) + square_name(target)


def traditional(world: World, state, player: int, action: int) -> str:
    """The move as the World Xiangqi Federation writes it: C2=5, H8+7; columns from the mover's right, 1 to 9.

    Of two alike in a column the front one has + for its column, the rear one -. Three or more soldiers in a column are
    not told apart.
    """
    origin, target = move_of(world, player, int(action))
    piece, turn = int(state.board[origin]), 1 - 2 * player
    letter = {"B": "E", "N": "H"}.get(letter_of(piece).upper(), letter_of(piece).upper())
    ahead = turn * (target // 9 - origin // 9)
    columns = [square % 9 + 1 if player else 9 - square % 9 for square in (origin, target)]
    rivals = [square for square in range(origin % 9, SQUARES, 9) if state.board[square] == piece and square != origin]
    which = str(columns[0])
    if rivals:
        which = "+" if turn * (origin // 9 - rivals[0] // 9) > 0 else "-"
    far = columns[1] if ahead == 0 or columns[0] != columns[1] else abs(ahead)
    return f"{letter}{which}{'=' if ahead == 0 else '+' if ahead > 0 else '-'}{far}"


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The action that ``line`` names: h2e2, H2-E2, or C2=5."""
    text = line.strip()
    actions = [int(action) for action in legal_actions(world, state)]
    match = MOVE.fullmatch(text.lower())
    if match:
        found = [action for action in actions if name(world, state, player, action) == match[1] + match[2]]
    else:
        found = [action for action in actions if traditional(world, state, player, action) == text.upper()]
    if len(found) == 1:
        return found
    if found:
        choices = ", ".join(name(world, state, player, action) for action in found)
        raise ValueError(f"{text!r} may be any of {choices}: write one of them.")
    if state.over:
        raise ValueError("The game is over.")
    if match or re.fullmatch(r"[KAEHRCP][1-9+-][=+-][1-9]", text.upper()):
        reason = " while in check" if in_check(world, state, player) else ""
        raise ValueError(f"{text!r} is not legal{reason} for {NAMES[player]}.")
    raise ValueError(f"{text[:40]!r} is no move: write its squares, like h2e2, or C2=5.")

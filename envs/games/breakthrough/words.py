"""Breakthrough in words: a move is two squares, ``b2b3``, a capture ``b2xc3``; rows count from White's side."""

from agora.envs.games.breakthrough.rules import DIRECTIONS, World
from agora.envs.games.squares import diagram, read_rows, read_square, square, write_rows, you

PIECES = "Pp"
NAMES = ("White", "Black")


def board(world: World, state) -> list[str]:
    """The rows, Black's first: P for White, p for Black or a point for each square."""
    squares = "".join(_piece(state, index) for index in range(world.rows * world.columns))
    return [squares[row * world.columns :][: world.columns] for row in reversed(range(world.rows))]


def _piece(state, index: int) -> str:
    for player in (0, 1):
        if int(state.pieces[player]) >> index & 1:
            return PIECES[player]
    return "."


def describe(world: World, state, player: int | None) -> str:
    """The board; nothing is hidden, so ``player`` only says who is addressed."""
    lines = diagram(board(world, state), range(world.rows, 0, -1))
    lines.append(f"White{you(player, 0)} is P and moves up, Black{you(player, 1)} is p and moves down.")
    return "\n".join([*lines, status(world, state)])


def status(world: World, state) -> str:
    """Whose turn it is, or who has won."""
    winner = winner_of(world, state)
    return f"To move: {NAMES[state.to_move]}" if winner is None else f"{NAMES[winner]} has won."


def winner_of(world: World, state) -> int | None:
    """Who has a piece in the farthest row, or took all of the other's; None before."""
    white, black = (int(pieces) for pieces in state.pieces)
    if not black or white >> ((world.rows - 1) * world.columns):
        return 0
    return 1 if not white or black & ((1 << world.columns) - 1) else None


def ends(world: World, player: int, action: int) -> tuple[int, int]:
    """The squares, as bits are counted, from which and to which ``action`` moves."""
    direction, start = divmod(action, world.rows * world.columns)
    return start, start + (world.columns if player == 0 else -world.columns) + direction - 1


def moves(world: World, state) -> list[int]:
    """The legal actions of who is to move."""
    player = int(state.to_move)
    own, other = int(state.pieces[player]), int(state.pieces[1 - player])
    found = []
    for action in range(DIRECTIONS * world.rows * world.columns):
        start, goal = ends(world, player, action)
        direction, column = action // (world.rows * world.columns), start % world.columns
        blocked = own | other if direction == 1 else own
        if own >> start & 1 and 0 <= column + direction - 1 < world.columns and not blocked >> goal & 1:
            found.append(action)
    return found


def name(world: World, state, player: int, action: int) -> str:
    """Both squares, with an x between them when something is captured."""
    start, goal = ends(world, player, action)
    took = "x" if _piece(state, goal) != "." else ""
    return square(*divmod(start, world.columns)) + took + square(*divmod(goal, world.columns))


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The move that ``line`` names: ``b2c3``, ``b2-c3`` or ``b2xc3``.

    Raises ValueError with a reason when it is none.
    """
    text = line.strip().lower()
    middle = next((index for index in range(2, len(text)) if not text[index].isdecimal()), len(text))
    (row, column), (far, beside) = (
        read_square(part, world.rows, world.columns) for part in (text[:middle], text[middle:].lstrip("x- "))
    )
    if _piece(state, row * world.columns + column) != PIECES[player]:
        raise ValueError(f"{line!r} is not possible: {NAMES[player]} has no piece on {square(row, column)}.")
    ahead = 1 if player == 0 else -1
    if far != row + ahead or abs(beside - column) > 1:
        raise ValueError(f"{line!r} is not possible: a piece moves one square, straight or diagonally ahead.")
    found = _piece(state, far * world.columns + beside)
    if found == PIECES[player] or (found != "." and beside == column):
        reason = "your own piece stands there" if found == PIECES[player] else "captures are diagonal"
        raise ValueError(f"{line!r} is not possible: {reason}.")
    if found == "." and "x" in text:
        raise ValueError(f"{line!r} is not possible: there is nothing to capture.")
    return [(beside - column + 1) * world.rows * world.columns + row * world.columns + column]


def notation(world: World, state) -> str:
    """Rows as in FEN, Black's first, P for White's pieces and p for Black's, and who moves, w or b."""
    return f"{write_rows(board(world, state))} {'wb'[state.to_move]}"


def position(world: World, state, text: str) -> None:
    """Sets up what ``notation`` wrote; further fields, as chess programs add them, are ignored.

    Raises ValueError with a reason when it is no position.
    """
    parts = text.split()
    if len(parts) < 2 or parts[1] not in ("w", "b"):
        raise ValueError(f"{text!r} is no position: give rows and who moves, w or b, parted by a space.")
    squares = "".join(reversed(read_rows(parts[0], world.rows, world.columns, PIECES)))
    for player, piece in enumerate(PIECES):
        state.pieces[player] = sum(1 << index for index, found in enumerate(squares) if found == piece)
    state.to_move = "wb".index(parts[1])
    winner = winner_of(world, state)
    if winner is not None and winner == state.to_move:
        raise ValueError(f"{text!r} is no position of a game: {NAMES[winner]} had won a move before.")
    state.over = winner is not None

"""Tic-tac-toe in words. A cell is a column's letter and a row's number, ``a1`` the top left, or 1 to 9 as one reads."""

from agora.envs.games.squares import diagram, read_rows, read_square, square, write_rows, you
from agora.envs.games.tic_tac_toe.rules import CELLS, FULL, LINES, SIDE, World

MARKS = "XO"


def board(state) -> list[str]:
    """The rows, top first: X, O or a point for each cell."""
    cells = "".join(_mark(state, cell) for cell in range(CELLS))
    return [cells[start : start + SIDE] for start in range(0, CELLS, SIDE)]


def _mark(state, cell: int) -> str:
    for player in (0, 1):
        if state.marks[player] >> cell & 1:
            return MARKS[player]
    return "."


def describe(world: World, state, player: int | None) -> str:
    """The board; nothing is hidden, so ``player`` only says who is addressed."""
    lines = diagram(board(state), range(1, SIDE + 1))
    lines.append(f"The first player is X{you(player, 0)}, the second is O{you(player, 1)}.")
    return "\n".join([*lines, status(world, state)])


def status(world: World, state) -> str:
    """Whose turn it is, or how the game ended."""
    winner = winner_of(world, state)
    if winner is not None:
        return f"{MARKS[winner]} has won."
    return "The game is a draw." if state.over else f"To move: {MARKS[state.to_move]}"


def winner_of(world: World, state) -> int | None:
    """Who has three in a row, or None."""
    return next((player for player in (0, 1) if world.wins[state.marks[player]]), None)


def winning_lines(state) -> list[list[int]]:
    """The cells of each line that somebody has completed."""
    lines = [[cell for cell in range(CELLS) if line >> cell & 1] for line in LINES]
    return [line for line in lines if any(all(marks >> cell & 1 for cell in line) for marks in state.marks)]


def name(world: World, state, player: int, action: int) -> str:
    """The cell, such as b2."""
    return square(*divmod(action, SIDE))


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The cell that ``line`` names: ``b2``, or ``5`` for the fifth as one reads.

    Raises ValueError with a reason when it names none, or one that is taken.
    """
    text = line.strip()
    if text in ("1", "2", "3", "4", "5", "6", "7", "8", "9"):
        cell = int(text) - 1
    else:
        row, column = read_square(text, SIDE, SIDE)
        cell = SIDE * row + column
    if _mark(state, cell) != ".":
        raise ValueError(f"{line!r} is not possible: {_mark(state, cell)} has marked that cell.")
    return [cell]


def notation(world: World, state) -> str:
    """Rows from the top as in FEN, and who moves: ``x2/1o1/3 x``."""
    return f"{write_rows(board(state))} {MARKS[state.to_move]}".lower()


def position(world: World, state, text: str) -> None:
    """Sets up what ``notation`` wrote; ValueError with a reason when no game leads there."""
    parts = text.lower().split()
    if len(parts) != 2 or parts[1] not in ("x", "o"):
        raise ValueError(f"{text!r} is no position: give rows and who moves, such as 'x2/1o1/3 x'.")
    cells = "".join(read_rows(parts[0], SIDE, SIDE, "xo"))
    for player, mark in enumerate("xo"):
        state.marks[player] = sum(1 << cell for cell in range(CELLS) if cells[cell] == mark)
    state.to_move = "xo".index(parts[1])
    state.steps = CELLS - cells.count(".")
    _check(world, state, text)
    state.over = winner_of(world, state) is not None or int(state.marks.sum()) == FULL


def _check(world: World, state, text: str) -> None:
    crosses, noughts = (int(marks).bit_count() for marks in state.marks)
    if crosses - noughts != state.to_move:
        raise ValueError(
            f"{text!r} is no position of a game: with {crosses} X and {noughts} O it is not the turn of "
            f"{MARKS[state.to_move]}; X begins."
        )
    if world.wins[state.marks[state.to_move]]:
        raise ValueError(f"{text!r} is no position of a game: {MARKS[state.to_move]} had won a move before.")

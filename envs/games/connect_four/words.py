"""Connect Four in words. Columns are 1, 2, ... or a, b, ... from the left; a cell is a column's letter and a row."""

from agora.envs.games.connect_four.rules import NONE, World
from agora.envs.games.squares import LETTERS, read_rows, write_rows, you

STONES = "XO"


def letter(column: int) -> str:
    """The letter of ``column``: a is the leftmost."""
    return LETTERS[column]


def describe(world: World, state, player: int | None) -> str:
    """The board, the top row first; nothing is hidden, so ``player`` only says who is addressed."""
    lines = ["   " + " ".join(f"{column + 1:>2}" for column in range(world.columns))]
    for row in reversed(range(world.rows)):
        cells = " ".join(f"{_stone(state, row, column):>2}" for column in range(world.columns))
        lines.append(f"{row + 1:>2} {cells}")
    lines.append("   " + " ".join(f"{letter(column):>2}" for column in range(world.columns)))
    who = f"The first player is X{you(player, 0)}, the second is O{you(player, 1)}"
    lines.append(f"{who}; {world.length} in a line win.")
    if state.last != NONE:
        lines.append(f"Last stone: {letter(state.last)}{state.height[state.last]}")
    lines.append(status(world, state))
    return "\n".join(lines)


def _stone(state, row: int, column: int) -> str:
    for player in (0, 1):
        if state.stones[player, row, column]:
            return STONES[player]
    return "."


def status(world: World, state) -> str:
    """Whose turn it is, or how the game ended."""
    winner = winner_of(world, state)
    if winner != NONE:
        return f"{STONES[winner]} has won."
    return "The game is a draw." if state.over else f"To move: {STONES[state.to_move]}"


def winner_of(world: World, state) -> int:
    """Who has completed a line, or NONE."""
    for player in (0, 1):
        if winning_cells(world, state, player):
            return player
    return NONE


def winning_cells(world: World, state, player: int) -> list[tuple[int, int]]:
    """The cells (row, column) of all lines that ``player`` has completed."""
    cells: set[tuple[int, int]] = set()
    for row in range(world.rows):
        for column in range(world.columns):
            for up, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
                line = [(row + up * step, column + right * step) for step in range(world.length)]
                if _on_board(world, *line[-1]) and all(state.stones[player][cell] for cell in line):
                    cells.update(line)
    return sorted(cells)


def _on_board(world: World, row: int, column: int) -> bool:
    return 0 <= row < world.rows and 0 <= column < world.columns


def name(world: World, state, player: int, action: int) -> str:
    """A column is called by its number, 1 the leftmost."""
    return str(action + 1)


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The column that ``line`` names: ``4``, ``d`` or the cell where the stone lands, ``d1``.

    Raises ValueError with a reason when it names none, or one that is full.
    """
    word = line.strip().lower().removeprefix("column").strip()
    column, row = _read(word)
    if column is None or not 0 <= column < world.columns:
        raise ValueError(
            f"{line!r} is no column: give a number from 1 to {world.columns} or a letter from a to "
            f"{letter(world.columns - 1)}."
        )
    height = int(state.height[column])
    if height == world.rows:
        raise ValueError(f"{line!r} is not possible: that column is full.")
    if row is not None and row != height + 1:
        raise ValueError(f"{line!r} is not possible: a stone in column {letter(column)} lands on row {height + 1}.")
    return [column]


def _read(word: str) -> tuple[int | None, int | None]:
    """Column from 0 and row from 1 that ``word`` names, None for what it does not."""
    if word.isdecimal() and word.isascii():
        return int(word) - 1, None
    if not word or word[0] not in LETTERS:
        return None, None
    column, rest = LETTERS.index(word[0]), word[1:]
    if not rest:
        return column, None
    return (column, int(rest)) if rest.isdecimal() and rest.isascii() else (None, None)


def notation(world: World, state) -> str:
    """Rows from the top as in FEN, and who moves: ``7/7/7/7/7/3X3 O``."""
    rows = ["".join(_stone(state, row, column) for column in range(world.columns)) for row in range(world.rows)]
    return f"{write_rows(rows[::-1])} {STONES[state.to_move]}"


def position(world: World, state, text: str) -> None:
    """Sets up what ``notation`` wrote; ValueError with a reason when no game leads there."""
    parts = text.upper().split()
    if len(parts) != 2 or parts[1] not in STONES:
        raise ValueError(f"{text!r} is no position: give rows and who moves, such as '7/7/7/7/7/3X3 O'.")
    for row, cells in enumerate(reversed(read_rows(parts[0], world.rows, world.columns, STONES))):
        for column, stone in enumerate(cells):
            if stone != ".":
                _put(world, state, text, STONES.index(stone), row, column)
    state.to_move = STONES.index(parts[1])
    state.steps = int(state.stones.sum())
    _check(world, state, text)
    state.over = winner_of(world, state) != NONE or state.steps == world.rows * world.columns


def _put(world: World, state, text: str, player: int, row: int, column: int) -> None:
    if state.height[column] != row:
        raise ValueError(f"{text!r} is no position: the stone on {letter(column)}{row + 1} has nothing below it.")
    state.stones[player, row, column] = 1
    state.bits[player] |= 1 << (row * (world.columns + 1) + column)
    state.height[column] += 1


def _check(world: World, state, text: str) -> None:
    first, second = (int(stones.sum()) for stones in state.stones)
    if first - second != state.to_move:
        raise ValueError(
            f"{text!r} is no position of a game: with {first} X and {second} O it is not the turn of "
            f"{STONES[state.to_move]}; X begins."
        )
    if winning_cells(world, state, state.to_move):
        raise ValueError(f"{text!r} is no position of a game: {STONES[state.to_move]} had won a move before.")

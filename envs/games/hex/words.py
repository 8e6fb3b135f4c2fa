"""Hex in words. A cell is a column's letter and a row's number, ``a1`` the top left; to swap is ``swap``."""

from agora.envs.games.hex.rules import World
from agora.envs.games.squares import LETTERS, read_rows, read_square, square, write_rows, you

STONES = "XO"
SWAP = "swap"
NEIGHBOURS = ((0, -1), (0, 1), (-1, 0), (-1, 1), (1, -1), (1, 0))


def board(world: World, state) -> list[str]:
    """The rows, top first: X for the first player, O for the second or a point for each cell."""
    return ["".join(stone(state, row, column) for column in range(world.size)) for row in range(world.size)]


def stone(state, row: int, column: int) -> str:
    """X, O or a point."""
    for player in (0, 1):
        if int(state.stones[player, row + 1]) >> (column + 1) & 1:
            return STONES[player]
    return "."


def describe(world: World, state, player: int | None) -> str:
    """The board, each row half a cell to the right of the one above; nothing is hidden."""
    lines = ["    " + " ".join(LETTERS[: world.size])]
    lines += [f"{' ' * row}{row + 1:>3} {' '.join(cells)}" for row, cells in enumerate(board(world, state))]
    lines.append(f"X{you(player, 0)} joins top and bottom, O{you(player, 1)} left and right.")
    lines.append(f"Neighbours of {_example(world)}.")
    if may_swap(world, state):
        lines.append("O may swap: take over the stone of X, mirrored (row and column exchanged).")
    return "\n".join([*lines, status(world, state)])


def _example(world: World) -> str:
    """The neighbours of a cell near the middle, since a diagram in letters does not show them clearly."""
    middle = world.size // 2
    around = [(middle + down, middle + right) for down, right in NEIGHBOURS]
    named = [square(*cell) for cell in around if max(cell) < world.size]
    return f"{square(middle, middle)} are {', '.join(named)}"


def status(world: World, state) -> str:
    """Whose turn it is, or who has won."""
    winner = winner_of(world, state)
    return f"To move: {STONES[state.to_move]}" if winner is None else f"{STONES[winner]} has won."


def may_swap(world: World, state) -> bool:
    """Whether who is to move may take over the only stone."""
    return bool(world.swap and state.placed == 1 and state.to_move == 1)


def winner_of(world: World, state) -> int | None:
    """Who has joined its edges, or None."""
    for player in (0, 1):
        if any(cell[player] == world.size - 1 for cell in chain(world, state, player)):
            return player
    return None


def chain(world: World, state, player: int) -> set[tuple[int, int]]:
    """The cells of ``player`` that are joined to its first edge, the top or the left."""
    size, own = world.size, STONES[player]
    waiting = [(0, index) if player == 0 else (index, 0) for index in range(size)]
    found: set[tuple[int, int]] = set()
    while waiting:
        row, column = cell = waiting.pop()
        if cell not in found and 0 <= row < size and 0 <= column < size and stone(state, row, column) == own:
            found.add(cell)
            waiting += [(row + down, column + right) for down, right in NEIGHBOURS]
    return found


def name(world: World, state, player: int, action: int) -> str:
    """The cell, such as c4, or swap."""
    return SWAP if action == world.size**2 else square(*divmod(action, world.size))


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The cell that ``line`` names, or ``swap``.

    Raises ValueError with a reason when it names none, or one that is taken.
    """
    text = line.strip().lower()
    if text == SWAP:
        if not may_swap(world, state):
            reason = "only the second player's first move can be a swap" if world.swap else "swap is False"
            raise ValueError(f"{line!r} is not possible: {reason}.")
        return [world.size**2]
    row, column = read_square(text, world.size, world.size)
    if stone(state, row, column) != ".":
        raise ValueError(f"{line!r} is not possible: {stone(state, row, column)} has a stone there.")
    return [world.size * row + column]


def notation(world: World, state) -> str:
    """Rows from the top as in FEN, x the first player's stones, o the second's, and who moves: ``1x1/3/o2 x``."""
    return f"{write_rows(board(world, state))} {STONES[state.to_move]}".lower()


def position(world: World, state, text: str) -> None:
    """Sets up what ``notation`` wrote; ValueError with a reason when no game leads there."""
    parts = text.lower().split()
    if len(parts) != 2 or parts[1] not in ("x", "o"):
        raise ValueError(f"{text!r} is no position: give rows and who moves, x or o, parted by a space.")
    rows = read_rows(parts[0], world.size, world.size, "xo")
    state.to_move = "xo".index(parts[1])
    swapped = _count(world, state, rows, text)
    state.placed = world.size**2 - "".join(rows).count(".")
    state.steps = state.placed + swapped
    for player, letter in enumerate("xo"):
        for row, cells in enumerate(rows):
            state.stones[player, row + 1] = sum(2 << index for index, found in enumerate(cells) if found == letter)
        for row, column in chain(world, state, player):
            state.joined[player, row + 1] |= 2 << column
    winner = winner_of(world, state)
    if winner is not None and winner == state.to_move:
        raise ValueError(f"{text!r} is no position of a game: {STONES[winner]} had won a move before.")
    state.over = winner is not None


def _count(world: World, state, rows: list[str], text: str) -> bool:
    """Whether the second player has swapped, as the numbers of stones tell; ValueError when they cannot be."""
    first, second = ("".join(rows).count(letter) for letter in "xo")
    mover = int(state.to_move)
    if first - second == mover:
        return False
    if world.swap and second - first == 1 - mover and second > 0:
        return True
    raise ValueError(
        f"{text!r} is no position of a game: with {first} stones of X and {second} of O it is not the turn of "
        f"{STONES[mover]}; X begins{'' if world.swap else ' and swap is False'}."
    )

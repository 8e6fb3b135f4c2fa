"""Othello in words. A square is a column's letter and a row's number, ``a1`` the top left; to pass is ``pass``."""

from agora.envs.games.othello.rules import World
from agora.envs.games.squares import diagram, read_square, square, you

DISCS = "XO"
NAMES = ("Black", "White")
PASS = "pass"
DIRECTIONS = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if (down, right) != (0, 0)]


def board(world: World, state) -> list[str]:
    """The rows, top first: X for Black, O for White or a point for each square."""
    squares = "".join(_disc(state, index) for index in range(world.size**2))
    return [squares[start : start + world.size] for start in range(0, len(squares), world.size)]


def _disc(state, index: int) -> str:
    for player in (0, 1):
        if int(state.discs[player]) >> index & 1:
            return DISCS[player]
    return "."


def counts(state) -> tuple[int, int]:
    """How many discs Black and White have."""
    return int(state.discs[0]).bit_count(), int(state.discs[1]).bit_count()


def describe(world: World, state, player: int | None) -> str:
    """The board and the count; nothing is hidden, so ``player`` only says who is addressed."""
    lines = diagram(board(world, state), range(1, world.size + 1))
    black, white = counts(state)
    lines.append(f"Black{you(player, 0)} is X with {black} discs, White{you(player, 1)} is O with {white}.")
    return "\n".join([*lines, status(state)])


def status(state) -> str:
    """Whose turn it is, or how the game ended."""
    black, white = counts(state)
    if not state.over:
        mover = f"To move: {NAMES[state.to_move]}"
        return mover if state.moves else f"{mover}, who must pass"
    if black == white:
        return "The game is a draw."
    return f"{NAMES[white > black]} has won by {abs(black - white)} discs."


def name(world: World, state, player: int, action: int) -> str:
    """The square, such as d3, or pass."""
    return PASS if action == world.size**2 else square(*divmod(action, world.size))


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The square that ``line`` names, or ``pass``.

    Raises ValueError with a reason when it names none, or one where no disc would be turned.
    """
    text, moves = line.strip().lower(), int(state.moves)
    places = ", ".join(square(*divmod(index, world.size)) for index in range(world.size**2) if moves >> index & 1)
    if text == PASS:
        if moves:
            raise ValueError(f"{line!r} is not possible: discs can be turned, play on one of {places}.")
        return [world.size**2]
    row, column = read_square(text, world.size, world.size)
    index = world.size * row + column
    if not moves >> index & 1:
        way_out = f"play on one of {places}" if moves else "there is nothing but to pass"
        raise ValueError(f"{line!r} is not possible: a disc there turns none; {way_out}.")
    return [index]


def notation(world: World, state) -> str:
    """All squares from a1 as one reads, X black, O white, - empty, and who moves, as test positions are published."""
    return f"{''.join(board(world, state)).replace('.', '-')} {DISCS[state.to_move]}"


def position(world: World, state, text: str) -> None:
    """Sets up what ``notation`` wrote, or the same with ``*`` for X and ``.`` for -; ValueError with a reason."""
    parts = text.upper().replace("*", "X").replace(".", "-").split()
    if len(parts) != 2 or parts[1] not in ("X", "O"):
        raise ValueError(f"{text!r} is no position: give all squares and who moves, X or O, parted by a space.")
    squares, mover = parts
    if len(squares) != world.size**2 or set(squares) - set("XO-"):
        raise ValueError(f"{squares!r} is no board: give {world.size**2} of X, O and -, got {len(squares)} characters.")
    for player, disc in enumerate(DISCS):
        state.discs[player] = _bits(index for index, found in enumerate(squares) if found == disc)
    state.to_move = DISCS.index(mover)
    state.steps = max(0, sum(counts(state)) - 4)
    state.moves = _bits(_outflanking(world, squares, mover))
    state.over = state.moves == 0 and not _outflanking(world, squares, DISCS[1 - state.to_move])


def _bits(indices) -> int:
    return sum(1 << index for index in indices)


def _outflanking(world: World, squares: str, mover: str) -> list[int]:
    """The empty squares where ``mover`` would turn a disc."""
    empty = [index for index, found in enumerate(squares) if found == "-"]
    return [index for index in empty if any(_outflanks(world, squares, mover, index, *way) for way in DIRECTIONS)]


def _outflanks(world: World, squares: str, mover: str, index: int, down: int, right: int) -> bool:
    """Whether a disc of ``mover`` on ``index`` would turn discs in one direction."""
    row, column = divmod(index, world.size)
    run = ""
    while 0 <= (row := row + down) < world.size and 0 <= (column := column + right) < world.size:
        run += squares[world.size * row + column]
    rest = run.lstrip("XO".replace(mover, ""))
    return len(rest) < len(run) and rest.startswith(mover)

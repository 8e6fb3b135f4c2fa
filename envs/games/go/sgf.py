"""Go: games as SGF, the Smart Game Format FF[4] (A. Hollosi, red-bean.com/sgf, 1997 on), written and read.

What is read is the main line of the first game: setup (AB, AW, PL), then moves of Black and White in turn. Everything
else, comments and variations, is passed over.
"""

import re

import numpy as np

from agora.envs.games.go import rules
from agora.envs.games.go.history import MARKS
from agora.envs.games.go.rules import ILLEGAL, World
from agora.envs.jit import compiled_loop

COLOURS = "BW"
_PROPERTY = r"([A-Z]+)((?:\s*\[(?:\\.|[^\]\\])*\])+)"
_TOKEN = re.compile(rf"\s*(?:([();])|{_PROPERTY})", re.DOTALL)
_VALUE = re.compile(r"\[((?:\\.|[^\]\\])*)\]", re.DOTALL)


def notation(world: World, state) -> str:
    """The whole game, since what ko forbids depends on it."""
    header = f"(;GM[1]FF[4]SZ[{world.size}]KM[{world.komi:g}]{_ruleset(world)}"
    stones = [np.flatnonzero(state.setup == stone) for stone in (1, 2)]
    for colour, points in zip(COLOURS, stones, strict=True):
        if len(points):
            header += f"A{colour}" + "".join(f"[{_write(world, point)}]" for point in points)
    if state.first or any(map(len, stones)):
        header += f"PL[{COLOURS[state.first]}]"
    players = [(int(state.first) + index) % 2 for index in range(state.plays)]
    moves = [f";{COLOURS[player]}[{_write(world, state.moves[index])}]" for index, player in enumerate(players)]
    return header + "".join(moves) + ")"


def _ruleset(world: World) -> str:
    """SGF's name of the rules, where one fits."""
    known = {("positional", True): "Tromp-Taylor", ("situational", True): "NZ", ("situational", False): "AGA"}
    name = known.get((rules.SUPERKO[world.superko], world.suicide))
    return f"RU[{name}]" if name and world.repetition == ILLEGAL else ""


def _write(world: World, point: int | np.integer) -> str:
    """Two letters, column and row from the top left; a pass is empty."""
    if point == world.points:
        return ""
    row, column = divmod(int(point), world.size)
    return chr(97 + column) + chr(97 + world.size - 1 - row)


def position(world: World, state, text: str) -> None:
    """Plays the main line of ``text`` into ``state``, as ``reset`` leaves it.

    Raises ValueError with the reason where the text is not SGF, is for another board or komi, or breaks the rules.
    """
    setup, moves = _read_game(world, text)
    board, first = _read_setup(world, setup)
    if first is None:
        first = moves[0][0] if moves else 0
    if board.any() or first:
        _set_up(world, state, board, first)
    loop = compiled_loop(rules)
    mask, actions, rewards = np.zeros(world.points + 1, np.bool_), np.zeros(2, np.int64), np.zeros(2)
    for number, (player, point) in enumerate(moves, 1):
        if state.over:
            raise ValueError(f"Move {number} comes after the end of the game.")
        if player != state.to_move:
            raise ValueError(
                f"Move {number} is {COLOURS[player]}'s, but the players take turns; put stones with AB, AW."
            )
        loop.legal_one(world, state, player, mask)
        if not mask[point]:
            raise ValueError(f"Move {number}, {COLOURS[player]}[{_write(world, point)}], is illegal.")
        actions[player] = point
        loop.step_one(world, state, actions, rewards)


def _read_game(world: World, text: str) -> tuple[list[tuple[str, list[str]]], list[tuple[int, int]]]:
    """The setup properties, and the moves as player and point."""
    setup: list[tuple[str, list[str]]] = []
    moves: list[tuple[int, int]] = []
    for name, values in _properties(text):
        if name in COLOURS:
            moves.append((COLOURS.index(name), _read_move(world, values[0])))
        elif name in ("AB", "AW", "AE", "PL"):
            if moves:
                raise ValueError(f"{name} after the first move is not supported: put all stones before it.")
            setup.append((name, values))
        elif name == "SZ" and values[0] != str(world.size):
            raise ValueError(f"SZ[{values[0]}] is another board: this one has size={world.size}.")
        elif name == "KM" and _number(values[0]) != world.komi:
            raise ValueError(f"KM[{values[0]}] is another komi: this game has komi={world.komi:g}.")
        elif name == "GM" and values[0] != "1":
            raise ValueError(f"GM[{values[0]}] is not Go, which is GM[1].")
    return setup, moves


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"KM[{text}] is no number of points.") from None


def _properties(text: str):
    """Name and values of the properties of the main line: all that stands before the first closing parenthesis."""
    start, opened = 0, False
    while start < len(text.rstrip()):
        found = _TOKEN.match(text, start)
        if not found or not (opened or found[1] == "("):
            raise ValueError(f"{text[start : start + 20]!r} is not SGF: a game looks like (;SZ[9];B[dd];W[ff]).")
        opened = True
        if found[1] == ")":
            return
        if found[2]:
            yield found[2], [value.strip() for value in _VALUE.findall(found[3])]
        start = found.end()
    raise ValueError("The SGF ends too early: ')' is missing.")


def _read_setup(world: World, setup: list[tuple[str, list[str]]]) -> tuple[np.ndarray, int | None]:
    """The board (points,) before the first move, and who makes it if PL says so."""
    board, first = np.zeros(world.points, np.int8), None
    for name, values in setup:
        if name == "PL":
            if values[0] not in COLOURS or not values[0]:
                raise ValueError(f"PL[{values[0]}] is no player: give B or W.")
            first = COLOURS.index(values[0])
        else:
            for point in _points(world, values):
                board[point] = ("AE", "AB", "AW").index(name)
    return board, first


def _points(world: World, values: list[str]):
    """The points that ``values`` list, one by one or as rectangles such as ``aa:cc``."""
    for value in values:
        first, _, last = value.partition(":")
        (top, left), (bottom, right) = (_read(world, corner) for corner in (first, last or first))
        for row in range(bottom, top + 1):
            yield from range(row * world.size + left, row * world.size + right + 1)


def _read_move(world: World, value: str) -> int:
    if value == "" or (value == "tt" and world.size <= 19):
        return world.points
    row, column = _read(world, value)
    return row * world.size + column


def _read(world: World, value: str) -> tuple[int, int]:
    """Row and column, counted from the lower left."""
    if len(value) == 2:
        column, row = ord(value[0]) - 97, world.size - 1 - (ord(value[1]) - 97)
        if 0 <= column < world.size and 0 <= row < world.size:
            return row, column
    raise ValueError(f"[{value}] is no point of this board: give two letters from a to {chr(96 + world.size)}.")


def _set_up(world: World, state, board: np.ndarray, first: int) -> None:
    """Puts stones down one by one, which captures nothing if each string has a liberty; then forgets the moves."""
    actions, rewards = np.zeros(2, np.int64), np.zeros(2)
    for point in np.flatnonzero(board):
        state.to_move = board[point] - 1
        state.plays = 0
        actions[state.to_move] = point
        compiled_loop(rules).step_one(world, state, actions, rewards)
    if (state.board[:-1] != board).any():
        raise ValueError("The setup has a string without a liberty.")
    for scratch in (state.moves, state.history, state.marks, state.area):
        scratch[:] = 0
    state.setup[:] = board
    state.first = state.to_move = first
    state.plays = state.steps = 0
    state.over = False
    key = int(state.key) ^ (int(world.white_key) if first else 0)
    state.history[0] = key
    state.marks[key % MARKS] = 1 << (key // MARKS) % 64

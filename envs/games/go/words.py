"""Go in words. A point is a column's letter, without I, and a line's number: A1 is the lower left; else ``pass``."""

import numpy as np

from agora.envs.games.go import rules
from agora.envs.games.go.rules import NONE, World
from agora.envs.games.go.sgf import notation as notation
from agora.envs.games.go.sgf import position as position
from agora.envs.games.go.strings import EMPTY
from agora.envs.games.legality import legal_mask
from agora.envs.games.squares import you

LETTERS = "ABCDEFGHJKLMNOPQRST"
NAMES = ("Black", "White")
STONES = ".XO"
PASS = "pass"


def vertex(world: World, point: int) -> str:
    """The name of a point, such as D4."""
    row, column = divmod(point, world.size)
    return f"{LETTERS[column]}{row + 1}"


def describe(world: World, state, player: int | None) -> str:
    """The board, the top line first; nothing is hidden, so ``player`` only says who is addressed."""
    letters = "   " + " ".join(LETTERS[: world.size])
    lines = [letters]
    for row in reversed(range(world.size)):
        stones = state.board[row * world.size : (row + 1) * world.size]
        lines.append(f"{row + 1:>2} {' '.join(STONES[stone] for stone in stones)} {row + 1}")
    lines.append(letters)
    lines.append(f"Black{you(player, 0)} is X, White{you(player, 1)} is O; White gets {world.komi:g} points komi.")
    if state.plays:
        lines.append(f"Last move: {name(world, state, 1 - state.to_move, state.moves[state.plays - 1])}")
    return "\n".join([*lines, status(world, state)])


def status(world: World, state) -> str:
    """Whose turn it is, or how the game ended."""
    if not state.over:
        return f"To move: {NAMES[state.to_move]}"
    mover = 1 - state.to_move
    if state.repeated and rules.REPETITION[world.repetition] == "loss":
        return f"{NAMES[mover]} has repeated a position and lost."
    if state.repeated:
        return "A position was repeated: the game is a draw."
    black, white = areas(world, state)
    if black == white:
        return f"The game is a draw, {black:g} points each."
    return f"{NAMES[white > black]} has won, {max(black, white):g} points to {min(black, white):g}."


def areas(world: World, state) -> tuple[float, float]:
    """Points of Black, and of White with komi, once they are counted."""
    return float((state.area == 1).sum()), float((state.area == 2).sum() + world.komi)


def name(world: World, state, player: int, action: int) -> str:
    """The point, or pass."""
    return PASS if action == world.points else vertex(world, int(action))


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The point that ``line`` names, or ``pass``.

    Raises ValueError with a reason when it names none, or one where the rules forbid to play.
    """
    word = line.strip().upper()
    if word == PASS.upper():
        return [world.points]
    letter, number = word[:1], word[1:]
    in_range = number.isdecimal() and number.isascii() and len(number) < 3 and 1 <= int(number) <= world.size
    if not letter or letter not in LETTERS[: world.size] or not in_range:
        last = vertex(world, world.points - 1)
        raise ValueError(f"{line[:40]!r} is no point: give one from A1 to {last} (there is no column I), or {PASS!r}.")
    point = (int(number) - 1) * world.size + LETTERS.index(letter)
    if reason := forbidden(world, state, player, point):
        raise ValueError(f"{word} is not possible: {reason}.")
    return [point]


def forbidden(world: World, state, player: int, point: int) -> str:
    """Why ``player`` may not play on ``point``; empty if it may."""
    if state.over:
        return "the game is over"
    if state.board[point] != EMPTY:
        return f"{NAMES[state.board[point] - 1]} has a stone there"
    if not state.may[player, point]:
        return "a stone there would have no liberty, and suicide is forbidden"
    if mask(world, state, player)[point]:
        return ""
    return "the ko cannot be retaken at once" if point == state.ko != NONE else "that would repeat a position"


def mask(world: World, state, player: int) -> np.ndarray:
    """What the rules allow ``player``, who is to move, (A,) bool; nothing when the game is over."""
    return legal_mask(rules, world, state, player, world.points + 1)

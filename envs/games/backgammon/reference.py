"""Backgammon: what is known exactly of single rolls; the game as a whole is fair."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from agora.envs.api import CHANCE, Known, Reference
from agora.envs.games.backgammon.rules import BAR, CHECKERS, DICE, OFF, World
from agora.envs.games.backgammon.words import worth_of


def reference(world: World) -> Reference:
    source = "the opening roll treats both players alike, so equal play, random or perfect, is worth 0"
    return Reference((0.0, 0.0), (0.0, 0.0), "exact", source)


def metrics(world: World, state) -> dict[str, float]:
    """What the game was worth, and how many checkers the loser had left."""
    left = CHECKERS - int(state.checkers[1 - state.turn, OFF])
    return {"points": float(worth_of(world, state)), "checkers_left": float(left)}


def ends_of_turn(game: Any, state: np.record) -> Iterator[np.record]:
    """Every state with another board in which the turn of ``state``, whose dice are rolled, can end."""
    todo, seen = [state], set()
    while todo:
        state = todo.pop()
        key = state.checkers.tobytes() + state.left.tobytes()
        if key in seen:
            continue
        seen.add(key)
        if state.to_move == CHANCE or state.over:
            yield state
            continue
        for action in np.flatnonzero(game.legal(state)):
            todo.append(game.clone(state))
            game.step(todo[-1], action)


def opening_boards(game: Any, high: int, low: int) -> int:
    """How many boards the starting player can reach with the opening roll ``high`` and ``low``."""
    state = game.new()
    game.step(state, (high - 1) * DICE + low - 1)
    return len(list(ends_of_turn(game, state)))


def _rolls(game: Any, text: str, reached) -> float:
    """How many of the 36 rolls allow an end of the turn, from the position ``text``, of which ``reached`` is true."""
    start, total = game.position(text), 0.0
    for outcome, probability in enumerate(game.chance(start)):
        if probability > 0:
            state = game.clone(start)
            game.step(state, outcome)
            total += 36 * probability * any(reached(end) for end in ends_of_turn(game, state))
    return total


def bears_off(game: Any, position: str) -> float:
    return _rolls(game, position, lambda state: bool(state.over))


def hits(game: Any, position: str) -> float:
    return _rolls(game, position, lambda state: state.checkers[1, BAR] > 0)


def enters(game: Any, position: str) -> float:
    return _rolls(game, position, lambda state: state.checkers[0, BAR] == 0)


def xgid(first: dict[int, int], second: dict[int, int]) -> str:
    """A position before a roll of the first player, whose points both dicts have; the others are borne off."""
    letters = ["-"] * 26
    for one, checkers in (("A", first), ("a", second)):
        for point, number in checkers.items():
            letters[point] = chr(ord(one) + number - 1)
    return f"XGID={''.join(letters)}:0:0:1:00:0:0:0:0:10"


_OPEN_SPIEL = "counted with OpenSpiel 2.0.2"
_OPENING = {21: 15, 31: 16, 32: 17, 41: 14, 42: 18, 43: 17, 51: 8, 52: 8, 53: 9, 54: 9, 61: 10, 62: 14, 63: 14, 64: 14}
_TABLES = "by hand; the usual tables, as in P. Magriel, Backgammon, 1976 (from memory)"
_SHOTS = {1: 11, 2: 12, 3: 14, 4: 15, 5: 15, 6: 17, 7: 6, 8: 6, 9: 5, 10: 3, 11: 2, 12: 3, 13: 0, 15: 1, 18: 1, 24: 1}


def _opening(roll: int, boards: int) -> Known:
    arguments = {"high": roll // 10, "low": roll % 10}
    return Known(f"boards after the opening roll {roll}", boards, _OPEN_SPIEL, opening_boards, arguments)


def _shot(distance: int, rolls: int) -> Known:
    position = {"position": xgid({BAR: 1}, {BAR - distance: 1})}
    return Known(f"rolls of 36 that hit {distance} points away", rolls, _TABLES, hits, position, tolerance=1e-9)


def _entering(closed: int, rolls: int) -> Known:
    position = {"position": xgid({BAR: 1}, {1: 1, **{BAR - point: 2 for point in range(1, closed + 1)}})}
    return Known(f"rolls of 36 that enter against {closed} points", rolls, _TABLES, enters, position, tolerance=1e-9)


def _bearing_off(high: int, low: int, rolls: int) -> Known:
    position = {"position": xgid({high: 1, low: 1}, {24: 1})}
    return Known(f"rolls of 36 that bear off {high} and {low}", rolls, _TABLES, bears_off, position, tolerance=1e-9)


KNOWN: tuple[Known, ...] = (
    *(_opening(roll, boards) for roll, boards in {**_OPENING, 65: 7}.items()),
    *(_shot(distance, rolls) for distance, rolls in _SHOTS.items()),
    *(_entering(closed, rolls) for closed, rolls in enumerate((36, 35, 32, 27, 20, 11, 0))),
    *(_bearing_off(*known) for known in ((6, 1, 15), (5, 2, 19), (4, 3, 17))),
)

"""Backgammon in words: moves such as ``13/7``, ``bar/20``, ``8/5*`` for a hit, ``6/off``; positions as XGID.

Points are those of whoever moves. An XGID is written as eXtreme Gammon does, seen from the first player: letters for
the points 0 (the second player's bar) to 25 (the first player's bar), capital ones for the first player, A for one
checker; then cube, its owner, whose turn it is (1 or -1; here also 0 before the opening roll), the dice (00 before the
roll) and what concerns matches. Within a turn the dice still to be played follow after a stroke: ``61/1``.
"""

import re

import numpy as np

from agora.envs.api import CHANCE
from agora.envs.games.backgammon import rules
from agora.envs.games.backgammon.rules import BAR, CHECKERS, DICE, NONE, OFF, World
from agora.envs.games.legality import legal_mask
from agora.envs.jit import compiled_loop

NAMES = ("First", "Second")
SIGNS = "XO"
_MOVE = re.compile(r"(bar|\d{1,2})/(off|\d{1,2})(\*?)(?:\(([1-6])\))?")


def describe(world: World, state, player: int | None) -> str:
    """All checkers by the points of ``player``, of the first player for a spectator; nothing is hidden."""
    seat = 0 if player is None else player
    lines = [f"Points are counted as player {seat + 1} moves: from 24 down to 1, then off."]
    for who in (seat, 1 - seat):
        you = " (you)" if who == player else ""
        lines.append(f"Player {who + 1}{you}, {SIGNS[who]}: {_checkers(state, who, seat)}; pips {pips(state, who)}")
    lines.append(f"To play: {_dice(state)}" if state.to_move >= 0 else "The dice are to be rolled.")
    return "\n".join([*lines[: 3 if state.over else 4], status(world, state)])


def _checkers(state, who: int, seat: int) -> str:
    """Where the checkers of ``who`` are, by the points of ``seat``."""
    own = state.checkers[who]
    points = sorted((point if who == seat else BAR - point, int(own[point])) for point in range(1, BAR) if own[point])
    found = [f"{number} on {point}" for point, number in reversed(points)]
    found += [f"{own[place]} {where}" for place, where in ((BAR, "on the bar"), (OFF, "off")) if own[place]]
    return ", ".join(found)


def pips(state, player: int) -> int:
    """How many points the player's checkers still have to go."""
    return int(np.arange(26) @ state.checkers[player].astype(np.int64))


def dice_left(state) -> list[int]:
    """The dice still to be played."""
    return [int(die) for die, times in zip(state.dice, state.left, strict=True) for _ in range(times)]


def _dice(state) -> str:
    return ", ".join(map(str, dice_left(state)))


def status(world: World, state) -> str:
    """Whose turn it is, or how the game ended."""
    if state.over:
        value = worth_of(world, state)
        kind = ("the game", "a gammon", "a backgammon")[value - 1]
        return f"Player {state.turn + 1} has won {kind}, {value} point{'s' if value > 1 else ''}."
    return "The opening roll decides who starts." if state.turn == NONE else f"To move: player {state.turn + 1}"


def worth_of(world: World, state) -> int:
    """What the winner of a game that is over gets."""
    loser = 1 - state.turn
    if world.scoring == 0 or state.checkers[loser, OFF]:
        return 1
    return 3 if world.scoring == 2 and state.checkers[loser, BAR - rules.HOME :].any() else 2


def name(world: World, state, player: int, action: int) -> str:
    """Where the checker goes from and to; the die stands behind where it is higher than needed."""
    point, die = action // DICE + 1, action % DICE + 1
    start = "bar" if point == BAR else str(point)
    if point <= die:
        return f"{start}/off" + (f"({die})" if point < die else "")
    hit = "*" if state.checkers[1 - player, BAR - point + die] == 1 else ""
    return f"{start}/{point - die}{hit}"


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The moves that ``line`` names, in order, such as ``13/7 8/7``; ``*`` may be left out, and ``25`` is the bar.

    Raises ValueError with the reason when one of them is none, or is not legal where it stands.
    """
    words = line.lower().split()
    if not words:
        raise ValueError("There is no move: say one such as 13/7.")
    after, actions = np.array([state]).view(np.recarray)[0], []
    for word in words:
        if after.to_move != player:
            raise ValueError(f"{word!r} comes after the end of the turn: leave it out.")
        actions.append(_read_move(world, after, player, word))
        slots = np.zeros(2, np.int64)
        slots[player] = actions[-1]
        compiled_loop(rules).step_one(world, after, slots, np.zeros(2))
    return actions


def _read_move(world: World, state, player: int, word: str) -> int:
    found = _MOVE.fullmatch(word)
    if not found:
        raise ValueError(f"{word[:20]!r} is no move: say one such as 13/7, bar/20 or 6/off.")
    start = BAR if found[1] == "bar" else int(found[1])
    end = OFF if found[2] == "off" else int(found[2])
    legal = [int(action) for action in np.flatnonzero(mask(world, state, player))]
    named = [action for action in legal if action // DICE + 1 == start and max(start - action % DICE - 1, OFF) == end]
    if found[4]:
        named = [action for action in named if action % DICE + 1 == int(found[4])]
    if not named:
        names = ", ".join(name(world, state, player, action) for action in legal)
        raise ValueError(f"{word!r} is not possible with {_dice(state)} to play: the moves are {names}.")
    return named[0]


def mask(world: World, state, player: int) -> np.ndarray:
    """The legal moves, (A,) bool."""
    return legal_mask(rules, world, state, player, BAR * DICE)


def notation(world: World, state) -> str:
    """The position as XGID."""
    letters = [_letter(state.checkers[1, BAR], "a")]
    for point in range(1, BAR):
        first, second = state.checkers[0, point], state.checkers[1, BAR - point]
        letters.append(_letter(first, "A") if first else _letter(second, "a"))
    letters.append(_letter(state.checkers[0, BAR], "A"))
    turn = 0 if state.turn == NONE else 1 - 2 * state.turn
    dice, left = f"{state.dice[0]}{state.dice[1]}", "".join(map(str, dice_left(state)))
    started = state.dice[0] and left != (dice if dice[0] != dice[1] else 2 * dice)
    return f"XGID={''.join(letters)}:0:0:{turn}:{dice}{f'/{left}' if started else ''}:0:0:0:0:10"


def _letter(number: int, one: str) -> str:
    return chr(ord(one) + int(number) - 1) if number else "-"


def position(world: World, state, text: str) -> None:
    """Sets up an XGID; of what follows the dice nothing counts here. ValueError with the reason if it is none."""
    parts = text.strip().removeprefix("XGID=").split(":")
    if len(parts) < 5 or len(parts[0]) != 26:
        raise ValueError(f"{text[:60]!r} is no XGID: give 26 letters, cube, owner, turn and dice, parted by colons.")
    if parts[3] not in ("1", "-1", "0"):
        raise ValueError(f"Turn {parts[3]!r} is not allowed: give 1, -1, or 0 before the opening roll.")
    state.checkers[:] = _read_checkers(parts[0])
    state.turn = {"1": 0, "-1": 1, "0": NONE}[parts[3]]
    _read_dice(state, parts[4])
    done = [player for player in range(2) if state.checkers[player, OFF] == CHECKERS]
    state.over = bool(done)
    if done and done != [state.turn]:
        raise ValueError("Who has borne off all checkers must be the one whose turn it is.")
    if not done and state.to_move != CHANCE and not mask(world, state, int(state.to_move)).any():
        raise ValueError(f"The dice {parts[4]} cannot be played: the turn is over, give the other player's, with 00.")


def _read_checkers(letters: str) -> np.ndarray:
    checkers = np.zeros((2, 26), np.int8)
    for point, letter in enumerate(letters):
        if not ("a" <= letter.lower() <= "o" or letter == "-"):
            raise ValueError(f"{letter!r} is no number of checkers: give - or a letter from A to O or a to o.")
        if letter != "-":
            player = 0 if letter.isupper() else 1
            checkers[player, point if player == 0 else BAR - point] = ord(letter.lower()) - ord("a") + 1
    if checkers[:, 0].any():
        raise ValueError("Point 0 is the bar of the second player, point 25 of the first.")
    off = CHECKERS - checkers.sum(axis=1)
    if (off < 0).any():
        raise ValueError(f"A player has {CHECKERS - off.min()} checkers: give at most {CHECKERS}.")
    checkers[:, OFF] = off
    return checkers


def _read_dice(state, text: str) -> None:
    rolled, stroke, left = text.partition("/")
    dice = sorted(map(int, rolled), reverse=True) if re.fullmatch("00|[1-6][1-6]", rolled) else []
    if not dice or (dice[0] > 0 and state.turn == NONE):
        raise ValueError(f"Dice {text!r} are not allowed: give two from 1 to 6, or 00 before the roll.")
    whole = dice if dice[0] != dice[1] else 2 * dice
    fitting = re.fullmatch("[1-6]{0,3}", left) and all(left.count(die) <= whole.count(int(die)) for die in left)
    if stroke and not fitting:
        raise ValueError(f"Dice {text!r} are not allowed: after the stroke give those of {rolled} still to be played.")
    remaining = list(map(int, left)) if stroke else whole
    state.dice[:] = dice
    state.left[:] = remaining.count(dice[0]), remaining.count(dice[1]) if dice[0] != dice[1] else 0
    if dice[0] == 0:
        state.left[:] = 0
    state.to_move = CHANCE if dice[0] == 0 else state.turn

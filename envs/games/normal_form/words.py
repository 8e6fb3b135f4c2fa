"""Normal-form games in words."""

import itertools

import numpy as np

from agora.envs.games.normal_form.rules import NAMES, OWN, RANDOM, World
from agora.envs.games.normal_form.table import NAMED


def title(world: World) -> str:
    if world.number == OWN:
        return "A zero-sum game" if world.players == 2 and not world.payoffs.sum(axis=1).any() else "A game"
    name = NAMES[world.number]
    return "A random 2x2 game" if name == RANDOM else NAMED[name].title


def action_name(world: World, player: int, action: int) -> str:
    """What ``action`` of ``player`` is called: a word in the named games, else a number from 1."""
    named = None if world.number == OWN else NAMED.get(NAMES[world.number])
    return str(action + 1) if named is None else named.actions[player][action]


def action_names(world: World, player: int) -> list[str]:
    return [action_name(world, player, action) for action in range(world.actions[player])]


def payoffs_of(world: World, state, choices) -> np.ndarray:
    """What each player gets (P,) when the players choose ``choices`` (P,)."""
    row = 0
    for choice in choices:
        row = row * world.most + int(choice)
    return state.payoffs[row]


def describe(world: World, state, player: int | None) -> str:
    """The table of payoffs and the latest rounds; nothing is hidden, so ``player`` only says who is addressed."""
    lines = [f"{title(world)}. {progress(world, state)}"]
    lines += _matrix(world, state) if world.players == 2 else _list(world, state)
    for past in range(min(world.memory, state.played)):
        lines.append(f"Round {state.played - past}: {outcome(world, state, past)}.")
    if not state.over:
        who = "" if player is None else f"You are player {player + 1}. "
        lines.append(f"{who}All choose at once.")
    return "\n".join(lines)


def progress(world: World, state) -> str:
    if state.over:
        return "It is over." if world.rounds == 1 else f"All {world.rounds} rounds are over."
    return "It is played once." if world.rounds == 1 else f"Round {state.played + 1} of {world.rounds}."


def outcome(world: World, state, past: int) -> str:
    """What everybody chose and got ``past`` rounds before the latest one."""
    choices = state.history[past]
    earned = payoffs_of(world, state, choices)
    return ", ".join(
        f"player {seat + 1} chose {action_name(world, seat, choice)} and got {earned[seat]:.6g}"
        for seat, choice in enumerate(choices)
    )


def _matrix(world: World, state) -> list[str]:
    """Two players: a row for each action of the first, a column for each of the second."""
    rows, columns = action_names(world, 0), action_names(world, 1)
    cells = [
        [_cell(payoffs_of(world, state, (row, column))) for column in range(len(columns))] for row in range(len(rows))
    ]
    wide = max(map(len, [*columns, *itertools.chain(*cells)]))
    left = max(map(len, rows))
    lines = ["Payoffs of player 1, who chooses the row, and of player 2, who chooses the column:"]
    lines.append(" " * left + "".join(f"  {column:>{wide}}" for column in columns))
    for row, numbers in zip(rows, cells, strict=True):
        lines.append(f"{row:<{left}}" + "".join(f"  {number:>{wide}}" for number in numbers))
    return lines


def _list(world: World, state) -> list[str]:
    """More players: a line for each combination."""
    lines = ["Choices of player 1, player 2, ..., and what each gets:"]
    for choices in itertools.product(*(range(count) for count in world.actions)):
        names = ", ".join(action_name(world, seat, choice) for seat, choice in enumerate(choices))
        lines.append(f"{names}: {_cell(payoffs_of(world, state, choices))}")
    return lines


def _cell(numbers: np.ndarray) -> str:
    return ", ".join(f"{number:.4g}" for number in numbers)


def name(world: World, state, player: int, action: int) -> str:
    """What ``action`` is called."""
    return action_name(world, player, action)


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The action that ``line`` names; raises ValueError with a reason when it names none."""
    word = line.strip().lower()
    names = action_names(world, player)
    if word not in names:
        listed = ", ".join(map(repr, names[:12])) + (", ..." if len(names) > 12 else "")
        raise ValueError(f"{line.strip()[:80]!r} is no action of player {player + 1}: say one of {listed}.")
    return [names.index(word)]

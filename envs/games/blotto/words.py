"""Colonel Blotto in words."""

import re

import numpy as np

from agora.envs.games.blotto.rules import NONE, World


def division(world: World, action: int) -> list[int]:
    """The coins on each field."""
    return world.divisions[action].tolist()


def describe(world: World, state, player: int | None) -> str:
    """The task, or after the decision what everybody did and who won."""
    lines = [rules_line(world)]
    if not state.over:
        example = name(world, state, 0, len(world.divisions) // 2)
        return "\n".join([*lines, f"Say how many coins go to each field, for example {example}."])
    for seat in range(world.players):
        if state.division[seat] != NONE:
            coins = name(world, state, seat, int(state.division[seat]))
            you = " (you)" if seat == player else ""
            lines.append(f"Player {seat + 1}{you}: {coins}, won {state.won[seat]} of {world.fields} fields")
    return "\n".join([*lines, status(world, state)])


def field_winner(world: World, state, place: int) -> int:
    """Who has the most coins on a field, once all have decided; NONE when several have."""
    coins = world.divisions[state.division, place]
    return int(coins.argmax()) if (coins == coins.max()).sum() == 1 else NONE


def rules_line(world: World) -> str:
    return f"{world.players} players divide {world.coins} coins each among {world.fields} fields; the most fields win."


def status(world: World, state) -> str:
    """Who has won."""
    if not state.over:
        return "Everybody decides at once."
    if state.division[0] == NONE:
        return "The game is over: somebody made an illegal move."
    best = state.won.max()
    leaders = [str(seat + 1) for seat in range(world.players) if state.won[seat] == best]
    if len(leaders) == world.players:
        return "The game is over: a draw."
    return f"The game is over: player {' and '.join(leaders)} won."


def name(world: World, state, player: int, action: int) -> str:
    """The coins on each field: ``5-3-2``."""
    return "-".join(map(str, division(world, action)))


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The action that ``line`` stands for: ``5-3-2``, ``5 3 2`` or ``5, 3, 2``; else ValueError with a reason."""
    if not re.fullmatch(r"\s*\d{1,3}(?:\s*[-,\s]\s*\d{1,3})*\s*", line):
        raise ValueError(f"{line!r} is no division: give the coins on each field, as in 5-3-2.")
    coins = [int(number) for number in re.findall(r"\d+", line)]
    if len(coins) != world.fields:
        raise ValueError(f"{line!r} has {len(coins)} numbers, and there are {world.fields} fields.")
    if sum(coins) != world.coins:
        raise ValueError(f"{line!r} spends {sum(coins)} coins: spend all {world.coins}.")
    return np.flatnonzero((world.divisions == coins).all(axis=1)).tolist()

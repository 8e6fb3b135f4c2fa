"""The beauty contest in words."""

import numpy as np

from agora.envs.games.beauty_contest.rules import LOWEST, SHARE, World

PRIZES = (
    "The closest share a prize of 1 point.",
    "Each of the closest wins 1 point.",
    "Of the closest those with the lowest number win 1 point each; nobody does when all choose the same.",
)


def describe(world: World, state, player: int | None) -> str:
    """The rules and all rounds so far; nothing is hidden, so ``player`` only says who is addressed."""
    lines = [
        f"{world.players} players choose a whole number from {world.bottom} to {world.top}, all at once. The target is "
        f"{world.fraction:.4g} times the mean of all numbers. {PRIZES[world.ties]}"
    ]
    lines += [f"Round {played + 1}: {outcome(world, state, played)}" for played in range(state.played)]
    who = "" if player is None else f"You are player {player + 1}. "
    lines.append("The contest is over." if state.over else f"{who}Round {state.played + 1} of {world.rounds} is open.")
    return "\n".join(lines)


def outcome(world: World, state, played: int) -> str:
    """What a round's guesses were, its target and who won how much."""
    guesses = [int(guess) for guess in state.guesses[played]]
    earned = prizes(world, state, played)
    winners = [f"player {seat + 1}" for seat in np.flatnonzero(earned)]
    share = f" {earned.max():.3g} each" if world.ties == SHARE and len(winners) > 1 else ""
    middle = f"mean {mean(state, played):.2f}, target {target(world, state, played):.2f}"
    return f"numbers {', '.join(map(str, guesses))}; {middle}; {', '.join(winners) or 'nobody'} won{share}."


def mean(state, played: int) -> float:
    return float(state.guesses[played].mean())


def target(world: World, state, played: int) -> float:
    return world.fraction * mean(state, played)


def prizes(world: World, state, played: int) -> np.ndarray:
    """What everybody earned in a round, (P,)."""
    guesses = state.guesses[played].astype(np.int64)
    distance = np.abs(guesses - target(world, state, played))
    won = distance < distance.min() + 1e-6
    if world.ties == LOWEST:
        won &= (guesses == guesses[won].min()) & bool((guesses != guesses[0]).any())
    return won / won.sum() if world.ties == SHARE else won.astype(float)


def name(world: World, state, player: int, action: int) -> str:
    """What ``action`` is called: the number."""
    return str(int(action))


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The guess in ``line``; raises ValueError with a reason when it is none."""
    word = line.strip().lower().removeprefix("guess").strip()
    if not (word.isascii() and word.isdigit() and len(word) <= 9):
        raise ValueError(f"{line.strip()[:80]!r} is no guess: say a whole number from {world.bottom} to {world.top}.")
    if not world.bottom <= int(word) <= world.top:
        raise ValueError(f"{word} is not allowed: say a whole number from {world.bottom} to {world.top}.")
    return [int(word)]

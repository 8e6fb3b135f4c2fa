"""Measures of a game by their names, as ``Known.measure`` calls them: each takes a ``Game`` and gives one number."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from agora.agents.search.count import complete_games, distinct_states, perft
from agora.agents.solvers import best_response
from agora.agents.solvers.tree import TERMINAL, Tree, build
from agora.envs.api import CHANCE
from agora.envs.game import Game


def uniform(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
    """The policy that draws uniformly among legal actions: (L, O) and (L, A) to probabilities (L, A)."""
    return legal / legal.sum(axis=1, keepdims=True)


def games(game: Game, result: str = "all") -> int:
    """Complete games: ``all``, or those that player 0 ``won``, ``drew`` or ``lost``."""
    counts = dict(zip(("won", "drew", "lost"), complete_games(game), strict=True))
    return sum(counts.values()) if result == "all" else counts[result]


def nodes(game: Game, kind: str) -> int:
    """Histories of the game tree: ``chance``, ``decision`` or ``terminal``."""
    player = _tree(game).player
    counted = {"chance": player == CHANCE, "decision": player >= 0, "terminal": player == TERMINAL}
    return int(counted[kind].sum())


def infostates(game: Game, player: int | None = None) -> int:
    """Information states of ``player``, or of all."""
    owner = _tree(game).owner
    return len(owner) if player is None else int((owner == player).sum())


def nash_conv_uniform(game: Game) -> float:
    return best_response.nash_conv(_tree(game), uniform)


def exploitability_uniform(game: Game) -> float:
    return best_response.exploitability(_tree(game), uniform)


def return_uniform(game: Game, player: int = 0) -> float:
    """Expected return of ``player`` when all draw uniformly among their legal actions."""
    return float(best_response.expected_returns(_tree(game), uniform)[player])


def value(game: Game) -> float:
    """Player 0's return in equilibrium of a zero-sum game of two, by the sequence-form linear program."""
    from agora.agents.solvers.sequence_form import solve

    return solve(_tree(game)).value


def minimax(game: Game, position: str | None = None, slots: int = 1 << 22) -> float:
    """Player 0's return from ``position`` (by default the opening) on when both play perfectly, by alpha-beta.

    ``slots``: positions that the table holds, a power of two.
    """
    from agora.agents.search.alpha_beta import solve

    return solve(game, game.new() if position is None else game.position(position), slots)


MEASURES: dict[str, Callable[..., float]] = {
    "perft": perft,
    "states": distinct_states,
    "games": games,
    "nodes_chance": lambda game: nodes(game, "chance"),
    "nodes_decision": lambda game: nodes(game, "decision"),
    "nodes_terminal": lambda game: nodes(game, "terminal"),
    "infostates": infostates,
    "nash_conv_uniform": nash_conv_uniform,
    "exploitability_uniform": exploitability_uniform,
    "return_uniform": return_uniform,
    "value": value,
    "minimax": minimax,
}


def measure(game: Game, name: str | Callable[[Any], float], **arguments: Any) -> float:
    """What the measure ``name``, or a function of the game, finds; ValueError for an unknown name."""
    if callable(name):
        return float(name(game, **arguments))
    if name not in MEASURES:
        raise ValueError(f"There is no measure {name!r}; there are {', '.join(MEASURES)}.")
    return float(MEASURES[name](game, **arguments))


@lru_cache(maxsize=1)
def _tree(game: Game) -> Tree:
    """The tree of ``game``, kept for the next measure of the same object."""
    return build(game)

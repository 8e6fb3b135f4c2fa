"""What a game is worth when all players draw uniformly among their legal actions, by playing many games."""

from collections.abc import Mapping
from functools import cache
from math import sqrt
from typing import Any, NamedTuple

import agora.envs
from agora.envs.batch import Batch

MOST_MASKS = 50_000_000
"""Bytes that the masks of all games together may take; where there are many actions, fewer games are played."""


class Playouts(NamedTuple):
    returns: tuple[float, ...]
    """Mean return of each seat."""
    error: float
    """Standard error of these means, the largest one."""
    games: int
    """How many were played."""

    @property
    def how(self) -> str:
        """For the source of a reference."""
        return f"{self.games} games, standard error {self.error:.2g}"


def play_uniformly(id: str, options: Mapping[str, Any], games: int) -> Playouts:
    """Plays ``games`` games, or as many as MOST_MASKS allows, in which every player draws among its legal actions."""
    return _play(id, tuple(options.items()), games)


@cache
def _play(id: str, options: tuple[tuple[str, Any], ...], games: int) -> Playouts:
    game = agora.envs.game(id, **dict(options))
    spec = game.spec
    slots = spec.players if spec.turns == "simultaneous" else 1
    games = max(1, min(games, MOST_MASKS // (slots * spec.action.n)))
    batch = Batch(game, games, 0, autoreset="disabled", random_seats=[False, *[True] * (spec.players - 1)])
    while not batch.ended.all():
        batch.step(batch.sample())
    returns = batch.final_returns
    return Playouts(tuple(returns.mean(axis=0).tolist()), float(returns.std(axis=0).max() / sqrt(games)), games)

"""What a game is worth when both players draw uniformly among their legal actions, by playing many games."""

from collections.abc import Mapping
from math import sqrt
from typing import Any, NamedTuple

from agora.envs.batch import Batch
from agora.envs.game import Game


class Playouts(NamedTuple):
    mean: float
    """Mean return of player 0."""
    error: float
    """Standard error of the mean."""


def play_uniformly(id: str, package: str, options: Mapping[str, Any], games: int, seed: int = 0) -> Playouts:
    """Plays ``games`` games of the environment ``package`` in which every player draws among its legal actions."""
    game = Game(id, package, options)
    batch = Batch(game, games, seed, autoreset="disabled", random_seats=[False, *[True] * (game.spec.players - 1)])
    while not batch.ended.all():
        batch.step(batch.sample())
    returns = batch.final_returns[:, 0]
    return Playouts(float(returns.mean()), float(returns.std() / sqrt(games)))

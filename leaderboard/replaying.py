"""Recorded games played again, from their seeds and moves, without the agents: one loop for whoever needs them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from agora.envs.batch import Batch
from agora.envs.game import Game
from agora.leaderboard.match import Played, unpack


class UnfinishedError(ValueError):
    """Games are not over after their last move. ``games`` are their indices, ``steps`` the moves they have."""

    def __init__(self, games: list[int], steps: int):
        self.games, self.steps = games, steps
        super().__init__(f"{len(games)} of the games are not over after their {steps} moves.")


class Step(NamedTuple):
    """One decision in every game that was still going on."""

    states: np.recarray  # (G,) before it
    rewards: np.ndarray  # (G, P) for it


def replay(game: Game, played: Sequence[Played]) -> np.ndarray:
    """Plays the moves of G records again: the returns (G, P), equal to those recorded.

    Raises:
        UnfinishedError: there are fewer moves than the games need.
    """
    batch = batch_of(game, played)
    for _ in steps_again(batch, moves_of(game, played)):
        pass
    return batch.final_returns.copy()


def retrace(game: Game, played: Sequence[Played]) -> Iterator[Step]:
    """Plays the moves of G records again, one decision in every game at a time.

    Raises:
        UnfinishedError: there are fewer moves than the games need.
    """
    batch = batch_of(game, played)
    states = batch.states.copy()
    for _ in steps_again(batch, moves_of(game, played)):
        yield Step(states.view(np.recarray), batch.rewards.copy())
        states = batch.states.copy()


def batch_of(game: Game, played: Sequence[Played]) -> Batch:
    """The games of G records before their first moves."""
    seeds = np.array([one.seed for one in played], np.uint64)
    return Batch(game, len(played), seeds, autoreset="disabled", illegal="forfeit")


def moves_of(game: Game, played: Sequence[Played]) -> list[np.ndarray]:
    """The moves of each record, see ``match.unpack``."""
    return [unpack(one.moves, game.spec) for one in played]


def steps_again(batch: Batch, moves: Sequence[np.ndarray]) -> Iterator[int]:
    """Steps ``batch`` through the moves of each of its games, and yields the number of each step after it. Moves after
    the end of a game are left out.

    Raises:
        UnfinishedError: there are fewer moves than the games need.
    """
    lanes, step = np.arange(len(moves)), 0
    lengths = np.array([len(each) for each in moves])
    while len(lanes):
        short = lanes[lengths[lanes] == step]
        if len(short):
            raise UnfinishedError(short.tolist(), step)
        batch.step(np.stack([moves[lane][step] for lane in lanes.tolist()]), lanes)
        yield step
        step += 1
        lanes = lanes[~batch.ended[lanes]]

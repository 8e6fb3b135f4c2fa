"""Plays recorded games again, from their seeds and moves, and says what is not as it was recorded."""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from agora.envs.batch import Batch
from agora.envs.game import Game
from agora.leaderboard.conduct import assess
from agora.leaderboard.match import Played, final_metrics, unpack
from agora.leaderboard.replaying import UnfinishedError, batch_of, steps_again

FOLLOWING = ("steps", "ended", "faults", "metrics", "conduct")
"""What follows from seed and moves, beside the returns; of ``faults`` the seats."""


class Difference(NamedTuple):
    """Something that is not as it was recorded."""

    game: int
    """Index of the game."""
    what: str
    recorded: Any
    right: Any


def differences(game: Game, games: Sequence[Played]) -> Iterator[Difference]:
    """What is wrong with ``games``, whose seeds and seatings are right."""
    moves = [_moves(one, game) for one in games]
    for index, one in enumerate(games):
        if moves[index] is None:
            yield Difference(index, "moves", one.moves, "actions of this game, one for each step")
    if any(each is None for each in moves):
        return
    batch = batch_of(game, games)
    try:
        for _ in steps_again(batch, [each for each in moves if each is not None]):
            pass
    except UnfinishedError as error:
        yield from (Difference(lane, "steps", error.steps, "more: the game is not over") for lane in error.games)
        return
    again = [_came_of(batch, lane, one) for lane, one in enumerate(games)]
    if game.spec.players > 1:
        assess(game, again)
    for index, (one, same) in enumerate(zip(games, again, strict=True)):
        if np.array(one.returns).tobytes() != np.array(same.returns).tobytes():
            yield Difference(index, "returns", one.returns, same.returns)
        for name in FOLLOWING:
            if getattr(one, name) != getattr(same, name):
                yield Difference(index, name, getattr(one, name), getattr(same, name))


def _moves(one: Played, game: Game) -> np.ndarray | None:
    """The moves of a game; None if they are not moves of ``game``, or not as many as there were steps."""
    spec = game.spec
    seats = (spec.players,) if spec.turns == "simultaneous" else ()
    try:
        moves = unpack(one.moves, spec)
    except (ValueError, TypeError, OverflowError, zlib.error):
        return None
    shape = (one.steps, *seats, *getattr(spec.action, "shape", ()))
    return moves if moves.shape == shape else None


def _came_of(batch: Batch, lane: int, one: Played) -> Played:
    """``one`` with everything that follows from seed and moves as ``batch`` has it."""
    offenders = np.flatnonzero(batch.illegal[lane]).tolist()
    return msgspec.structs.replace(
        one,
        returns=batch.final_returns[lane].tolist(),
        steps=int(batch.final_steps[lane]),
        ended="forfeit" if offenders else "truncated" if batch.truncated[lane] else "terminated",
        faults={str(seat): one.faults.get(str(seat), "a cause") for seat in offenders},
        metrics=final_metrics(batch, lane, bool(offenders)),
        conduct=[],
    )

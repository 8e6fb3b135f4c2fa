"""A recorded match, step by step: what everybody saw who was to move, could do and did, and how it looked."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from agora.envs.api import Discrete
from agora.envs.canvas import picture
from agora.envs.game import Game
from agora.leaderboard.match import Played, unpack
from agora.leaderboard.replaying import replay, retrace

ALL = 240
"""Steps of a match up to which all of them are shown."""
SOME = 100
"""Steps that are shown of a longer one, evenly spread."""


class Move(NamedTuple):
    """What one seat did in a step."""

    seat: int
    view: str
    """What it saw, in words."""
    legal: list[str]
    """The names of its legal actions; none where actions are continuous."""
    taken: str
    """The name of its action; empty if it did not name a legal one."""
    first: str
    """What it would have done before its second thoughts; empty without."""


class Step(NamedTuple):
    """A decision."""

    number: int
    """From 1."""
    moves: list[Move]
    rewards: list[float]
    """(P,) for it."""
    drawing: str
    """Of the state before it, as a spectator sees it: SVG."""


class Replay(NamedTuple):
    """A match."""

    steps: list[Step]
    drawing: str
    """Of the last state."""
    view: str
    """The last state in words, for a spectator."""


def replayed(game: Game, played: Played) -> Replay:
    """Plays a recorded match again and notes what there was to see.

    Raises:
        ValueError: it does not go as it was recorded; the environment is not the one it was played in.
    """
    if replay(game, [played]).tolist() != [played.returns]:
        raise ValueError("played again, it ends otherwise")
    shown = shown_steps(played.steps)
    steps, moves = [], _judged(game, unpack(played.moves, game.spec))
    revised: dict[int, dict[int, int]] = {}
    for made, seat, first in played.revised:
        revised.setdefault(made + 1, {})[seat] = first
    for number, step in enumerate(retrace(game, [played]), start=1):
        state = step.states[0]
        if number in shown:
            done = list(_moves(game, state, moves[number - 1], revised.get(number, {})))
            steps.append(Step(number, done, step.rewards[0].tolist(), picture(game, state).svg()))
    last = _after(game, state, moves[-1], played)
    return Replay(steps, picture(game, last).svg(), game.words.describe(game.world, last, None))


def shown_steps(steps: int) -> set[int]:
    """The numbers of the steps that are shown of so many."""
    if steps <= ALL:
        return set(range(1, steps + 1))
    return set(np.linspace(1, steps, SOME).round().astype(int).tolist())


def _moves(game: Game, state: np.record, move: np.ndarray, revised: dict[int, int]) -> Iterator[Move]:
    mover = int(state.to_move)
    for seat in [mover] if mover >= 0 else range(game.spec.players):
        action = move if mover >= 0 else move[seat]
        legal = np.flatnonzero(game.legal(state, seat))
        names = [_name(game, state, seat, each) for each in legal.tolist()]
        if isinstance(game.spec.action, Discrete):
            taken = _name(game, state, seat, int(action)) if int(action) in legal else ""
        else:
            taken = "" if np.isnan(action).any() else _name(game, state, seat, action)
        first = _name(game, state, seat, revised[seat]) if revised.get(seat, -1) in legal else ""
        yield Move(seat, game.words.describe(game.world, state, seat), names, taken, first)


def _name(game: Game, state: np.record, seat: int, action: int | np.ndarray) -> str:
    return game.words.name(game.world, state, seat, action)


def _judged(game: Game, moves: np.ndarray) -> np.ndarray:
    """The moves as the engine takes them: numbers beyond the range of an action are the end of the range."""
    box = game.spec.action
    return moves if isinstance(box, Discrete) else moves.clip(box.low, box.high)


def _after(game: Game, state: np.record, move: np.ndarray, played: Played) -> np.record:
    """The state after the last move; who forfeited moved no more."""
    last = game.clone(state)
    if not played.faults:
        game.step(last, move)
        game.settle(last)
    return last

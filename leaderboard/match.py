"""Many games at once, in lock-step: agents and seeds in, records of games out.

A record holds everything a game was: seed, who sat where, moves and what came of them. ``replaying.py`` plays the moves
again without the agents and must give the same returns.
"""

import base64
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec
import numpy as np

from agora.agents.api import Agent
from agora.envs.api import Discrete, Spec
from agora.envs.batch import Batch
from agora.envs.game import Game
from agora.leaderboard.asking import Table

Ended = Literal["terminated", "truncated", "forfeit"]

_BEHIND = 1e-6  # how far a forfeit lies below the worst return, where it is decided who did better


class Played(msgspec.Struct, tag="game", tag_field="record", omit_defaults=True):
    """One game that was played."""

    deal: int
    """Which deal it was; the games of one deal are one unit of the statistics."""
    seed: int
    """Of the game's generator: the same seed is the same deal."""
    seating: list[int]
    """(P,) which agent sat in each seat."""
    returns: list[float]
    """(P,) per seat, in the unit of the environment."""
    steps: int
    """T, decisions made."""
    ended: Ended
    """By the rules, by the time limit, or because somebody forfeited."""
    moves: list[Any] | str
    """Discrete: (T,) ints, or (T, P) where all move at once. Continuous: see ``pack``."""
    faults: dict[str, str] = {}
    """Seat of whoever forfeited -> cause."""
    metrics: dict[str, float | None] = {}
    """What ``Game.metrics`` says of the final state; None where it has no finite value."""
    revised: list[tuple[int, int, int]] = []
    """Step, seat and first choice of the moves on which an agent said that it had second thoughts."""
    overspent: dict[str, tuple[int, int]] = {}
    """Seat -> moves that cost more than the agent's stated budget, and moves whose cost it reported."""
    conduct: list[dict[str, tuple[float, int]]] = []
    """(P,) see ``conduct.py``."""


def play(
    game: Game,
    agents: Sequence[Agent],
    seating: np.ndarray,
    seeds: np.ndarray,
    deals: np.ndarray | None = None,
    agent_seed: int = 0,
    on_ended: Callable[[int], None] | None = None,
) -> list[Played]:
    """Plays G games to their end, all at once.

    An agent that raises, or whose answer has another shape or type, forfeits the games it was asked about; the other
    games go on.

    Args:
        agents: who plays; each is asked once a step and seat for all its games.
        seating: (G, P) int, the index in ``agents`` of who sits in each seat.
        seeds: (G,) of the games.
        deals: (G,) the number that the records give each deal; None numbers the distinct seeds.
        agent_seed: from which every agent's own seed is derived.
        on_ended: called with the number of games that have just ended.

    Returns:
        (G,) records in the order given.

    Raises:
        JailError: the jail of an agent did not start, which is the judge's affair.
    """
    seating = np.asarray(seating, np.int64).reshape(len(seeds), game.spec.players)
    batch = Batch(game, len(seeds), np.asarray(seeds, np.uint64), autoreset="disabled", illegal="forfeit")
    table = Table(batch, agents, seating)
    table.start(agent_seed)
    history: list[np.ndarray] = []
    lanes = np.arange(len(seeds))
    while len(lanes):
        actions = table.decide(lanes)
        batch.step(actions, lanes)
        history.append(_spread(actions, lanes, len(seeds)))
        going_on = ~batch.ended[lanes]
        if on_ended is not None and not going_on.all():
            on_ended(int((~going_on).sum()))
        lanes = lanes[going_on]
    if deals is None:
        deals = np.unique(seeds, return_inverse=True)[1]
    return _records(batch, table, np.asarray(seeds), np.asarray(deals), history)


def _spread(actions: np.ndarray, lanes: np.ndarray, num_games: int) -> np.ndarray:
    """``actions`` (L, ...) as rows of (G, ...)."""
    if len(lanes) == num_games:
        return actions
    spread = np.zeros((num_games, *actions.shape[1:]), actions.dtype)
    spread[lanes] = actions
    return spread


def deciding_returns(games: Sequence[Played]) -> np.ndarray:
    """(G, P) returns to decide by who did better. Whoever forfeited stands behind those who got as little honestly: in
    a bargain without a deal all have nothing, and a crash is still no draw."""
    returns = np.array([game.returns for game in games], np.float64)
    for row, game in enumerate(games):
        for seat in game.faults:
            returns[row, int(seat)] -= _BEHIND
    return returns


def _records(
    batch: Batch,
    table: Table,
    seeds: np.ndarray,
    deals: np.ndarray,
    history: list[np.ndarray],
) -> list[Played]:
    steps = batch.final_steps.tolist()
    moves = _moves(batch.spec, history, steps)
    causes = _forfeits(batch, table.faults)
    ended: list[Ended] = ["truncated" if cut else "terminated" for cut in batch.truncated.tolist()]
    for lane in causes:
        ended[lane] = "forfeit"
    columns = zip(
        deals.tolist(),
        seeds.tolist(),
        table.seating.tolist(),
        batch.final_returns.tolist(),
        steps,
        ended,
        moves,
        strict=True,
    )
    return [
        Played(
            deal,
            seed,
            seats,
            returns,
            count,
            end,
            played,
            causes.get(lane, {}),
            final_metrics(batch, lane, lane in causes),
            table.revised.get(lane, []),
            table.overspent.get(lane, {}),
        )
        for lane, (deal, seed, seats, returns, count, end, played) in enumerate(columns)
    ]


def _forfeits(batch: Batch, faults: Mapping[tuple[int, int], str]) -> dict[int, dict[str, str]]:
    """Lane -> {seat: cause} of the games that ended with an answer that the referee did not take."""
    causes: dict[int, dict[str, str]] = {}
    for lane, seat in zip(*(axis.tolist() for axis in np.nonzero(batch.illegal)), strict=True):
        causes.setdefault(lane, {})[str(seat)] = faults.get((lane, seat), "illegal action")
    return causes


def final_metrics(batch: Batch, lane: int, forfeited: bool) -> dict[str, float | None]:
    """What ``Game.metrics`` says of the last state of a game, if the game measures anything; None where not finite."""
    if not hasattr(batch.game.reference_module, "metrics"):
        return {}
    try:
        measured = batch.game.metrics(batch.states[lane])
    except (ValueError, IndexError, ArithmeticError):
        if not forfeited:
            raise
        return {}  # a game that broke off early may have nothing to measure
    return {name: float(value) if np.isfinite(value) else None for name, value in measured.items()}


def _moves(spec: Spec, history: list[np.ndarray], steps: list[int]) -> list[Any]:
    by_game = np.stack(history, axis=1)  # (G, T, ...)
    if isinstance(spec.action, Discrete):
        return [moves[:count] for moves, count in zip(by_game.tolist(), steps, strict=True)]
    return [pack(moves[:count]) for moves, count in zip(by_game, steps, strict=True)]


def pack(moves: np.ndarray) -> str:
    """Continuous moves (T, K) or (T, P, K) as text: base64 of zlib of little-endian float32."""
    return base64.b64encode(zlib.compress(np.ascontiguousarray(moves, "<f4").tobytes(), 6)).decode()


def unpack(moves: list[Any] | str, spec: Spec) -> np.ndarray:
    """The moves of a record: (T,), (T, P), (T, K) or (T, P, K)."""
    if isinstance(moves, str):
        flat = np.frombuffer(zlib.decompress(base64.b64decode(moves)), "<f4").astype(np.float32)
        seats = (spec.players,) if spec.turns == "simultaneous" else ()
        return flat.reshape(-1, *seats, *getattr(spec.action, "shape", ()))
    return np.asarray(moves, np.int64)

"""How a game was played, move by move: measures beside its result.

Each measure is a sum and a count for every seat, so that tables can add them up over games and say how sure they are.

==================  =======================================================================================
``optimal``         moves that keep the exact value of the position, of those that could be searched to the end
``lost``            value given away a move, in the unit of the game, over the same moves
``invalid``         answers that no rule allows, of all decisions
``overspent``       moves that cost more than the agent's stated budget, of those whose cost it reported
``helped``          second thoughts that chose a better move than the first, of those that could be judged
``harmed``          second thoughts that chose a worse one
``slope``           what a round pays more than the round before, by least squares over the rounds of a game
==================  =======================================================================================

Positions are searched from the last one of a game backwards, until one takes more than ``POSITIONS`` for an action, in
zero-sum games of two with open information and without chance; of many games at once only the first ``SEARCHED``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from agora.agents.search.alpha_beta import AlphaBeta, action_values
from agora.envs.api import EVERYONE
from agora.envs.game import Game
from agora.leaderboard.match import Played
from agora.leaderboard.replaying import retrace

POSITIONS = 2_000
"""Searched for the value of one action at most."""

SEARCHED = 100
"""Games whose moves are compared with exact values, of those that are handed over at once; the first ones."""

ROUNDS = 3
"""Fewest rounds with a slope."""

Tally = dict[str, tuple[float, int]]
"""Measure -> sum and count."""


def assess(game: Game, played: Sequence[Played]) -> None:
    """Writes ``conduct`` into every record of ``played``, games of ``game``."""
    search, spec = _searcher(game), game.spec
    movers, rewards = [], []
    states: list[Any] = []  # before each step, where moves are to be judged
    for step in retrace(game, played):
        movers.append(step.states.to_move.copy())
        rewards.append(step.rewards)
        states.append(step.states[:SEARCHED].copy() if search is not None else None)
    who, paid = np.array(movers), np.array(rewards)  # (T, G) and (T, G, P)
    for lane, one in enumerate(played):
        tallies: list[Tally] = [{} for _ in range(spec.players)]
        _count_answers(one, who[: one.steps, lane], tallies)
        if search is not None and lane < SEARCHED:
            _judge_moves(search, one, [at[lane] for at in states[: one.steps]], tallies)
        if spec.turns == "simultaneous" and one.ended != "forfeit" and one.steps >= ROUNDS:
            for tally, slope in zip(tallies, slopes(paid[: one.steps, lane]), strict=True):
                tally["slope"] = (float(slope), 1)
        one.conduct = tallies


def _searcher(game: Game) -> AlphaBeta | None:
    spec = game.spec
    exact = spec.players == 2 and spec.payoff == "zero-sum" and spec.information == "perfect" and spec.chance == "none"
    return AlphaBeta(game) if exact and spec.turns == "sequential" else None


def slopes(rewards: np.ndarray) -> np.ndarray:
    """The least-squares slope (P,) of ``rewards`` (T, P) over the number of the round."""
    rounds = np.arange(len(rewards)) - (len(rewards) - 1) / 2
    return rounds @ rewards / (rounds @ rounds)


def _count_answers(one: Played, movers: np.ndarray, tallies: list[Tally]) -> None:
    """Counts answers from who moved at each step, (T,)."""
    for seat, tally in enumerate(tallies):
        decisions = int(((movers == seat) | (movers == EVERYONE)).sum())
        if decisions:
            tally["invalid"] = (float(str(seat) in one.faults), decisions)
        if str(seat) in one.overspent:
            over, reported = one.overspent[str(seat)]
            tally["overspent"] = (float(over), reported)


def _judge_moves(search: AlphaBeta, one: Played, states: Sequence[np.record], tallies: list[Tally]) -> None:
    """Compares moves, and the first thoughts before them, with exact values, from the end of the game backwards."""
    first_thoughts = {step: first for step, _, first in one.revised}
    for step in range(len(states) - 1, -1, -1):
        tally = tallies[int(states[step].to_move)]
        move = int(one.moves[step])
        values = action_values(search, states[step], POSITIONS)
        if values is None:
            return
        if not 0 <= move < len(values) or np.isnan(values[move]):
            continue  # the answer that forfeited the game
        lost = float(np.nanmax(values) - values[move])
        _add(tally, "optimal", lost == 0.0)
        _add(tally, "lost", lost)
        first = first_thoughts.get(step)
        if first is not None and 0 <= first < len(values):
            value = -np.inf if np.isnan(values[first]) else values[first]
            _add(tally, "helped", bool(values[move] > value))
            _add(tally, "harmed", bool(values[move] < value))


def _add(tally: Tally, measure: str, value: float) -> None:
    total, count = tally.get(measure, (0.0, 0))
    tally[measure] = (total + float(value), count + 1)

"""Agents at their seats: asks them for their moves, and judges the form of what they answer."""

import re
from collections.abc import Sequence

import numpy as np

from agora.agents.api import Agent, Report, ReportingAgent, as_actions
from agora.envs.api import Discrete, Spec
from agora.envs.batch import Batch
from agora.envs.seats import ask, memory_keys
from agora.leaderboard.jail.fault import Fault, JailError
from agora.leaderboard.schedules.units import derive

_CAUSE_LENGTH = 120  # characters of an exception's message that are kept


class Table:
    """The agents of many games that are played at once, each with its seats.

    Args:
        batch: the games, of which one is a lane.
        agents: who plays.
        seating: (G, P) int, the index in ``agents`` of who sits in each seat.
    """

    def __init__(self, batch: Batch, agents: Sequence[Agent], seating: np.ndarray):
        self.batch, self.agents, self.seating = batch, agents, seating
        self.faults: dict[tuple[int, int], str] = {}
        """(lane, seat) -> why the answer counts as a forfeit."""
        self.revised: dict[int, list[tuple[int, int, int]]] = {}
        """lane -> step, seat and first choice, where an agent changed its mind."""
        self.overspent: dict[int, dict[str, tuple[int, int]]] = {}
        """lane -> seat -> moves over the agent's budget, and moves whose cost it reported."""
        self._broken: dict[int, str] = {}  # agents that could not even start

    def start(self, seed: int) -> None:
        for index, agent in enumerate(self.agents):
            lanes, seats = np.nonzero(self.seating == index)
            if not len(lanes):
                continue
            keys = memory_keys(self.batch.spec, lanes, seats)
            try:
                agent.reset(self.batch.spec, keys, derive(seed, "agent", index))
            except JailError:
                raise
            except (Exception, SystemExit) as error:
                self._broken[index] = _cause(error)

    def decide(self, lanes: np.ndarray) -> np.ndarray:
        """What the movers in ``lanes`` (L,) do: (L,) or (L, K), with an axis P after L where all move at once."""
        spec = self.batch.spec
        if spec.turns == "simultaneous":
            columns = [
                self._decide_seat(lanes, np.ones(len(lanes), np.bool_), player) for player in range(spec.players)
            ]
            return np.stack(columns, axis=1)
        movers = self.batch.to_move[lanes]
        actions = refusals(spec, len(lanes))
        for player in np.unique(movers):
            theirs = movers == player
            actions[theirs] = self._decide_seat(lanes, theirs, int(player))[theirs]
        return actions

    def _decide_seat(self, lanes: np.ndarray, asked: np.ndarray, player: int) -> np.ndarray:
        """(L, ...) answers for ``player`` where ``asked`` (L,), and refusals elsewhere."""
        actions = refusals(self.batch.spec, len(lanes))
        sitting = self.seating[lanes, player]
        for index in np.unique(sitting[asked]):
            rows = np.flatnonzero(asked & (sitting == index))
            try:
                actions[rows] = self._answer(int(index), lanes[rows], player)
            except (Exception, SystemExit) as error:
                cause = self._broken.get(int(index)) or _cause(error)
                self.faults |= dict.fromkeys(((int(lane), player) for lane in lanes[rows]), cause)
        return actions

    def _answer(self, index: int, lanes: np.ndarray, player: int) -> np.ndarray:
        if index in self._broken:
            raise RuntimeError(self._broken[index])
        spec, agent = self.batch.spec, self.agents[index]
        actions = as_actions(ask(agent, self.batch, lanes, player), spec, len(lanes))
        if isinstance(agent, ReportingAgent):
            self._note(agent.report(), agent.budget, actions, lanes, player)
        return actions

    def _note(self, report: Report, budget: float, actions: np.ndarray, lanes: np.ndarray, player: int) -> None:
        """Keeps what an agent says of how it came to ``actions`` (L,)."""
        for row, lane in enumerate(lanes.tolist()):
            if report.first is not None and report.first[row] != actions[row]:
                step = int(self.batch.states[lane].steps)
                self.revised.setdefault(lane, []).append((step, player, int(report.first[row])))
            if report.cost is not None:
                over, reported = self.overspent.setdefault(lane, {}).get(str(player), (0, 0))
                self.overspent[lane][str(player)] = (over + int(report.cost[row] > budget), reported + 1)


def refusals(spec: Spec, games: int) -> np.ndarray:
    """(games,) or (games, K) actions that the referee takes as a forfeit."""
    if isinstance(spec.action, Discrete):
        return np.full(games, -1, np.int64)
    return np.full((games, *spec.action.shape), np.nan, np.float32)


def _cause(error: BaseException) -> str:
    """One line that is the same in every run: no trace, no addresses. A jailed agent's begins with the cause."""
    first_line = (str(error).splitlines() or [""])[0]
    message = re.sub(r"0x[0-9a-fA-F]+", "0x…", "".join(letter for letter in first_line if letter.isprintable()))
    name = error.cause if isinstance(error, Fault) else type(error).__name__
    return f"{name}: {message}"[:_CAUSE_LENGTH].rstrip(": ")

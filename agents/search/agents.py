"""Search as agents: ``search/NAME:BUDGET`` in any list of agents.

``BUDGET`` is a number of simulations or positions for every move (``search/mcts:200``), or milliseconds
(``search/mcts:50ms``). With a number the same seed gives the same moves; with milliseconds it depends on the machine.
"""

import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import agora.envs
from agora.agents.api import Agent, Needs, draw_rows
from agora.agents.search.alpha_beta import SLOTS, AlphaBeta, deepen
from agora.agents.search.information_set import InformationSetSearch
from agora.agents.search.mcts import TreeSearch
from agora.agents.search.update_equivalence import UpdateEquivalence
from agora.envs.api import EVERYONE, Spec

CHUNK = 64
"""Simulations between two looks at the clock."""

PER_MILLISECOND = 1000
"""Simulations that memory is kept for where the budget is a time."""


class Budget(NamedTuple):
    """What one move may cost."""

    simulations: int | None
    """Simulations or positions."""
    seconds: float | None

    @property
    def room(self) -> int:
        """Simulations to keep memory for: all, where they are counted."""
        return self.simulations or int(self.seconds * 1000 * PER_MILLISECOND)  # type: ignore[operator]


def read_budget(text: str) -> Budget:
    """``200`` or ``50ms``; ValueError for anything else, and for zero."""
    match = re.fullmatch(r"([1-9]\d{0,8})(ms)?", text)
    if match is None:
        raise ValueError(f"{text!r} is no budget: give simulations for each move, 200, or milliseconds, 50ms.")
    number = int(match[1])
    return Budget(None, number / 1000) if match[2] else Budget(number, None)


class MonteCarloAgent:
    """Plays the action that most simulations went through; where all choose at once, it draws as they were shared.

    It searches states where information is perfect and players take turns, else information sets.
    """

    needs: Needs = "states"

    def __init__(self, spec: Spec, budget: Budget):
        game = agora.envs.game(spec.id, **spec.options)
        on_states = spec.information == "perfect" and spec.turns == "sequential"
        self._search: TreeSearch | InformationSetSearch = (
            TreeSearch(game, budget.room) if on_states else InformationSetSearch(game, budget.room)
        )
        self._budget = budget
        self._everyone = spec.turns == "simultaneous"
        self._generator = np.random.default_rng(0)

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        actions = np.zeros(len(lanes), np.int64)
        for lane in range(len(lanes)):
            visits = self.visits(states[lane : lane + 1], legal[lane])
            actions[lane] = draw_rows(visits[None], self._generator)[0] if self._everyone else visits.argmax()
        return actions

    def visits(self, state: np.recarray, legal: np.ndarray) -> np.ndarray:
        """Simulations through each action (A,), for the player who moves in ``state`` (1,)."""
        if legal.sum() == 1:  # nothing to think about
            return legal.astype(np.int64)
        root, player = state.copy(), int(state.to_move[0])
        if self._everyone:
            root.to_move = EVERYONE
        self._search.start(int(self._generator.integers(2**63)))
        run(self._search, root, player, self._budget)
        return self._search.visits()


def run(search: TreeSearch | InformationSetSearch, root: np.ndarray, player: int, budget: Budget) -> None:
    """Simulates until ``budget`` or memory is used up."""
    if budget.seconds is None:
        search.run(root, player, budget.room)
        return
    stop = time.perf_counter() + budget.seconds
    while time.perf_counter() < stop and search.run(root, player, CHUNK) == CHUNK:
        pass


class AlphaBetaAgent:
    """Searches deeper and deeper; perfect where the budget reaches the end of every line.

    Among equally good moves it draws. With a budget of positions a decision depends on nothing before it; with one of
    time the table serves all decisions between two calls of ``reset``.
    """

    needs: Needs = "states"

    def __init__(self, spec: Spec, budget: Budget):
        game = agora.envs.game(spec.id, **spec.options)
        slots = 1 << (2 * budget.simulations).bit_length() if budget.simulations else SLOTS
        self._search = AlphaBeta(game, min(slots, SLOTS))
        self._budget = budget
        self._generator = np.random.default_rng(0)

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._search.forget(self._generator)

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        return np.array([self._decide(state) for state in states], np.int64)

    def _decide(self, state: np.record) -> int:
        if self._budget.simulations:
            self._search.forget(self._generator)
        return deepen(self._search, state, *self._budget)


SEARCHES: dict[str, Callable[[Spec, Budget], Agent]] = {
    "mcts": MonteCarloAgent,
    "alpha-beta": AlphaBetaAgent,
    "update-equivalence": UpdateEquivalence,
}


def make(name: str, spec: Spec) -> Agent:
    """The agent called ``search/NAME:BUDGET``; ValueError when there is none, or it cannot search ``spec``."""
    kind, _, budget = name.removeprefix("search/").partition(":")
    if kind not in SEARCHES:
        raise ValueError(f"There is no search {kind!r}: choose {' or '.join(f'search/{own}' for own in SEARCHES)}.")
    if not budget:
        raise ValueError(f"{name!r} has no budget: give simulations for each move, {name}:200, or time, {name}:50ms.")
    return SEARCHES[kind](spec, read_budget(budget))

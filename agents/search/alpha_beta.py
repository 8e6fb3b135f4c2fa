"""Minimax with alpha-beta pruning, a transposition table and iterative deepening, in compiled code.

For zero-sum games of two players with perfect information and without chance. Source: D. Knuth and R. Moore, "An
analysis of alpha-beta pruning", Artificial Intelligence 6, 1975; transposition tables: R. Greenblatt et al., 1967.

Positions are the same when all bytes of their states are, except the generator and the count of steps; they are told
apart by 64-bit hashes.
"""

import time
from typing import Any

import numpy as np

from agora.agents.search.room import check_walkable, kernel
from agora.envs.api import ENGINE_FIELDS
from agora.envs.game import Game

SLOTS = 1 << 20
"""Positions that the table of one search holds, 24 MB."""

_ENTRY = np.dtype([("key", "u8"), ("value", "f8"), ("kind", "i1"), ("depth", "i2"), ("choice", "i4")])


class AlphaBeta:
    """Exact search of one game; the table is kept from search to search, until ``forget``.

    Args:
        slots: positions that the table holds, a power of two.

    Raises:
        ValueError: the game is not one of two players, zero-sum, with perfect information and without chance.
    """

    def __init__(self, game: Game, slots: int = SLOTS):
        check_walkable(game)
        spec = game.spec
        if spec.players != 2 or spec.payoff != "zero-sum" or spec.information != "perfect":
            raise ValueError(
                f"{spec.id} has no minimax value: it is not a zero-sum game of two with open information. "
                "Take search/mcts, or a solver."
            )
        self.game = game
        self._kernel = kernel("alpha_beta", game)
        self._table = np.zeros(slots, _ENTRY).view(np.recarray)
        self._stack = allocate_stack(self._kernel, game)
        self._length = game.dtype.itemsize - np.dtype(ENGINE_FIELDS).itemsize

    def forget(self, generator: np.random.Generator) -> None:
        """Empties the table, so that nothing depends on earlier searches.

        Of moves that are equally good the first one tried is chosen: ``generator`` draws the order.
        """
        self._table.view(np.ndarray).view(np.uint8).fill(0)
        self._stack.history[:] = generator.random(self._stack.history.shape)

    def search(self, state: np.record, depth: int, budget: int = 1 << 62) -> int:
        """Searches ``state`` to ``depth`` plies; returns the positions visited, -1 if they would exceed ``budget``."""
        spec, stack = self.game.spec, self._stack
        stack.states[0] = state
        # Bounds of the whole return bound what is still to come as well, since these games pay at their end.
        window = spec.returns
        return int(
            self._kernel.search(
                self.game.world, stack, self._table, depth, self._length, budget, spec.max_steps, *window
            )
        )

    @property
    def value(self) -> float:
        """What the last search found, for the player to move."""
        return float(self._stack.best[0])

    @property
    def action(self) -> int:
        """The action that the last search found best."""
        return int(self._stack.choice[0])

    @property
    def exact(self) -> bool:
        """Whether the last search followed every line to its end."""
        return not self._stack.cut[0]


def allocate_stack(module: Any, game: Game) -> Any:
    """The ``Stack`` of the compiled ``module``, long enough for the longest game."""
    plies, actions, players = game.spec.max_steps + 1, game.spec.action.n, game.spec.players
    states = np.zeros(plies, game.dtype).view(np.recarray)
    whole, real, flag = np.int64, np.float64, np.bool_
    kinds = {"key": np.uint64, "alpha": real, "beta": real, "low": real, "best": real, "earned": real, "cut": flag}
    rows = ("mover", "key", "alpha", "beta", "low", "best", "choice", "hint", "tried", "earned", "cut")
    return module.Stack(
        states=states,
        state_bytes=states.view(np.ndarray).view(np.uint8).reshape(plies, -1),
        masks=np.zeros((plies, actions), np.bool_),
        history=np.zeros((players, actions)),
        actions=np.zeros(players, np.int64),
        rewards=np.zeros(players),
        **{name: np.zeros(plies, kinds.get(name, whole)) for name in rows},
    )


def solve(game: Game, state: np.record | None = None, slots: int = 1 << 22) -> float:
    """Player 0's return from ``state`` on (by default the opening) in perfect play; errors as ``AlphaBeta``.

    It searches deeper and deeper, since what a search finds orders the moves of the next one, until every line has
    come to its end or the best or the worst return is certain: a line that is cut counts as 0.
    """
    state = game.new() if state is None else state
    search = AlphaBeta(game, slots)
    for depth in range(1, game.spec.max_steps + 1):
        search.search(state, depth)
        if search.exact or search.value in game.spec.returns:
            break
    return search.value if state.to_move == 0 else -search.value


def action_values(search: AlphaBeta, state: np.record, budget: int = 1 << 62) -> np.ndarray | None:
    """The exact value (A,) of each action for the player to move, NaN where illegal; None when over ``budget``.

    ``budget`` counts positions visited, for each action.
    """
    game = search.game
    values = np.full(game.spec.action.n, np.nan)
    mover = int(state.to_move)
    for action in np.flatnonzero(game.legal(state)):
        after = game.clone(state)
        values[action] = game.step(after, action)[mover]
        if not after.over and after.steps < game.spec.max_steps:
            if search.search(after, game.spec.max_steps, budget) < 0:
                return None
            values[action] += search.value if after.to_move == mover else -search.value
    return values


def deepen(search: AlphaBeta, state: np.record, nodes: int | None, seconds: float | None) -> int:
    """The best action found by searching one ply deeper and deeper within ``nodes`` positions or ``seconds``."""
    start, left, depth = time.perf_counter(), nodes or 1 << 62, 0
    chosen = int(np.flatnonzero(search.game.legal(state))[0])
    while depth < search.game.spec.max_steps and left > 0:
        depth += 1
        visited = search.search(state, depth, left)
        if visited < 0:
            break
        chosen, left = search.action, left - visited
        if search.exact or (seconds is not None and time.perf_counter() - start > seconds / 3):
            break
    return chosen

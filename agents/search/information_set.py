"""Information-set Monte Carlo tree search: UCT where players do not know the state, in compiled code.

Every simulation starts from another state that the searching player cannot tell from the true one, drawn by the game's
``resample``, and everybody chooses by the statistics of their own information sets (all that they have seen and done
since the search began). Source: P. Cowling, E. Powley and D. Whitehouse, "Information set Monte Carlo tree search",
IEEE Transactions on Computational Intelligence and AI in Games 4, 2012, with a tree for every player. Where all
choose at once they match regrets, since the best choice may be a mixed one.
"""

from typing import Any

import numpy as np

from agora.agents.search.mcts import EXPLORATION, allocate_room
from agora.agents.search.room import kernel
from agora.envs.api import Discrete
from agora.envs.game import Game


class InformationSetSearch:
    """Search in one game; memory is kept between searches.

    Raises:
        ValueError: actions are continuous.
    """

    def __init__(self, game: Game, simulations: int):
        spec = game.spec
        if not isinstance(spec.action, Discrete):
            raise ValueError(f"{spec.id} cannot be searched: its actions are continuous.")
        self.game = game
        self._kernel = kernel("monte_carlo", game)
        deciders = spec.players if spec.turns == "simultaneous" else 1
        self._sets = allocate_sets(self._kernel, spec.action.n, (simulations + 2) * deciders)
        self._room = allocate_room(game)
        self._view = allocate_view(self._kernel, game)
        low, high = spec.returns
        self._exploration = EXPLORATION * (high - low) / 2
        self._player = 0

    def start(self, seed: int) -> None:
        """Forgets the last search."""
        sets = self._sets
        for numbers in (sets.visits, sets.available, sets.total, sets.mean, sets.times):
            numbers[: sets.used[0]] = 0
        sets.key[:] = 0
        sets.used[0] = 0
        self._room.rng[0] = seed

    def run(self, root: np.ndarray, player: int, simulations: int) -> int:
        """Makes ``simulations`` more for ``player``, who decides in the state ``root`` (1,); fewer when memory is full.
        Returns how many."""
        self._player = player
        return int(
            self._kernel.search_sets(
                self.game.world,
                self._sets,
                self._room,
                self._view,
                root,
                player,
                simulations,
                self._exploration,
                self.game.spec.max_steps,
            )
        )

    def visits(self) -> np.ndarray:
        """Simulations through each action of the searching player at the root, (A,)."""
        node = self._player if self.game.spec.turns == "simultaneous" else 0  # nodes are numbered as they are met
        return self._sets.visits[node].astype(np.int64)


def allocate_sets(module: Any, actions: int, nodes: int) -> Any:
    """``InformationSets`` of the compiled ``module`` for ``nodes`` nodes; the hash table is at most half full."""
    slots = 1 << (2 * nodes - 1).bit_length()
    return module.InformationSets(
        used=np.zeros(1, np.int64),
        key=np.zeros(slots, np.uint64),
        node=np.zeros(slots, np.int32),
        visits=np.zeros((nodes, actions), np.int32),
        available=np.zeros((nodes, actions), np.int32),
        total=np.zeros((nodes, actions)),
        mean=np.zeros(nodes),
        times=np.zeros(nodes, np.int64),
    )


def allocate_view(module: Any, game: Game) -> Any:
    record = np.zeros(1, game.spec.observation_record).view(np.recarray)
    unsigned = f"u{np.dtype(game.spec.observation_dtype).itemsize}"
    return module.View(
        blank=np.zeros(1, game.spec.observation_record).view(np.recarray),
        record=record,
        numbers=record.view(np.ndarray).view(unsigned),
    )

"""Monte Carlo tree search with upper confidence bounds (UCT) and uniformly random playouts, in compiled code.

Source: L. Kocsis and C. Szepesvari, "Bandit based Monte-Carlo planning", ECML 2006; C. Browne et al., "A survey of
Monte Carlo tree search methods", 2012. Any number of players (each maximises its own return), explicit chance, perfect
information; games with hidden information are searched by ``information_set.py``.
"""

import math
from types import ModuleType
from typing import Any

import numpy as np

from agora.agents.search.room import kernel
from agora.envs.api import Discrete
from agora.envs.game import Game

EXPLORATION = math.sqrt(2)  # times half the range of returns

LARGEST_TREE = 1 << 26
"""Nodes of a tree at most, 2 GB; a search that has used them up stops."""


class TreeSearch:
    """UCT for one game; memory is kept between searches.

    Raises:
        ValueError: actions are continuous, players choose at once, or chance is not explicit.
    """

    def __init__(self, game: Game, simulations: int):
        check_searchable(game)
        self.game = game
        self._kernel = kernel("monte_carlo", game)
        self._tree = allocate_tree(self._kernel, game, simulations)
        self._room = allocate_room(game)
        low, high = game.spec.returns
        self._exploration = EXPLORATION * (high - low) / 2

    def start(self, seed: int) -> None:
        """Forgets the last search."""
        self._tree.used[0] = 1
        for numbers in (self._tree.visits, self._tree.total, self._tree.children):
            numbers[0] = 0
        self._room.rng[0] = seed

    def run(self, root: np.ndarray, player: int, simulations: int) -> int:
        """Makes ``simulations`` more for ``player``, who moves in the state ``root`` (1,); fewer when memory is full.
        Returns how many."""
        return int(
            self._kernel.search(
                self.game.world, self._tree, self._room, root, simulations, self._exploration, self.game.spec.max_steps
            )
        )

    def visits(self) -> np.ndarray:
        """Simulations through each action at the root, (A,)."""
        tree, counts = self._tree, np.zeros(self.game.spec.action.n, np.int64)
        children = slice(int(tree.first[0]), int(tree.first[0] + tree.children[0]))
        counts[tree.action[children]] = tree.visits[children]
        return counts


def check_searchable(game: Game) -> None:
    spec = game.spec
    if not isinstance(spec.action, Discrete):
        raise ValueError(f"{spec.id} cannot be searched: its actions are continuous.")
    if spec.turns != "sequential":
        raise ValueError(f"{spec.id} cannot be searched as a tree of states: its players choose at once.")


def allocate_tree(module: ModuleType, game: Game, simulations: int) -> Any:
    size = min(LARGEST_TREE, 1 + (simulations + 2) * (game.spec.action.n + game.spec.chance_outcomes))
    return module.SearchTree(
        used=np.zeros(1, np.int64),
        visits=np.zeros(size, np.int32),
        total=np.zeros(size),
        first=np.zeros(size, np.int32),
        children=np.zeros(size, np.int32),
        action=np.zeros(size, np.int32),
        mover=np.zeros(size, np.int8),
    )


def allocate_room(game: Game) -> np.recarray:
    """What one simulation works in, (1,): a record, so that the compiler knows the length of every array."""
    spec = game.spec
    plies = 2 + 2 * spec.max_steps * (spec.players if spec.turns == "simultaneous" else 1)
    return np.zeros(
        1,
        [
            ("state", game.dtype),
            ("mask", "u1", (spec.action.n,)),
            ("probabilities", "f8", (spec.chance_outcomes,)),
            ("actions", "i8", (spec.players,)),
            ("rewards", "f8", (spec.players,)),
            ("returns", "f8", (spec.players,)),  # of the simulation
            ("path", "i4", (plies,)),  # nodes of the simulation
            ("taken", "i4", (plies,)),  # what was chosen there, in information sets
            ("chooser", "i1", (plies,)),  # and by whom
            ("chance", "f8", (plies,)),  # with which probability, where all choose at once, else 0
            ("memory", "u8", (spec.players,)),  # stands for what each has seen and done, in information sets
            ("rng", "u8"),  # the generator of the search
        ],
    ).view(np.recarray)

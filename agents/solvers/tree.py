"""The whole tree of a small game as arrays: exact solvers stand on it.

Nodes are numbered as they are met going down, the lower action first, so a node comes after its parent and before its
next sibling. An information state is all that a player has observed and done at its own decisions: it has perfect
recall, whatever its present observation leaves out. Where players move at once, each has a node of its own, in the
order of the seats, and is not shown what the others choose. Letters: ``N`` nodes, ``I`` information states, ``P``
players, ``A`` actions, ``O`` observation numbers. A decision, one action in one information state, is the number
``infostate * A + action``; solvers keep a number a decision, and one more at the end, where ``NONE`` (-1) points: the
player's empty sequence, before its first decision.
"""

from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from agora.agents.solvers import walk
from agora.agents.solvers.sequences import SequenceForm, chance_reach
from agora.envs.api import CHANCE, EVERYONE, Discrete
from agora.envs.game import Game
from agora.envs.jit import compiled

TERMINAL: Final = walk.TERMINAL
"""``Tree.player`` where the game is over."""

NONE: Final = walk.NONE
"""No node, no information state, no decision."""

LIMIT: Final = 10_000_000
"""Nodes that ``build`` allows unless told otherwise."""

MEMORY: Final = 4_000_000_000
"""Bytes that ``build`` allows unless told otherwise."""


HOPELESS: Final = 100
"""An estimate of the nodes that is this many times a limit is too high once in a hundred games at most (Markov)."""


class Tree(NamedTuple):
    """All that can happen in a game."""

    id: str
    parent: np.ndarray
    """(N,) int32, node before; NONE at the root, which is node 0."""
    action: np.ndarray
    """(N,) int32, the action, or the outcome of chance, that led here."""
    player: np.ndarray
    """(N,) int8, who moves: a player, CHANCE or TERMINAL."""
    infostate: np.ndarray
    """(N,) int32, the mover's information state, NONE where nobody decides."""
    nature: np.ndarray
    """(N,) float64, probability of the edge from ``parent`` if chance moved there, else 1."""
    returns: np.ndarray
    """(N, P) float64, rewards from the root to here, in the game's unit."""
    latest: np.ndarray
    """(N, P) int32, each player's last decision on the way here, NONE before the first."""
    owner: np.ndarray
    """(I,) int8, the player of each information state."""
    before: np.ndarray
    """(I,) int32, the owner's decision before this one, in a lower information state; NONE if this is the first."""
    rank: np.ndarray
    """(I,) int32, how many decisions the owner has made before this one."""
    observation: np.ndarray
    """(I, O)"""
    legal: np.ndarray
    """(I, A) bool"""
    form: SequenceForm
    """The same for solvers: ends and information states without the nodes between."""

    @property
    def players(self) -> int:
        return self.returns.shape[1]


class Estimate(NamedTuple):
    """How large a tree is about, by random probing; see ``estimate``."""

    nodes: float
    error: float
    """Standard error of ``nodes``, as far as the probes show it."""


def build(game: Game, limit: int = LIMIT, memory: int = MEMORY) -> Tree:
    """Walks all of ``game``, a million nodes in about a second.

    Raises:
        ValueError: actions are continuous, chance is drawn inside the rules, there are more than ``limit`` nodes or
            they need more than ``memory`` bytes (the message estimates how many, and how much), or the legal actions
            differ within an information state.
    """
    _check(game)
    walker = _Walker(game, limit, memory)
    walker.run()
    return walker.tree()


def estimate(game: Game, probes: int = 200, seed: int = 0) -> Estimate:
    """Estimates the number of nodes: 1, plus the products of the numbers of moves along a random line, is right in
    the mean. Most probes are far too low and a few far too high, so it is the magnitude that can be relied on.

    Source: D. Knuth, "Estimating the efficiency of backtrack programs", Mathematics of Computation 29, 1975.
    """
    generator = np.random.default_rng(seed)
    with np.errstate(over="ignore"):
        found = np.array([_probe(game, generator) for _ in range(probes)])
        if not np.isfinite(found.mean()):  # more than a float can hold
            return Estimate(np.inf, np.inf)
        return Estimate(float(found.mean()), float(found.std() / np.sqrt(probes)))


def _probe(game: Game, generator: np.random.Generator) -> np.float64:
    state = game.new()
    total = width = np.float64(1)
    while not (state.over or state.steps >= game.spec.max_steps):
        taken = []
        for moves in _moves(game, state):
            width = width * len(moves)
            total += width
            taken.append(generator.choice(moves))
        game.step(state, taken if state.to_move == EVERYONE else taken[0])
    return total


def _moves(game: Game, state: np.record) -> list[np.ndarray]:
    """The moves of chance, of the player to move, or of each player."""
    if state.to_move == CHANCE:
        return [np.flatnonzero(game.chance(state))]
    movers = range(game.spec.players) if state.to_move == EVERYONE else [int(state.to_move)]
    return [np.flatnonzero(game.legal(state, player)) for player in movers]


def _check(game: Game) -> None:
    spec = game.spec
    if not isinstance(spec.action, Discrete):
        raise ValueError(f"{spec.id} has no tree: its actions are continuous; take discrete options.")
    if spec.chance == "sampled":
        raise ValueError(f"{spec.id} has no tree: its chance is drawn inside the rules, so it cannot be enumerated.")


_FIRST_ROOM = 1 << 10
_PROBE_AT = 1 << 19  # nodes after which a look ahead is worth its time


class _Walker:
    """Gives the compiled walk the room it asks for."""

    def __init__(self, game: Game, limit: int, memory: int):
        self.game, self.limit, self.memory = game, limit, memory
        self.walk: Any = compiled(Path(walk.__file__), game.rules)
        players, self.actions = game.spec.players, game.spec.action.n
        room = max(_FIRST_ROOM, 4 * max(self.actions, game.spec.chance_outcomes))
        self.pending = self.walk.Pending(
            states=np.zeros(room, game.dtype).view(np.recarray),
            parent=np.full(room, NONE, np.int32),
            action=np.full(room, NONE, np.int32),
            nature=np.ones(room),
            returns=np.zeros((room, players)),
            latest=np.full((room, players), NONE, np.int32),
            given=np.zeros((room, players), np.int64),
            chosen=np.zeros(room, np.int32),
        )
        first = min(room, limit)
        self.nodes = self.walk.Nodes(
            parent=np.zeros(first, np.int32),
            action=np.zeros(first, np.int32),
            player=np.zeros(first, np.int8),
            infostate=np.zeros(first, np.int32),
            nature=np.zeros(first),
            returns=np.zeros((first, players)),
            latest=np.zeros((first, players), np.int32),
        )
        self.known = self._known(room, room)
        self.room = self.walk.Room(
            states=np.zeros(1, game.dtype).view(np.recarray),
            probabilities=np.zeros(game.spec.chance_outcomes),
            given=np.zeros(players, np.int64),
            earned=np.zeros(players),
        )
        self.count = np.rec.fromrecords(
            [(0, 1, 0, NONE)], dtype=[("nodes", "i8"), ("pending", "i8"), ("infostates", "i8"), ("offender", "i8")]
        )[0]
        self.pending.states[0] = game.new()

    def _known(self, room: int, slots: int) -> Any:
        spec = self.game.spec
        rows = np.zeros(room, spec.observation_record).view(np.recarray)
        word = np.uint32 if spec.observation_dtype == "float32" else np.uint8
        return self.walk.Known(
            owner=np.zeros(room, np.int8),
            before=np.zeros(room, np.int32),
            rank=np.zeros(room, np.int32),
            legal=np.zeros((room, self.actions), np.bool_),
            rows=rows,
            words=rows.view(np.ndarray).view(word).reshape(room, -1),
            blank=np.zeros(1, spec.observation_record).view(np.recarray),
            table=np.full(1 << (2 * slots - 1).bit_length(), NONE, np.int32),
        )

    def run(self) -> None:
        while True:
            why = self.walk.walk(
                self.game.world, self.pending, self.nodes, self.known, self.room, self.count, self.game.spec.max_steps
            )
            if why in (walk.NODES_FULL, walk.PENDING_FULL, walk.INFOSTATES_FULL):
                self._check_room()
            if why == walk.NODES_FULL:
                self._more_nodes()
            elif why == walk.PENDING_FULL:
                self.pending = self.walk.Pending(*(_longer(array, 2 * len(array)) for array in self.pending))
            elif why == walk.INFOSTATES_FULL:
                self._more_infostates()
            elif why == walk.LEGAL_DIFFERS:
                raise ValueError(
                    f"{self.game.spec.id}: legal actions say more than the observation of player {self.count.offender}."
                )
            else:
                return

    def _check_room(self) -> None:
        """Refuses to go on where twice the room would be too much; some array is about to be doubled."""
        room = sum(array.nbytes for arrays in (self.pending, self.nodes, self.known) for array in arrays)
        if 2 * room > self.memory:
            self._refuse(f"needs more than {self.memory / 1e9:.2g} GB", estimate(self.game))

    def _more_nodes(self) -> None:
        have = len(self.nodes.parent)
        if have >= self.limit:
            self._refuse(f"has more than {self.limit} nodes", estimate(self.game))
        if have == _PROBE_AT and (ahead := estimate(self.game)).nodes > HOPELESS * self.limit:
            self._refuse(f"has more than {self.limit} nodes", ahead)
        self.nodes = self.walk.Nodes(*(_longer(array, min(2 * have, self.limit)) for array in self.nodes))

    def _refuse(self, what: str, size: Estimate) -> None:
        nodes = max(size.nodes, float(self.count.nodes))
        each = sum(array[:1].nbytes for array in self.nodes)
        state = sum(array[:1].nbytes for array in self.known[:5])
        memory = nodes * (each + state * self.count.infostates / self.count.nodes)
        about = (
            f"about {nodes:.1g} nodes, which take {memory / 1e9:.2g} GB" if np.isfinite(memory) else "beyond counting"
        )
        raise ValueError(
            f"{self.game.spec.id} {what}: by random probing {about}. Give a smaller game or a larger limit."
        )

    def _more_infostates(self) -> None:
        old, have = self.known, int(self.count.infostates)
        room = 2 * len(old.owner)
        if room * self.actions >= 1 << 31:
            raise ValueError(f"{self.game.spec.id} has more than {have} information states: give a smaller game.")
        self.known = self._known(room, room)
        for new, before in zip(self.known[:5], old[:5], strict=True):
            new[:have] = before[:have]
        self.walk.enter_all(self.known, have)

    def tree(self) -> Tree:
        count, known = int(self.count.infostates), self.known
        nodes = self.walk.Nodes(*(array[: self.count.nodes].copy() for array in self.nodes))
        owner, before, rank, legal = (array[:count].copy() for array in known[:4])
        ends = nodes.player == TERMINAL
        reach = np.zeros(len(ends))
        chance_reach(nodes.parent, nodes.nature, reach)
        payoff = reach[ends, None] * nodes.returns[ends]
        form = SequenceForm(owner, before, legal, nodes.latest[ends], payoff)
        observation = _flat(known.rows[:count], self.game)
        return Tree(*(self.game.spec.id, *nodes, owner, before, rank, observation, legal, form))


def _longer(array: np.ndarray, length: int) -> Any:
    longer = np.zeros((length, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer.view(type(array))


def _flat(rows: np.recarray, game: Game) -> np.ndarray:
    spec = game.spec
    return rows.view(np.ndarray).view(spec.observation_dtype).reshape(len(rows), spec.observation_size).copy()

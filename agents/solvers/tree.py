"""The whole tree of a small game as arrays: exact solvers stand on it.

Nodes are numbered in the order of their depth, so one pass over ``levels`` carries numbers from the root to the leaves
without a loop over nodes. An information state is all that a player has observed and done at its own decisions: it has
perfect recall, whatever its present observation leaves out. Letters: ``N`` nodes, ``I`` information states, ``P``
players, ``A`` actions, ``O`` observation numbers. A decision, one action in one information state, is the number
``infostate * A + action``.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from agora.envs.api import CHANCE, Discrete
from agora.envs.game import Game

TERMINAL: Final = -3
"""``Tree.player`` where the game is over."""

NONE: Final = -1
"""No node, no information state, no decision."""


class Tree(NamedTuple):
    """All that can happen in a game."""

    id: str
    parent: np.ndarray
    """(N,) node before; NONE at the root, which is node 0."""
    action: np.ndarray
    """(N,) the action, or the outcome of chance, that led here."""
    player: np.ndarray
    """(N,) who moves: a player, CHANCE or TERMINAL."""
    infostate: np.ndarray
    """(N,) the mover's information state, NONE where nobody decides."""
    nature: np.ndarray
    """(N,) probability of the edge from ``parent`` if chance moved there, else 1."""
    returns: np.ndarray
    """(N, P) rewards from the root to here, in the game's unit."""
    latest: np.ndarray
    """(N, P) each player's last decision on the way here, NONE before the first."""
    levels: tuple[slice, ...]
    """The nodes of each depth, from the root on."""
    owner: np.ndarray
    """(I,) the player of each information state."""
    before: np.ndarray
    """(I,) the owner's decision before this one; NONE if this is the first."""
    rank: np.ndarray
    """(I,) how many decisions the owner has made before this one."""
    observation: np.ndarray
    """(I, O)"""
    legal: np.ndarray
    """(I, A) bool"""


def build(game: Game, limit: int = 1_000_000) -> Tree:
    """Walks all of ``game``, some 0.1 milliseconds a node.

    Raises:
        ValueError: players move at once, actions are continuous, chance is drawn inside the rules, there are more than
            ``limit`` nodes, or the legal actions differ within an information state.
    """
    _check(game)
    players = game.spec.players
    states, parents, actions, nature, depths = {0: game.new()}, [NONE], [NONE], [1.0], [0]
    returns, latest = [np.zeros(players)], [(NONE,) * players]
    movers: list[int] = []
    infostates: list[int] = []
    known = _InformationStates(game)
    while len(movers) < len(parents):
        node = len(movers)
        state = states.pop(node)
        mover = _mover(game, state)
        infostate = known.number(state, mover, latest[node][mover]) if mover >= 0 else NONE
        movers.append(mover)
        infostates.append(infostate)
        for action, probability in _moves(game, state, mover):
            after = game.clone(state)
            returns.append(returns[node] + game.step(after, action))
            states[len(parents)] = after
            parents.append(node)
            actions.append(action)
            nature.append(probability)
            depths.append(depths[node] + 1)
            latest.append(_with(latest[node], mover, known.decision(infostate, action)))
        if len(parents) > limit:
            raise ValueError(f"{game.spec.id} has more than {limit} nodes: give a smaller game or a larger limit.")
    cuts = np.searchsorted(depths, np.arange(depths[-1] + 2))
    return Tree(
        id=game.spec.id,
        parent=np.array(parents),
        action=np.array(actions),
        player=np.array(movers),
        infostate=np.array(infostates),
        nature=np.array(nature),
        returns=np.array(returns),
        latest=np.array(latest),
        levels=tuple(slice(int(start), int(stop)) for start, stop in pairwise(cuts)),
        owner=np.array(known.owner),
        before=np.array(known.before),
        rank=np.array(known.rank),
        observation=np.array(known.observation),
        legal=np.array(known.legal),
    )


def _check(game: Game) -> None:
    spec = game.spec
    if spec.turns != "sequential":
        raise ValueError(f"{spec.id} has no tree here: its players move at once, and only games of turns are walked.")
    if not isinstance(spec.action, Discrete):
        raise ValueError(f"{spec.id} has no tree: its actions are continuous; take discrete options.")
    if spec.chance == "sampled":
        raise ValueError(f"{spec.id} has no tree: its chance is drawn inside the rules, so it cannot be enumerated.")


def _mover(game: Game, state: np.record) -> int:
    return TERMINAL if state.over or state.steps >= game.spec.max_steps else int(state.to_move)


def _moves(game: Game, state: np.record, mover: int) -> Iterator[tuple[int, float]]:
    """What can happen next, each with its probability if chance moves, else with 1."""
    if mover == CHANCE:
        probabilities = game.chance(state)
        yield from ((int(outcome), float(probabilities[outcome])) for outcome in np.flatnonzero(probabilities))
    elif mover >= 0:
        yield from ((int(action), 1.0) for action in np.flatnonzero(game.legal(state)))


def _with(latest: tuple[int, ...], mover: int, decision: int) -> tuple[int, ...]:
    return latest if mover < 0 else (*latest[:mover], decision, *latest[mover + 1 :])


class _InformationStates:
    """Information states in the order in which they are met."""

    def __init__(self, game: Game):
        self._game = game
        self._actions = game.spec.action.n
        self._numbers: dict[tuple[int, int, bytes], int] = {}
        self.owner: list[int] = []
        self.before: list[int] = []
        self.rank: list[int] = []
        self.observation: list[np.ndarray] = []
        self.legal: list[np.ndarray] = []

    def decision(self, infostate: int, action: int) -> int:
        return infostate * self._actions + action

    def number(self, state: np.record, player: int, before: int) -> int:
        """The number of the information state that ``player`` is in, after its decision ``before``."""
        observation, legal = self._game.observe(state, player), self._game.legal(state)
        key = (player, before, observation.tobytes())
        if key not in self._numbers:
            self._numbers[key] = len(self.owner)
            self.owner.append(player)
            self.before.append(before)
            self.rank.append(0 if before == NONE else self.rank[before // self._actions] + 1)
            self.observation.append(observation)
            self.legal.append(legal)
        number = self._numbers[key]
        if not np.array_equal(self.legal[number], legal):
            raise ValueError(f"{self._game.spec.id}: legal actions say more than the observation of player {player}.")
        return number

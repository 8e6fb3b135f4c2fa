"""Monte Carlo counterfactual regret minimisation: each iteration sees a sample of the tree.

External sampling tries all actions of the player that learns and draws those of chance and the others. Outcome
sampling draws a single line, the learner's actions with some exploration, and corrects by importance weights. The
average over iterations goes to an equilibrium in zero-sum games of two.
Source: M. Lanctot, K. Waugh, M. Zinkevich, M. Bowling, "Monte Carlo sampling for regret minimization in extensive
games", NIPS 2009; averages as in M. Lanctot's thesis (Alberta 2013): in external sampling of the player before, in
outcome sampling of the learner with importance weights.
"""

from typing import NamedTuple

import numpy as np

from agora.agents.solvers.sampling import draw_child, paths, stream
from agora.agents.solvers.sequences import kernel, match_regret, normalised, rule
from agora.agents.solvers.tree import TERMINAL, Tree


class _Memory(NamedTuple):
    legal: np.ndarray  # (I, A)
    regret: np.ndarray  # (I, A)
    average: np.ndarray  # (I, A)
    strategy: np.ndarray  # (I, A), what was played at the last visit


class _Room(NamedTuple):
    """For external sampling, (N,) each; for outcome sampling the first entries are the nodes of one line."""

    waiting: np.ndarray
    order: np.ndarray
    value: np.ndarray


class ExternalSampling:
    """An iteration walks once for each player."""

    def __init__(self, tree: Tree, seed: int = 0):
        self._tree = tree
        self._paths, self._stream = paths(tree), stream(seed)
        self._memory = _memory(tree)
        nodes = len(tree.parent)
        self._room = _Room(np.zeros(nodes, np.int64), np.zeros(nodes, np.int64), np.zeros(nodes))

    def advance(self, iterations: int) -> None:
        sample_externally(self._paths, self._memory, self._room, self._tree.parent, self._stream, iterations)

    @property
    def strategy(self) -> np.ndarray:
        """The average strategy (I, A)."""
        return normalised(self._tree.form, self._memory.average)


class OutcomeSampling:
    """An iteration plays one game for each player; ``exploration`` is how often the learner acts at random."""

    def __init__(self, tree: Tree, seed: int = 0, exploration: float = 0.6):
        self._tree, self._exploration = tree, exploration
        self._paths, self._stream = paths(tree), stream(seed)
        self._memory = _memory(tree)
        self._line = np.zeros((_longest(tree), 4))
        self._sample = np.zeros(tree.legal.shape[1])

    def advance(self, iterations: int) -> None:
        sample_outcomes(
            self._paths, self._memory, self._line, self._sample, self._stream, self._exploration, iterations
        )

    @property
    def strategy(self) -> np.ndarray:
        """The average strategy (I, A)."""
        return normalised(self._tree.form, self._memory.average)


def _memory(tree: Tree) -> _Memory:
    return _Memory(tree.legal, *(np.zeros(tree.legal.shape) for _ in range(3)))


def _longest(tree: Tree) -> int:
    """The number of nodes on the longest line."""
    depth = np.ones(len(tree.parent), np.int64)
    measure_depth(tree.parent, depth)
    return int(depth.max())


@kernel
def measure_depth(parent, depth):
    for node in range(1, parent.shape[0]):
        depth[node] = depth[parent[node]] + 1


@kernel
def sample_externally(paths, memory, room, parent, state, iterations):
    players = paths.returns.shape[1]
    for _ in range(iterations):
        for player in range(players):
            count = walk_down(paths, memory, room, player, (player + 1) % players, state)
            walk_up(paths, memory, room, parent, player, count)


@rule
def walk_down(paths, memory, room, player, averaged, state):
    """Lists the sampled nodes, parents first, and adds what player ``averaged`` plays there to its average."""
    room.waiting[0] = 0
    waiting, count = 1, 0
    while waiting > 0:
        waiting -= 1
        node = room.waiting[waiting]
        room.order[count] = node
        count += 1
        mover = paths.player[node]
        if mover == TERMINAL:
            room.value[node] = paths.returns[node, player]
            continue
        room.value[node] = 0.0
        infostate = max(paths.infostate[node], 0)
        strategy = memory.strategy[infostate]
        if mover >= 0:
            match_regret(memory.legal[infostate], memory.regret[infostate], strategy)
        if mover == averaged:
            for action in range(strategy.shape[0]):
                memory.average[infostate, action] += strategy[action]
        if mover == player:
            for index in range(paths.first[node], paths.first[node + 1]):
                room.waiting[waiting] = paths.children[index]
                waiting += 1
        else:
            room.waiting[waiting] = draw_child(paths, node, strategy, state)
            waiting += 1
    return count


@rule
def walk_up(paths, memory, room, parent, player, count):
    """Carries values from the ends to the root, and adds regrets at the player's nodes."""
    for index in range(count - 1, -1, -1):
        node = room.order[index]
        if paths.player[node] == player:
            infostate = paths.infostate[node]
            for place in range(paths.first[node], paths.first[node + 1]):
                child = paths.children[place]
                memory.regret[infostate, paths.action[child]] += room.value[child] - room.value[node]
        if node > 0:
            before = parent[node]
            weight = 1.0
            if paths.player[before] == player:
                weight = memory.strategy[paths.infostate[before], paths.action[node]]
            room.value[before] += weight * room.value[node]


@kernel
def sample_outcomes(paths, memory, line, sample, state, exploration, iterations):
    for _ in range(iterations):
        for player in range(paths.returns.shape[1]):
            play_line(paths, memory, line, sample, player, state, exploration)


@rule
def play_line(paths, memory, line, sample, player, state, exploration):
    """Draws one line and updates the player's information states on it.

    A row of ``line``: the node; how likely the player makes it to come there, and how likely the others do, both
    divided by how likely the sample does; and the probability with which the next node was drawn.
    """
    node, length = 0, 0
    own, others, drawn = 1.0, 1.0, 1.0
    while paths.player[node] != TERMINAL:
        mover, infostate = paths.player[node], max(paths.infostate[node], 0)
        strategy = memory.strategy[infostate]
        if mover >= 0:
            match_regret(memory.legal[infostate], memory.regret[infostate], strategy)
            choices = paths.first[node + 1] - paths.first[node]
            for action in range(strategy.shape[0]):
                sample[action] = strategy[action]
                if mover == player and memory.legal[infostate, action]:
                    sample[action] += exploration * (1.0 / choices - strategy[action])
        child = draw_child(paths, node, sample, state)
        probability = sample[paths.action[child]] if mover >= 0 else paths.nature[child]
        line[length, 0], line[length, 1], line[length, 2], line[length, 3] = (
            node,
            own / drawn,
            others / drawn,
            probability,
        )
        length += 1
        drawn *= probability
        if mover == player:
            own *= strategy[paths.action[child]]
        else:
            others *= probability
        node = child
    settle_line(paths, memory, line, length, node, player)


@rule
def settle_line(paths, memory, line, length, end, player):
    value, child = paths.returns[end, player], end
    for index in range(length - 1, -1, -1):
        node = int(line[index, 0])
        if paths.player[node] == player:
            infostate, chosen = paths.infostate[node], paths.action[child]
            strategy = memory.strategy[infostate]
            tried = value / line[index, 3]
            value = strategy[chosen] * tried
            for action in range(strategy.shape[0]):
                if memory.legal[infostate, action]:
                    gained = (tried if action == chosen else 0.0) - value
                    memory.regret[infostate, action] += gained * line[index, 2]
                    memory.average[infostate, action] += line[index, 1] * strategy[action]
        child = node

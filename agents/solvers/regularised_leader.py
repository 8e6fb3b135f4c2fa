"""Follow the regularised leader from single games: each iteration plays one game and learns from what was seen there.

A player knows its own line of play and what it lost. Losses are estimated by importance weighting, with implicit
exploration, and each information state plays a softmax of what it has lost so far. The two regularisers weight the
entropy of an information state by how much of the tree is at stake there:

- balanced: by the probability of coming there if chance and the others went wherever more actions are to be tried.
  This needs the tree beforehand, and matches the lower bound on the number of games.
- adaptive: by what the player has seen so far of how often it comes there; nothing needs to be known beforehand.

The average goes to an equilibrium in zero-sum games of two. Losses are scaled to [0, 1]. The rates of the paper are for
a known number of games T; here T is the number played so far, so that one can stop at any time.
Source: C. Fiegel, P. Menard, T. Kozuno, R. Munos, V. Perchet, M. Valko, "Adapting to game trees in zero-sum imperfect
information games", ICML 2023.
"""

import math
from typing import NamedTuple

import numpy as np

from agora.agents.solvers.sampling import draw_child, paths, stream
from agora.agents.solvers.sequences import kernel, normalised, rule, uniform
from agora.agents.solvers.tree import TERMINAL, Tree


class _Memory(NamedTuple):
    owner: np.ndarray  # (I,)
    before: np.ndarray  # (I,)
    legal: np.ndarray  # (I, A)
    strategy: np.ndarray  # (I, A)
    logits: np.ndarray  # (I, A)
    first: np.ndarray  # (I, A), logits of the strategy at the start
    rate: np.ndarray  # (I,), the learning rate that the logits are scaled by
    seen: np.ndarray  # (I, A), weight of the regulariser, and of the exploration
    average: np.ndarray  # (I, A), sum of plans up to the last visit


class RegularisedLeader:
    """``regulariser`` is ``balanced`` or ``adaptive``; one iteration is one game."""

    def __init__(self, tree: Tree, regulariser: str = "balanced", seed: int = 0):
        if regulariser not in ("balanced", "adaptive"):
            raise ValueError(f"There is no regulariser {regulariser!r}: choose balanced or adaptive.")
        self._tree, self._adaptive = tree, regulariser == "adaptive"
        self._paths, self._stream = paths(tree), stream(seed)
        below, above = _stakes(tree)
        start = uniform(tree.form) if self._adaptive else normalised(tree.form, below)
        seen = np.ones(tree.legal.shape) if self._adaptive else np.repeat(above[:, None], tree.legal.shape[1], axis=1)
        with np.errstate(divide="ignore"):
            logits = np.log(start)
        self._memory = _Memory(
            tree.owner, tree.before, tree.legal, start, logits.copy(), logits, np.zeros(len(start)), seen, start * 0
        )
        ends = tree.returns[tree.player == TERMINAL]
        self._bounds = np.stack([ends.max(axis=0), np.maximum(np.ptp(ends, axis=0), 1e-300)])
        self._line = np.zeros((tree.players, int(tree.rank.max()) + 1, 3))
        self._course = np.zeros((tree.players, 3))
        self._scale = math.sqrt(tree.players / tree.legal.sum())  # of 0.1 to 10 times this the best in Kuhn poker
        self.iterations = 0

    def advance(self, iterations: int) -> None:
        """Plays as many more games."""
        play_games(
            self._paths,
            self._memory,
            self._bounds,
            self._line,
            self._course,
            self._stream,
            self._scale,
            self._adaptive,
            self.iterations,
            iterations,
        )
        self.iterations += iterations

    @property
    def strategy(self) -> np.ndarray:
        """The average strategy (I, A)."""
        average = self._memory.average.copy()
        complete_average(self._memory, average, self.iterations)
        return normalised(self._tree.form, average)


def _stakes(tree: Tree) -> tuple[np.ndarray, np.ndarray]:
    """The number of a player's actions from each decision on (I, A), itself included, and for each information state
    (I,) the probability of coming there, its owner aside, in the balanced game: whatever leads to more actions is as
    much more likely."""
    below = tree.legal.astype(np.float64)
    before, count = tree.before, len(tree.owner)
    for infostate in range(count - 1, -1, -1):
        if before[infostate] >= 0:
            below.flat[before[infostate]] += below[infostate].sum()
    total = below.sum(axis=1)
    start = np.bincount(tree.owner[before < 0], total[before < 0])
    above = np.zeros(count)
    for infostate in range(count):
        decision = before[infostate]
        if decision < 0:
            above[infostate] = total[infostate] / start[tree.owner[infostate]]
        else:
            come = above[decision // tree.legal.shape[1]]
            above[infostate] = come * total[infostate] / (below.flat[decision] - 1)
    return below, above


@kernel
def play_games(paths, memory, bounds, line, course, state, scale, adaptive, done, iterations):
    """Plays games ``done + 1`` and on; ``line`` and ``course`` are room to work in."""
    for time in range(done + 1, done + iterations + 1):
        end = play_game(paths, memory, line, course, state, time)
        base = scale * math.sqrt(time if adaptive else 1.0 / time)
        for player in range(course.shape[0]):
            loss = (bounds[0, player] - paths.returns[end, player]) / bounds[1, player]
            learn(memory, line[player], int(course[player, 0]), loss, base, adaptive)


@rule
def play_game(paths, memory, line, course, state, time):
    """Draws one game and returns its end.

    A row of ``line[player]`` is one of its decisions: information state, action and plan. ``course[player]`` holds how
    many there are, the plan of the last and the sum of its plans so far.
    """
    for player in range(course.shape[0]):
        course[player, 0], course[player, 1], course[player, 2] = 0, 1.0, time
    node = 0
    while paths.player[node] != TERMINAL:
        mover, infostate = paths.player[node], max(paths.infostate[node], 0)
        strategy = memory.strategy[infostate]
        child = draw_child(paths, node, strategy, state)
        if mover >= 0:
            action, rank = paths.action[child], int(course[mover, 0])
            course[mover, 0] += 1
            course[mover, 1] *= strategy[action]
            course[mover, 2] = bring_up(memory.average[infostate], strategy, course[mover, 2], action)
            line[mover, rank, 0], line[mover, rank, 1], line[mover, rank, 2] = infostate, action, course[mover, 1]
        node = child
    return node


@rule
def bring_up(average, strategy, total, action):
    """Adds to a row of the average what its plans were since the last visit: they all split what came to the row, in
    sum ``total``, in the same proportions. Returns the sum of plans of ``action``."""
    missing = total
    for other in range(average.shape[0]):
        missing -= average[other]
    for other in range(average.shape[0]):
        average[other] += missing * strategy[other]
    return average[action]


@kernel
def complete_average(memory, average, iterations):
    for infostate in range(memory.owner.shape[0]):
        before = memory.before[infostate]
        total = float(iterations)
        if before >= 0:
            total = average[before // average.shape[1], before % average.shape[1]]
        bring_up(average[infostate], memory.strategy[infostate], total, 0)


@rule
def learn(memory, line, length, loss, base, adaptive):
    """Updates the information states where a player was, from the last to the first."""
    value = 0.0
    for rank in range(length - 1, -1, -1):
        infostate, action, plan = int(line[rank, 0]), int(line[rank, 1]), line[rank, 2]
        legal, logits, first = memory.legal[infostate], memory.logits[infostate], memory.first[infostate]
        weight = 1.0 / (plan + base / memory.seen[infostate, action])
        if adaptive:
            memory.seen[infostate, action] += weight
        seen, count = 0.0, 0
        for other in range(legal.shape[0]):
            if legal[other]:
                seen += memory.seen[infostate, other]
                count += 1
        rate = base * count / seen
        kept = 0.0
        if memory.rate[infostate] > 0.0:
            kept = rate / memory.rate[infostate]
        memory.rate[infostate] = rate
        highest = -np.inf
        for other in range(legal.shape[0]):
            if legal[other]:
                logits[other] = kept * logits[other] + (1.0 - kept) * first[other]
                if other == action:
                    logits[other] -= rate * (loss * weight - value)
                highest = max(highest, logits[other])
        total = 0.0
        for other in range(legal.shape[0]):
            if legal[other]:
                total += math.exp(logits[other] - highest)
        softest = highest + math.log(total)
        for other in range(legal.shape[0]):
            if legal[other]:
                logits[other] -= softest
                memory.strategy[infostate, other] = math.exp(logits[other])
        value = softest / rate
        loss = 0.0

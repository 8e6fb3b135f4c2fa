"""Monte Carlo tree search, compiled for each game: UCT on a tree of states, and on information sets.

``jit.compiled`` makes a copy of this file for every rules module. Letters: ``N`` nodes, ``P`` players, ``A`` actions,
``C`` outcomes of chance, ``D`` plies. ``tree`` and ``room`` are records of arrays made in ``agents/search/mcts.py`` and
``agents/search/information_set.py``. Chance in a search is drawn from ``room.rng``, never from the game's generator.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from agora.envs import rng
from agora.envs.api import CHANCE, EVERYONE
from agora.envs.arrays import fill
from agora.envs.jit import entry, rule

# The rules of one game; jit.compiled puts them here.
legal: Any = None
step: Any = None
observe: Any = None
chance: Any = None
resample: Any = None
has_chance: Any = None  # False: all that chance does is left out of the machine code

AT_RANDOM = 0.1
"""Share of the choices that are drawn uniformly where players choose at once, so that every regret is estimated."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FREE = np.uint64(0)


class SearchTree(NamedTuple):
    """The tree of one search; the children of a node are neighbours."""

    used: np.ndarray  # (1,) nodes in use
    visits: np.ndarray  # (N,) int32 simulations that went through
    total: np.ndarray  # (N,) sum of the returns of whoever chose this node
    first: np.ndarray  # (N,) int32 first child
    children: np.ndarray  # (N,) int32 number of children; 0 when not expanded
    action: np.ndarray  # (N,) int32 action or outcome that leads here
    mover: np.ndarray  # (N,) int8 who moves here


@rule
def play(world, state, room):
    """Plays ``room.actions`` and adds what it pays to ``room.returns``."""
    fill(room.rewards, 0.0)
    step(world, state, room.actions, room.rewards)
    for player in range(room.rewards.shape[0]):
        room.returns[player] += room.rewards[player]


@rule
def draw_outcome(world, state, room):
    """Plays an outcome of chance, drawn from the search's own generator, and returns it."""
    chance(world, state, room.probabilities)
    outcome = rng.draw(room, room.probabilities)
    room.actions[0] = outcome
    play(world, state, room)
    return outcome


@rule
def is_ended(state, max_steps):
    return state.over or state.steps >= max_steps


@rule
def play_out(world, state, room, max_steps):
    """Plays uniformly at random to the end."""
    while not is_ended(state, max_steps):
        mover = int(state.to_move)
        if has_chance and mover == CHANCE:
            draw_outcome(world, state, room)
            continue
        state.steps += 1
        for slot in range(room.rewards.shape[0] if mover == EVERYONE else 1):
            player = slot if mover == EVERYONE else mover
            fill(room.mask, False)
            legal(world, state, player, room.mask)
            room.actions[player] = rng.draw_legal(room, room.mask)
        play(world, state, room)


@rule
def expand(world, tree, node, state, room):
    """Gives ``node`` a child for every legal action, in random order; for chance, for every outcome that can be."""
    mover = int(state.to_move)
    first = count = int(tree.used[0])
    if has_chance and mover == CHANCE:
        chance(world, state, room.probabilities)
        for outcome in range(room.probabilities.shape[0]):
            if room.probabilities[outcome] > 0.0:
                tree.action[count] = outcome
                count += 1
    else:
        fill(room.mask, False)
        legal(world, state, mover, room.mask)
        for action in range(room.mask.shape[0]):
            if room.mask[action]:
                place = first + rng.integer(room, count - first + 1)
                tree.action[count] = tree.action[place]
                tree.action[place] = action
                count += 1
    for child in range(first, count):
        tree.visits[child] = 0
        tree.total[child] = 0.0
        tree.children[child] = 0
    tree.first[node] = first
    tree.children[node] = count - first
    tree.mover[node] = mover
    tree.used[0] = count


@rule
def best_child(tree, node, exploration):
    """The child with the largest upper confidence bound; children never tried come first, in their random order."""
    first = int(tree.first[node])
    scale = exploration * math.sqrt(math.log(float(tree.visits[node])))
    best, best_bound = first, -math.inf
    for child in range(first, first + int(tree.children[node])):
        visits = float(tree.visits[child])
        if visits == 0.0:
            return child
        bound = tree.total[child] / visits + scale / math.sqrt(visits)
        if bound > best_bound:
            best, best_bound = child, bound
    return best


@rule
def child_of_outcome(tree, node, outcome):
    child = int(tree.first[node])
    while tree.action[child] != outcome:
        child += 1
    return child


@rule
def descend(world, tree, state, room, exploration, max_steps):
    """Walks from the root to a node without children, choosing by upper bounds; returns the length of the path."""
    node = depth = 0
    room.path[0] = 0
    while tree.children[node] > 0 and depth + 2 < room.path.shape[0] and not is_ended(state, max_steps):
        if has_chance and tree.mover[node] == CHANCE:
            node = child_of_outcome(tree, node, draw_outcome(world, state, room))
        else:
            node = best_child(tree, node, exploration)
            room.actions[int(state.to_move)] = tree.action[node]
            state.steps += 1
            play(world, state, room)
        depth += 1
        room.path[depth] = node
    return depth


@rule
def credit(tree, room, depth):
    """Adds the returns of one simulation to the nodes on its path: each from the view of who chose it."""
    tree.visits[0] += 1
    for level in range(1, depth + 1):
        mover = tree.mover[room.path[level - 1]]
        node = room.path[level]
        tree.visits[node] += 1
        if mover != CHANCE:
            tree.total[node] += room.returns[mover]


@entry
def search(world, tree, rooms, root, simulations, exploration, max_steps):
    """``simulations`` more simulations from ``root`` (1,); returns how many it made before ``tree`` was full.

    A node gets its children in the second simulation that comes to it.
    """
    room = rooms[0]
    state = room.state
    for simulation in range(simulations):
        if tree.used[0] + room.mask.shape[0] + room.probabilities.shape[0] > tree.visits.shape[0]:
            return simulation
        room.state = root[0]
        fill(room.returns, 0.0)
        depth = descend(world, tree, state, room, exploration, max_steps)
        node = room.path[depth]
        if tree.children[node] == 0 and (tree.visits[node] > 0 or depth == 0) and not is_ended(state, max_steps):
            expand(world, tree, node, state, room)
            depth = depth + descend_once(world, tree, node, state, room, depth)
        play_out(world, state, room, max_steps)
        credit(tree, room, depth)
    return simulations


@rule
def descend_once(world, tree, node, state, room, depth):
    """Plays the first child of a node that was just expanded, or an outcome of chance; returns 1, a ply."""
    if has_chance and tree.mover[node] == CHANCE:
        child = child_of_outcome(tree, node, draw_outcome(world, state, room))
    else:
        child = int(tree.first[node])
        room.actions[int(state.to_move)] = tree.action[child]
        state.steps += 1
        play(world, state, room)
    room.path[depth + 1] = child
    return 1


class InformationSets(NamedTuple):
    """Statistics of the information sets met in one search; a set is a node."""

    used: np.ndarray  # (1,) nodes in use
    key: np.ndarray  # (H,) uint64 hash table of the nodes' keys, H a power of two
    node: np.ndarray  # (H,) int32 the node of each key
    visits: np.ndarray  # (N, A) int32 simulations in which the action was taken
    available: np.ndarray  # (N, A) int32 simulations in which it could have been
    total: (
        np.ndarray
    )  # (N, A) sum of the mover's returns after it; where all choose at once, the regret of not taking it
    mean: np.ndarray  # (N,) mean return of the mover
    times: np.ndarray  # (N,) simulations that came here


class View(NamedTuple):
    """Room to look at a state as a player does."""

    blank: np.recarray  # (1,) of Spec.observation_record
    record: np.recarray  # (1,) the same, to write into
    numbers: np.ndarray  # the memory of ``record`` as unsigned integers


@rule
def known_key(world, state, player, room, view):
    """64 bits that stand for all that ``player`` has seen and done in this simulation; never 0."""
    view.record[0] = view.blank[0]
    observe(world, state, player, view.record[0])
    key = room.memory[player] + np.uint64(player + 1)
    for index in range(view.numbers.shape[0]):
        key = (key ^ np.uint64(view.numbers[index])) * _GOLDEN
        key ^= key >> np.uint64(29)
    key = rng.mix(key)
    return key if key != _FREE else _GOLDEN


@rule
def find_set(sets, key):
    """The node of ``key``, made if there is none."""
    last = sets.key.shape[0] - 1
    slot = np.int64(key & np.uint64(last))
    while sets.key[slot] != _FREE and sets.key[slot] != key:
        slot = (slot + 1) & last
    if sets.key[slot] == _FREE:
        sets.key[slot] = key
        sets.node[slot] = sets.used[0]
        sets.used[0] += 1
    return int(sets.node[slot])


@rule
def select(sets, node, room, exploration):
    """The legal action with the largest upper confidence bound; one that was never tried comes first, at random.

    Only the simulations in which an action was available count against it (Cowling, Powley and Whitehouse, 2012).
    """
    best, best_bound, untried = 0, -math.inf, 0
    for action in range(room.mask.shape[0]):
        if room.mask[action]:
            sets.available[node, action] += 1
            visits = float(sets.visits[node, action])
            if visits == 0.0:
                untried += 1
                if rng.integer(room, untried) == 0:
                    best = action
            elif untried == 0:
                explored = math.sqrt(math.log(float(sets.available[node, action])) / visits)
                bound = sets.total[node, action] / visits + exploration * explored
                if bound > best_bound:
                    best, best_bound = action, bound
    return best


@rule
def match_regrets(sets, node, room, depth):
    """An action drawn in proportion to positive regret, a share AT_RANDOM of them uniformly; notes its probability.

    Upper bounds would not do: two players with the same statistics would choose in step for ever. Source: V. Lisy,
    V. Kovarik, M. Lanctot and B. Bosansky, "Convergence of Monte Carlo tree search in simultaneous move games", 2013.
    """
    regret = count = 0.0
    for action in range(room.mask.shape[0]):
        if room.mask[action]:
            count += 1.0
            regret += max(sets.total[node, action], 0.0)
    left, chosen = rng.uniform(room), 0
    for action in range(room.mask.shape[0]):
        if room.mask[action] and left >= 0.0:
            share = max(sets.total[node, action], 0.0) / regret if regret > 0.0 else 1.0 / count
            probability = (1.0 - AT_RANDOM) * share + AT_RANDOM / count
            left -= probability
            chosen, room.chance[depth] = action, probability
    return chosen


@rule
def decide(world, state, sets, room, view, player, depth, exploration):
    """Chooses for ``player`` at its information set, and notes the choice as step ``depth`` of the path."""
    fill(room.mask, False)
    legal(world, state, player, room.mask)
    key = known_key(world, state, player, room, view)
    node = find_set(sets, key)
    room.chance[depth] = 0.0
    if int(state.to_move) == EVERYONE:
        action = match_regrets(sets, node, room, depth)
    else:
        action = select(sets, node, room, exploration)
    room.memory[player] = rng.mix(key + np.uint64(action))
    room.actions[player] = action
    room.path[depth] = node
    room.taken[depth] = action
    room.chooser[depth] = player


@rule
def credit_sets(sets, room, depth):
    for level in range(depth):
        node, action = room.path[level], room.taken[level]
        earned, chance = room.returns[room.chooser[level]], room.chance[level]
        sets.visits[node, action] += 1
        if chance == 0.0:
            sets.total[node, action] += earned
            continue
        surprise = earned - sets.mean[node]  # a baseline leaves the estimates right and makes them steadier
        for other in range(room.mask.shape[0]):
            sets.total[node, other] -= surprise
        sets.total[node, action] += surprise / chance
        sets.times[node] += 1
        sets.mean[node] += surprise / sets.times[node]


@entry
def search_sets(world, sets, rooms, view, root, player, simulations, exploration, max_steps):
    """``simulations`` more simulations, each from another state that ``player`` cannot tell from ``root`` (1,).

    Returns how many it made before ``sets`` was full. A simulation follows the statistics until somebody comes to an
    information set that is new, and plays at random from there.
    """
    room = rooms[0]
    state, players = room.state, room.rewards.shape[0]
    for simulation in range(simulations):
        if sets.used[0] + players > sets.visits.shape[0]:
            return simulation
        room.state = root[0]
        state.rng = rng.bits(room)
        resample(world, state, player)
        fill(room.returns, 0.0)
        fill(room.memory, _FREE)
        depth, before = 0, sets.used[0]
        while not is_ended(state, max_steps) and (sets.used[0] == before or depth == 0):
            mover = int(state.to_move)
            if has_chance and mover == CHANCE:
                draw_outcome(world, state, room)
                continue
            state.steps += 1
            for slot in range(players if mover == EVERYONE else 1):
                chooser = slot if mover == EVERYONE else mover
                decide(world, state, sets, room, view, chooser, depth, exploration)
                depth += 1
            play(world, state, room)
        play_out(world, state, room, max_steps)
        credit_sets(sets, room, depth)
    return simulations

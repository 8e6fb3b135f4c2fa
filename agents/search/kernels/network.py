"""Trees of many games at once, grown by a network from outside, compiled for each game.

``jit.compiled`` makes a copy of this file for every rules module. Letters: ``G`` games, ``N`` nodes of one tree, ``E``
its edges, ``A`` actions, ``P`` players, ``D`` plies, ``S`` simulations,
``C`` actions considered at the root. A node is a position, an edge a legal action there. Values and
rewards are shares of the largest return, from the view of whoever moves at the node, or chose the edge.
``agents/search/network_search.py`` makes the arrays and says where the formulas come from.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from agora.envs.arrays import fill
from agora.envs.jit import entry, rule

# The rules of one game; jit.compiled puts them here.
legal: Any = None
step: Any = None
observe: Any = None

NO_NODE = -1
"""The ``child`` of an edge that was never followed."""

MOST = -1
"""As many visits as any edge has."""

VISITS_AT_FIRST = 50.0
"""Added to the visits that make values count for more, beside the network's logits."""


class Trees(NamedTuple):
    """One tree for each game; node 0 is the root, and the edges of a node are neighbours."""

    nodes: np.ndarray  # (G,) int32 in use
    edges: np.ndarray  # (G,) int32 in use
    first: np.ndarray  # (G, N) int32 first edge
    children: np.ndarray  # (G, N) int32 number of edges; 0 before the network was asked, and at an end
    value: np.ndarray  # (G, N) float32 what the network says
    reward: np.ndarray  # (G, N) float32 paid by the move that leads here
    mover: np.ndarray  # (G, N) int8
    ended: np.ndarray  # (G, N) bool
    action: np.ndarray  # (G, E) int32
    logit: np.ndarray  # (G, E) float32 logarithm of the prior
    prior: np.ndarray  # (G, E) float32 the network's probability
    visits: np.ndarray  # (G, E) int32 simulations that went through
    total: np.ndarray  # (G, E) float64 sum of what they found
    child: np.ndarray  # (G, E) int32 or NO_NODE
    depth: np.ndarray  # (G,) int32 edges of the present simulation
    path: np.ndarray  # (G, D) int32 its nodes, the leaf included
    taken: np.ndarray  # (G, D) int32 its edges


class Room(NamedTuple):
    """What a simulation works in, and how it chooses."""

    score: np.ndarray  # (A,) float64, a number for each edge of a node
    actions: np.ndarray  # (P,) int64
    rewards: np.ndarray  # (P,) float64
    wanted: np.ndarray  # (C + 1, S) int32: visits that the root's edge in simulation S has, by edges considered
    noise: np.ndarray  # (G, A) float64 added at the root, an entry for each of its edges
    gumbel: bool  # sequential halving and improved policies; else upper confidence bounds
    exploration: float  # the weight of the bounds
    sharpness: float  # the scale of values against logits


@rule
def mean(trees, game, edge):
    return trees.total[game, edge] / trees.visits[game, edge]


@rule
def mixed_value(trees, game, node):
    """The value of a node from the network's and from those of the edges visited, weighted by prior."""
    first = trees.first[game, node]
    visits, mass, weighted = 0, 0.0, 0.0
    for edge in range(first, first + trees.children[game, node]):
        if trees.visits[game, edge] > 0:
            visits += trees.visits[game, edge]
            mass += trees.prior[game, edge]
            weighted += trees.prior[game, edge] * mean(trees, game, edge)
    if mass <= 0.0:
        return float(trees.value[game, node])
    return (trees.value[game, node] + visits * weighted / mass) / (1 + visits)


@rule
def improve(trees, game, node, room):
    """Writes the logits of the improved policy of ``node`` into ``room.score``, an entry for each of its edges."""
    first, count = trees.first[game, node], trees.children[game, node]
    unseen, most = mixed_value(trees, game, node), 0
    for edge in range(first, first + count):
        most = max(most, trees.visits[game, edge])
    scale = 0.5 * room.sharpness * (VISITS_AT_FIRST + most)  # half, because values lie in [-1, 1], not in [0, 1]
    for index in range(count):
        edge = first + index
        value = mean(trees, game, edge) if trees.visits[game, edge] > 0 else unseen
        room.score[index] = trees.logit[game, edge] + scale * value


@rule
def normalise(score, count):
    """Turns the first ``count`` logits of ``score`` into probabilities."""
    highest, total = -math.inf, 0.0
    for index in range(count):
        highest = max(highest, score[index])
    for index in range(count):
        score[index] = math.exp(score[index] - highest)
        total += score[index]
    for index in range(count):
        score[index] /= total


@rule
def follow_improved(trees, game, node, room):
    """The edge that brings the visits nearest to the improved policy."""
    first, count = trees.first[game, node], trees.children[game, node]
    improve(trees, game, node, room)
    normalise(room.score, count)
    visits = 0
    for edge in range(first, first + count):
        visits += trees.visits[game, edge]
    best, best_gap = first, -math.inf
    for index in range(count):
        gap = room.score[index] - trees.visits[game, first + index] / (1.0 + visits)
        if gap > best_gap:
            best, best_gap = first + index, gap
    return best


@rule
def halve(trees, game, room, wanted):
    """The root's edge of the highest noisy improved logit among those with ``wanted`` visits, or MOST."""
    first, count = trees.first[game, 0], trees.children[game, 0]
    improve(trees, game, 0, room)
    if wanted == MOST:
        for edge in range(first, first + count):
            wanted = max(wanted, trees.visits[game, edge])
    best, best_score = first, -math.inf
    for index in range(count):
        score = room.score[index] + room.noise[game, index]
        if trees.visits[game, first + index] == wanted and score > best_score:
            best, best_score = first + index, score
    return best


@rule
def highest_bound(trees, game, node, room):
    """The edge of the highest upper confidence bound; noise is mixed into the priors of the root already."""
    first, count = trees.first[game, node], trees.children[game, node]
    visits = 0
    for edge in range(first, first + count):
        visits += trees.visits[game, edge]
    scale = room.exploration * math.sqrt(1.0 + visits)
    best, best_bound = first, -math.inf
    for edge in range(first, first + count):
        own = trees.visits[game, edge]
        value = mean(trees, game, edge) if own > 0 else float(trees.value[game, node])
        bound = value + scale * trees.prior[game, edge] / (1 + own)
        if bound > best_bound:
            best, best_bound = edge, bound
    return best


@rule
def descend(trees, game, room, simulation):
    """Walks from the root to an edge never followed, or to an end, and notes the way."""
    node = depth = 0
    trees.path[game, 0] = 0
    while node != NO_NODE and not trees.ended[game, node]:
        if not room.gumbel:
            edge = highest_bound(trees, game, node, room)
        elif node == 0:
            considered = min(trees.children[game, 0], room.wanted.shape[0] - 1)
            edge = halve(trees, game, room, room.wanted[considered, simulation])
        else:
            edge = follow_improved(trees, game, node, room)
        trees.taken[game, depth] = edge
        depth += 1
        node = trees.child[game, edge]
        trees.path[game, depth] = node
    trees.depth[game] = depth


@rule
def add_node(trees, game):
    """Gives the last edge of the way its node."""
    node, depth = trees.nodes[game], trees.depth[game]
    trees.nodes[game] += 1
    trees.child[game, trees.taken[game, depth - 1]] = node
    trees.path[game, depth] = node
    trees.children[game, node] = 0
    return node


@entry
def start(trees, movers):
    """Forgets all trees but for their roots, where ``movers`` (G,) int8 move."""
    for game in range(movers.shape[0]):
        trees.nodes[game] = 1
        trees.edges[game] = 0
        trees.children[game, 0] = 0
        trees.ended[game, 0] = False
        trees.mover[game, 0] = movers[game]
        trees.depth[game] = 0
        trees.path[game, 0] = 0


@entry
def simulate(world, trees, states, room, simulation, max_steps, scale, blank, views, masks):
    """Begins a simulation in each of the games of ``views`` (G,) and plays to a new node by the rules.

    ``states`` (G, N) are the positions of the nodes. ``views`` (G,) and ``masks`` (G, A) get what the network is asked
    about; at an end, where nothing is, they keep what they held.
    """
    for game in range(views.shape[0]):
        descend(trees, game, room, simulation)
        depth = trees.depth[game]
        if trees.path[game, depth] != NO_NODE:
            continue
        parent, node = trees.path[game, depth - 1], add_node(trees, game)
        mover = trees.mover[game, parent]
        states[game, node] = states[game, parent]
        state = states[game, node]
        room.actions[mover] = trees.action[game, trees.taken[game, depth - 1]]
        fill(room.rewards, 0.0)
        state.steps += 1
        step(world, state, room.actions, room.rewards)
        trees.reward[game, node] = room.rewards[mover] * scale
        trees.mover[game, node] = state.to_move
        trees.ended[game, node] = state.over or state.steps >= max_steps
        if not trees.ended[game, node]:
            views[game] = blank[0]
            observe(world, state, int(state.to_move), views[game])
            fill(masks[game], False)
            legal(world, state, int(state.to_move), masks[game])


@entry
def imagine(trees, room, simulation, parents, actions):
    """Begins a simulation in each of the games of ``parents`` (G,) with a new node whose position a model must tell.

    ``parents`` gets the node and ``actions`` (G,) the action that lead there. Turns alternate, and nothing ends.
    """
    for game in range(parents.shape[0]):
        descend(trees, game, room, simulation)
        depth = trees.depth[game]
        parents[game] = trees.path[game, depth - 1]
        actions[game] = trees.action[game, trees.taken[game, depth - 1]]
        node = add_node(trees, game)
        trees.mover[game, node] = 1 - trees.mover[game, parents[game]]
        trees.ended[game, node] = False


@rule
def add_edges(trees, game, node, logits, mask):
    """Gives ``node`` an edge for each legal action, with the network's probabilities among them."""
    first = edge = trees.edges[game]
    highest, total = -math.inf, 0.0
    for action in range(mask.shape[0]):
        if mask[action]:
            highest = max(highest, logits[action])
    for action in range(mask.shape[0]):
        if mask[action]:
            total += math.exp(logits[action] - highest)
    offset = highest + math.log(total)
    for action in range(mask.shape[0]):
        if mask[action]:
            trees.action[game, edge] = action
            trees.logit[game, edge] = logits[action] - offset
            trees.prior[game, edge] = math.exp(logits[action] - offset)
            trees.visits[game, edge] = 0
            trees.total[game, edge] = 0.0
            trees.child[game, edge] = NO_NODE
            edge += 1
    trees.first[game, node] = first
    trees.children[game, node] = edge - first
    trees.edges[game] = edge


@rule
def credit(trees, game):
    """Adds the value of the leaf, and the rewards before it, to the edges of the way: each for who chose it."""
    depth = trees.depth[game]
    node = trees.path[game, depth]
    value = 0.0 if trees.ended[game, node] else float(trees.value[game, node])
    for level in range(depth - 1, -1, -1):
        parent, edge = trees.path[game, level], trees.taken[game, level]
        if trees.mover[game, parent] != trees.mover[game, node]:
            value = -value
        value += trees.reward[game, node]
        trees.visits[game, edge] += 1
        trees.total[game, edge] += value
        node = parent


@entry
def finish(trees, logits, values, masks):
    """Ends a simulation: the leaves get edges by ``masks`` (G, A) and what the network said, ``logits`` (G, A) and
    ``values`` (G,), and the ways to them the credit."""
    for game in range(values.shape[0]):
        leaf = trees.path[game, trees.depth[game]]
        if trees.children[game, leaf] == 0 and not trees.ended[game, leaf]:
            trees.value[game, leaf] = min(max(values[game], np.float32(-1.0)), np.float32(1.0))
            add_edges(trees, game, leaf, logits[game], masks[game])
        credit(trees, game)


@entry
def mix_noise(trees, room, share):
    """Mixes ``room.noise``, made to sum to 1 in each game, into the root's priors with weight ``share``."""
    for game in range(room.noise.shape[0]):
        first, count = trees.first[game, 0], trees.children[game, 0]
        total = 0.0
        for index in range(count):
            total += room.noise[game, index]
        for index in range(count):
            own = (1.0 - share) * trees.prior[game, first + index]
            trees.prior[game, first + index] = own + share * room.noise[game, index] / total


@rule
def read_improved(trees, game, room, actions, values):
    """Writes what sequential halving chose, and what the improved policy, left in ``room.score``, is worth."""
    actions[game] = trees.action[game, halve(trees, game, room, MOST)]
    improve(trees, game, 0, room)
    first, count = trees.first[game, 0], trees.children[game, 0]
    normalise(room.score, count)
    unseen, worth = mixed_value(trees, game, 0), 0.0
    for index in range(count):
        edge = first + index
        worth += room.score[index] * (mean(trees, game, edge) if trees.visits[game, edge] > 0 else unseen)
    values[game] = worth


@rule
def read_visits(trees, game, room, actions, values):
    """Writes the action of most visits, and their mean; the shares of the visits go into ``room.score``."""
    first, count = trees.first[game, 0], trees.children[game, 0]
    visits, total, best = 0, 0.0, first
    for edge in range(first, first + count):
        visits += trees.visits[game, edge]
        total += trees.total[game, edge]
        if trees.visits[game, edge] > trees.visits[game, best]:
            best = edge
    for index in range(count):
        room.score[index] = trees.visits[game, first + index] / visits
    actions[game] = trees.action[game, best]
    values[game] = total / visits


@entry
def harvest(trees, room, actions, policy, values):
    """Reads the roots: the action chosen (G,), the policy to learn (G, A), zeros before, and the value found (G,)."""
    for game in range(actions.shape[0]):
        if room.gumbel:
            read_improved(trees, game, room, actions, values)
        else:
            read_visits(trees, game, room, actions, values)
        first = trees.first[game, 0]
        for index in range(trees.children[game, 0]):
            policy[game, trees.action[game, first + index]] = room.score[index]

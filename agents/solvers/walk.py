"""The walk through a whole game: a template, compiled for the rules of one environment by ``agora.envs.jit.compiled``.

Nothing is allocated here: ``walk`` stops when an array is full, ``tree.build`` gives it a larger one, and it goes on.
So lengths of arrays are capacities, and ``count`` says how many entries there are. Letters as in ``tree.py``.
"""

from typing import Any, NamedTuple

import numpy as np

from agora.envs.api import CHANCE, EVERYONE
from agora.envs.arrays import copy, fill
from agora.envs.jit import entry, rule
from agora.envs.rng import mix

# The rules of one environment; compiled() puts them here.
reset: Any = None
legal: Any = None
step: Any = None
observe: Any = None
chance: Any = None
resample: Any = None

TERMINAL, NONE = -3, -1  # as in tree.py
DONE, NODES_FULL, PENDING_FULL, INFOSTATES_FULL, LEGAL_DIFFERS = 0, 1, 2, 3, 4  # why walk() returned


class Pending(NamedTuple):
    """Nodes that are known and not yet entered, the next one last."""

    states: np.recarray
    parent: np.ndarray
    action: np.ndarray
    nature: np.ndarray
    returns: np.ndarray
    latest: np.ndarray
    given: np.ndarray  # (., P) int64, where all move at once what the first `chosen` players have chosen
    chosen: np.ndarray


class Nodes(NamedTuple):
    """As in ``Tree``."""

    parent: np.ndarray
    action: np.ndarray
    player: np.ndarray
    infostate: np.ndarray
    nature: np.ndarray
    returns: np.ndarray
    latest: np.ndarray


class Known(NamedTuple):
    """Information states in the order in which they are met."""

    owner: np.ndarray
    before: np.ndarray
    rank: np.ndarray
    legal: np.ndarray
    rows: np.recarray  # observations as records ...
    words: np.ndarray  # ... and the same memory as whole numbers
    blank: np.recarray  # (1,), an empty observation
    table: np.ndarray  # hash table of numbers of information states, a power of two


class Room(NamedTuple):
    """To work in."""

    states: np.recarray  # (1,)
    probabilities: np.ndarray  # (C,)
    given: np.ndarray  # (P,) int64
    earned: np.ndarray  # (P,)


@rule
def hashed(player, before, words):
    """A number of 64 bits for what an information state is known by."""
    code = mix(np.uint64(before + 1) * np.uint64(64) + np.uint64(player))
    for index in range(words.shape[0]):
        code = mix(code ^ np.uint64(words[index]))
    return code


@rule
def same(words, other):
    for index in range(words.shape[0]):
        if words[index] != other[index]:
            return False
    return True


@rule
def slot_of(known, row):
    """Where the information state in ``row`` stands in the hash table, or would."""
    slots = np.uint64(known.table.shape[0] - 1)
    slot = hashed(known.owner[row], known.before[row], known.words[row]) & slots
    while known.table[slot] != NONE:
        other = known.table[slot]
        alike = known.owner[other] == known.owner[row] and known.before[other] == known.before[row]
        if alike and same(known.words[other], known.words[row]):
            break
        slot = (slot + np.uint64(1)) & slots
    return slot


@entry
def enter_all(known, count):
    """Puts ``count`` information states into an empty hash table."""
    for row in range(count):
        known.table[slot_of(known, row)] = row


@rule
def number_of(known, count, before):
    """The number of the information state that has been written into the first free row."""
    row = count.infostates
    slot = slot_of(known, row)
    if known.table[slot] != NONE:
        return known.table[slot]
    known.table[slot] = row
    known.rank[row] = 0 if before == NONE else known.rank[before // known.legal.shape[1]] + 1
    count.infostates = row + 1
    return row


@rule
def look(world, state, player, before, known, count):
    """The number of the information state that ``player`` is in after its decision ``before``."""
    row = count.infostates
    known.rows[row] = known.blank[0]
    known.owner[row] = player
    known.before[row] = before
    mask = known.legal[row]
    fill(mask, False)
    observe(world, state, player, known.rows[row])
    legal(world, state, player, mask)
    number = number_of(known, count, before)
    if not same(mask, known.legal[number]):
        count.offender = player
    return number


@rule
def mover_of(state, pending, top, max_steps):
    """Who decides: where all move at once, each in turn, without being shown what the others chose."""
    if state.over or state.steps >= max_steps:
        return TERMINAL
    return int(pending.chosen[top]) if state.to_move == EVERYONE else int(state.to_move)


@rule
def enter_node(nodes, pending, top, node, mover):
    nodes.parent[node] = pending.parent[top]
    nodes.action[node] = pending.action[top]
    nodes.nature[node] = pending.nature[top]
    nodes.player[node] = mover
    nodes.infostate[node] = NONE
    copy(nodes.returns[node], pending.returns[top])
    copy(nodes.latest[node], pending.latest[top])


@rule
def push(pending, top, nodes, node, move, probability, room):
    """A node that waits: what it is the child of and how; its state stays as it was before the move."""
    pending.states[top] = room.states[0]
    pending.parent[top] = node
    pending.action[top] = move
    pending.nature[top] = probability
    pending.chosen[top] = 0
    copy(pending.returns[top], nodes.returns[node])
    copy(pending.latest[top], nodes.latest[node])
    copy(pending.given[top], room.given)


@entry
def walk(world, pending, nodes, known, room, count, max_steps):
    """Takes waiting nodes, the last first, until none is left or an array is full; says which."""
    actions, players, outcomes = known.legal.shape[1], nodes.returns.shape[1], room.probabilities.shape[0]
    moves = max(actions, outcomes)
    state = room.states[0]
    while count.pending > 0:
        if count.nodes == nodes.parent.shape[0]:
            return NODES_FULL
        if count.pending + moves > pending.parent.shape[0]:
            return PENDING_FULL
        if count.infostates == known.owner.shape[0]:  # the hash table is at most half full then
            return INFOSTATES_FULL
        top, node = int(count.pending) - 1, int(count.nodes)
        count.nodes = node + 1
        room.states[0] = pending.states[top]
        copy(room.given, pending.given[top])
        mover = mover_of(state, pending, top, max_steps)
        enter_node(nodes, pending, top, node, mover)
        together = state.to_move == EVERYONE
        infostate = NONE
        if mover >= 0:
            infostate = look(world, state, mover, nodes.latest[node, mover], known, count)
            if count.offender != NONE:
                return LEGAL_DIFFERS
            nodes.infostate[node] = infostate
        elif mover == CHANCE:
            fill(room.probabilities, 0.0)
            chance(world, state, room.probabilities)
        for move in range(moves - 1 if mover != TERMINAL else -1, -1, -1):
            probability = 0.0
            if mover == CHANCE:
                if move < outcomes:
                    probability = room.probabilities[move]
            elif move < actions and known.legal[infostate, move]:
                probability = 1.0
            if probability == 0.0:
                continue
            push(pending, top, nodes, node, move, probability, room)
            given, after = pending.given[top], pending.states[top]
            given[max(mover, 0)] = move
            if mover >= 0:
                pending.latest[top, mover] = infostate * actions + move
            if together and mover + 1 < players:
                pending.chosen[top] = mover + 1
            else:
                if mover != CHANCE:
                    after.steps += 1
                fill(room.earned, 0.0)
                step(world, after, given, room.earned)
                fill(given, 0)
                for player in range(players):
                    pending.returns[top, player] += room.earned[player]
            top += 1
        count.pending = top
    return DONE

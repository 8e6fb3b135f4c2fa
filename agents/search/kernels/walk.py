"""Walks over all lines of play, compiled for each game: what perft and counts of states stand on.

``jit.compiled`` makes a copy of this file for every rules module. Letters: ``D`` plies, ``H`` slots of a hash table, a
power of two.
"""

from typing import Any, NamedTuple

import numpy as np

from agora.envs import rng
from agora.envs.arrays import fill
from agora.envs.jit import entry, rule

# The rules of one game; jit.compiled puts them here.
legal: Any = None
step: Any = None
observe: Any = None

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FREE = np.uint64(0)


class Room(NamedTuple):
    """Memory of a walk of ``D`` plies, a row for every level."""

    states: np.recarray  # (D + 1,)
    masks: np.ndarray  # (D + 1, A) bool
    cursor: np.ndarray  # (D + 1,) the next action to try
    actions: np.ndarray  # (P,) int64, what ``step`` is given
    rewards: np.ndarray  # (P,) what ``step`` paid


@rule
def open_node(world, room, level):
    """Prepares the choices at ``level``: nothing tried yet."""
    state, mask = room.states[level], room.masks[level]
    fill(mask, False)
    legal(world, state, int(state.to_move), mask)
    room.cursor[level] = 0


@rule
def advance(world, room, level):
    """Plays the next untried action of ``level`` into ``level + 1``; False when there is none left."""
    mask = room.masks[level]
    action = int(room.cursor[level])
    while action < mask.shape[0] and not mask[action]:
        action += 1
    if action == mask.shape[0]:
        return False
    room.cursor[level] = action + 1
    room.states[level + 1] = room.states[level]
    state = room.states[level + 1]
    room.actions[int(state.to_move)] = action
    fill(room.rewards, 0.0)
    state.steps += 1
    step(world, state, room.actions, room.rewards)
    return True


@rule
def count_mask(mask):
    count = 0
    for action in range(mask.shape[0]):
        count += mask[action]
    return count


@entry
def count_lines(world, room, depth):
    """The number of lines of exactly ``depth`` plies from ``room.states[0]``; the last ply is counted unplayed."""
    total = level = 0
    open_node(world, room, 0)
    while level >= 0:
        if level == depth - 1:
            total += count_mask(room.masks[level])
            level -= 1
        elif not advance(world, room, level):
            level -= 1
        elif not room.states[level + 1].over:
            level += 1
            open_node(world, room, level)
    return total


@entry
def count_ends(world, room, ends):
    """Counts all complete games from ``room.states[0]`` into ``ends`` (3,): player 0's last reward is above, at or
    below zero."""
    level = 0
    open_node(world, room, 0)
    while level >= 0:
        if not advance(world, room, level):
            level -= 1
        elif room.states[level + 1].over:
            earned = room.rewards[0]
            ends[0 if earned > 0.0 else 1 if earned == 0.0 else 2] += 1
        else:
            level += 1
            open_node(world, room, level)


@rule
def position_key(world, state, blanks, views, bytes_seen):
    """64 bits that stand for what player 0 sees, who moves and whether it is over; never 0."""
    views[0] = blanks[0]
    observe(world, state, 0, views[0])
    key = rng.mix(np.uint64(int(state.to_move) + 4) * _GOLDEN + np.uint64(state.over))
    for index in range(bytes_seen.shape[0]):
        key = (key ^ np.uint64(bytes_seen[index])) * _GOLDEN
        key ^= key >> np.uint64(29)
    key = rng.mix(key)
    return key if key != _FREE else _GOLDEN


@rule
def is_new(table, key):
    """Whether ``key`` was not in the hash table ``table`` (H,) uint64; it is now."""
    last = table.shape[0] - 1
    slot = np.int64(key & np.uint64(last))
    while table[slot] != _FREE and table[slot] != key:
        slot = (slot + 1) & last
    found = table[slot] == key
    table[slot] = key
    return not found


@entry
def count_states(world, room, blanks, views, bytes_seen, table):
    """The number of distinct positions that can be reached, ends included, or -1 when ``table`` is too small."""
    total, level = 1, 0
    is_new(table, position_key(world, room.states[0], blanks, views, bytes_seen))
    open_node(world, room, 0)
    while level >= 0:
        if not advance(world, room, level):
            level -= 1
        elif is_new(table, position_key(world, room.states[level + 1], blanks, views, bytes_seen)):
            total += 1
            if total * 2 > table.shape[0]:
                return -1
            if not room.states[level + 1].over:
                level += 1
                open_node(world, room, level)
    return total

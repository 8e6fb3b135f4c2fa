"""Go: the positions that a game has had, as 64-bit keys, with a filter in front that tells quickly of most others."""

import numpy as np

from agora.envs.jit import rule

MARKS = 64  # words of 64 bits of the filter


@rule
def remember(state, key):
    """Adds the position after ``plays`` moves to the history."""
    state.history[state.plays] = key
    state.marks[word_of(key)] |= bit_of(key)


@rule
def word_of(key):
    return int(key & np.uint64(MARKS - 1))


@rule
def bit_of(key):
    return np.uint64(1) << ((key >> np.uint64(6)) & np.uint64(63))


@rule
def is_known(state, key):
    """Whether the history up to the move before this one has a position with ``key``."""
    if state.marks[word_of(key)] & bit_of(key) == 0:
        return False
    for index in range(state.plays + 1):
        if state.history[index] == key:
            return True
    return False

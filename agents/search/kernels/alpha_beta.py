"""Minimax with alpha-beta and a transposition table, compiled for each game of two players without chance.

``jit.compiled`` makes a copy of this file for every rules module. Letters: ``A`` actions, ``D`` plies, ``H`` slots of
the transposition table, a power of two. Values are returns still to come, for the player to move. Recursion is written
out as a stack with a row for every ply, since rules are inlined wherever they are called.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from agora.envs import rng
from agora.envs.arrays import fill
from agora.envs.jit import entry, rule

# The rules of one game; jit.compiled puts them here.
legal: Any = None
step: Any = None

EXACT, AT_LEAST, AT_MOST = 0, 1, 2  # what a stored value says
TO_THE_END = 32767  # plies searched where every line below came to its end
NONE = -1
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class Stack(NamedTuple):
    """A row for every ply."""

    states: np.recarray  # (D + 1,)
    state_bytes: np.ndarray  # (D + 1, bytes) uint8: the same memory
    masks: np.ndarray  # (D + 1, A) bool, what is still to be tried
    mover: np.ndarray  # (D + 1,) who moves
    key: np.ndarray  # (D + 1,) uint64
    alpha: np.ndarray  # (D + 1,) lower end of the window
    beta: np.ndarray  # (D + 1,) upper end
    low: np.ndarray  # (D + 1,) lower end as it was at the start
    best: np.ndarray  # (D + 1,) best value so far
    choice: np.ndarray  # (D + 1,) the action that has it
    hint: np.ndarray  # (D + 1,) the action that the table recommends, or NONE
    tried: np.ndarray  # (D + 1,) the action whose line is being searched
    earned: np.ndarray  # (D + 1,) what that action paid its mover
    cut: np.ndarray  # (D + 1,) bool: a line below was cut by the depth
    history: np.ndarray  # (P, A) how much searching each action has saved
    actions: np.ndarray  # (P,) what ``step`` is given
    rewards: np.ndarray  # (P,) what ``step`` paid


@rule
def key_of(state_bytes, length):
    """64 bits that stand for a state, its first ``length`` bytes: everything but generator and count of steps."""
    key = np.uint64(0)
    for index in range(length):
        key = (key ^ np.uint64(state_bytes[index])) * _GOLDEN
        key ^= key >> np.uint64(29)
    return rng.mix(key)


@rule
def open_ply(stack, table, ply, alpha, beta, length):
    """Starts the search of the position at ``ply`` within a window; returns its slot in the table."""
    mover = int(stack.states[ply].to_move)
    key = key_of(stack.state_bytes[ply], length) ^ np.uint64(mover)
    slot = np.int64(key & np.uint64(table.shape[0] - 1))
    stack.key[ply], stack.mover[ply] = key, mover
    stack.alpha[ply], stack.beta[ply], stack.low[ply] = alpha, beta, alpha
    stack.best[ply], stack.choice[ply] = -math.inf, NONE
    stack.hint[ply] = table[slot].choice if table[slot].key == key else NONE
    stack.cut[ply] = False
    return slot


@rule
def is_answered(stack, known, ply, depth):
    """Whether the slot ``known`` holds the value of the position at ``ply``, or a bound outside its window."""
    if known.key != stack.key[ply] or known.depth < depth - ply:
        return False
    if known.kind == AT_LEAST:
        return known.value >= stack.beta[ply]
    if known.kind == AT_MOST:
        return known.value <= stack.alpha[ply]
    return True


@rule
def list_moves(world, stack, ply):
    mask = stack.masks[ply]
    fill(mask, False)
    legal(world, stack.states[ply], int(stack.mover[ply]), mask)


@rule
def next_move(stack, ply, depth):
    """The next action to try at ``ply``, NONE when all were tried or the window is closed.

    First comes what the table recommends, then what refuted most elsewhere (the history heuristic, J. Schaeffer, 1989).
    """
    mask, mover, hint = stack.masks[ply], int(stack.mover[ply]), int(stack.hint[ply])
    if stack.alpha[ply] >= stack.beta[ply]:
        stack.history[mover, stack.choice[ply]] += (depth - ply) * (depth - ply)
        return NONE
    action = NONE
    if hint != NONE and mask[hint]:
        action = hint
    else:
        most = -1.0
        for other in range(mask.shape[0]):
            if mask[other] and stack.history[mover, other] > most:
                action, most = other, stack.history[mover, other]
    if action != NONE:
        mask[action] = False
    return action


@rule
def play(world, stack, ply, action):
    """Plays ``action`` at ``ply`` into ``ply + 1`` and returns what it pays the mover."""
    stack.tried[ply] = action
    stack.states[ply + 1] = stack.states[ply]
    state, mover = stack.states[ply + 1], int(stack.mover[ply])
    fill(stack.rewards, 0.0)
    stack.actions[mover] = action
    state.steps += 1
    step(world, state, stack.actions, stack.rewards)
    stack.earned[ply] = stack.rewards[mover]
    return stack.earned[ply]


@rule
def take_value(stack, ply, value):
    """Books the value of the action just searched at ``ply``, for its mover."""
    if value > stack.best[ply]:
        stack.best[ply] = value
        stack.choice[ply] = stack.tried[ply]
        stack.alpha[ply] = max(stack.alpha[ply], value)


@rule
def store(stack, table, ply, depth):
    best, known = stack.best[ply], table[np.int64(stack.key[ply] & np.uint64(table.shape[0] - 1))]
    known.key = stack.key[ply]
    known.value = best
    known.kind = AT_LEAST if best >= stack.beta[ply] else AT_MOST if best <= stack.low[ply] else EXACT
    known.depth = depth - ply if stack.cut[ply] else TO_THE_END
    known.choice = stack.choice[ply]


@rule
def sign_of(stack, ply):
    """1 if the player who moved at ``ply`` moves again, else -1."""
    return 1.0 if stack.states[ply + 1].to_move == stack.mover[ply] else -1.0


@rule
def open_child(stack, table, ply, length):
    """Opens ``ply + 1`` with the window of ``ply`` as its mover sees it; returns its slot in the table."""
    low, high = stack.alpha[ply] - stack.earned[ply], stack.beta[ply] - stack.earned[ply]
    if sign_of(stack, ply) < 0.0:
        low, high = -high, -low
    return open_ply(stack, table, ply + 1, low, high, length)


@entry
def search(world, stack, table, depth, length, budget, max_steps, low, high):
    """Searches ``stack.states[0]`` to ``depth`` plies with values within ``low`` and ``high``.

    Returns the number of positions visited, or -1 when that would be more than ``budget``. ``stack.best[0]`` is then
    the value, ``choice[0]`` the action and ``cut[0]`` says whether some line was cut by the depth, with 0 as what
    would follow. ``length``: bytes of a state that make a position.
    """
    ply = visited = 0
    open_ply(stack, table, 0, low, high, length)
    list_moves(world, stack, 0)
    while True:
        action = next_move(stack, ply, depth)
        if action == NONE:
            store(stack, table, ply, depth)
            if ply == 0:
                return visited
            ply -= 1
            stack.cut[ply] |= stack.cut[ply + 1]
            take_value(stack, ply, stack.earned[ply] + sign_of(stack, ply) * stack.best[ply + 1])
            continue
        visited += 1
        if visited > budget:
            return -1
        earned = play(world, stack, ply, action)
        child = stack.states[ply + 1]
        if child.over or child.steps >= max_steps:
            take_value(stack, ply, earned)
        elif ply + 1 == depth:
            stack.cut[ply] = True
            take_value(stack, ply, earned)
        else:
            known = table[open_child(stack, table, ply, length)]
            if is_answered(stack, known, ply + 1, depth):
                stack.cut[ply] |= known.depth < TO_THE_END
                take_value(stack, ply, earned + sign_of(stack, ply) * known.value)
            else:
                ply += 1
                list_moves(world, stack, ply)

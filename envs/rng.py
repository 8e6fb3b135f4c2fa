"""Draws from ``state.rng``: SplitMix64, 64 bits of state that travel with the game.

Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 17.
A stream depends on nothing but its seed, so a game is the same alone, in a batch of ten thousand or after a save.
"""

import math

import numpy as np

from agora.envs.jit import rule

_GAMMA = np.uint64(0x9E3779B97F4A7C15)  # odd, the golden ratio of 2**64
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_27, _30, _31, _11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)
_BLOCK = 64  # entries of a mask that are passed over at once
_TO_UNIT = 1.0 / (1 << 53)


@rule
def mix(value):
    """Scrambles 64 bits (uint64 to uint64, one to one)."""
    value = (value ^ (value >> _30)) * _MIX_1
    value = (value ^ (value >> _27)) * _MIX_2
    return value ^ (value >> _31)


@rule
def seeded(seed):
    """The generator state that stands for ``seed`` (uint64): neighbouring seeds give unrelated streams."""
    return mix(mix(seed + _GAMMA) + _GAMMA)


@rule
def bits(state):
    """The next 64 random bits, uint64."""
    state.rng = np.uint64(state.rng) + _GAMMA
    return mix(np.uint64(state.rng))


@rule
def uniform(state):
    """A float64 in [0, 1), a multiple of 2**-53."""
    return float(bits(state) >> _11) * _TO_UNIT


@rule
def integer(state, n):
    """A whole number from 0 to ``n - 1``, each with the same probability to within ``n * 2**-53``."""
    return int(uniform(state) * n)


@rule
def normal(state):
    """A standard normal float64, by Box and Muller; two uniforms are used up."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(state)))
    return radius * math.cos(2.0 * math.pi * uniform(state))


@rule
def draw(state, probabilities):
    """An index drawn with ``probabilities`` (C,), which sum to 1; an index of probability 0 is never drawn."""
    left = uniform(state)
    last = 0
    for index in range(probabilities.shape[0]):
        if probabilities[index] > 0.0:
            last = index
            left -= probabilities[index]
            if left < 0.0:
                return index
    return last  # rounding left a crumb


@rule
def draw_legal(state, mask):
    """An index drawn uniformly among the True entries of ``mask`` (A,); at least one must be True."""
    start, left = 0, integer(state, count_legal(mask, 0, mask.shape[0]))
    while start + _BLOCK < mask.shape[0]:
        inside = count_legal(mask, start, start + _BLOCK)
        if left < inside:
            break
        left -= inside
        start += _BLOCK
    index, passed = start, 0
    for action in range(start, min(start + _BLOCK, mask.shape[0])):  # no early exit: processors do not like to guess
        passed += int(mask[action])
        index += passed <= left
    return index


@rule
def count_legal(mask, start, stop):
    """How many entries of ``mask`` (A,) are True from ``start`` to ``stop``."""
    count = 0
    for action in range(start, stop):
        count += int(mask[action])  # an int, for uncompiled a mask of bytes would overflow
    return count

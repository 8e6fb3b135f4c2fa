"""Many games at once, played on by a policy from outside, compiled for each game.

``jit.compiled`` makes a copy of this file for every rules module. Letters: ``L`` states that are played on, ``N`` all
of them, ``P`` players, ``A`` actions, ``C`` outcomes of chance. Chance is drawn from the generator of each state.
"""

from typing import Any, NamedTuple

import numpy as np

from agora.envs import rng
from agora.envs.api import CHANCE
from agora.envs.arrays import fill
from agora.envs.jit import entry

# The rules of one game; jit.compiled puts them here.
legal: Any = None
step: Any = None
observe: Any = None
chance: Any = None
resample: Any = None


class Room(NamedTuple):
    """What a step works in."""

    actions: np.ndarray  # (P,) int64
    rewards: np.ndarray  # (P,)
    probabilities: np.ndarray  # (C,)


@entry
def guess(world, states, seeds, player):
    """Gives each of ``states`` (N,) the generator ``seeds`` (N,) uint64, and deals anew what ``player`` cannot know."""
    for index in range(states.shape[0]):
        states[index].rng = seeds[index]
        resample(world, states[index], player)


@entry
def look(world, states, chosen, blank, views, masks):
    """Writes what the movers of ``chosen`` (L,) know into ``views`` (L,) and what they may do into ``masks`` (L, A)."""
    for index in range(chosen.shape[0]):
        state = states[chosen[index]]
        views[index] = blank[0]
        observe(world, state, int(state.to_move), views[index])
        fill(masks[index], False)
        legal(world, state, int(state.to_move), masks[index])


@entry
def play(world, states, chosen, actions, room, returns):
    """Plays ``actions`` (L,) in ``chosen`` (L,), and chance after them; adds what is paid to ``returns`` (N, P)."""
    for index in range(chosen.shape[0]):
        lane = chosen[index]
        state = states[lane]
        room.actions[int(state.to_move)] = actions[index]
        state.steps += 1
        while True:
            fill(room.rewards, 0.0)
            step(world, state, room.actions, room.rewards)
            for player in range(room.rewards.shape[0]):
                returns[lane, player] += room.rewards[player]
            if state.over or state.to_move != CHANCE:
                break
            chance(world, state, room.probabilities)
            room.actions[0] = rng.draw(state, room.probabilities)

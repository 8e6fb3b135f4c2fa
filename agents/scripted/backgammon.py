"""Scripted agents for backgammon."""

import numpy as np

from agora.agents.api import SampledAgent, among_best
from agora.envs.api import Spec
from agora.envs.games.backgammon.rules import BAR, DICE, OFF

MOVES = np.arange(BAR * DICE)
SOURCE, DIE = MOVES // DICE + 1, MOVES % DICE + 1
TARGET = np.maximum(SOURCE - DIE, OFF)
FAR = 0.3  # what a shot from 7 to 12 points away counts, one from nearer counts 1


def careful(spec: Spec) -> SampledAgent:
    """Bears off, hits, makes points and brings blots to safety, each move judged by itself; ties are drawn.

    A blot costs by how directly it can be hit; among moves alike the checker farthest from home goes.
    """

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        seen = spec.pieces(observation)
        own, other = seen["own"].astype(np.int64), seen["other"].astype(np.int64)
        danger = exposure(other)
        lands = TARGET > OFF
        hit = (other[:, TARGET] == 1) & lands
        joins = own[:, TARGET] * lands
        score = 8.0 * ~lands + 6.0 * hit + 4.0 * (joins == 1) + 0.5 * (joins > 1)
        score -= 3.0 * danger[:, TARGET] * (lands & (joins == 0))
        score += 3.0 * danger[:, SOURCE] * ((own[:, SOURCE] == 1).astype(float) - (own[:, SOURCE] == 2))
        return among_best(score + 0.02 * SOURCE, legal)

    return SampledAgent(policy)


def exposure(other: np.ndarray) -> np.ndarray:
    """How directly an own blot on each point could be hit, (L, 26): 1 from within six points, FAR from within twelve.

    ``other`` (L, 26) are the other's checkers; it moves towards higher points and enters from below point 1.
    """
    there = other > 0
    there[:, OFF] = other[:, BAR] > 0  # it enters from the bar as if from point 0
    reach = np.zeros(other.shape)
    for distance in range(12, 0, -1):
        near = 1.0 if distance <= DICE else FAR
        reach[:, distance:BAR] = np.where(there[:, : BAR - distance], near, reach[:, distance:BAR])
    return reach


AGENTS = {"careful": careful}

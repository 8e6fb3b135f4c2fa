"""An agent that draws uniformly among its legal actions. Replace ``act``, and keep the rest."""

from typing import Any

import numpy as np

from agora.envs.api import Box, Spec


class Agent:
    """Plays one seat in many games at once; a lane is the number of a game."""

    needs = "observation"

    def __init__(self, spec: Spec):
        """``spec`` says everything about the environment: players, actions, pieces of the observation."""
        self.spec = spec

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        """Games start in ``lanes`` (L,): forget what you remember of them. Draw from this seed only."""
        self.generator = np.random.default_rng(seed)

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        """An action for each of ``lanes`` (L,), from ``observation`` (L, O) and ``legal`` (L, A) bool: (L,) integers,
        or (L, K) floats where actions are continuous."""
        if isinstance(self.spec.action, Box):
            low, high, shape = self.spec.action
            return self.generator.uniform(low, high, (len(lanes), *shape)).astype(np.float32)
        return (self.generator.random(legal.shape) * legal).argmax(axis=1)

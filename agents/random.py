"""The agent that draws uniformly among its legal actions."""

from typing import Any

import numpy as np

from agora.agents.api import Needs, draw_rows
from agora.envs.api import Box, Spec


class RandomAgent:
    """Uniform over legal actions, or over the Box."""

    needs: Needs = "observation"

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._action = spec.action

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        if isinstance(self._action, Box):
            low, high, shape = self._action
            return self._generator.uniform(low, high, (len(observation), *shape)).astype(np.float32)
        return draw_rows(self.policy(observation, legal), self._generator)

    def policy(self, observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        return legal / legal.sum(axis=1, keepdims=True)

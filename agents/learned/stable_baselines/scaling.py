"""Inputs of mean 0 and deviation 1, where an environment's numbers are far from that (daily log returns, say)."""

from typing import Any

import gymnasium
import numpy as np
import torch
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor

from agora.agents.random import RandomAgent
from agora.envs.game import Game
from agora.envs.seats import SeatedBatch

GAMES, STEPS = 64, 64  # of random play, to measure in
SMALLEST = 1e-6  # deviation below which a number counts as constant


class Standardise(BaseFeaturesExtractor):
    """Shifts and scales a flat observation (L, O) by fixed numbers (O,).

    ``saved.acting_network`` folds them into the first layer, so that a saved agent is a plain network.
    """

    shift: torch.Tensor
    scale: torch.Tensor

    def __init__(self, observation_space: gymnasium.spaces.Box, shift: np.ndarray, scale: np.ndarray):
        super().__init__(observation_space, observation_space.shape[0])
        self.register_buffer("shift", torch.as_tensor(shift, dtype=torch.float32))
        self.register_buffer("scale", torch.as_tensor(scale, dtype=torch.float32))

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        return (observations - self.shift) * self.scale


def standardising(game: Game, seed: int) -> dict[str, Any]:
    """Keywords that make a policy of stable-baselines3 standardise its inputs, as measured in random play."""
    seen = random_observations(game, seed)
    deviation = seen.std(axis=0)
    scale = np.where(deviation > SMALLEST, 1 / np.maximum(deviation, SMALLEST), 1.0)
    return {
        "features_extractor_class": Standardise,
        "features_extractor_kwargs": {"shift": seen.mean(axis=0), "scale": scale},
    }


def random_observations(game: Game, seed: int) -> np.ndarray:
    """What a player sees who plays at random against others who do, (N, O) float64."""
    games = SeatedBatch(game, GAMES, seed, seat="alternate" if game.spec.players > 1 else 0)
    agent, lanes, seen = RandomAgent(), np.arange(GAMES), []
    agent.reset(game.spec, lanes, seed)
    for _ in range(STEPS):
        seen.append(games.observation)
        games.step(agent.act(games.observation, games.legal, lanes))
        ended = np.flatnonzero(games.batch.ended)
        if len(ended):
            games.restart(ended)
    return np.concatenate(seen).astype(np.float64)

"""Squashed policies: normal numbers u, drawn around what a network says, and played as tanh u within the Box.

``sac.py`` trains them. Letters as in ``agora.envs.api``; ``N`` is a number of observations.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from agora.agents.api import Agent, from_function
from agora.agents.learned.networks import Normaliser, mlp
from agora.agents.learned.replay import action_size, to_box
from agora.agents.learned.saved import check_fits, fill, threads
from agora.envs.api import Spec

DEVIATIONS = (-6.0, 1.0)  # bounds of the logarithm of the deviation of u
SMALL = 0.01  # scale of the policy's last weights: it begins near the middle of the Box


def squashed(mean: torch.Tensor, log_deviation: torch.Tensor, noise: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Actions tanh u with u = mean + deviation * noise, and the logarithm of their density (appendix C).

    Args:
        mean, log_deviation: (N, K).
        noise: (N, K), standard normal.

    Returns:
        (N, K) within [-1, 1], and (N,) in nats.
    """
    u = mean + log_deviation.exp() * noise
    normal = -0.5 * noise**2 - log_deviation - 0.5 * math.log(2 * math.pi)
    slope = 2 * (math.log(2) - u - nn.functional.softplus(-2 * u))  # log(1 - tanh(u)^2), without its cancellation
    return torch.tanh(u), (normal - slope).sum(-1)


class Actor(nn.Module):
    """Observations (N, O) to the mean (N, K) of u, and the logarithm of its deviation (K,), the same for all.

    With a deviation for each observation the policy would grow wide in whatever numbers are not read there, an offer
    beside an acceptance, say; and an alternative that is carried out so badly is never taken up again.
    """

    def __init__(self, inputs: int, outputs: int, hidden: list[int], activation: str):
        super().__init__()
        self.layers = mlp([inputs, *hidden, outputs], activation)
        self.layers[-1].gain = SMALL  # type: ignore[assignment]  # for initialise
        self.log_deviation = nn.Parameter(torch.full((outputs,), -1.0))

    def forward(self, observation: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.layers(observation), self.log_deviation.clamp(*DEVIATIONS)


class Critics(nn.Module):
    """Two estimates (2, N) of the return from observations (N, O) and actions (N, K) on."""

    def __init__(self, inputs: int, hidden: list[int], activation: str):
        super().__init__()
        self.both = nn.ModuleList(mlp([inputs, *hidden, 1], activation) for _ in range(2))
        for layers in self.both:
            layers[-1].gain = 1.0  # type: ignore[index]  # for initialise

    def forward(self, observation: torch.Tensor, action: torch.Tensor) -> torch.Tensor:
        inputs = torch.cat([observation, action], 1)
        return torch.stack([layers(inputs)[:, 0] for layers in self.both])


def acting(actor: Actor, normaliser: nn.Module, spec: Spec) -> Agent:
    """Plays the tanh of the policy's mean, always."""

    @torch.inference_mode()
    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        numbers = torch.from_numpy(np.array(observation, np.float32)).to(actor.log_deviation.device)
        with threads(1):  # waiting for a second thread costs more than such a small network
            mean, _ = actor(normaliser(numbers))
        return to_box(torch.tanh(mean).cpu().numpy(), spec)

    return from_function(act)


def load(folder: Path, settings: dict[str, Any], spec: Spec) -> Agent:
    """Builds the agent in ``folder``, whose parsed ``agent.toml`` is ``settings``, for ``spec``.

    Raises:
        ValueError: the folder is damaged, or the agent was made for other options.
    """
    try:
        check_fits(folder, settings, spec)
        network = settings["network"]
        with torch.random.fork_rng(devices=[]):  # torch draws first weights from its global generator
            actor = Actor(spec.observation_size, action_size(spec), network["hidden"], network["activation"])
        normaliser = normalising(spec, network["normalise"])
    except (KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise ValueError(f"{folder / 'agent.toml'} is damaged: {type(error).__name__} {error}.") from None
    fill(nn.ModuleDict({"actor": actor, "normaliser": normaliser}), folder / "weights.safetensors")
    return acting(actor, normaliser, spec)


def normalising(spec: Spec, wanted: bool) -> nn.Module:
    """A ``Normaliser`` of observations, or nothing that does anything."""
    return Normaliser(spec.observation_size) if wanted else nn.Identity()

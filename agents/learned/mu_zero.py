"""MuZero: planning without the rules, in a model of the game's course that is learned along with policy and value.

Source: J. Schrittwieser et al., "Mastering Atari, Go, chess and shogi by planning with a learned model", Nature 2020,
methods and appendix G. Self-play and search are those of AlphaZero; below the root the search takes every action for
legal and turns for alternating. ``N`` positions in a minibatch, ``U`` after each, ``H`` numbers of a latent state.
"""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from torch import nn

import agora.envs
from agora.agents.api import Agent
from agora.agents.learned import saved
from agora.agents.learned.losses import squared
from agora.agents.learned.networks import SMALL, Encoder, mlp
from agora.agents.learned.planner import Lesson, Parts, Planner, PlannerParameters, cross_entropy
from agora.agents.learned.planner import load as load_planner
from agora.agents.learned.settings import Count, Network, Positive, Settings
from agora.agents.search.network_search import NetworkSearch, Plan
from agora.envs.api import Spec
from agora.envs.game import Game

KIND = "mu-zero"  # of a saved agent


class Parameters(PlannerParameters, forbid_unknown_fields=True, kw_only=True):
    """The table [parameters]."""

    latent: Count = 64
    """H."""
    unroll: Count = 5
    """U, actions over which the model is trained to foresee."""
    reward_weight: Positive = 1.0
    """Of the rewards' loss beside the policy's."""


class LatentModel(nn.Module):
    """Representation, dynamics and prediction (figure 1 of the source).

    Latent states pass a tanh, where the source stretches each to the range from 0 to 1 (appendix G): small networks
    learn tic-tac-toe much faster so.

    Args:
        spec: of the environment.
        network: the representation's encoder; ``hidden`` are also the layers of dynamics and prediction.
        latent: H.
    """

    def __init__(self, spec: Spec, network: Network, latent: int):
        super().__init__()
        self.actions = spec.action.n  # type: ignore[union-attr]
        self.encoder = Encoder(spec, network)
        self.first = nn.Linear(self.encoder.size, latent)
        self.dynamics = mlp([latent + self.actions, *network.hidden, latent], network.activation)
        self.rewards = mlp([latent + self.actions, *network.hidden, 1], network.activation)
        self.prediction = mlp([latent, *network.hidden], network.activation, last=True)
        self.policy = nn.Linear(network.hidden[-1], self.actions)
        self.critic = nn.Linear(network.hidden[-1], 1)
        self.policy.gain = self.rewards[-1].gain = SMALL  # type: ignore[assignment]  # for initialise

    def represent(self, observation: torch.Tensor) -> torch.Tensor:
        """Observations (N, O) to latent states (N, H)."""
        return torch.tanh(self.first(self.encoder(observation)))

    def advance(self, latent: torch.Tensor, action: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Latent states (N, H) after actions (N,), and the rewards (N,) of who took them."""
        inputs = torch.cat([latent, nn.functional.one_hot(action, self.actions).float()], 1)
        return torch.tanh(latent + self.dynamics(inputs)), self.rewards(inputs)[:, 0]

    def predict(self, latent: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits (N, A) and values (N,) of latent states (N, H)."""
        features = self.prediction(latent)
        return self.policy(features), self.critic(features)[:, 0]


def half_gradient(latent: torch.Tensor) -> torch.Tensor:
    """The same numbers with half the gradient, so that states many steps ahead do not outweigh (appendix G)."""
    return 0.5 * latent + 0.5 * latent.detach()


def unrolled_loss(model: LatentModel, lesson: Lesson, value_weight: float, reward_weight: float) -> dict[str, Any]:
    """The model's errors along the actions played (equation 1 of the source), each a scalar.

    Position 0 counts fully and the U after it 1 / U each. Beyond the end of a game nothing is paid and nothing is to be
    won, whatever is played; which policy is best there nobody asks.
    """
    unroll = lesson.action.shape[1] - 1
    latent, losses = model.represent(lesson.observation), {"policy_loss": 0.0, "value_loss": 0.0, "reward_loss": 0.0}
    total: dict[str, Any] = dict(losses)
    for ahead in range(unroll + 1):
        inside = (ahead < lesson.left).float()
        weight = 1.0 if ahead == 0 else 1.0 / unroll
        logits, value = model.predict(latent)
        errors = cross_entropy(lesson.policy[:, ahead], torch.log_softmax(logits, -1))
        total["policy_loss"] += weight * (inside * errors).mean()
        total["value_loss"] += weight * value_weight * squared(value, inside * lesson.value[:, ahead]).mean()
        if ahead < unroll:
            latent, reward = model.advance(latent, lesson.action[:, ahead])
            latent = half_gradient(latent)
            error = squared(reward, inside * lesson.reward[:, ahead]).mean()
            total["reward_loss"] += reward_weight * error / unroll
    return total


class Imagination:
    """A ``LatentModel`` as the search takes it."""

    def __init__(self, model: LatentModel, device: torch.device):
        self._model, self._device = model, device

    @torch.inference_mode()
    def begin(self, observation: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        numbers = torch.from_numpy(np.array(observation, np.float32)).to(self._device)
        latent = self._model.represent(numbers)
        return self._arrays(latent, *self._model.predict(latent))

    @torch.inference_mode()
    def advance(self, latent: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, ...]:
        before, action = (torch.from_numpy(array).to(self._device) for array in (latent, actions))
        after, rewards = self._model.advance(before, action)
        return self._arrays(after, rewards, *self._model.predict(after))

    def _arrays(self, *tensors: torch.Tensor) -> Any:
        return tuple(tensor.cpu().numpy() for tensor in tensors)


def make(settings: Settings, game: Game) -> Planner:
    """MuZero on ``game``; ValueError if the settings do not fit it."""
    parameters = settings.parameters
    return Planner(settings, game, lambda device: make_parts(game, settings.network, parameters, device, settings.name))


def make_parts(game: Game, network: Network, parameters: Parameters, device: torch.device, name: str = "") -> Parts:
    """A model of ``game``, whose weights are still to be drawn or read, and what is done with it."""
    spec = game.spec
    model = LatentModel(spec, network, parameters.latent)
    imagination = Imagination(model, device)

    def evaluate(observation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        _, logits, values = imagination.begin(observation)
        return logits, values

    def search(plan: Plan) -> NetworkSearch:
        return NetworkSearch(game, plan, model=imagination)

    def loss(lesson: Lesson) -> dict[str, torch.Tensor]:
        return unrolled_loss(model, lesson, parameters.value_weight, parameters.reward_weight)

    def save(folder: Path, tables: dict[str, dict[str, Any]], training: dict[str, Any]) -> Path:
        tables = {**tables, "model": {"latent": parameters.latent}, "network": msgspec.to_builtins(network)}
        return saved.write(
            model, folder, spec, kind=KIND, algorithm="MuZero", name=name, tables=tables, training=training
        )

    return Parts(model, evaluate, search, loss, parameters.unroll, save)


def load(folder: Path, settings: dict[str, Any], spec: Spec) -> Agent:
    """Builds the agent in ``folder``, whose parsed ``agent.toml`` is ``settings``, for ``spec``.

    Raises:
        ValueError: the folder is damaged, or the agent was made for other options.
    """

    def parts() -> Parts:
        saved.check_fits(folder, settings, spec)
        game = agora.envs.game(spec.id, **spec.options)
        network = msgspec.convert(settings["network"], Network)
        return make_parts(game, network, Parameters(latent=settings["model"]["latent"]), torch.device("cpu"))

    return load_planner(folder, settings, parts)

"""AlphaZero: a network learns to say at once what a search with it finds, from games against itself.

Sources: D. Silver et al., "A general reinforcement learning algorithm that masters chess, shogi, and Go through
self-play", Science 2018; with ``search.root = "gumbel"`` (the default, better with few simulations) I. Danihelka et
al., "Policy improvement by planning with Gumbel", ICLR 2022. For games of two players with perfect information, in
turns, without chance, zero-sum.
"""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch

import agora.envs
from agora.agents.api import Agent
from agora.agents.learned import saved
from agora.agents.learned.distributions import Categorical
from agora.agents.learned.losses import squared
from agora.agents.learned.networks import ActorCritic
from agora.agents.learned.planner import Lesson, Parts, Planner, PlannerParameters, cross_entropy
from agora.agents.learned.planner import load as load_planner
from agora.agents.learned.settings import Network, Settings
from agora.agents.search.network_search import NetworkSearch, Plan
from agora.envs.api import Spec
from agora.envs.game import Game

KIND = "alpha-zero"  # of a saved agent


class Parameters(PlannerParameters, forbid_unknown_fields=True, kw_only=True):
    """The table [parameters]."""


def make(settings: Settings, game: Game) -> Planner:
    """AlphaZero on ``game``; ValueError if the settings do not fit it."""
    weight = settings.parameters.value_weight
    return Planner(settings, game, lambda device: make_parts(game, settings.network, device, settings.name, weight))


def make_parts(game: Game, network: Network, device: torch.device, name: str = "", value_weight: float = 1.0) -> Parts:
    """A network for ``game``, whose weights are still to be drawn or read, and what is done with it."""
    spec = game.spec
    model = ActorCritic(spec, network, spec.action.n)

    @torch.inference_mode()
    def evaluate(observation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        output = model(torch.from_numpy(np.array(observation, np.float32)).to(device))
        return output.policy.cpu().numpy(), output.value.cpu().numpy()

    def search(plan: Plan) -> NetworkSearch:
        return NetworkSearch(game, plan, evaluate)

    def loss(lesson: Lesson) -> dict[str, torch.Tensor]:
        output = model(lesson.observation)
        logarithms = Categorical(output.policy, lesson.legal).logarithms
        return {
            "policy_loss": cross_entropy(lesson.policy[:, 0], logarithms).mean(),
            "value_loss": value_weight * squared(output.value, lesson.value[:, 0]).mean(),
        }

    def save(folder: Path, tables: dict[str, dict[str, Any]], training: dict[str, Any]) -> Path:
        tables = {**tables, "network": msgspec.to_builtins(network)}
        return saved.write(
            model, folder, spec, kind=KIND, algorithm="AlphaZero", name=name, tables=tables, training=training
        )

    return Parts(model, evaluate, search, loss, 0, save)


def load(folder: Path, settings: dict[str, Any], spec: Spec) -> Agent:
    """Builds the agent in ``folder``, whose parsed ``agent.toml`` is ``settings``, for ``spec``.

    Raises:
        ValueError: the folder is damaged, or the agent was made for other options.
    """

    def parts() -> Parts:
        saved.check_fits(folder, settings, spec)
        game = agora.envs.game(spec.id, **spec.options)
        return make_parts(game, msgspec.convert(settings["network"], Network), torch.device("cpu"))

    return load_planner(folder, settings, parts)

"""Agents of stable-baselines3 as folders: ``agent.toml`` says what to build, ``weights.safetensors`` has the numbers.

Only the acting network is kept, a multilayer perceptron, and it is rebuilt from the TOML alone: loading runs no code of
the folder.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch.nn.functional import linear

from agora.agents import toml
from agora.agents.api import Agent, SampledAgent, from_function
from agora.agents.learned.saved import threads
from agora.envs.api import Box, Discrete, Spec

Head = Literal["categorical", "greedy", "clipped", "squashed"]
"""How outputs become actions. ``categorical``: logits. ``greedy``: the largest value. ``clipped``: numbers clipped to
the Box. ``squashed``: tanh, then stretched to the Box."""

HEADS: dict[str, Head] = {  # for each algorithm with discrete, and with continuous actions
    "PPO/discrete": "categorical",
    "A2C/discrete": "categorical",
    "MaskablePPO/discrete": "categorical",
    "DQN/discrete": "greedy",
    "PPO/box": "clipped",
    "A2C/box": "clipped",
    "SAC/box": "squashed",
}
ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {"tanh": torch.tanh, "relu": torch.relu}

Answer = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""What a network says: observations (L, O) and masks (L, A) to a row for each lane."""


@dataclass(frozen=True)
class Network:
    """A multilayer perceptron that acts."""

    layers: tuple[tuple[torch.Tensor, torch.Tensor], ...]
    """Weight (out, in) and bias (out,) of each layer, float32."""
    activation: str
    head: Head

    @torch.inference_mode()
    def __call__(self, observation: np.ndarray) -> np.ndarray:
        """The last layer's outputs (L, A) or (L, K), float32, for observations (L, O)."""
        numbers = torch.from_numpy(np.array(observation, np.float32))
        *hidden, last = self.layers
        with threads(1):  # waiting for a second thread costs more than such a small network
            for weight, bias in hidden:
                numbers = ACTIVATIONS[self.activation](linear(numbers, weight, bias))
            return linear(numbers, *last).numpy()

    @property
    def sizes(self) -> list[int]:
        """Numbers that go in, those of each hidden layer, and those that come out."""
        return [self.layers[0][0].shape[1], *(weight.shape[0] for weight, _ in self.layers)]

    def tensors(self) -> dict[str, torch.Tensor]:
        """``layers.0.weight``, ``layers.0.bias`` and so on."""
        named: dict[str, torch.Tensor] = {}
        for index, (weight, bias) in enumerate(self.layers):
            named |= {f"layers.{index}.weight": weight, f"layers.{index}.bias": bias}
        return named


def acting_network(model: Any) -> Network:
    """A copy, on the CPU, of the part of a stable-baselines3 ``model`` that chooses actions."""
    from agora.agents.learned.stable_baselines.scaling import (
        Standardise,
    )  # needs stable-baselines3, which loading does without

    policy, algorithm = model.policy, type(model).__name__
    if algorithm == "SAC":
        parts, extractor = [*policy.actor.latent_pi, policy.actor.mu], policy.actor.features_extractor
    elif algorithm == "DQN":
        parts, extractor = [*policy.q_net.q_net], policy.q_net.features_extractor
    else:
        parts, extractor = [*policy.mlp_extractor.policy_net, policy.action_net], policy.features_extractor
    layers = [(_copy(part.weight), _copy(part.bias)) for part in parts if isinstance(part, torch.nn.Linear)]
    if isinstance(extractor, Standardise):
        layers[0] = _folded(extractor, *layers[0])
    kind = "discrete" if hasattr(model.action_space, "n") else "box"
    return Network(tuple(layers), _activation(policy.activation_fn), HEADS[f"{algorithm}/{kind}"])


def _copy(parameter: torch.Tensor) -> torch.Tensor:
    return parameter.detach().cpu().clone()


def _folded(inputs: Any, weight: torch.Tensor, bias: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The layer that does the same to inputs that are not standardised: W s (x - m) + b = (W s) x + (b - W s m)."""
    scaled = weight * inputs.scale.cpu()
    return scaled, bias - scaled @ inputs.shift.cpu()


def _activation(function: type[torch.nn.Module]) -> str:
    return {torch.nn.Tanh: "tanh", torch.nn.ReLU: "relu"}[function]


def as_agent(network: Network, spec: Spec, deterministic: bool) -> Agent:
    """An agent that plays what ``network`` says: with ``Discrete`` actions a ``PolicyAgent``, else its mean action.

    ``deterministic`` takes the most likely legal action always.
    """
    if isinstance(spec.action, Box):
        return from_function(box_actions(network, spec.action))
    return SampledAgent(probabilities(network, deterministic or network.head == "greedy"))


def probabilities(network: Network, greedy: bool) -> Answer:
    """The policy that ``network`` stands for; ``greedy``: all weight on its first choice."""

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        """(L, A) float64; rows sum to 1, illegal actions have 0."""
        logits = np.where(legal, network(observation).astype(np.float64), -np.inf)
        if greedy:
            return np.eye(logits.shape[1])[logits.argmax(axis=1)]
        likelihood = np.exp(logits - logits.max(axis=1, keepdims=True))
        return likelihood / likelihood.sum(axis=1, keepdims=True)

    return policy


def box_actions(network: Network, action: Box) -> Answer:
    """The mean actions that ``network`` stands for."""

    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        """(L, K) float32."""
        outputs = network(observation)
        if network.head == "squashed":
            outputs = action.low + 0.5 * (np.tanh(outputs) + 1) * (action.high - action.low)
        return np.clip(outputs, action.low, action.high).astype(np.float32)

    return act


def save(
    network: Network,
    folder: str | Path,
    spec: Spec,
    *,
    algorithm: str,
    name: str = "",
    deterministic: bool = False,
    training: dict[str, Any] | None = None,
) -> Path:
    """Writes the folder of an agent.

    Args:
        network: what ``acting_network`` gives for a model.
        spec: of the environment it was trained in.
        algorithm: what it was trained with.
        name: what tables call it; empty: the algorithm.
        deterministic: whether it takes its most likely action always.
        training: facts on how it was made, for readers: numbers and strings.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(network.tensors(), folder / "weights.safetensors")
    tables: dict[str, dict[str, Any]] = {
        "": {
            "kind": "stable-baselines3",
            "name": name or algorithm,
            "ids": [spec.id],
            "algorithm": algorithm,
            "deterministic": deterministic,
        },
        "options": dict(spec.options),
        "network": {"sizes": network.sizes, "activation": network.activation, "head": network.head},
        "spaces": {"observation": spec.observation_size, **_action_table(spec)},
        "training": training or {},
    }
    (folder / "agent.toml").write_text(toml.written(tables), encoding="utf-8")
    return folder


def _action_table(spec: Spec) -> dict[str, Any]:
    if isinstance(spec.action, Discrete):
        return {"actions": spec.action.n}
    return {"action_shape": list(spec.action.shape), "low": spec.action.low, "high": spec.action.high}


def load(folder: Path, settings: dict[str, Any], spec: Spec) -> Agent:
    """Builds the agent in ``folder``, whose parsed ``agent.toml`` is ``settings``, for ``spec``.

    Raises:
        ValueError: the folder is damaged, or the agent was made for other options.
    """
    try:
        network, deterministic = _read(folder, settings)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{folder / 'agent.toml'} is damaged: {type(error).__name__} {error}.") from None
    _check_fits(folder, network, settings, spec)
    return as_agent(network, spec, deterministic)


def _read(folder: Path, settings: dict[str, Any]) -> tuple[Network, bool]:
    description = settings["network"]
    path, sizes = folder / "weights.safetensors", description["sizes"]
    if description["head"] not in HEADS.values() or description["activation"] not in ACTIVATIONS:
        raise ValueError(f"{folder / 'agent.toml'} is damaged: unknown head or activation in {description}.")
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path} cannot be read: {error}.") from None
    layers = []
    for index, (inputs, outputs) in enumerate(pairwise(sizes)):
        weight, bias = tensors.get(f"layers.{index}.weight"), tensors.get(f"layers.{index}.bias")
        if weight is None or bias is None or weight.shape != (outputs, inputs) or bias.shape != (outputs,):
            raise ValueError(f"{path} does not hold layer {index} of shape ({outputs}, {inputs}) as agent.toml says.")
        if not (torch.isfinite(weight).all() and torch.isfinite(bias).all()):
            raise ValueError(f"{path}: layer {index} holds NaN or infinite numbers.")
        layers.append((weight.float(), bias.float()))
    return Network(tuple(layers), description["activation"], description["head"]), bool(settings["deterministic"])


def _check_fits(folder: Path, network: Network, settings: dict[str, Any], spec: Spec) -> None:
    discrete = isinstance(spec.action, Discrete)
    outputs = spec.action.n if isinstance(spec.action, Discrete) else int(np.prod(spec.action.shape))
    if discrete != (network.head in ("categorical", "greedy")):
        raise ValueError(f"The agent in {folder} has a {network.head} head, which does not fit {spec.action}.")
    if network.sizes[0] != spec.observation_size or network.sizes[-1] != outputs:
        raise ValueError(
            f"The agent in {folder} takes {network.sizes[0]} numbers and gives {network.sizes[-1]}; {spec.id} with "
            f"options {dict(spec.options)} shows {spec.observation_size} and takes {outputs}. "
            f"It was trained with options {settings.get('options', {})}."
        )

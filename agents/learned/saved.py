"""A learned agent as a folder: ``agent.toml`` says what to build, ``weights.safetensors`` holds the numbers.

The network is rebuilt from the TOML alone: loading runs no code of the folder. ``write`` and ``fill`` are for all kinds
of saved networks; ``save`` and ``load`` for an ``ActorCritic`` that plays by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from agora.agents import toml
from agora.agents.api import Agent, Needs, SampledAgent
from agora.agents.learned.distributions import Make, policy_form, to_play
from agora.agents.learned.networks import ActorCritic
from agora.agents.learned.settings import Network
from agora.envs.api import Discrete, Spec

AT_ONCE = 16_384  # observations in one pass, so that many games do not need much memory


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Lets torch use ``count`` threads for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def device(name: str) -> torch.device:
    """The device of the settings' key ``device``.

    Raises:
        ValueError: there is none of that name here.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(f"device={name!r} is not there: torch finds no CUDA device; use 'auto' or 'cpu'.")
    return torch.device(name)


class NetworkAgent:
    """Plays what an ``ActorCritic`` says, with a memory for each lane if it is recurrent.

    Args:
        model: on any device; it may go on learning.
        spec: of the environment.
        bins: see ``distributions.policy_form``.
        deterministic: take the most likely action always, instead of drawing.
    """

    needs: Needs = "observation"

    def __init__(self, model: ActorCritic, spec: Spec, bins: int = 0, deterministic: bool = False):
        self.model, self.spec, self.bins, self.deterministic = model, spec, bins, deterministic
        self._distribution: Make = policy_form(spec, bins)[1]
        self._generator = torch.Generator()
        self._memory = torch.zeros(0, model.memory_size)

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self._generator.manual_seed(seed)
        if self.model.memory_size and len(lanes):
            missing = int(lanes.max()) + 1 - len(self._memory)
            if missing > 0:
                self._memory = torch.cat([self._memory, torch.zeros(missing, self.model.memory_size)])
            self._memory[torch.from_numpy(lanes)] = 0

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        numbers = self._numbers(observation, lanes)
        distribution = self._distribution(numbers, torch.from_numpy(np.array(legal)))
        action = distribution.mode() if self.deterministic else distribution.sample(self._generator)
        return to_play(action, self.spec, self.bins)

    @torch.inference_mode()
    def _numbers(self, observation: np.ndarray, lanes: np.ndarray) -> torch.Tensor:
        """The policy's numbers (L, ...) on the CPU; memories move on."""
        device, parts = next(self.model.parameters()).device, []
        with threads(1):  # waiting for a second thread costs more than such a small network
            for start in range(0, len(observation), AT_ONCE):
                rows = slice(start, start + AT_ONCE)
                numbers = torch.from_numpy(np.ascontiguousarray(observation[rows], np.float32)).to(device)
                memory = self._memory[lanes[rows]].to(device) if self.model.memory_size else None
                output = self.model(numbers, memory)
                if output.memory is not None:
                    self._memory[lanes[rows]] = output.memory.cpu()
                parts.append(output.policy.cpu())
        return torch.cat(parts) if parts else torch.zeros(0, policy_form(self.spec, self.bins)[0])

    def probabilities(self, observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        """The probability of each discrete action, (L, A) float64, without memory."""
        logits = self._numbers(observation, np.arange(len(observation))).double()
        likelihood = self._distribution(logits, torch.from_numpy(np.array(legal))).probabilities.numpy()
        return np.eye(legal.shape[1])[likelihood.argmax(1)] if self.deterministic else likelihood


def as_agent(model: ActorCritic, spec: Spec, bins: int = 0, deterministic: bool = False) -> Agent:
    """The agent of ``model``: where its choice depends on the observation alone and actions are discrete, a
    ``PolicyAgent``, whose exploitability is exact."""
    agent = NetworkAgent(model, spec, bins, deterministic)
    if isinstance(spec.action, Discrete) and not model.memory_size:
        return SampledAgent(agent.probabilities)
    return agent


def save(
    model: ActorCritic,
    folder: Path,
    spec: Spec,
    *,
    network: Network,
    algorithm: str,
    name: str = "",
    bins: int = 0,
    deterministic: bool = False,
    training: dict[str, Any] | None = None,
) -> Path:
    """Writes the folder of an agent that plays by ``model`` alone; see ``NetworkAgent`` for the arguments."""
    plays = {"bins": bins, "deterministic": deterministic}
    model_table = {"critic": model.critic_kind, "normalise": model.normaliser is not None}
    tables = {"plays": plays, "model": model_table, "network": msgspec.to_builtins(network)}
    return write(
        model, folder, spec, kind="actor-critic", algorithm=algorithm, name=name, tables=tables, training=training
    )


def write(
    model: nn.Module,
    folder: Path,
    spec: Spec,
    *,
    kind: str,
    algorithm: str,
    name: str,
    tables: dict[str, dict[str, Any]],
    training: dict[str, Any] | None = None,
) -> Path:
    """Writes the folder of an agent.

    Args:
        kind: one of ``agents.api.SAVED_KINDS``.
        tables: what its loader needs.
        training: facts on how it was made, for readers: numbers and strings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, folder / "weights.safetensors")
    first = {"kind": kind, "name": name or algorithm, "ids": [spec.id], "algorithm": algorithm}
    spaces: dict[str, Any] = {"observation": spec.observation_size}
    if isinstance(spec.action, Discrete):
        spaces["actions"] = spec.action.n
    else:
        spaces |= {"action_shape": list(spec.action.shape), "low": spec.action.low, "high": spec.action.high}
    content = {"": first, "options": dict(spec.options), **tables, "spaces": spaces, "training": training or {}}
    (folder / "agent.toml").write_text(toml.written(content), encoding="utf-8")
    return folder


def load(folder: Path, settings: dict[str, Any], spec: Spec) -> Agent:
    """Builds the agent in ``folder``, whose parsed ``agent.toml`` is ``settings``, for ``spec``.

    Raises:
        ValueError: the folder is damaged, or the agent was made for other options.
    """
    try:
        plays, model_table = settings["plays"], settings["model"]
        network = msgspec.convert(settings["network"], Network)
        bins, deterministic = int(plays["bins"]), bool(plays["deterministic"])
        check_fits(folder, settings, spec)
        size, _ = policy_form(spec, bins)
        model = ActorCritic(spec, network, size, critic=model_table["critic"], normalise=model_table["normalise"])
    except (KeyError, TypeError, AttributeError, RuntimeError, msgspec.ValidationError) as error:
        raise ValueError(f"{folder / 'agent.toml'} is damaged: {type(error).__name__} {error}.") from None
    fill(model, folder / "weights.safetensors")
    return as_agent(model, spec, bins, deterministic)


def check_fits(folder: Path, settings: dict[str, Any], spec: Spec) -> None:
    """Raises ValueError if the agent in ``folder`` was made for other observations or actions than ``spec`` has."""
    spaces, action = settings["spaces"], spec.action
    takes = spaces.get("actions") if isinstance(action, Discrete) else tuple(spaces.get("action_shape", ()))
    needed = action.n if isinstance(action, Discrete) else action.shape
    if spaces["observation"] != spec.observation_size or takes != needed:
        raise ValueError(
            f"The agent in {folder} takes {spaces['observation']} numbers and gives {takes}; {spec.id} with options "
            f"{dict(spec.options)} shows {spec.observation_size} and takes {needed}. It was trained with options "
            f"{settings.get('options', {})}."
        )


def fill(model: nn.Module, path: Path) -> None:
    """Gives ``model`` the weights in the safetensors file ``path``.

    Raises:
        ValueError: the file cannot be read, holds other tensors than the model has, or numbers that are not finite.
    """
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path} cannot be read: {error}.") from None
    expected = model.state_dict()
    for name in sorted(expected.keys() | tensors.keys()):
        found = tensors.get(name)
        if found is None or name not in expected or found.shape != expected[name].shape:
            shape = "nothing" if found is None else tuple(found.shape)
            wanted = tuple(expected[name].shape) if name in expected else "nothing"
            raise ValueError(f"{path} holds {shape} for {name}; agent.toml describes {wanted}.")
        if not torch.isfinite(found).all():
            raise ValueError(f"{path}: {name} holds NaN or infinite numbers.")
    model.load_state_dict(tensors)

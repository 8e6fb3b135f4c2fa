"""One network that is many policies: it sees the observation and, behind it, a vector that says which one to be.

A policy is saved as a folder: ``agent.toml`` holds its vector, and the folder ``network`` the network.
"""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from agora.agents import toml
from agora.agents.api import Agent, SampledAgent
from agora.agents.learned import saved
from agora.agents.learned.networks import ActorCritic
from agora.agents.learned.settings import Network
from agora.envs.api import Piece, Spec


def conditioned(spec: Spec, numbers: int) -> Spec:
    """``spec`` as the network sees it: with a vector of ``numbers`` numbers, 0 to 1, behind the observation."""
    piece = Piece("condition", (numbers,), 0.0, 1.0, "which policy to be")
    return replace(spec, observation=(*spec.observation, piece), observation_dtype="float32")


def appended(observation: np.ndarray, conditions: np.ndarray) -> np.ndarray:
    """Observations (L, O) with the vectors (C,) or (L, C) behind them: (L, O + C) float32."""
    rows = np.broadcast_to(conditions, (len(observation), conditions.shape[-1]))
    return np.concatenate([observation, rows], axis=1, dtype=np.float32)


def under(agent: Any, condition: np.ndarray) -> Agent:
    """The policy that ``agent``, a ``PolicyAgent`` that sees conditions, is under one of them, (C,)."""
    return SampledAgent(lambda observation, legal: agent.policy(appended(observation, condition), legal))


def save(model: ActorCritic, condition: np.ndarray, folder: Path, spec: Spec, *, network: Network, name: str) -> Path:
    """Writes the folder of the policy that ``model`` is under ``condition`` (C,)."""
    sees = conditioned(spec, len(condition))
    saved.save(model, folder / "network", sees, network=network, algorithm="NeuPL", name=name)
    head = {"kind": "conditional", "name": name, "ids": [spec.id], "condition": condition.tolist()}
    (folder / "agent.toml").write_text(toml.written({"": head, "options": dict(spec.options)}), encoding="utf-8")
    return folder


def load(folder: Path, settings: dict[str, Any], spec: Spec) -> Agent:
    """Builds the agent in ``folder``, whose parsed ``agent.toml`` is ``settings``, for ``spec``.

    Raises:
        ValueError: the folder is damaged, or the agent was made for other options.
    """
    path = folder / "network" / "agent.toml"
    try:
        condition = np.array(settings["condition"], np.float64)
        network = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder} is damaged: {type(error).__name__} {error}.") from None
    return under(saved.load(folder / "network", network, conditioned(spec, len(condition))), condition)

"""An agent that is a mixture of agents: for every game and seat it draws one of them, which then plays.

Saved as a folder: ``agent.toml`` holds the weights and names the policies, each a folder in ``policies`` or an agent
that has a name.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agora.agents import toml
from agora.agents.api import Agent, Needs, draw_rows
from agora.agents.api import load as load_agent
from agora.agents.population import frozen
from agora.agents.population.frozen import Stored
from agora.agents.population.moves import moves, shows_policy
from agora.envs.api import Spec

_NEEDS: tuple[Needs, ...] = ("observation", "states", "truth")  # each shows all that the one before does
_NOBODY = -1


class MixtureAgent:
    """Draws the policy of each game with the weights of the seat that it plays there, when it is first asked.

    Args:
        policies: K agents.
        weights: (P, K), for each seat the probabilities of the policies. They may be written to between games.
        spec: of the environment. Where seats have different weights and the observation has no piece ``seat``, game
            states tell the seat, and nothing else of them is looked at.
    """

    def __init__(self, policies: Sequence[Agent], weights: np.ndarray, spec: Spec):
        self.policies, self.weights, self.spec = list(policies), checked(weights, spec.players, len(policies)), spec
        self._by_piece = any(piece.name == "seat" and piece.shape == (spec.players,) for piece in spec.observation)
        self._alike = bool((self.weights == self.weights[0]).all())
        own: Needs = "observation" if self._by_piece or self._alike else "states"
        self.needs: Needs = max([own, *(policy.needs for policy in policies)], key=_NEEDS.index)
        self._generator = np.random.default_rng(0)
        self._playing: dict[int, int] = {}  # the policy drawn, by lane

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        for lane in lanes.tolist():
            self._playing.pop(lane, None)

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        chosen = np.array([self._playing.get(lane, _NOBODY) for lane in lanes.tolist()], np.int64)
        new = np.flatnonzero(chosen == _NOBODY)
        if len(new):
            seats = self._seats(observation[new], None if states is None else states[new])
            chosen[new] = draw_rows(self.weights[seats], self._generator)
            self._start(chosen[new], lanes[new])
        agents = dict(enumerate(self.policies))
        return moves(self.spec, agents, chosen, observation, legal, lanes, self._generator, states)

    def _seats(self, observation: np.ndarray, states: Any) -> np.ndarray:
        if self._by_piece:
            return self.spec.pieces(observation)["seat"].argmax(axis=1)
        if self._alike:
            return np.zeros(len(observation), np.int64)
        return states.to_move.astype(np.int64)

    def _start(self, drawn: np.ndarray, lanes: np.ndarray) -> None:
        self._playing.update(zip(lanes.tolist(), drawn.tolist(), strict=True))
        for number in np.unique(drawn).tolist():
            policy = self.policies[number]
            if not shows_policy(policy, self.spec):
                policy.reset(self.spec, lanes[drawn == number], int(self._generator.integers(1 << 62)))


def checked(weights: Any, players: int, policies: int) -> np.ndarray:
    """``weights`` as (P, K) float64; ValueError if they are not probabilities for each seat."""
    weights = np.asarray(weights, np.float64)
    if weights.shape != (players, policies) or not (weights >= 0).all() or not np.allclose(weights.sum(axis=1), 1):
        raise ValueError(
            f"Weights {weights.tolist()} do not fit: give probabilities of {policies} policies for each of {players} "
            "seats."
        )
    return weights


def save(policies: Sequence[Stored], weights: np.ndarray, folder: Path, spec: Spec, *, name: str) -> Path:
    """Writes the folder of a mixture: see ``MixtureAgent``; ``policies`` as ``frozen.Frozen`` stores them."""
    names = save_policies(policies, folder)
    head = {"kind": "mixture", "name": name, "ids": [spec.id]}
    mixture = {"policies": names, "weights": np.asarray(weights).tolist()}
    folder.mkdir(parents=True, exist_ok=True)
    text = toml.written({"": head, "options": dict(spec.options), "mixture": mixture})
    (folder / "agent.toml").write_text(text, encoding="utf-8")
    return folder


def save_policies(policies: Sequence[Stored], folder: Path) -> list[str]:
    """Writes every policy into a folder of its own in ``folder / "policies"``; returns where each one is to be found:
    such a folder, relative to ``folder``, or an agent's name."""
    names = []
    for number, stored in enumerate(policies):
        if isinstance(stored, str):
            names.append(stored)
        else:
            names.append(f"policies/{number:03d}")
            frozen.write(stored, folder / names[-1])
    return names


def load(folder: Path, settings: dict[str, Any], spec: Spec) -> Agent:
    """Builds the agent in ``folder``, whose parsed ``agent.toml`` is ``settings``, for ``spec``.

    Raises:
        ValueError: the folder is damaged, or a policy does not play ``spec``.
    """
    try:
        names, weights = list(settings["mixture"]["policies"]), settings["mixture"]["weights"]
    except (KeyError, TypeError) as error:
        raise ValueError(f"{folder / 'agent.toml'} is damaged: {type(error).__name__} {error}.") from None
    policies = [load_agent(folder / name if name.startswith("policies/") else name, spec) for name in names]
    return MixtureAgent(policies, weights, spec)

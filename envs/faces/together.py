"""PettingZoo's Parallel interface: every player gives an action in every call."""

from typing import Any

import gymnasium
import numpy as np
from pettingzoo import ParallelEnv

from agora.envs.batch import Batch
from agora.envs.faces.rendering import METADATA, Renderer
from agora.envs.faces.single import action_space
from agora.envs.faces.turns import agent_names, dict_space, seen
from agora.envs.game import Game


class TogetherEnv(ParallelEnv):
    """One game as a Parallel environment; agents are ``player_0`` to ``player_{P-1}``.

    Where players take turns, only the action of the player to move is played; the mask of the others is all zeros and
    what they give is not read (``info["moves"]`` tells). ``max_cycles`` cuts episodes after so many steps. Other
    arguments as for ``SingleEnv``.
    """

    metadata = METADATA

    def __init__(
        self, game: Game, *, illegal: Any = "forfeit", max_cycles: int | None = None, render_mode: str | None = None
    ):
        self._renderer = Renderer(game, render_mode)
        self.game, self.render_mode = game, render_mode
        self.metadata = {**METADATA, "name": game.spec.id.split("/")[-1]}
        self.possible_agents = agent_names(game.spec.players)
        self.observation_spaces = {agent: dict_space(game) for agent in self.possible_agents}
        self.action_spaces = {agent: action_space(game.spec) for agent in self.possible_agents}
        self.agents: list[str] = []
        self._batch = Batch(game, 1, 0, autoreset="disabled", illegal=illegal, max_steps=max_cycles)
        self._together = game.spec.turns == "simultaneous"

    def observation_space(self, agent: str) -> gymnasium.spaces.Space:
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gymnasium.spaces.Space:
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[dict, dict]:
        self._batch.reset(seed)
        self.agents = list(self.possible_agents)
        return self._observed(), self._infos()

    def step(self, actions: dict[str, Any]) -> tuple[dict, dict, dict, dict, dict]:
        batch, agents = self._batch, self.agents
        movers = agents if self._together else [agents[batch.to_move[0]]]
        batch.step(np.stack([np.asarray(actions[agent], self.game.spec.action_dtype) for agent in movers])[None])
        observations = self._observed()
        rewards = dict(zip(agents, batch.rewards[0].tolist(), strict=True))
        terminations = dict.fromkeys(agents, bool(batch.terminated[0]))
        truncations = dict.fromkeys(agents, bool(batch.truncated[0]))
        infos = self._infos()
        if batch.ended[0]:
            self.agents = []
        if self.render_mode == "human":
            self.render()
        return observations, rewards, terminations, truncations, infos

    def _infos(self) -> dict[str, dict[str, bool]]:
        """``moves``: the player's next action will be read; ``illegal``: its last one was, and it forfeited."""
        batch = self._batch
        movers = range(len(self.possible_agents)) if self._together else batch.to_move[:1]
        return {
            agent: {"moves": player in movers and not batch.ended[0], "illegal": bool(batch.illegal[0, player])}
            for player, agent in enumerate(self.possible_agents)
        }

    def _observed(self) -> dict[str, dict[str, np.ndarray]]:
        return {agent: seen(self._batch, player) for player, agent in enumerate(self.agents)}

    def render(self) -> Any:
        """The game in ``render_mode``, as a spectator sees it."""
        return self._renderer.show(self._batch.states[0], None)

    def close(self) -> None:
        self._renderer.close()

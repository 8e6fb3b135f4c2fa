"""PettingZoo's AEC interface: players take turns, one action a call."""

from typing import Any

import gymnasium
import numpy as np
from pettingzoo import AECEnv

from agora.envs.api import Discrete
from agora.envs.batch import Batch
from agora.envs.faces.rendering import METADATA, Renderer
from agora.envs.faces.single import action_space, observation_space
from agora.envs.game import Game


def agent_names(players: int) -> list[str]:
    return [f"player_{player}" for player in range(players)]


def dict_space(game: Game) -> gymnasium.spaces.Dict:
    """``observation`` (O,) and, with discrete actions, ``action_mask`` (A,) int8."""
    spaces: dict[str, gymnasium.spaces.Space] = {"observation": observation_space(game.spec)}
    if isinstance(game.spec.action, Discrete):
        spaces["action_mask"] = gymnasium.spaces.Box(0, 1, (game.spec.action.n,), np.int8)
    return gymnasium.spaces.Dict(spaces)


def seen(batch: Batch, player: int) -> dict[str, np.ndarray]:
    """What ``player`` sees of the one game in ``batch``; the mask of a player that is not to move is all zeros."""
    spec, turns = batch.spec, batch.spec.turns == "sequential"
    moves = not batch.ended[0] and (not turns or player == batch.to_move[0])
    slot: Any = 0 if turns else (0, player)
    observation = batch.observation[slot].copy() if moves else batch.observe(player)[0]
    if not isinstance(spec.action, Discrete):
        return {"observation": observation}
    mask = batch.legal[slot].astype(np.int8) if moves else np.zeros(spec.action.n, np.int8)
    return {"observation": observation, "action_mask": mask}


class TurnsEnv(AECEnv):
    """One game as an AEC environment; agents are ``player_0`` to ``player_{P-1}``.

    Where all players choose at once, they are asked one after the other and see nothing of each other's choice.
    ``observe`` gives ``{"observation", "action_mask"}``; the mask of a player that is not to move is all zeros.
    ``max_cycles`` cuts episodes
    after so many decisions. Other arguments as for ``SingleEnv``.
    """

    metadata = METADATA

    def __init__(
        self, game: Game, *, illegal: Any = "forfeit", max_cycles: int | None = None, render_mode: str | None = None
    ):
        super().__init__()
        self._renderer = Renderer(game, render_mode)
        self.game, self.render_mode = game, render_mode
        self.metadata = {**METADATA, "is_parallelizable": False, "name": game.spec.id.split("/")[-1]}
        self.possible_agents = agent_names(game.spec.players)
        self.observation_spaces = {agent: dict_space(game) for agent in self.possible_agents}
        self.action_spaces = {agent: action_space(game.spec) for agent in self.possible_agents}
        self._players = {agent: player for player, agent in enumerate(self.possible_agents)}
        self._batch = Batch(game, 1, 0, autoreset="disabled", illegal=illegal, max_steps=max_cycles)
        self._together = game.spec.turns == "simultaneous"

    def observation_space(self, agent: str) -> gymnasium.spaces.Space:
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gymnasium.spaces.Space:
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        self._batch.reset(seed)
        self.agents = list(self.possible_agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos: dict[str, dict[str, Any]] = {agent: {} for agent in self.agents}
        self._chosen: list[Any] = []
        self.agent_selection = self._next()

    def _next(self) -> str:
        """Who is asked next; after the end the first, since PettingZoo asks each player once more for None."""
        if self._batch.ended[0]:
            return self.possible_agents[0]
        if self._together:
            return self.possible_agents[len(self._chosen)]
        return self.possible_agents[self._batch.to_move[0]]

    def observe(self, agent: str) -> dict[str, np.ndarray]:
        return seen(self._batch, self._players[agent])

    def step(self, action: Any) -> None:
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        self._chosen.append(action)
        if not self._together or len(self._chosen) == len(self.possible_agents):
            self._play()
        self.agent_selection = self._next()
        self._accumulate_rewards()
        if self.render_mode == "human":
            self.render()

    def _play(self) -> None:
        batch = self._batch
        batch.step(np.asarray(self._chosen, self.game.spec.action_dtype)[None])
        self._chosen = []
        rewards, terminated, truncated = batch.rewards[0], bool(batch.terminated[0]), bool(batch.truncated[0])
        for player, agent in enumerate(self.possible_agents):
            self.rewards[agent] = float(rewards[player])
            if terminated or truncated:
                self.terminations[agent], self.truncations[agent] = terminated, truncated
            if batch.illegal[0, player]:
                self.infos[agent]["illegal"] = True

    def render(self) -> Any:
        """The game in ``render_mode``, as a spectator sees it."""
        return self._renderer.show(self._batch.states[0], None)

    def close(self) -> None:
        self._renderer.close()

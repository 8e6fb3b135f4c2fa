"""Many games behind ``gymnasium.vector.VectorEnv``: the native batch, not a list of environments."""

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from agora.envs.api import Discrete
from agora.envs.faces.rendering import METADATA, Renderer
from agora.envs.faces.single import action_space, observation_space
from agora.envs.game import Game
from agora.envs.seats import Seat, SeatedBatch


class NativeVectorEnv(VectorEnv):
    """``num_envs`` games in lock-step, lane i seeded with ``seed + i`` as Gymnasium does.

    Args:
        opponent, seat, illegal: as for ``SingleEnv``. With ``opponent="self"`` each step takes the action of the
            player to move and rewards that player; ``info["rewards"]`` (B, P) has everybody's.
        autoreset_mode: ``SAME_STEP``, ``NEXT_STEP`` or ``DISABLED`` as Gymnasium names them, or their values.

    ``info["action_mask"]`` is (B, A) bool, ``info["seat"]`` (B,) who decides. In the step that ends a game,
    ``SAME_STEP`` puts the last observation into ``info["final_obs"]`` (B, O), with ``info["_final_obs"]`` (B,) telling
    which rows are meant.
    """

    metadata = METADATA

    def __init__(
        self,
        game: Game,
        num_envs: int,
        *,
        opponent: Any = "random",
        seat: Seat = 0,
        illegal: Any = "forfeit",
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
    ):
        mode = AutoresetMode(autoreset_mode)
        self.metadata = {**METADATA, "autoreset_mode": mode}
        self._renderer = Renderer(game, render_mode)
        self.game, self.num_envs, self.render_mode = game, num_envs, render_mode
        self.single_observation_space = observation_space(game.spec)
        self.single_action_space = action_space(game.spec)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._mode = mode
        self._discrete = isinstance(game.spec.action, Discrete)
        at_once = mode is AutoresetMode.SAME_STEP
        self._seated = SeatedBatch(game, num_envs, opponent=opponent, seat=seat, illegal=illegal, deal_at_once=at_once)
        self._batch = self._seated.batch
        self._due = np.zeros(num_envs, np.bool_)  # games that the next step deals anew

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Starts new games: in all lanes, or in those of ``options["reset_mask"]`` (B,) bool."""
        mask = (options or {}).get("reset_mask")
        lanes = None if mask is None else np.flatnonzero(mask)
        self._seated.restart(lanes, self._seeds(seed, lanes))
        self._due[:] = False
        return self._seated.observation, self._info()

    def _seeds(self, seed: int | list[int | None] | None, lanes: np.ndarray | None) -> int | np.ndarray | None:
        """Seeds as ``Batch`` takes them; a list that leaves some out is filled up from the first one given."""
        if seed is None or isinstance(seed, int | np.integer):
            return None if seed is None else seed if lanes is None else seed + lanes
        given = [number for number in seed if number is not None]
        if not given:
            return None
        filled = np.array([given[0] + lane if number is None else number for lane, number in enumerate(seed)])
        return filled if lanes is None else filled[lanes]

    def step(self, actions: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        if self._mode is AutoresetMode.NEXT_STEP and self._due.any():
            return self._step_with_deals(np.asarray(actions))
        rewards = self._seated.step(actions)
        terminated, truncated = self._batch.terminated.copy(), self._batch.truncated.copy()
        self._due = terminated | truncated
        if self._mode is AutoresetMode.SAME_STEP and self._due.any():
            info = {"final_obs": self._seated.final_observation(self._due), "_final_obs": self._due}
            if not self._seated.deals_at_once:
                self._seated.restart(np.flatnonzero(self._due))
            return self._seated.observation, rewards, terminated, truncated, self._info() | info
        return self._seated.observation, rewards, terminated, truncated, self._info()

    def _step_with_deals(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict]:
        """Deals anew where a game ended in the step before, and plays the others."""
        rewards, playing = np.zeros(self.num_envs), np.flatnonzero(~self._due)
        self._seated.restart(np.flatnonzero(self._due))
        if len(playing):
            rewards[playing] = self._seated.step(actions[playing], playing)
        self._due = self._batch.terminated | self._batch.truncated
        return (
            self._seated.observation,
            rewards,
            self._batch.terminated.copy(),
            self._batch.truncated.copy(),
            self._info(),
        )

    def _info(self) -> dict[str, Any]:
        info = {"seat": self._seated.seats.copy(), "rewards": self._batch.rewards.copy()}
        if self._discrete:
            info["action_mask"] = self._seated.legal
        return info

    def action_masks(self) -> np.ndarray:
        """(B, A) bool."""
        return self._seated.legal

    def sample_legal(self) -> np.ndarray:
        """Uniformly drawn legal actions of the caller's seats, (B,) or (B, K), by compiled code."""
        actions = self._batch.sample()
        return actions[np.arange(self.num_envs), self._seated.seats] if self._batch.observation.ndim == 3 else actions

    def render(self) -> tuple[Any, ...] | None:
        """A frame per game, in ``render_mode``; ``human`` shows the first game."""
        shown = zip(self._batch.states, self._seated.seats, strict=True)
        if self.render_mode == "human":
            shown = zip(self._batch.states[:1], self._seated.seats[:1], strict=True)
        return tuple(self._renderer.show(state, int(seat)) for state, seat in shown)

    def close_extras(self, **kwargs: Any) -> None:
        self._renderer.close()

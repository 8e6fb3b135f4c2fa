"""stable-baselines3's ``VecEnv`` on the native batch: no processes, and no Python loop over the games."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv

from agora.envs.faces.single import action_space, observation_space
from agora.envs.game import Game
from agora.envs.seats import Seat, SeatedBatch

_NOTHING: dict[str, Any] = {}  # the info of every game that goes on


class BatchVecEnv(VecEnv):
    """B games in lock-step for an algorithm of stable-baselines3 or sb3-contrib.

    Args:
        game: the environment.
        num_envs: B.
        opponent, seat, illegal: as in ``SeatedBatch``.
        reward_scale: rewards are multiplied by it; the returns in infos are not.

    A finished game is dealt anew in the same step. Its info then holds ``terminal_observation`` (O,),
    ``TimeLimit.truncated`` and ``episode``: return ``r``, decisions of the learner ``l`` and seconds since the start
    ``t``. ``returns`` has the returns of all episodes that ended since it was last emptied.
    """

    def __init__(
        self,
        game: Game,
        num_envs: int,
        *,
        opponent: Any = "random",
        seat: Seat = "alternate",
        illegal: Any = "forfeit",
        reward_scale: float = 1.0,
    ):
        self.seated = SeatedBatch(game, num_envs, opponent=opponent, seat=seat, illegal=illegal)
        self.render_mode = None
        self.reward_scale = reward_scale
        self.returns: list[np.ndarray] = []
        self._lengths = np.zeros(num_envs, np.int64)
        self._seed: int | None = None
        self._actions = np.zeros(0)
        self._start = time.monotonic()
        super().__init__(num_envs, observation_space(game.spec), action_space(game.spec))

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Lane i of the next ``reset`` is seeded with ``seed + i``; None goes on with the lanes' own generators."""
        self._seed = seed
        return [None if seed is None else seed + lane for lane in range(self.num_envs)]

    def reset(self) -> np.ndarray:
        """Starts new games everywhere; returns the observations (B, O)."""
        self.seated.restart(seed=self._seed)
        self._seed = None
        self._lengths[:] = 0
        return self.seated.observation

    def step_async(self, actions: np.ndarray) -> None:
        self._actions = actions

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Observations (B, O), rewards (B,) float32, whether a game ended (B,) bool, and infos (B)."""
        seated = self.seated
        rewards = (seated.step(self._actions) * self.reward_scale).astype(np.float32)
        dones = seated.batch.ended.copy()
        self._lengths += 1
        infos = [_NOTHING] * self.num_envs
        ended = np.flatnonzero(dones)
        if len(ended):
            self._finish(ended, infos)
            seated.restart(ended)
        return seated.observation, rewards, dones, infos

    def _finish(self, ended: np.ndarray, infos: list[dict[str, Any]]) -> None:
        """Writes the infos of the games that ended in lanes ``ended`` (L,)."""
        batch, seats, elapsed = self.seated.batch, self.seated.seats[ended], time.monotonic() - self._start
        observations = batch.observe(seats, ended)
        returns = batch.final_returns[ended, seats]
        truncated = batch.truncated[ended].tolist()
        lengths = self._lengths[ended].tolist()
        for row, lane in enumerate(ended.tolist()):
            infos[lane] = {
                "terminal_observation": observations[row],
                "TimeLimit.truncated": truncated[row],
                "episode": {"r": float(returns[row]), "l": lengths[row], "t": elapsed},
            }
        self.returns.append(returns)
        self._lengths[ended] = 0

    def action_masks(self) -> np.ndarray:
        """(B, A) bool: what is legal."""
        return self.seated.legal

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **keywords: Any) -> list[Any]:
        """Only ``action_masks``. One array (B, A) in a list of one: sb3-contrib stacks and reshapes what it gets here,
        and stacking B rows in Python would cost more than playing B moves."""
        if method_name != "action_masks":
            raise AttributeError(f"The games of a batch have no method {method_name!r}; they have action_masks.")
        masks = self.action_masks()
        return [masks if indices is None else masks[np.atleast_1d(indices)]]

    def has_attr(self, attr_name: str) -> bool:
        return hasattr(self, attr_name)

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The same value for every game, since they share everything but their states."""
        return [getattr(self, attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        raise AttributeError(f"The games of a batch share their attributes; {attr_name!r} cannot be set.")

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """Never: episodes are counted here already."""
        return [False] * len(list(self._get_indices(indices)))

    def close(self) -> None:
        """There is nothing to release."""

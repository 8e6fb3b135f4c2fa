"""One game behind ``gymnasium.Env``; ``spaces`` are those of every face."""

from typing import Any

import gymnasium
import numpy as np

from agora.envs.api import Discrete, Spec
from agora.envs.faces.rendering import METADATA, Renderer
from agora.envs.game import Game
from agora.envs.seats import Seat, SeatedBatch


def observation_space(spec: Spec) -> gymnasium.spaces.Box:
    """The flat observation (O,); ``spec.pieces`` gives its named parts."""
    low = np.concatenate([np.full(int(np.prod(piece.shape)), piece.low) for piece in spec.observation])
    high = np.concatenate([np.full(int(np.prod(piece.shape)), piece.high) for piece in spec.observation])
    dtype = np.dtype(spec.observation_dtype)
    return gymnasium.spaces.Box(low.astype(dtype), high.astype(dtype), dtype=dtype.type)


def action_space(spec: Spec) -> gymnasium.spaces.Space:
    """``Discrete(A)`` or a ``Box`` of shape (K,)."""
    action = spec.action
    if isinstance(action, Discrete):
        return gymnasium.spaces.Discrete(action.n)
    return gymnasium.spaces.Box(action.low, action.high, action.shape, np.float32)


class SingleEnv(gymnasium.Env):
    """One seat of one game; the other seats are played by ``opponent``.

    Args:
        game: the environment.
        opponent: who plays the other seats: ``"random"``, ``"scripted/NAME"``, the folder of a saved agent, an agent
            or a function, see ``agora.agents.api.load``.
        seat: the seat played here: a number, ``"alternate"`` or ``"random"``.
        illegal: what an illegal action costs: ``"forfeit"``, ``"raise"`` or ``"random"``, see ``Batch``.
        render_mode: ``"human"`` (a window), ``"rgb_array"`` (H, W, 3) uint8 or ``"ansi"`` (text).

    ``info`` has ``action_mask`` (A,) bool with discrete actions, ``seat``, and ``illegal`` or ``clipped`` when the
    last action was. Rewards are the seat's, in ``spec.unit``.

    Raises:
        ValueError: an argument is not one of those above.
    """

    metadata = METADATA

    def __init__(
        self,
        game: Game,
        *,
        opponent: Any = "random",
        seat: Seat = 0,
        illegal: Any = "forfeit",
        render_mode: str | None = None,
    ):
        self._renderer = Renderer(game, render_mode)
        self.game, self.render_mode = game, render_mode
        self.observation_space = observation_space(game.spec)
        self.action_space = action_space(game.spec)
        self._seated = SeatedBatch(game, 1, opponent=opponent, seat=seat, illegal=illegal)
        self._batch = self._seated.batch
        self._discrete = isinstance(game.spec.action, Discrete)
        self._dealt = False

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[np.ndarray, dict]:
        if seed is not None:
            super().reset(seed=seed)
        self._seated.restart(seed=seed)
        self._seat = int(self._seated.seats[0])
        self._dealt = True
        return self._observed()

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        batch = self._batch
        if not self._dealt or batch.ended[0]:
            raise gymnasium.error.ResetNeeded(f"{self.game.spec.id} has no game in progress: call reset() first.")
        seat = self._seat
        if self._seated.alone:
            batch.step((action,))
            reward = batch.rewards[0, seat]
        else:
            reward = self._seated.step(np.asarray(action, self.game.spec.action_dtype)[None])[0]
        observation, info = self._observed()
        if batch.illegal[0, seat]:
            info["illegal"] = True
        if batch.clipped[0, seat]:
            info["clipped"] = True
        return observation, float(reward), bool(batch.terminated[0]), bool(batch.truncated[0]), info

    def _observed(self) -> tuple[np.ndarray, dict[str, Any]]:
        if self.render_mode == "human":
            self.render()
        if self._seated.alone and not self._batch.ended[0]:  # the usual case, without the detours
            observation, legal = self._batch.observation[0].copy(), self._batch.legal[0].copy()
        else:
            observation, legal = self._seated.observation[0], self._seated.legal[0]
            self._seat = int(self._seated.seats[0])
        info: dict[str, Any] = {"seat": self._seat}
        if self._discrete:
            info["action_mask"] = legal
        return observation, info

    def action_masks(self) -> np.ndarray:
        """(A,) bool, for sb3-contrib's ``MaskablePPO``."""
        return self._seated.legal[0]

    def render(self) -> Any:
        """The game as this seat sees it, in ``render_mode``."""
        return self._renderer.show(self._batch.states[0], int(self._seated.seats[0]))

    def close(self) -> None:
        self._renderer.close()

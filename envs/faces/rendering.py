"""The three render modes, for every face."""

from typing import Any

import gymnasium
import numpy as np

from agora.envs.game import Game

RENDER_MODES = ["human", "rgb_array", "ansi"]
METADATA: dict[str, Any] = {"render_modes": RENDER_MODES, "render_fps": 4}


class Renderer:
    """Shows states of ``game`` in ``mode``: ``human`` (a window), ``rgb_array``, ``ansi`` or None.

    Raises:
        ValueError: ``mode`` is none of these.
    """

    def __init__(self, game: Game, mode: str | None):
        if mode not in (None, *RENDER_MODES):
            raise ValueError(f"render_mode={mode!r} is not allowed: choose one of {', '.join(RENDER_MODES)}.")
        self._game, self._mode = game, mode
        self._window: Any = None

    def show(self, state: np.record, player: int | None) -> Any:
        """The game as ``player`` sees it, None being a spectator: text, (H, W, 3) uint8, or None."""
        if self._mode is None:
            gymnasium.logger.warn("render() without a render_mode does nothing: choose one when making it.")
            return None
        if self._mode == "ansi":
            return self._game.words.describe(self._game.world, state, player)
        from agora.envs.canvas import picture

        canvas = picture(self._game, state, player)
        if self._mode == "rgb_array":
            return canvas.pixels()
        if self._window is None:
            from agora.envs.faces.window import Window

            self._window = Window(self._game.spec.id)
        self._window.show(canvas)
        return None

    def close(self) -> None:
        if self._window is not None:
            self._window.close()
            self._window = None

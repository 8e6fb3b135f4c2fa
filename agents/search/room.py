"""What the compiled walks and searches in ``kernels/`` work on."""

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from agora.envs.api import Discrete
from agora.envs.game import Game
from agora.envs.jit import compiled


def kernel(name: str, game: Game) -> ModuleType:
    """``kernels/NAME.py`` compiled for the rules of ``game``."""
    return compiled(Path(__file__).parent / "kernels" / f"{name}.py", game.rules)


def check_walkable(game: Game) -> None:
    """Raises ValueError unless players of ``game`` move in turn, with discrete actions and no chance."""
    spec = game.spec
    reason = (
        "its players choose at once"
        if spec.turns != "sequential"
        else "its actions are continuous"
        if not isinstance(spec.action, Discrete)
        else "chance moves in it"
        if spec.chance != "none"
        else ""
    )
    if reason:
        raise ValueError(f"{spec.id} has no lines of play to walk: {reason}. Solvers build its tree instead.")


def walking_room(module: ModuleType, game: Game, state: np.record, depth: int) -> Any:
    """A ``Room`` of the compiled ``module`` for a walk of ``depth`` plies that starts at ``state``."""
    states = np.zeros(depth + 1, game.dtype).view(np.recarray)
    states[0] = state
    return module.Room(
        states=states,
        masks=np.zeros((depth + 1, game.spec.action.n), np.bool_),
        cursor=np.zeros(depth + 1, np.int64),
        actions=np.zeros(game.spec.players, np.int64),
        rewards=np.zeros(game.spec.players),
    )


def viewing_room(game: Game) -> tuple[np.recarray, np.recarray, np.ndarray]:
    """A blank observation (1,), one to write into (1,), and the bytes of the latter."""
    blanks = np.zeros(1, game.spec.observation_record).view(np.recarray)
    views = np.zeros(1, game.spec.observation_record).view(np.recarray)
    return blanks, views, views.view(np.uint8).view(np.ndarray)

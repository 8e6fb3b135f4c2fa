"""What the compiled rules of a game allow, for its words and pictures."""

from types import ModuleType

import numpy as np

from agora.envs.jit import compiled_loop


def legal_mask(rules: ModuleType, world, state, player: int, actions: int) -> np.ndarray:
    """The mask (actions,) bool of ``player``, whose turn it is; all False when the game is over."""
    mask = np.zeros(actions, np.bool_)
    if not state.over:
        compiled_loop(rules).legal_one(world, state, player, mask)
    return mask

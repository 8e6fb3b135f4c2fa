"""Agents that learn: stable-baselines3 and sb3-contrib on the native batch, with self-play.

Needs the extra ``train``: ``pip install 'agora-rl[train]'``.
"""

from importlib.util import find_spec

_missing = [name for name in ("torch", "stable_baselines3", "sb3_contrib", "safetensors") if find_spec(name) is None]
if _missing:
    raise ModuleNotFoundError(f"Learned agents need {', '.join(_missing)}: pip install 'agora-rl[train]'.")

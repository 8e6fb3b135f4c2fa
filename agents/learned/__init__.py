"""Agents that learn, on the native batch. stable-baselines3 is in the subpackage ``stable_baselines``, as a reference.

Needs the extra ``train``: ``pip install 'agora-rl[train]'``.
"""

from importlib.util import find_spec

_missing = [name for name in ("torch", "safetensors") if find_spec(name) is None]
if _missing:
    raise ModuleNotFoundError(f"Learned agents need {', '.join(_missing)}: pip install 'agora-rl[train]'.")

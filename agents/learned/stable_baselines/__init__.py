"""stable-baselines3 and sb3-contrib on the native batch, with self-play: the reference that users know.

A settings file chooses it by ``algorithm = "stable-baselines3/NAME"``.
"""

from importlib.util import find_spec

_missing = [name for name in ("stable_baselines3", "sb3_contrib") if find_spec(name) is None]
if _missing:
    raise ModuleNotFoundError(f"This algorithm needs {', '.join(_missing)}: pip install 'agora-rl[train]'.")

"""Agora: reinforcement-learning environments in four families, agents that learn them, and a leaderboard.

``import agora`` registers every id with Gymnasium; ``agora.envs`` has all other faces.
"""

from importlib.metadata import PackageNotFoundError, version

import gymnasium

from agora.envs import TABLE

try:
    __version__ = version("agora-rl")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"


def _register() -> None:
    for id in TABLE:
        gymnasium.register(
            id,
            entry_point="agora.envs:single",
            vector_entry_point="agora.envs:vector",
            kwargs={"id": id},
            disable_env_checker=True,  # tests/laws check every id; users need not pay for it in every step
            order_enforce=False,  # the face itself says so when reset() was forgotten
        )


_register()

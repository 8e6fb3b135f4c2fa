"""stable-baselines3's PPO on the native batch beside the same PPO on its own ``DummyVecEnv``."""

from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import stable_baselines3
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv

import agora
import agora.envs
from agora.agents.learned.saved import threads
from agora.agents.learned.stable_baselines.bridge import BatchVecEnv
from agora.benchmarks.measure import Row, short, side_by_side

ID = "agora/ConnectFour-v0"
GAMES = 1024
SINGLE = 8
ROLLOUT = 16_384  # steps between two rounds of learning, in both
BATCH = 2_048
EPOCHS = 4


def rows() -> Iterator[Row]:
    """One row: steps a second of PPO, learning included; rollout, minibatch, epochs and network are the same."""
    game = agora.envs.game(ID)
    single = DummyVecEnv([lambda: Monitor(gymnasium.make(ID, opponent="random")) for _ in range(SINGLE)])
    yield side_by_side(
        f"{short(ID)}: SB3's PPO, {GAMES} games",
        learning(BatchVecEnv(game, GAMES, opponent="random", seat=0)),
        learning(single),
        peer=f"the same PPO on DummyVecEnv, {SINGLE} single environments",
        target=4.0,
        pairs=3,
    )


def learning(env: VecEnv) -> Callable[[], int]:
    """One rollout of PPO and one round of learning from it, on one thread of torch."""
    parameters: dict[str, Any] = {"n_steps": ROLLOUT // env.num_envs, "batch_size": BATCH, "n_epochs": EPOCHS}
    model = stable_baselines3.PPO("MlpPolicy", env, seed=0, device="cpu", **parameters)

    def work() -> int:
        with threads(1):
            model.learn(ROLLOUT, reset_num_timesteps=False)
        return ROLLOUT

    return work

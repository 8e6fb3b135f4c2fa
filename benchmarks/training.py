"""PPO on Connect Four: ours beside stable-baselines3's, learning included, on one thread of torch.

Both sides have the same epochs, minibatch, activation and sizes of hidden layers, and on the batch the same length of a
rollout. What differs: ours learns from both seats and knows the mask; the library's plays one seat against random moves
of the compiled loop and does without the mask, which is faster than with it; and the library gives policy and critic a
network each, ours shares one, so it is measured with a shared one too.
"""

from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import stable_baselines3
import torch
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv

import agora
import agora.envs
from agora.agents.learned import ppo
from agora.agents.learned.networks import mlp
from agora.agents.learned.saved import threads
from agora.agents.learned.settings import from_table
from agora.agents.learned.stable_baselines.bridge import BatchVecEnv
from agora.benchmarks.measure import Row, alone, rate, short, side_by_side
from agora.benchmarks.startup import output

ID = "agora/ConnectFour-v0"
GAMES = 4096
ROLLOUT = 32  # decisions in each game between two rounds of learning
MINIBATCH = 8192
EPOCHS = 2
HIDDEN = [128, 128]
BRIDGE_GAMES = (256, 512, 1024, 2048, 4096)  # the library gets the number that it is fastest with
SINGLE = 8
SINGLE_ROLLOUT = 1024  # of single environments: a minibatch's worth in all
MEMORY = """
import resource
from agora.benchmarks.training import learner
training = learner("cpu")
for _ in range(5):
    training.iterate()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def rows() -> Iterator[Row]:
    for device in ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]:
        for precision in ("float32", "bfloat16"):
            yield from _speed(device, precision)
    yield alone(f"{short(ID)}: peak memory of our PPO", [float(output(MEMORY)) / 1e9], unit="GB", target=2.0)


def _speed(device: str, precision: str) -> Iterator[Row]:
    """Steps a second beside the library's, which knows float32 alone, and where ours spends its time."""
    training, name = learner(device, precision), f"{short(ID)}: our PPO, {GAMES:,} games, {device}, {precision}"
    for shared, target in ((False, 3.0), (True, 0.0)):
        games = fastest(shared, device)
        network = "one network for policy and critic, as ours" if shared else "a network each for policy and critic"
        yield side_by_side(
            name,
            round_of(training),
            library(bridge(games), ROLLOUT, shared, device),
            peer=f"SB3's PPO on our batch, {games:,} games (its best), {network}",
            target=target,
        )
    yield side_by_side(
        name,
        round_of(training),
        library(single_environments(), SINGLE_ROLLOUT, False, device),
        peer=f"SB3's PPO on {SINGLE} single environments",
        target=12.0,
    )
    total = sum(training.seconds.values())
    for part, seconds in training.seconds.items():
        target = 10.0 if part == "environment" else 0.0
        yield alone(f"{name}: time in {part}", [100 * seconds / total], unit="%", target=target)


def learner(device: str, precision: str = "float32") -> ppo.PPO:
    """Ours, in self-play on every seat."""
    parameters = {"rollout": ROLLOUT, "minibatch": MINIBATCH, "epochs": EPOCHS}
    table: dict[str, Any] = {"id": ID, "algorithm": "PPO", "steps": 10**9, "num_envs": GAMES, "device": device}
    network = {"kind": "mlp", "hidden": HIDDEN, "precision": precision}
    table |= {"self_play": {"latest": 1.0}, "network": network, "parameters": parameters}
    settings: Any = from_table(table)
    return ppo.make(settings, agora.envs.game(ID))


def round_of(training: ppo.PPO) -> Callable[[], int]:
    """One rollout and one round of learning from it."""

    def work() -> int:
        before = training.steps
        training.iterate()
        return training.steps - before

    return work


def fastest(shared: bool, device: str) -> int:
    """The number of games on our batch with which the library is fastest, by a rollout each after a warm-up."""
    rates = {}
    for games in BRIDGE_GAMES:
        work = library(bridge(games), ROLLOUT, shared, device)
        work()
        rates[games] = max(rate(work) for _ in range(3))
    return max(rates, key=lambda games: rates[games])


def bridge(games: int) -> VecEnv:
    return BatchVecEnv(agora.envs.game(ID), games, opponent="random", seat=0)


def single_environments() -> VecEnv:
    return DummyVecEnv([lambda: Monitor(gymnasium.make(ID, opponent="random")) for _ in range(SINGLE)])


def library(env: VecEnv, rollout: int, shared: bool, device: str) -> Callable[[], int]:
    """One rollout of the library's PPO and one round of learning from it.

    Args:
        shared: one network for policy and critic, as ours.
    """
    policy: dict[str, Any] = {"net_arch": HIDDEN, "activation_fn": torch.nn.ReLU}
    if shared:
        policy = {"net_arch": [], "features_extractor_class": SharedLayers}
    steps = rollout * env.num_envs
    model = stable_baselines3.PPO(
        "MlpPolicy",
        env,
        n_steps=rollout,
        batch_size=min(MINIBATCH, steps),
        n_epochs=EPOCHS,
        ent_coef=0.01,
        seed=0,
        device=device,
        policy_kwargs=policy,
    )

    def work() -> int:
        with threads(1):
            model.learn(steps, reset_num_timesteps=False)
        return steps

    return work


class SharedLayers(BaseFeaturesExtractor):
    """Our hidden layers, before the library's heads."""

    def __init__(self, space: gymnasium.spaces.Box):
        super().__init__(space, HIDDEN[-1])
        self.layers = mlp([space.shape[0], *HIDDEN], "relu", last=True)

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        return self.layers(observation)

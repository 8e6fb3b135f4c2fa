"""An algorithm of stable-baselines3 or sb3-contrib as a ``Learner``."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.utils import LinearSchedule

from agora.agents.api import Agent
from agora.agents.learned.stable_baselines import model_state, saved
from agora.agents.learned.stable_baselines.bridge import BatchVecEnv
from agora.agents.learned.stable_baselines.pool import Pool
from agora.agents.learned.stable_baselines.scaling import standardising
from agora.agents.learned.stable_baselines.settings import Settings, algorithm_class, check_actions
from agora.envs.game import Game


def make(settings: Settings, game: Game) -> "StableBaselines":
    """The learner that ``settings`` describe; ValueError if the algorithm does not fit the game or refuses them."""
    check_actions(settings, game.spec)
    return StableBaselines(settings, game)


class StableBaselines:
    """A ``Learner``. ``model`` is the library's, ``pool`` the opponents in self-play."""

    def __init__(self, settings: Settings, game: Game):
        self.settings, self.game = settings, game
        rules = settings.self_play
        self.pool = Pool(game.spec, rules.size, rules.latest) if rules else None
        self.snapshot_every = (rules.every if rules else None) or max(settings.steps // 40, 1)
        self.env = BatchVecEnv(
            game,
            settings.num_envs,
            opponent=self.pool if self.pool is not None else settings.opponent or "random",
            seat=0 if game.spec.players == 1 else settings.seat,
            illegal=settings.illegal,
            reward_scale=settings.reward_scale,
        )
        self.model = _model(settings, self.env)
        self.model.set_logger(Logger(None, []))
        if self.pool is not None:
            self.pool.add(saved.acting_network(self.model))
        self._begin()

    def _begin(self) -> None:
        """What the library does once, at the start of ``learn``; then all games are dealt."""
        model_state.fresh_start(self.model, self.settings.seed)
        left = self.settings.steps - self.model.num_timesteps
        self._callback: BaseCallback = self.model._setup_learn(left, reset_num_timesteps=False)[1]

    @property
    def steps(self) -> int:
        return int(self.model.num_timesteps)

    def iterate(self) -> dict[str, float]:
        """One rollout and what is learned from it: one pass of the loop in the library's ``learn``."""
        before = self.steps
        if isinstance(self.model, OnPolicyAlgorithm):
            self._on_policy()
        else:
            self._off_policy()
        if self.pool is not None and self.steps // self.snapshot_every > before // self.snapshot_every:
            self.pool.add(saved.acting_network(self.model))
        logged = self.model.logger.name_to_value
        numbers = {name.removeprefix("train/"): float(value) for name, value in logged.items() if _is_loss(name)}
        logged.clear()
        return numbers | self._returns()

    def _on_policy(self) -> None:
        model = self.model
        model.collect_rollouts(self.env, self._callback, model.rollout_buffer, model.n_steps)
        model._update_current_progress_remaining(model.num_timesteps, model._total_timesteps)
        model.train()

    def _off_policy(self) -> None:
        model = self.model
        rollout = model.collect_rollouts(
            self.env,
            train_freq=model.train_freq,
            action_noise=None,
            callback=self._callback,
            learning_starts=model.learning_starts,
            replay_buffer=model.replay_buffer,
            log_interval=None,
        )
        if model.num_timesteps > model.learning_starts:
            gradient_steps = model.gradient_steps if model.gradient_steps >= 0 else rollout.episode_timesteps
            if gradient_steps > 0:
                model.train(batch_size=model.batch_size, gradient_steps=gradient_steps)

    def _returns(self) -> dict[str, float]:
        returns = np.concatenate(self.env.returns) if self.env.returns else np.zeros(0)
        self.env.returns = []
        return {"episodes": len(returns)} | ({"return": float(returns.mean())} if len(returns) else {})

    def _deterministic(self) -> bool:
        wanted = self.settings.deterministic
        return self.game.spec.players == 1 if wanted is None else wanted

    def agent(self) -> Agent:
        return saved.as_agent(saved.acting_network(self.model), self.game.spec, self._deterministic())

    def save(self, folder: Path) -> Path:
        settings = self.settings
        return saved.save(
            saved.acting_network(self.model),
            folder,
            self.game.spec,
            algorithm=settings.class_name,
            name=settings.name,
            deterministic=self._deterministic(),
            training={"steps": self.steps, "seed": settings.seed, "num_envs": settings.num_envs},
        )

    def state(self) -> dict[str, Any]:
        """Also deals all games anew, as ``restore`` does, see model_state.py."""
        content = model_state.taken(self.model, self.pool)
        model_state.fresh_start(self.model, self.settings.seed)
        return content

    def restore(self, state: dict[str, Any]) -> None:
        model_state.put_back(state, self.model, self.pool)
        self._begin()

    def check_finite(self) -> None:
        for name, parameter in self.model.policy.named_parameters():
            if not torch.isfinite(parameter).all():
                raise FloatingPointError(
                    f"Training diverged: {name} holds NaN or infinite numbers after {self.steps} steps. "
                    "Lower parameters.learning_rate, or scale the rewards."
                )


def _is_loss(name: str) -> bool:
    return name.startswith("train/") and name != "train/n_updates"


def _model(settings: Settings, env: BatchVecEnv) -> Any:
    """The algorithm, with untrained networks."""
    kind = algorithm_class(settings.class_name)
    activation = settings.network.activation or ("relu" if settings.class_name in ("DQN", "SAC") else "tanh")
    parameters = dict(settings.parameters)
    rate = parameters.get("learning_rate")
    if isinstance(rate, dict):
        parameters["learning_rate"] = LinearSchedule(rate["start"], rate["end"], 1.0)
    try:
        return kind(
            "MlpPolicy",
            env,
            seed=settings.seed,
            device=settings.device,
            policy_kwargs={
                "net_arch": list(settings.network.hidden),
                "activation_fn": {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[activation],
                **(standardising(env.seated.batch.game, settings.seed) if settings.network.standardise else {}),
            },
            **parameters,
        )
    except (AssertionError, TypeError, ValueError) as error:
        raise ValueError(f"{settings.class_name} refuses these settings: {error}") from None

"""``agora train``: from a settings file to a saved agent and its learning curve."""

import json
import os
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.utils import LinearSchedule

import agora.envs
from agora.agents.api import Agent
from agora.agents.learned import checkpoint, curve, saved
from agora.agents.learned.bridge import BatchVecEnv
from agora.agents.learned.scaling import standardising
from agora.agents.learned.self_play import Pool
from agora.agents.learned.settings import Settings, algorithm_class, check_against, read
from agora.envs.game import Game
from agora.envs.seats import SeatedBatch

ROWS = 100  # of the learning curve, about


def train(
    settings_path: str | Path,
    out: str | Path | None = None,
    resume: bool = False,
    quiet: bool = False,
    full: bool = False,
) -> Path:
    """Trains an agent as a settings file says, see settings.py.

    Args:
        settings_path: the TOML file.
        out: the folder that everything goes to; ``runs/NAME`` for ``NAME.toml`` if None. It gets ``agent/`` (the saved
            agent), ``curve.csv``, ``curve.jsonl``, ``curve.png``, ``checkpoint.pt`` and ``tensorboard/``.
        resume: goes on from the checkpoint in ``out``, or starts if there is none. The result is the same, byte for
            byte, as without the interruption.
        quiet: shows no progress bar.
        full: trains as long as the table ``[full]`` says.

    Returns:
        The folder of the saved agent.

    Raises:
        ValueError: the settings are wrong, or ``out`` holds another training.
        FloatingPointError: training diverged: a weight became NaN or infinite.
    """
    settings = read(settings_path, full)
    folder = Path(out) if out is not None else Path("runs") / Path(settings_path).stem
    stored = _stored(folder, settings, resume)
    training = Training(settings, folder, stored)
    training.run(quiet)
    return training.finish()


def _stored(folder: Path, settings: Settings, resume: bool) -> dict[str, Any] | None:
    """The checkpoint to go on from; ValueError if ``folder`` holds one that must not be overwritten or continued."""
    path = folder / "checkpoint.pt"
    if not path.exists():
        return None
    if not resume:
        raise ValueError(f"{folder} already holds a training: resume it, delete it, or choose another folder.")
    content = checkpoint.read(path)
    now = msgspec.to_builtins(settings)
    changed = [key for key, value in now.items() if content["settings"].get(key) != value]
    if changed:
        raise ValueError(
            f"The settings changed since {path} was written ({', '.join(changed)}): "
            "take the change back, or choose another folder."
        )
    return content


class Training:
    """A model, its games, its opponents and its folder."""

    def __init__(self, settings: Settings, folder: Path, stored: dict[str, Any] | None):
        self.settings, self.folder = settings, folder
        self.game = agora.envs.game(settings.id, **settings.options)
        check_against(settings, self.game.spec)
        self.evaluations = _evaluations(settings)
        self.pool = _pool(settings, self.game)
        opponent = self.pool if self.pool is not None else settings.opponent or "random"
        env = BatchVecEnv(
            self.game,
            settings.num_envs,
            opponent=opponent,
            seat=_seat(settings, self.game),
            illegal=settings.illegal,
            reward_scale=settings.reward_scale,
        )
        folder.mkdir(parents=True, exist_ok=True)
        with saved.threads(settings.threads):
            self.model = _model(settings, env, folder)
        self.rows: list[dict[str, Any]] = []
        if stored is not None:
            checkpoint.restore(stored, self.model, self.pool)
            self.rows = stored["curve"]
        elif self.pool is not None:
            self.pool.add(saved.acting_network(self.model))
        self.write_curve()

    def run(self, quiet: bool) -> None:
        """Trains until all steps are played."""
        left = self.settings.steps - self.model.num_timesteps
        if left <= 0:
            return
        recorder = Recorder(self, quiet)
        try:
            with saved.threads(self.settings.threads):
                self.model.learn(left, recorder, log_interval=None, tb_log_name="run", reset_num_timesteps=False)
        except ValueError:
            self.check_finite()  # torch's own message on NaN does not say what to do
            raise
        finally:
            recorder.progress.stop()

    def finish(self) -> Path:
        """Draws the learning curve and saves the agent; returns its folder."""
        self.check_finite()
        settings, spec = self.settings, self.game.spec
        curve.write_table(self.rows, self.folder / "curve.csv")
        title = f"{settings.name or settings.algorithm} in {spec.id}"
        curve.plot(self.rows, self.folder / "curve.png", title, spec.unit, [name for name, _ in self.evaluations])
        return saved.save(
            saved.acting_network(self.model),
            self.folder / "agent",
            spec,
            algorithm=settings.algorithm,
            name=settings.name,
            deterministic=spec.players == 1 if settings.deterministic is None else settings.deterministic,
            training={"steps": int(self.model.num_timesteps), "seed": settings.seed, "num_envs": settings.num_envs},
        )

    def check_finite(self) -> None:
        """Raises FloatingPointError if training diverged."""
        for name, parameter in self.model.policy.named_parameters():
            if not torch.isfinite(parameter).all():
                raise FloatingPointError(
                    f"Training diverged: {name} holds NaN or infinite numbers after {self.model.num_timesteps} steps. "
                    "Lower parameters.learning_rate, or scale the rewards. The last checkpoint is from before."
                )

    def evaluate(self) -> dict[str, float]:
        """Mean return against each fixed opponent, and its standard error."""
        spec = self.game.spec
        deterministic = spec.players == 1 if self.settings.deterministic is None else self.settings.deterministic
        agent = saved.as_agent(saved.acting_network(self.model), spec, deterministic)
        numbers = {}
        for name, games in self.evaluations:
            returns = play_returns(agent, games, self.settings.seed)
            numbers[f"against {name}"] = float(returns.mean())
            numbers[f"error {name}"] = float(returns.std(ddof=1) / np.sqrt(len(returns))) if len(returns) > 1 else 0.0
        return numbers

    def save_checkpoint(self) -> None:
        path, settings = self.folder / "checkpoint.pt", msgspec.to_builtins(self.settings)
        checkpoint.write(path, self.model, self.pool, settings, self.rows)

    def write_curve(self) -> None:
        """Writes the curve so far, whole: after a kill it must not reach beyond the checkpoint."""
        part = self.folder / "curve.jsonl.part"
        part.write_text("".join(json.dumps(row) + "\n" for row in self.rows), encoding="utf-8")
        os.replace(part, self.folder / "curve.jsonl")


def _seat(settings: Settings, game: Game) -> Any:
    return 0 if game.spec.players == 1 else settings.seat


def _pool(settings: Settings, game: Game) -> Pool | None:
    rules = settings.self_play
    return None if rules is None else Pool(game.spec, rules.size, rules.latest)


def _evaluations(settings: Settings) -> list[tuple[str, SeatedBatch]]:
    """The fixed opponents by name, each with the games that are played against it."""
    game = agora.envs.game(settings.id, **{**settings.options, **settings.evaluation.options})
    count = settings.evaluation.games
    if game.spec.players == 1:
        return [(curve.ALONE, SeatedBatch(game, count))]
    opponents = settings.evaluation.opponents
    return [(name, SeatedBatch(game, count, opponent=name, seat="alternate")) for name in opponents]


def play_returns(agent: Agent, games: SeatedBatch, seed: int) -> np.ndarray:
    """Plays one episode in every lane of ``games`` (B,) and returns the agent's returns (B,).

    Seats alternate from lane to lane, and lanes that differ only in the seat are dealt alike.
    """
    batch, spec = games.batch, games.spec
    lanes = np.arange(batch.num_envs)
    games.restart(seed=seed + lanes // spec.players)
    agent.reset(spec, lanes, seed)
    while len(lanes):
        games.step(agent.act(games.observation[lanes], games.legal[lanes], lanes), lanes)
        lanes = lanes[~batch.ended[lanes]]
    return batch.final_returns[np.arange(batch.num_envs), games.seats]


def _model(settings: Settings, env: BatchVecEnv, folder: Path) -> Any:
    """The algorithm, with untrained networks."""
    kind = algorithm_class(settings.algorithm)
    activation = settings.network.activation or ("relu" if settings.algorithm in ("DQN", "SAC") else "tanh")
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
            tensorboard_log=str(folder / "tensorboard"),
            policy_kwargs={
                "net_arch": list(settings.network.hidden),
                "activation_fn": {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[activation],
                **(standardising(env.seated.batch.game, settings.seed) if settings.network.standardise else {}),
            },
            **parameters,
        )
    except (AssertionError, TypeError, ValueError) as error:
        raise ValueError(f"{settings.algorithm} refuses these settings: {error}") from None


class Recorder(BaseCallback):
    """What happens between two rounds of learning: curve, snapshots for the pool, evaluation, checkpoints.

    What is due depends on the number of steps alone, so a resumed training does it at the same steps.
    """

    def __init__(self, training: Training, quiet: bool):
        super().__init__()
        self.training = training
        settings = training.settings
        tenth = max(settings.steps // 10, 1)
        self.evaluate_every = settings.evaluation.every or tenth
        self.checkpoint_every = settings.checkpoint_every or tenth
        self.snapshot_every = (settings.self_play and settings.self_play.every) or max(settings.steps // 40, 1)
        self.row_every = max(settings.steps // ROWS, 1)
        self.before = -1  # steps at the last round; -1: no round yet
        self.seconds = training.rows[-1]["seconds"] if training.rows else 0.0
        self.started = time.monotonic()
        self.progress = _progress(quiet)
        self.task: Any = None

    def _on_training_start(self) -> None:
        total, done = self.training.settings.steps, self.num_timesteps
        self.progress.start()
        self.task = self.progress.add_task(self.training.settings.id, total=total, completed=done, mean="–", speed="–")

    def _on_rollout_start(self) -> None:
        if self.before < 0:
            self._begin()
        else:
            self._between()
        self.before = self.model.num_timesteps

    def _on_step(self) -> bool:
        self.progress.update(self.task, completed=self.num_timesteps)
        return True

    def _on_training_end(self) -> None:
        self._add_row(evaluating=True)
        self.training.save_checkpoint()

    def _begin(self) -> None:
        """The first round of this process: at the very start, or where the checkpoint was written."""
        if not self.training.rows:
            self._add_row(evaluating=True)
        checkpoint.fresh_start(self.model, self.training.settings.seed)

    def _between(self) -> None:
        evaluating, saving = self._due(self.evaluate_every), self._due(self.checkpoint_every)
        if self.training.pool is not None and self._due(self.snapshot_every):
            self.training.pool.add(saved.acting_network(self.model))
        if evaluating or saving or self._due(self.row_every):
            self._add_row(evaluating)
        if saving:
            self.training.save_checkpoint()
            checkpoint.fresh_start(self.model, self.training.settings.seed)

    def _due(self, every: int) -> bool:
        return self.model.num_timesteps // every > self.before // every

    def _add_row(self, evaluating: bool) -> None:
        training, env, steps = self.training, self.training.model.env, int(self.model.num_timesteps)
        training.check_finite()
        returns = np.concatenate(env.returns) if env.returns else np.zeros(0)
        env.returns = []
        mean = float(returns.mean()) if len(returns) else None
        seconds = round(self.seconds + time.monotonic() - self.started, 3)
        row = {"steps": steps, "seconds": seconds, "episodes": len(returns), "return": mean}
        if evaluating:
            row |= training.evaluate()
        training.rows.append(row)
        training.write_curve()
        self._show(row)

    def _show(self, row: dict[str, Any]) -> None:
        """To TensorBoard and to the progress bar."""
        for name, value in row.items():
            if name.startswith(("against", "error")):
                self.logger.record(f"evaluation/{name}", value)
        if row["return"] is not None:
            self.logger.record("training/return", row["return"])
            self.progress.update(self.task, mean=f"{row['return']:.3g}")
        if row["steps"]:
            speed = (row["steps"] - self.model._num_timesteps_at_start) / max(time.monotonic() - self.started, 1e-9)
            self.progress.update(self.task, speed=f"{speed:,.0f}")
        if isinstance(self.model, OnPolicyAlgorithm) or row["steps"]:
            self.model.dump_logs()


def _progress(quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("return {task.fields[mean]}"),
        TextColumn("{task.fields[speed]} steps/s"),
        TimeRemainingColumn(),
        disable=quiet,
    )

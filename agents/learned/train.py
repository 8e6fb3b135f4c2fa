"""``agora train``: from a settings file to a saved agent and its learning curve, whatever the algorithm."""

import json
import math
import os
import time
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

import agora.envs
from agora.agents.learned import checkpoint, curve, evaluation, text_plot
from agora.agents.learned.learner import Learner
from agora.agents.learned.saved import threads
from agora.agents.learned.settings import Common, check_against, maker, read
from agora.envs.game import Game

ROWS = 100  # of the learning curve, about
WIDTH = 100  # characters of its picture in a terminal, at most


def train(
    settings_path: str | Path,
    out: str | Path | None = None,
    resume: bool = False,
    quiet: bool = False,
    quick: bool = False,
    seed: int | None = None,
) -> Path:
    """Trains an agent as a settings file says, see settings.py.

    Args:
        settings_path: the TOML file.
        out: the folder that everything goes to; ``runs/NAME`` for ``NAME.toml`` if None. It gets ``agent/`` (the saved
            agent), ``curve.csv``, ``curve.jsonl``, ``curve.png``, ``checkpoint.pt`` and ``tensorboard/``.
        resume: goes on from the checkpoint in ``out``, or starts if there is none. On the CPU the result is the same,
            byte for byte but for times, as without the interruption.
        quiet: shows no progress bar and no picture of the curve.
        quick: trains as briefly as the table ``[quick]`` says.
        seed: takes the place of the settings' ``seed``.

    Returns:
        The folder of the saved agent.

    Raises:
        ValueError: the settings are wrong, or ``out`` holds another training.
        FloatingPointError: training diverged: a number became NaN or infinite.
    """
    clock = Clock()
    settings = read(settings_path, quick)
    if seed is not None:
        settings.seed = seed
    folder = Path(out) if out is not None else Path("runs") / Path(settings_path).stem
    stored = _stored(folder, settings, resume)
    game = agora.envs.game(settings.id, **settings.options)
    check_against(settings, game.spec)
    with threads(settings.threads):
        training = Training(settings, game, maker(settings)(settings, game), folder, stored, clock)
        training.run(quiet)
        return training.finish(quiet)


def _stored(folder: Path, settings: Common, resume: bool) -> dict[str, Any] | None:
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
    """A learner at work, its curve and its folder.

    What is due between two rounds depends on the number of steps alone, so a resumed training does it at the same
    steps.
    """

    def __init__(
        self,
        settings: Common,
        game: Game,
        learner: Learner,
        folder: Path,
        stored: dict[str, Any] | None,
        clock: "Clock",
    ):
        self.settings, self.game, self.learner, self.folder = settings, game, learner, folder
        self.evaluated_game = agora.envs.game(settings.id, **{**settings.options, **settings.evaluation.options})
        tenth = max(settings.steps // 10, 1)
        self.evaluate_every = settings.evaluation.every or tenth
        self.checkpoint_every = settings.checkpoint_every or tenth
        self.row_every = max(settings.steps // ROWS, 1)
        self.rows: list[dict[str, Any]] = stored["curve"] if stored else []
        self.saved_at: int | None = None
        """Steps at the last checkpoint."""
        if stored is not None:
            learner.restore(stored["learner"])
            self.saved_at = learner.steps
        self.rounds = curve.Means()
        self.clock = clock
        if self.rows:
            clock.go_on(self.rows[-1])
        folder.mkdir(parents=True, exist_ok=True)
        self.write_curve()

    def run(self, quiet: bool) -> None:
        """Trains until all steps are played."""
        learner, settings = self.learner, self.settings
        if learner.steps >= settings.steps:
            return
        started, begun = time.monotonic(), learner.steps
        board = _board(self.folder, learner.steps)
        with _progress(quiet) as progress, board:
            task = progress.add_task(settings.id, total=settings.steps, completed=begun, mean="–", speed="–")
            if not self.rows:
                self.add_row(board, evaluating=True)
            while learner.steps < settings.steps:
                before = learner.steps
                self.rounds.add(self.iterate())
                speed = (learner.steps - begun) / max(time.monotonic() - started, 1e-9)
                progress.update(task, completed=learner.steps, mean=self.rounds.shown, speed=f"{speed:,.0f}")
                self.between(before, board)

    def iterate(self) -> dict[str, float]:
        """One round of the learner, whose numbers are then all finite."""
        try:
            try:
                numbers = self.learner.iterate()
            except ValueError:
                self.learner.check_finite()  # torch's own message on NaN does not say what to do
                raise
            self.learner.check_finite()
            for name, value in numbers.items():
                if not math.isfinite(value):
                    raise FloatingPointError(
                        f"Training diverged: {name} is {value} after {self.learner.steps} steps. "
                        "Lower parameters.learning_rate, or scale the rewards."
                    )
        except FloatingPointError as error:
            raise FloatingPointError(f"{error} {self._last_good()}") from None
        return numbers

    def _last_good(self) -> str:
        if self.saved_at is None:
            return "No checkpoint was written before that."
        return f"The last good checkpoint is {self.folder / 'checkpoint.pt'}, after {self.saved_at} steps."

    def between(self, before: int, board: Any) -> None:
        """What is due after a round that began at ``before`` steps: a row, an evaluation, a checkpoint."""
        steps = self.learner.steps
        ended = steps >= self.settings.steps
        evaluating = ended or steps // self.evaluate_every > before // self.evaluate_every
        saving = ended or steps // self.checkpoint_every > before // self.checkpoint_every
        if evaluating or saving or steps // self.row_every > before // self.row_every:
            self.add_row(board, evaluating)
        if saving:
            self.save_checkpoint()

    def add_row(self, board: Any, evaluating: bool) -> None:
        """A row of the curve: what the rounds since the last one said, and an evaluation."""
        row = {"steps": self.learner.steps, **self.clock.read(), **self.rounds.take()}
        if evaluating:
            agent = self.learner.agent()
            row |= evaluation.evaluate(agent, self.evaluated_game, self.settings.evaluation, self.settings.seed)
        self.rows.append(row)
        self.write_curve()
        for name, value in row.items():
            if name != "steps" and value is not None:
                board.add_scalar(name, value, self.learner.steps)

    def save_checkpoint(self) -> None:
        """Everything that is needed to go on."""
        settings = msgspec.to_builtins(self.settings)
        content = {"settings": settings, "curve": self.rows, "learner": self.learner.state()}
        checkpoint.write(self.folder / "checkpoint.pt", content)
        self.saved_at = self.learner.steps

    def write_curve(self) -> None:
        """Writes the curve so far, whole: after a kill it must not reach beyond the checkpoint."""
        part = self.folder / "curve.jsonl.part"
        part.write_text("".join(json.dumps(row) + "\n" for row in self.rows), encoding="utf-8")
        os.replace(part, self.folder / "curve.jsonl")

    def finish(self, quiet: bool) -> Path:
        """Draws the learning curve and saves the agent; returns its folder."""
        settings, spec = self.settings, self.game.spec
        curve.write_table(self.rows, self.folder / "curve.csv")
        title = f"{settings.name or settings.algorithm} in {spec.id}"
        panels = curve.panels(self.rows, spec.unit, settings.evaluation.measures)
        curve.plot(panels, self.folder / "curve.png", title)
        if not quiet:
            console = Console()
            console.print(text_plot.picture(panels, title, min(console.width, WIDTH)))
        return self.learner.save(self.folder / "agent")


class Clock:
    """Seconds since it was made, and those of the training that it goes on with."""

    def __init__(self) -> None:
        self._wall, self._processor = time.monotonic(), time.process_time()

    def go_on(self, row: dict[str, Any]) -> None:
        """Adds what had passed at ``row`` of the curve."""
        self._wall -= row["seconds"]
        self._processor -= row["cpu_seconds"]

    def read(self) -> dict[str, float]:
        return {
            "seconds": round(time.monotonic() - self._wall, 3),
            "cpu_seconds": round(time.process_time() - self._processor, 3),
        }


def _board(folder: Path, steps: int) -> Any:
    """Where TensorBoard finds the curve; what was logged beyond the checkpoint is forgotten."""
    from torch.utils.tensorboard import SummaryWriter  # slow to import

    return SummaryWriter(str(folder / "tensorboard"), purge_step=steps)


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

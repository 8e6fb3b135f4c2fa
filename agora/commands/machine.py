"""Commands about this machine: what it can do, and how fast it is."""

from pathlib import Path
from typing import Annotated

import typer

from agora.commands.shared import console


def doctor() -> None:
    """Say what this machine can do: versions, and the jail that submissions would play in, each claim tried out."""
    from agora.doctor import examine

    examine(console())


def bench(
    parts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PART",
            help="games, suite, search, solvers, trading, matches, statistics, training or startup; all by default.",
        ),
    ] = None,
    train: Annotated[bool, typer.Option("--train", help="The part training alone: steps a second of PPO.")] = False,
    out: Annotated[Path | None, typer.Option(help="File for the numbers, as JSON.")] = None,
) -> None:
    """Measure speed and memory against other libraries."""
    from agora.benchmarks.run import main as run

    run([*(parts or []), "training"] if train else parts, out, console())

"""What the baselines must reach: ``targets.toml``, read and checked."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from agora.agents.learned.settings import convert

HERE = Path(__file__).parent
Count = Annotated[int, Meta(ge=1)]


class Target(Struct, forbid_unknown_fields=True):
    """A task, and what its agent must reach within its time."""

    name: str
    """Of the folder of results."""
    task: str
    """For the table."""
    settings: str
    """The settings file beside ``targets.toml``. Targets with the same file share their trainings."""
    seconds: Annotated[float, Meta(gt=0)]
    """Longest training, evaluation on the way included, on one thread."""
    measures: list[str] = []
    """As in [evaluation]; none are taken from there."""
    opponents: list[str] = []
    """Whom the trained agent plays; none are taken from [evaluation]."""
    games: Count = 1000
    """Against each opponent, and for each measure that plays."""
    at_least: dict[str, float] = {}
    """Number -> what its mean over the seeds must reach."""
    at_most: dict[str, float] = {}
    beside: list[str] = []
    """Other agents that are measured in the same way, for comparison."""
    options: dict[str, Any] = {}
    """Of the environment in the evaluation, over those of [options] and [evaluation] of the settings."""
    show: list[str] = []
    """Numbers for the table beside those that have a target."""

    @property
    def shown(self) -> list[str]:
        """The numbers that the table has, in its order."""
        return list(dict.fromkeys([*self.at_least, *self.at_most, *self.show]))


def read(path: Path) -> dict[str, Target]:
    """The targets by name, in the order of the file; ValueError names the key that is wrong."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    found: dict[str, Target] = {}
    for index, each in enumerate(table.get("targets", [])):
        try:
            target = convert(each, Target)
        except ValueError as error:
            raise ValueError(f"{path}: targets[{index}]: {error}") from None
        if target.name in found:
            raise ValueError(f"{path}: two targets are called {target.name!r}.")
        if not target.shown:
            raise ValueError(f"{path}: {target.name} has none of at_least, at_most and show.")
        found[target.name] = target
    return found


def chosen(names: list[str], targets: dict[str, Target]) -> list[Target]:
    """Those called ``names``, all if there are none; ValueError for an unknown name."""
    for name in names:
        if name not in targets:
            raise ValueError(f"There is no target {name!r}; there are {', '.join(targets)}.")
    return [targets[name] for name in names or targets]


def as_table(target: Target) -> dict[str, Any]:
    return msgspec.to_builtins(target)

"""``agora doctor``: what this installation has, and which jail it can hold, with the proof."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from agora.leaderboard.jail.fault import Fault
from agora.leaderboard.jail.levels import LEVELS, NAMES, highest, self_test
from agora.leaderboard.jail.process import missing

if TYPE_CHECKING:
    from rich.console import Console

PACKAGES = ("agora-rl", "numpy", "numba", "scipy", "torch", "pygame")


def examine(console: "Console") -> None:
    """Prints versions, what every level of the jail claims and whether it holds, and the level that is used."""
    console.print(f"Python {platform.python_version()}, {platform.system()} {platform.release()}, {platform.machine()}")
    for package in PACKAGES:
        console.print(f"{package} {_version(package)}", highlight=False)
    for level in LEVELS:
        console.print(f"\nIsolation level {level:g} ({NAMES[level]})", highlight=False)
        for line in _tried(level):
            console.print(f"  {line}", markup=False, highlight=False)
    level, _ = highest()
    if level:
        console.print(f"\nSubmissions play at level {level:g} ({NAMES[level]}).", highlight=False)
    else:
        console.print("\nNo jail holds here: submissions play with --trust only.", highlight=False)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _tried(level: float) -> list[str]:
    """A line for each claim of ``level``, or the one reason why it cannot be held."""
    lacking = missing(level)
    if lacking:
        return [f"cannot be held: {lacking}"]
    try:
        checks = self_test(level)
    except (OSError, Fault) as error:
        return [f"cannot be held: {error}"]
    return [f"{'holds' if passed else 'FAILS'}  {claim}" for claim, passed in checks]

"""``agora verify``: the known numbers of the literature, found again by the rules of this installation."""

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from agora import envs
from agora.agents.measures import measure
from agora.envs.api import Known

if TYPE_CHECKING:
    from rich.console import Console

GAMES, STEPS = 512, 100  # of random play, for the bounds of returns


class Finding(NamedTuple):
    """One known number and what the rules gave."""

    id: str
    known: Known
    found: float
    seconds: float

    @property
    def agrees(self) -> bool:
        return abs(self.found - self.known.expected) <= self.known.tolerance


def verify_all(ids: Iterable[str], slow: bool = False) -> Iterator[Finding]:
    """The known numbers of all ``ids`` and the bounds of their returns."""
    for id in ids:
        yield from verify(id, slow)
        yield bounds(id)


def verify(id: str, slow: bool = False) -> Iterator[Finding]:
    """Measures every known number of ``id``, the slow ones only if asked to."""
    game = envs.game(id)
    for known in game.known():
        if slow or not known.slow:
            if game.spec.options != dict(known.options):
                game = envs.game(id, **known.options)
            start = time.perf_counter()
            found = measure(game, known.measure, **known.arguments)
            yield Finding(id, known, found, time.perf_counter() - start)


def bounds(id: str) -> Finding:
    """How many returns of random play lie outside the bounds that the spec states: none should."""
    start = time.perf_counter()
    batch = envs.batch(id, GAMES, 0)
    low, high = batch.spec.returns
    outside = 0
    for _ in range(STEPS):
        batch.step(batch.sample())
        returns = batch.final_returns[batch.terminated | batch.truncated]
        outside += int(np.sum((returns < low - 1e-9) | (returns > high + 1e-9)))
    name = f"random returns outside {low:.4g} to {high:.4g}"
    return Finding(id, Known(name, 0, "Spec.returns", "bounds"), outside, time.perf_counter() - start)


def print_findings(findings: Iterable[Finding], console: "Console") -> int:
    """Prints a line for every finding as it comes; returns how many disagree."""
    console.print(f"{'':2}{'known number':52} {'expected':>16} {'found':>16} {'s':>6}  source", style="bold")
    previous, count, disagreements = "", 0, 0
    for finding in findings:
        if finding.id != previous:
            previous = finding.id
            console.print(previous, style="bold")
        count, disagreements = count + 1, disagreements + (not finding.agrees)
        console.print(_line(finding), highlight=False, markup=False, soft_wrap=True)
    console.print(f"{count - disagreements} of {count} numbers agree.", style="bold")
    return disagreements


def _line(finding: Finding) -> str:
    known = finding.known
    options = ", ".join(f"{name}={value}" for name, value in known.options.items())
    what = f"{known.name} ({options})" if options else known.name
    mark = " " if finding.agrees else "!"
    numbers = f"{_number(known.expected):>16} {_number(finding.found):>16} {finding.seconds:6.1f}"
    return f"{mark} {what:52} {numbers}  {known.source}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.10g}"

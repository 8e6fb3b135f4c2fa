"""Side by side in one run: the two take turns, and the ratio is taken pair by pair."""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table."""

    name: str
    ours: float  # median
    theirs: float  # median; 0 when there is nobody to compare with
    unit: str
    ratio: float  # median of the ratios of the pairs; ours alone when there is no peer
    low: float  # smallest ratio
    high: float  # largest ratio
    target: float  # 0: none stated
    peer: str


def short(id: str) -> str:
    """``agora/KuhnPoker-v0`` to ``KuhnPoker``."""
    return id.removeprefix("agora/").split("-v")[0]


def rate(work: Callable[[], int]) -> float:
    """Units of work a second: ``work`` does some and says how many units that was."""
    start = time.perf_counter()
    units = work()
    return units / (time.perf_counter() - start)


def seconds(work: Callable[[], object]) -> float:
    """That ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def side_by_side(
    name: str,
    ours: Callable[[], int],
    theirs: Callable[[], int],
    *,
    peer: str,
    unit: str = "steps/s",
    target: float = 0.0,
    pairs: int = 5,
) -> Row:
    """Ours and theirs in turn, after a warm-up of both."""
    ours()
    theirs()
    measured = [(rate(ours), rate(theirs)) for _ in range(pairs)]
    ratios = [our / their for our, their in measured]
    return Row(
        name=name,
        ours=statistics.median(our for our, _ in measured),
        theirs=statistics.median(their for _, their in measured),
        unit=unit,
        ratio=statistics.median(ratios),
        low=min(ratios),
        high=max(ratios),
        target=target,
        peer=peer,
    )


def alone(name: str, values: list[float], *, unit: str, target: float = 0.0) -> Row:
    """Something of ours that has no peer; ``target`` is in the same unit."""
    median = statistics.median(values)
    return Row(name, median, 0.0, unit, median, min(values), max(values), target, "")

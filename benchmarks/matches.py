"""How many games the judge plays a second, end to end with the log."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from agora.benchmarks.measure import Row, alone

GAMES = 4000


def rows(repeats: int = 5) -> Iterator[Row]:
    yield alone(
        "Connect Four, scripted against random, with the log",
        [games_per_second() for _ in range(repeats)],
        unit="games/s",
        target=2000,
    )

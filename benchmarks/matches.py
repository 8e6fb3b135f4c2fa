"""How many games the judge plays a second, from the first deal to the written log and tables."""

import tempfile
import time
from collections.abc import Iterator

from agora.benchmarks.measure import Row, alone
from agora.leaderboard.season import evaluate

GAMES = 10_000
AGENTS = ["scripted/greedy", "random"]


def rows(repeats: int = 5) -> Iterator[Row]:
    play()  # compiles, if this machine never has
    yield alone(
        "ConnectFour: judged games, log and tables",
        [play() for _ in range(repeats)],
        unit="games/s",
        target=2000,
    )


def play() -> float:
    """Games a second."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        evaluate("agora/ConnectFour-v0", AGENTS, games=GAMES, seed=0, out=folder, progress=False)
        return GAMES / (time.perf_counter() - start)

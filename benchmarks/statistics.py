"""How long the statistics of large leaderboards take: ratings with their bootstrap, and interquartile means."""

import time
from collections.abc import Callable, Iterator

import numpy as np

from agora.benchmarks.measure import Row, alone
from agora.leaderboard.numbers.ratings import SMOOTHING, bootstrap_match_wins, bradley_terry, total_wins
from agora.leaderboard.numbers.scores import interquartile_mean, resampled

AGENTS, MATCHES, ROUNDS = 50, 100_000, 1_000
RUNS, TASKS, RESAMPLES = 10, 26, 10_000


def rows(repeats: int = 3) -> Iterator[Row]:
    generator = np.random.default_rng(0)
    first = generator.integers(AGENTS, size=MATCHES)
    second = (first + generator.integers(1, AGENTS, size=MATCHES)) % AGENTS
    points = generator.integers(3, size=MATCHES) / 2
    scores = generator.normal(size=(RUNS, TASKS))

    def rate() -> None:
        bradley_terry(total_wins(first, second, points, AGENTS), SMOOTHING)
        bradley_terry(bootstrap_match_wins(first, second, points, AGENTS, 0, ROUNDS))

    name = f"Bradley-Terry: {AGENTS} agents, {MATCHES:,} matches, {ROUNDS:,} resamples"
    yield alone(name, [seconds(rate) for _ in range(repeats)], unit="s", target=10.0)
    name = f"Interquartile mean: {RUNS} runs of {TASKS} tasks, {RESAMPLES:,} resamples"
    found = [seconds(lambda: interquartile_mean(resampled(scores, 0, RESAMPLES))) for _ in range(repeats)]
    yield alone(name, found, unit="s", target=0.5)


def seconds(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before

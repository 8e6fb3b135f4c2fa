"""How long the statistics of large leaderboards take: ratings with their bootstrap, and interquartile means."""

from collections.abc import Iterator

import numpy as np

from agora.benchmarks.measure import Row, alone, seconds
from agora.leaderboard.numbers.ratings import bootstrap_ratings
from agora.leaderboard.numbers.scores import interquartile_mean, resampled
from agora.leaderboard.numbers.statistics import resample
from agora.leaderboard.tables.evidence import meet

AGENTS, MATCHES, ROUNDS = 50, 100_000, 1_000
RUNS, TASKS, RESAMPLES = 10, 26, 10_000


def rows(repeats: int = 3) -> Iterator[Row]:
    generator = np.random.default_rng(0)
    first = generator.integers(AGENTS, size=MATCHES)
    second = (first + generator.integers(1, AGENTS, size=MATCHES)) % AGENTS
    returns = generator.integers(3, size=MATCHES) - 1.0
    scores = generator.normal(size=(RUNS, TASKS))

    def rate() -> None:  # every match is a deal of its own
        seating, paid = np.stack([first, second], axis=1), np.stack([returns, -returns], axis=1)
        meetings = meet(np.arange(MATCHES), seating, paid, AGENTS)
        bootstrap_ratings(meetings.by_deal(meetings.score, MATCHES, AGENTS), resample(MATCHES, 0, ROUNDS), 0)

    name = f"Bradley-Terry: {AGENTS} agents, {MATCHES:,} matches, {ROUNDS:,} resamples"
    yield alone(name, [seconds(rate) for _ in range(repeats)], unit="s", target=10.0)
    name = f"Interquartile mean: {RUNS} runs of {TASKS} tasks, {RESAMPLES:,} resamples"
    found = [seconds(lambda: interquartile_mean(resampled(scores, 0, RESAMPLES))) for _ in range(repeats)]
    yield alone(name, found, unit="s", target=0.5)

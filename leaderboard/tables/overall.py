"""One-player environments taken together: each is a task, and agents are those of one name on all of them.

Only scores between a random agent (0) and the reference (1) of each task can be put together. Episodes of a task are
its runs; of an algorithm that was trained with several seeds, the seeds are, and episodes lie within them.
"""

from collections.abc import Sequence

import numpy as np

from agora.leaderboard.log.records import DUPLICATE, Results
from agora.leaderboard.numbers.scores import (
    MEASURES,
    aggregates,
    improvement,
    profile,
    resampled,
    resampled_tasks,
    run_means,
)
from agora.leaderboard.numbers.statistics import FEWEST, estimate
from agora.leaderboard.schedules.units import derive
from agora.leaderboard.tables.alone import algorithms, episodes, has_scale
from agora.leaderboard.tables.layout import Cell, Column, Table

RUNS = 100
"""Evaluation seeds of each task that are put together at most; the first ones."""

THRESHOLDS = np.array([0.0, 0.25, 0.5, 0.75, 0.9, 1.0])
"""Normalised scores at which the performance profile is shown."""

_TRIED = 500  # resamples behind a probability of improvement, which compares all runs with all


def overall_tables(results: Results) -> tuple[Table, ...]:
    """Tables over all one-player environments of a log; none where no two agents play two of them."""
    tasks = [task for number in range(len(results.games)) if (task := _task(results, number)) is not None]
    scores = _on_all(tasks)
    if len(tasks) < 2 or len(scores) < 2:
        return ()
    means = {name: run_means(own) for name, own in scores.items()}
    names = sorted(scores, key=lambda name: (-MEASURES["interquartile mean"](means[name]), name))
    seed = results.header.seed
    draws = {name: resampled(scores[name], derive(seed, "overall", name)) for name in names}
    sizes = f"{len(tasks)} environments, the first {next(iter(scores.values())).shape[-2]} evaluation seeds of each"
    return _aggregates(names, scores, draws, sizes, seed), _profiles(names, scores, draws)


def _task(results: Results, number: int) -> dict[str, np.ndarray] | None:
    """Normalised scores (training seeds, D) of each algorithm; None of a contest that cannot be put together."""
    contest = results.header.contests[number]
    if contest.players > 1 or contest.deals < FEWEST or not has_scale(contest):
        return None
    games = [game for game in results.games[number] if game.deal < contest.deals]
    scores = episodes(contest, games)
    found = {}
    for name, members in algorithms(contest.entrants).items():
        if name.endswith(DUPLICATE):
            continue
        ranked = all(contest.entrants[member].needs != "truth" for member in members)
        if ranked and np.isfinite(scores[:, members]).all():
            found[name] = scores[:, members].T
    return found


def _on_all(tasks: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Scores (runs, m) or, of algorithms with several training seeds, (seeds, runs, m), on all m ``tasks``."""
    if not tasks:
        return {}
    episodes = min([RUNS, *(own.shape[1] for task in tasks for own in task.values())])
    scores = {}
    for name in (name for name in tasks[0] if all(name in task for task in tasks)):
        seeds = min(len(task[name]) for task in tasks)
        own = np.stack([task[name][:seeds, :episodes] for task in tasks], axis=-1)
        scores[name] = own if seeds > 1 else own[0]
    return scores


def _aggregates(
    names: Sequence[str], scores: dict[str, np.ndarray], draws: dict[str, np.ndarray], sizes: str, seed: int
) -> Table:
    columns = [Column("agent", "Agent", "text"), Column("runs", "Runs", "count")]
    columns += [Column(measure.replace(" ", "_"), measure.capitalize(), "number") for measure in MEASURES]
    columns += [
        Column("tasks", "IQM, other tasks drawn", "number"),
        Column("improvement", f"Better than {names[0]}", "share"),
    ]
    iqm = MEASURES["interquartile mean"]
    rows: list[tuple[Cell, ...]] = []
    for name in names:
        own, first = scores[name], scores[names[0]]
        means = run_means(own)
        other_tasks = resampled_tasks(own, derive(seed, "tasks", name))
        better = improvement(own, first, draws[name][:_TRIED], draws[names[0]][:_TRIED]) if name != names[0] else None
        over_tasks = estimate(iqm(means), iqm(other_tasks), means.shape[1])
        rows.append((name, len(own), *aggregates(own, draws[name]).values(), over_tasks, better))
    caption = (
        f"Normalised scores on {sizes}: 0 is a random agent, 1 the reference of each environment. A run is an "
        "evaluation seed, or a training seed of algorithms that have several. Brackets: 95 % stratified bootstrap over "
        "runs (nested where there are training seeds); over environments in the column of other tasks, which says how "
        "much hangs on their choice. Optimality gap: by how much scores fall short of 1. Better than the first: "
        f"how likely a run beats one of {names[0]} on an environment drawn at random, ties a half. Intervals hold for "
        "each number alone."
    )
    return Table("overall", "One player, all environments", tuple(columns), tuple(rows), caption)


def _profiles(names: Sequence[str], scores: dict[str, np.ndarray], draws: dict[str, np.ndarray]) -> Table:
    columns = [Column("agent", "Agent", "text")]
    columns += [Column(f"above_{threshold:g}", f"> {threshold:g}", "share") for threshold in THRESHOLDS]
    rows = tuple((name, *profile(scores[name], draws[name], THRESHOLDS)) for name in names)
    caption = (
        "Performance profile: the share of all runs on all environments whose normalised score is above each "
        "threshold. Brackets as above, for each number alone."
    )
    return Table("profile", "Performance profiles", tuple(columns), rows, caption)

"""One player: returns, and scores between a random agent and the reference."""

import re
from collections.abc import Sequence

import numpy as np

from agora.leaderboard.log.records import Contest, Entrant
from agora.leaderboard.match import Played
from agora.leaderboard.numbers import statistics
from agora.leaderboard.numbers.scores import MEASURES, TARGET, aggregates, resampled
from agora.leaderboard.numbers.statistics import Estimate, mean_estimates
from agora.leaderboard.schedules.units import derive
from agora.leaderboard.tables.captions import games_rule, interval_rule, rank_rule
from agora.leaderboard.tables.evidence import Evidence
from agora.leaderboard.tables.layout import Cell, Column, Table
from agora.leaderboard.tables.ranking import ranking_table
from agora.leaderboard.tables.score import Score

_TRAINED = re.compile(r" \(seed [^()]*\)$")
_OF_ONE_TASK = [name for name in MEASURES if name != "median"]  # which is the mean


def ranking_alone(
    contest: Contest, evidence: Evidence, games: Sequence[Played], ranked: np.ndarray, score: Score
) -> Table:
    """Mean, interquartile mean, normalised score, optimality gap, share of the optimum."""
    floor, ceiling = contest.floor[0], contest.ceiling[0]
    optimum = {"exact": "optimum", "bound": "bound"}.get(contest.certificate, "reference")
    means = score.estimates
    columns = [
        Column("mean", f"Mean return ({contest.unit})", "number"),
        Column("iqm", "Interquartile mean", "number"),
        Column("normalised", "Normalised score", "number"),
        Column("share", f"Share of the {optimum}", "share"),
        Column("gap", "Optimality gap", "number"),
    ]
    values: list[Sequence[Cell]] = [
        means,
        _interquartile_means(evidence),
        [mean and statistics.scaled(mean, floor, ceiling) for mean in means],
        [mean and statistics.scaled(mean, 0.0, ceiling) if ceiling > 0 else None for mean in means],
        _gaps(contest, evidence, games),
    ]
    caption = [
        rank_rule("mean"),
        interval_rule(contest),
        f"Normalised: 0 is a random agent ({floor:.6g} {contest.unit}), 1 is the reference ({ceiling:.6g}; "
        f"{contest.certificate}: {contest.source.rstrip('.')}). Gap: by how much normalised episodes fall short of 1, "
        "where more makes up for nothing.",
        games_rule(contest),
    ]
    return ranking_table(contest, evidence, ranked, columns, values, score, caption)


def has_scale(contest: Contest) -> bool:
    """Whether scores can be normalised."""
    span = contest.ceiling[0] - contest.floor[0]
    return bool(np.isfinite(span)) and abs(span) >= 1e-12


def episodes(contest: Contest, games: Sequence[Played]) -> np.ndarray:
    """(D, n) the normalised score of each agent's episode of each deal; NaN where it had none."""
    scores = np.full((contest.deals, len(contest.entrants)), np.nan)
    for game in games:
        scores[game.deal, game.seating[0]] = game.returns[0]
    return (scores - contest.floor[0]) / (contest.ceiling[0] - contest.floor[0])


def _gaps(contest: Contest, evidence: Evidence, games: Sequence[Played]) -> list[Estimate | None]:
    if not has_scale(contest):
        return [None] * len(contest.entrants)
    short = np.maximum(TARGET - episodes(contest, games), 0.0)
    return mean_estimates(np.nan_to_num(short), np.isfinite(short).astype(np.float64), evidence.weights)


def _interquartile_means(evidence: Evidence) -> list[Estimate | None]:
    numbers: list[Estimate | None] = []
    for agent in range(evidence.payoffs.shape[1]):
        seen = evidence.seats[:, agent] > 0
        values = evidence.payoffs[seen, agent] / evidence.seats[seen, agent]
        if not len(values):
            numbers.append(None)
            continue
        weights = evidence.weights if seen.all() else statistics.resample(len(values), agent)
        replicates = statistics.interquartile_means(values, weights)
        numbers.append(statistics.estimate(statistics.interquartile_mean(values), replicates, len(values)))
    return numbers


def training_table(contest: Contest, games: Sequence[Played], seed: int) -> Table | None:
    """Algorithms that were trained with several seeds; None where there are none."""
    groups = {name: seeds for name, seeds in algorithms(contest.entrants).items() if len(seeds) > 1}
    if not groups or not has_scale(contest):
        return None
    scores = episodes(contest, games)
    columns = [Column("agent", "Algorithm", "text"), Column("seeds", "Training seeds", "count")]
    columns += [Column(measure.replace(" ", "_"), measure.capitalize(), "number") for measure in _OF_ONE_TASK]
    rows: list[tuple[Cell, ...]] = []
    for algorithm, seeds in groups.items():
        runs = scores[:, seeds].T[:, :, None]  # (n, D, 1)
        if np.isfinite(runs).all():
            found = aggregates(runs, resampled(runs, derive(seed, contest.key, "training", algorithm)))
            rows.append((algorithm, len(seeds), *(found[measure] for measure in _OF_ONE_TASK)))
    if not rows:
        return None
    caption = (
        "Normalised scores of agents that differ in the seed of their training alone, NAME (seed 1) and so on. "
        "Brackets: 95 % nested bootstrap over training seeds and, within them, evaluation seeds, so they cover the "
        f"luck of training. n/a: fewer than {statistics.FEWEST} training seeds; †: fewer than {statistics.FEW}."
    )
    return Table("training", "Trained with several seeds", tuple(columns), tuple(rows), caption)


def algorithms(entrants: Sequence[Entrant]) -> dict[str, list[int]]:
    """Agents by name; those called ``NAME (seed ...)`` are runs of NAME, if all of them come from one author."""
    groups: dict[tuple[str, str, bool], list[int]] = {}
    for index, entrant in enumerate(entrants):
        key = (_TRAINED.sub("", entrant.name), entrant.author, entrant.jail is None)
        groups.setdefault(key, []).append(index)
    found: dict[str, list[int]] = {}
    for (name, *_), members in groups.items():
        found[name if name not in found else entrants[members[0]].name] = members
    return found

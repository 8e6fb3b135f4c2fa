"""The number that ranks the agents of a contest, with all that intervals, ranges of ranks and differences need."""

from typing import NamedTuple

import numpy as np

from agora.leaderboard.log.records import Contest
from agora.leaderboard.numbers import comparisons, statistics
from agora.leaderboard.numbers.duels import smallest_difference
from agora.leaderboard.numbers.ratings import bootstrap_ratings, bradley_terry, prior_wins
from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.schedules.units import derive
from agora.leaderboard.tables.evidence import Evidence
from agora.leaderboard.tables.layout import Kind


class Score(NamedTuple):
    """Of n agents."""

    key: str
    """Of its column in the ranking."""
    unit: str
    kind: Kind
    values: np.ndarray
    """(n,), NaN where there is none."""
    replicates: np.ndarray
    """(B, n) of the same resampled deals for all."""
    units: np.ndarray
    """(n,) deals behind it."""

    @property
    def estimates(self) -> list[Estimate | None]:
        columns = zip(self.values, self.replicates.T, self.units, strict=True)
        return [statistics.estimate(value, replicates, int(units)) for value, replicates, units in columns]

    def difference(self, one: int, other: int) -> Estimate | None:
        """How far ``one`` is ahead of ``other``; luck that struck both alike falls out."""
        gap = self.replicates[:, one] - self.replicates[:, other]
        return statistics.estimate(self.values[one] - self.values[other], gap, int(self.units[[one, other]].min()))

    def rank_ranges(self, ranked: np.ndarray) -> list[tuple[int, int] | None]:
        """See ``comparisons.rank_ranges``; None for agents that are not ``ranked`` (n,), or have no interval."""
        ranges: list[tuple[int, int] | None] = [None] * len(self.values)
        sure, replicates = self._sure(ranked)
        if len(sure) and len(replicates) > 1:
            found = comparisons.rank_ranges(self.values[sure], replicates, int(self.units[sure].min()))
            for agent, ends in zip(sure, found, strict=True):
                ranges[agent] = ends
        return ranges

    def smallest_difference(self, ranked: np.ndarray) -> float | None:
        """The median, over all pairs of ``ranked`` agents, of what difference could have been seen."""
        sure, replicates = self._sure(ranked)
        if len(sure) < 2 or len(replicates) < 2:
            return None
        together = np.cov(replicates, rowvar=False)
        alone = np.diag(together)
        differences = (alone[:, None] + alone - 2.0 * together)[np.triu_indices(len(sure), 1)]
        return smallest_difference(float(np.median(np.sqrt(np.maximum(differences, 0.0)))))

    def _sure(self, ranked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The ranked agents that have an interval (k,), and the resamples in which all of them have a number (b, k)."""
        sure = np.flatnonzero(ranked & np.isfinite(self.values) & (self.units >= statistics.FEWEST))
        replicates = self.replicates[:, sure]
        return sure, replicates[np.isfinite(replicates).all(axis=1)]


def ranked_by(contest: Contest) -> str:
    """The key of the score that ranks. Where a game is only won, drawn or lost the rating does; where it has stakes,
    the mean payoff; where one plays alone, the mean return.

    Winning most deals by a little and losing the others by much, or getting more than the other of next to nothing, is
    not playing well. Where opponents are chosen by strength, payoffs against them cannot be compared. Where all have
    the same payoff, nobody beats anybody.
    """
    if contest.players == 1:
        return "mean"
    if contest.payoff == "common":
        return "payoff"
    only_won_or_lost = contest.payoff == "zero-sum" and contest.returns == (-1.0, 1.0)
    return "rating" if only_won_or_lost or contest.schedule != "round-robin" else "payoff"


def scores_of(contest: Contest, evidence: Evidence, ranked: np.ndarray, seed: int) -> dict[str, Score]:
    """All that agents may be ranked by, by key."""
    mean = mean_score(contest, evidence)
    if contest.players == 1:
        return {mean.key: mean}
    return {mean.key: mean, "rating": rating_score(contest, evidence, ranked, seed)}


def mean_score(contest: Contest, evidence: Evidence) -> Score:
    """The mean payoff, or the mean return of one who plays alone."""
    values, replicates = statistics.means(evidence.payoffs, evidence.seats, evidence.weights)
    units = (evidence.seats > 0).sum(axis=0)
    key = "payoff" if contest.players > 1 else "mean"
    return Score(key, contest.unit, "number", values, replicates, units)


def rating_score(contest: Contest, evidence: Evidence, ranked: np.ndarray, seed: int) -> Score:
    """Bradley-Terry ratings of the ``ranked`` agents, on the scale of Elo."""
    agents = np.flatnonzero(ranked)
    values, replicates = np.full(len(ranked), np.nan), np.full((len(evidence.weights), len(ranked)), np.nan)
    units = np.zeros(len(ranked), np.int64)
    if len(agents) > 1:
        meetings = evidence.meetings.among(agents)
        wins = meetings.by_deal(meetings.score, contest.deals, len(agents))
        values[agents] = bradley_terry(wins.sum(axis=0).reshape(len(agents), -1), prior_wins(len(agents)))
        replicates[:, agents] = bootstrap_ratings(wins, evidence.weights, derive(seed, contest.key, "prior"))
        units[agents] = meetings.deals()
    return Score("rating", "Elo", "rating", values, replicates, units)

"""Whoever came first, scored again on deals that nobody was chosen by.

The best of many is the best by luck, too; the same agent on other deals has no such luck.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from agora.leaderboard.log.records import Contest
from agora.leaderboard.match import Played
from agora.leaderboard.numbers import statistics
from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.schedules.units import derive
from agora.leaderboard.tables.evidence import gather
from agora.leaderboard.tables.layout import Cell, Column, Table
from agora.leaderboard.tables.score import Score, scores_of


def split(contest: Contest, games: Sequence[Played]) -> tuple[list[Played], list[Played]]:
    """The games that rank, and those on fresh deals, see ``schedules.units.Plan``."""
    ranking = [game for game in games if game.deal < contest.deals]
    return ranking, [game for game in games if game.deal >= contest.deals]


def confirmed_table(
    contest: Contest, fresh: Sequence[Played], ranked: np.ndarray, score: Score, seed: int
) -> Table | None:
    """The agents of rank 1 by ``score``, and on ``fresh`` deals; None where there are none."""
    if not fresh:
        return None
    later = msgspec.structs.replace(contest, deals=contest.fresh)
    games = [msgspec.structs.replace(game, deal=game.deal - contest.deals) for game in fresh]
    evidence = gather(later, games, ranked, derive(seed, contest.key, "fresh"))
    again = scores_of(later, evidence, ranked, derive(seed, "fresh"))[score.key]
    chosen, confirmed = score.estimates, again.estimates
    ranks = statistics.ranks([number if mark else None for number, mark in zip(chosen, ranked, strict=True)])
    columns = (
        Column("agent", "Agent", "text"),
        Column("chosen", f"On the deals that rank ({score.unit})", score.kind),
        Column("confirmed", f"On fresh deals ({score.unit})", score.kind),
        Column("less", "Less by", score.kind),
    )
    rows: list[tuple[Cell, ...]] = [
        (contest.entrants[agent].name, chosen[agent], confirmed[agent], _less(score, again, agent))
        for agent, rank in enumerate(ranks)
        if rank == 1
    ]
    caption = (
        f"All lineups played {contest.fresh:,} deals more, which rank nobody. Whoever comes first of many does so by "
        "luck, too; on fresh deals it is gone. Brackets: 95 % percentile bootstrap over the deals of each."
    )
    return Table("confirmed", "The first on fresh deals", columns, tuple(rows), caption)


def _less(score: Score, again: Score, agent: int) -> Estimate | None:
    """What is gone on fresh deals; the two are drawn independently."""
    gap = score.replicates[:, agent] - again.replicates[:, agent]
    units = int(min(score.units[agent], again.units[agent]))
    return statistics.estimate(score.values[agent] - again.values[agent], gap, units)

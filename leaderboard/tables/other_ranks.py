"""Other ways to rank many agents, by who beats whom: where they disagree with the rating, it hides a circle."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from agora.leaderboard.log.records import Contest
from agora.leaderboard.numbers.cycles import alpha_rank_limit, surely_beats, three_cycles
from agora.leaderboard.numbers.nash_averaging import log_odds, lottery_scores, margins, maximal_lottery, nash_average
from agora.leaderboard.numbers.ratings import ELO, bootstrap_wins, measured
from agora.leaderboard.schedules.units import derive
from agora.leaderboard.tables.captions import shown_rule
from agora.leaderboard.tables.evidence import Evidence, Meetings
from agora.leaderboard.tables.layout import Cell, Column, Table
from agora.leaderboard.tables.score import ranked_by
from agora.leaderboard.tables.words import clean

_FEWEST = 3
REPLICATES = 200
"""Resamples behind these intervals; a linear program or two each."""

_ALIKE = 1e-9
_NAMED = 5  # circles that are spelled out


def other_ranks_table(
    contest: Contest, evidence: Evidence, agents: Sequence[int], everybody: int, seed: int
) -> Table | None:
    """Nash average, maximal lottery, alpha-rank, and sure wins of ``agents`` (k,), the best of ``everybody`` that is
    ranked, the best first; None for two, and where two have never met: who is hardest to beat depends on every pair."""
    chosen, deals = len(agents), contest.deals
    met = evidence.meetings.among(agents)
    if chosen < _FEWEST or len(np.unique(met.agent * chosen + met.other)) < chosen * (chosen - 1):
        return None
    stakes = ranked_by(contest) == "payoff"
    points = met.by_deal(_points(contest, met) if stakes else met.score, deals, chosen)
    wins = points.sum(axis=0).reshape(chosen, chosen)
    replicates = bootstrap_wins(points, evidence.weights[:REPLICATES], derive(seed, contest.key, "others"))
    units = met.deals()
    reach = contest.returns[1] - contest.returns[0]
    nash = measured(partial(_nash_of_stakes, reach) if stakes else _nash, wins, replicates, units)
    counts = met.by_deal(np.ones_like(met.score), deals, chosen)
    shape = (deals, chosen, chosen)
    beats = surely_beats(points.toarray().reshape(shape), counts.toarray().reshape(shape), everybody)
    unit, by = (contest.unit, "mean payoffs") if stakes else ("Elo", "deals won")
    columns = [
        Column("agent", "Agent", "text"),
        Column("nash", f"Nash average ({unit})", "number" if stakes else "rating"),
        Column("weight", "Weight in it", "share"),
        Column("lottery", "Maximal lottery", "share"),
        Column("place", "Place by lotteries", "count"),
        Column("alpha", "Alpha-rank", "share"),
        Column("sure", "Sure wins", "count"),
    ]
    names = [contest.entrants[agent].name for agent in agents]
    values: list[Sequence[Cell]] = [
        names,
        nash[:chosen],
        nash[chosen:],
        measured(lambda wins: maximal_lottery(margins(wins)), wins, replicates, units),
        _places(lottery_scores(margins(wins))),
        measured(lambda wins: alpha_rank_limit(margins(wins)), wins, replicates, units),
        beats.sum(axis=1).tolist(),
    ]
    rows = tuple(zip(*values, strict=True))
    caption = " ".join(
        [
            f"Nash average: how far ({unit}) behind the mixture of agents that is hardest to beat, in which each has "
            "the weight beside it; copies of an agent move nobody. Maximal lottery: the chance in the lottery over "
            f"agents that none of them beats by {by}; places come from it and from further lotteries among those left. "
            "Alpha-rank: share of time that a population which imitates winners spends with each. "
            f"{shown_rule(chosen, everybody)}Brackets: 95 % over the same resampled deals as above, {REPLICATES} of "
            "them.",
            f"Sure wins: agents that it beats by {by}, of {len(agents) - 1}; all of them together are right in 95 % "
            "of seasons (Bonferroni).",
            _circles(names, beats),
        ]
    )
    return Table("others", "Other ways to rank", tuple(columns), rows, caption)


def _points(contest: Contest, meetings: Meetings) -> np.ndarray:
    """(M,) in [0, 1], where there are stakes: a half, and half of what the agent got more than the other, as a share of
    the most that it could have been."""
    return np.clip(0.5 * (1.0 + meetings.stake / (contest.returns[1] - contest.returns[0])), 0.0, 1.0)


def _nash(wins: np.ndarray) -> np.ndarray:
    """(2k,) scores in Elo points, and weights."""
    found = nash_average(log_odds(wins))
    return np.concatenate([found.scores * ELO / np.log(10.0), found.mixture])


def _nash_of_stakes(reach: float, points: np.ndarray) -> np.ndarray:
    """The same in the unit of payoffs, which are at most ``reach`` apart."""
    total = points + points.T + np.eye(len(points))  # nobody met itself
    found = nash_average(reach * margins(points) / total)
    return np.concatenate([found.scores, found.mixture])


def _places(scores: np.ndarray) -> list[int]:
    """1 for the highest; equals share a place."""
    return [1 + int((scores > own + _ALIKE).sum()) for own in scores]


def _circles(names: Sequence[str], beats: np.ndarray) -> str:
    """The circles of three in which each surely beats the next."""
    found = three_cycles(beats)
    if not found:
        return "No circle of three is sure."
    told = "; ".join(" beats ".join(clean(names[agent]) for agent in (*ring, ring[0])) for ring in found[:_NAMED])
    more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"Sure circles of three: {told}{more}."

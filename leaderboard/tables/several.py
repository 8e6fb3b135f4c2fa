"""Games of several players: the ranking, and who did what against whom."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from agora.leaderboard.log.records import Contest, Exact
from agora.leaderboard.match import Played, deciding_returns
from agora.leaderboard.numbers.duels import elo_of_pairs, pair_counts
from agora.leaderboard.numbers.statistics import share_estimates
from agora.leaderboard.tables.captions import games_rule, interval_rule, rank_rule, shown_rule
from agora.leaderboard.tables.evidence import Evidence
from agora.leaderboard.tables.layout import Cell, Column, Table, table_by_agent
from agora.leaderboard.tables.measures import computed
from agora.leaderboard.tables.ranking import ranking_table
from agora.leaderboard.tables.score import Score, ranked_by


def ranking_of_several(
    contest: Contest, evidence: Evidence, ranked: np.ndarray, exacts: Sequence[Exact], scores: dict[str, Score]
) -> Table:
    """Rating, outcomes, payoff, exploitability; ``scores`` of ``score.scores_of``."""
    meetings = evidence.outcomes.sum(axis=0)
    shares = [share_estimates(outcome, meetings, evidence.weights, evidence.seed) for outcome in evidence.outcomes]
    exploitability = computed(contest, exacts, "NashConv", 1.0 / contest.players)
    columns = [
        Column("rating", "Rating (Elo)", "rating"),
        Column("payoff", f"Mean payoff ({contest.unit})", "number"),
        Column("win", "Deals won", "share"),
        Column("draw", "Drawn", "share"),
        Column("loss", "Lost", "share"),
        Column("exploitability", f"Exploitability ({contest.unit})", "number"),
    ]
    values: list[Sequence[Cell]] = [scores["rating"].estimates, scores["payoff"].estimates, *shares, exploitability]
    if not any(number is not None for number in exploitability):
        columns, values = columns[:-1], values[:-1]
    common = contest.payoff == "common"
    if common:  # all have the same, so every deal is drawn
        columns, values = columns[1:2] + columns[5:], values[1:2] + values[5:]
    score = scores[ranked_by(contest)]
    caption = [rank_rule(score.key), interval_rule(contest)]
    if not common:
        caption.append(
            "Rating: Bradley-Terry on the scale of Elo, 0 is the mean of the ranked agents, a draw is half a win, and "
            "1/n wins are added for every ordered pair of n agents so that it stays finite. Won, drawn, lost: deals, "
            "by who got more from a deal over all its seats; the rating is made from them."
        )
    caption.append(games_rule(contest))
    if columns[-1].key == "exploitability":
        caption.append("Exploitability: NashConv divided by the players, computed exactly over the whole game tree.")
    return ranking_table(contest, evidence, ranked, columns, values, score, caption)


def win_matrix(contest: Contest, evidence: Evidence, agents: Sequence[int]) -> Table:
    """Share of the deals that each of ``agents`` (k,) took from each other one."""
    meetings = evidence.meetings.among(agents)
    scores = meetings.by_deal(meetings.score, contest.deals, len(agents))
    counts = meetings.by_deal(np.ones_like(meetings.score), contest.deals, len(agents))
    cells = share_estimates(scores, counts, evidence.weights, evidence.seed)
    caption = (
        "Share of the deals that the row won against the column; a draw is half a win. "
        f"{shown_rule(len(agents), len(contest.entrants))}{interval_rule(contest, brief=True)}"
    )
    values = [cells[column :: len(agents)] for column in range(len(agents))]
    columns = against(contest, agents, "share")
    return table_by_agent("matrix", "Each against each", contest, columns, values, caption, agents)


def duels_table(contest: Contest, evidence: Evidence, games: Sequence[Played], agents: Sequence[int]) -> Table:
    """How far each of ``agents`` (k,) is ahead of each other one, from the games of these two alone; of two players."""
    seated = evidence.seated
    counts = pair_counts(seated.deal, seated.seating, deciding_returns(games), len(contest.entrants))
    values = [
        [elo_of_pairs(counts[row, column]) if counts[row, column].any() else None for row in agents]
        for column in agents
    ]
    caption = (
        "Elo points by which the row is ahead of the column, from their own games alone. "
        f"{shown_rule(len(agents), len(contest.entrants))}Brackets: 95 %, over pairs: a pair is a deal played twice "
        "with the seats swapped, worth 0, 1/2, 1, 3/2 or 2 points (pentanomial counts). Half a pair without a point "
        "and half a pair with all are added, so that it stays finite."
    )
    columns = against(contest, agents, "rating")
    return table_by_agent("duels", "Each two alone", contest, columns, values, caption, agents)


def against(contest: Contest, agents: Sequence[int], kind: Literal["share", "rating", "number"]) -> list[Column]:
    """A column for each of ``agents`` as an opponent."""
    return [Column(f"against_{agent}", contest.entrants[agent].name, kind) for agent in agents]

"""Tables from the log alone: what was read in, numbers with intervals out.

What the numbers stand on is in ``evidence.py``, the number that ranks in ``score.py``; one module for each kind of
table.
"""

from collections.abc import Sequence

import numpy as np

from agora.leaderboard.log.records import Contest, Exact, Results
from agora.leaderboard.match import Played
from agora.leaderboard.schedules.units import derive
from agora.leaderboard.tables.alone import ranking_alone, training_table
from agora.leaderboard.tables.authors import authors_table
from agora.leaderboard.tables.bargains import bargains_table
from agora.leaderboard.tables.confirmed import confirmed_table, split
from agora.leaderboard.tables.evidence import Evidence, gather
from agora.leaderboard.tables.layout import Section, Table
from agora.leaderboard.tables.measures import conduct_table, distances_table, measures_table
from agora.leaderboard.tables.other_ranks import other_ranks_table
from agora.leaderboard.tables.ranking import ranking_order
from agora.leaderboard.tables.score import ranked_by, scores_of
from agora.leaderboard.tables.several import duels_table, ranking_of_several, win_matrix
from agora.leaderboard.tables.teams import cross_play_table
from agora.leaderboard.tables.trading import trading_table
from agora.leaderboard.tables.twins import twins_table

SHOWN = 50
"""Agents in tables that have a column for each: nobody reads more."""


def make_sections(results: Results) -> list[Section]:
    """The tables of every environment in a log."""
    return [
        _section(contest, results.games[index], results.exacts[index], results.header.seed, results.closed)
        for index, contest in enumerate(results.header.contests)
    ]


def ranked_agents(contest: Contest) -> np.ndarray:
    """(n,) bool: those that are no bounds."""
    return np.array([entrant.needs != "truth" for entrant in contest.entrants])


def _section(contest: Contest, games: Sequence[Played], exacts: list[Exact], seed: int, closed: bool) -> Section:
    ranked, everything = ranked_agents(contest), len(games)
    games, fresh = split(contest, games)
    evidence = gather(contest, games, ranked, derive(seed, contest.key, "bootstrap"))
    scores = scores_of(contest, evidence, ranked, seed)
    score = scores[ranked_by(contest)]
    tables: list[Table | None]
    if contest.players > 1:
        tables = [ranking_of_several(contest, evidence, ranked, exacts, scores)]
        tables += _against_each_other(contest, evidence, games, ranking_order(score, ranked), int(ranked.sum()), seed)
    else:
        tables = [ranking_alone(contest, evidence, games, ranked, score), training_table(contest, games, seed)]
    family = bargains_table(contest, evidence, games) or trading_table(contest, games, ranked, seed)
    tables += [
        confirmed_table(contest, fresh, ranked, score, seed),
        twins_table(contest, games, score),
        authors_table(contest, evidence, ranked, seed),
        family,
        measures_table(contest, evidence, family),
        conduct_table(contest, evidence),
        distances_table(contest, exacts),
    ]
    expected = everything if closed else contest.budget
    return Section(contest, tuple(table for table in tables if table is not None), everything, expected, score.key)


def _against_each_other(
    contest: Contest, evidence: Evidence, games: Sequence[Played], order: Sequence[int], ranked: int, seed: int
) -> list[Table | None]:
    """Who did what against, or with, whom, of the first ``SHOWN``; ``order`` has the agents, the best first, those that
    are ranked before others."""
    shown = sorted(order[:SHOWN])
    if contest.payoff == "common":
        return [cross_play_table(contest, evidence, games, shown)]
    tables: list[Table | None] = [win_matrix(contest, evidence, shown)]
    if contest.players == 2 and ranked_by(contest) == "rating":
        tables.append(duels_table(contest, evidence, games, shown))
    tables.append(other_ranks_table(contest, evidence, order[: min(ranked, SHOWN)], ranked, seed))
    return tables

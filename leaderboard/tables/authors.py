"""Who handed in what: how often an author tried, and ratings without games between agents of one author."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from agora.leaderboard.log.records import Contest
from agora.leaderboard.numbers.comparisons import expected_best
from agora.leaderboard.tables.evidence import Evidence
from agora.leaderboard.tables.layout import Cell, Column, Table, table_by_agent
from agora.leaderboard.tables.score import rating_score


def authors_table(contest: Contest, evidence: Evidence, ranked: np.ndarray, seed: int) -> Table | None:
    """The author of each agent, how many entries that author has, and a rating that own games cannot move; None where
    nobody handed anything in."""
    authors = [entrant.author for entrant in contest.entrants]
    entries = Counter(author for author in authors if author)
    if not entries:
        return None
    columns = [Column("author", "Author", "text"), Column("entries", "Entries", "count")]
    values: list[list[Cell]] = [[author or None for author in authors], [entries.get(author) for author in authors]]
    caption = "Entries: how many agents of the same author play here."
    most = max(entries.values())
    if most > 1:
        caption += (
            f" The best of {most} equal entries is expected to lead by {expected_best(most, 1.0):.1f} standard errors "
            "by luck."
        )
        if contest.players > 1 and contest.payoff != "common":
            columns.append(Column("rating", "Rating without own games (Elo)", "rating"))
            met = evidence.meetings
            foreign = replace(evidence, meetings=met.only(~_same_author(authors)[met.agent, met.other]))
            values.append(list(rating_score(contest, foreign, ranked, seed).estimates))
            caption += (
                " Rating without own games: as above, without the deals that agents of one author took from each other."
            )
    return table_by_agent("authors", "Who entered", contest, columns, values, caption)


def _same_author(authors: Sequence[str]) -> np.ndarray:
    """(n, n) bool: pairs of one author, who may have agreed on the outcome of their games; nobody's agents are none."""
    names = np.array(authors)
    return (names[:, None] == names) & (names != "")

"""The first table of a section: agents in the order of the number that ranks them."""

from collections.abc import Sequence

import numpy as np

from agora.leaderboard.log.records import Contest
from agora.leaderboard.numbers import statistics
from agora.leaderboard.numbers.comparisons import tie_groups
from agora.leaderboard.tables.evidence import Evidence
from agora.leaderboard.tables.layout import Cell, Column, Table
from agora.leaderboard.tables.score import Score
from agora.leaderboard.tables.words import number

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def ranking_order(score: Score, ranked: np.ndarray) -> list[int]:
    """The agents, the best first, those that are not ``ranked`` last."""
    values = np.where(np.isfinite(score.values), score.values, -np.inf)
    return sorted(range(len(values)), key=lambda agent: (not ranked[agent], -values[agent], agent))


def ranking_table(
    contest: Contest,
    evidence: Evidence,
    ranked: np.ndarray,
    columns: list[Column],
    values: list[Sequence[Cell]],
    score: Score,
    caption: list[str],
) -> Table:
    """``columns`` with their ``values`` of each agent; ranks in front, counts behind."""
    estimates = [number if mark else None for number, mark in zip(score.estimates, ranked, strict=True)]
    ranks = [rank if mark else "bound" for rank, mark in zip(statistics.ranks(estimates), ranked, strict=True)]
    columns, values, caption = list(columns), list(values), list(caption)
    ranges = score.rank_ranges(ranked)
    if any(ends is not None and ends[0] < ends[1] for ends in ranges):
        columns.append(Column("range", "Rank range", "text"))
        values.append([None if ends is None else _range(*ends) for ends in ranges])
        caption.append(
            "Rank range: the best and the worst rank that an agent may have; all ranges hold together in 95 % of "
            "seasons (simultaneous intervals of all differences)."
        )
    groups = tie_groups(estimates)
    if any(len(group) > 1 for group in groups):
        columns.append(Column("ties", "Ties", "text"))
        values.append(_letters(groups, estimates))
        caption.append("Ties: agents that share a letter have intervals that all overlap.")
    smallest = score.smallest_difference(ranked)
    if smallest is not None and score.units.max() >= statistics.FEWEST:
        caption.append(
            "Smallest difference: of the median pair of agents, these games tell a difference of "
            f"{_size(smallest, score)} {score.unit} from none in four seasons of five."
        )
    jails = [entrant.jail for entrant in contest.entrants]
    if any(jail is not None for jail in jails):
        columns.append(Column("jail", "Jail", "text"))
        values.append([f"{jail:g}" if isinstance(jail, float) else jail for jail in jails])
        caption.append(
            "Jail: the level that a submission was held in, proven before the games: 2 bubblewrap, 1.5 Landlock, "
            "1 limits only, 0 none; remote: it played elsewhere."
        )
    if not ranked.all():
        caption.append("A bound knows what players cannot know, and is not ranked.")
    names = [entrant.name for entrant in contest.entrants]
    columns = [
        Column("rank", "Rank", "count"),
        Column("agent", "Agent", "text"),
        *columns,
        Column("games", "Games" if contest.players > 1 else "Episodes", "count"),
        Column("forfeits", "Forfeits", "count"),
    ]
    values = [ranks, names, *values, evidence.games.tolist(), evidence.forfeits.tolist()]
    rows = tuple(tuple(column[agent] for column in values) for agent in ranking_order(score, ranked))
    return Table("ranking", "Ranking", tuple(columns), rows, " ".join(caption))


def _range(best: int, worst: int) -> str:
    return str(best) if best == worst else f"{best}–{worst}"


def _letters(groups: Sequence[tuple[int, ...]], numbers: Sequence[Cell]) -> list[Cell]:
    """``ab`` for an agent of the first two groups; groups of one are nobody's tie."""
    shared = [group for group in groups if len(group) > 1]
    marks: list[Cell] = []
    for agent in range(len(numbers)):
        own = [_letter(index) for index, group in enumerate(shared) if agent in group]
        marks.append(" ".join(own) or None)
    return marks


def _letter(index: int) -> str:
    """a to z, then a1 to z1, and so on."""
    turn, letter = divmod(index, len(_LETTERS))
    return _LETTERS[letter] + (str(turn) if turn else "")


def _size(value: float, score: Score) -> str:
    if score.kind == "rating":
        return number(value, "rating", 0)
    return f"{value:.2g}"

"""What a table is, before any medium decides how it looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from agora.leaderboard.log.records import Contest
from agora.leaderboard.numbers.statistics import Estimate

Kind = Literal["text", "count", "number", "share", "rating"]
ACROSS = "All environments of one player"
"""Heads the tables of ``overall.py``, which belong to no single environment."""

Cell = str | int | Estimate | None
"""Text; a count; a number with its interval; or nothing, where there is nothing to say."""


class Column(NamedTuple):
    key: str
    """For programs."""
    label: str
    kind: Kind


@dataclass(frozen=True)
class Table:
    """Values by row and column; how they look is the writers' matter."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str
    """What the numbers are, and what their intervals cover."""

    def column(self, key: str) -> list[Cell]:
        index = [column.key for column in self.columns].index(key)
        return [row[index] for row in self.rows]


def table_by_agent(
    key: str,
    title: str,
    contest: Contest,
    columns: Sequence[Column],
    values: Sequence[Sequence[Cell]],
    caption: str,
    agents: Sequence[int] | None = None,
) -> Table:
    """A row for each of ``agents``, of all in the order of the season by None; ``values`` are the columns after its
    name."""
    named = contest.entrants if agents is None else [contest.entrants[agent] for agent in agents]
    rows = ((entrant.name, *(column[row] for column in values)) for row, entrant in enumerate(named))
    return Table(key, title, (Column("agent", "Agent", "text"), *columns), tuple(rows), caption)


@dataclass(frozen=True)
class Section:
    """Everything about one environment."""

    contest: Contest
    tables: tuple[Table, ...]
    games: int
    """In the log."""
    expected: int
    """Games that the schedule has; an adaptive one may end before."""
    score: str
    """Key of the column in the first table that the ranks come from."""

    def table(self, key: str) -> Table:
        return next(table for table in self.tables if table.key == key)

"""Games in which all have the same payoff: how agents do with strangers, and with copies of themselves."""

from collections.abc import Iterator, Sequence

import numpy as np

from agora.leaderboard.log.records import Contest
from agora.leaderboard.match import Played
from agora.leaderboard.numbers import statistics
from agora.leaderboard.tables.captions import interval_rule, shown_rule
from agora.leaderboard.tables.evidence import Evidence
from agora.leaderboard.tables.layout import Cell, Column, Table
from agora.leaderboard.tables.twins import same_files


def cross_play_table(contest: Contest, evidence: Evidence, games: Sequence[Played], shown: Sequence[int]) -> Table:
    """The mean return of each ``shown`` agent (k,) with each, itself included, and what it loses with strangers."""
    copies = np.arange(len(contest.entrants))  # the first of those that are the same
    for one, other in same_files(contest.entrants):
        copies[other] = copies[one]
    agents = np.unique(copies[list(shown)])
    who = copies[evidence.seated.seating]  # (G, P)
    sits = np.stack([(who == agent).sum(axis=1) for agent in agents], axis=1)  # (G, k) seats of each
    paid = np.array([np.mean(game.returns) for game in games])
    sums, counts = np.zeros((2, contest.deals, len(agents) * (len(agents) + 1)))
    for column, chosen in enumerate(_games_of(sits, contest.players)):
        deal = evidence.seated.deal[chosen]
        sums[:, column] = np.bincount(deal, paid[chosen], contest.deals)
        counts[:, column] = np.bincount(deal, minlength=contest.deals)
    values, replicates = statistics.means(sums, counts, evidence.weights)
    units = (counts > 0).sum(axis=0)

    def cell(index: int) -> Cell:
        return statistics.estimate(values[index], replicates[:, index], int(units[index]))

    def gap(one: int, other: int) -> Cell:
        fewer = int(units[[one, other]].min())
        return statistics.estimate(values[one] - values[other], replicates[:, one] - replicates[:, other], fewer)

    size = len(agents)
    names = [contest.entrants[agent].name for agent in agents]
    columns = [
        Column("agent", "Agent", "text"),
        *(Column(f"with_{agent}", f"With {name}", "number") for agent, name in zip(agents, names, strict=True)),
        Column("cross", "With strangers", "number"),
        Column("gap", "More with itself", "number"),
    ]
    rows = [
        (
            name,
            *(cell(row * size + column) for column in range(size)),
            cell(size * size + row),
            gap(row * (size + 1), size * size + row),
        )
        for row, name in enumerate(names)
    ]
    caption = (
        f"{shown_rule(len(shown), len(contest.entrants))}"
        f"Mean return ({contest.unit}) of the games in which row and column play together; with itself: all seats are "
        "its own or those of a duplicate. With strangers: it has one seat, and others the rest (zero-shot cross-play). "
        "More with itself: what a convention is worth that strangers do not know. "
        f"{interval_rule(contest, brief=True)}"
    )
    return Table("cross_play", "With each other", tuple(columns), tuple(rows), caption)


def _games_of(sits: np.ndarray, players: int) -> Iterator[np.ndarray]:
    """The games (G,) bool of each pair of agents, row by row, then of each with strangers; ``sits`` (G, k)."""
    agents = range(sits.shape[1])
    for row in agents:
        for column in agents:
            yield sits[:, row] == players if row == column else (sits[:, row] > 0) & (sits[:, column] > 0)
    yield from (sits == 1).T

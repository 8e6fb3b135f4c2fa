"""Who met whom, and with what, against the same by loops; tables of more agents than anybody reads columns."""

from collections import defaultdict
from itertools import permutations

import numpy as np
import pytest

from agora.leaderboard.match import Played
from agora.leaderboard.schedules.designs import make_plan, next_units, outcome_of
from agora.leaderboard.schedules.units import seats_and_deals
from agora.leaderboard.tables.evidence import meet
from agora.leaderboard.tables.sections import SHOWN, make_sections


def meetings_by_loops(deal, seating, returns):
    """(deal, agent, other) -> its points, its stakes, and how often they met, over all lineups."""
    paid = defaultdict(list)
    for number, seats, payoffs in zip(deal, seating, returns, strict=True):
        for agent, payoff in zip(seats, payoffs, strict=True):
            paid[number, tuple(sorted(seats)), agent].append(payoff)
    found = defaultdict(lambda: np.zeros(3))
    for (number, lineup, agent), own in paid.items():
        for other in set(lineup) - {agent}:
            gap = np.mean(own) - np.mean(paid[number, lineup, other])
            found[number, agent, other] += [1.0 if gap > 1e-9 else 0.0 if gap < -1e-9 else 0.5, gap, 1]
    return found


@pytest.mark.parametrize(("agents", "players"), [(5, 2), (5, 3), (2, 3), (4, 4), (1, 1)])
def test_meetings_are_those_of_loops(agents, players):
    rng = np.random.default_rng(agents)
    lineups = [np.sort(rng.integers(agents, size=players)) for _ in range(6)]
    rows = [(deal, seats) for deal in range(7) for lineup in lineups for seats in set(permutations(map(int, lineup)))]
    order = rng.permutation(len(rows))
    deal, seating = np.array([rows[index][0] for index in order]), np.array([rows[index][1] for index in order])
    returns = rng.integers(-1, 2, size=seating.shape).astype(float)
    meetings = meet(deal, seating, returns, agents)
    sums = [
        meetings.by_deal(values, 7, agents).toarray().reshape(7, agents, agents)
        for values in (meetings.score, meetings.stake, np.ones_like(meetings.score))
    ]
    expected = np.zeros((3, 7, agents, agents))
    for where, values in meetings_by_loops(deal.tolist(), seating.tolist(), returns.tolist()).items():
        expected[(slice(None), *where)] = values
    assert np.stack(sums) == pytest.approx(expected)
    assert (len(meetings.deal) > 0) == (agents > 1)


def test_meetings_among_some_know_them_by_their_place():
    meetings = meet(np.array([0, 0, 1]), np.array([[0, 1], [2, 3], [3, 1]]), np.array([[1, -1], [2, 0], [0, 5.0]]), 4)
    among = meetings.among([3, 1])
    assert [column.tolist() for column in among] == [[1, 1], [1, 0], [0, 1], [1.0, 0.0], [5.0, -5.0]]
    assert among.deals() == 1
    assert meetings.among([0, 3]).deals() == 0


def test_of_many_agents_the_best_have_columns(results_of):
    agents = SHOWN + 10
    strength, rng = np.linspace(3, -3, agents), np.random.default_rng(0)
    plan, games, outcomes = make_plan("swiss", agents, 2, 4, 100), [], []
    while units := next_units(plan, outcomes):
        for unit in units:
            played = []
            for seating, deal in zip(*map(np.ndarray.tolist, seats_and_deals(unit)), strict=True):
                won = 1.0 if rng.random() < 1 / (1 + np.exp(strength[seating[1]] - strength[seating[0]])) else -1.0
                played.append(
                    Played(deal, deal, seating, [won, -won], 1, "terminated", rng.integers(9, size=3).tolist())
                )
            games += played
            outcomes.append(outcome_of(unit, np.array([game.returns for game in played])))
    names = [f"agent {number}" for number in range(agents)]
    (section,) = make_sections(results_of(games, names=names, schedule="swiss", returns=(-1.0, 1.0)))
    ranking = section.table("ranking").column("agent")
    assert len(ranking) == agents
    assert {int(name.split()[1]) for name in ranking[:10]} < set(range(25))
    best = sorted(ranking[:SHOWN], key=names.index)
    for key in ("matrix", "duels"):
        table = section.table(key)
        assert table.column("agent") == best == [column.label for column in table.columns[1:]]
        assert f"The first {SHOWN} of {agents} agents by rank." in table.caption
        assert [row[1 + place] for place, row in enumerate(table.rows)] == [None] * SHOWN
    assert "others" not in [table.key for table in section.tables]  # not every two have met

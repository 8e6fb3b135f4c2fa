"""Games in which all have the same payoff."""

import pytest

from agora.leaderboard.log.records import Entrant
from agora.leaderboard.match import Played
from agora.leaderboard.tables.sections import make_sections

WORTH = {("a", "a"): 10.0, ("a", "b"): 2.0, ("b", "b"): 4.0, ("a", "r"): 0.0, ("b", "r"): 1.0}
NAMES = ["a", "b", "r", "a (duplicate)", "b (duplicate)"]


@pytest.fixture
def section(results_of):
    games = []
    for one in range(5):
        for other in range(one + 1, 5):
            pair = tuple(sorted(name.split()[0] for name in (NAMES[one], NAMES[other])))
            for deal in range(10):
                value = WORTH[pair] + (deal % 2 if pair == ("a", "a") else 0)
                games += [
                    Played(deal, deal, seating, [value, value], 2, "terminated", [0])
                    for seating in ([one, other], [other, one])
                ]
    entrants = [Entrant(name, f"scripted/{name.split()[0]}", "observation", "1") for name in NAMES]
    changes = {"names": NAMES, "payoff": "common", "returns": (0.0, 10.0), "entrants": entrants}
    return make_sections(results_of(games, **changes))[0]


def test_cross_play_is_the_mean_return_of_each_with_each(section):
    table = section.table("cross_play")
    assert table.column("agent") == ["a", "b", "r"]
    grid = [[cell and cell.value for cell in row[1:4]] for row in table.rows]
    assert grid == [[10.5, 2.0, 0.0], [2.0, 4.0, 1.0], [0.0, 1.0, None]]
    # a sits with b or its duplicate in two lineups, and with r in one; its duplicate does as well.
    assert [cell.value for cell in table.column("cross")] == pytest.approx([4 / 3, 5 / 3, 0.5])
    gap, other, none = table.column("gap")
    assert gap.value == pytest.approx(10.5 - 4 / 3)
    assert gap.low < gap.value < gap.high
    assert (other.value, other.low, other.high) == pytest.approx((7 / 3, 7 / 3, 7 / 3))
    assert none is None


def test_nobody_beats_anybody_where_all_get_the_same(section):
    assert section.score == "payoff"
    assert [table.key for table in section.tables] == ["ranking", "cross_play", "twins"]
    shown = {column.key for column in section.table("ranking").columns}
    assert not shown & {"rating", "win", "draw", "loss"}
    assert "Elo" not in section.table("ranking").caption

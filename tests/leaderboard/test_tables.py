"""Tables from logs written by hand, so that every number can be worked out."""

import numpy as np
import pytest
from scipy.stats import beta

from agora.leaderboard.log.records import Exact
from agora.leaderboard.match import Played
from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.tables.sections import make_sections


def pair(deal, first, second):
    """A deal from both seats: what agent 0 got in seat 0, and then in seat 1."""
    return [
        Played(deal, deal, [0, 1], [first, -first], 2, "terminated", [0]),
        Played(deal, deal, [1, 0], [-second, second], 2, "terminated", [0]),
    ]


@pytest.fixture
def section_of(results_of):
    return lambda *args, **changes: make_sections(results_of(*args, **changes))[0]


def test_shares_payoff_and_matrix_of_two_players(section_of):
    games = [game for deal in range(20) for game in pair(deal, 1.0, [0.0, -1.0][deal % 2])]
    section = section_of(games)
    ranking = section.table("ranking")
    assert ranking.column("agent") == ["a", "b"]
    # Over both seats a gets a chip more in the even deals, and as much in the odd ones.
    assert [cell.value for cell in ranking.column("win")] == [0.5, 0.0]
    assert [cell.value for cell in ranking.column("draw")] == [0.5, 0.5]
    assert [cell.value for cell in ranking.column("loss")] == [0.0, 0.5]
    assert [cell.value for cell in ranking.column("payoff")] == [0.25, -0.25]
    assert ranking.column("games") == [40, 40]
    gap = 400 * np.log10((15 + 0.5) / (5 + 0.5))
    assert [cell.value for cell in ranking.column("rating")] == pytest.approx([gap / 2, -gap / 2])
    rows = section.table("matrix").rows
    assert rows[0][1] is None
    assert rows[0][2].value == 0.75
    assert rows[1][1].value == 0.25
    assert (section.games, section.expected) == (40, 40)


def test_a_swapped_pair_is_one_unit(section_of):
    # Whoever holds the better cards wins: every deal is a tie between the agents, so there is nothing uncertain.
    games = [game for deal in range(50) for game in pair(deal, *([1.0, -1.0] if deal % 2 else [-1.0, 1.0]))]
    ranking = section_of(games).table("ranking")
    for key in ("payoff", "rating"):
        assert ranking.column(key)[0].value == 0.0
    assert ranking.column("payoff")[0] == Estimate(0.0, 0.0, 0.0, 50)
    drawn = ranking.column("draw")[0]
    assert (drawn.value, drawn.high, drawn.units) == (1.0, 1.0, 50)
    assert drawn.low == pytest.approx(beta.ppf(0.025, 50.5, 0.5), abs=0.01)  # fifty of fifty may be luck


def test_the_interval_of_the_mean_is_that_of_the_deals(section_of):
    totals = np.random.default_rng(0).choice([-1.0, 1.0], 400)
    games = [game for deal, total in enumerate(totals) for game in pair(deal, total, total)]
    ranking = section_of(games).table("ranking")
    payoff = ranking.column("payoff")[ranking.column("agent").index("a")]
    assert payoff.value == pytest.approx(totals.mean())
    error = totals.std() / np.sqrt(400)
    assert (payoff.high - payoff.low) / 2 == pytest.approx(1.96 * error, rel=0.08)
    assert payoff.units == 400


def test_win_draw_loss_games_are_ranked_by_rating_and_games_with_stakes_by_payoff(section_of):
    # Agent a wins a chip in four deals and loses eight in the fifth.
    games = [game for deal in range(500) for game in pair(deal, *[(1.0, 1.0), (-8.0, -8.0)][deal % 5 == 4])]
    by_payoff = section_of(games, returns=(-8.0, 8.0))
    assert by_payoff.score == "payoff"
    assert by_payoff.table("ranking").column("agent") == ["b", "a"]
    assert by_payoff.table("ranking").column("rank") == [1, 2]
    by_rating = section_of(games, returns=(-1.0, 1.0))
    assert by_rating.score == "rating"
    assert by_rating.table("ranking").column("agent") == ["a", "b"]


def test_overlapping_agents_share_a_rank(section_of):
    games = [game for deal in range(10) for game in pair(deal, *[(1.0, 1.0), (-1.0, -1.0)][deal % 2])]
    assert section_of(games).table("ranking").column("rank") == [1, 1]


def test_two_deals_get_no_interval_and_five_are_marked_few(section_of):
    two = section_of([game for deal in range(2) for game in pair(deal, 1.0, 1.0)]).table("ranking")
    assert two.column("payoff")[0] == Estimate(1.0, None, None, 2)
    assert two.column("rating")[0].low is None
    assert two.column("rank") == [None, None]
    five = section_of([game for deal in range(5) for game in pair(deal, 1.0, 1.0)]).table("ranking")
    assert five.column("payoff")[0].few
    assert "†: fewer than 10" in five.caption


def test_exploitability_is_nash_conv_divided_by_the_players(section_of):
    games = [game for deal in range(10) for game in pair(deal, 1.0, 1.0)]
    ranking = section_of(games, exacts=[Exact(1, "NashConv", 11 / 12)]).table("ranking")
    none, shown = ranking.column("exploitability")
    assert none is None
    assert shown.value == pytest.approx(11 / 24)
    assert shown.exact
    assert "NashConv divided by the players" in ranking.caption
    with pytest.raises(ValueError):
        section_of(games).table("ranking").column("exploitability")


def test_bounds_are_marked_last_and_do_not_touch_the_others(section_of):
    games = [game for deal in range(10) for game in pair(deal, 1.0, 1.0)]
    oracle = [
        game
        for deal in range(10)
        for agent in (0, 1)
        for game in (
            Played(deal, deal, [2, agent], [1.0, -1.0], 2, "terminated", [0]),
            Played(deal, deal, [agent, 2], [-1.0, 1.0], 2, "terminated", [0]),
        )
    ]
    with_oracle = section_of([*games, *oracle], names="abc", needs=["observation", "states", "truth"])
    ranking = with_oracle.table("ranking")
    assert ranking.column("rank") == [1, 2, "bound"]
    assert ranking.column("rating")[2] is None
    assert ranking.column("payoff")[2].value == 1.0
    plain = section_of(games).table("ranking")
    for key in ("rating", "payoff", "win"):
        assert [cell.value for cell in ranking.column(key)[:2]] == [cell.value for cell in plain.column(key)]
    assert "A bound knows" in ranking.caption


def test_bounds_alone_rank_nobody(section_of):
    ranking = section_of(pair(0, 1.0, 1.0) + pair(1, 1.0, 1.0), needs=["truth", "truth"]).table("ranking")
    assert ranking.column("rank") == ["bound", "bound"]
    assert ranking.column("rating") == [None, None]


def test_three_players_meet_in_pairs(section_of):
    worth = {0: 2.0, 1: 1.0, 2: -3.0}  # what each agent gets, wherever it sits
    games = [
        Played(deal, deal, seating, [worth[agent] for agent in seating], 3, "terminated", [0])
        for deal in range(10)
        for seating in ([0, 1, 2], [1, 2, 0], [2, 0, 1])
    ]
    section = section_of(games, names="abc", players=3, returns=(-3.0, 3.0))
    ranking = section.table("ranking")
    assert ranking.column("agent") == ["a", "b", "c"]
    assert [cell.value for cell in ranking.column("payoff")] == [2.0, 1.0, -3.0]
    assert [cell.value for cell in ranking.column("win")] == [1.0, 0.5, 0.0]
    assert section.expected == len(games)


def test_an_agent_in_two_seats_does_not_meet_itself(section_of):
    # Seat 0 gets 1, seat 1 nothing, seat 2 loses 1; a has two of the seats, so its mean over a deal is as b's.
    games = [
        Played(deal, deal, seating, [1.0, 0.0, -1.0], 3, "terminated", [0])
        for deal in range(10)
        for seating in ([0, 0, 1], [0, 1, 0], [1, 0, 0])
    ]
    ranking = section_of(games, players=3).table("ranking")
    assert [cell.value for cell in ranking.column("payoff")] == [0.0, 0.0]
    assert [cell.value for cell in ranking.column("draw")] == [1.0, 1.0]
    assert ranking.column("draw")[0].units == 10


def test_scores_of_one_player(section_of):
    rewards = {0: [1.0, 2.0, 3.0, 10.0] * 5, 1: [5.0] * 20}
    games = [
        Played(deal, deal, [agent], [value], 1, "terminated", [0])
        for agent, values in rewards.items()
        for deal, value in enumerate(values)
    ]
    section = section_of(games, players=1, floor=[1.0], ceiling=[11.0])
    ranking = section.table("ranking")
    assert ranking.column("agent") == ["b", "a"]
    assert [cell.value for cell in ranking.column("mean")] == [5.0, 4.0]
    assert [cell.value for cell in ranking.column("iqm")] == [5.0, 2.5]
    assert [cell.value for cell in ranking.column("normalised")] == [0.4, 0.3]
    assert [cell.value for cell in ranking.column("share")] == pytest.approx([5 / 11, 4 / 11])
    assert ranking.columns[5].label == "Share of the optimum"
    assert ranking.column("mean")[0] == Estimate(5.0, 5.0, 5.0, 20)
    bound = section_of(games, players=1, floor=[1.0], ceiling=[11.0], certificate="bound").table("ranking")
    assert bound.columns[5].label == "Share of the bound"
    below = section_of(games, players=1, floor=[-3.0], ceiling=[0.0]).table("ranking")
    assert below.column("share") == [None, None]


def test_measures_are_means_over_games_with_intervals_and_gaps(section_of):
    games = [game for deal in range(20) for game in pair(deal, 1.0, 1.0)]
    for game in games:
        game.metrics = {"joint_score": float(game.deal % 2), "ratio": 4.0 if game.deal == 3 else None}
    measures = section_of(games).table("measures")
    assert [column.label for column in measures.columns] == ["Agent", "Joint score", "Ratio"]
    assert measures.rows[0][1].value == 0.5
    assert 0.2 < measures.rows[0][1].low < 0.5 < measures.rows[0][1].high < 0.8
    assert measures.rows[0][2] == Estimate(4.0, None, None, 1)


def test_forfeits_are_counted_for_the_offender(section_of):
    games = [game for deal in range(5) for game in pair(deal, 1.0, 1.0)]
    games[0].faults = {"1": "ValueError"}
    games[1].faults = {"0": "ValueError"}
    ranking = section_of(games).table("ranking")
    assert dict(zip(ranking.column("agent"), ranking.column("forfeits"), strict=True)) == {"a": 0, "b": 2}


def test_a_forfeit_is_no_draw_where_nobody_got_anything(section_of):
    games = [game for deal in range(5) for game in pair(deal, 0.0, 0.0)]
    drawn = section_of(games, payoff="general-sum").table("ranking")
    assert [cell.value for cell in drawn.column("draw")] == [1.0, 1.0]
    for game in games:
        game.faults = {str(game.seating.index(1)): "ValueError"}
    lost = section_of(games, payoff="general-sum").table("ranking")
    values = {name: cell.value for name, cell in zip(lost.column("agent"), lost.column("win"), strict=True)}
    assert values == {"a": 1.0, "b": 0.0}
    assert [cell.value for cell in lost.column("payoff")] == [0.0, 0.0]  # what the game paid stays


def test_an_unfinished_log_says_so_and_an_empty_one_has_tables(section_of):
    games = [game for deal in range(5) for game in pair(deal, 1.0, 1.0)]
    section = section_of(games, deals=8)
    assert (section.games, section.expected) == (10, 16)
    empty = section_of([], deals=8)
    assert empty.table("ranking").column("payoff") == [None, None]


def test_tables_say_what_their_intervals_cover(section_of):
    games = [game for deal in range(20) for game in pair(deal, 1.0, 0.0)]
    section = section_of(games)
    for table in section.tables:
        assert "Brackets: 95 %" in table.caption
    for key in ("ranking", "matrix"):
        assert "95 % percentile bootstrap over 20 deals" in section.table(key).caption


def test_tables_are_the_same_every_time(section_of):
    games = [game for deal in range(30) for game in pair(deal, *[(1.0, 0.0), (-1.0, 1.0), (0.0, 1.0)][deal % 3])]
    assert section_of(games) == section_of(list(games))


def test_conduct_is_added_up_over_games(section_of):
    games = [game for deal in range(5) for game in pair(deal, 1.0, -1.0)]
    for game in games:
        good, poor = (
            {"optimal": (3.0, 4), "lost": (0.5, 4)},
            {"optimal": (1.0, 2), "lost": (1.0, 2), "invalid": (0.0, 2)},
        )
        game.conduct = [good, poor] if game.seating == [0, 1] else [poor, good]
    table = section_of(games).table("conduct")
    assert [column.key for column in table.columns] == ["agent", "optimal", "lost", "judged"]  # nothing was invalid
    assert [cell.value for cell in table.column("optimal")] == [0.75, 0.5]
    assert [cell.value for cell in table.column("lost")] == [0.125, 0.5]
    assert table.column("judged") == [40, 20]
    games[0].conduct[1]["invalid"] = (1.0, 2)
    invalid = section_of(games).table("conduct").column("invalid")
    assert invalid[0] is None
    assert invalid[1].value == 0.05

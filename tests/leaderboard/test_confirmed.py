"""The first, scored again on deals that nobody was chosen by."""

import numpy as np
import pytest

from agora.leaderboard.log import records
from agora.leaderboard.log.verify import verify
from agora.leaderboard.match import Played
from agora.leaderboard.schedules.designs import make_plan, next_units, outcome_of
from agora.leaderboard.season import run_season
from agora.leaderboard.tables.sections import make_sections

SEASON = """
seed = 3

[[environments]]
id = "agora/KuhnPoker-v0"
games = 40
confirm = { quick = 20, full = 100 }
duplicates = []
agents = ["random", "scripted/honest", "scripted/always_bet"]

[[environments]]
id = "agora/Shop-v0"
games = 4
confirm = 5
duplicates = []
agents = ["random", "scripted/rule"]
"""


def test_fresh_deals_follow_all_others_and_are_played_by_everybody():
    plan = make_plan("round-robin", 3, 2, games=20, deals_at_once=4, fresh=10)
    units = next_units(plan, [])
    assert (plan.deals, plan.fresh, plan.budget) == (10, 5, 3 * (20 + 10))
    ranking, fresh = units[:9], units[9:]
    assert {unit.lineup for unit in fresh} == {unit.lineup for unit in ranking} == {(0, 1), (0, 2), (1, 2)}
    assert max(unit.first + unit.deals for unit in ranking) == 10
    assert [(unit.first, unit.deals) for unit in fresh if unit.lineup == (0, 1)] == [(10, 4), (14, 1)]
    outcomes = [outcome_of(unit, np.zeros((2 * unit.deals, 2))) for unit in units]
    assert next_units(plan, outcomes) == []
    with pytest.raises(ValueError, match="confirm = 10 is for schedule = 'round-robin'"):
        make_plan("swiss", 8, 2, games=20, deals_at_once=4, fresh=10)


def alone(agent, returns):
    return [Played(deal, deal, [agent], [value], 1, "terminated", [0]) for deal, value in enumerate(returns)]


def test_both_numbers_of_the_first_are_shown_and_the_others_are_ranked_without_fresh_deals(results_of):
    rng = np.random.default_rng(0)
    first = [*rng.normal(5.0, 0.1, 20), *rng.normal(3.0, 0.1, 10)]  # luck that was gone on the fresh deals
    second = [*rng.normal(4.0, 0.1, 20), *rng.normal(9.0, 0.1, 10)]
    games = alone(0, first) + alone(1, second)
    section = make_sections(results_of(games, players=1, ceiling=[10.0], deals=20, fresh=10))[0]
    ranking, confirmed = section.table("ranking"), section.table("confirmed")
    assert ranking.column("agent") == ["a", "b"]
    assert ranking.column("mean")[0].value == pytest.approx(np.mean(first[:20]))
    assert ranking.column("games") == [20, 20]
    assert confirmed.column("agent") == ["a"]
    assert confirmed.column("chosen") == ranking.column("mean")[:1]
    again, less = confirmed.column("confirmed")[0], confirmed.column("less")[0]
    assert again.value == pytest.approx(np.mean(first[20:]))
    assert again.units == 10
    assert less.value == pytest.approx(np.mean(first[:20]) - np.mean(first[20:]))
    error = np.hypot(np.std(first[:20]) / np.sqrt(20), np.std(first[20:]) / np.sqrt(10))
    assert (less.high - less.low) / 2 == pytest.approx(1.96 * error, rel=0.15)
    assert section.games == 60


def test_all_who_share_the_first_rank_are_scored_again(results_of):
    games = [
        Played(deal, deal, list(seating), [sign, -sign], 2, "terminated", [0])
        for deal in range(30)
        for seating in ((0, 1), (1, 0))
        for sign in [1.0 if (deal + seating[0]) % 2 else -1.0]
    ]
    section = make_sections(results_of(games, deals=20, fresh=10))[0]
    assert section.table("ranking").column("rank") == [1, 1]
    assert section.table("confirmed").column("agent") == ["a", "b"]
    assert [cell.value for cell in section.table("confirmed").column("less")] == pytest.approx([0, 0], abs=1e-9)
    assert "confirmed" not in [table.key for table in make_sections(results_of(games))[0].tables]


def test_a_season_with_fresh_deals_is_played_and_verified(tmp_path):
    (tmp_path / "season.toml").write_text(SEASON)
    poker, shop = run_season(tmp_path / "season.toml", tmp_path / "out", progress=False)
    report = verify(tmp_path / "out" / "log.jsonl")
    assert report.ok, report
    assert (poker.games, poker.expected) == (3 * 60, 3 * 60)
    assert (shop.games, shop.contest.fresh) == (2 * 9, 5)
    assert poker.table("confirmed").column("confirmed")[0].units == 10
    deals = {game.deal: game.seed for game in records.read(tmp_path / "out" / "log.jsonl").games[0]}
    assert sorted(deals) == list(range(30))
    assert len(set(deals.values())) == 30

"""Tables of trading and of negotiations, from games of the real environments."""

import numpy as np
import pytest

from agora.envs.trading.portfolio.prices import DATASETS
from agora.leaderboard.log import records
from agora.leaderboard.match import Played
from agora.leaderboard.numbers.statistics import FEWEST
from agora.leaderboard.numbers.trading import deflated_sharpe_ratios
from agora.leaderboard.season import evaluate
from agora.leaderboard.tables.sections import make_sections
from agora.leaderboard.tables.trading import _break_even

INVESTORS = ["scripted/market", "scripted/uniform_crp", "scripted/olmar", "scripted/best_stock"]


@pytest.fixture(scope="module")
def traded(tmp_path_factory):
    """A year and a half of indices with costs, and the log of it."""
    out = tmp_path_factory.mktemp("traded")
    options = {"dataset": "msci", "split": "test", "cost": 0.001}
    section = evaluate("agora/Portfolio-v0", INVESTORS, 1, options=options, out=out, progress=False)
    return section, records.read(out / "log.jsonl")


def by_agent(table, key):
    return dict(zip(table.column("agent"), table.column(key), strict=True))


def test_the_history_that_is_made_again_is_the_one_that_was_played(traded):
    section, results = traded
    table = section.table("trading")
    for game in results.games[0]:
        name = section.contest.entrants[game.seating[0]].name
        assert by_agent(table, "maximum_drawdown")[name].value == pytest.approx(game.metrics["maximum_drawdown"])
        # The environment's own measure leaves out the first purchase, which is half, and its day.
        days = game.steps
        traded_a_day = (game.metrics["turnover"] * (days - 1) + 0.5) / days
        assert by_agent(table, "turnover")[name].value == pytest.approx(traded_a_day)
    assert f"Of one history of {days:,} days" in table.caption
    drawn = table.column("sharpe")
    assert all(cell.low < cell.value < cell.high and cell.units == days // 21 for cell in drawn)


def test_at_the_break_even_cost_the_market_is_as_good(traded):
    even = by_agent(traded[0].table("trading"), "break_even")
    assert even["market"] is None
    cost = even["uniform_crp"].value
    options = {"dataset": "msci", "split": "test"}
    dear = evaluate("agora/Portfolio-v0", ["scripted/uniform_crp"], 1, options=options | {"cost": cost}, progress=False)
    free = evaluate("agora/Portfolio-v0", ["scripted/market"], 1, options=options, progress=False)
    left, market = (section.table("ranking").column("mean")[0].value for section in (dear, free))
    assert left == pytest.approx(market, abs=1e-9)
    assert 0 <= even["uniform_crp"].low < cost < even["uniform_crp"].high


def test_the_interval_of_a_break_even_cost_is_that_of_the_days():
    """The same lead every day, so only what is traded varies; then a lead that months of luck make or break."""
    rng = np.random.default_rng(0)
    traded = rng.uniform(0.2, 0.6, 2000)
    steady = _break_even(np.full(2000, 1e-4), traded, 0)
    assert steady.value == pytest.approx(1e-4 / traded.mean(), rel=1e-3)
    reach = 1.96 * traded.std() / traded.mean() / np.sqrt(2000)
    assert (steady.high - steady.low) / 2 / steady.value == pytest.approx(reach, rel=0.2)
    lucky = _break_even(rng.normal(2e-4, 0.01, 2000), traded, 0)
    assert lucky.low == 0 < lucky.value < lucky.high
    assert _break_even(np.full(2000, -1e-4), traded, 0) is None


def test_sharpe_ratios_are_deflated_by_all_who_are_no_bounds(traded):
    section, _ = traded
    table = section.table("trading")
    deflated, sharpe = by_agent(table, "deflated"), by_agent(table, "sharpe")
    assert deflated["best_stock"] is None  # it knows the future
    assert "the best of 3 entries" in table.caption
    ranked = ["market", "uniform_crp", "olmar"]
    assert all(0 < deflated[name].value < 1 and deflated[name].exact for name in ranked)
    order = sorted(ranked, key=lambda name: sharpe[name].value)
    assert order == sorted(ranked, key=lambda name: deflated[name].value)


def test_deflated_ratios_are_each_ones_own():
    rng = np.random.default_rng(0)
    tried = rng.normal([[0.0], [0.002], [0.0005]], 0.01, (3, 400))
    found = deflated_sharpe_ratios(tried)
    assert found.argmax() == 1
    assert deflated_sharpe_ratios(tried[[2, 0, 1]]) == pytest.approx(found[[2, 0, 1]])
    still = np.vstack([tried, np.zeros(400)])  # cash, without moments of its own
    assert np.isfinite(deflated_sharpe_ratios(still)).all()


def test_what_the_trading_table_has_is_not_shown_twice(traded):
    shown = [column.key for column in traded[0].table("measures").columns]
    assert shown == ["agent", "final_wealth", "annual_return", "annual_volatility"]


def test_several_histories_keep_the_measures_of_the_environment():
    options = {"dataset": "msci", "length": 60, "random_start": True}
    section = evaluate("agora/Portfolio-v0", INVESTORS[:2], FEWEST, options=options, progress=False)
    assert "trading" not in [table.key for table in section.tables]
    assert "sharpe" in [column.key for column in section.table("measures").columns]
    assert "msci" in DATASETS


def test_who_forfeited_has_no_history(traded):
    _, results = traded
    broken = next(game for game in results.games[0] if game.seating == [1])
    broken.ended, broken.faults = "forfeit", {"0": "crash"}
    try:
        table = make_sections(results)[0].table("trading")
    finally:
        broken.ended, broken.faults = "truncated", {}
    assert by_agent(table, "sharpe")["uniform_crp"] is None
    assert "the best of 2 entries" in table.caption


def offers(results_of, *outcomes, **changes):
    """Alternating offers that ended with these payoffs; None without a deal."""
    games = [
        Played(
            deal,
            deal,
            list(seating),
            list(paid or (0.0, 0.0)),
            1,
            "terminated",
            [0],
            {},
            {"agreement": paid is not None},
        )
        for deal, paid in enumerate(outcomes)
        for seating in ((0, 1), (1, 0))
    ]
    fields = {"id": "agora/AlternatingOffers-v0", "key": "agora/AlternatingOffers-v0", "payoff": "general-sum"}
    return make_sections(results_of(games, returns=(0.0, 1.0), **fields | changes))[0].table("bargains")


def numbers(table):
    return {column.key: table.rows[0][index].value for index, column in enumerate(table.columns) if index}


def test_a_divided_pie_by_hand(results_of):
    assert numbers(offers(results_of, *[(0.6, 0.4)] * 4)) == pytest.approx(
        {"agreement": 1.0, "efficiency": 1.0, "nash_ratio": 0.96, "fairness": 2 / 3}
    )
    # After a period of delay a tenth is gone; of every second game nothing is left.
    found = numbers(offers(results_of, *[(0.45, 0.45), None] * 3))
    assert found == pytest.approx({"agreement": 0.5, "efficiency": 0.45, "nash_ratio": 0.405, "fairness": 1.0})


def test_a_pie_in_odd_pieces_cannot_be_halved(results_of):
    table = offers(results_of, *[(1 / 3, 2 / 3)] * 4, options={"bins": 3})
    assert numbers(table)["nash_ratio"] == pytest.approx(1.0)


def test_divisions_are_judged_as_the_environment_judges_them():
    agents = ["scripted/greedy", "scripted/fair", "random"]
    section = evaluate("agora/DealOrNoDeal-v0", agents, 60, options={"discount": 1.0}, progress=False)
    bargains, measures = section.table("bargains"), section.table("measures")
    paid = [cell.value for cell in measures.column("joint_ratio")]
    assert [cell.value for cell in bargains.column("efficiency")] == paid  # no discount: the deal is what is paid
    assert not {"agreement", "nash_ratio"} & {column.key for column in measures.columns}
    for name, cell in by_agent(bargains, "fairness").items():
        assert 0 < cell.low <= cell.value <= cell.high <= 1, name
    shares = {column.key: column.kind for column in bargains.columns[1:]}
    assert shares == dict.fromkeys(("agreement", "efficiency", "nash_ratio", "fairness"), "share")

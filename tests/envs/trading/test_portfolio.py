"""The portfolio environment: days worked by hand, data, options and a user's own prices."""

import hashlib
import math
import sys
from datetime import date
from importlib import resources

import numpy as np
import pytest
from pyarrow import parquet, table

import agora.envs
from agora.envs.canvas import picture
from agora.envs.trading.portfolio import prices

ID = "agora/Portfolio-v0"
# Three days of two assets: relatives (2, 1/2), (1/2, 2), (1, 1).
TOY = np.array([[1.0, 4.0], [2.0, 2.0], [1.0, 4.0], [1.0, 4.0]])


def toy(**options):
    game = agora.envs.game(ID, prices=TOY, window=2, **options)
    return game, game.new(0)


def test_three_days_by_hand():
    game, state = toy(cost=0.1)
    # Day 1: half and half from cash, |b - 0| = 1: growth (1 + 1/4) (1 - 0.05).
    assert game.step(state, [0.5, 0.5])[0] == pytest.approx(math.log(1.25 * 0.95), abs=1e-12)
    np.testing.assert_allclose(state.weights, [0.8, 0.2], atol=1e-12)
    # Day 2: weights 1 to 3 become 1/4, 3/4; |b - c| = 1.1; growth (1/8 + 3/2) (1 - 0.05 * 1.1).
    assert game.step(state, [0.25, 0.75])[0] == pytest.approx(math.log(1.625 * 0.945), abs=1e-12)
    np.testing.assert_allclose(state.weights, [0.125 / 1.625, 1.5 / 1.625], atol=1e-12)
    # Day 3: hold; nothing moves, nothing is paid.
    assert game.step(state, [0, 0])[0] == 0
    assert state.log_wealth == pytest.approx(math.log(1.25 * 0.95 * 1.625 * 0.945), abs=1e-12)
    assert state.turnover == pytest.approx((1 + 1.1) / 2)
    assert game.step(state, [1, 0])[0] == 0  # the market is closed
    assert state.day == 3


def test_actions_are_divided_by_their_sum():
    game, state = toy()
    game.step(state, [0.2, 0.6])
    np.testing.assert_allclose(state.weights * math.exp(state.log_wealth), [0.25 * 2, 0.75 / 2], atol=1e-7)


def test_no_trade_buys_equal_weights_from_cash_and_then_holds():
    game, state = toy(cost=0.2)
    assert game.step(state, [0, 0])[0] == pytest.approx(math.log(1.25 * 0.9))
    assert game.step(state, [0, 0])[0] == pytest.approx(math.log(0.8 / 2 + 0.2 * 2))
    assert math.exp(state.log_wealth) == pytest.approx(0.9)  # prices are back where they were
    assert state.drawdown == pytest.approx(math.log(1.125 / 0.9))


def test_lag_brings_an_order_a_day_later():
    game, state = toy(decision_lag=1, cost=0.1)
    assert game.spec.max_steps == 3
    assert game.step(state, [1, 0])[0] == pytest.approx(math.log(1.25 * 0.95))  # equal weights whatever was ordered
    pieces = game.spec.pieces(game.observe(state, 0))
    np.testing.assert_allclose(pieces["weights"], [[0.8, 0.2], [1, 0]], atol=1e-7)
    assert game.step(state, [0, 0])[0] == pytest.approx(math.log(0.5 * (1 - 0.05 * 0.4)))
    assert state.weights.tolist() == [1, 0]
    assert game.step(state, [0, 1])[0] == 0  # no trade was ordered


def test_observation_by_hand():
    game, state = toy()
    first = game.spec.pieces(game.observe(state, 0))
    assert first["relatives"].tolist() == [[0, 0], [0, 0]]
    assert first["weights"].tolist() == [[0, 0]]
    assert first["progress"] == 0
    game.step(state, [0.5, 0.5])
    second = game.spec.pieces(game.observe(state, 0))
    np.testing.assert_allclose(second["relatives"], [[0, 0], [math.log(2), -math.log(2)]], atol=1e-7)
    np.testing.assert_allclose(second["weights"], [[0.8, 0.2]], atol=1e-7)
    assert second["progress"] == np.float32(1 / 3)


def test_nothing_of_the_day_to_come_is_shown():
    """Two markets that differ only from the fifth day on look the same until it is over, in every face."""
    table = np.exp(np.cumsum(np.random.default_rng(0).normal(size=(9, 3)), axis=0) / 50)
    other = table.copy()
    other[5:] *= np.array([1.1, 0.8, 1.3])
    games = [agora.envs.game(ID, prices=rows, window=4) for rows in (table, other)]
    states = [game.new(0) for game in games]
    for day in range(6):
        same = [game.observe(state, 0).tobytes() for game, state in zip(games, states, strict=True)]
        words = [game.words.describe(game.world, state, 0) for game, state in zip(games, states, strict=True)]
        drawn = [picture(game, state, 0).svg() for game, state in zip(games, states, strict=True)]
        assert (same[0] == same[1], words[0] == words[1], drawn[0] == drawn[1]) == (day < 5,) * 3
        for game, state in zip(games, states, strict=True):
            game.step(state, [0.1, 0.2, 0.7])


def test_a_later_start_sees_the_days_before_it():
    game = agora.envs.game(ID, dataset="djia", split="test", window=3)
    assert (game.world.begin, game.world.end, game.spec.max_steps) == (354, 507, 153)
    seen = game.spec.pieces(game.observe(game.new(0), 0))["relatives"]
    np.testing.assert_allclose(seen, np.log(game.world.relatives[351:354]), atol=1e-7)


def test_splits_part_the_days():
    spans = [
        (world.begin, world.end) for world in (agora.envs.game(ID, split=split).world for split in ("train", "test"))
    ]
    assert spans == [(0, 3955), (3955, 5651)]
    assert agora.envs.game(ID).spec.max_steps == 5651


def test_random_starts_fill_the_split_evenly():
    batch = agora.envs.batch(ID, 6000, 0, dataset="djia", split="train", length=350, random_start=True, threads=1)
    starts = np.bincount(batch.states.start)
    assert len(starts) == 5
    assert np.abs(starts - 1200).max() < 4 * math.sqrt(6000 * 0.2 * 0.8)
    assert batch.spec.max_steps == 350
    assert batch.spec.chance == "sampled"


def test_rewards_sum_to_the_logarithm_of_wealth_made_the_plain_way():
    batch = agora.envs.batch(ID, 4, 0, dataset="djia", cost=0.004, threads=1, autoreset="disabled")
    given = np.random.default_rng(2).random((507, 4, 30)).astype(np.float32)
    wealth, held = np.ones(4), np.zeros((4, 30))
    for day, actions in enumerate(given):
        batch.step(actions)
        weights = actions.astype(np.float64)
        weights /= weights.sum(axis=1, keepdims=True)
        relatives = batch.game.world.relatives[day]
        wealth *= (weights @ relatives) * (1 - 0.002 * np.abs(weights - held).sum(axis=1))
        held = weights * relatives / (weights @ relatives)[:, None]
    assert batch.truncated.all()
    assert not batch.terminated.any()
    np.testing.assert_allclose(batch.returns[:, 0], np.log(wealth), rtol=0, atol=1e-9)
    np.testing.assert_allclose(batch.states.log_wealth, np.log(wealth), rtol=0, atol=1e-9)


def test_returns_are_bounds_that_hindsight_reaches():
    game, state = toy(cost=0.1)
    low, high = game.spec.returns
    assert high == pytest.approx(math.log(4), abs=1e-6)
    assert low == pytest.approx(math.log(1 / 4) + 3 * math.log(0.9), abs=1e-6)
    free, state = toy()
    earned = sum(free.step(state, order)[0] for order in ([1, 0], [0, 1], [1, 0]))
    assert free.spec.returns[1] - 1e-6 < earned <= free.spec.returns[1]
    taxed, state = toy(cost=0.1)
    lost = sum(taxed.step(state, order)[0] for order in ([0, 1], [1, 0], [0, 1]))
    assert taxed.spec.returns[0] <= lost < taxed.spec.returns[0] + 2 * 0.06


def test_metrics_by_hand():
    game, state = toy()
    for order in ([1, 0], [1, 0], [0, 1]):
        game.step(state, order)
    returns = np.array([1.0, -0.5, 0.0])
    volatility = returns.std(ddof=1) * math.sqrt(252)
    assert game.metrics(state) == {
        "final_wealth": pytest.approx(1.0),
        "annual_return": pytest.approx(0.0),
        "annual_volatility": pytest.approx(volatility),
        "sharpe": pytest.approx(-0.04 / volatility),
        "maximum_drawdown": pytest.approx(0.5),
        "turnover": pytest.approx(0.5),
    }


def test_metrics_need_two_days():
    game, state = toy()
    with pytest.raises(ValueError, match="0 days have passed"):
        game.metrics(state)


def test_reference_of_a_market_solved_by_hand():
    """Relatives (2, 1/2), (1/2, 2): half and half grows by 5/4 a day, and no constant weights by more."""
    game = agora.envs.game(ID, prices=TOY[:3])
    reference = game.reference()
    assert reference.best[0] == pytest.approx(2 * math.log(1.25), abs=1e-12)
    assert reference.kind == "exact"
    np.testing.assert_allclose(game.reference_module.best_crp(game.world.relatives), [0.5, 0.5], atol=1e-9)
    costly = agora.envs.game(ID, prices=TOY[:3], cost=0.01).reference()
    assert (costly.best, costly.kind) == (reference.best, "bound")
    assert costly.random[0] < reference.random[0] < reference.best[0]


def test_reference_random_is_what_random_weights_earn():
    """64 episodes each, drawn by the engine and by the reference, agree within 4 standard errors."""
    options = {"dataset": "djia", "length": 60, "random_start": True, "cost": 0.01, "decision_lag": 1}
    batch = agora.envs.batch(ID, 256, 0, threads=1, autoreset="disabled", **options)
    generator = np.random.default_rng(5)
    while not batch.truncated[0]:
        batch.step(generator.random((256, 30), np.float32))
    reference = batch.game.reference()
    assert reference.kind == "simulated"
    spread = batch.returns.std() * math.sqrt(1 / 256 + 1 / 64)
    assert abs(batch.returns.mean() - reference.random[0]) < 4 * spread


def test_repairs_change_the_listed_cells_and_no_other():
    for dataset, cells in (("tse", [(689, 31), (691, 31)]), ("djia", [(469, 15)]), ("nyse-o", [])):
        raw, repaired = (
            agora.envs.game(ID, dataset=dataset, data=data).world.relatives for data in ("raw", "repaired")
        )
        assert list(zip(*(axis.tolist() for axis in np.nonzero(raw != repaired)), strict=True)) == cells
    tse = agora.envs.game(ID, dataset="tse", data="repaired").world.relatives
    assert tse[[689, 691], 31].tolist() == pytest.approx([0.985962, 0.969595], abs=1e-9)
    djia = agora.envs.game(ID, dataset="djia", data="repaired").world
    assert djia.names[15] == "att"
    assert djia.relatives.prod(axis=0).mean() == pytest.approx(0.782, abs=5e-4)


@pytest.mark.parametrize(
    ("dataset", "shape", "digest"),
    [
        ("nyse-o", (5651, 36), "8c0cd2b895c3ea85"),
        ("nyse-n", (6431, 23), "2f288e5e760a355d"),
        ("tse", (1259, 88), "29635384c4116853"),
        ("sp500", (1276, 25), "9bfc1ad6dcb529ea"),
        ("msci", (1043, 24), "7f2db1a81199448c"),
        ("djia", (507, 30), "07e29f1e9eee7b50"),
    ],
)
def test_data_are_those_that_were_published(dataset, shape, digest):
    market = prices.load(dataset, repaired=False)
    assert market.relatives.shape == shape
    assert market.names.shape == shape[1:]
    assert len(set(market.names)) == shape[1]
    assert hashlib.sha256(market.relatives.tobytes()).hexdigest()[:16] == digest
    assert not market.relatives.flags.writeable


def test_data_carry_their_licence_and_stay_small():
    folder = resources.files("agora.envs.trading.portfolio.data")
    licence, readme = (folder.joinpath(name).read_text(encoding="utf-8") for name in ("LICENSE", "README.md"))
    assert "Apache License" in licence
    assert "Copyright (c) 2015, Nicolas Glöckner" in licence
    assert "OLPS/OLPS, commit 9120783cd5" in readme
    assert sum(len(file.read_bytes()) for file in folder.iterdir() if file.is_file()) < 2_200_000


# A user's own prices


def write_csv(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_csv_with_dates(tmp_path):
    lines = ("Date,GOLD, Silver ,", "2026-01-01,1,4", "2026-01-02,2,2", "2026-01-05,1,4")
    path = write_csv(tmp_path / "mine.csv", *(line.rstrip(",") for line in lines))
    world = agora.envs.game(ID, prices=str(path)).world
    assert world.relatives.tolist() == [[2, 0.5], [0.5, 2]]
    assert world.names.tolist() == ["GOLD", "Silver"]
    assert world.dates.tolist() == ["2026-01-02", "2026-01-05"]


def test_csv_of_hours_without_dates_and_parquet_agree_with_the_array(tmp_path):
    bare = write_csv(tmp_path / "bare.csv", "a,b", *(f"{a},{b}" for a, b in TOY))
    times = [f"2026-01-01 0{hour}:30:00" for hour in range(4)]
    hours = write_csv(
        tmp_path / "h.CSV", "time,a,b", *(f"{time},{a},{b}" for time, (a, b) in zip(times, TOY, strict=True))
    )
    days = [date(2026, 1, 1 + day) for day in range(4)]
    parquet.write_table(table({"a": TOY[:, 0], "date": days, "b": TOY[:, 1]}), tmp_path / "p.parquet")
    tables = [prices.read(source) for source in (TOY, TOY.tolist(), bare, hours, tmp_path / "p.parquet")]
    for market in tables:
        np.testing.assert_array_equal(market.relatives, TOY[1:] / TOY[:-1])
    assert tables[0].names.tolist() == ["asset 1", "asset 2"]
    assert tables[3].dates.tolist() == ["2026-01-01 01:30:00", "2026-01-01 02:30:00", "2026-01-01 03:30:00"]
    assert tables[4].dates.tolist() == ["2026-01-02", "2026-01-03", "2026-01-04"]
    assert tables[4].names.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ("date,a,b", "2026-01-01,1,2", "2026-01-02,,2", "2026-01-03,1,2"),
            r"row 2 \(2026-01-02\), column 'a' is missing",
        ),
        (("a,b", "1,2", "1,-2", "1,2"), r"row 2, column 'b' is -2; prices must be above zero"),
        (("a,b", "1,2", "1,2", "0,2"), r"row 3, column 'a' is 0; prices must be above zero"),
        (("a,b", "1,2", "nan,2", "1,2"), r"row 2, column 'a' is nan, which is not finite"),
        (("a,b", "1,2", "inf,2", "1,2"), r"row 2, column 'a' is inf, which is not finite"),
        (("a,b", "1,2", "x,2", "1,2"), r"row 2, column 'a' is 'x', which is no number"),
        (
            ("date,a", "2026-01-02,1", "2026-01-01,1", "2026-01-03,1"),
            r"row 2 .*comes before that of row 1 \(2026",
        ),
        (("date,a", "2026-01-01,1", "2026-01-02,1", "2026-01-02,1"), r"row 3 .*repeats that of row 2"),
        (("date,a", "2026-01-01,1", "soon,1", "2026-01-03,1"), r"'soon' in row 2 is no date"),
        (("a,b", "1,2", "1,2"), r"has 2 rows of prices; at least 3"),
        (("a,b", "1,2", "1", "1,2"), r"row 2 has 1 fields, the heading has 2"),
        (("a,A", "1,2", "1,2", "1,2"), r"two columns are called 'A'"),
        (("a,", "1,2", "1,2", "1,2"), r"price column 2 has no name"),
        (("date", "2026-01-01", "2026-01-02", "2026-01-03"), r"no column of prices"),
        ((), r"is empty"),
    ],
)
def test_bad_csv_says_where_and_why(tmp_path, lines, message):
    path = tmp_path / "mine.csv"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, prices=path)


def test_bad_sources_say_why(tmp_path, monkeypatch):
    (tmp_path / "mine.xls").write_bytes(b"")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "mine.parquet").write_bytes(b"no parquet")
    for source, message in (
        (tmp_path / "none.csv", "there is no such file"),
        (tmp_path / "mine.xls", r"must end in .csv or .parquet"),
        (tmp_path / "binary.csv", "not a CSV file in UTF-8"),
        (tmp_path / "mine.parquet", "not a Parquet file"),
        (np.ones(5), r"shape \(5,\)"),
        ({"a": [1]}, "prices is dict"),
        ([[1.0, 2.0], [1.0, float("nan")], [1.0, 2.0]], r"prices: the price in row 2, column 'asset 2' is nan"),
    ):
        with pytest.raises(ValueError, match=message):
            agora.envs.game(ID, prices=source)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match=r"pip install 'agora-rl\[parquet\]'"):
        agora.envs.game(ID, prices=tmp_path / "mine.parquet")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dataset": "nasdaq"}, "dataset='nasdaq' .*'nyse-o'"),
        ({"split": "validation"}, "split='validation' .*'train', 'test', 'all'"),
        ({"cost": 0.6}, "cost=0.6 .*0 to 0.5"),
        ({"window": 0}, "window=0 .*1 to 250"),
        ({"decision_lag": 2}, "decision_lag=2 .*0 to 1"),
        ({"data": "clean"}, "data='clean' .*'raw', 'repaired'"),
        ({"length": 6000}, "length=6000 .*0 to 5651"),
        ({"random_start": 1}, "random_start=1 .*False, True"),
        ({"prices": TOY, "data": "repaired"}, "leave data at 'raw'"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, **options)


# Words and drawing


def test_words():
    game = agora.envs.game(ID, dataset="djia", window=5, cost=0.002)
    state = game.new(0)
    for action in (np.zeros(30), np.ones(30), np.random.default_rng(0).random(30) * (np.arange(30) % 3 == 0)):
        action = action.astype(np.float32)
        line = game.words.name(game.world, state, 0, action)
        np.testing.assert_array_equal(game.words.parse(game.world, state, 0, line)[0], action)
    chosen = game.words.parse(game.world, state, 0, " MSFT 0.5, ge 1 ")[0]
    assert {str(game.world.names[asset]): float(chosen[asset]) for asset in np.flatnonzero(chosen)} == {
        "ge": 1,
        "msft": 0.5,
    }
    game.step(state, chosen)
    text = game.words.describe(game.world, state, 0)
    assert "1 of 507 days have passed." in text
    assert "0.100% of what is bought or sold" in text
    move = game.world.relatives[0, 1] - 1
    assert f"ge: {move:+.2%}, {move:+.2%}, {state.weights[1]:.2%}" in text


def test_words_tell_dates_and_large_wealth():
    game = agora.envs.game(ID)
    state = game.new(0)
    assert "(to " not in game.words.describe(game.world, state, 0)
    game.step(state, np.ones(36))
    assert "1 of 5651 days have passed (to 1962-07-03)." in game.words.describe(game.world, state, 0)
    assert game.words.wealth(math.log(5.138e15)) == "5.138e15"
    assert game.words.wealth(0.0) == "1"
    assert game.words.wealth(math.log(2.2e-6)) == "2.200e-6"


@pytest.mark.parametrize("line", ["", "ge", "ge 2", "ge -1", "ge nan", "ge x", "nobody 0.5", "ge 0.5,"])
def test_parse_says_why_not(line):
    game = agora.envs.game(ID, dataset="djia")
    with pytest.raises(ValueError, match=r"does not name|no weight|not allowed"):
        game.words.parse(game.world, game.new(0), 0, line)


@pytest.mark.parametrize("length", [1, 3, 127, 128, 129, 400])
def test_the_drawn_curve_is_wealth_at_its_days(length):
    game = agora.envs.game(ID, dataset="djia", length=length)
    state = game.new(0)
    wealth = [0.0]
    for _ in range(length):
        wealth.append(wealth[-1] + game.step(state, np.eye(30)[3])[0] / math.log(10))
        if state.day % 50 == 1 or state.day == length:
            days, curve = game.drawing.own_curve(game.world, state)
            assert days[-1] == state.day
            assert (np.diff(days) > 0).all()
            np.testing.assert_allclose(curve, np.array(wealth)[days], atol=1e-6)
            market = game.drawing.market_curve(game.world, state, days)
            expected = np.log10(np.cumprod(game.world.relatives[: state.day], axis=0).mean(axis=1))
            np.testing.assert_allclose(market[1:], expected[days[1:] - 1], atol=1e-12)


def test_drawing_offers_hold_and_equal_weights():
    game = agora.envs.game(ID, dataset="tse", length=50, decision_lag=1)
    state = game.new(0)
    canvas = picture(game, state)
    assert canvas.action_at(640, 520).tolist() == [0] * 88
    assert canvas.action_at(800, 520).tolist() == [1] * 88
    for _ in range(50):
        game.step(state, np.ones(88))
    assert picture(game, state).action_at(640, 520) is None
    assert "74 others" in picture(game, state).svg()

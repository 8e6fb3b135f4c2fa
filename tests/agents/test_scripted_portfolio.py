"""The scripted portfolio agents against the wealth that the literature prints, played through the environment."""

from functools import cache

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.envs.trading.portfolio.simplex import minimise_quadratic, project

ID = "agora/Portfolio-v0"
NAMES = ("market", "best_stock", "uniform_crp", "best_crp", "eg", "ons", "pamr", "olmar")

# Final wealth without costs, as printed: B. Li and S. C. H. Hoi's papers and reruns of the OLPS toolbox's formulas.
WEALTH = {
    "nyse-o": "14.4973 54.1404 27.0752 250.597 27.0949 109.189 5.138e15 7.215e16",
    "nyse-n": "18.0565 83.5067 31.5517 120.3209 31.0001 21.586 1.2526e6 4.137e8",
    "tse": "1.6129 6.2792 1.5952 6.7800 1.5935 1.6155 264.861 58.513",
    "sp500": "1.3416 3.7792 1.6487 4.0686 1.6333 3.3417 5.0949 15.94",
    "msci": "0.9064 1.5040 0.9268 1.5057 0.9260 0.8560 15.232 14.935",
    "djia": "0.7644 1.1884 0.8127 1.2399 0.8100 1.5330 0.68005 2.537",
}


def same_digits(wealth: float, printed: str) -> bool:
    """Whether ``wealth``, rounded to as many digits as were printed, is the printed number."""
    digits = len(printed.split("e")[0].replace(".", "").lstrip("0"))
    return float(f"{wealth:.{digits}g}") == float(printed)


@cache
def played(dataset: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return play(dataset)


def play(dataset: str, **options: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every agent in a lane of its own: orders (T, 8, N), returns (8,) and the last states (8,)."""
    batch = agora.envs.batch(ID, len(NAMES), 0, dataset=dataset, autoreset="disabled", threads=1, **options)
    agents = [load(f"scripted/{name}", batch.spec) for name in NAMES]
    lanes = np.arange(len(NAMES))
    for lane, agent in enumerate(agents):
        agent.reset(batch.spec, lanes[lane : lane + 1], 0)
    given = np.zeros((batch.spec.max_steps, len(NAMES), *batch.spec.action.shape), np.float32)
    for day in range(batch.spec.max_steps):
        for lane, agent in enumerate(agents):
            one = slice(lane, lane + 1)
            states = None if agent.needs == "observation" else batch.states[one]
            given[day, one] = agent.act(batch.observation[one], batch.legal[one], lanes[one], states)
        batch.step(given[day])
    assert batch.truncated.all()
    assert not batch.terminated.any()
    assert not batch.clipped.any()
    return given, batch.returns[:, 0].copy(), batch.states.copy()


def replay(given: np.ndarray, **options: object) -> np.ndarray:
    """Log growth (L,) of the orders ``given`` (T, L, N) in another market."""
    batch = agora.envs.batch(ID, given.shape[1], 0, autoreset="disabled", threads=1, **options)
    for day in given:
        batch.step(day)
    return batch.returns[:, 0].copy()


def replay_one(given: np.ndarray, **options: object) -> float:
    """Final wealth of the orders ``given`` (T, N), one state at a time."""
    game = agora.envs.game(ID, **options)
    state = game.new(0)
    return float(np.exp(sum(game.step(state, day)[0] for day in given)))


@pytest.mark.parametrize("dataset", WEALTH)
def test_final_wealth_is_the_printed_one(dataset):
    _, returns, states = played(dataset)
    found = dict(zip(NAMES, np.exp(returns), strict=True))
    printed = dict(zip(NAMES, WEALTH[dataset].split(), strict=True))
    assert [name for name in NAMES if not same_digits(found[name], printed[name])] == []
    np.testing.assert_allclose(returns, states.log_wealth, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("cost", "printed"),
    [
        (0.001, "26.19 26.24 4.32e13 1.59e15"),
        (0.0025, "24.92 25.01 3.30e10 5.2e12"),
        (0.005, "22.93 23.08 2.07e5 3.7e8"),
    ],
)
def test_costs_on_nyse_o(cost, printed):
    chosen = [NAMES.index(name) for name in ("uniform_crp", "eg", "pamr", "olmar")]
    wealth = np.exp(replay(played("nyse-o")[0][:, chosen], cost=cost))
    assert [text for text, number in zip(printed.split(), wealth, strict=True) if not same_digits(number, text)] == []


def test_costs_ruin_mean_reversion_on_nyse_n():
    chosen = [NAMES.index(name) for name in ("pamr", "olmar")]
    pamr, olmar = np.exp(replay(played("nyse-n")[0][:, chosen], dataset="nyse-n", cost=0.005))
    assert same_digits(pamr, "2.2e-6")
    assert same_digits(olmar, "0.790")


@pytest.mark.parametrize(
    ("dataset", "agent", "printed"),
    [
        ("nyse-o", "pamr", "5.0e6"),
        ("nyse-o", "olmar", "1.9e8"),
        ("msci", "pamr", "2.67"),
        ("tse", "pamr", "17.7"),
    ],
)
def test_a_day_of_lag_takes_the_miracles_away(dataset, agent, printed):
    given = played(dataset)[0][:, NAMES.index(agent)]
    assert same_digits(replay_one(given, dataset=dataset, decision_lag=1), printed)


def test_lag_leaves_uniform_crp_and_market_as_they_are():
    given, returns, _ = played("djia")
    for agent in ("uniform_crp", "market"):
        lane = NAMES.index(agent)
        lagged = replay_one(given[:, lane], dataset="djia", decision_lag=1)
        assert lagged == pytest.approx(np.exp(returns[lane]), rel=1e-12)


def test_repaired_data():
    batch = agora.envs.batch(ID, 1, 0, dataset="tse", data="repaired", threads=1, autoreset="disabled")
    agent = load("scripted/pamr", batch.spec)
    lanes = np.zeros(1, np.int64)
    agent.reset(batch.spec, lanes, 0)
    while not batch.truncated[0]:
        batch.step(agent.act(batch.observation, batch.legal, lanes))
    assert same_digits(np.exp(batch.returns[0, 0]), "150.64")


def test_risk_of_holding_the_market():
    measure = {}
    for dataset in ("nyse-o", "nyse-n", "msci", "djia"):
        game = agora.envs.game(ID, dataset=dataset)
        states = played(dataset)[2]
        measure[dataset] = game.metrics(states[NAMES.index("market")])
        if dataset == "nyse-o":
            uniform = game.metrics(states[NAMES.index("uniform_crp")])
    names = ("annual_return", "annual_volatility", "sharpe", "maximum_drawdown")
    assert [round(measure["nyse-o"][name], 4) for name in names] == [0.1266, 0.1487, 0.5828, 0.4163]
    assert [round(uniform[name], 3) for name in names] == [0.158, 0.134, 0.882, 0.366]
    assert round(measure["nyse-n"]["annual_return"], 4) == 0.1201
    assert round(measure["nyse-n"]["sharpe"], 3) == 0.448
    assert round(measure["nyse-n"]["maximum_drawdown"], 3) == 0.535
    assert round(measure["msci"]["annual_return"], 4) == -0.0235
    assert round(measure["msci"]["maximum_drawdown"], 3) == 0.647
    assert round(measure["djia"]["annual_return"], 3) == -0.125
    assert round(measure["djia"]["maximum_drawdown"], 4) == 0.3855
    assert measure["nyse-o"]["turnover"] == pytest.approx(0, abs=1e-12)
    assert measure["nyse-o"]["final_wealth"] == pytest.approx(14.4973, abs=5e-5)


def test_best_crp_of_nyse_o_holds_the_five_stocks_of_the_literature():
    game = agora.envs.game(ID)
    weights = game.reference_module.best_crp(game.world.relatives)
    held = {str(game.world.names[asset]): round(float(weights[asset]), 4) for asset in np.flatnonzero(weights > 1e-6)}
    assert held == {"comme": 0.2767, "espey": 0.1953, "iroqu": 0.0927, "kinar": 0.2507, "meico": 0.1845}
    ratio = (game.world.relatives / (game.world.relatives @ weights)[:, None]).mean(axis=0)
    assert ratio.max() == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(("pair", "printed"), [(("iroqu", "kinar"), "73.70"), (("comme", "meico"), "102.96")])
def test_best_crp_of_covers_two_stocks(pair, printed):
    game = agora.envs.game(ID)
    relatives = game.world.relatives[:, [list(game.world.names).index(name) for name in pair]]
    weights = game.reference_module.best_crp(relatives)
    assert same_digits(np.exp(np.log(relatives @ weights).sum()), printed)


@pytest.mark.parametrize("name", ["market", "eg", "ons", "pamr", "olmar", "best_crp"])
def test_lanes_do_not_touch_each_other(name):
    """Lanes that start on other days, in one call or each alone, order the same."""
    options = {"dataset": "djia", "length": 20, "random_start": True}
    together = agora.envs.batch(ID, 3, 5, **options, threads=1, autoreset="disabled")
    lanes = np.array([4, 0, 7])
    agent = load(f"scripted/{name}", together.spec)
    agent.reset(together.spec, lanes, 0)
    alone = [load(f"scripted/{name}", together.spec) for _ in lanes]
    for one in alone:
        one.reset(together.spec, np.array([0]), 0)
    assert len(set(together.states.start)) == 3
    for _ in range(20):
        states = together.states if agent.needs == "truth" else None
        given = agent.act(together.observation, together.legal, lanes, states)
        for row, one in enumerate(alone):
            part = slice(row, row + 1)
            single = one.act(
                together.observation[part],
                together.legal[part],
                np.array([0]),
                None if states is None else states[part],
            )
            np.testing.assert_allclose(single[0], given[row], rtol=0, atol=1e-6)
        together.step(given)


def test_reset_forgets_a_lane_and_no_other():
    batch = agora.envs.batch(ID, 2, 0, dataset="djia", threads=1)
    agent = load("scripted/eg", batch.spec)
    lanes = np.arange(2)
    agent.reset(batch.spec, lanes, 0)
    for _ in range(5):
        given = agent.act(batch.observation, batch.legal, lanes)
        batch.step(given)
    agent.reset(batch.spec, lanes[:1], 0)
    given = agent.act(batch.observation, batch.legal, lanes)
    np.testing.assert_array_equal(given[0], np.full(30, 1 / 30, np.float32))
    assert np.abs(given[1] - 1 / 30).max() > 1e-5


def test_project_by_hand():
    points = np.array([[0.5, 0.5, 0.0], [2.0, 0.0, 0.0], [0.9, 0.5, -1.0], [1.0, 1.0, 1.0]])
    expected = [[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.7, 0.3, 0.0], [1 / 3, 1 / 3, 1 / 3]]
    np.testing.assert_allclose(project(points), expected, atol=1e-15)


def test_minimise_quadratic_satisfies_its_conditions():
    generator = np.random.default_rng(1)
    factors = generator.normal(size=(200, 6, 6))
    curvature = factors @ factors.transpose(0, 2, 1) + 0.1 * np.eye(6)
    slope = generator.normal(size=(200, 6))
    weights = minimise_quadratic(curvature, slope, np.full((200, 6), 1 / 6))
    gradient = np.einsum("lij,lj->li", curvature, weights) - slope
    lowest = gradient.min(axis=1, keepdims=True)
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-12)
    assert np.abs((gradient - lowest)[weights > 1e-12]).max() < 1e-9

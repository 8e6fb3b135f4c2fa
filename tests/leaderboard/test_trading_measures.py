"""An investor's measures: numbers of the literature, the environment's own, and simulation."""

import numpy as np
import pytest
from scipy.stats import norm

import agora.envs
from agora.agents.resampling import block_resamples
from agora.envs.batch import Batch
from agora.leaderboard.numbers.comparisons import expected_best
from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.numbers.trading import (
    block_estimate,
    break_even_cost,
    deflated_sharpe_ratio,
    deflated_sharpe_ratios,
    maximum_drawdown,
    probabilistic_sharpe_ratio,
    sharpe_ratio,
    turnover,
)


def test_the_sharpe_ratio_by_hand():
    returns = np.array([0.01, 0.03, -0.01, 0.01])
    deviation = np.sqrt(0.0008 / 3)
    assert sharpe_ratio(returns, 1) == pytest.approx(0.01 / deviation)
    assert sharpe_ratio(returns, 12, risk_free=0.06) == pytest.approx(np.sqrt(12) * 0.005 / deviation)
    assert sharpe_ratio(np.stack([returns, -returns]), 1) == pytest.approx([0.01 / deviation, -0.01 / deviation])
    assert sharpe_ratio(np.full(9, 0.02)) == 0


def test_drawdown_by_hand():
    growth = np.log([1.5, 0.8, 1.1, 0.5, 1.6])
    assert maximum_drawdown(growth) == pytest.approx(1 - 0.8 * 1.1 * 0.5)
    assert maximum_drawdown(np.log([0.9, 0.9])) == pytest.approx(0.19)  # from the start
    assert maximum_drawdown(np.array([[0.1, 0.2], [0.0, 0.0]])).tolist() == [0, 0]


def test_measures_are_those_of_the_environment():
    """Portfolio plays out random weights; its own sums, kept step by step, say the same."""
    game = agora.envs.game("agora/Portfolio-v0", cost=0.0)
    batch, rng, growth = Batch(game, 1, 0, autoreset="disabled"), np.random.default_rng(0), []
    while not batch.ended[0]:
        batch.step(rng.uniform(game.spec.action.low, game.spec.action.high, (1, *game.spec.action.shape)))
        growth.append(float(batch.rewards[0, 0]))
    found, growth = game.metrics(batch.states[0]), np.array(growth)
    assert maximum_drawdown(growth) == pytest.approx(found["maximum_drawdown"])
    simple = np.expm1(growth)
    assert np.sqrt(252) * simple.std(ddof=1) == pytest.approx(found["annual_volatility"])
    assert sharpe_ratio(simple) == pytest.approx(252 * simple.mean() / found["annual_volatility"])


def test_turnover_is_half_of_all_changes():
    held, chosen = np.array([[1.0, 0, 0], [0.5, 0.5, 0]]), np.array([[0.5, 0.5, 0], [0.2, 0.6, 0.2]])
    assert turnover(held, chosen) == pytest.approx([0.5, 0.3])


def test_at_the_break_even_cost_the_lead_is_gone():
    rng = np.random.default_rng(0)
    excess, traded = rng.normal(0.002, 0.01, 500), rng.uniform(0, 0.4, 500)
    cost = break_even_cost(excess, traded)
    assert (excess + np.log1p(-cost * traded)).sum() == pytest.approx(0, abs=1e-12)
    assert break_even_cost(np.full(10, 0.001), np.full(10, 0.5)) == pytest.approx(-2 * np.expm1(-0.001))
    assert break_even_cost(-np.abs(excess), traded) is None
    assert break_even_cost(np.abs(excess), np.zeros(500)) is None
    with pytest.raises(ValueError, match="turnover 0 or more"):
        break_even_cost(excess, -traded)


@pytest.mark.parametrize("skewness_and_more", [((-3, 10), 100, 0.9004), ((-3, 10), 46, 0.9505), ((0, 3), 88, 0.9505)])
def test_the_example_of_bailey_and_lopez_de_prado(skewness_and_more):
    """The best of 100 has a yearly ratio of 2.5 over five years of 250 days; ratios of all tried vary by 1/2 a year."""
    moments, trials, wanted = skewness_and_more
    found = deflated_sharpe_ratio(2.5 / np.sqrt(250), 1250, *moments, trials, np.sqrt(0.5 / 250))
    assert found == pytest.approx(wanted, abs=5e-5)


def test_the_hurdle_of_that_example():
    assert expected_best(100, np.sqrt(0.5 / 250)) == pytest.approx(0.1132, abs=5e-5)


def test_the_probabilistic_ratio_of_normal_returns():
    assert probabilistic_sharpe_ratio(0.1, 0.1, 100) == 0.5
    assert probabilistic_sharpe_ratio(0.1, 0.0, 401) == pytest.approx(norm.cdf(2 / np.sqrt(1.005)))
    assert probabilistic_sharpe_ratio(0.1, 0.0, 401, -2.0) < probabilistic_sharpe_ratio(0.1, 0.0, 401)
    assert probabilistic_sharpe_ratio(0.1, 0.0, 401, 0.0, 9.0) < probabilistic_sharpe_ratio(0.1, 0.0, 401)


def test_probabilistic_ratios_of_no_skill_are_uniform():
    returns = np.random.default_rng(1).normal(0, 0.01, (2000, 300))
    found = np.array([probabilistic_sharpe_ratio(ratio, 0.0, 300) for ratio in sharpe_ratio(returns, 1)])
    assert np.quantile(found, [0.05, 0.5, 0.95]) == pytest.approx([0.05, 0.5, 0.95], abs=0.03)


def test_the_best_of_many_without_skill_is_seen_through():
    rng = np.random.default_rng(2)
    luck = [deflated_sharpe_ratios(rng.normal(0, 0.01, (40, 500))).max() for _ in range(100)]
    assert np.mean(np.array(luck) > 0.95) <= 0.05
    tried = rng.normal(0, 0.01, (40, 500))
    tried[7] += 0.003
    found = deflated_sharpe_ratios(tried)
    assert found.argmax() == 7
    assert found[7] > 0.99
    assert (np.delete(found, 7) < 0.95).all()
    alone = tried[:1]
    assert deflated_sharpe_ratios(alone)[0] == pytest.approx(
        probabilistic_sharpe_ratio(
            float(sharpe_ratio(alone[0], 1)),
            0.0,
            500,
            float(((alone - alone.mean()) ** 3).mean() / alone.std() ** 3),
            float(((alone - alone.mean()) ** 4).mean() / alone.std() ** 4),
        )
    )


def test_blocks_run_on_and_around():
    drawn = block_resamples(10, 0, block=4, replicates=200)
    assert drawn.shape == (200, 10)
    for row in drawn:
        for start in (0, 4):
            assert (np.diff(row[start : start + 4]) % 10 == 1).all()
    assert np.bincount(drawn.ravel()).std() < 0.1 * drawn.size / 10
    for block in (0, 11):
        with pytest.raises(ValueError, match="Blocks"):
            block_resamples(10, 0, block=block)


def test_blocks_cover_means_of_days_that_hang_together_and_single_days_do_not():
    rng, hits = np.random.default_rng(3), {1: 0, 21: 0}
    for trial in range(60):
        noise = rng.normal(size=500)
        days = np.zeros(500)
        for day in range(1, 500):
            days[day] = 0.6 * days[day - 1] + noise[day]
        for block in hits:
            found = block_estimate(lambda x: x.mean(axis=-1), days[100:], trial, block)
            hits[block] += found.low <= 0 <= found.high
    assert hits[21] / 60 > 0.86
    assert hits[1] / 60 < 0.80


def test_the_units_of_a_history_are_whole_blocks():
    returns = np.random.default_rng(0).normal(0.001, 0.01, 62)
    assert block_estimate(sharpe_ratio, returns, 0) == Estimate(float(sharpe_ratio(returns)), None, None, 2)
    assert block_estimate(sharpe_ratio, np.append(returns, 0.01), 0).few


def test_bad_histories_are_refused():
    for bad in (np.array([0.1]), np.array([0.1, np.nan]), np.array(0.1)):
        for function in (sharpe_ratio, maximum_drawdown):
            with pytest.raises(ValueError, match="history"):
                function(bad)
    with pytest.raises(ValueError, match="variants"):
        deflated_sharpe_ratios(np.zeros(9))
    with pytest.raises(ValueError, match="no such distribution"):
        probabilistic_sharpe_ratio(0.1, 0.0, 1)

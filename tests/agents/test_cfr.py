"""Counterfactual regret minimisation: gates and rows of OpenSpiel's tests, and what the papers promise.

Iterates are compared with OpenSpiel's number by number in tests/oracles/test_solvers.py.
"""

import numpy as np
import pytest

import agora.envs
from agora.agents.solvers.best_response import expected_returns, exploitability, nash_conv
from agora.agents.solvers.cfr import CFR, VARIANTS
from agora.agents.solvers.tree import build


@pytest.fixture(scope="module")
def kuhn():
    return build(agora.envs.game("agora/KuhnPoker-v0"))


@pytest.fixture(scope="module")
def leduc():
    return build(agora.envs.game("agora/LeducPoker-v0"))


def after(tree, variant, iterations):
    solver = CFR(tree, variant)
    solver.advance(iterations)
    return solver.strategy


@pytest.mark.parametrize(("variant", "iterations"), [("cfr", 300), ("cfr+", 200)])
def test_kuhn_reaches_its_value(kuhn, variant, iterations):
    strategy = after(kuhn, variant, iterations)
    assert expected_returns(kuhn, strategy) == pytest.approx([-1 / 18, 1 / 18], abs=1e-3)


def test_kuhn_in_200_iterations_of_cfr_plus(kuhn):
    assert exploitability(kuhn, after(kuhn, "cfr+", 200)) <= 1e-3


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (
            "kuhn",
            [11 / 12, 1 / 3, 0.3194444444444445, 0.2604166666666667, 0.22666666666666674],
        ),
        ("leduc", [4.747222222222222, 4.006867283950617, 3.4090489231017034, 2.8982539553095172, 2.5367193593344504]),
    ],
)
def test_cfr_br_row_by_row(name, rows, request):
    tree = request.getfixturevalue(name)
    solver = CFR(tree, "cfr-br")
    for row in rows:
        solver.advance(1)
        assert nash_conv(tree, solver.strategy) == pytest.approx(row, abs=1e-10)


def test_leduc_below_a_thousandth(leduc):
    assert nash_conv(leduc, after(leduc, "cfr+", 1000)) < 1e-3
    assert nash_conv(leduc, after(leduc, "discounted-cfr", 1000)) < 1e-3
    assert nash_conv(leduc, after(leduc, "cfr", 1000)) == pytest.approx(0.0236, abs=1e-3)


@pytest.mark.parametrize("variant", VARIANTS)
def test_it_does_not_matter_how_iterations_are_cut(kuhn, variant):
    whole, parts = CFR(kuhn, variant), CFR(kuhn, variant)
    whole.advance(60)
    for _ in range(20):
        parts.advance(3)
    assert np.array_equal(whole.strategy, parts.strategy)
    assert whole.iterations == parts.iterations == 60


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_average_starts_uniform_and_stays_a_strategy(leduc, variant):
    solver = CFR(leduc, variant)
    uniform = leduc.legal / leduc.legal.sum(axis=1, keepdims=True)
    assert solver.strategy == pytest.approx(uniform)
    solver.advance(5)
    assert solver.strategy.sum(axis=1) == pytest.approx(1)
    assert not solver.strategy[~leduc.legal].any()


def test_players_who_move_at_once():
    tree = build(agora.envs.game("agora/NormalForm-v0", payoffs=[[4, 0], [1, 2]]))
    strategy = after(tree, "cfr+", 2000)
    assert strategy == pytest.approx(np.array([[1 / 5, 4 / 5], [2 / 5, 3 / 5]]), abs=1e-2)


def test_three_players_come_near_an_equilibrium_of_kuhn():
    tree = build(agora.envs.game("agora/KuhnPoker-v0", players=3))
    assert nash_conv(tree, after(tree, "cfr+", 2000)) < 0.01

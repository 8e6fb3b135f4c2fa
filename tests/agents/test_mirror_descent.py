"""Magnetic mirror descent. Its iterates are compared with OpenSpiel's in tests/oracles/test_solvers.py."""

import numpy as np
import pytest

import agora.envs
from agora.agents.solvers.best_response import nash_conv
from agora.agents.solvers.mirror_descent import MagneticMirrorDescent
from agora.agents.solvers.tree import build


@pytest.fixture(scope="module")
def kuhn():
    return build(agora.envs.game("agora/KuhnPoker-v0"))


def quantal_response(payoff, temperature):
    """The logit equilibrium of a matrix game, by damped iteration: x = softmax(A y / t), y = softmax(-A'x / t)."""
    x, y = np.full(len(payoff), 1 / len(payoff)), np.full(payoff.shape[1], 1 / payoff.shape[1])
    for _ in range(5000):
        first, second = np.exp(payoff @ y / temperature), np.exp(-payoff.T @ x / temperature)
        x, y = 0.9 * x + 0.1 * first / first.sum(), 0.9 * y + 0.1 * second / second.sum()
    return x, y


def test_mirror_descent_with_a_temperature_finds_the_quantal_response_equilibrium():
    payoff = np.array([[0.0, -1.0, 3.0], [1.0, 0.0, -1.0], [-3.0, 1.0, 0.0]])
    tree = build(agora.envs.game("agora/NormalForm-v0", payoffs=payoff.tolist()))
    solver = MagneticMirrorDescent(tree, 0.5)
    solver.advance(3000)
    assert solver.strategy == pytest.approx(np.stack(quantal_response(payoff, 0.5)), abs=1e-8)


def test_mirror_descent_converges_as_its_temperature_falls(kuhn):
    solver = MagneticMirrorDescent(kuhn)
    solver.advance(5000)
    assert nash_conv(kuhn, solver.strategy) < 0.006
    assert solver.strategy.sum(axis=1) == pytest.approx(1)


def test_mirror_descent_takes_a_schedule(kuhn):
    """Without temperature and in full steps it runs in circles; the last strategy stays far from equilibrium."""
    solver = MagneticMirrorDescent(kuhn, lambda times: (np.ones(len(times)), np.zeros(len(times))))
    solver.advance(3000)
    assert nash_conv(kuhn, solver.strategy) > 0.05

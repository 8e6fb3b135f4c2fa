"""Extensive-form fictitious play. Its first rounds are compared with OpenSpiel's in tests/oracles/test_solvers.py."""

import numpy as np
import pytest

import agora.envs
from agora.agents.solvers.best_response import nash_conv
from agora.agents.solvers.fictitious_play import FictitiousPlay
from agora.agents.solvers.tree import build


@pytest.fixture(scope="module")
def kuhn():
    return build(agora.envs.game("agora/KuhnPoker-v0"))


def test_fictitious_play_converges(kuhn):
    solver = FictitiousPlay(kuhn)
    found = []
    for _ in range(3):
        solver.advance(300)
        found.append(nash_conv(kuhn, solver.strategy))
    assert found[2] < 0.04
    assert found[2] < found[0]


def test_fictitious_play_of_matching_pennies_goes_round():
    """Worked by hand: best responses to uniform play are heads and heads, the lower number; then the second turns."""
    tree = build(agora.envs.game("agora/NormalForm-v0", payoffs=[[1, -1], [-1, 1]]))
    solver = FictitiousPlay(tree)
    solver.advance(1)
    assert solver.strategy == pytest.approx(np.array([[3 / 4, 1 / 4], [3 / 4, 1 / 4]]))
    solver.advance(1)
    assert solver.strategy == pytest.approx(np.array([[5 / 6, 1 / 6], [1 / 2, 1 / 2]]))

"""Running a method to its budget, and what is kept of it."""

import numpy as np
import pytest
from matplotlib.image import imread

import agora.envs
from agora.agents.solvers import convergence
from agora.agents.solvers.convergence import Point
from agora.agents.solvers.solve import METHODS, solve
from agora.agents.solvers.tree import build

KUHN = "agora/KuhnPoker-v0"


@pytest.fixture(scope="module")
def game():
    return agora.envs.game(KUHN)


@pytest.fixture(scope="module")
def kuhn(game):
    return build(game)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gets_better(kuhn, method):
    steps = list(solve(kuhn, method, iterations=3000, seed=1))
    assert steps[0].iteration == 0
    assert steps[0].nash_conv > 0.9
    assert steps[-1].nash_conv < 0.4
    assert steps[-1].strategy.sum(axis=1) == pytest.approx(1)
    assert steps[-1].done == 1
    assert steps[-1].iteration == (1 if method == "lp" else 3000)
    assert (np.diff([step.done for step in steps]) > 0).all()


def test_measurements_come_ever_less_often(kuhn):
    counts = [step.iteration for step in solve(kuhn, "cfr", iterations=100)]
    assert counts[:9] == [0, 1, 2, 3, 4, 5, 6, 8, 10]
    assert counts[-3:] == [85, 100] or counts[-1] == 100
    assert len(counts) < 25


def test_a_budget_of_time(kuhn):
    last = list(solve(kuhn, "cfr+", seconds=0.2))[-1]
    assert 0.2 <= last.seconds < 0.4
    assert last.iteration > 1000
    both = list(solve(kuhn, "cfr+", iterations=10, seconds=100))[-1]
    assert both.iteration == 10


def test_without_a_budget_there_are_1000_iterations(game):
    assert list(solve(game))[-1].iteration == 1000


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"method": "magic"}, "no method 'magic'; choose one of lp, cfr, cfr+"),
        ({"iterations": 0}, "iterations=0 is no budget"),
        ({"seconds": -1.0}, "seconds=-1.0 is no budget"),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(kuhn, keywords, message):
    with pytest.raises(ValueError, match=message):
        solve(kuhn, **keywords)


def test_convergence_as_table_and_picture(tmp_path):
    points = [Point(0, 0.0, 1.0, 0.5), Point(1, 0.1, 0.5, 0.25), Point(10, 0.2, 0.0, 0.0)]
    convergence.write_table(points, tmp_path / "c.csv")
    rows = (tmp_path / "c.csv").read_text().splitlines()
    assert rows[0] == "iteration,seconds,nash_conv,exploitability"
    assert rows[2] == "1,0.1,0.5,0.25"
    convergence.plot(points, tmp_path / "c.png", "a title", "chips")
    picture = imread(tmp_path / "c.png")
    assert picture.shape[:2] == (675, 1125)
    assert (picture[..., 2] > picture[..., 0] + 0.4).any()  # there is a blue line

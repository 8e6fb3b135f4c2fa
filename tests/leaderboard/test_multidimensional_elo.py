"""Elo with circles: what one rating cannot say is said, and nothing is said where there is no circle."""

import itertools

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from agora.leaderboard.numbers import multidimensional_elo
from agora.leaderboard.numbers.multidimensional_elo import _leading, _turned, fit, predicted
from agora.leaderboard.numbers.ratings import SMOOTHING, bradley_terry

RPS = np.array([[0.5, 0.01, 0.99], [0.99, 0.5, 0.01], [0.01, 0.99, 0.5]])


def expected_wins(chances, games=1000):
    wins = games * chances
    np.fill_diagonal(wins, 0)
    return wins


def test_rock_paper_scissors_is_fitted_by_one_circle_and_no_rating():
    found = fit(expected_wins(RPS))
    assert found.ratings == pytest.approx([0, 0, 0], abs=0.01)
    assert predicted(found) == pytest.approx(RPS, abs=1e-5)
    assert bradley_terry(expected_wins(RPS)) == pytest.approx([0, 0, 0], abs=1e-6)


def test_without_circles_it_is_bradley_terry():
    wins = np.random.default_rng(0).integers(1, 40, (6, 6)).astype(float)
    found = fit(wins, circles=0)
    assert found.ratings == pytest.approx(bradley_terry(wins), abs=1e-3)
    assert found.vectors.shape == (6, 0)


def test_planted_ratings_and_a_circle_are_both_found():
    rng = np.random.default_rng(1)
    strengths, vectors = rng.normal(size=8), rng.normal(size=(8, 2))
    chances = 1 / (1 + np.exp(-(strengths[:, None] - strengths + vectors @ _turned(vectors).T)))
    assert predicted(fit(expected_wins(chances, 10_000))) == pytest.approx(chances, abs=1e-3)


def test_the_start_is_exact_where_there_is_nothing_but_circles():
    vectors = np.random.default_rng(2).normal(size=(7, 4))
    circular = vectors @ _turned(vectors).T
    assert circular == pytest.approx(-circular.T)
    found = _leading(circular, 2)
    assert found @ _turned(found).T == pytest.approx(circular)


def surprise(chances, wins):
    """Mean negative logarithm of the chance of what happened."""
    return -(wins * np.log(chances)).sum() / wins.sum()


def test_it_predicts_games_held_out_better_than_ratings_where_there_are_circles():
    """Nine agents on a ring, each beating the next four with 80 %, and one of three strengths."""
    rng = np.random.default_rng(3)
    strengths = np.tile([-0.3, 0.0, 0.3], 3)
    ahead = (np.arange(9) - np.arange(9)[:, None]) % 9
    chances = 1 / (1 + np.exp(-(strengths[:, None] - strengths + np.where(ahead < 5, 1.4, -1.4))))
    seen, held = np.zeros((2, 9, 9))
    for one, other in itertools.combinations(range(9), 2):
        for wins in (seen, held):
            wins[one, other] = rng.binomial(40, chances[one, other])
            wins[other, one] = 40 - wins[one, other]
    seen += SMOOTHING
    plain, turning = (surprise(predicted(fit(seen, circles)), held) for circles in (0, 1))
    assert turning < plain - 0.05


def test_where_strength_is_all_a_circle_adds_next_to_nothing():
    strengths = np.linspace(-1, 1, 6)
    chances = 1 / (1 + np.exp(strengths - strengths[:, None]))
    found = fit(expected_wins(chances))
    assert predicted(found) == pytest.approx(chances, abs=1e-3)


def test_too_many_circles_and_wins_of_zero_are_refused():
    with pytest.raises(ValueError, match="give 0 to 1"):
        fit(expected_wins(RPS), circles=2)
    with pytest.raises(ValueError, match="SMOOTHING"):
        fit(np.array([[0, 1.0, 2], [1, 0, 1], [1, 0, 0]]))


def test_the_slope_is_that_of_the_loss(monkeypatch):
    """By finite differences, at a point that is no optimum."""
    seen = {}

    def minimize(loss, start, **_):
        point = start + np.random.default_rng(4).normal(size=len(start))
        seen["given"], seen["wanted"] = loss(point)[1], approx_fprime(point, lambda x: loss(x)[0], 1e-6)
        return type("Found", (), {"x": start})

    monkeypatch.setattr(multidimensional_elo, "minimize", minimize)
    fit(np.random.default_rng(5).integers(1, 9, (5, 5)).astype(float), 2, penalty=0.3)
    assert seen["given"] == pytest.approx(seen["wanted"], abs=1e-3)

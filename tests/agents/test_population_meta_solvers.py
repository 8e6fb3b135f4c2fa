"""Meta-solvers on games whose solutions are known, and alpha-rank on chains worked by hand."""

import numpy as np
import pytest

from agora.agents.population import meta_solvers
from agora.agents.population.alpha_rank import fixation, stationary
from agora.agents.population.meta_solvers import EXPLORATION, META_SOLVERS, solver
from agora.agents.solvers.normal_form import nash_conv


def zero_sum(matrix):
    matrix = np.array(matrix, np.float64)
    return np.stack([matrix, -matrix], axis=-1)


PENNIES = zero_sum([[1, -1], [-1, 1]])
BIASED = zero_sum([[0, -25, 50], [25, 0, -5], [-50, 5, 0]])
DILEMMA = np.array([[[3, 3], [0, 5]], [[5, 0], [1, 1]]], np.float64)
SEXES = np.array([[[3, 2], [0, 0]], [[0, 0], [2, 3]]], np.float64)
# Three players, each with one dominant action: 1, 0, 1.
DOMINANT = np.stack(np.meshgrid([0.0, 1.0], [1.0, 0.0], [0.0, 1.0], indexing="ij"), axis=-1)


@pytest.mark.parametrize("name", [*META_SOLVERS, "risk-averse"])
def test_matching_pennies(name):
    for own in solver(name, aversion=1.0)(PENNIES):
        assert own == pytest.approx([0.5, 0.5])


def test_uniform_takes_all_alike():
    assert [own.tolist() for own in solver("uniform")(np.zeros((2, 4, 2)))] == [[0.5] * 2, [0.25] * 4]


def test_nash_of_biased_rock_paper_scissors():
    for own in solver("nash")(BIASED):
        assert own == pytest.approx([1 / 16, 10 / 16, 5 / 16])


def test_nash_of_a_game_that_is_not_zero_sum():
    profile = solver("nash")(SEXES)
    assert nash_conv(SEXES, profile) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("name", ["nash", "projected-replicator", "alpha-rank", "risk-averse"])
def test_dominant_policies_win_for_any_number_of_players(name):
    for payoffs, best in ((DILEMMA, [1, 1]), (DOMINANT, [1, 0, 1])):
        for own, action in zip(solver(name, aversion=0.01)(payoffs), best, strict=True):
            assert own[action] > 0.98


def test_projected_replicator_comes_near_the_equilibrium_and_keeps_every_policy():
    one, other = solver("projected-replicator")(BIASED)
    assert one == pytest.approx([1 / 16, 10 / 16, 5 / 16], abs=0.06)
    assert one == pytest.approx(other)


def test_projected_replicator_by_hand(monkeypatch):
    """From a half each, a step of 0.05 with an advantage of 1/2 over the mean: 1/2 + 0.05 * 1/2 * 1/2."""
    monkeypatch.setattr(meta_solvers, "ITERATIONS", 1)
    (own,) = solver("projected-replicator")(np.array([[3.0], [1.0]]))
    assert own == pytest.approx([0.5125, 0.4875])
    monkeypatch.setattr(meta_solvers, "STEP", 10.0)
    (own,) = solver("projected-replicator")(np.array([[3.0], [1.0]]))
    assert own == pytest.approx([1 - EXPLORATION / 3, EXPLORATION / 3])


def test_risk_aversion_counts():
    """A sure 1 or a coin's 0 or 2: alike in the mean. Who shuns risk takes the sure one, whatever the other draws."""
    payoffs = np.array([[[1, 0], [1, 0]], [[0, 0], [2, 0]]], np.float64)
    assert solver("risk-averse", aversion=1.0)(payoffs)[0][0] > 0.99


def test_unknown_solvers_are_refused():
    with pytest.raises(ValueError, match=r"no meta-solver 'best'; choose one of uniform, nash"):
        solver("best")


def test_fixation_by_hand():
    assert fixation(np.array([0.0]), 50) == pytest.approx(1 / 50)
    assert fixation(np.array([np.log(2)]), 2) == pytest.approx((1 / 2) / (3 / 4))
    assert fixation(np.array([-np.log(2)]), 2) == pytest.approx(1 / 3)
    assert fixation(np.array([1e6, -1e6]), 50) == pytest.approx([1, 0])


def test_alpha_rank_of_one_player_is_a_softmax():
    """Two strategies: the ratio of the two fixation probabilities is exp((m - 1) alpha gain)."""
    found = stationary(np.array([[0.0], [0.01]]), alpha=2.0, population=11)
    assert found[1] / found[0] == pytest.approx(np.exp(10 * 2 * 0.01))


def test_alpha_rank_of_games_with_known_ranks():
    """Omidshafiei et al. 2019: cycles share alike, dominance and strict equilibria take all."""
    assert stationary(PENNIES, 100.0) == pytest.approx(np.full((2, 2), 1 / 4))
    assert stationary(DILEMMA, 100.0)[1, 1] == pytest.approx(1)
    assert stationary(SEXES, 100.0) == pytest.approx(np.diag([0.5, 0.5]))
    # Rock, paper, scissors: the three draws are left for what beats them, and each of the six others for the next.
    rps = zero_sum([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    time = stationary(rps, 100.0)
    assert time.sum(axis=0) == pytest.approx([1 / 3] * 3)
    assert time.sum() == pytest.approx(1)


def test_alpha_rank_without_selection_is_drift():
    assert stationary(SEXES, 0.0) == pytest.approx(np.full((2, 2), 1 / 4))
    with pytest.raises(ValueError, match="alpha=-1"):
        stationary(SEXES, -1.0)

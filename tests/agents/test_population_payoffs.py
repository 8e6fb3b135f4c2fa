"""The empirical game: exact and simulated payoffs, how a table grows, and mixtures of policies."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.population import payoffs
from agora.agents.population.payoffs import Estimate, mixed_plan
from agora.agents.solvers.exploit import strategy_of
from agora.agents.solvers.sequences import normalised, plan_of, returns_of
from agora.agents.solvers.tree import build

KUHN = agora.envs.game("agora/KuhnPoker-v0")
NAMES = ["random", "scripted/always_bet", "scripted/equilibrium"]


@pytest.fixture(scope="module")
def tree():
    return build(KUHN)


@pytest.fixture(scope="module")
def agents():
    return [load(name, KUHN.spec) for name in NAMES]


@pytest.fixture(scope="module")
def plans(tree, agents):
    return [plan_of(tree.form, strategy_of(agent, tree, KUHN.spec)) for agent in agents]


def test_exact_payoffs_of_kuhn_poker(tree, plans):
    table = payoffs.extended(payoffs.empty(2), 3, payoffs.exact(tree, plans))
    assert table.mean[0, 0] == pytest.approx([1 / 8, -1 / 8])
    assert table.mean[2, 2] == pytest.approx([-1 / 18, 1 / 18])
    assert table.mean[1, 1] == pytest.approx([0, 0])
    assert table.mean[..., 0] == pytest.approx(-table.mean[..., 1])
    assert not table.error.any()
    assert not table.games.any()


def test_simulated_payoffs_are_within_their_errors(tree, agents, plans):
    exact = payoffs.extended(payoffs.empty(2), 3, payoffs.exact(tree, plans))
    found = payoffs.extended(payoffs.empty(2), 3, payoffs.simulated(KUHN, agents, 4000, seed=1))
    assert (found.games == 4000).all()
    assert (found.error > 0.01).all()
    assert (found.error <= 2 / np.sqrt(4000 - 1)).all()  # nobody wins or loses more than 2 in a game
    assert (np.abs(found.mean - exact.mean) < 4 * found.error).all()
    again = payoffs.simulated(KUHN, agents, 4000, seed=1)((0, 2))
    assert (again.mean == found.mean[0, 2]).all()


def test_payoffs_of_an_uneven_table_keep_seats_apart():
    """Each of three players has its own payoff in each of the eight combinations."""
    table = np.arange(24.0).reshape(2, 2, 2, 3)
    game = agora.envs.game("agora/NormalForm-v0", payoffs=table.tolist())
    tree = build(game)
    plans = [plan_of(tree.form, np.eye(2)[np.full(3, action)]) for action in range(2)]
    found = payoffs.extended(payoffs.empty(3), 2, payoffs.exact(tree, plans))
    assert found.mean == pytest.approx(table)
    zero, one = (lambda observation, legal, action=action: np.full(len(legal), action) for action in (0, 1))
    acting = [load(zero, game.spec), load(one, game.spec)]
    assert payoffs.extended(payoffs.empty(3), 2, payoffs.simulated(game, acting, 2, 0)).mean == pytest.approx(table)


def test_a_table_grows_by_new_combinations_only():
    asked = []

    def estimate(profile):
        asked.append(profile)
        return Estimate(np.array(profile, np.float64), np.full(2, 0.5), 7)

    table = payoffs.extended(payoffs.empty(2), 2, estimate)
    assert asked == [(0, 0), (0, 1), (1, 0), (1, 1)]
    asked.clear()
    grown = payoffs.extended(table, 3, estimate)
    assert asked == [(0, 2), (1, 2), (2, 0), (2, 1), (2, 2)]
    assert grown.mean[1, 0].tolist() == [1, 0]
    assert grown.mean[1, 2].tolist() == [1, 2]
    assert (grown.policies, grown.players) == (3, 2)
    assert table.policies == 2


def test_tables_are_written_and_read(tmp_path):
    table = payoffs.extended(payoffs.empty(2), 2, lambda profile: Estimate(np.array(profile) + 0.5, np.ones(2), 3))
    payoffs.save(table, tmp_path / "payoffs.npz")
    for read, kept in zip(payoffs.load(tmp_path / "payoffs.npz"), table, strict=True):
        np.testing.assert_array_equal(read, kept)
    (tmp_path / "payoffs.npz").write_bytes(b"no archive")
    with pytest.raises(ValueError, match="cannot be read"):
        payoffs.load(tmp_path / "payoffs.npz")


def test_a_mixed_plan_plays_as_the_mixture_does(tree, plans):
    """By linearity: what the mixture earns is the mean of the table, each seat drawing for itself."""
    weights = np.array([[0.5, 0.2, 0.3], [0.1, 0.9, 0.0]])
    table = payoffs.extended(payoffs.empty(2), 3, payoffs.exact(tree, plans)).mean
    plan = mixed_plan(tree, plans, weights)
    expected = np.einsum("i,j,ijp->p", weights[0], weights[1], table)
    assert returns_of(tree.form, plan) == pytest.approx(expected)
    strategy = normalised(tree.form, plan[:-1].reshape(tree.legal.shape))
    assert returns_of(tree.form, plan_of(tree.form, strategy)) == pytest.approx(expected)

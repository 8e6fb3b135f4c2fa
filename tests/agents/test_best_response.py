"""Exact best responses and exploitability against numbers from the literature (tests say which)."""

import numpy as np
import pytest

import agora.envs
from agora.agents.solvers.best_response import best_responses, expected_returns, exploitability, nash_conv, tabulate
from agora.agents.solvers.tree import build


@pytest.fixture(scope="module")
def kuhn():
    return build(agora.envs.game("agora/KuhnPoker-v0"))


@pytest.fixture(scope="module")
def leduc():
    return build(agora.envs.game("agora/LeducPoker-v0"))


def uniform(observation, legal):
    return legal / legal.sum(axis=1, keepdims=True)


def first_action(observation, legal):
    return np.eye(legal.shape[1])[legal.argmax(axis=1)]


def kuhn_family(alpha):
    """Kuhn's equilibria, written down once more from the literature: cards J, Q, K, actions pass and bet."""
    bet = {"": (alpha, 0, 3 * alpha), "01": (0, alpha + 1 / 3, 1), "0": (1 / 3, 0, 1), "1": (0, 1 / 3, 1)}

    def policy(observation, legal):
        rows = []
        for row in observation:
            actions = "".join("01"[int(one)] for zero, one in row[5:].reshape(3, 2) if zero or one)
            chance = bet[actions][int(row[:3].argmax())]
            rows.append((1 - chance, chance))
        return np.array(rows)

    return policy


# Uniform play and play of the first legal action: OpenSpiel's exploitability tests.


def test_kuhn_uniform(kuhn):
    assert nash_conv(kuhn, uniform) == pytest.approx(11 / 12, abs=1e-12)
    assert exploitability(kuhn, uniform) == pytest.approx(11 / 24, abs=1e-12)
    assert best_responses(kuhn, uniform) == pytest.approx([1 / 2, 5 / 12], abs=1e-12)
    assert expected_returns(kuhn, uniform) == pytest.approx([1 / 8, -1 / 8], abs=1e-12)


def test_leduc_uniform(leduc):
    assert nash_conv(leduc, uniform) == pytest.approx(4.747222222222222, abs=1e-12)
    assert best_responses(leduc, uniform) == pytest.approx([2.0875, 2.6597222222222222], abs=1e-12)
    assert expected_returns(leduc, uniform) == pytest.approx([-0.078125, 0.078125], abs=1e-12)


def test_always_the_first_action(kuhn, leduc):
    assert nash_conv(kuhn, first_action) == pytest.approx(2, abs=1e-12)
    assert nash_conv(leduc, first_action) == pytest.approx(2, abs=1e-12)


def test_kuhn_of_three_uniform():
    game = agora.envs.game("agora/KuhnPoker-v0", players=3)
    assert nash_conv(game, uniform) == pytest.approx(2.0625, abs=1e-12)
    assert expected_returns(game, uniform) == pytest.approx([0.234375, -0.046875, -0.1875], abs=1e-12)


@pytest.mark.parametrize("players", [2, 3, 4])
def test_references_of_random_play(players):
    game = agora.envs.game("agora/KuhnPoker-v0", players=players)
    assert expected_returns(game, uniform) == pytest.approx(game.reference().random, abs=1e-12)


# Equilibria.


@pytest.mark.parametrize("alpha", [0, 0.1, 0.25, 1 / 3])
def test_kuhn_equilibria(kuhn, alpha):
    policy = kuhn_family(alpha)
    assert expected_returns(kuhn, policy) == pytest.approx([-1 / 18, 1 / 18], abs=1e-12)
    assert nash_conv(kuhn, policy) == pytest.approx(0, abs=1e-12)


def test_beyond_the_kuhn_family_there_is_something_to_gain(kuhn):
    shifted = kuhn_family(0.1)

    def policy(observation, legal):
        table = shifted(observation, legal)
        table[observation[:, 5:].sum(axis=1) == 0] = (1, 0)  # the first player never bets first
        return table

    assert nash_conv(kuhn, policy) > 0.01


def test_one_policy_for_each_seat(kuhn):
    both = [kuhn_family(0.2), uniform]
    value = expected_returns(kuhn, both)
    assert value[0] >= -1 / 18  # an equilibrium policy gets at least the value
    assert value.sum() == pytest.approx(0, abs=1e-12)
    assert best_responses(kuhn, both)[1] == pytest.approx(1 / 18, abs=1e-12)
    assert best_responses(kuhn, both)[0] == pytest.approx(best_responses(kuhn, uniform)[0], abs=1e-12)


def test_expected_returns_are_what_simulation_gives(leduc):
    batch = agora.envs.batch("agora/LeducPoker-v0", 40_000, seed=5, autoreset="disabled", random_seats=[False, True])
    generator = np.random.default_rng(1)
    while not batch.ended.all():
        scores = np.where(batch.legal, generator.random(batch.legal.shape), -1)
        batch.step(scores.argmax(axis=1))
    error = batch.final_returns[:, 0].std() / 200
    assert batch.final_returns[:, 0].mean() == pytest.approx(expected_returns(leduc, uniform)[0], abs=4 * error)


# Errors.


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (lambda observation, legal: np.ones((len(legal), 5)), r"returned shape \(12, 5\).*give \(12, 2\)"),
        (lambda observation, legal: np.ones(legal.shape), "each row sums to 1"),
        (lambda observation, legal: np.tile([1.5, -0.5], (len(legal), 1)), "probabilities of legal actions"),
        (lambda observation, legal: np.full(legal.shape, np.nan), "probabilities of legal actions"),
        ([uniform], "2 players, got 1 policies"),
        (np.ones((3, 2)), r"shape \(3, 2\): give \(12, 2\)"),
        (np.ones((12, 2)), "each row sums to 1"),
    ],
)
def test_policies_are_checked(kuhn, policy, message):
    with pytest.raises(ValueError, match=message):
        nash_conv(kuhn, policy)


def test_illegal_actions_must_have_probability_zero(leduc):
    with pytest.raises(ValueError, match="probabilities of legal actions"):
        nash_conv(leduc, lambda observation, legal: np.full(legal.shape, 1 / 3))


def test_a_table_is_as_good_as_a_policy(kuhn):
    table = tabulate(kuhn, kuhn_family(0.1))
    assert nash_conv(kuhn, table) == nash_conv(kuhn, kuhn_family(0.1))
    assert nash_conv(kuhn, [table, uniform]) == nash_conv(kuhn, [kuhn_family(0.1), uniform])

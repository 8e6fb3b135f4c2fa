"""The sequence-form linear program finds the values of the literature and strategies that nobody can beat."""

import numpy as np
import pytest

import agora.envs
from agora.agents.solvers.best_response import expected_returns, nash_conv
from agora.agents.solvers.sequence_form import solve
from agora.agents.solvers.tree import build

KUHN, LEDUC, DICE = "agora/KuhnPoker-v0", "agora/LeducPoker-v0", "agora/LiarsDice-v0"


def tree_of(id, **options):
    return build(agora.envs.game(id, **options))


@pytest.mark.parametrize(
    ("name", "options", "value"),
    [
        (KUHN, {}, -1 / 18),
        (LEDUC, {}, -0.085606424078),
        (LEDUC, {"suit_isomorphism": True}, -0.085606424078),
        (DICE, {"sides": 3}, 1 / 9),
        (DICE, {"sides": 4}, 1 / 16),
        (DICE, {"sides": 6}, -7 / 258),
        ("agora/Goofspiel-v0", {"cards": 4, "information": "imperfect", "order": "descending"}, 0),
        ("agora/NormalForm-v0", {"payoffs": [[4, 0], [1, 2]]}, 8 / 5),
    ],
)
def test_values_and_strategies(name, options, value):
    tree = tree_of(name, **options)
    solution = solve(tree)
    assert solution.value == pytest.approx(value, abs=1e-11)
    assert expected_returns(tree, solution.strategy)[0] == pytest.approx(value, abs=1e-9)
    assert nash_conv(tree, solution.strategy) == pytest.approx(0, abs=1e-9)


def test_constant_sums_need_not_be_zero():
    tree = tree_of("agora/NormalForm-v0", payoffs=[[[4, 1], [0, 5]], [[1, 4], [2, 3]]])
    solution = solve(tree)
    assert solution.value == pytest.approx(8 / 5)
    assert solution.strategy == pytest.approx(np.array([[1 / 5, 4 / 5], [2 / 5, 3 / 5]]))
    assert expected_returns(tree, solution.strategy) == pytest.approx([8 / 5, 17 / 5])


@pytest.mark.parametrize(
    ("name", "options"), [(KUHN, {"players": 3}), ("agora/NormalForm-v0", {"name": "prisoners_dilemma"})]
)
def test_other_games_are_refused(name, options):
    with pytest.raises(ValueError, match="not zero-sum between two players"):
        solve(tree_of(name, **options))

"""Solvers of games in normal form beside nashpy's and OpenSpiel's, on random games."""

import nashpy
import numpy as np
import pytest
from open_spiel.python.egt import dynamics as egt

from agora.agents.solvers.dynamics import State, replicator
from agora.agents.solvers.normal_form import all_equilibria, zero_sum
from agora.envs.games.normal_form.table import NAMED


def listed(equilibria):
    """In one order, whoever found them."""
    return np.array(sorted(np.concatenate(profile).round(7).tolist() for profile in equilibria))


@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (2, 4), (4, 3), (4, 4)], ids=str)
def test_all_equilibria(shape):
    generator = np.random.default_rng(0)
    for _ in range(20):
        payoffs = generator.normal(size=(*shape, 2))
        theirs = nashpy.Game(payoffs[..., 0], payoffs[..., 1]).vertex_enumeration()
        assert listed(all_equilibria(payoffs)) == pytest.approx(listed(theirs), abs=1e-6)


@pytest.mark.parametrize("name", [name for name in NAMED if name != "trust"])
def test_all_equilibria_of_named_games(name):
    payoffs = np.array(NAMED[name].payoffs, np.float64)
    theirs = nashpy.Game(payoffs[..., 0], payoffs[..., 1]).vertex_enumeration()
    assert listed(all_equilibria(payoffs)) == pytest.approx(listed(theirs), abs=1e-6)


def test_zero_sum():
    generator = np.random.default_rng(0)
    for rows, columns in [(2, 3), (4, 4), (6, 3)]:
        first = generator.normal(size=(rows, columns))
        ours = zero_sum(np.stack([first, -first], axis=-1))
        theirs = nashpy.Game(first).linear_program()
        assert np.concatenate(ours.profile) == pytest.approx(np.concatenate(theirs), abs=1e-6)
        assert ours.value == pytest.approx(theirs[0] @ first @ theirs[1], abs=1e-9)


def test_replicator():
    """OpenSpiel gives the speed at which populations change; a short step shows ours."""
    generator = np.random.default_rng(0)
    for _ in range(20):
        payoffs = generator.normal(size=(3, 4, 2))
        start = [generator.dirichlet(np.ones(size)) for size in (3, 4)]
        speed = egt.MultiPopulationDynamics(np.moveaxis(payoffs, -1, 0), egt.replicator)(np.concatenate(start))
        ours = replicator(State(start, []), payoffs, 1e-6).profile
        assert (np.concatenate(ours) - np.concatenate(start)) / 1e-6 == pytest.approx(speed, abs=1e-4)

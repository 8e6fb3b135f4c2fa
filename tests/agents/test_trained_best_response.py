"""Best responses trained by reinforcement learning: lower bounds on exploitability."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import SampledAgent, load
from agora.agents.learned.best_response import lower_bound
from agora.agents.random import RandomAgent
from agora.agents.solvers.exploit import exploit

KUHN = "agora/KuhnPoker-v0"


@pytest.fixture(scope="module")
def game():
    return agora.envs.game(KUHN)


def nearly_optimal(game):
    """An equilibrium with a share of a tenth of uniform play, which costs it little."""
    best = load("scripted/equilibrium", game.spec)

    def policy(observation, legal):
        return 0.9 * best.policy(observation, legal) + 0.1 * legal / legal.sum(axis=1, keepdims=True)

    return SampledAgent(policy)


@pytest.mark.parametrize("agent", ["random", "scripted/honest"])
def test_within_a_tenth_of_the_exact_value(game, agent):
    exact = exploit(load(agent, game.spec), game)
    found = lower_bound(load(agent, game.spec), game, budget=80_000)
    assert found.nash_conv == pytest.approx(exact.nash_conv, rel=0.1)
    assert found.exploitability == found.nash_conv / 2
    assert np.abs(found.best - exact.best).max() < 0.05
    assert np.abs(found.returns - exact.returns).max() < 0.05
    # 20,000 deals of gains of a few chips: the interval is what such a mean allows, and the exact value is in it.
    assert 0.005 < found.interval < 0.05
    assert found.nash_conv - 2 * found.interval < exact.nash_conv
    assert 80_000 <= found.decisions < 80_000 + 2 * 4096 * 2


def test_a_strong_agent_is_not_made_weaker_than_it_is(game):
    agent = nearly_optimal(game)
    exact = exploit(agent, game).nash_conv
    found = lower_bound(agent, game, budget=80_000)
    assert 0 < exact < 0.15
    assert 0 <= found.nash_conv < exact + 2 * found.interval


def test_nothing_is_gained_from_an_equilibrium(game):
    """A response that loses to the agent gives way to the agent itself, whose gain is exactly 0."""
    found = lower_bound(load("scripted/equilibrium", game.spec), game, budget=8192, deals=2000)
    assert found.nash_conv >= 0
    assert found.nash_conv <= 3 * found.interval
    unused = found.best == found.returns
    assert (found.intervals[unused] == 0).all()


def test_the_seed_fixes_everything(game):
    first, again, other = (lower_bound(RandomAgent(), game, 8192, deals=500, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(first.best, again.best)
    assert first.interval == again.interval
    assert not np.array_equal(first.best, other.best)


@pytest.mark.parametrize(
    ("name", "options"),
    [("KuhnPoker", {"players": 3}), ("SealedAuction", {}), ("Blotto", {})],
)
def test_more_players_at_once_and_continuous_actions(name, options):
    game = agora.envs.game(f"agora/{name}-v0", **options)
    players = game.spec.players
    found = lower_bound(load("random", game.spec), game, budget=players * 8192, deals=1000)
    assert found.returns.shape == found.best.shape == found.intervals.shape == (players,)
    assert found.nash_conv > 2 * found.interval > 0  # random play is easy to beat everywhere


def test_budgets_that_teach_nothing_are_refused(game):
    with pytest.raises(ValueError, match="budget of 8,191 decisions is too small: give at least 8,192"):
        lower_bound(RandomAgent(), game, 8191)
    with pytest.raises(ValueError, match="deals=1 is not allowed"):
        lower_bound(RandomAgent(), game, 8192, deals=1)

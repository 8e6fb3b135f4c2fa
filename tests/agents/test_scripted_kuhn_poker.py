"""Scripted Kuhn players, judged exactly."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import Agent, PolicyAgent, load, scripted_names
from agora.agents.scripted.kuhn_poker import equilibrium
from agora.agents.solvers.best_response import expected_returns, nash_conv
from agora.agents.solvers.tree import build


def observe(cards, actions):
    """What the player to move sees and may do."""
    game = agora.envs.game("agora/KuhnPoker-v0", players=len(cards))
    state = game.new()
    for move in (*cards, *actions):
        game.step(state, move)
    return game.observe(state, int(state.to_move))[None], game.legal(state)[None]


@pytest.fixture(scope="module")
def tree():
    return build(agora.envs.game("agora/KuhnPoker-v0"))


def test_names():
    assert scripted_names("agora/KuhnPoker-v0") == ["scripted/equilibrium", "scripted/honest", "scripted/always_bet"]


@pytest.mark.parametrize("name", ["equilibrium", "honest", "always_bet"])
def test_agents_say_their_policy(name):
    agent = load(f"scripted/{name}", agora.envs.spec("agora/KuhnPoker-v0"))
    assert isinstance(agent, Agent)
    assert isinstance(agent, PolicyAgent)


@pytest.mark.parametrize("alpha", [0, 0.2, 1 / 3])
def test_equilibrium_of_two_cannot_be_exploited(tree, alpha):
    policy = equilibrium(agora.envs.spec("agora/KuhnPoker-v0"), alpha).policy
    assert expected_returns(tree, policy) == pytest.approx([-1 / 18, 1 / 18], abs=1e-12)
    assert nash_conv(tree, policy) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("players", [3, 4])
def test_equilibrium_of_more_players_is_one(players):
    game = agora.envs.game("agora/KuhnPoker-v0", players=players)
    policy = load("scripted/equilibrium", game.spec).policy
    tree = build(game)
    assert nash_conv(tree, policy) == pytest.approx(0, abs=1e-12)
    assert expected_returns(tree, policy) == pytest.approx(game.reference().best, abs=1e-12)


@pytest.mark.parametrize(
    ("cards", "actions", "bet"),
    [
        ((0, 1), (), 1 / 3),  # alpha with the jack
        ((1, 0), (), 0),
        ((2, 0), (), 1),  # 3 alpha with the king
        ((1, 0), (0, 1), 2 / 3),  # calls with the queen: alpha + 1/3
        ((0, 1), (1,), 1 / 3),  # player 2 calls with the queen
        ((1, 0), (0,), 1 / 3),  # player 2 bluffs with the jack
        ((1, 0, 3), (0, 0), 1),
        ((1, 0, 2), (1, 0), 1 / 2),
    ],
)
def test_equilibrium_worked_by_hand(cards, actions, bet):
    spec = agora.envs.spec("agora/KuhnPoker-v0", players=len(cards))
    assert equilibrium(spec).policy(*observe(cards, actions))[0] == pytest.approx([1 - bet, bet])


def test_honest_and_always_bet_can_be_exploited(tree):
    """Honest: steal every pot it checks or folds; always bet: pay off only with the queen or the king."""
    spec = agora.envs.spec("agora/KuhnPoker-v0")
    assert nash_conv(tree, load("scripted/honest", spec).policy) == pytest.approx(1 / 2, abs=1e-12)
    assert nash_conv(tree, load("scripted/always_bet", spec).policy) == pytest.approx(2 / 3, abs=1e-12)


def test_draws_follow_the_policy_and_the_seed():
    spec = agora.envs.spec("agora/KuhnPoker-v0")
    agent, (observation, legal) = load("scripted/equilibrium", spec), observe((0, 1), ())
    lanes = np.arange(30_000)
    rows = np.repeat(observation, len(lanes), axis=0), np.repeat(legal, len(lanes), axis=0)
    agent.reset(spec, lanes, 7)
    actions = agent.act(*rows, lanes)
    assert actions.mean() == pytest.approx(1 / 3, abs=0.011)
    agent.reset(spec, lanes, 7)
    assert np.array_equal(agent.act(*rows, lanes), actions)


@pytest.mark.parametrize("alpha", [-0.1, 0.34, float("nan")])
def test_alpha_is_checked(alpha):
    with pytest.raises(ValueError, match="number from 0 to 1/3"):
        equilibrium(agora.envs.spec("agora/KuhnPoker-v0"), alpha)

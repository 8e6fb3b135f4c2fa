"""Scripted Leduc players, judged exactly."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import PolicyAgent, load, scripted_names
from agora.agents.random import RandomAgent
from agora.agents.solvers.best_response import expected_returns, exploitability
from agora.agents.solvers.tree import build

FOLD, CALL, RAISE = range(3)
JS, JH, QS, QH, KS, KH = range(6)


def chances(moves, **options):
    """What `bettor` does after the moves, outcomes of chance included."""
    game = agora.envs.game("agora/LeducPoker-v0", **options)
    state = game.new()
    for move in moves:
        game.step(state, move)
    agent = load("scripted/bettor", game.spec)
    return agent.policy(game.observe(state, int(state.to_move))[None], game.legal(state)[None])[0]


@pytest.fixture(scope="module", params=[False, True])
def table(request):
    game = agora.envs.game("agora/LeducPoker-v0", suit_isomorphism=request.param)
    return build(game), game.spec


def test_names():
    assert scripted_names("agora/LeducPoker-v0") == ["scripted/bettor", "scripted/caller"]
    assert isinstance(load("scripted/bettor", agora.envs.spec("agora/LeducPoker-v0")), PolicyAgent)


def test_bettor_is_hard_to_exploit_and_beats_random(table):
    tree, spec = table
    bettor, random = load("scripted/bettor", spec).policy, RandomAgent().policy
    assert exploitability(tree, bettor) == pytest.approx(0.43364, abs=1e-4)  # uniform play: 2.37
    assert expected_returns(tree, [bettor, random])[0] > 0.4
    assert expected_returns(tree, [random, bettor])[1] > 0.5


def test_caller_can_be_exploited(table):
    """Value bets in both rounds, never a bluff; the hands are dealt alike to both seats, so it is symmetric."""
    tree, spec = table
    caller = load("scripted/caller", spec).policy
    assert expected_returns(tree, caller) == pytest.approx([0, 0], abs=1e-12)
    assert exploitability(tree, caller) > exploitability(tree, load("scripted/bettor", spec).policy)


@pytest.mark.parametrize("options", [{}, {"suit_isomorphism": True}])
@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ((KS, JS), (0, 0.4, 0.6)),  # opens with a king
        ((JS, KS, RAISE, RAISE), (0.8, 0.2, 0)),  # folds a jack to a raise
        ((KS, JS, RAISE, RAISE), (0, 1, 0)),  # would raise again, but two raises are the limit
        ((QS, JS, CALL, CALL, QH), (0, 0.2, 0.8)),  # bets a pair
        ((QS, JS, CALL, CALL, QH, RAISE), (1, 0, 0)),  # player 2 folds the jack
        ((QS, JS, CALL, CALL, QH, CALL, RAISE), (0, 0.3, 0.7)),  # check-raises a pair
        ((JS, QS, CALL, CALL, KH, RAISE), (0.7, 0.3, 0)),
    ],
)
def test_bettor_worked_by_hand(moves, expected, options):
    assert chances(moves, **options) == pytest.approx(expected, abs=1e-12)


def test_bettor_never_plays_an_illegal_action():
    batch = agora.envs.batch("agora/LeducPoker-v0", 2000, seed=0)
    agent = load("scripted/bettor", batch.spec)
    agent.reset(batch.spec, np.arange(2000), 1)
    for _ in range(40):
        batch.step(agent.act(batch.observation, batch.legal, np.arange(2000)))
        assert not batch.illegal.any()

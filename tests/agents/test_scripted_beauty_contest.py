"""The levels of thinking in the beauty contest."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load

ID = "agora/BeautyContest-v0"
NAGEL = {"bottom": 0, "fraction": 2 / 3, "rounds": 3}


def guess(script, *past, **options):
    game = agora.envs.game(ID, **options)
    state = game.new(0)
    for guesses in past:
        game.step(state, guesses)
    agent = load(f"scripted/{script}", game.spec)
    agent.reset(game.spec, np.arange(2), 0)
    observation = np.stack([game.observe(state, 0)] * 2)
    chosen = agent.act(observation, np.stack([game.legal(state, 0)] * 2), np.arange(2))
    assert chosen.shape == (2,)
    return int(chosen[0])


@pytest.mark.parametrize(("depth", "number"), [(1, 33), (2, 22), (3, 15)])
def test_levels_guess_as_in_nagels_paper(depth, number):
    assert guess(f"level_{depth}", **NAGEL) == number


@pytest.mark.parametrize(("depth", "number"), [(1, 20), (2, 13), (3, 9)])
def test_later_they_start_from_the_mean_of_the_round_before(depth, number):
    assert guess(f"level_{depth}", (90,) * 5, (10, 20, 30, 40, 50), **NAGEL) == number


def test_numbers_stay_within_the_limits():
    assert guess("level_3", (3,) * 5, bottom=2, rounds=2) == 2
    assert guess("level_2", (90,) * 5, fraction=4 / 3, rounds=2) == 100


def test_equilibrium():
    assert guess("equilibrium") == 1
    assert guess("equilibrium", fraction=4 / 3) == 100


def test_level_zero_draws_from_all_legal_numbers():
    spec = agora.envs.spec(ID, bottom=3, top=6)
    legal = np.arange(7)[None] >= 3
    policy = load("scripted/level_0", spec).policy(np.zeros((1, spec.observation_size), np.float32), legal)
    assert policy.tolist() == [[0, 0, 0, 0.25, 0.25, 0.25, 0.25]]


def test_nobody_leaves_the_equilibrium_alone():
    """Against four at 1 no other number wins, nor as much as the fifth of the prize."""
    game = agora.envs.game(ID, rounds=1)
    for other in range(2, 101):
        assert game.step(game.new(), (other, 1, 1, 1, 1))[0] == 0
    assert game.step(game.new(), (1,) * 5).tolist() == [0.2] * 5
    from_zero = agora.envs.game(ID, rounds=1, bottom=0)
    assert from_zero.step(from_zero.new(), (0, 1, 1, 1, 1)).tolist() == [0, 0.25, 0.25, 0.25, 0.25]
    assert from_zero.step(from_zero.new(), (1, 2, 2, 2, 2)).tolist() == [1, 0, 0, 0, 0]

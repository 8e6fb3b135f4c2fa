"""Gymnasium's and stable-baselines3's own checkers accept every id."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from stable_baselines3.common.env_checker import check_env as check_env_sb3

import agora.envs


def test_gymnasium_check_env(id):
    env = gymnasium.make(id, render_mode="rgb_array")
    assert env.unwrapped is env, "no wrapper stacks"
    check_env(env)
    env.close()


@pytest.mark.filterwarnings("ignore:We recommend you to use a symmetric:UserWarning")  # shares lie in [0, 1]
def test_sb3_check_env(id):
    check_env_sb3(agora.envs.single(id))


def test_step_before_reset_says_so(id):
    env = gymnasium.make(id)
    with pytest.raises(gymnasium.error.ResetNeeded, match="reset"):
        env.step(env.action_space.sample())


def test_unknown_option_names_the_known_ones(id):
    with pytest.raises(ValueError, match="has no option 'colour'"):
        gymnasium.make(id, colour="red")


def test_spaces_contain_every_observation(id):
    env = agora.envs.vector(id, 8, seat="random" if agora.envs.spec(id).players > 1 else 0)
    generator = np.random.default_rng(0)
    env.reset(seed=0)
    low, high = env.single_observation_space.low, env.single_observation_space.high
    for _ in range(100):
        if isinstance(env.single_action_space, gymnasium.spaces.Discrete):
            actions = (generator.random((8, env.single_action_space.n)) * env.action_masks()).argmax(axis=1)
        else:
            shape = (8, *env.single_action_space.shape)
            actions = generator.uniform(env.single_action_space.low, env.single_action_space.high, shape)
        observation, _, _, _, _ = env.step(actions)
        outside = (observation < low) | (observation > high) | ~np.isfinite(observation)
        assert not outside.any(), f"observation numbers {np.flatnonzero(outside.any(axis=0))} leave the space"

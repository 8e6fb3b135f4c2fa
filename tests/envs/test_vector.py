"""The vector face: autoreset as Gymnasium names it, masks, partial resets."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import agora.envs

KUHN = "agora/KuhnPoker-v0"


def test_make_vec_is_the_native_batch():
    env = gymnasium.make_vec(KUHN, num_envs=7)
    assert type(env.unwrapped).__name__ == "NativeVectorEnv"
    assert env.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    observation, info = env.reset(seed=0)
    assert observation.shape == (7, 11)
    assert info["action_mask"].shape == (7, 2)


@pytest.mark.parametrize("opponent", ["random", "scripted/equilibrium", "self"])
@pytest.mark.parametrize("seat", [0, 1, "alternate", "random"])
def test_same_step_shows_the_end_and_the_beginning(opponent, seat):
    env = agora.envs.vector(KUHN, 200, autoreset_mode="SameStep", opponent=opponent, seat=seat)
    observation, info = env.reset(seed=0)
    for _ in range(10):
        observation, rewards, terminated, _, info = env.step(env.sample_legal())
        pieces = env.game.spec.pieces(observation)
        seats = info["seat"]
        assert (pieces["seat"].argmax(axis=1) == seats).all(), "the caller is shown its own seat"
        assert info["action_mask"].all()
        if terminated.any():
            assert (info["_final_obs"] == terminated).all()
            final = env.game.spec.pieces(info["final_obs"][terminated])
            assert (final["betting"].sum(axis=(1, 2)) >= 2).all(), "a finished hand has at least two actions"
        assert (rewards[~terminated] == 0).all()
        assert (np.abs(rewards[terminated]) >= 1).all()


def test_next_step_ignores_the_action_of_a_finished_game():
    env = agora.envs.vector(KUHN, 100, autoreset_mode=AutoresetMode.NEXT_STEP)
    env.reset(seed=0)
    _, _, ended, _, _ = env.step(np.ones(100, int))
    assert ended.all()
    _, rewards, ended, _, info = env.step(np.full(100, 99))  # would forfeit, were it read
    assert not ended.any()
    assert not rewards.any()
    assert info["action_mask"].all()


def test_disabled_waits_for_a_reset_of_some():
    env = agora.envs.vector(KUHN, 4, autoreset_mode=AutoresetMode.DISABLED)
    env.reset(seed=0)
    _, _, ended, _, _ = env.step(np.ones(4, int))
    assert ended.all()
    _, _, still, _, _ = env.step(np.ones(4, int))
    assert still.all()
    mask = np.array([True, False, True, False])
    _, info = env.reset(options={"reset_mask": mask})
    assert (info["action_mask"].any(axis=1) == mask).all()


def test_lanes_are_seeded_one_after_the_other():
    many, one = agora.envs.vector(KUHN, 3), agora.envs.single(KUHN)
    observation, _ = many.reset(seed=5)
    assert (observation[2] == one.reset(seed=7)[0]).all()
    observation, _ = many.reset(seed=[7, None, 5])
    assert (observation[0] == one.reset(seed=7)[0]).all()
    assert (observation[2] == one.reset(seed=5)[0]).all()


@pytest.mark.parametrize("seed", [-1, 1.5, "x"])
def test_bad_seeds_are_refused(seed):
    with pytest.raises(ValueError, match="seed="):
        agora.envs.batch(KUHN, 2, seed)


def test_wrong_shapes_are_named():
    batch = agora.envs.batch(KUHN, 3, 0)
    with pytest.raises(ValueError, match=r"shape \(2,\).*takes \(3, 1\)"):
        batch.step([0, 1])


def test_rendering_gives_a_frame_a_game():
    env = agora.envs.vector(KUHN, 2, render_mode="ansi")
    env.reset(seed=0)
    frames = env.render()
    assert len(frames) == 2
    assert "Player 1 (you)" in frames[0]


@pytest.mark.parametrize("mode", ["SameStep", "NextStep"])
def test_a_time_limit_is_a_reason_to_deal_anew(mode):
    env = agora.envs.vector("agora/Portfolio-v0", 2, length=3, autoreset_mode=mode)
    first, _ = env.reset(seed=0)
    weights = np.ones((2, 36), np.float32)
    for day in range(3):
        observation, _, terminated, truncated, _ = env.step(weights)
        assert truncated.tolist() == [day == 2] * 2
        assert not terminated.any()
    if mode == "NextStep":
        observation, *_ = env.step(weights)
    assert (observation == first).all(), "the same days are dealt again"

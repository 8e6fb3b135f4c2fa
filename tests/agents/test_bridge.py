"""The VecEnv on the native batch: what stable-baselines3 and sb3-contrib rely on, and that they learn on it."""

import numpy as np
import pytest
import stable_baselines3
from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.utils import get_action_masks, is_masking_supported
from stable_baselines3.common.vec_env import DummyVecEnv

import agora.envs
from agora.agents.learned.saved import threads
from agora.agents.learned.stable_baselines import saved
from agora.agents.learned.stable_baselines.bridge import BatchVecEnv

KUHN = "agora/KuhnPoker-v0"
PASS, BET = 0, 1


def always(action):
    return lambda observation, legal: np.full(len(observation), action, np.int64)


def bridge(num_envs=4, seed=0, id=KUHN, options=(), **keywords):
    env = BatchVecEnv(agora.envs.game(id, **dict(options)), num_envs, **keywords)
    env.seed(seed)
    return env


def bets(observation, legal):
    """The policy of somebody who always bets, (L, 2)."""
    return np.tile([0.0, 1.0], (len(observation), 1))


def exact_value(game, policies):
    """Expected returns (P,) when seat p plays ``policies[p]``, over every deal."""

    def visit(state):
        if state.over:
            return np.zeros(game.spec.players)
        if state.to_move < 0:
            weights = game.chance(state)
        else:
            observation, legal = game.observe(state, int(state.to_move))[None], game.legal(state)[None]
            weights = policies[int(state.to_move)](observation, legal)[0]
        total = np.zeros(game.spec.players)
        for action in np.flatnonzero(weights):
            after = game.clone(state)
            rewards = game.step(after, action)
            total += weights[action] * (rewards + visit(after))
        return total

    return visit(game.new())


def test_plays_the_same_games_as_single_environments():
    env = bridge(4, seed=5, opponent=always(BET), seat=1)
    singles = DummyVecEnv([lambda: agora.envs.single(KUHN, opponent=always(BET), seat=1) for _ in range(4)])
    singles.seed(5)
    np.testing.assert_array_equal(env.reset(), singles.reset())
    for action in (PASS, BET):
        ours, theirs = env.step(np.full(4, action)), singles.step(np.full(4, action))
        assert ours[2].all()  # facing a bet, any answer ends the game
        np.testing.assert_array_equal(ours[1], theirs[1])
        np.testing.assert_array_equal(ours[0], theirs[0])
        for one, other in zip(ours[3], theirs[3], strict=True):
            np.testing.assert_array_equal(one["terminal_observation"], other["terminal_observation"])


def test_infos_are_filled_only_where_a_game_ended():
    env = bridge(6, opponent=always(BET), seat=0)
    env.reset()
    bets = np.array([BET, PASS, BET, PASS, BET, PASS])
    _, rewards, dones, infos = env.step(bets)
    assert dones.tolist() == [True, False, True, False, True, False]
    assert [bool(info) for info in infos] == dones.tolist()
    for lane in (0, 2, 4):
        assert infos[lane]["episode"]["r"] == rewards[lane]
        assert infos[lane]["episode"]["l"] == 1
        assert infos[lane]["TimeLimit.truncated"] is False
        assert infos[lane]["terminal_observation"].shape == (env.observation_space.shape)
    _, rewards, dones, infos = env.step(np.full(6, PASS))
    assert dones.tolist() == [False, True, False, True, False, True]  # passed, then folded to the bet
    assert (rewards[dones] == -1).all()
    assert infos[1]["episode"]["l"] == 2


def test_scaled_rewards_leave_returns_alone():
    plain, scaled = bridge(8, opponent=always(BET), seat=0), bridge(8, opponent=always(BET), seat=0, reward_scale=10.0)
    plain.reset()
    scaled.reset()
    (_, rewards, _, _), (_, tenfold, _, infos) = plain.step(np.full(8, BET)), scaled.step(np.full(8, BET))
    np.testing.assert_array_equal(tenfold, 10 * rewards)
    assert [info["episode"]["r"] for info in infos] == rewards.tolist()


def test_spaces_and_masks_are_those_of_the_environment():
    env = bridge(3)
    assert env.observation_space.contains(env.reset()[0])
    assert env.action_space.n == 2
    assert env.observation_space.dtype == np.dtype(agora.envs.spec(KUHN).observation_dtype)
    assert is_masking_supported(env)
    assert get_action_masks(env).reshape(3, 2).all()
    assert env.env_method("action_masks", indices=[1])[0].shape == (1, 2)
    with pytest.raises(AttributeError, match="no method 'render'"):
        env.env_method("render")


def test_the_same_seed_gives_the_same_games():
    first, second = bridge(32, seed=3, opponent="random"), bridge(32, seed=3, opponent="random")
    generator = np.random.default_rng(0)
    np.testing.assert_array_equal(first.reset(), second.reset())
    for _ in range(20):
        actions = generator.integers(2, size=32)
        for one, other in zip(first.step(actions)[:3], second.step(actions)[:3], strict=True):
            np.testing.assert_array_equal(one, other)
    first.seed(4)
    assert not np.array_equal(first.reset(), bridge(32, seed=3).reset())


@pytest.mark.parametrize("algorithm", ["PPO", "A2C", "DQN"])
def test_algorithms_run_without_masks(algorithm):
    kind = getattr(stable_baselines3, algorithm)
    extra = {"learning_starts": 32, "target_update_interval": 64} if algorithm == "DQN" else {"n_steps": 8}
    with threads(1):
        model = kind("MlpPolicy", bridge(8), seed=0, **extra).learn(256)
    assert model.num_timesteps == 256


def test_maskable_ppo_learns_the_best_response():
    # Against somebody who always bets: fold J (-1), call Q (0 on average) and K (+2), in both seats: 1/3.
    game = agora.envs.game(KUHN)
    env = bridge(256, opponent=always(BET), seat="alternate")
    with threads(1):
        model = MaskablePPO(
            "MlpPolicy", env, n_steps=8, batch_size=512, n_epochs=8, learning_rate=3e-3, gamma=1.0, seed=0
        )
        model.learn(60_000)
        agent = saved.as_agent(saved.acting_network(model), game.spec, deterministic=False)
        first, second = exact_value(game, [agent.policy, bets])[0], exact_value(game, [bets, agent.policy])[1]
    assert first == pytest.approx(1 / 3, abs=0.05)
    assert second == pytest.approx(1 / 3, abs=0.05)

"""Random play stays within what ``Spec`` promises."""

import numpy as np

import agora.envs
from support import random_actions


def test_random_play_keeps_the_promises_of_spec(id):
    batch = agora.envs.batch(id, 64, 0, autoreset="same_step")
    spec, generator = batch.spec, np.random.default_rng(1)
    low, high = spec.returns
    ended = 0
    for _ in range(min(400, 3 * spec.max_steps)):
        batch.step(random_actions(batch, generator))
        done = batch.terminated | batch.truncated
        ended += done.sum()
        assert not batch.illegal.any()
        assert np.isfinite(batch.rewards).all()
        assert (batch.final_steps <= spec.max_steps).all()
        assert (batch.final_steps[batch.truncated] == spec.max_steps).all()
        assert (batch.final_returns[done] >= low - 1e-9).all()
        assert (batch.final_returns[done] <= high + 1e-9).all()
        if spec.payoff == "zero-sum":
            assert np.abs(batch.rewards.sum(axis=1)).max() < 1e-9
        if spec.payoff == "common":
            assert (batch.rewards == batch.rewards[:, :1]).all()
    if spec.max_steps <= 130:
        assert ended


def test_rewards_add_up_to_returns(id):
    batch = agora.envs.batch(id, 16, 0, autoreset="disabled")
    total, generator = np.zeros((16, batch.spec.players)), np.random.default_rng(1)
    for _ in range(min(300, batch.spec.max_steps)):
        batch.step(random_actions(batch, generator))
        total += batch.rewards
    assert (total == batch.returns).all()


def test_reference_is_within_the_return_range(id):
    game = agora.envs.game(id)
    reference, (low, high) = game.reference(), game.spec.returns
    assert len(reference.random) == len(reference.best) == game.spec.players
    for random, best in zip(reference.random, reference.best, strict=True):
        assert low <= random <= high
        assert low <= best <= high
    if game.spec.payoff == "single":
        assert reference.random[0] < reference.best[0]
    assert reference.source

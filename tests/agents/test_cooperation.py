"""Learners whose reward counts that of the other seats too."""

from typing import Any

import numpy as np
import pytest
import torch

import agora.envs
from agora.agents.learned import ppo
from agora.agents.learned.distributions import policy_form
from agora.agents.learned.networks import ActorCritic, initialise
from agora.agents.learned.rollout import Actor, EverySeat, Rollout, shared_rewards
from agora.agents.learned.settings import Network, from_table

DEAL, GOOFSPIEL = "agora/DealOrNoDeal-v0", "agora/Goofspiel-v0"


def test_shared_rewards_by_hand() -> None:
    rewards = np.array([[6.0, 2.0, -1.0], [0.0, 0.0, 4.0]])
    assert np.array_equal(shared_rewards(rewards, 0.0), rewards)
    assert np.array_equal(shared_rewards(rewards, 1.0), [[7.0, 7.0, 7.0], [4.0, 4.0, 4.0]])
    assert np.allclose(shared_rewards(rewards, 0.5), [[6.5, 4.5, 3.0], [2.0, 2.0, 4.0]])


@pytest.mark.parametrize("game_id", [DEAL, GOOFSPIEL])
def test_a_rollout_holds_the_rewards_as_they_are_shared(game_id: str) -> None:
    """The same games with and without: other rewards, the same returns."""
    alone, together = played(game_id, 0.0), played(game_id, 0.25)
    players = agora.envs.spec(game_id).players
    own = alone.rewards.reshape(*alone.rewards.shape[:1], -1, players)
    wanted = np.stack([shared_rewards(step, 0.25) for step in own])
    assert np.abs(own).sum() > 0
    assert np.allclose(together.rewards.reshape(wanted.shape), wanted)
    assert np.array_equal(alone.returns, together.returns)


def played(id: str, cooperation: float) -> Rollout:
    game = agora.envs.game(id)
    size, distribution = policy_form(game.spec)
    model = ActorCritic(game.spec, Network(kind="mlp", hidden=[8]), size)
    initialise(model, torch.Generator().manual_seed(0))
    actor = Actor(EverySeat(game, 64, cooperation=cooperation), game, model, distribution)
    actor.start(3)
    return actor.collect(30, torch.Generator().manual_seed(0))


def test_cooperation_needs_the_learner_in_every_seat() -> None:
    for table in ({}, {"self_play": {"latest": 0.5, "uniform": 0.5}}):
        settings: Any = from_table(
            {"id": DEAL, "algorithm": "PPO", "steps": 1000, "parameters": {"cooperation": 1.0}, **table}
        )
        with pytest.raises(ValueError, match=r"cooperation=1.0 needs a learner in every seat"):
            ppo.make(settings, agora.envs.game(DEAL))

"""Scripted players of Oshi-Zumo."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load

ID = "agora/OshiZumo-v0"


def bid(name, *rounds, player=0, **options):
    """What an agent of ten coins bids after the bids of both in each round."""
    game = agora.envs.game(ID, **{"coins": 10, "size": 1, **options})
    state = game.new()
    for pair in rounds:
        game.step(state, pair)
    agent = load(f"scripted/{name}", game.spec)
    (chances,) = agent.policy(game.observe(state, player)[None], game.legal(state, player)[None])
    assert chances.max() == 1
    return int(chances.argmax())


def test_steady_spreads_its_coins_over_the_pushes_it_needs():
    assert bid("steady") == 5
    assert bid("steady", (4, 1)) == 6  # one more push, and six coins left
    assert bid("steady", (4, 1), player=1) == 3  # three pushes from the other end
    assert bid("steady", (0, 10)) == 1  # the other has nothing left


def test_brink_waits_for_the_last_place():
    assert bid("brink") == 1
    assert bid("brink", (1, 2)) == 3  # of nine
    assert bid("brink", min_bid=4) == 4
    assert bid("brink", (0, 9)) == 2  # enough against one coin


@pytest.mark.parametrize("name", ["steady", "brink"])
def test_they_beat_random_play(name):
    batch = agora.envs.batch(ID, 2000, 0, autoreset="disabled", random_seats=[False, True])
    lanes, agent = np.arange(2000), load(f"scripted/{name}", batch.spec)
    agent.reset(batch.spec, lanes, 0)
    while not batch.ended.all():
        actions = np.zeros((2000, 2), np.int64)
        actions[:, 0] = agent.act(batch.observation[:, 0], batch.legal[:, 0], lanes)
        batch.step(actions)
        assert not batch.illegal.any()
    assert batch.final_returns[:, 0].mean() > 0.5

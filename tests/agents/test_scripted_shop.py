"""The shop's scripted agents: the oracle earns 1 on every goal, null 0, the published rule little."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.envs.batch import Batch

ID = "agora/Shop-v0"


def play_every_goal(name, **options):
    """Returns (G,) of one visit per goal and the batch they were played in."""
    game = agora.envs.game(ID, **options)
    lanes = np.arange(len(game.world.goals.targets))
    batch = Batch(game, len(lanes), 0, autoreset="disabled")
    batch.states.goal[:] = lanes
    batch.states.target[:] = game.world.goals.targets[lanes, lanes % 2]
    agent = load(f"scripted/{name}", game.spec)
    agent.reset(game.spec, lanes, 0)
    playing = lanes
    while len(playing):
        batch.step(agent.act(batch.observation[playing], batch.legal[playing], playing, batch.states[playing]), playing)
        playing = playing[~batch.ended[playing]]
    assert not batch.illegal.any()
    return batch.final_returns[:, 0], batch


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"query": "words"},
        {"split": "train"},
        {"split": "test"},
        {"products": 200},
        {"products": 200, "catalogue_seed": 7},
        {"catalogue_seed": 1},
        {"products": 2000, "catalogue_seed": 2},
    ],
)
def test_oracle_earns_everything_on_every_goal(options):
    returns, batch = play_every_goal("oracle", **options)
    assert len(returns) >= 100
    assert (returns == 1.0).all()
    assert batch.final_steps.max() <= 20


def test_oracle_stays_good_with_noise():
    returns, _ = play_every_goal("oracle", noise=1.0)
    assert returns.mean() > 0.99


def test_null_earns_nothing():
    returns, batch = play_every_goal("null")
    assert not returns.any()
    assert batch.truncated.all()


def test_published_rule():
    """It chooses no option, and every goal wants one, so it never succeeds (WebShop prints Score 45.6, SR 9.6)."""
    returns, batch = play_every_goal("rule")
    assert 100 * returns.mean() == pytest.approx(52.63, abs=0.005)
    assert returns.max() < 1
    assert (batch.final_steps == 3).all()


def test_noise_hurts_the_rule():
    scores = [play_every_goal("rule", noise=noise)[0].mean() for noise in (0, 0.5, 1)]
    assert scores[0] > scores[1] + 0.02 > scores[2] + 0.04

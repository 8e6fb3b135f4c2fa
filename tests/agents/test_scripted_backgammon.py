"""The scripted backgammon player: hits, makes points, keeps its blots safe, bears off."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.random import RandomAgent
from agora.envs.games.backgammon.reference import xgid


def chosen(first, second, dice):
    game = agora.envs.game("agora/Backgammon-v0")
    state = game.position(xgid(first, second).replace(":1:00:", f":1:{dice}:"))
    chances = load("scripted/careful", game.spec).policy(game.observe(state, 0)[None], game.legal(state)[None])[0]
    assert chances.sum() == pytest.approx(1)
    return {game.words.name(game.world, state, 0, action) for action in np.flatnonzero(chances)}


@pytest.mark.parametrize(
    ("first", "second", "dice", "move"),
    [
        ({13: 5, 24: 2}, {8: 1, 12: 2}, "54", "13/8*"),  # hits
        ({8: 1, 6: 3, 10: 2}, {1: 1}, "42", "10/8"),  # makes a point
        ({9: 1, 13: 3, 6: 2}, {4: 2, 5: 2}, "31", "9/6"),  # takes a blot to safety
        ({6: 3, 4: 2}, {24: 2}, "41", "4/off"),  # bears off
        ({20: 2, 13: 2}, {1: 15}, "66", "20/14"),  # nothing to hit: the checker farthest behind
    ],
)
def test_moves(first, second, dice, move):
    assert chosen(first, second, dice) == {move}


def test_beats_random_play():
    lanes = np.arange(200)
    batch = agora.envs.batch("agora/Backgammon-v0", 200, seed=0, autoreset="disabled", threads=1, scoring="win")
    agents = load("scripted/careful", batch.spec), RandomAgent()
    for seed, agent in enumerate(agents):
        agent.reset(batch.spec, lanes, seed)
    while not batch.ended.all():
        for seat, agent in enumerate(agents):
            playing = np.flatnonzero(~batch.ended & (batch.to_move == seat))
            if len(playing):
                batch.step(agent.act(batch.observation[playing], batch.legal[playing], playing), playing)
        assert not batch.illegal.any()
    assert batch.final_returns[:, 0].mean() > 0.8

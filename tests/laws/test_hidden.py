"""Two states that a player cannot tell apart look and read the same to that player."""

import numpy as np

import agora.envs
from agora.envs.api import EVERYONE
from support import random_actions


def test_resampled_states_look_the_same(id):
    batch = agora.envs.batch(id, 24, 2, autoreset="same_step")
    game, generator, changed = batch.game, np.random.default_rng(3), 0
    if game.spec.information == "perfect":
        return
    for _ in range(20):
        for state in batch.states[:6]:
            for player in range(game.spec.players):
                other = game.resample(game.clone(state), player)
                changed += without_rng(other) != without_rng(state)
                assert game.observe(other, player).tobytes() == game.observe(state, player).tobytes()
                describe = game.words.describe
                assert describe(game.world, other, player) == describe(game.world, state, player)
                if state.to_move in (EVERYONE, player):  # what others may do can depend on what the player does not see
                    assert game.legal(other, player).tobytes() == game.legal(state, player).tobytes()
                assert other.to_move == state.to_move
        batch.step(random_actions(batch, generator))
    assert changed, "resample never changed anything: is the information imperfect?"


def without_rng(state):
    return [state[name].tobytes() for name in state.dtype.names if name != "rng"]


def test_pictures_hide_what_observations_hide(id):
    from agora.envs.canvas import picture

    game = agora.envs.game(id)
    for seed in range(4):
        state = game.settle(game.new(seed))
        for player in range(game.spec.players):
            other = game.resample(game.clone(state), player)
            assert picture(game, other, player).svg() == picture(game, state, player).svg()

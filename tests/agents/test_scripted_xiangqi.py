"""The scripted xiangqi player: takes, shuns squares that soldiers guard, develops."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.random import RandomAgent


def choices(fen):
    """The moves that `greedy` draws from."""
    game = agora.envs.game("agora/Xiangqi-v0")
    state = game.position(fen)
    player = int(state.to_move)
    agent = load("scripted/greedy", game.spec)
    chances = agent.policy(game.observe(state, player)[None], game.legal(state)[None])[0]
    assert chances.sum() == pytest.approx(1)
    return {game.words.name(game.world, state, player, action) for action in np.flatnonzero(chances)}


@pytest.mark.parametrize(
    ("fen", "moves"),
    [
        ("3k5/9/9/9/c1R3r2/9/9/9/9/5K3 w", {"c5g5"}),  # the chariot, not the cannon
        ("5k3/9/9/9/9/C1r3R2/9/9/9/3K5 b", {"c4g4"}),  # Black sees the same from its side
        ("3k5/9/9/6p2/2R3n2/2n6/9/9/9/5K3 w", {"c5c4"}),  # the soldier on g6 guards g5
        ("5k3/9/9/9/2N6/2r3N2/6P2/9/9/3K5 b", {"c4c5"}),  # the soldier on g3 guards g4
    ],
)
def test_moves(fen, moves):
    assert choices(fen) == moves


def test_beats_random_play():
    lanes = np.arange(100)
    batch = agora.envs.batch("agora/Xiangqi-v0", 100, seed=0, autoreset="disabled", threads=1)
    greedy, random = load("scripted/greedy", batch.spec), RandomAgent()
    greedy.reset(batch.spec, lanes, 0)
    random.reset(batch.spec, lanes, 1)
    ply = 0
    while not batch.ended.all():
        playing = np.flatnonzero(~batch.ended)
        agent = (greedy, random)[ply % 2]
        batch.step(agent.act(batch.observation[playing], batch.legal[playing], playing), playing)
        assert not batch.illegal.any()
        ply += 1
    assert batch.final_returns[:, 0].mean() > 0.4

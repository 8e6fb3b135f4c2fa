"""The scripted chess player: takes, shuns squares that pawns guard, develops."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.random import RandomAgent


def choices(fen):
    """The moves that `greedy` draws from."""
    game = agora.envs.game("agora/Chess-v0")
    state = game.position(fen)
    player = int(state.to_move)
    agent = load("scripted/greedy", game.spec)
    chances = agent.policy(game.observe(state, player)[None], game.legal(state)[None])[0]
    assert chances.sum() == pytest.approx(1)
    return {game.words.name(game.world, state, player, action) for action in np.flatnonzero(chances)}


@pytest.mark.parametrize(
    ("fen", "moves"),
    [
        ("7k/8/8/2q1r3/3P4/8/8/7K w - - 0 1", {"dxc5"}),  # the queen, not the rook
        ("7k/8/8/8/3p4/2Q1R3/8/7K b - - 0 1", {"dxc3"}),  # Black sees the same from its side
        ("4k3/1p6/2p5/3Q4/8/8/4n3/4K3 w - - 0 1", {"Kxe2"}),  # the pawn on c6 is guarded
        ("8/P6k/8/8/8/8/8/K7 w - - 0 1", {"a8=Q"}),
        ("rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1", {"Nc3", "Nf3"}),
    ],
)
def test_moves(fen, moves):
    assert choices(fen) == moves


def test_beats_random_play():
    lanes = np.arange(100)
    batch = agora.envs.batch("agora/Chess-v0", 100, seed=0, autoreset="disabled", threads=1)
    greedy, random = load("scripted/greedy", batch.spec), RandomAgent()
    greedy.reset(batch.spec, lanes, 0)
    random.reset(batch.spec, lanes, 1)
    ply = 0
    while not batch.ended.all() and ply < 300:
        playing = np.flatnonzero(~batch.ended)
        agent = (greedy, random)[ply % 2]
        batch.step(agent.act(batch.observation[playing], batch.legal[playing], playing), playing)
        assert not batch.illegal.any()
        ply += 1
    returns = batch.final_returns[batch.ended, 0]
    assert len(returns) > 30
    assert returns.sum() > 25
    assert (returns >= 0).all()

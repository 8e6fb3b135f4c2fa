"""The scripted Connect Four player: wins, blocks, else the centre."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.random import RandomAgent


def policy_after(moves, **options):
    game = agora.envs.game("agora/ConnectFour-v0", **options)
    state = game.new()
    for column in moves:
        game.step(state, int(column) - 1)
    agent = load("scripted/greedy", game.spec)
    return agent.policy(game.observe(state, int(state.to_move))[None], game.legal(state)[None])[0]


def columns(moves, **options):
    """The columns that `greedy` draws from, 1 the leftmost."""
    chances = policy_after(moves, **options)
    assert chances.sum() == pytest.approx(1)
    assert len(set(chances[chances > 0])) == 1
    return (np.flatnonzero(chances) + 1).tolist()


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ("", [4]),  # the centre
        ("444444", [3, 5]),  # the centre is full: its neighbours, each as likely
        ("121212", [1]),  # wins upright
        ("12121", [1]),  # blocks upright
        ("112233", [4]),  # wins level
        ("11223", [4]),  # blocks level
        ("1167", [4]),
        ("12233434647", [4]),  # the second player blocks d4: a1, b2 and c3 are the first's
        ("122334346472", [4]),  # the first player wins there, rising
        ("7665545424", [4]),  # the same, falling
    ],
)
def test_moves(moves, expected):
    assert columns(moves) == expected


def test_prefers_winning_to_blocking():
    moves = "717171"  # first: three in column 7, second: three in column 1, the first to move
    assert columns(moves) == [7]
    assert columns(moves + "2") == [1]  # the second player wins rather than block column 7


def test_lines_do_not_float():
    """The cell that would complete row 2 is still in the air, so there is nothing to win or block there."""
    assert columns("1122553") == [4]


def test_other_boards():
    assert columns("1212", rows=4, columns=6, length=3) == [1]
    assert columns("", rows=4, columns=6, length=3) == [3, 4]


def test_beats_random_play():
    lanes = np.arange(1000)
    batch = agora.envs.batch("agora/ConnectFour-v0", 1000, seed=0, autoreset="disabled", threads=1)
    greedy, random = load("scripted/greedy", batch.spec), RandomAgent()
    for seed, agent in enumerate((greedy, random)):
        agent.reset(batch.spec, lanes, seed)
    ply = 0
    while not batch.ended.all():
        playing = np.flatnonzero(~batch.ended)
        agent = (greedy, random)[ply % 2]
        batch.step(agent.act(batch.observation[playing], batch.legal[playing], playing), playing)
        assert not batch.illegal.any()
        ply += 1
    assert batch.final_returns[:, 0].mean() > 0.9

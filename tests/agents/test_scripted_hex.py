"""The scripted Hex player."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.scripted.hex import _distance

ID = "agora/Hex-v0"


def cells(text, **options):
    """The cells that `paths` draws from in a position."""
    game = agora.envs.game(ID, **options)
    state = game.position(text)
    player = int(state.to_move)
    agent = load("scripted/paths", game.spec)
    chances = agent.policy(game.observe(state, player)[None], game.legal(state)[None])[0]
    assert chances.sum() == pytest.approx(1)
    return [game.words.name(game.world, state, player, int(action)) for action in np.flatnonzero(chances)]


def test_distance():
    cost = np.array([[[1, 1, 0], [1000, 1000, 0], [1, 1, 1]]])
    assert _distance(cost)[0].tolist() == [[1, 1, 0], [1000, 1000, 0], [2, 1, 1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x2/xoo/3 x", ["a3"]),  # joins its edges, and keeps the other from it
        ("xx1/oo1/1x1 o", ["c1", "c2"]),  # both join
        ("3/3/3 x", ["b2"]),  # all paths are as long: the centre
        ("3/1x1/3 o", ["b1", "c1", "a3", "b3"]),  # X needs one of the first two and one of the others
    ],
)
def test_moves(text, expected):
    assert cells(text, size=3) == expected


def test_swaps():
    assert cells("3/1x1/3 o", size=3, swap=True) == ["swap"]
    assert "swap" not in cells("3/1x1/2o x", size=3, swap=True)


@pytest.mark.parametrize("seat", [0, 1])
def test_beats_random_play(seat):
    random_seats = [player != seat for player in (0, 1)]
    batch = agora.envs.batch(ID, 50, 0, autoreset="disabled", random_seats=random_seats, threads=1)
    player = load("scripted/paths", batch.spec)
    player.reset(batch.spec, np.arange(50), 0)
    while not batch.ended.all():
        playing = np.flatnonzero(~batch.ended)
        batch.step(player.act(batch.observation[playing], batch.legal[playing], playing), playing)
        assert not batch.illegal.any()
    assert batch.final_returns[:, seat].min() == 1

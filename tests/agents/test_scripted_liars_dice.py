"""Scripted liar's dice players."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from support import returns_against_random

ID = "agora/LiarsDice-v0"


def policy(name, faces, bids, **options):
    """What the agent does with its dice after bids, by the names of actions that have a tenth of the chance."""
    game = agora.envs.game(ID, **options)
    state = game.new()
    for face in faces:
        game.step(state, face - 1)
    for bid in bids:
        game.step(state, game.words.parse(game.world, state, int(state.to_move), bid)[0])
    mover = int(state.to_move)
    agent = load(f"scripted/{name}", game.spec)
    (chances,) = agent.policy(game.observe(state, mover)[None], game.legal(state)[None])
    assert chances.sum() == pytest.approx(1)
    assert not chances[~game.legal(state)].any()
    return {game.words.name(game.world, state, mover, a): chances[a] for a in np.flatnonzero(chances > 0.1)}


def test_counter_bids_what_it_has_and_calls_what_is_unlikely():
    assert policy("counter", (3, 1), ()) == {"1x3": 1}
    assert policy("counter", (3, 4), ("1x3",)) == {"liar": 1}  # one in three: 3 or 6
    assert policy("counter", (3, 4), ("1x4",)) == {"1x5": 1}  # it has the four, so it bids
    assert policy("counter", (3, 6), ("1x1",)) == {"1x2": 1}  # the six counts as any
    assert policy("counter", (3, 6), ("1x1",), wild=False) == {"liar": 1}
    assert policy("counter", (3, 3), ("2x6",)) == {"liar": 1}


def test_counter_counts_the_dice_of_all():
    faces = (1, 1, 2, 2, 3, 3)
    assert policy("counter", faces, ("3x1",), players=3, dice=2, sides=3) == {"3x2": 1}  # needs 1 of 4 at 2/3 each
    assert policy("counter", faces, ("6x1",), players=3, dice=2, sides=3) == {"liar": 1}


def test_bluffer_spreads_its_bids():
    opening = policy("bluffer", (6, 1), ())
    assert len(opening) > 3
    assert "1x6" in opening
    assert policy("bluffer", (3, 3), ("2x6",)) == pytest.approx({"liar": 1})


@pytest.mark.parametrize("name", ["counter", "bluffer"])
@pytest.mark.parametrize("options", [{}, {"players": 3, "dice": 2, "sides": 4, "wild": False}])
def test_they_beat_random_play(name, options):
    assert returns_against_random(f"scripted/{name}", ID, 4000, **options).mean() > 0.3

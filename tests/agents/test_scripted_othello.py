"""The scripted Othello players."""

import numpy as np
import pytest

import agora.envs
from agora.agents.scripted.othello import turned
from support import action_names, drawn_actions, returns_against_random

ID = "agora/Othello-v0"


def squares(agent, text, size=8):
    """The squares that ``agent`` draws from in a position."""
    game = agora.envs.game(ID, size=size)
    state = game.position(text)
    return action_names(game, state, drawn_actions(agent, game, state))


def test_discs_turned_are_those_that_the_rules_turn():
    game = agora.envs.game(ID, size=6)
    generator = np.random.default_rng(0)
    for seed in range(5):
        state = game.new(seed)
        while not state.over:
            own, other = game.observe(state, int(state.to_move)).reshape(2, 1, 6, 6).astype(bool)
            counts, legal = turned(own, other).ravel(), game.legal(state)
            assert np.array_equal((counts > 0) & ~(own | other).ravel(), legal[:-1])
            action = int(generator.choice(np.flatnonzero(legal)))
            before = int(state.discs[1 - state.to_move]).bit_count()
            mover = int(state.to_move)
            game.step(state, action)
            if action < 36:
                assert before - int(state.discs[1 - mover]).bit_count() == counts[action]


def test_greedy():
    assert squares("scripted/greedy", "-" * 27 + "OX------XO" + "-" * 27 + " X") == ["d3", "c4", "f5", "e6"]
    assert squares("scripted/greedy", "XO--" + "-O--" + "XOO-" + "---- X", 4) == ["c1", "d3", "d4"]  # two each
    assert squares("scripted/greedy", "OX--" + "----" + "----" + "---- X", 4) == ["pass"]


def test_corners():
    assert squares("scripted/corners", "-OX-" + "-O--" + "-X--" + "---- X", 4) == ["a1"]  # not b4 or another edge
    lone = "--O-----" + "---X----"  # b2 turns c3, and lies diagonally beside the corner a1
    assert squares("scripted/corners", "-" * 16 + lone + "-" * 8 + "-OX-----" + "-" * 16 + " X") == ["a6"]
    inner = "--O-----" + "---XOO--"  # so does b2 here; g4 turns two
    assert squares("scripted/corners", "-" * 16 + inner + "-" * 32 + " X") == ["g4"]
    assert squares("scripted/corners", "X" + "-" * 15 + inner + "-" * 32 + " X") == ["b2", "g4"]
    assert squares("scripted/corners", "OX--" + "----" + "----" + "---- X", 4) == ["pass"]


@pytest.mark.parametrize(("agent", "least"), [("greedy", 0.1), ("corners", 0.8)])
def test_beats_random_play(agent, least):
    assert returns_against_random(f"scripted/{agent}", ID, 300).mean() > least

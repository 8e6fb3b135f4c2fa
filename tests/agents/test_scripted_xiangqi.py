"""The scripted xiangqi player: takes, shuns squares that soldiers guard, develops."""

import pytest

import agora.envs
from support import action_names, drawn_actions, returns_against_random


def choices(fen):
    """The moves that `greedy` draws from."""
    game = agora.envs.game("agora/Xiangqi-v0")
    state = game.position(fen)
    return set(action_names(game, state, drawn_actions("scripted/greedy", game, state)))


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
    assert returns_against_random("scripted/greedy", "agora/Xiangqi-v0", 100).mean() > 0.4

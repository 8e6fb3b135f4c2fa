"""The scripted chess player: takes, shuns squares that pawns guard, develops."""

import pytest

import agora.envs
from support import action_names, drawn_actions, returns_against_random


def choices(fen):
    """The moves that `greedy` draws from."""
    game = agora.envs.game("agora/Chess-v0")
    state = game.position(fen)
    return set(action_names(game, state, drawn_actions("scripted/greedy", game, state)))


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
    returns = returns_against_random("scripted/greedy", "agora/Chess-v0", 100, max_steps=300)
    assert returns.sum() > 25
    assert (returns >= 0).all()

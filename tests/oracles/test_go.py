"""Go in lock-step with OpenSpiel, where a board that repeats ends the game in a draw."""

import pyspiel
import pytest

import agora.envs
from lockstep import play


@pytest.mark.parametrize(("size", "komi", "games"), [(2, 0.5, 500), (3, 0.0, 1000), (5, 7.5, 300), (9, 6.0, 60)])
def test_same_games(size, komi, games):
    game = agora.envs.game("agora/Go-v0", size=size, komi=komi, repetition="draw")
    play(game, pyspiel.load_game(f"go(board_size={size},komi={komi})"), games, watch=same_board)


def same_board(state, other):
    """OpenSpiel prints the top line first, each with its number before it."""
    lines = [line.split()[-1] for line in str(other).splitlines() if line[:2].strip().isdecimal()]
    stones = "".join(reversed(lines))
    size = len(lines)
    ours = "".join("+XO"[stone] for stone in state.board[:-1])
    assert "".join(ours[row * size : (row + 1) * size] for row in range(size)) == stones

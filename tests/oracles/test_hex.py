"""Hex in lock-step with OpenSpiel."""

import pyspiel
import pytest

import agora.envs
from lockstep import play


@pytest.mark.parametrize(("size", "swap", "games"), [(3, False, 500), (4, True, 500), (11, True, 50)])
def test_random_games_go_the_same_way(size, swap, games):
    theirs = pyspiel.load_game(f"hex(board_size={size},swap={swap})")
    play(agora.envs.game("agora/Hex-v0", size=size, swap=swap), theirs, games)

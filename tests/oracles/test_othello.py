"""Othello in lock-step with OpenSpiel, which has the board of eight only."""

import pyspiel

import agora.envs
from lockstep import play


def test_random_games_go_the_same_way():
    passes = []

    def watch(state, other):
        passes.append(state.moves == 0)

    play(agora.envs.game("agora/Othello-v0"), pyspiel.load_game("othello"), 300, watch=watch)
    assert sum(passes) > 100, "games must hold passes"

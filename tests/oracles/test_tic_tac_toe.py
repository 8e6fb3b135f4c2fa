"""Tic-tac-toe in lock-step with OpenSpiel."""

import pyspiel

import agora.envs
from lockstep import play


def test_random_games_go_the_same_way():
    play(agora.envs.game("agora/TicTacToe-v0"), pyspiel.load_game("tic_tac_toe"), 1000)

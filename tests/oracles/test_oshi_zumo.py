"""Oshi-Zumo in lock-step with OpenSpiel's."""

import pyspiel
import pytest

import agora.envs
from lockstep import play

GAMES = [
    ({}, "oshi_zumo"),
    ({"coins": 10, "min_bid": 1}, "oshi_zumo(coins=10,min_bid=1)"),
    ({"coins": 7, "size": 2, "min_bid": 3, "alesia": True}, "oshi_zumo(coins=7,size=2,min_bid=3,alesia=True)"),
    ({"coins": 20, "size": 4, "horizon": 4}, "oshi_zumo(coins=20,size=4,horizon=4)"),
]


@pytest.mark.parametrize(("options", "name"), GAMES)
def test_random_games_go_the_same_way(options, name):
    game, theirs = agora.envs.game("agora/OshiZumo-v0", **options), pyspiel.load_game(name)

    def same_board(state, other):
        coins, field = str(other).strip().removeprefix("Coins: ").split(", Field: ")
        assert coins == f"{state.coins[0]} {state.coins[1]}"
        assert field == game.words.board(game.world, state).replace("|", ".")

    play(game, theirs, games=500, watch=same_board)

"""Colonel Blotto in lock-step with OpenSpiel's."""

import pyspiel
import pytest

import agora.envs
from lockstep import play

GAMES = [
    ({}, "blotto"),
    ({"coins": 5, "fields": 4, "players": 3}, "blotto(coins=5,fields=4,players=3)"),
]


@pytest.mark.parametrize(("options", "name"), GAMES)
def test_random_games_go_the_same_way(options, name):
    game, theirs = agora.envs.game("agora/Blotto-v0", **options), pyspiel.load_game(name)
    other = theirs.new_initial_state()
    for action in range(game.spec.action.n):
        coins = game.words.name(game.world, None, 0, action).replace("-", ",")
        assert other.action_to_string(0, action) == f"[{coins}]"
    play(game, theirs, games=1000)

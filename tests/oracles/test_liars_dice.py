"""Liar's dice in lock-step with OpenSpiel's."""

import pyspiel
import pytest

import agora.envs
from lockstep import play, same_information_sets

GAMES = [
    ({}, "liars_dice"),
    ({"sides": 3, "dice": 2}, "liars_dice(numdice=2,dice_sides=3)"),
    ({"bidding": "face"}, "liars_dice(bidding_rule=reset-quantity)"),
]


@pytest.mark.parametrize(("options", "name"), GAMES)
def test_random_games_go_the_same_way(options, name):
    game, theirs = agora.envs.game("agora/LiarsDice-v0", **options), pyspiel.load_game(name)
    play(game, theirs, games=1500)
    same_information_sets(game, theirs, games=1500)

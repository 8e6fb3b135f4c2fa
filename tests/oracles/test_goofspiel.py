"""Goofspiel in lock-step with OpenSpiel's."""

import pyspiel
import pytest

import agora.envs
from lockstep import play, same_information_sets

GAMES = [
    ({}, "goofspiel"),
    (
        {"cards": 4, "order": "ascending", "returns": "total_points"},
        "goofspiel(num_cards=4,points_order=ascending,returns_type=total_points)",
    ),
    (
        {"cards": 5, "players": 3, "returns": "point_difference"},
        "goofspiel(num_cards=5,players=3,returns_type=point_difference)",
    ),
]
HIDDEN = [
    ({"cards": 4, "order": "descending"}, "goofspiel(imp_info=True,num_cards=4,points_order=descending)"),
    ({"cards": 4}, "goofspiel(imp_info=True,num_cards=4)"),
    (
        {"cards": 3, "players": 3, "order": "ascending"},
        "goofspiel(imp_info=True,num_cards=3,players=3,points_order=ascending)",
    ),
]


@pytest.mark.parametrize(("options", "name"), GAMES)
def test_random_games_go_the_same_way(options, name):
    play(agora.envs.game("agora/Goofspiel-v0", **options), pyspiel.load_game(name), games=500)


@pytest.mark.parametrize(("options", "name"), HIDDEN)
def test_hidden_bids_hide_the_same(options, name):
    game = agora.envs.game("agora/Goofspiel-v0", information="imperfect", **options)
    play(game, pyspiel.load_game(name), games=500)
    same_information_sets(game, pyspiel.load_game(name), games=500)

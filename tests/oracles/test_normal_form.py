"""Normal-form games in lock-step with OpenSpiel's matrix games and its repetition of them."""

import pyspiel
import pytest

import agora.envs
from lockstep import play, same_information_sets

ID = "agora/NormalForm-v0"
SAME = {
    "matching_pennies": "matrix_mp",
    "rock_paper_scissors": "matrix_rps",
    "biased_rock_paper_scissors": "matrix_brps",
    "stag_hunt": "matrix_sh",
    "chicken": "matrix_cd",
    "battle_of_the_sexes": "matrix_bos",
    "shapley": "matrix_shapleys_game",
    "coordination": "matrix_coordination",
}
DILEMMA = [[[5, 5], [0, 10]], [[10, 0], [1, 1]]]  # the payoffs of matrix_pd


@pytest.mark.parametrize("name", SAME)
def test_named_games(name):
    play(agora.envs.game(ID, name=name), pyspiel.load_game(SAME[name]), games=100)


def test_a_dilemma_of_ones_own():
    play(agora.envs.game(ID, payoffs=DILEMMA), pyspiel.load_game("matrix_pd"), games=50)


def test_a_table_of_ones_own():
    rows = [[1.0, 7.5, -2.0], [0.0, 3.0, 4.0]]
    columns = [[2.0, -1.0, 5.0], [6.0, 0.5, 3.0]]
    payoffs = [[[rows[i][j], columns[i][j]] for j in range(3)] for i in range(2)]
    theirs = pyspiel.create_matrix_game("own", "own", ["a", "b"], ["x", "y", "z"], rows, columns)
    play(agora.envs.game(ID, payoffs=payoffs), theirs, games=100)


@pytest.mark.parametrize(("name", "stage"), [("shapley", "matrix_shapleys_game"), ("chicken", "matrix_cd")])
def test_repetition(name, stage):
    ours = agora.envs.game(ID, name=name, rounds=4)
    play(ours, pyspiel.load_game(f"repeated_game(stage_game={stage}(),num_repetitions=4)"), games=300)


def test_repetition_shows_players_the_same():
    """OpenSpiel's information states hold the last ``recall`` joint actions; with all of them they are as ours."""
    ours = agora.envs.game(ID, name="chicken", rounds=4)
    theirs = pyspiel.load_game("repeated_game(stage_game=matrix_cd(),num_repetitions=4,recall=4)")
    same_information_sets(ours, theirs, games=300)

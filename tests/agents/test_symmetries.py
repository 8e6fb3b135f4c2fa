"""Symmetries commute with the rules: a game of turned moves shows turned observations, masks and the same rewards."""

import numpy as np
import pytest

import agora.envs
from agora.agents.learned.symmetries import SYMMETRIES, symmetries
from agora.envs.game import Game

OPTIONS = {
    "agora/Go-v0": {"size": 5},
    "agora/Othello-v0": {"size": 6},
    "agora/Hex-v0": {"size": 5},
    "agora/Breakthrough-v0": {},
}
COUNTS = {
    "agora/TicTacToe-v0": 8,
    "agora/Othello-v0": 8,
    "agora/Go-v0": 8,
    "agora/Hex-v0": 2,
    "agora/ConnectFour-v0": 2,
    "agora/Breakthrough-v0": 2,
}


def games():
    return [(id_, OPTIONS.get(id_, {})) for id_ in SYMMETRIES] + [
        ("agora/Hex-v0", {"size": 4, "swap": True}),
        ("agora/Breakthrough-v0", {"rows": 5, "columns": 4}),
        ("agora/ConnectFour-v0", {"rows": 5, "columns": 6}),
    ]


def turned_start(game: Game, state: np.record, turn: np.ndarray) -> np.record:
    """The start with its pieces turned. Only in Othello are there any that a turn would move."""
    start = game.clone(state)
    if game.spec.id == "agora/Othello-v0":
        squares = len(turn) - 1
        for player in range(2):
            bits = np.array([int(state.discs[player]) >> square & 1 for square in range(squares)])
            start.discs[player] = sum(1 << square for square in range(squares) if bits[turn[square]])
        moves = np.array([int(state.moves) >> square & 1 for square in range(squares)])
        start.moves = sum(1 << square for square in range(squares) if moves[turn[square]])
    return start


def check_equal(game, one, other, observation, action):
    for player in range(game.spec.players):
        np.testing.assert_array_equal(game.observe(one, player)[observation], game.observe(other, player))
    np.testing.assert_array_equal(game.legal(one)[action], game.legal(other))
    assert one.to_move == other.to_move


@pytest.mark.parametrize(("id_", "options"), games())
def test_turned_games_are_games(id_, options):
    game = agora.envs.game(id_, **options)
    known = symmetries(game.spec)
    generator = np.random.default_rng(3)
    for observation, action, moved in zip(*known, strict=True):
        one = game.new()
        other = turned_start(game, one, action)
        while not one.over and one.steps < 120:
            check_equal(game, one, other, observation, action)
            move = int(generator.choice(np.flatnonzero(game.legal(one))))
            np.testing.assert_array_equal(game.step(one, move), game.step(other, int(moved[move])))
            one.steps += 1
            assert one.over == other.over
        assert one.over or one.steps == 120


@pytest.mark.parametrize(("id_", "options"), games())
def test_they_are_different_permutations_and_the_first_changes_nothing(id_, options):
    spec = agora.envs.game(id_, **options).spec
    known = symmetries(spec)
    assert known.observation.shape == (COUNTS[id_], spec.observation_size)
    assert known.action.shape == known.moved.shape == (COUNTS[id_], spec.action.n)
    for table in known:
        assert (np.sort(table, axis=1) == np.arange(table.shape[1])).all()
        assert (table[0] == np.arange(table.shape[1])).all()
    assert len(np.unique(known.observation, axis=0)) == COUNTS[id_]
    np.testing.assert_array_equal(np.take_along_axis(known.action, known.moved, 1)[-1], np.arange(spec.action.n))


def test_a_game_without_any_keeps_what_it_is():
    spec = agora.envs.spec("agora/Chess-v0")
    known = symmetries(spec)
    assert known.observation.shape == (1, spec.observation_size)
    assert (known.action == np.arange(spec.action.n)).all()

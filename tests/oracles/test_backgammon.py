"""Backgammon against OpenSpiel, turn by turn: the boards that each roll can lead to, who is next, and what is won.

OpenSpiel plays two checkers as one action, and doubles as two such turns of the same player.
"""

import numpy as np
import pyspiel
import pytest

import agora.envs
from agora.envs.api import CHANCE

OPEN_SPIEL_BAR = 100


def test_opening_rolls():
    """The boards after each opening roll; how many there are stands in reference.py."""
    game = agora.envs.game("agora/Backgammon-v0")
    theirs = pyspiel.load_game("backgammon")
    for high in range(1, 7):
        for low in range(1, high):
            state, other = rolled(game, game.new(), theirs.new_initial_state(), high, low)
            assert set(our_ends(game, state)) == set(their_ends(other))


@pytest.mark.parametrize(
    ("scoring", "scoring_type"),
    [("win", "winloss_scoring"), ("gammons", "enable_gammons"), ("backgammons", "full_scoring")],
)
def test_same_games(scoring, scoring_type):
    game = agora.envs.game("agora/Backgammon-v0", scoring=scoring)
    theirs = pyspiel.load_game(f"backgammon(scoring_type={scoring_type})")
    generator = np.random.default_rng(len(scoring))
    for _ in range(4):
        state, other = game.new(), theirs.new_initial_state()
        while not other.is_terminal():
            assert state.to_move == CHANCE
            high, low = sorted(generator.integers(1, 7, 2).tolist(), reverse=True)
            if state.turn < 0 and high == low:
                continue
            state, other = rolled(game, state, other, high, low)
            ours, their_states = our_ends(game, state), their_ends(other)
            assert set(ours) == set(their_states), f"{other}"
            board = sorted(ours)[generator.integers(len(ours))]
            (state, returns), other = ours[board], their_states[board]
            assert state.over == other.is_terminal()
        assert returns.tolist() == other.returns()


def rolled(game, state, other, high, low):
    """Both states after the dice; in the opening the first player's is the higher one. Chances agree."""
    opening = state.turn < 0
    chance = game.chance(state)
    assert chance.sum() == pytest.approx(1)
    outcomes = {outcome: other.action_to_string(-1, outcome) for outcome, _ in other.chance_outcomes()}
    theirs = [outcome for outcome, text in outcomes.items() if f"{high}{low})" in text or f"{low}{high})" in text]
    if opening:
        theirs = [outcome for outcome in theirs if "X starts" in outcomes[outcome]]
    probability = sum(dict(other.chance_outcomes())[outcome] for outcome in theirs)
    ours = (high - 1) * 6 + low - 1
    assert chance[ours] == pytest.approx(probability)
    after = game.clone(state)
    game.step(after, ours)
    return after, other.child(theirs[0])


def our_ends(game, state):
    """The states at the end of this turn and what they paid, by their boards."""
    ends, todo, seen = {}, [(state, np.zeros(2))], set()
    while todo:
        state, rewards = todo.pop()
        if state.to_move == CHANCE or state.over:
            ends[state.checkers.tobytes()] = (state, rewards)
            continue
        key = state.checkers.tobytes() + state.left.tobytes()
        if key in seen:
            continue
        seen.add(key)
        for action in np.flatnonzero(game.legal(state)):
            child = game.clone(state)
            todo.append((child, game.step(child, action)))
    return ends


def their_ends(other):
    """Their states at the end of this turn by boards as ours."""
    ends, todo, player = {}, [other], other.current_player()
    while todo:
        state = todo.pop()
        if state.is_terminal() or state.is_chance_node() or state.current_player() != player:
            ends[their_board(state).tobytes()] = state
        else:
            children = map(state.child, state.legal_actions())
            todo.extend({their_board(child).tobytes(): child for child in children}.values())
    return ends


def their_board(state):
    board = np.zeros((2, 26), np.int8)
    for point in range(1, 25):
        board[0, point], board[1, point] = state.board(0, 24 - point), state.board(1, point - 1)
    board[:, 25] = state.board(0, OPEN_SPIEL_BAR), state.board(1, OPEN_SPIEL_BAR)
    board[:, 0] = 15 - board.sum(axis=1)
    return board

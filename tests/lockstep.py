"""Our games in lock-step with OpenSpiel's, an independent implementation of the same rules in C++.

``play`` runs random games in both suites and compares who moves, what is legal, how likely chance is and what is
earned. ``same_information_sets`` shows that both split states into the same information sets. Where the suites number
actions differently, ``translate(game, state, theirs, action)`` gives OpenSpiel's number for our action or outcome of
chance in a state; it is called before the move, with both states.
"""

import numpy as np
import pytest

from agora.envs.api import CHANCE, EVERYONE


def same_number(game, state, theirs, action):
    return int(action)


def play(game, theirs, games, translate=same_number, seed=0, watch=None):
    """Plays ``games`` random games of ``game`` (ours) and ``theirs`` (a pyspiel game) and asserts that they agree.

    ``watch(state, other)`` is called before every move, with our state and OpenSpiel's, for further comparisons.
    """
    generator = np.random.default_rng(seed)
    for number in range(games):
        state, other = game.new(seed + number), theirs.new_initial_state()
        returns = np.zeros(game.spec.players)
        while not other.is_terminal():
            assert not state.over, f"game {number}: ours is over, theirs is not\n{other}"
            if watch:
                watch(state, other)
            ours, their_move = choose(game, state, other, translate, generator)
            returns += game.step(state, ours)
            if other.is_simultaneous_node():
                other.apply_actions(their_move)
            else:
                other.apply_action(their_move)
        assert state.over, f"game {number}: theirs is over, ours is not\n{other}"
        assert returns == pytest.approx(other.returns()), f"game {number}\n{other}"


def choose(game, state, other, translate, generator):
    """Compares the choices of both sides and draws one: our move and theirs."""
    if other.is_chance_node():
        return choose_outcome(game, state, other, translate, generator)
    if other.is_simultaneous_node():
        assert state.to_move == EVERYONE
        players = range(game.spec.players)
        moves = [choose_action(game, state, other, player, translate, generator) for player in players]
        return np.array([ours for ours, _ in moves]), [their_move for _, their_move in moves]
    assert state.to_move == other.current_player(), f"{other}"
    return choose_action(game, state, other, int(state.to_move), translate, generator)


def choose_outcome(game, state, other, translate, generator):
    assert state.to_move == CHANCE, f"{other}"
    chance = game.chance(state)
    outcomes = np.flatnonzero(chance)
    translated = [translate(game, state, other, outcome) for outcome in outcomes]
    probabilities = {}
    for their_outcome, outcome in zip(translated, outcomes, strict=True):
        probabilities[their_outcome] = probabilities.get(their_outcome, 0.0) + chance[outcome]
    assert probabilities == pytest.approx(dict(other.chance_outcomes())), f"{other}"
    drawn = int(generator.choice(len(outcomes), p=chance[outcomes] / chance[outcomes].sum()))
    return int(outcomes[drawn]), translated[drawn]


def choose_action(game, state, other, player, translate, generator):
    legal = np.flatnonzero(game.legal(state, player))
    translated = [translate(game, state, other, action) for action in legal]
    assert sorted(translated) == sorted(other.legal_actions(player)), f"{other}"
    drawn = int(generator.integers(len(legal)))
    return int(legal[drawn]), translated[drawn]


def same_information_sets(game, theirs, games, translate=same_number, seed=0):
    """Two situations of a player look alike to us exactly where they do to OpenSpiel, over ``games`` random games.

    What a player knows is all that it has seen and done at its own decisions, see ``agents/solvers/tree.py``.
    """
    to_theirs, to_ours, met = {}, {}, 0
    generator = np.random.default_rng(seed)
    for number in range(games):
        state, other = game.new(seed + number), theirs.new_initial_state()
        memory = dict.fromkeys(range(game.spec.players), ())
        while not other.is_terminal():
            deciding = _deciding(game, state)
            for player in deciding:
                own = (player, memory[player], game.observe(state, player).tobytes())
                their_key = (player, other.information_state_string(player))
                met += own in to_theirs
                assert to_theirs.setdefault(own, their_key) == their_key
                assert to_ours.setdefault(their_key, own) == own
            ours, their_move = choose(game, state, other, translate, generator)
            for player, action in zip(deciding, np.atleast_1d(ours), strict=False):
                memory[player] += ((game.observe(state, player).tobytes(), int(action)),)
            game.step(state, ours)
            if other.is_simultaneous_node():
                other.apply_actions(their_move)
            else:
                other.apply_action(their_move)
    assert met, "no situation was met twice: play more games"


def _deciding(game, state):
    if state.to_move == CHANCE:
        return []
    return list(range(game.spec.players)) if state.to_move == EVERYONE else [int(state.to_move)]

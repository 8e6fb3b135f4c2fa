"""Xiangqi in lock-step with OpenSpiel, which knows no draw but by 500 half-moves."""

import numpy as np
import pyspiel

import agora.envs


def test_random_games_go_as_in_open_spiel():
    game = agora.envs.game("agora/Xiangqi-v0", repetition="none", move_limit=0, max_steps=20_000)
    theirs, generator = pyspiel.load_game("xiangqi"), np.random.default_rng(0)
    decided = 0
    for _ in range(40):
        state, other, returns = game.new(), theirs.new_initial_state(), np.zeros(2)
        while not other.is_terminal():
            player = int(state.to_move)
            assert not state.over, str(other)
            assert other.current_player() == player
            known = {squares(other.action_to_string(action)): action for action in other.legal_actions()}
            moves = {game.words.name(game.world, state, player, a): int(a) for a in np.flatnonzero(game.legal(state))}
            assert sorted(known) == sorted(moves), str(other)
            move = generator.choice(sorted(moves))
            returns += game.step(state, moves[move])
            other.apply_action(known[move])
        assert returns.tolist() == other.returns()
        assert state.over or state.steps == 500
        decided += bool(state.over)
    assert decided > 8


def squares(text):
    """``S(6,0)-(5,0)``, rows from Black's home, to ``a3a4``."""
    return "".join("abcdefghi"[int(column)] + str(9 - int(row)) for row, column in (text[2:5:2], text[8:11:2]))

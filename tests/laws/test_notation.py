"""Games whose field has a notation of positions write it and read it back."""

import numpy as np
import pytest

import agora.envs


def has_notation(id):
    return hasattr(agora.envs.game(id).words, "notation")


def test_board_games_have_a_notation(id):
    """Open positions, without chance inside the rules, are what fields have notations for."""
    game = agora.envs.game(id)
    spec = game.spec
    open_board = spec.information == "perfect" and spec.turns == "sequential" and spec.payoff == "zero-sum"
    assert not open_board or has_notation(id)
    assert hasattr(game.words, "notation") == hasattr(game.words, "position")


def test_notation_is_read_back(id):
    if not has_notation(id):
        with pytest.raises(ValueError, match="has no notation"):
            agora.envs.game(id).notation(agora.envs.game(id).new())
        return
    game, generator = agora.envs.game(id), np.random.default_rng(0)
    for seed in range(3):
        state = game.settle(game.new(seed))
        while not state.over and state.steps < min(game.spec.max_steps, 150):
            text = game.notation(state)
            again = game.position(text)
            assert game.notation(again) == text
            assert again.to_move == state.to_move, text
            assert not again.over
            assert game.legal(again).tolist() == game.legal(state).tolist(), text
            game.step(state, generator.choice(np.flatnonzero(game.legal(state))))
            game.settle(state)
        assert game.notation(game.position(game.notation(state))) == game.notation(state)


@pytest.mark.parametrize("text", ["", "nonsense", "é\x00", "9" * 500])
def test_what_is_no_position_is_refused_with_a_reason(id, text):
    if has_notation(id):
        with pytest.raises(ValueError, match=r".{20}"):
            agora.envs.game(id).position(text)

"""Chess in lock-step with python-chess, an independent implementation (GPL, a test dependency only), and OpenSpiel."""

import chess
import numpy as np
import pyspiel

import agora.envs

ENDINGS = {
    1: chess.Termination.CHECKMATE,
    2: chess.Termination.STALEMATE,
    3: chess.Termination.INSUFFICIENT_MATERIAL,
    4: chess.Termination.FIVEFOLD_REPETITION,
    5: chess.Termination.SEVENTYFIVE_MOVES,
}


def test_random_games_go_as_in_python_chess():
    """Legal moves, FEN with the legal captures en passant, how each game ends; in some positions also all SAN."""
    game, generator = agora.envs.game("agora/Chess-v0", max_steps=20_000), np.random.default_rng(0)
    seen = set()
    for _ in range(12):
        state, board = game.new(), chess.Board()
        while not state.over:
            moves = same_moves(game, state, board)
            if generator.random() < 0.05:
                same_names(game, state, board, moves)
            move = generator.choice(sorted(moves))
            game.step(state, moves[move])
            board.push_uci(move)
            outcome = board.outcome(claim_draw=False)
            assert bool(state.over) == (outcome is not None), board.fen()
        assert ENDINGS[int(state.ending)] == outcome.termination
        seen.add(int(state.ending))
    assert len(seen) > 2


def same_moves(game, state, board):
    """Asserts that both sides see the same position and moves; returns our actions by their names in UCI."""
    player = int(state.to_move)
    moves = {game.words.uci(game.world, state, player, a): int(a) for a in np.flatnonzero(game.legal(state))}
    assert sorted(moves) == sorted(move.uci() for move in board.legal_moves), board.fen()
    assert game.notation(state) == board.fen()
    assert game.words.in_check(state) == board.is_check()
    return moves


def same_names(game, state, board, moves):
    again = game.position(board.fen())
    assert (game.legal(again) == game.legal(state)).all()
    for uci, action in moves.items():
        san = game.words.name(game.world, state, int(state.to_move), action)
        assert san == board.san(chess.Move.from_uci(uci))
        assert game.words.parse(game.world, state, int(state.to_move), san) == [action]


def test_repetition_is_counted_as_in_python_chess():
    """Pieces go to and fro beside rights to castle and pawns that may pass, so positions come back in many ways."""
    game, generator = agora.envs.game("agora/Chess-v0"), np.random.default_rng(0)
    met = 0
    for _ in range(30):
        fen = "r3k3/8/8/8/3p4/8/4P3/4K2R w Kq - 0 1"
        state, board = game.position(fen), chess.Board(fen)
        while not state.over and len(board.move_stack) < 60:
            moves = same_moves(game, state, board)
            move = to_and_fro(board, sorted(moves), generator)
            game.step(state, moves[move])
            board.push_uci(move)
            for count in (2, 3, 4, 5):
                assert (state.repeats + 1 >= count) == board.is_repetition(count), board.fen()
            met += state.repeats > 0
        assert bool(state.over) == (board.outcome() is not None)
    assert met > 300


def to_and_fro(board, moves, generator):
    """Takes back the own last move more often than not; a pawn moves only now and then."""
    if len(board.move_stack) >= 2 and generator.random() < 0.6:
        last = board.move_stack[-2].uci()
        if last[2:4] + last[:2] in moves:
            return last[2:4] + last[:2]
    quiet = [move for move in moves if not board.is_zeroing(chess.Move.from_uci(move))]
    return generator.choice(quiet if quiet and generator.random() < 0.97 else moves)


def test_random_games_go_as_in_open_spiel():
    """Legal moves by their names in algebraic notation and returns; in OpenSpiel Black is player 0."""
    game = agora.envs.game("agora/Chess-v0", move_limit=50, repetition_limit=3, max_steps=20_000)
    theirs, generator = pyspiel.load_game("chess"), np.random.default_rng(0)
    for _ in range(8):
        state, other, returns = game.new(), theirs.new_initial_state(), np.zeros(2)
        while not other.is_terminal():
            player = int(state.to_move)
            assert not state.over, str(other)
            assert other.current_player() == 1 - player
            known = {other.action_to_string(action): action for action in other.legal_actions()}
            moves = {game.words.name(game.world, state, player, a): int(a) for a in np.flatnonzero(game.legal(state))}
            assert sorted(known) == sorted(moves), str(other)
            move = generator.choice(sorted(moves))
            returns += game.step(state, moves[move])
            other.apply_action(known[move])
        assert state.over, str(other)
        assert returns.tolist() == other.returns()[::-1]

"""Chess: positions worked by hand for each rule; counts of lines are in ``KNOWN``, other programs in tests/oracles."""

import numpy as np
import pytest

import agora.envs
from agora.envs.canvas import picture
from support import action_names, play_words

ID = "agora/Chess-v0"
START = "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1"
CHECKMATE, STALEMATE, MATERIAL, REPETITION, MOVES = range(1, 6)


def put_up(fen=START, moves="", **options):
    """The game, the state after ``moves`` from ``fen``, and what the last one paid."""
    game = agora.envs.game(ID, **options)
    state = game.position(fen)
    return game, state, play_words(game, state, moves)


def names(fen, moves="", **options):
    """All legal moves in algebraic notation."""
    game, state, _ = put_up(fen, moves, **options)
    return set(action_names(game, state))


def test_new_game_is_the_opening():
    game = agora.envs.game(ID)
    assert game.notation(game.new()) == START
    assert game.dtype.itemsize == 358


def test_actions_are_the_moves_of_queens_and_knights_and_the_lesser_promotions():
    tables = agora.envs.game(ID).world.tables
    moves = set(zip(tables.origin.tolist(), tables.target.tolist(), tables.promotion.tolist(), strict=True))
    assert len(moves) == 1858
    queen = sum(
        a != b and (a // 8 == b // 8 or a % 8 == b % 8 or abs(a // 8 - b // 8) == abs(a % 8 - b % 8))
        for a in range(64)
        for b in range(64)
    )
    assert queen == 1456
    assert sum(kind == 0 for _, _, kind in moves) == 1456 + 336
    assert {(o, t) for o, t, kind in moves if kind} == {
        (48 + a, 56 + b) for a in range(8) for b in range(8) if abs(a - b) <= 1
    }
    for action, (origin, target) in enumerate(zip(tables.origin[:1792], tables.target[:1792], strict=True)):
        assert tables.action[origin, target] == action


def test_black_moves_from_its_own_side():
    """The same action is e2e4 for White and e7e5 for Black."""
    game, state, _ = put_up()
    (e4,) = game.words.parse(game.world, state, 0, "e4")
    game.step(state, e4)
    assert game.words.parse(game.world, state, 1, "e5") == [e4]


@pytest.mark.parametrize(
    ("fen", "moves", "winner"),
    [
        (START, "f3 e5 g4 Qh4#", 1),
        (START, "e4 e5 Qh5 Nc6 Bc4 Nf6 Qxf7#", 0),
        ("6k1/5ppp/8/8/8/8/8/K2R4 w - - 0 1", "Rd8#", 0),
        ("7k/6pp/8/6N1/8/8/8/K7 w - - 0 1", "Nf7+", None),
        ("6rk/6pp/8/6N1/8/8/8/K7 w - - 0 1", "Nf7#", 0),  # smothered
    ],
)
def test_checkmate(fen, moves, winner):
    _, state, rewards = put_up(fen, moves)
    assert bool(state.over) == (winner is not None)
    assert state.ending == (CHECKMATE if state.over else 0)
    assert rewards.tolist() == ([0, 0] if winner is None else [1 - 2 * winner, 2 * winner - 1])


def test_stalemate():
    game, state, rewards = put_up("7k/8/6K1/8/8/8/8/5Q2 w - - 0 1", "Qf7")
    assert state.over
    assert state.ending == STALEMATE
    assert rewards.tolist() == [0, 0]
    assert game.words.describe(game.world, state, None).endswith("The game is a draw: stalemate.")


@pytest.mark.parametrize(
    ("fen", "castles"),
    [
        ("r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1", {"O-O", "O-O-O"}),
        ("r3k2r/8/8/8/8/8/8/R3K2R b KQkq - 0 1", {"O-O", "O-O-O"}),
        ("r3k2r/8/8/8/8/8/8/R3K2R w Kkq - 0 1", {"O-O"}),  # the right is lost
        ("r3k2r/8/8/8/8/8/8/R3K2R b KQ - 0 1", set()),
        ("4k3/8/8/8/8/8/4r3/R3K2R w KQ - 0 1", set()),  # in check
        ("4k3/8/8/8/8/8/5r2/R3K2R w KQ - 0 1", {"O-O-O"}),  # f1 is attacked
        ("4k3/8/8/8/8/8/6r1/R3K2R w KQ - 0 1", {"O-O-O"}),  # g1 is attacked
        ("4k3/8/8/8/8/8/7r/R3K2R w KQ - 0 1", {"O-O", "O-O-O"}),  # only the rook is attacked
        ("4k3/8/8/8/8/8/1r6/R3K2R w KQ - 0 1", {"O-O", "O-O-O"}),  # b1 may be attacked
        ("4k3/8/8/8/8/8/2r5/R3K2R w KQ - 0 1", {"O-O"}),
        ("4k3/8/8/8/8/8/8/RN2KN1R w KQ - 0 1", set()),  # knights stand between
        ("4k3/8/8/8/8/8/3p4/R3K2R w KQ - 0 1", set()),  # a pawn gives check
        ("4k3/8/8/8/8/8/4p3/R3K2R w KQ - 0 1", set()),  # it attacks d1 and f1
    ],
)
def test_castling(fen, castles):
    assert {name.rstrip("+#") for name in names(fen) if name.startswith("O")} == castles


@pytest.mark.parametrize(
    ("fen", "move", "after"),
    [
        ("r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1", "O-O", "r3k2r/8/8/8/8/8/8/R4RK1 b kq - 1 1"),
        ("r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1", "O-O-O", "r3k2r/8/8/8/8/8/8/2KR3R b kq - 1 1"),
        ("r3k2r/8/8/8/8/8/8/R3K2R b KQkq - 0 1", "e8g8", "r4rk1/8/8/8/8/8/8/R3K2R w KQ - 1 2"),
        ("r3k2r/8/8/8/8/8/8/R3K2R b KQkq - 0 1", "0-0-0", "2kr3r/8/8/8/8/8/8/R3K2R w KQ - 1 2"),
        ("r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1", "Rxa8+", "R3k2r/8/8/8/8/8/8/4K2R b Kk - 0 1"),
        ("r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 3 9", "Ke2", "r3k2r/8/8/8/8/8/4K3/R6R b kq - 4 9"),
        (START, "e4", "rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq - 0 1"),  # no pawn can take
        ("4k3/8/8/8/3p4/8/4P3/4K3 w - - 5 1", "e4", "4k3/8/8/8/3pP3/8/8/4K3 b - e3 0 1"),
        ("4k3/8/8/8/3pP3/8/8/4K3 b - e3 0 1", "dxe3", "4k3/8/8/8/8/4p3/8/4K3 w - - 0 2"),
        ("1n2k3/P7/8/8/8/8/8/4K3 w - - 0 1", "axb8=N", "1N2k3/8/8/8/8/8/8/4K3 b - - 0 1"),
        ("4k3/8/8/8/8/8/p7/4K3 b - - 0 1", "a1=Q+", "4k3/8/8/8/8/8/8/q3K3 w - - 0 2"),
        ("4k3/8/8/8/8/8/p7/4K3 b - - 0 1", "a2a1r", "4k3/8/8/8/8/8/8/r3K3 w - - 0 2"),
    ],
)
def test_what_moves_do(fen, move, after):
    game, state, _ = put_up(fen, move)
    assert game.notation(state) == after


@pytest.mark.parametrize(
    ("fen", "captures"),
    [
        ("4k3/8/8/3pP3/8/8/8/4K3 w - d6 0 1", {"exd6"}),
        ("4k3/8/8/2PpP3/8/8/8/4K3 w - d6 0 1", {"exd6", "cxd6"}),
        ("4k3/8/8/3pP3/8/8/8/4K3 w - - 0 1", set()),
        ("7k/8/8/K2pP2r/8/8/8/8 w - d6 0 1", set()),  # both pawns would leave the row of king and rook
        ("4r2k/8/8/3pP3/8/8/8/4K3 w - d6 0 1", set()),  # pinned
        ("4r2k/8/8/2PpP3/8/8/8/4K3 w - d6 0 1", {"cxd6"}),  # one of two is pinned
        ("7k/8/8/3pP3/4K3/8/8/8 w - d6 0 1", {"exd6"}),  # takes the pawn that gives check
        ("7k/8/8/3pP3/4K3/8/2n5/8 w - d6 0 1", {"exd6"}),
        ("7k/8/8/3pP3/4K3/2n5/8/8 w - d6 0 1", set()),  # a knight gives check besides
        ("b6k/8/8/3pP3/8/5K2/8/8 w - d6 0 1", set()),  # the taken pawn shields the king
    ],
)
def test_en_passant(fen, captures):
    game, state, _ = put_up(fen)
    assert {name.rstrip("+") for name in names(fen) if "xd6" in name} == captures
    assert game.notation(state) == (fen if captures else fen.replace("d6", "-"))


@pytest.mark.parametrize(
    ("fen", "moves"),
    [
        ("4k3/8/8/8/4r3/8/4N3/4K3 w - - 0 1", "Kd1 Kd2 Kf1 Kf2"),  # a pinned knight
        ("4k3/4r3/8/8/8/8/4R3/4K3 w - - 0 1", "Kd1 Kd2 Kf1 Kf2 Re3 Re4 Re5 Re6 Rxe7+"),  # stays on its line
        ("7k/8/8/7b/8/8/4R3/3K4 w - - 0 1", "Kc1 Kc2 Kd2 Ke1"),
        ("k7/8/8/8/1r6/8/5PPP/rB4K1 w - - 0 1", "Kf1 Kh1 f3 f4 g3 g4 h3 h4"),
        ("4r2k/8/8/8/8/3n4/8/4K3 w - - 0 1", "Kd1 Kd2 Kf1"),  # two checks: the king moves
        ("7k/8/8/8/8/3B4/5PPP/r5K1 w - - 0 1", "Bb1 Bf1"),  # one check: something must come between
    ],
)
def test_pins_and_checks(fen, moves):
    assert names(fen) == set(moves.split())


@pytest.mark.parametrize(
    ("fen", "dead"),
    [
        ("4k3/8/8/8/8/8/8/4K3 w - - 0 1", True),
        ("4k3/8/8/8/8/8/8/4KN2 w - - 0 1", True),
        ("4kb2/8/8/8/8/8/8/4K3 w - - 0 1", True),
        ("2b1k3/8/8/8/8/8/8/4KB2 w - - 0 1", True),  # c8 and f1 are light
        ("4kb2/8/8/8/8/8/8/4KB2 w - - 0 1", False),  # f8 is dark
        ("4k3/8/4B3/3B4/2B5/8/8/4KB2 w - - 0 1", True),  # all light
        ("4kn2/8/8/8/8/8/8/4KN2 w - - 0 1", False),
        ("4kb2/8/8/8/8/8/8/4KN2 w - - 0 1", False),
        ("4k3/8/8/8/8/8/8/4KNN1 w - - 0 1", False),
        ("4k3/8/8/8/8/8/P7/4K3 w - - 0 1", False),
        ("4k3/8/8/8/8/8/8/R3K3 w - - 0 1", False),
    ],
)
def test_dead_positions(fen, dead):
    _, state, _ = put_up(fen)
    assert bool(state.over) == dead
    assert state.ending == (MATERIAL if dead else 0)


def test_a_capture_that_leaves_too_little():
    _, state, rewards = put_up("8/8/8/8/8/8/1r6/K6k w - - 0 1", "Kxb2")
    assert state.ending == MATERIAL
    assert rewards.tolist() == [0, 0]
    _, state, _ = put_up("8/8/8/8/8/7b/1r6/K6k w - - 0 1", "Kxb2")
    assert state.ending == MATERIAL
    _, state, _ = put_up("8/8/8/8/8/7b/Pr6/K6k w - - 0 1", "Kxb2")
    assert state.ending == 0


def test_a_position_that_comes_back():
    shuffle = "Nf3 Nf6 Ng1 Ng8 "
    _, state, _ = put_up(START, shuffle + "Nf3 Nf6 Ng1", repetition_limit=3)
    assert not state.over
    assert state.repeats == 1  # after Ng1 the second time
    game, state, rewards = put_up(START, shuffle * 2, repetition_limit=3)
    assert state.ending == REPETITION
    assert rewards.tolist() == [0, 0]
    assert game.words.status(game.world, state) == "The game is a draw: a repeated position."
    _, state, _ = put_up(START, shuffle * 3 + "Nf3 Nf6 Ng1")
    assert not state.over
    assert state.repeats == 3
    _, state, _ = put_up(START, shuffle * 4)
    assert state.ending == REPETITION


def test_lost_rights_make_another_position():
    """The first shuffle loses White's right to castle, so only positions after it count."""
    fen = "4k3/8/8/8/8/8/p7/4K2R w K - 0 1"
    shuffle = "Rg1 Kd8 Rh1 Ke8 "
    _, state, _ = put_up(fen, shuffle)
    assert state.repeats == 0
    _, state, _ = put_up(fen, shuffle * 2)
    assert state.repeats == 1


def test_a_pawn_that_might_be_taken_makes_another_position():
    shuffle = "Kd8 Kd1 Ke8 Ke1 "
    start = "4k3/8/8/8/3p4/8/4P3/4K3 w - - 0 1"
    _, state, _ = put_up(start, "e4 " + shuffle)
    assert state.repeats == 0
    _, state, _ = put_up(start, "e3 " + shuffle)
    assert state.repeats == 1
    _, state, _ = put_up(start, "e4 " + shuffle * 2)
    assert state.repeats == 1


def test_pieces_of_a_kind_may_change_places():
    """Knights on b1 and g1 swap over eight moves; the position is the same, with the other knight."""
    fen = "4k3/p7/8/8/8/8/8/1N2K1N1 w - - 0 1"
    moves = "Nd2 Kd8 Ne2 Ke8 Ng3 Kd8 Nb3 Ke8 Nd2 Kd8 Ne2 Ke8 Nb1 Kd8 Ng1 Ke8"
    game, state, _ = put_up(fen, moves)
    assert game.notation(state).split()[0] == fen.split()[0]
    assert state.repeats == 1


@pytest.mark.parametrize(
    ("limit", "clock", "move", "ending"),
    [
        (50, 98, "Rh2", 0),
        (50, 99, "Rh2", MOVES),
        (75, 99, "Rh2", 0),
        (75, 148, "Rh2", 0),
        (75, 149, "Rh2", MOVES),
        (75, 149, "Rh8#", CHECKMATE),  # mate goes before
        (50, 99, "a4", 0),  # a pawn moves
        (50, 99, "Rxg1", 0),  # a capture
    ],
)
def test_move_limit(limit, clock, move, ending):
    _, state, _ = put_up(f"k7/8/1K6/8/8/P7/8/6nR w - - {clock} 80", move, move_limit=limit)
    assert state.ending == ending


def test_the_path_is_long_enough():
    """149 moves that could come back, and one more."""
    game = agora.envs.game(ID)
    state, generator = game.position("4k2r/8/8/8/8/8/8/R3K3 w - - 0 1"), np.random.default_rng(0)
    while not state.over:
        legal = np.flatnonzero(game.legal(state))
        after = [game.clone(state) for _ in legal]
        for child, action in zip(after, legal, strict=True):
            game.step(child, action)
        quiet = [child for child in after if child.clock and child.repeats < 3 and child.ending in (0, MOVES)]
        state = quiet[generator.integers(len(quiet))]
    assert state.ending == MOVES
    assert state.clock == state.path_length == state.steps == 150


def test_max_steps_cut_the_game():
    batch = agora.envs.batch(ID, 1, 0, autoreset="disabled", max_steps=7)
    for _ in range(7):
        batch.step(batch.sample())
    assert batch.truncated[0]
    assert agora.envs.spec(ID).max_steps == 1000
    assert agora.envs.spec(ID, max_steps=7).max_steps == 7


def test_observation_is_seen_from_the_own_side():
    game, state, _ = put_up("r3k3/8/8/3pP3/8/8/8/4K2R w Kq d6 0 1")
    pieces = game.spec.pieces(game.observe(state, 0))
    assert pieces["board"].dtype == np.int8
    own_pawn, own_rook, own_king, pawn, rook, king = 0, 3, 5, 6, 9, 11
    assert np.argwhere(pieces["board"]).tolist() == [
        [own_pawn, 4, 4], [own_rook, 0, 7], [own_king, 0, 4], [pawn, 4, 3], [rook, 7, 0], [king, 7, 4],
    ]  # fmt: skip
    assert pieces["castling"].tolist() == [1, 0, 0, 1]
    assert pieces["en_passant"].tolist() == [0, 0, 0, 1, 0, 0, 0, 0]
    assert pieces["clock"].tolist() == [127]
    pieces = game.spec.pieces(game.observe(state, 1))
    assert np.argwhere(pieces["board"]).tolist() == [
        [own_pawn, 3, 3], [own_rook, 0, 0], [own_king, 0, 4], [pawn, 3, 4], [rook, 7, 7], [king, 7, 4],
    ]  # fmt: skip
    assert pieces["castling"].tolist() == [0, 1, 1, 0]


def test_observation_counts():
    game, state, _ = put_up("4k3/7p/8/8/8/8/8/4K2R w - - 30 60", "Kd1 Kd8 Ke1 Ke8", move_limit=50)
    pieces = game.spec.pieces(game.observe(state, 0))
    assert pieces["clock"].tolist() == [66]
    assert pieces["repeats"].tolist() == [1]


@pytest.mark.parametrize(
    ("fen", "expected"),
    [
        ("4k3/8/8/8/8/8/8/1N2KN2 w - - 0 1", "Nbd2 Nfd2"),
        ("R7/7k/8/8/8/8/8/R3K3 w - - 0 1", "R1a4 R8a4"),
        ("7k/8/8/8/1Q2Q3/8/8/K3Q3 w - - 0 1", "Qbb1 Q4e2 Q1e2"),
        ("8/2P4k/8/8/8/8/8/K7 w - - 0 1", "c8=Q c8=R c8=B c8=N"),
        ("3q3k/2P5/8/8/8/8/8/K7 w - - 0 1", "cxd8=Q+ cxd8=N"),
        ("4k3/8/8/8/8/8/4r3/R3K3 w - - 0 1", "Kxe2"),
        ("3qkb2/3ppp2/8/6N1/8/8/8/4K1N1 w - - 0 1", "N1f3 Nxf7"),
    ],
)
def test_names(fen, expected):
    assert set(expected.split()) <= names(fen)


def test_a_name_with_column_and_row():
    assert {"Qh4e1", "Qhe1", "Q4e1"} & names("1k6/8/8/8/4Q2Q/8/8/K6Q w - - 0 1") == {"Qh4e1"}


@pytest.mark.parametrize("line", ["Nf3", "g1f3", " Nf3+ ", "Ng1f3", "Ng1-f3", "N1f3", "Nf3!?"])
def test_lines_that_mean_a_move(line):
    game, state, _ = put_up()
    (action,) = game.words.parse(game.world, state, 0, line)
    assert game.words.uci(game.world, state, 0, action) == "g1f3"


@pytest.mark.parametrize(
    ("fen", "line", "reason"),
    [
        (START, "Nf6", "is not legal for White"),
        (START, "e2e5", "is not legal"),
        (START, "O-O", "is not legal"),
        (START, "knight", "is no move: write it like Nf3"),
        (START, "", "is no move"),
        ("4k3/8/8/8/8/8/8/1N2KN2 w - - 0 1", "Nd2", "may be any of Nbd2, Nfd2"),
        ("4k3/P7/8/8/8/8/8/4K3 w - - 0 1", "a8", "is not legal"),
        ("4k3/P7/8/8/8/8/8/4K3 w - - 0 1", "a7a8", "is not legal"),
        ("4k3/8/8/8/8/8/4r3/R3K3 w - - 0 1", "Ra2", "not legal while in check"),
        ("4k3/8/8/8/8/8/8/4K3 w - - 0 1", "Kd1", "The game is over"),
    ],
)
def test_lines_that_mean_none(fen, line, reason):
    game, state, _ = put_up(fen)
    with pytest.raises(ValueError, match=reason):
        game.words.parse(game.world, state, int(state.to_move), line)


@pytest.mark.parametrize(
    ("fen", "reason"),
    [
        ("8/8 w - - 0 1", "has 2 rows: give 8"),
        ("", "has six fields"),
        ("8/8/8/8/8/8/8/8 w - - 0 1", "must have one king"),
        ("4k3/8/8/8/8/8/8/4K2X w - - 0 1", "'X'"),
        ("4k3/8/8/8/8/8/8/4K4 w - - 0 1", "9 squares"),
        ("4k2P/8/8/8/8/8/8/4K3 w - - 0 1", "pawn cannot stand"),
        ("4k3/8/8/8/8/8/8/4K3 x - - 0 1", "w or b"),
        ("4k3/8/8/8/8/8/8/4K3 w KX - 0 1", "of KQkq, or -"),
        ("4k3/8/8/8/8/8/8/4K3 w K - 0 1", "K in the third field needs a king on e1 and a rook on h1"),
        ("4k3/8/8/8/8/8/8/4K3 w - e6 0 1", "the square a pawn has just passed"),
        ("4k3/8/8/8/8/8/8/4K3 w - - -1 1", "fifth field of a FEN is a number from 0 to 150"),
        ("4k3/8/8/8/8/8/8/4K3 w - - 0 0", "sixth field"),
        ("4k3/8/8/8/8/8/8/4RK2 w - - 0 1", "Black is in check but White is to move"),
        ("4k3/8/8/8/8/3n4/8/4K3 b - - 0 1", "White is in check but Black is to move"),
        ("4k3/8/8/8/8/8/3p4/4K3 b - - 0 1", "White is in check"),
        ("8/8/8/8/8/8/3k4/4K3 b - - 0 1", "is in check"),
    ],
)
def test_bad_positions_get_a_reason(fen, reason):
    with pytest.raises(ValueError, match=reason):
        agora.envs.game(ID).position(fen)


def test_short_positions():
    game = agora.envs.game(ID)
    assert game.notation(game.position("4k3/8/8/8/8/8/8/R3K3 w Q -")) == "4k3/8/8/8/8/8/8/R3K3 w Q - 0 1"
    assert game.notation(game.position("4k3/8/8/8/8/8/8/R3K3 b Q - 7")) == "4k3/8/8/8/8/8/8/R3K3 b Q - 7 1"


@pytest.mark.parametrize(
    ("fen", "ending"),
    [
        ("rnb1kbnr/pppp1ppp/8/4p3/6Pq/5P2/PPPPP2P/RNBQKBNR w KQkq - 1 3", CHECKMATE),
        ("7k/5Q2/6K1/8/8/8/8/8 b - - 0 1", STALEMATE),
        ("4k3/8/8/8/8/8/8/R3K3 b - - 150 90", MOVES),
    ],
)
def test_positions_that_are_ends(fen, ending):
    game, state, _ = put_up(fen)
    assert state.over
    assert state.ending == ending
    assert not game.legal(state).any()


def test_description():
    game, state, _ = put_up(START, "e4 c5")
    lines = game.words.describe(game.world, state, 0).splitlines()
    assert lines[0] == "8 r n b q k b n r"
    assert lines[4] == "4 . . . . P . . ."
    assert lines[8:] == [
        "  a b c d e f g h",
        "White has capital letters (you), Black small ones.",
        "FEN: rnbqkbnr/pp1ppppp/8/2p5/4P3/8/PPPP1PPP/RNBQKBNR w KQkq - 0 2",
        "To move: White",
    ]
    game, state, _ = put_up(START, "e4 e5 Qh5 Nc6 Bc4 Nf6 Qxf7#")
    assert game.words.status(game.world, state) == "White has won by checkmate."


def test_picture_has_a_button_for_each_move():
    game, state, _ = put_up()
    actions = np.flatnonzero(game.legal(state)).tolist()
    for player in (0, None):
        assert sorted(target.action for target in picture(game, state, player).targets) == actions
    assert picture(game, state, 1).targets == []


def test_reference():
    reference = agora.envs.game(ID).reference()
    assert reference.best == (1, 1)
    assert abs(reference.random[0]) < 0.01


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"move_limit": 40}, "move_limit=40 is not allowed: choose one of 50, 75"),
        ({"repetition_limit": 2}, "choose one of 3, 5"),
        ({"max_steps": 0}, "max_steps=0 is not allowed"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, **options)

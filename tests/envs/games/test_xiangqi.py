"""Xiangqi: positions worked by hand for each rule; counts of lines are in ``KNOWN``, OpenSpiel in tests/oracles."""

import numpy as np
import pytest

import agora.envs
from agora.envs.canvas import picture
from support import action_names, play_words

ID = "agora/Xiangqi-v0"
START = "rnbakabnr/9/1c5c1/p1p1p1p1p/9/9/P1P1P1P1P/1C5C1/9/RNBAKABNR w - - 0 1"
CHECKMATE, STALEMATE, REPETITION, PERPETUAL, MOVES = range(1, 6)


def put_up(fen=START, moves="", **options):
    """The game, the state after ``moves`` from ``fen``, and what the last one paid."""
    game = agora.envs.game(ID, **options)
    state = game.position(fen)
    return game, state, play_words(game, state, moves)


def targets(fen, origin):
    """The squares that the piece on ``origin`` may go to."""
    game, state, _ = put_up(fen)
    return {name[2:] for name in action_names(game, state) if name.startswith(origin)}


def test_new_game_is_the_opening():
    game = agora.envs.game(ID)
    assert game.notation(game.new()) == START
    again, new = game.position(START), game.new()
    assert again.tobytes() == new.tobytes()
    assert game.dtype.itemsize == 520


def test_actions_are_all_moves_of_some_piece():
    tables = agora.envs.game(ID).world.tables
    assert len(set(zip(tables.origin.tolist(), tables.target.tolist(), strict=True))) == 2062
    assert (np.flatnonzero(tables.action.ravel() >= 0) == tables.origin.astype(int) * 90 + tables.target).all()


def test_black_moves_from_its_own_side():
    """The same action is h2e2 for Red and h7e7 for Black."""
    game, state, _ = put_up()
    (action,) = game.words.parse(game.world, state, 0, "h2e2")
    game.step(state, action)
    assert game.words.parse(game.world, state, 1, "h7e7") == [action]


@pytest.mark.parametrize(
    ("fen", "origin", "expected"),
    [
        # A horse on e3: its own soldier stands beside it on e4.
        ("3k5/9/9/9/9/4P4/4N4/9/9/5K3 w - - 0 1", "e3", "c4 g4 c2 g2 d1 f1"),
        ("3k5/9/9/9/9/9/4N4/9/9/5K3 w - - 0 1", "e3", "c4 g4 c2 g2 d1 f1 d5 f5"),
        ("3k5/9/9/9/9/9/3nN4/9/9/5K3 w - - 0 1", "e3", "g4 g2 d1 f1 d5 f5"),
        # An elephant stays at home and does not jump.
        ("3k5/9/9/9/9/2B6/9/9/9/5K3 w - - 0 1", "c4", "a2 e2"),
        ("3k5/9/9/9/9/9/9/9/3p5/2B2K3 w - - 0 1", "c0", "a2"),
        ("3k5/9/4b4/9/9/9/9/9/9/5K3 b - - 0 1", "e7", "c9 g9 c5 g5"),
        # A cannon jumps over d5 to take f5, not h5.
        ("3k5/9/9/9/1C1P1n1r1/9/9/9/9/5K3 w - - 0 1", "b5", "a5 c5 f5 b0 b1 b2 b3 b4 b6 b7 b8 b9"),
        ("3k5/9/9/9/RC1P1P1r1/9/9/9/9/5K3 w - - 0 1", "b5", "c5 b0 b1 b2 b3 b4 b6 b7 b8 b9"),
        # A chariot.
        ("3k5/9/9/9/1R1P5/9/1p7/9/9/5K3 w - - 0 1", "b5", "a5 c5 b4 b3 b6 b7 b8 b9"),
        # Soldiers before and beyond the river.
        ("3k5/9/9/9/9/4P4/9/9/9/5K3 w - - 0 1", "e4", "e5"),
        ("3k5/9/9/9/4P4/9/9/9/9/5K3 w - - 0 1", "e5", "e6 d5 f5"),
        ("3k4P/9/9/9/9/9/9/9/9/5K3 w - - 0 1", "i9", "h9"),
        ("3k5/9/9/9/9/4p4/9/9/9/5K3 b - - 0 1", "e4", "e3 d4 f4"),
        ("3k5/9/9/9/4p4/9/9/9/9/5K3 b - - 0 1", "e5", "e4"),
        # Advisors and generals stay in the palace.
        ("3k5/9/9/9/9/9/9/9/4A4/5K3 w - - 0 1", "e1", "d0 d2 f2"),
        ("3k5/9/9/9/9/9/9/9/9/5K3 w - - 0 1", "f0", "e0 f1"),
        ("3k5/9/9/9/9/9/9/4K4/9/9 w - - 0 1", "e2", "e1 f2"),  # on d2 the generals would face each other
        # Whoever stands between generals stays there.
        ("4k4/9/9/9/9/9/9/9/4N4/4K4 w - - 0 1", "e1", ""),
        ("4k4/9/9/9/9/4P4/9/9/9/4K4 w - - 0 1", "e4", "e5"),
        # Two pieces between a cannon and the general: neither may leave.
        ("3k5/9/9/9/4c4/9/9/4N4/4A4/4K4 w - - 0 1", "e2", ""),
        ("3k5/9/9/9/4c4/9/9/4N4/4A4/4K4 w - - 0 1", "e1", ""),
        # None between: nobody may step in between.
        ("3k5/9/9/9/4c4/9/9/9/R8/4K4 w - - 0 1", "a1", "a0 a2 a3 a4 a5 a6 a7 a8 a9 b1 c1 d1 f1 g1 h1 i1"),
        # A chariot that leaves d1 would free the leg of the horse on c1.
        ("5k3/9/9/9/9/9/9/9/2nR5/4K4 w - - 0 1", "d1", "c1"),
        # A horse gives check: take it, or block its leg.
        ("4k4/9/9/9/9/9/9/5R3/5n3/3K5 w - - 0 1", "f2", "f1"),
        ("3k5/9/9/9/9/9/9/R4n3/9/4K4 w - - 0 1", "a2", "f2"),
        ("3k5/9/9/9/9/9/9/5n3/R8/4K4 w - - 0 1", "a1", "f1"),
    ],
)
def test_moves(fen, origin, expected):
    assert targets(fen, origin) == set(expected.split())


def test_checkmate():
    game, state, rewards = put_up("4k4/R8/1R7/9/9/9/9/9/9/3K5 w - - 0 1", "b7b9")
    assert state.ending == CHECKMATE
    assert rewards.tolist() == [1, -1]
    assert game.words.status(game.world, state) == "Red has won: Black has no legal move."
    _, state, rewards = put_up("3k5/9/9/9/9/9/9/1r7/r8/4K4 b - - 0 1", "b2b0")
    assert state.ending == CHECKMATE
    assert rewards.tolist() == [-1, 1]


def test_stalemate_loses():
    """d8 is guarded by the soldier, column e by the general."""
    _, state, rewards = put_up("3k5/9/2P6/9/9/9/9/9/9/4K4 w - - 0 1", "c7d7")
    assert state.ending == STALEMATE
    assert rewards.tolist() == [1, -1]


PERPETUAL_START = "4k4/9/9/9/3R5/9/9/9/9/5K3 w - - 0 1"
PERPETUAL_CHECK = "d5e5 e9d9 e5d5 d9e9 "


@pytest.mark.parametrize(
    ("repetition", "ending", "returns"),
    [("check", PERPETUAL, [-1, 1]), ("draw", REPETITION, [0, 0]), ("none", 0, [0, 0])],
)
def test_perpetual_check(repetition, ending, returns):
    game, state, rewards = put_up(PERPETUAL_START, PERPETUAL_CHECK * 2, repetition=repetition)
    assert state.ending == ending
    assert rewards.tolist() == returns
    assert bool(state.over) == (ending != 0)
    _, before, _ = put_up(PERPETUAL_START, PERPETUAL_CHECK, repetition=repetition)
    assert not before.over
    assert before.repeats == 1
    if ending == PERPETUAL:
        assert game.words.status(game.world, state) == "Black has won: Red gave check for ever."


def test_perpetual_check_by_black():
    fen = "3k5/9/9/9/9/5r3/9/9/9/4K4 b - - 0 1"
    _, state, rewards = put_up(fen, "f4e4 e0f0 e4f4 f0e0 " * 2)
    assert state.ending == PERPETUAL
    assert rewards.tolist() == [1, -1]


def test_one_quiet_move_makes_it_a_draw():
    _, state, rewards = put_up(PERPETUAL_START, "d5e5 e9d9 e5c5 d9e9 c5b5 e9e8 b5d5 e8e9 " * 2)
    assert state.ending == REPETITION
    assert rewards.tolist() == [0, 0]


def test_repetition_without_checks_is_a_draw():
    shuffle = "h0g2 h9g7 g2h0 g7h9 "
    game, state, rewards = put_up(START, shuffle * 2)
    assert state.ending == REPETITION
    assert rewards.tolist() == [0, 0]
    assert game.words.status(game.world, state) == "The game is a draw: a position occurred for the third time."
    _, state, _ = put_up(START, shuffle + "h0g2 h9g7 g2h0")
    assert not state.over
    _, state, _ = put_up(START, "a3a4 " + "h9g7 h0g2 g7h9 g2h0 " * 2)
    assert state.ending == REPETITION
    _, state, _ = put_up(START, shuffle + "a3a4 " + "h9g7 h0g2 g7h9 g2h0 ")
    assert state.repeats == 1


def test_soldiers_go_to_and_fro_beyond_the_river():
    fen = "3k5/9/9/9/4P4/9/9/9/9/5K3 w - - 0 1"
    _, state, _ = put_up(fen, "e5d5 d9d8 d5e5 d8d9 " * 2)
    assert state.ending == REPETITION
    _, state, _ = put_up(fen, "e5e6 d9d8 " + "e6d6 d8d9 d6e6 d9d8 ")
    assert state.repeats == 1
    assert state.path_length == 5


def test_pieces_of_a_kind_may_change_places():
    """Both chariots swap a0 and i0 while Black's general waits."""
    fen = "3k5/9/9/9/9/9/9/9/9/R3K3R w - - 0 1"
    moves = "a0a2 d9d8 i0i1 d8d9 a2i2 d9d8 i1a1 d8d9 a1a0 d9d8 i2i0 d8d9"
    game, state, _ = put_up(fen, moves)
    assert game.notation(state).split()[0] == fen.split()[0]
    assert state.repeats == 1


@pytest.mark.parametrize(
    ("limit", "clock", "move", "ending"),
    [(60, 118, "a0a1", 0), (60, 119, "a0a1", MOVES), (60, 119, "a0a3", 0), (0, 119, "a0a1", 0), (5, 9, "a0a1", MOVES)],
)
def test_move_limit(limit, clock, move, ending):
    fen = f"3k5/9/9/9/9/9/p8/9/9/R3K4 w - - {clock} 70"
    _, state, _ = put_up(fen, move, move_limit=limit)
    assert state.ending == ending
    assert state.clock == (0 if move == "a0a3" else clock + 1)


def test_the_path_forgets_but_never_overflows():
    """A chariot and a general go to and fro for 452 half-moves; every 201st move the path begins anew."""
    fen, shuffle = "3k5/9/9/9/9/9/9/9/9/R3K4 w - - 0 1", "a0a1 d9d8 a1a0 d8d9 "
    _, state, _ = put_up(fen, shuffle * 50, move_limit=0, repetition="none", max_steps=1000)
    assert state.path_length == 200
    assert state.repeats == 50
    _, state, _ = put_up(fen, shuffle * 113, move_limit=0, repetition="none", max_steps=1000)
    assert state.clock == 452
    assert state.path_length == 452 - 2 * 201


def test_observation_is_seen_from_the_own_side():
    game, state, _ = put_up("3k5/9/9/9/9/4p4/9/9/R8/5K3 w - - 7 9")
    red, black = (game.spec.pieces(game.observe(state, player)) for player in (0, 1))
    own_soldier, own_chariot, own_general, soldier, chariot, general = 0, 2, 6, 7, 9, 13
    assert red["board"].dtype == np.int8
    assert np.argwhere(red["board"]).tolist() == [
        [own_chariot, 1, 0], [own_general, 0, 5], [soldier, 4, 4], [general, 9, 3],
    ]  # fmt: skip
    assert np.argwhere(black["board"]).tolist() == [
        [own_soldier, 5, 4], [own_general, 0, 3], [chariot, 8, 0], [general, 9, 5],
    ]  # fmt: skip
    assert red["clock"].tolist() == [113]
    assert red["repeats"].tolist() == [0]


@pytest.mark.parametrize("line", ["h2e2", " H2E2 ", "h2-e2", "C2=5", "c2=5"])
def test_lines_that_mean_a_move(line):
    game, state, _ = put_up()
    (action,) = game.words.parse(game.world, state, 0, line)
    assert game.words.name(game.world, state, 0, action) == "h2e2"
    assert game.words.traditional(game.world, state, 0, action) == "C2=5"


@pytest.mark.parametrize(
    ("fen", "move", "expected"),
    [
        (START, "b0c2", "H8+7"),
        (START, "e3e4", "P5+1"),
        (START.replace(" w ", " b "), "h7e7", "C8=5"),
        (START.replace(" w ", " b "), "b9c7", "H2+3"),
        (START.replace(" w ", " b "), "i9i7", "R9+2"),
        ("3k5/9/9/9/4P4/4P4/9/9/9/5K3 w - - 0 1", "e5d5", "P+=6"),
        ("4k4/9/9/9/4r4/9/9/4r4/9/5K3 b - - 0 1", "e2e1", "R++1"),
        ("4k4/9/9/9/4r4/9/9/4r4/9/5K3 b - - 0 1", "e5e6", "R--1"),
    ],
)
def test_traditional_names(fen, move, expected):
    game, state, _ = put_up(fen)
    (action,) = game.words.parse(game.world, state, int(state.to_move), move)
    assert game.words.traditional(game.world, state, int(state.to_move), action) == expected
    assert game.words.parse(game.world, state, int(state.to_move), expected) == [action]


@pytest.mark.parametrize(
    ("fen", "line", "reason"),
    [
        (START, "a0a9", "is not legal for Red"),
        (START, "C2=2", "is not legal for Red"),
        (START, "cannon", "is no move: write its squares"),
        (START, "", "is no move"),
        ("4k4/9/9/9/4R4/9/9/9/9/3K5 b - - 0 1", "e9e8", "not legal while in check for Black"),
    ],
)
def test_lines_that_mean_none(fen, line, reason):
    game, state, _ = put_up(fen)
    with pytest.raises(ValueError, match=reason):
        game.words.parse(game.world, state, int(state.to_move), line)


@pytest.mark.parametrize(
    ("fen", "reason"),
    [
        ("9/9 w", "has 2 rows: give 10"),
        ("", "has six fields"),
        ("9/9/9/9/9/9/9/9/9/9 w", "must have a general"),
        ("3k5/9/9/9/9/9/9/9/9/4K4 x", "w .or r. or b"),
        ("3k5/9/9/9/9/9/9/9/9/4KX3 w", "'X'"),
        ("3k5/9/9/9/9/9/9/9/9/4K5 w", "10 squares"),
        ("k8/9/9/9/9/9/9/9/9/4K4 w", "'k' can never stand on a9"),
        ("3k5/9/9/9/9/9/9/9/9/A3K4 w", "'A' can never stand on a0"),
        ("3k5/9/9/9/9/9/9/9/9/B3K4 w", "'B' can never stand on a0"),
        ("3k5/9/9/9/9/9/9/9/9/P3K4 w", "'P' can never stand on a0"),
        ("3k5/9/9/9/9/1P7/9/9/9/4K4 w", "'P' can never stand on b4"),
        ("3k5/9/9/9/9/RRR6/9/9/9/4K4 w", "at most 2 of 'R'"),
        ("3k5/9/9/9/9/9/9/9/9/4K4 w - - x 1", "fifth field"),
        ("3k5/9/9/9/9/9/9/9/9/4K4 w - - 0 0", "sixth field"),
        ("4k4/9/9/9/9/9/9/9/9/4K4 w", "is in check but"),
        ("3k5/9/9/3R5/9/9/9/9/9/4K4 w", "Black is in check but Red is to move"),
    ],
)
def test_bad_positions_get_a_reason(fen, reason):
    with pytest.raises(ValueError, match=reason):
        agora.envs.game(ID).position(fen)


def test_other_letters_are_read():
    game = agora.envs.game(ID)
    other = START.lower().split()[0].translate(str.maketrans("nbkp", "hegs"))
    rows = other.split("/")
    other = "/".join(rows[:5] + [row.upper() for row in rows[5:]]) + " r"
    assert game.notation(game.position(other)) == START


def test_positions_that_are_ends():
    game = agora.envs.game(ID)
    mated = game.position("1R2k4/R8/9/9/9/9/9/9/9/3K5 b - - 1 1")
    assert (mated.over, mated.ending, mated.winner) == (True, CHECKMATE, 0)
    stale = game.position("3k5/9/3P5/9/9/9/9/9/9/4K4 b")
    assert (stale.over, stale.ending, stale.winner) == (True, STALEMATE, 0)
    late = game.position("3k5/9/9/9/9/9/9/9/9/R3K4 w - - 120 90")
    assert (late.over, late.ending, late.winner) == (True, MOVES, -1)
    assert not game.legal(late).any()


def test_description():
    game, state, _ = put_up(START, "h2e2")
    lines = game.words.describe(game.world, state, 1).splitlines()
    assert lines[0] == "9 r n b a k a b n r"
    assert lines[7] == "2 . C . . C . . . ."
    assert lines[10:] == [
        "  a b c d e f g h i",
        "Red has capital letters, Black small ones (you). "
        "K general, A advisor, B elephant, N horse, R chariot, C cannon, P soldier.",
        "FEN: rnbakabnr/9/1c5c1/p1p1p1p1p/9/9/P1P1P1P1P/1C2C4/9/RNBAKABNR b - - 1 1",
        "Last move: h2e2",
        "To move: Black",
    ]


def test_picture_has_a_button_for_each_move():
    game, state, _ = put_up()
    actions = np.flatnonzero(game.legal(state)).tolist()
    for player in (0, None):
        assert sorted(target.action for target in picture(game, state, player).targets) == actions
    assert picture(game, state, 1).targets == []


def test_reference():
    reference = agora.envs.game(ID).reference()
    assert reference.best == (1, 1)
    assert abs(reference.random[0]) < 0.05


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"repetition": "chase"}, "choose one of 'none', 'draw', 'check'"),
        ({"move_limit": 101}, "move_limit=101 is not allowed"),
        ({"max_steps": 0}, "max_steps=0 is not allowed"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, **options)

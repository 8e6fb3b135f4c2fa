"""Breakthrough: moves and ends worked by hand; counts are in the table of known numbers."""

import numpy as np
import pytest

import agora.envs
from support import action_names, play_words

ID = "agora/Breakthrough-v0"


def at(text, **options):
    """The game and the position ``text``."""
    game = agora.envs.game(ID, **options)
    return game, game.position(text)


def moves(game, state):
    """The legal actions by name."""
    return sorted(action_names(game, state))


def test_opening():
    game = agora.envs.game(ID)
    state = game.new()
    assert game.notation(state) == "pppppppp/pppppppp/8/8/8/8/PPPPPPPP/PPPPPPPP w"
    assert len(moves(game, state)) == 22
    game = agora.envs.game(ID, rows=6, columns=4, filled=1)
    assert game.notation(game.new()) == "pppp/4/4/4/4/PPPP w"


def test_moves_of_a_lone_piece():
    game, state = at("p7/8/8/8/3P4/8/8/8 w")
    assert moves(game, state) == ["d4c5", "d4d5", "d4e5"]
    game, state = at("8/8/8/3p4/8/8/8/P7 b")
    assert moves(game, state) == ["d5c4", "d5d4", "d5e4"]


def test_moves_do_not_go_around_the_edge():
    game, state = at("3p4/8/8/8/P6P/8/8/8 w")
    assert moves(game, state) == ["a4a5", "a4b5", "h4g5", "h4h5"]
    game, state = at("8/8/8/p6p/8/8/8/3P4 b")
    assert moves(game, state) == ["a5a4", "a5b4", "h5g4", "h5h4"]


def test_captures_are_diagonal():
    game, state = at("8/8/8/2ppp3/3P4/8/8/8 w")
    assert moves(game, state) == ["d4xc5", "d4xe5"]
    game, state = at("8/8/8/3p4/2PPP3/8/8/8 b")
    assert moves(game, state) == ["d5xc4", "d5xe4"]


def test_own_pieces_are_in_the_way():
    game, state = at("p7/8/8/2PPP3/3P4/8/8/8 w")
    assert [move for move in moves(game, state) if move.startswith("d4")] == []


def test_a_capture_takes_the_piece_away():
    game, state = at("p7/8/8/2p5/3P4/8/8/8 w")
    assert play_words(game, state, "d4xc5").tolist() == [0, 0]
    assert game.notation(state) == "p7/8/8/2P5/8/8/8/8 b"
    assert not state.over


@pytest.mark.parametrize(
    ("text", "move", "rewards"),
    [
        ("p7/3P4/8/8/8/8/8/8 w", "d7d8", [1, -1]),
        ("p1p5/3P4/8/8/8/8/8/8 w", "d7xc8", [1, -1]),
        ("7p/7P/8/8/8/8/p7/8 w", "h7g8", [1, -1]),
        ("8/8/8/8/8/8/7p/P7 b", "h2h1", [-1, 1]),
        ("8/8/8/8/8/8/p7/1P6 b", "a2xb1", [-1, 1]),
        ("8/8/8/2p5/3P4/8/8/8 w", "d4xc5", [1, -1]),  # the last piece of the other
        ("8/8/8/2p5/3P4/8/8/8 b", "c5xd4", [-1, 1]),
        ("p7/8/3P4/8/8/8/8/8 w", "d6d7", [0, 0]),
        ("8/8/8/8/8/p7/8/7P b", "a3a2", [0, 0]),
    ],
)
def test_ends(text, move, rewards):
    game, state = at(text)
    assert play_words(game, state, move).tolist() == rewards
    assert bool(state.over) == (rewards != [0, 0])


def test_sides_may_touch():
    """Four full rows of four: only captures are possible."""
    game = agora.envs.game(ID, rows=4, columns=4)
    assert moves(game, game.new()) == ["a2xb3", "b2xa3", "b2xc3", "c2xb3", "c2xd3", "d2xc3"]


@pytest.mark.parametrize("options", [{}, {"rows": 4, "columns": 2}, {"rows": 3, "columns": 12, "filled": 1}])
def test_random_games_keep_to_the_longest(options):
    game = agora.envs.game(ID, **options)
    generator = np.random.default_rng(0)
    for seed in range(8):
        state = game.new(seed)
        while not state.over:
            legal = np.flatnonzero(game.legal(state))
            assert legal.tolist() == game.words.moves(game.world, state)
            game.step(state, int(generator.choice(legal)))
        assert state.steps <= game.spec.max_steps


def test_longest_game():
    """Nobody is in the far row before the last move: each of four pieces can make two moves before it."""
    assert agora.envs.spec(ID, rows=4, columns=2, filled=1).max_steps == 4 * 2 + 1
    assert agora.envs.spec(ID).max_steps == 2 * 8 * (6 + 5) + 1


def test_observation():
    game, state = at("p7/8/8/8/3P4/8/8/8 w")
    first, second = (game.spec.pieces(game.observe(state, player)) for player in (0, 1))
    assert np.argwhere(first["board"]).tolist() == [[0, 3, 3], [1, 7, 0]]
    assert np.array_equal(first["board"], second["board"][::-1])
    assert (first["upward"].tolist(), second["upward"].tolist()) == ([1], [0])


def test_words_draw_the_board():
    game, state = at("pp/2/1P/P1 b", rows=4, columns=2)
    assert game.words.describe(game.world, state, 1).splitlines() == [
        "   a b",
        " 4 p p",
        " 3 . .",
        " 2 . P",
        " 1 P .",
        "White is P and moves up, Black (you) is p and moves down.",
        "To move: Black",
    ]
    game, state = at("1P/p1/2/2 b", rows=4, columns=2)
    assert state.over
    assert game.words.describe(game.world, state, None).endswith("White has won.")


@pytest.mark.parametrize("line", ["d4c5", "d4xc5", " D4-C5 ", "d4 c5"])
def test_words_read_a_move(line):
    game, state = at("p7/8/8/2p5/3P4/8/8/8 w")
    assert game.words.parse(game.world, state, 0, line) == [3 * 8 + 3]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("d4", "is no square"),
        ("d4i5", "'i5' is no square: give one from a1 to h8"),
        ("e4e5", "White has no piece on e4"),
        ("c5d4", "White has no piece on c5"),
        ("d4d6", "a piece moves one square, straight or diagonally ahead"),
        ("d4d3", "a piece moves one square"),
        ("d4f5", "a piece moves one square"),
        ("d4d5", "captures are diagonal"),
        ("d4xe5", "there is nothing to capture"),
        ("d3d4", "your own piece stands there"),
    ],
)
def test_words_give_a_reason(line, reason):
    game, state = at("p7/8/8/2pp4/3P4/3P4/8/8 w")
    with pytest.raises(ValueError, match=reason):
        game.words.parse(game.world, state, 0, line)


def test_notation_ignores_the_fields_of_chess_programs():
    game, state = at("1p5p/3p1p1p/1p4p1/2p5/1PP2P2/P2P4/3P3P/1P5P b - - 3 17")
    assert game.notation(state) == "1p5p/3p1p1p/1p4p1/2p5/1PP2P2/P2P4/3P3P/1P5P b"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pp/pp/PP/PP", "give rows and who moves"),
        ("pp/pp/PP/PP x", "give rows and who moves"),
        ("pp/PP/PP w", "has 3 rows: give 4"),
        ("pp/pp/PP/P w", "has 1 squares: give 2"),
        ("pp/pp/PP/PQ w", "'Q' in 'PQ' is no piece"),
        ("P1/2/p1/2 w", "White had won a move before"),
        ("2/2/2/P1 w", "White had won a move before"),
    ],
)
def test_notation_gives_a_reason(text, reason):
    with pytest.raises(ValueError, match=reason):
        at(text, rows=4, columns=2)


def test_reference():
    reference = agora.envs.game(ID).reference()
    assert (reference.best, reference.kind) == ((1, 1), "bound")
    reference = agora.envs.game(ID, rows=4, columns=4).reference()
    assert (reference.best, reference.kind) == ((-1, 1), "exact")
    assert -1 < reference.random[0] == -reference.random[1] < 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rows": 2}, "rows=2 is not allowed: give a whole number from 3 to 12"),
        ({"columns": 1}, "columns=1 is not allowed"),
        ({"filled": 0}, "filled=0 is not allowed"),
        ({"rows": 9}, "rows=9 with columns=8 is not allowed: that is 72 squares"),
        ({"rows": 5, "filled": 3}, "the sides would overlap, give filled up to 2"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, **options)


def test_picture_parts_a_square_among_the_pieces_that_can_go_there():
    from agora.envs.canvas import picture

    game, state = at("p7/8/8/8/2P1P3/8/8/8 w")
    targets = picture(game, state, 0).targets
    assert sorted(target.action for target in targets) == np.flatnonzero(game.legal(state)).tolist()
    shared = [target for target in targets if target.action in (2 * 64 + 26, 28)]  # c4d5 and e4d5
    (left, right) = sorted(shared, key=lambda target: target.x)
    assert (left.action, right.action) == (2 * 64 + 26, 28)
    assert right.x == pytest.approx(left.x + left.width)
    assert picture(game, state, 1).targets == []

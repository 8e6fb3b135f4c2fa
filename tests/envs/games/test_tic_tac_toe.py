"""Tic-tac-toe: every line, every result, words and notation."""

import numpy as np
import pytest

import agora.envs

ID = "agora/TicTacToe-v0"
LINES = ["123", "456", "789", "147", "258", "369", "159", "357"]


def after(moves):
    """The game, the state after cells ``moves`` (1 to 9 as one reads), and what the last move paid."""
    game = agora.envs.game(ID)
    state, rewards = game.new(), None
    for cell in moves:
        assert not state.over
        rewards = game.step(state, int(cell) - 1)
    return game, state, rewards


@pytest.mark.parametrize("line", LINES)
def test_lines_win(line):
    others = [cell for cell in "123456789" if cell not in line]
    for first, second in ((0, 1), (0, 2), (1, 3)):
        a, b = others[first], others[second]
        _, state, rewards = after(line[0] + a + line[1] + b + line[2])
        assert state.over
        assert rewards.tolist() == [1, -1]
    c = next(cell for cell in others if {others[0], others[1], cell} not in map(set, LINES) and cell not in others[:2])
    _, state, rewards = after(others[0] + line[0] + others[1] + line[1] + c + line[2])
    assert state.over
    assert rewards.tolist() == [-1, 1]


def test_nothing_but_a_line_wins():
    game = agora.envs.game(ID)
    for cells in range(512):
        expected = any(all(cells >> (int(cell) - 1) & 1 for cell in line) for line in LINES)
        assert game.world.wins[cells] == expected


def test_full_board_is_a_draw():
    _, state, rewards = after("123546879")
    assert state.over
    assert rewards.tolist() == [0, 0]
    assert state.steps == 9


def test_line_on_the_last_cell_wins():
    _, state, rewards = after("139427685")
    assert state.over
    assert rewards.tolist() == [1, -1]


def test_marked_cells_are_illegal():
    game, state, _ = after("59")
    assert game.legal(state).tolist() == [True] * 4 + [False] + [True] * 3 + [False]


def test_observation_is_the_own_marks_then_the_others():
    game, state, _ = after("594")
    first, second = (game.observe(state, player).reshape(2, 3, 3) for player in (0, 1))
    assert np.argwhere(first).tolist() == [[0, 1, 0], [0, 1, 1], [1, 2, 2]]
    assert np.array_equal(first, second[::-1])


def test_words_draw_the_board():
    game, state, _ = after("594")
    assert game.words.describe(game.world, state, 1).splitlines() == [
        "   a b c",
        " 1 . . .",
        " 2 X X .",
        " 3 . . O",
        "The first player is X, the second is O (you).",
        "To move: O",
    ]
    assert game.words.describe(game.world, after("5941")[1], None).endswith("To move: X")
    assert game.words.describe(game.world, after("14253")[1], None).endswith("X has won.")
    assert game.words.describe(game.world, after("123546879")[1], None).endswith("The game is a draw.")


@pytest.mark.parametrize(("line", "action"), [("a1", 0), ("c1", 2), (" B3 ", 7), ("1", 0), ("6", 5)])
def test_words_read_a_cell(line, action):
    game = agora.envs.game(ID)
    assert game.words.parse(game.world, game.new(), 0, line) == [action]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("d1", "'d1' is no square: give one from a1 to c3"),
        ("a4", "is no square"),
        ("a0", "is no square"),
        ("a01", "is no square"),
        ("0", "is no square"),
        ("b2", "X has marked that cell"),
        ("9", "O has marked that cell"),
    ],
)
def test_words_give_a_reason(line, reason):
    game, state, _ = after("59")
    with pytest.raises(ValueError, match=reason):
        game.words.parse(game.world, state, 0, line)


def test_notation():
    game, state, _ = after("594")
    assert game.notation(state) == "3/xx1/2o o"
    again = game.position("3/xx1/2o o")
    assert again.marks.tolist() == state.marks.tolist()
    assert (again.to_move, again.steps, again.over) == (1, 3, False)
    assert game.position("xxx/oo1/3 o").over
    assert game.position("xox/xoo/oxx o").over


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3/3/3", "give rows and who moves"),
        ("3/3/3 z", "give rows and who moves"),
        ("3/3 x", "has 2 rows: give 3"),
        ("3/3/4 x", "has 4 squares: give 3"),
        ("3/3/2y x", "'y' in '2y' is no piece"),
        ("3/3/3 o", "with 0 X and 0 O it is not the turn of O"),
        ("xx1/3/3 x", "with 2 X and 0 O"),
        ("xxx/ooo/3 x", "X had won a move before"),
    ],
)
def test_notation_gives_a_reason(text, reason):
    with pytest.raises(ValueError, match=reason):
        agora.envs.game(ID).position(text)


def test_reference():
    reference = agora.envs.game(ID).reference()
    assert reference.best == (0, 0)
    assert reference.random == pytest.approx((737 / 1260 - 121 / 420, 121 / 420 - 737 / 1260), abs=1e-15)


def test_picture_has_a_target_for_each_free_cell():
    from agora.envs.canvas import picture

    game, state, _ = after("594")
    assert [target.action for target in picture(game, state, 1).targets] == [0, 1, 2, 5, 6, 7]
    assert picture(game, state, 0).targets == []

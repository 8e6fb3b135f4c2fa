"""Connect Four against counts from the literature and positions worked by hand."""

import numpy as np
import pytest

import agora.envs


def after(moves, **options):
    """The game, the state after columns ``moves`` (1 is the leftmost), and what the last move paid."""
    game = agora.envs.game("agora/ConnectFour-v0", **options)
    state, rewards = game.new(), None
    for column in moves:
        assert not state.over
        rewards = game.step(state, int(column) - 1)
    return game, state, rewards


def test_distinct_positions():
    game = agora.envs.game("agora/ConnectFour-v0")
    positions, counts = {game.new().stones.tobytes(): game.new()}, [1]
    for _ in range(6):
        reached = {}
        for state in positions.values():
            for column in np.flatnonzero(game.legal(state)):
                child = game.clone(state)
                game.step(child, column)
                reached[child.stones.tobytes()] = child
        positions = reached
        counts.append(len(positions))
    assert counts == [1, 7, 49, 238, 1120, 4263, 16422]


@pytest.mark.parametrize(
    ("moves", "winner"),
    [
        ("1122334", 0),  # level, at the left edge
        ("7766554", 0),  # level, at the right edge
        ("1213141", 0),  # upright
        ("71213141", 1),  # the same for the second player
        ("12233434474", 0),  # rising to the right
        ("76655454414", 0),  # falling to the right
        ("4455667", 0),
        ("1234567", None),
        ("123123123", None),  # three upright are not enough
        ("556677", None),
        ("667711", None),  # a line does not go around the edge
    ],
)
def test_lines(moves, winner):
    _, state, rewards = after(moves)
    assert bool(state.over) == (winner is not None)
    assert rewards.tolist() == ([0, 0] if winner is None else [1 - 2 * winner, 2 * winner - 1])


@pytest.mark.parametrize("length", [2, 3, 5, 6])
def test_length_of_a_level_line_that_wins(length):
    moves = "".join(f"{column}{column}" for column in range(1, length))
    game, state, _ = after(moves, length=length)
    assert not state.over
    assert game.step(state, length - 1).tolist() == [1, -1]


def test_a_line_is_completed_in_its_middle():
    game, state, _ = after("112146")
    assert game.step(state, 2).tolist() == [1, -1]


def test_every_line_of_the_board_wins_and_nothing_else_does():
    """Stones are put onto the board by hand: all lines of four, and all lines of three with a gap or another stone."""
    game = agora.envs.game("agora/ConnectFour-v0")
    count = 0
    for row in range(6):
        for column in range(7):
            for up, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
                cells = [(row + up * k, column + right * k) for k in range(4)]
                if all(r in range(6) and c in range(7) for r, c in cells):
                    count += 1
                    for last in range(4):
                        assert _completes(game, cells, last)
                        assert not _completes(game, [cell for k, cell in enumerate(cells) if k != (last + 1) % 4], 0)
    assert count == 69


def _completes(game, cells, last):
    """Whether dropping the stone ``cells[last]`` wins, when the player has those others and nothing else matters."""
    state = game.new()
    for index, (row, column) in enumerate(cells):
        if index != last:
            state.stones[0, row, column] = 1
            state.bits[0] |= 1 << (row * 8 + column)
    row, column = cells[last]
    state.height[column] = row
    return bool(game.step(state, column)[0] == 1)


def test_full_board_is_a_draw():
    moves = "111111222222333333444444555555666666777777"
    game = agora.envs.game("agora/ConnectFour-v0", length=12)
    state = game.new()
    for column in moves:
        assert not state.over
        rewards = game.step(state, int(column) - 1)
    assert state.over
    assert rewards.tolist() == [0, 0]
    assert state.steps == 42


def test_full_column_is_illegal():
    game, state, _ = after("111111")
    assert game.legal(state).tolist() == [False] + [True] * 6
    batch = agora.envs.batch("agora/ConnectFour-v0", 1, seed=0, autoreset="disabled")
    for _ in range(7):
        batch.step([0])
    assert batch.illegal.tolist() == [[True, False]]
    assert batch.final_returns.tolist() == [[-1, 1]]


def test_observation_is_the_own_stones_then_the_others():
    game, state, _ = after("4453")
    first = game.observe(state, 0).reshape(2, 6, 7)
    second = game.observe(state, 1).reshape(2, 6, 7)
    assert first.dtype == np.int8
    assert np.argwhere(first).tolist() == [[0, 0, 3], [0, 0, 4], [1, 0, 2], [1, 1, 3]]
    assert np.array_equal(first, second[::-1])


def test_random_play():
    """Uniform play: the first player wins 55.6 %, the second 44.2 %; here to four standard deviations."""
    batch = agora.envs.batch("agora/ConnectFour-v0", 20_000, seed=1, autoreset="disabled", random_seats=[False, True])
    generator = np.random.default_rng(0)
    while not batch.ended.all():
        scores = np.where(batch.legal, generator.random(batch.legal.shape), -1)
        batch.step(scores.argmax(axis=1))
    assert batch.final_returns[:, 0].mean() == pytest.approx(0.1137, abs=0.028)


def test_words_draw_the_board():
    game, state, _ = after("44453")
    lines = game.words.describe(game.world, state, 1).splitlines()
    assert lines[0].split() == list("1234567")
    assert lines[4].split() == ["3", ".", ".", ".", "X", ".", ".", "."]
    assert lines[6].split() == ["1", ".", ".", "X", "X", "O", ".", "."]
    assert lines[7].split() == list("abcdefg")
    assert lines[8:] == [
        "The first player is X, the second is O (you); 4 in a line win.",
        "Last stone: c1",
        "To move: O",
    ]


@pytest.mark.parametrize("line", ["4", "d", " D ", "d4", "column 4"])
def test_words_read_a_column(line):
    game, state, _ = after("444")
    assert game.words.parse(game.world, state, 1, line) == [3]
    assert game.words.name(game.world, state, 1, 3) == "4"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("8", "give a number from 1 to 7 or a letter from a to g"),
        ("0", "give a number from 1 to 7"),
        ("h", "is no column"),
        ("", "is no column"),
        ("d9x", "is no column"),
        ("-1", "is no column"),
        ("²", "is no column"),
        ("d2", "a stone in column d lands on row 4"),
        ("1", "that column is full"),
    ],
)
def test_words_give_a_reason(line, reason):
    game, state, _ = after("444111111")
    with pytest.raises(ValueError, match=reason):
        game.words.parse(game.world, state, 1, line)


def test_words_name_the_winner():
    game, state, _ = after("1122334")
    assert game.words.describe(game.world, state, None).endswith("X has won.")
    assert game.words.winning_cells(game.world, state, 0) == [(0, 0), (0, 1), (0, 2), (0, 3)]


def test_picture_has_a_target_for_each_column_that_is_not_full():
    from agora.envs.canvas import picture

    game, state, _ = after("111111")
    targets = picture(game, state, 0).targets
    assert [target.action for target in targets] == [1, 2, 3, 4, 5, 6]
    assert picture(game, state, 1).targets == []


@pytest.mark.parametrize(
    ("options", "random", "best", "kind"),
    [
        ({}, 0.1137, 1, "published"),
        ({"rows": 4, "columns": 4}, 0.04488432252333791, 0, "exact"),
        ({"rows": 3, "columns": 3, "length": 4}, 0, 0, "exact"),
        ({"rows": 3, "columns": 4, "length": 3}, None, 1, "exact"),
    ],
)
def test_reference(options, random, best, kind):
    reference = agora.envs.game("agora/ConnectFour-v0", **options).reference()
    assert reference.best == (best, -best)
    assert reference.kind == kind
    if random is not None:
        assert reference.random == pytest.approx((random, -random), abs=1e-15)


def test_reference_of_an_unsolved_board_is_a_bound():
    reference = agora.envs.game("agora/ConnectFour-v0", rows=7, columns=5).reference()
    assert reference.kind == "bound"
    assert reference.best == (1, 1)
    assert reference.random[0] == pytest.approx(-reference.random[1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rows": 0}, "rows=0 is not allowed: give a whole number from 1 to 12"),
        ({"columns": 13}, "columns=13 is not allowed"),
        ({"length": 1}, "length=1 is not allowed"),
        ({"length": 4.0}, "length=4.0 is not allowed"),
        ({"rows": 8, "columns": 8}, "rows=8 with columns=8 is not allowed.* at most 64"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game("agora/ConnectFour-v0", **options)


@pytest.mark.parametrize(("rows", "columns"), [(1, 12), (8, 7)])
def test_extreme_boards_are_played_to_the_end(rows, columns):
    """8 rows of 7 columns take all 63 bits."""
    game = agora.envs.game("agora/ConnectFour-v0", rows=rows, columns=columns, length=12)
    state = game.new()
    while not state.over:
        game.step(state, game.legal(state).argmax())
    assert state.steps == rows * columns
    assert (state.stones.sum(axis=0) == 1).all()
    assert [int(bits).bit_count() for bits in state.bits] == state.stones.sum(axis=(1, 2)).tolist()


def test_notation_of_a_position():
    game = agora.envs.game("agora/ConnectFour-v0")
    state = game.position("7/7/7/7/3O3/2XX3 O")
    assert state.to_move == 1
    assert state.height.tolist() == [0, 0, 1, 2, 0, 0, 0]
    assert state.stones[1, 1, 3] == 1
    assert game.notation(state) == "7/7/7/7/3O3/2XX3 O"
    won = game.position("7/7/7/7/OOO4/XXXX3 O")
    assert won.over


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("7/7/7/7/3X3/7 O", "d2 has nothing below"),
        ("7/7/7/7/7/3X3 X", "not the turn of X"),
        ("7/7/7/7/XXX4/XXXXOOO X", "not the turn of X"),
        ("7/7/7/7/XXX4/OOOOXX1 O", "O had won"),
        ("7/7/7/7/7 X", "has 5 rows"),
        ("7/7/7/7/7/3Z3 O", "is no piece"),
    ],
)
def test_impossible_positions_are_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        agora.envs.game("agora/ConnectFour-v0").position(text)

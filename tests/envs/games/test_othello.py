"""Othello: positions worked by hand; counts are in the table of known numbers."""

import numpy as np
import pytest

import agora.envs
from support import action_names, play_words

ID = "agora/Othello-v0"


def after(moves, **options):
    """The game, the state after squares ``moves``, and what the last move paid."""
    game = agora.envs.game(ID, **options)
    state = game.new()
    return game, state, play_words(game, state, moves)


def moves(game, state):
    """The legal actions by name."""
    return action_names(game, state)


def small(text):
    """A position on the board of four."""
    game = agora.envs.game(ID, size=4)
    return game, game.position(text)


@pytest.mark.parametrize(
    ("size", "squares", "expected"),
    [
        (4, "-----OX--XO-----", ["b1", "a2", "d3", "c4"]),
        (6, "--------------OX----XO--------------", ["c2", "b3", "e4", "d5"]),
        (8, "-" * 27 + "OX------XO" + "-" * 27, ["d3", "c4", "f5", "e6"]),
    ],
)
def test_opening(size, squares, expected):
    game = agora.envs.game(ID, size=size)
    state = game.new()
    assert game.notation(state) == f"{squares} X"
    assert moves(game, state) == expected


@pytest.mark.parametrize("disc", range(64))
def test_a_disc_turns_runs_in_every_direction(disc):
    """Runs of the other lead from the disc to the edge of the board, where they end in an own disc or do not."""
    game = agora.envs.game(ID)
    row, column = divmod(disc, 8)
    ways = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if (down, right) != (0, 0)]
    for closed in range(256):
        if disc % 3 and closed not in (0, 255, 0b10100101, 0b01011010):
            continue
        squares, turned = ["-"] * 64, set()
        for index, (down, right) in enumerate(ways):
            run = [
                8 * (row + down * k) + column + right * k
                for k in range(1, 8)
                if _inside(row + down * k, column + right * k)
            ]
            for square in run:
                squares[square] = "O"
            if run and closed >> index & 1:
                squares[run[-1]] = "X"
                turned |= set(run[:-1])
        state = game.position("".join(squares) + " X")
        assert bool(game.legal(state)[disc]) == bool(turned)
        if turned:
            before = int(state.discs[0])
            game.step(state, disc)
            changed = int(state.discs[0]) ^ before
            assert changed == sum(1 << square for square in turned | {disc})
            assert not int(state.discs[0]) & int(state.discs[1])


def _inside(row, column):
    return 0 <= row < 8 and 0 <= column < 8


def test_runs_do_not_go_around_the_edge():
    """h1 to a2 to b2 are neighbours as bits, not on the board."""
    game = agora.envs.game(ID)
    state = game.position("-" * 7 + "O" + "OX" + "-" * 54 + " X")
    assert moves(game, state) == ["pass"]
    state = game.position("-" * 6 + "XO" + "O" + "-" * 55 + " X")
    assert moves(game, state) == ["pass"]


def test_pass_is_the_only_action_and_only_then_legal():
    game, state = small("-OX-" + "----" + "----" + "---- O")
    assert moves(game, state) == ["d1"]
    game, state = small("-OX-" + "----" + "----" + "---- X")
    assert moves(game, state) == ["a1"]


def test_a_player_passes_and_the_other_goes_on():
    game, state = small("OX--" + "----" + "----" + "---- X")
    assert moves(game, state) == ["pass"]
    before = state.discs.tolist()
    assert game.step(state, 16).tolist() == [0, 0]
    assert not state.over
    assert state.discs.tolist() == before
    assert state.to_move == 1
    assert moves(game, state) == ["c1"]
    rewards = game.step(state, 2)
    assert state.over  # Black has no disc left
    assert rewards.tolist() == [-1, 1]


def test_ends_when_neither_can_turn_a_disc():
    game, state = small("XO--" + "----" + "---X" + "---X X")
    assert game.step(state, 2).tolist() == [1, -1]
    assert state.over
    assert not game.legal(state).any()


def test_a_draw():
    game, state = small("XXXX" + "XXXX" + "OOOO" + "OOXO X")
    assert state.over
    game, state = small("-OXO" + "XXXX" + "OOOO" + "OOOX X")
    assert moves(game, state) == ["a1"]
    game, state = small("-OXX" + "OXXX" + "XOOO" + "OOOO X")
    rewards = game.step(state, 0)  # turns b1 and a2
    assert state.over
    assert rewards.tolist() == [1, -1]
    game, state = small("-OXO" + "XXXO" + "XOOO" + "OOOX X")
    assert game.step(state, 0).tolist() == [0, 0]  # turns b1: eight of each
    assert state.over


@pytest.mark.parametrize(("returns", "paid"), [("win", 1), ("margin", 5)])
def test_margin_does_not_count_empty_squares(returns, paid):
    game = agora.envs.game(ID, size=4, returns=returns)
    state = game.position("XO--" + "----" + "---X" + "---X X")
    assert game.step(state, 2).tolist() == [paid, -paid]
    assert game.metrics(state) == {"margin": 5}
    assert game.spec.returns == ((-1, 1) if returns == "win" else (-16, 16))


def test_a_published_shortest_game():
    """Black takes all of White's discs with the ninth disc."""
    _, state, rewards = after("e6 f4 e3 f6 g5 d6 e7 f5 c5", returns="margin")
    assert state.over
    assert rewards.tolist() == [13, -13]


def test_observation_is_the_own_discs_then_the_others():
    game, state, _ = after("d3")
    first, second = (game.observe(state, player).reshape(2, 8, 8) for player in (0, 1))
    assert np.argwhere(first[0]).tolist() == [[2, 3], [3, 3], [3, 4], [4, 3]]
    assert np.argwhere(first[1]).tolist() == [[4, 4]]
    assert np.array_equal(first, second[::-1])


def test_words_draw_the_board():
    game, state, _ = after("b1", size=4)
    assert game.words.describe(game.world, state, 1).splitlines() == [
        "   a b c d",
        " 1 . X . .",
        " 2 . X X .",
        " 3 . X O .",
        " 4 . . . .",
        "Black is X with 4 discs, White (you) is O with 1.",
        "To move: White",
    ]
    game, state = small("OX--" + "----" + "----" + "---- X")
    assert game.words.describe(game.world, state, None).endswith("To move: Black, who must pass")
    game, state = small("XXXX" + "XXXX" + "OOOO" + "OOOO X")
    assert game.words.describe(game.world, state, None).endswith("The game is a draw.")
    game, state = small("XXX-" + "----" + "----" + "---- X")
    assert game.words.describe(game.world, state, None).endswith("Black has won by 3 discs.")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a9", "'a9' is no square: give one from a1 to h8"),
        ("", "is no square"),
        ("d4", "a disc there turns none; play on one of d3, c4, f5, e6"),
        ("pass", "discs can be turned, play on one of d3, c4, f5, e6"),
    ],
)
def test_words_give_a_reason(line, reason):
    game = agora.envs.game(ID)
    with pytest.raises(ValueError, match=reason):
        game.words.parse(game.world, game.new(), 0, line)


def test_words_pass():
    game, state = small("OX--" + "----" + "----" + "---- X")
    assert game.words.parse(game.world, state, 0, " Pass ") == [16]
    with pytest.raises(ValueError, match="there is nothing but to pass"):
        game.words.parse(game.world, state, 0, "c1")


def test_notation_agrees_with_the_rules():
    """Moves and end of a position that was read are those of the position that was played."""
    game = agora.envs.game(ID, size=6)
    generator = np.random.default_rng(0)
    for seed in range(20):
        state = game.new(seed)
        while not state.over:
            again = game.position(game.notation(state))
            assert (again.moves, again.over, again.to_move) == (state.moves, False, state.to_move)
            assert again.discs.tolist() == state.discs.tolist()
            game.step(state, int(generator.choice(np.flatnonzero(game.legal(state)))))
        assert game.position(game.notation(state)).over


def test_notation_reads_other_signs():
    game = agora.envs.game(ID, size=4)
    assert game.notation(game.position(".....o*..*o..... *")) == "-----OX--XO----- X"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-----OX--XO-----", "give all squares and who moves"),
        ("-----OX--XO----- Z", "give all squares and who moves"),
        ("-----OX--XO---- X", "give 16 of X, O and -, got 15 characters"),
        ("-----OX--XO----Z X", "give 16 of X, O and -"),
    ],
)
def test_notation_gives_a_reason(text, reason):
    with pytest.raises(ValueError, match=reason):
        small(text)


@pytest.mark.parametrize(
    ("options", "best", "kind"),
    [
        ({}, 0, "published"),
        ({"returns": "margin"}, 0, "published"),
        ({"size": 4}, -1, "exact"),
    ],
)
def test_reference(options, best, kind):
    reference = agora.envs.game(ID, **options).reference()
    assert reference.best == (best, -best)
    assert reference.kind == kind
    assert reference.random[0] == -reference.random[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"size": 5}, "size=5 is not allowed: choose one of 4, 6, 8"), ({"returns": "discs"}, "'win', 'margin'")],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, **options)


def test_picture_has_a_target_for_each_move():
    from agora.envs.canvas import picture

    game, state, _ = after("d3")
    assert picture(game, state, 0).targets == []
    assert [target.action for target in picture(game, state, 1).targets] == np.flatnonzero(game.legal(state)).tolist()
    game, state = small("OX--" + "----" + "----" + "---- X")
    assert [target.action for target in picture(game, state, 0).targets] == [16]

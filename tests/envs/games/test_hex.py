"""Hex: chains, the swap, words and notation; counts are in the table of known numbers."""

import numpy as np
import pytest

import agora.envs
from support import play_words

ID = "agora/Hex-v0"


def after(moves, **options):
    """The game, the state after cells ``moves``, and what the last move paid."""
    game = agora.envs.game(ID, **options)
    state = game.new()
    return game, state, play_words(game, state, moves)


@pytest.mark.parametrize(
    ("moves", "winner"),
    [
        ("a1 b1 a2 b2 a3", 0),  # straight down
        ("c1 a1 b2 a2 a3", 0),  # down to the left: each cell is a neighbour of the one above and to its right
        ("a1 b1 b2 c1 c3", None),  # down to the right are no neighbours
        ("b1 a1 a2 c1 b3 c2 b2", 0),  # joined in the middle
        ("a1 a2 b1 b2 c1 c2", 1),  # straight to the right
        ("a1 a3 b1 b2 a2 c1", 1),  # up to the right
        ("a1 a2 b1 c2 c1 b2", 1),  # joined in the middle
        ("a1 b2 b1 c2 c1 a3", 1),  # joined at the left edge last
        ("a1 a2 b1 b3 c1 c3", None),  # a2 and b3 are no neighbours
        ("c1 a1 c2 b1 b3", 0),  # straight, then down to the left
    ],
)
def test_chains(moves, winner):
    _, state, rewards = after(moves, size=3)
    assert bool(state.over) == (winner is not None)
    assert rewards.tolist() == ([0, 0] if winner is None else [1 - 2 * winner, 2 * winner - 1])


@pytest.mark.parametrize("size", [2, 7, 14])
def test_exactly_one_player_joins_its_edges(size):
    """On boards filled at random the winner is who a search over neighbours finds, and only the last move wins."""
    game = agora.envs.game(ID, size=size)
    generator = np.random.default_rng(size)
    winners = set()
    for seed in range(6):
        state = game.new(seed)
        while not state.over:
            assert game.words.winner_of(game.world, state) is None
            rewards = game.step(state, int(generator.choice(np.flatnonzero(game.legal(state)))))
        winner = game.words.winner_of(game.world, state)
        assert rewards.tolist() == [1 - 2 * winner, 2 * winner - 1]
        winners.add(winner)
    assert size == 2 or winners == {0, 1}


def test_a_stone_joins_a_chain_that_winds_to_and_fro():
    """Only e1 is missing: with it the whole of e2, d3 to a3, a4 and a5 hangs on the top edge."""
    game = agora.envs.game(ID, size=5)
    state = game.position("5/oo2x/xxxxo/xoooo/x4 x")
    assert not state.over
    assert game.step(state, 4).tolist() == [1, -1]


def test_stones_stay():
    game, state, _ = after("b2 a1", size=3)
    assert np.flatnonzero(~game.legal(state)).tolist() == [0, 4]


def test_swap_mirrors_the_stone():
    game, state, _ = after("c1", size=4, swap=True)
    assert game.legal(state).tolist() == [cell != 2 for cell in range(17)]
    assert game.step(state, 16).tolist() == [0, 0]
    assert game.notation(state) == "4/4/o3/4 x"
    assert state.to_move == 0
    assert game.legal(state).tolist() == [cell not in (8, 16) for cell in range(17)]


def test_swap_is_only_for_the_second_players_first_move():
    game = agora.envs.game(ID, size=4, swap=True)
    assert not game.legal(game.new())[16]
    for moves in ("c1 a1", "c1 swap", "c1 swap a1", "c1 a1 b1"):
        _, state, _ = after(moves, size=4, swap=True)
        assert not game.legal(state)[16]
    assert agora.envs.spec(ID, size=4).action.n == 16


def test_after_a_swap_both_play_as_before():
    """The mirrored stone counts for the second player, left to right, and the first player's stone is gone."""
    _, state, rewards = after("a2 swap a1 a2 b2 c1", size=3, swap=True)  # b1 is the second player's
    assert state.over
    assert rewards.tolist() == [-1, 1]
    _, state, rewards = after("a2 swap a1 b2 a2 c2 a3", size=3, swap=True)
    assert state.over
    assert rewards.tolist() == [1, -1]


def test_swapping_the_first_row_joins_the_left_edge():
    """b1 of the first touched its top edge; mirrored, a2 of the second touches its left edge."""
    _, _, rewards = after("b1 swap a1 b2 b1 c2", size=3, swap=True)
    assert rewards.tolist() == [-1, 1]


def test_observation():
    game, state, _ = after("c1 b2", size=3)
    first, second = (game.spec.pieces(game.observe(state, player)) for player in (0, 1))
    assert np.argwhere(first["board"]).tolist() == [[0, 0, 2], [1, 1, 1]]
    assert np.array_equal(first["board"], second["board"][::-1])
    assert (first["vertical"].tolist(), second["vertical"].tolist()) == ([1], [0])


def test_words_draw_the_board():
    game, state, _ = after("c1", size=3, swap=True)
    assert game.words.describe(game.world, state, 1).splitlines() == [
        "    a b c",
        "  1 . . X",
        "   2 . . .",
        "    3 . . .",
        "X joins top and bottom, O (you) left and right.",
        "Neighbours of b2 are a2, c2, b1, c1, a3, b3.",
        "O may swap: take over the stone of X, mirrored (row and column exchanged).",
        "To move: O",
    ]
    assert game.words.parse(game.world, state, 1, " Swap ") == [9]
    assert game.words.name(game.world, state, 1, 9) == "swap"
    game, state, _ = after("a1 b1 a2 b2 a3", size=3)
    assert game.words.describe(game.world, state, None).endswith("X has won.")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("l1", "'l1' is no square: give one from a1 to k11"),
        ("a12", "is no square"),
        ("c1", "X has a stone there"),
        ("swap", "swap is False"),
    ],
)
def test_words_give_a_reason(line, reason):
    game, state, _ = after("c1")
    with pytest.raises(ValueError, match=reason):
        game.words.parse(game.world, state, 1, line)


def test_words_say_when_a_swap_is_possible():
    game, state, _ = after("c1 a1", size=3, swap=True)
    with pytest.raises(ValueError, match="only the second player's first move can be a swap"):
        game.words.parse(game.world, state, 0, "swap")


@pytest.mark.parametrize("swap", [False, True])
def test_notation_gives_back_the_same_state(swap):
    game = agora.envs.game(ID, size=5, swap=swap)
    generator = np.random.default_rng(0)
    for seed in range(10):
        state = game.new(seed)
        while not state.over:
            game.step(state, int(generator.choice(np.flatnonzero(game.legal(state))[-3:])))
            again = game.position(game.notation(state), seed)
            assert game.save(again) == game.save(state)


@pytest.mark.parametrize(
    ("text", "swap", "reason"),
    [
        ("3/3/3", False, "give rows and who moves"),
        ("3/3/3 b", False, "give rows and who moves"),
        ("3/3 x", False, "has 2 rows: give 3"),
        ("x2/3/3 x", False, "with 1 stones of X and 0 of O it is not the turn of X; X begins and swap is False"),
        ("o2/3/3 x", False, "with 0 stones of X and 1 of O"),
        ("x2/o2/3 o", False, "with 1 stones of X and 1 of O"),
        ("3/3/3 o", True, "with 0 stones of X and 0 of O it is not the turn of O; X begins"),
        ("oo1/3/3 x", True, "with 0 stones of X and 2 of O"),
        ("xo1/xo1/xo1 x", False, "X had won a move before"),
    ],
)
def test_notation_gives_a_reason(text, swap, reason):
    with pytest.raises(ValueError, match=reason):
        agora.envs.game(ID, size=3, swap=swap).position(text)


def test_reference():
    reference = agora.envs.game(ID).reference()
    assert (reference.best, reference.kind) == ((1, -1), "exact")
    reference = agora.envs.game(ID, size=3, swap=True).reference()
    assert reference.best == (-1, 1)
    assert -0.5 < reference.random[0] == -reference.random[1] < 0.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 1}, "size=1 is not allowed: give a whole number from 2 to 14"),
        ({"size": 15}, "size=15 is not allowed"),
        ({"swap": 1}, "swap=1 is not allowed: choose one of True, False"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, **options)


def test_picture_has_a_target_for_each_free_cell():
    from agora.envs.canvas import picture

    game, state, _ = after("a2", size=3, swap=True)
    assert [target.action for target in picture(game, state, 1).targets] == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert picture(game, state, 0).targets == []
    for target in picture(game, state, 1).targets:
        assert picture(game, state, 1).action_at(target.x + target.width / 2, target.y + target.height / 2) is not None


def test_picture_marks_the_winning_chain():
    game, state, _ = after("c1 a1 b2 a2 a3", size=3)
    assert game.drawing._winning(game.world, state) == {(0, 2), (1, 1), (2, 0)}

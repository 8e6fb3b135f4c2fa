"""Oshi-Zumo against bouts worked by hand."""

import numpy as np
import pytest

import agora.envs

ID = "agora/OshiZumo-v0"


def bout(*bids, **options):
    """The game, the state after the bids of both in each round, and what was paid."""
    game = agora.envs.game(ID, **{"coins": 10, "size": 1, **options})
    state, total = game.new(), np.zeros(2)
    for pair in bids:
        assert not state.over
        for player in range(2):
            assert game.legal(state, player)[pair[player]]
        total += game.step(state, pair)
    return game, state, total.tolist()


def test_the_higher_bid_pushes_and_both_bids_are_gone():
    game, state, paid = bout((3, 1))
    assert (state.place, state.coins.tolist(), paid) == (3, [7, 9], [0, 0])
    game, state, paid = bout((3, 1), (2, 2))
    assert (state.place, state.coins.tolist()) == (3, [5, 7])
    game, state, paid = bout((3, 1), (2, 2), (0, 1))
    assert state.place == 2
    assert game.legal(state, 0).nonzero()[0].tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("bids", "options", "returns"),
    [
        (((1, 0), (1, 0)), {}, [1, -1]),  # off the right end
        (((0, 1), (0, 1)), {}, [-1, 1]),
        (((10, 9), (0, 1)), {}, [0, 0]),  # no coins are left, and the wrestler is back in the middle
        (((2, 1), (0, 0)), {"horizon": 2}, [1, -1]),  # beyond the middle
        (((2, 1), (0, 0)), {"horizon": 2, "alesia": True}, [0, 0]),
        (((1, 2), (2, 1)), {"horizon": 2}, [0, 0]),
        (((1, 0), (1, 0)), {"alesia": True}, [1, -1]),
    ],
)
def test_how_a_bout_ends(bids, options, returns):
    _, state, paid = bout(*bids, **options)
    assert state.over
    assert paid == returns


def test_out_of_coins_beyond_the_middle_wins_but_not_in_alesia():
    for alesia, expected in ((False, [-1, 1]), (True, [0, 0])):
        _, state, paid = bout((4, 4), (6, 2), (0, 3), (0, 1), size=3, alesia=alesia)
        assert state.over
        assert state.coins.tolist() == [0, 0]
        assert state.place == 3
        assert paid == expected


def test_who_has_less_than_the_least_bid_bids_it_all():
    game, state, _ = bout((6, 4), min_bid=4, size=3)
    assert game.legal(state, 0).nonzero()[0].tolist() == [4]
    assert game.legal(state, 1).nonzero()[0].tolist() == [4, 5, 6]
    game, state, _ = bout((7, 4), min_bid=4, size=3)
    assert game.legal(state, 0).nonzero()[0].tolist() == [3]


def test_both_see_the_field_from_their_own_end():
    game, state, _ = bout((3, 1), horizon=4)
    first, second = (game.spec.pieces(game.observe(state, player)) for player in range(2))
    assert first["coins"] == pytest.approx([0.7, 0.9])
    assert second["coins"] == pytest.approx([0.9, 0.7])
    assert first["wrestler"].tolist() == [0, 0, 0, 1, 0]
    assert second["wrestler"].tolist() == [0, 1, 0, 0, 0]
    assert first["left"] == pytest.approx([0.75])


def test_words():
    game, state, _ = bout((3, 1), size=2)
    text = game.words.describe(game.world, state, 0)
    assert "Field: #..|W.#" in text
    assert "Player 1 (you): 7 of 10 coins, bid 3 last" in text
    for line in ("5", " Bid 5", "5 coins", "1 coin"):
        assert game.words.parse(game.world, state, 0, line) == [int(line.strip(" Bidcons"))]
    with pytest.raises(ValueError, match="bid from 0 to 7 coins"):
        game.words.parse(game.world, state, 0, "8")
    with pytest.raises(ValueError, match="is no bid"):
        game.words.parse(game.world, state, 0, "all")
    game, state, _ = bout((1, 0), (1, 0))
    assert game.words.status(game.world, state).endswith("player 1 pushed the wrestler off the field and wins.")


@pytest.mark.parametrize(
    "options", [{"coins": 0}, {"size": 0}, {"min_bid": 51}, {"min_bid": -1}, {"horizon": 0}, {"alesia": 1}]
)
def test_options_are_checked(options):
    with pytest.raises(ValueError, match="is not allowed"):
        agora.envs.game(ID, **options)


def test_reference_is_symmetric():
    reference = agora.envs.game(ID, coins=10).reference()
    assert reference.random == reference.best == (0, 0)

"""Goofspiel against games worked by hand."""

from itertools import permutations, product

import numpy as np
import pytest

import agora.envs
from agora.envs.api import CHANCE, EVERYONE
from agora.envs.canvas import picture

ID = "agora/Goofspiel-v0"


def new(**options):
    game = agora.envs.game(ID, **{"order": "descending", **options})
    return game, game.new()


def play(game, state, *rounds):
    """Plays the cards (1 to cards) of everybody in each round; returns what was paid."""
    total = np.zeros(game.spec.players)
    for cards in rounds:
        assert not state.over
        assert state.to_move == EVERYONE
        total += game.step(state, np.array(cards) - 1)
    return total


def test_highest_card_wins_the_prize_and_the_last_cards_play_themselves():
    game, state = new(cards=4)
    assert not play(game, state, (4, 1)).any()
    assert state.points.tolist() == [4, 0]
    assert game.legal(state, 0).tolist() == [True, True, True, False]
    assert game.legal(state, 1).tolist() == [False, True, True, True]
    assert not play(game, state, (1, 2)).any()
    assert play(game, state, (2, 3)).tolist() == [-1, 1]  # the cards 3 and 4 that are left win player 2 the last prize
    assert state.over
    assert state.points.tolist() == [4, 3 + 2 + 1]
    assert state.steps == 3


def test_a_tied_prize_is_discarded():
    game, state = new(cards=3)
    play(game, state, (3, 3))
    assert state.points.tolist() == [0, 0]
    assert play(game, state, (2, 1)).tolist() == [1, -1]
    assert state.points.tolist() == [2, 1]


def test_a_draw_pays_nothing():
    game, state = new(cards=3)
    assert play(game, state, (3, 1), (1, 2)).tolist() == [0, 0]
    assert state.points.tolist() == [3, 2 + 1]


def test_a_tied_prize_is_carried_over():
    game, state = new(cards=4, ties="carry_over")
    play(game, state, (1, 1), (2, 2))
    assert state.pot == 4 + 3
    assert game.spec.pieces(game.observe(state, 0))["pot"] == pytest.approx([0.7])
    assert play(game, state, (3, 4)).tolist() == [-1, 1]
    assert state.points.tolist() == [1, 4 + 3 + 2]


def test_a_pot_that_nobody_wins_is_lost():
    game, state = new(cards=3, ties="carry_over", returns="total_points")
    assert play(game, state, (1, 1), (2, 2)).tolist() == [0, 0]
    assert state.over


def test_a_tied_prize_is_split():
    game, state = new(cards=3, ties="split")
    play(game, state, (1, 1))
    assert state.points.tolist() == [3, 3]  # in halves
    assert game.words.points(game.world, state.points[0]) == "1.5 points"
    play(game, state, (2, 3))
    assert state.points.tolist() == [3 + 2, 3 + 4]


@pytest.mark.parametrize(
    ("returns", "paid"),
    [
        ("win_loss", (1 / 2, 1 / 2, -1)),
        ("point_difference", (1 / 6, 1 / 6, -1 / 3)),
        ("total_points", (13 / 6, 13 / 6, 10 / 6)),
    ],
)
def test_returns_of_three_players(returns, paid):
    """3 is shared by two, 2 by all three, and the last card of player 3 wins 1."""
    game, state = new(cards=3, players=3, ties="split", returns=returns)
    assert play(game, state, (3, 3, 1), (2, 2, 2)) == pytest.approx(paid)


@pytest.mark.parametrize(("returns", "paid"), [("win_loss", (-1 / 2, -1 / 2, 1)), ("point_difference", (-1, 0, 1))])
def test_returns_of_one_winner_among_three(returns, paid):
    game, state = new(cards=3, players=3, returns=returns)
    assert play(game, state, (1, 2, 3), (2, 3, 1)) == pytest.approx(paid)
    assert state.points.tolist() == [1, 2, 3]


def test_order_of_prizes():
    for order, expected in (("ascending", [0, 1, 2]), ("descending", [2, 1, 0])):
        game, state = new(cards=3, order=order)
        assert game.spec.chance == "none"
        play(game, state, (1, 2), (2, 3))
        assert state.prizes.tolist() == expected


def test_chance_turns_up_each_prize_once():
    game, state = new(cards=3, order="random")
    assert state.to_move == CHANCE
    assert game.chance(state) == pytest.approx([1 / 3] * 3)
    game.step(state, 1)
    play(game, state, (1, 2))
    assert state.to_move == CHANCE
    assert game.chance(state) == pytest.approx([1 / 2, 0, 1 / 2])
    game.step(state, 0)
    play(game, state, (2, 1))
    assert state.over  # the last prize was no longer a matter of chance
    assert state.prizes.tolist() == [1, 0, 2]
    assert state.points.tolist() == [1, 2]


def test_observation_with_perfect_information():
    game, state = new(cards=4)
    play(game, state, (4, 1), (1, 2))
    pieces = game.spec.pieces(game.observe(state, 1))
    assert pieces["prize"].tolist() == [0, 1, 0, 0]
    assert pieces["hands"].tolist() == [[0, 0, 1, 1], [0, 1, 1, 0]]
    assert pieces["points"] == pytest.approx([0.3, 0.4])
    assert pieces["prizes"].tolist() == [1, 0.75, 0.5, 0]
    assert pieces["bids"].tolist() == [[0.25, 0.5, 0, 0], [1, 0.25, 0, 0]]
    assert pieces["won"].tolist() == [[0, 1], [1, 0], [0, 0], [0, 0]]


def test_imperfect_information_shows_who_won_and_no_bids():
    game, state = new(cards=4, information="imperfect")
    play(game, state, (4, 1))
    other, twin = new(cards=4, information="imperfect")
    play(other, twin, (3, 1))
    assert game.observe(state, 1).tobytes() == other.observe(twin, 1).tobytes()
    assert game.observe(state, 0).tobytes() != other.observe(twin, 0).tobytes()
    pieces = game.spec.pieces(game.observe(state, 0))
    assert pieces["hands"].tolist() == [[1, 1, 1, 0]]
    assert pieces["bids"].tolist() == [[1, 0, 0, 0]]
    text = game.words.describe(game.world, state, 1)
    assert "Player 1: 4 points; cards hidden" in text
    assert "Round 1, prize 4: player 2 bid 1: player 1 won." in text


def test_resampled_bids_are_uniform_over_what_fits():
    """Player 1 won with 3, lost with 2 and tied with 4 of five cards; every order that fits comes equally often."""
    game, state = new(cards=5, information="imperfect")
    play(game, state, (3, 1), (2, 5), (4, 4))
    fits = [order for order in permutations(range(1, 6), 3) if order[0] < 3 and order[1] > 2 and order[2] == 4]
    counts = dict.fromkeys(fits, 0)
    for _ in range(1500):
        game.resample(state, 0)
        counts[tuple(int(bid) + 1 for bid in state.bids[1, :3])] += 1
        assert state.hands[1].sum() == 2
    assert set(counts) == set(fits)
    assert np.array(list(counts.values())) / 1500 == pytest.approx(np.full(len(fits), 1 / len(fits)), abs=0.06)


@pytest.mark.parametrize("ties", ["discard", "carry_over", "split"])
def test_resampled_states_of_three_players_look_and_go_on_the_same(ties):
    game = agora.envs.game(ID, cards=5, players=3, information="imperfect", ties=ties)
    generator, changed = np.random.default_rng(0), 0
    for seed in range(12):
        state = game.settle(game.new(seed))
        while not state.over:
            cards = [generator.choice(np.flatnonzero(game.legal(state, player))) for player in range(3)]
            game.step(state, cards)
            game.settle(state)
            for player in range(3):
                other = game.resample(game.clone(state), player)
                changed += other.bids.tobytes() != state.bids.tobytes()
                assert game.observe(other, player).tobytes() == game.observe(state, player).tobytes()
                assert game.words.describe(game.world, other, player) == game.words.describe(game.world, state, player)
                assert picture(game, other, player).svg() == picture(game, state, player).svg()
                for seat in range(3):
                    played = set(other.bids[seat, : state.rounds].tolist())
                    assert played | set(np.flatnonzero(other.hands[seat]).tolist()) == set(range(5))
    assert changed > 40


def test_words():
    game, state = new(cards=4, ties="carry_over")
    play(game, state, (2, 2))
    assert game.words.name(game.world, state, 0, 2) == "3"
    for line in ("3", " bid 3 ", "Card 3"):
        assert game.words.parse(game.world, state, 0, line) == [2]
    with pytest.raises(ValueError, match="You have no card 2; you have 1, 3, 4"):
        game.words.parse(game.world, state, 0, "2")
    with pytest.raises(ValueError, match="is no bid"):
        game.words.parse(game.world, state, 0, "three")
    assert "prize 3, with 4 points carried over" in game.words.describe(game.world, state, 0)
    play(game, state, (3, 4), (1, 3))
    assert game.words.status(game.world, state) == "The game is over: player 2 won with 9 points."


@pytest.mark.parametrize(
    "options",
    [
        {"cards": 1},
        {"players": 1},
        {"information": "none"},
        {"order": "sorted"},
        {"ties": "keep"},
        {"returns": "chips"},
    ],
)
def test_options_are_checked(options):
    with pytest.raises(ValueError, match="is not allowed"):
        agora.envs.game(ID, **options)


@pytest.mark.parametrize("order", ["ascending", "descending", "random"])
@pytest.mark.parametrize("ties", ["discard", "carry_over", "split"])
def test_reference_of_total_points_by_enumeration(order, ties):
    game = agora.envs.game(ID, cards=3, order=order, ties=ties, returns="total_points")
    orders = {"ascending": [(1, 2, 3)], "descending": [(3, 2, 1)], "random": list(permutations((1, 2, 3)))}[order]
    earned = []
    for prizes in orders:
        for bids, others in product(permutations((1, 2, 3)), repeat=2):
            pot, points = 0, 0.0
            for bid, other, prize in zip(bids, others, prizes, strict=True):
                if bid == other:
                    pot += prize * (ties == "carry_over")
                    points += prize * (ties == "split") / 2
                else:
                    points += (prize + pot) * (bid > other)
                    pot = 0
            earned.append(points)
    reference = game.reference()
    assert reference.random == pytest.approx([np.mean(earned)] * 2, abs=0.03 if ties == "carry_over" else 1e-12)
    assert reference.best == (3, 3)


def test_reference_of_a_zero_sum_game():
    assert agora.envs.game(ID, players=3).reference().best == (0, 0, 0)

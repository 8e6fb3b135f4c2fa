"""Kuhn poker against the literature's rules and hands worked by hand."""

import numpy as np
import pytest

import agora.envs
from agora.envs.api import CHANCE

J, Q, K, A = range(4)
PASS, BET = 0, 1


def dealt(*cards, **options):
    """The game, and a state in which the cards have been dealt."""
    game = agora.envs.game("agora/KuhnPoker-v0", players=len(cards), **options)
    state = game.new()
    for card in cards:
        game.step(state, card)
    return game, state


@pytest.mark.parametrize(
    ("cards", "actions", "returns"),
    [
        ((K, Q), (PASS, PASS), (1, -1)),
        ((J, Q), (PASS, PASS), (-1, 1)),
        ((J, K), (BET, PASS), (1, -1)),
        ((J, K), (BET, BET), (-2, 2)),
        ((K, J), (PASS, BET, PASS), (-1, 1)),
        ((K, J), (PASS, BET, BET), (2, -2)),
        ((J, Q, K), (PASS, PASS, PASS), (-1, -1, 2)),
        ((A, Q, K), (PASS, PASS, BET, PASS, BET), (-1, -2, 3)),  # the ace folded
        ((J, Q, A), (BET, BET, PASS), (-2, 3, -1)),
        ((Q, J, A), (BET, BET, BET), (-2, -2, 4)),
        ((Q, A, J), (PASS, BET, PASS, PASS), (-1, 2, -1)),
        ((0, 1, 2, 3), (PASS, PASS, PASS, BET, PASS, BET, BET), (-1, -2, -2, 5)),
        ((4, 1, 2, 3), (BET, BET, BET, BET), (6, -2, -2, -2)),
    ],
)
def test_chips_are_paid_at_the_end(cards, actions, returns):
    game, state = dealt(*cards)
    for action in actions[:-1]:
        assert not game.step(state, action).any()
        assert not state.over
    assert tuple(game.step(state, actions[-1])) == returns
    assert state.over


def test_order_of_answers_to_a_bet():
    game, state = dealt(0, 1, 2, 3)
    movers = []
    for action in (PASS, PASS, BET, PASS, BET, BET):
        movers.append(int(state.to_move))
        game.step(state, action)
    assert movers == [0, 1, 2, 3, 0, 1]


def test_deck_has_one_card_more_than_players_and_no_card_twice():
    game = agora.envs.game("agora/KuhnPoker-v0", players=3)
    state = game.new()
    assert state.to_move == CHANCE
    assert game.chance(state).tolist() == [0.25] * 4
    game.step(state, Q)
    assert game.chance(state) == pytest.approx([1 / 3, 0, 1 / 3, 1 / 3])
    game.step(state, A)
    assert game.chance(state).tolist() == [0.5, 0, 0.5, 0]


def test_observation_names_card_seat_and_betting():
    game, state = dealt(Q, K)
    game.step(state, PASS)
    game.step(state, BET)
    pieces = game.spec.pieces(game.observe(state, 0))
    assert pieces["card"].tolist() == [0, 1, 0]
    assert pieces["seat"].tolist() == [1, 0]
    assert pieces["betting"].tolist() == [[1, 0], [0, 1], [0, 0]]
    assert game.spec.pieces(game.observe(state, 1))["card"].tolist() == [0, 0, 1]


def test_nobody_has_a_card_before_the_deal():
    game = agora.envs.game("agora/KuhnPoker-v0")
    assert game.observe(game.new(), 0).tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]


def test_resampled_hands_are_uniform_over_what_the_player_cannot_see():
    game, state = dealt(Q, J, A)
    counts = np.zeros((4, 4))
    for _ in range(3000):
        game.resample(state, 0)
        assert state.card[0] == Q
        counts[state.card[1], state.card[2]] += 1
    assert np.count_nonzero(counts) == 6
    assert counts[counts > 0] == pytest.approx(500, abs=90)  # four standard deviations


def test_words_say_and_read_the_poker_names():
    game, state = dealt(K, J)
    assert game.words.parse(game.world, state, 0, " Check ") == [PASS]
    game.step(state, PASS)
    assert [game.words.name(game.world, state, 1, action) for action in (0, 1)] == ["check", "bet"]
    game.step(state, BET)
    assert [game.words.name(game.world, state, 0, action) for action in (0, 1)] == ["fold", "call"]
    with pytest.raises(ValueError, match="say 'fold' or 'call'"):
        game.words.parse(game.world, state, 0, "check")
    assert "Betting: player 1 checks, player 2 bets" in game.words.describe(game.world, state, 0)


def test_words_hide_the_other_card_and_the_winner_from_players():
    game, state = dealt(K, J)
    for action in (PASS, PASS):
        game.step(state, action)
    assert "Player 1 (you): K" in game.words.describe(game.world, state, 0)
    assert "Player 2: hidden" in game.words.describe(game.world, state, 0)
    assert "wins" not in game.words.describe(game.world, state, 0)
    assert "Player 1 wins the pot of 2." in game.words.describe(game.world, state, None)


@pytest.mark.parametrize("players", [2, 3, 4])
def test_spectator_is_told_who_is_paid(players):
    game = agora.envs.game("agora/KuhnPoker-v0", players=players)
    generator = np.random.default_rng(players)
    for seed in range(50):
        state = game.settle(game.new(seed))
        returns = np.zeros(players)
        while not state.over:
            returns += game.step(state, generator.integers(2))
        winner = int(returns.argmax())
        pot = int(returns.max()) + game.words.stakes(game.world, state)[winner]
        assert f"Player {winner + 1} wins the pot of {pot}." in game.words.describe(game.world, state, None)


@pytest.mark.parametrize(
    ("players", "random", "best"),
    [
        (2, (1 / 8, -1 / 8), (-1 / 18, 1 / 18)),
        (3, (0.234375, -0.046875, -0.1875), (-1 / 48, -1 / 48, 1 / 24)),
    ],
)
def test_reference(players, random, best):
    reference = agora.envs.game("agora/KuhnPoker-v0", players=players).reference()
    assert reference.random == pytest.approx(random, abs=1e-15)
    assert reference.best == pytest.approx(best, abs=1e-15)
    assert reference.kind == "exact"


@pytest.mark.parametrize("players", [1, 5, 2.0, True, "2"])
def test_players_must_be_two_to_four(players):
    with pytest.raises(ValueError, match="whole number from 2 to 4"):
        agora.envs.game("agora/KuhnPoker-v0", players=players)

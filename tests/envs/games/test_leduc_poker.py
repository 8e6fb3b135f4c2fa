"""Leduc poker against the literature's rules and hands worked by hand."""

import numpy as np
import pytest

import agora.envs
from agora.envs.api import CHANCE

FOLD, CALL, RAISE = range(3)
JS, JH, QS, QH, KS, KH = range(6)  # spades and hearts


def dealt(first, second, **options):
    """The game, and a state in which both players have their card."""
    game = agora.envs.game("agora/LeducPoker-v0", **options)
    state = game.new()
    game.step(state, first)
    game.step(state, second)
    return game, state


def play(game, state, *actions):
    """Plays actions, and outcomes where chance moves; returns what was paid."""
    return sum(game.step(state, action) for action in actions)


def test_a_hand_worked_by_hand():
    game, state = dealt(KS, JH)
    assert not game.legal(state)[FOLD]  # nothing to fold to
    play(game, state, RAISE)
    assert state.stake.tolist() == [3, 1]
    play(game, state, RAISE)
    assert state.stake.tolist() == [3, 5]
    assert game.legal(state).tolist() == [True, True, False]  # two raises are the limit
    play(game, state, CALL)
    assert state.to_move == CHANCE
    assert game.chance(state) == pytest.approx([1 / 4, 0, 1 / 4, 1 / 4, 0, 1 / 4])
    play(game, state, JS)
    assert state.to_move == 0  # player 1 opens both rounds
    assert game.legal(state).tolist() == [False, True, True]
    play(game, state, CALL)
    assert game.legal(state).tolist() == [False, True, True]  # a check is no bet to fold to
    play(game, state, RAISE)
    assert state.stake.tolist() == [5, 9]
    play(game, state, RAISE)
    assert state.stake.tolist() == [13, 9]
    assert play(game, state, CALL).tolist() == [-13, 13]  # the pair of jacks beats the king
    assert state.over


@pytest.mark.parametrize(
    ("cards", "moves", "returns"),
    [
        ((KS, QS), (RAISE, FOLD), (1, -1)),
        ((JS, QS), (CALL, RAISE, FOLD), (-1, 1)),
        ((JS, QS), (RAISE, RAISE, FOLD), (-3, 3)),
        ((JS, QS), (CALL, CALL, KS, CALL, CALL), (-1, 1)),
        ((JS, QS), (CALL, CALL, JH, CALL, CALL), (1, -1)),
        ((QS, QH), (RAISE, CALL, KS, RAISE, CALL), (0, 0)),
        ((KS, QH), (CALL, CALL, JH, RAISE, FOLD), (1, -1)),
        ((KS, QH), (RAISE, CALL, JH, CALL, RAISE, FOLD), (-3, 3)),
        ((KS, QH), (RAISE, CALL, JH, RAISE, RAISE, FOLD), (-7, 7)),
        ((QH, KS), (RAISE, RAISE, CALL, KH, RAISE, CALL), (-9, 9)),
    ],
)
def test_chips_are_paid_at_the_end(cards, moves, returns):
    game, state = dealt(*cards)
    assert not play(game, state, *moves[:-1]).any()
    assert not state.over
    assert tuple(play(game, state, moves[-1])) == returns
    assert state.over


def test_a_folder_forfeits_only_what_is_in_the_pot():
    batch = agora.envs.batch("agora/LeducPoker-v0", 512, seed=3, random_seats=[False, True])
    batch.step(np.full(512, RAISE))
    ended = batch.final_returns[batch.final_steps == 2]
    assert len(ended) > 100
    assert (ended == [1, -1]).all()


def test_observation_names_cards_seat_and_betting():
    game, state = dealt(QH, JS)
    play(game, state, RAISE, CALL, KS, CALL)
    pieces = game.spec.pieces(game.observe(state, 1))
    assert pieces["card"].tolist() == [1, 0, 0, 0, 0, 0]
    assert pieces["board"].tolist() == [0, 0, 0, 0, 1, 0]
    assert pieces["seat"].tolist() == [0, 1]
    assert pieces["betting"][0].argmax(axis=1)[:2].tolist() == [RAISE, CALL]
    assert pieces["betting"][1].tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_suit_isomorphism_shows_ranks_only():
    game, state = dealt(QH, JS, suit_isomorphism=True)
    play(game, state, CALL, CALL, QS)
    other, mirrored = dealt(QS, JH, suit_isomorphism=True)
    play(other, mirrored, CALL, CALL, QH)
    assert game.spec.pieces(game.observe(state, 0))["card"].tolist() == [0, 1, 0]
    assert np.array_equal(game.observe(state, 0), other.observe(mirrored, 0))
    words = [one.words.describe(one.world, s, 0) for one, s in ((game, state), (other, mirrored))]
    assert words[0] == words[1]
    assert "Board: Q\n" in words[0]


@pytest.mark.parametrize("suit_isomorphism", [False, True])
def test_resampled_card_is_uniform_over_what_the_player_cannot_see(suit_isomorphism):
    game, state = dealt(QH, JS, suit_isomorphism=suit_isomorphism)
    play(game, state, CALL, CALL, KS)
    seen = game.observe(state, 0)
    counts = np.zeros(6)
    for _ in range(2000):
        game.resample(state, 0)
        counts[state.card[1]] += 1
        assert np.array_equal(game.observe(state, 0), seen)
    assert counts[[QH, KS]].tolist() == [0, 0]
    assert counts[[JS, JH, QS, KH]] == pytest.approx(500, abs=80)  # four standard deviations


def test_words_say_and_read_the_poker_names():
    game, state = dealt(KS, JH)

    def names():
        return [game.words.name(game.world, state, int(state.to_move), a) for a in np.flatnonzero(game.legal(state))]

    assert names() == ["check", "bet"]
    assert game.words.parse(game.world, state, 0, "BET ") == [RAISE]
    with pytest.raises(ValueError, match="no bet to fold to"):
        game.words.parse(game.world, state, 0, "fold")
    play(game, state, RAISE)
    assert names() == ["fold", "call", "raise"]
    play(game, state, RAISE)
    assert names() == ["fold", "call"]
    with pytest.raises(ValueError, match="2 raises a round is the limit"):
        game.words.parse(game.world, state, 0, "raise")
    with pytest.raises(ValueError, match="say 'fold' or 'call'"):
        game.words.parse(game.world, state, 0, "dance")


def test_words_hide_the_other_card():
    game, state = dealt(KS, JH)
    assert game.words.describe(game.world, state, 1).splitlines()[:3] == [
        "Player 1: hidden, 1 in the pot",
        "Player 2 (you): J♥, 1 in the pot",
        "Board: not dealt yet",
    ]


def test_spectator_is_told_who_is_paid():
    game = agora.envs.game("agora/LeducPoker-v0")
    generator = np.random.default_rng(5)
    seen = set()
    for seed in range(150):
        state = game.settle(game.new(seed))
        returns = np.zeros(2)
        while not state.over:
            returns += game.step(state, generator.choice(np.flatnonzero(game.legal(state))))
            game.settle(state)
        told = f"Player {returns.argmax() + 1} wins the pot" if returns.any() else "is shared"
        assert told in game.words.describe(game.world, state, None)
        assert told not in game.words.describe(game.world, state, 0)
        seen.add(told)
    assert len(seen) == 3


def test_reference():
    reference = agora.envs.game("agora/LeducPoker-v0").reference()
    assert reference.random == (-0.078125, 0.078125)
    assert reference.best == (-0.085606424078, 0.085606424078)
    assert reference.kind == "exact"


@pytest.mark.parametrize("value", [1, "yes", None])
def test_suit_isomorphism_must_be_a_bool(value):
    with pytest.raises(ValueError, match="choose one of False, True"):
        agora.envs.game("agora/LeducPoker-v0", suit_isomorphism=value)

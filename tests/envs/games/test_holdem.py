"""Texas hold'em: hands of cards, betting and pots worked by hand."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

import agora.envs
from agora.envs.api import CHANCE
from agora.envs.games.holdem.evaluator import CATEGORIES, CATEGORY
from agora.envs.games.holdem.reference import hands, is_solved
from agora.envs.games.holdem.rules import make_world
from agora.envs.games.holdem.words import card_name, describe
from support import action_names

ID = "agora/Holdem-v0"
DECK = {card_name(card): card for card in range(52)}
QUIET = "2c 3d 5h 7s 9c"  # a board that helps nobody much


def table(cards="", **options):
    """The game, and a state after dealing ``cards``, two a seat, from seat 0 on."""
    game = agora.envs.game(ID, **options)
    state = game.new()
    deal(game, state, cards)
    return game, state


def deal(game, state, cards):
    for card in cards.split():
        assert state.to_move == CHANCE
        game.step(state, DECK[card])


def play(game, state, *lines):
    """Plays lines of words, seat by seat as it comes; a line of cards is dealt. Returns what was paid."""
    paid = np.zeros(game.spec.players)
    for line in lines:
        if state.to_move == CHANCE:
            for card in line.split():
                paid += game.step(state, DECK[card])
        else:
            (action,) = game.words.parse(game.world, state, int(state.to_move), line)
            assert game.legal(state)[action], line
            paid += game.step(state, action)
    return paid.tolist()


def strength(*lines):
    cards = np.array([[DECK[card] for card in line.split()] for line in lines])
    out = np.zeros(len(cards), np.int64)
    hands().strengths(cards, out)
    return out.tolist()


# Hands


LADDER = [  # of seven cards, strictly falling
    "Ah Kh Qh Jh Th 2c 3d",
    "9s Ks Qs Js Ts 9c 9d",
    "Ac 2c 3c 4c 5c Kd Ks",
    "2c 2d 2h 2s Ac Kd Qh",
    "2c 2d 2h 2s Kc Kd Kh",
    "Kc Kd Kh Ac Ad As 2s",
    "Kc Kd Kh Ac Ad 2s 2h",
    "Ah Qh 9h 4h 3h Ac Ad",
    "Ah Qh 9h 4h 2h Kc Kd",
    "Ac Kd Qh Js Tc 2d 2h",
    "Kd Qh Js Tc 9d Kh Ks",
    "6c 5d 4h 3s 2c Ad Ah",
    "Ac 2d 3h 4s 5c 7d 9h",
    "7c 7d 7h As Qc 9d 2h",
    "7c 7d 7h As Jc 9d 2h",
    "Ac Ad 3h 3s Qc Qd Kh",
    "Ac Ad 3h 3s Kc 9d 2h",
    "Ac Ad 3h 3s Qc 9d 2h",
    "8c 8d Ah Js 9c 3d 2h",
    "8c 8d Ah Js 7c 3d 2h",
    "Ac Qd Jh 9s 8c 3d 2h",
    "Kc Qd Jh 9s 8c 3d 2h",
]


def test_hands_rank_as_in_the_book():
    found = strength(*LADDER)
    assert all(better > worse for better, worse in pairwise(found))
    categories = [CATEGORIES[number >> CATEGORY] for number in found]
    assert [categories.count(category) for category in reversed(CATEGORIES)] == [3, 2, 2, 2, 4, 2, 3, 2, 2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ac Kd Qh Js 9c 3d 2h", "As Kh Qd Jc 9h 8d 2c"),
        ("Ac Ad Kh Ks Qc Jd 2h", "Ah As Kc Kd Qd Qh 3s"),
        ("Ac Ad Ah Kc Kd Kh 2s", "Ac Ad As Kc Ks Qd Qh"),
        ("Ah Qh 9h 4h 3h 2h Kc", "Ah Qh 9h 4h 3h Ac Ad"),
        ("7c 7d 7h As Qc 9d 2h", "7c 7d 7h As Qc 8d 3h"),
        ("Ac Ad Kh Qs Jc 9d 2h", "Ac Ad Kh Qs Jc 8d 3h"),
        ("Th Jh Qh Kh 9h 2c 3c", "Ts Js Qs Ks 9s 8s 7s"),
        ("2c 2d 2h 2s Ac Kd Qh", "2c 2d 2h 2s Ah 3d 4h"),
        ("5c 4d 3h 2s Ac 5d 5h", "5s 4s 3s 2c Ah Ad Ks"),
    ],
)
def test_only_the_best_five_cards_count(one, other):
    first, second = strength(one, other)
    assert first == second


def test_fewer_cards_are_judged_alike():
    assert strength("Ac Kd Qh Js 9c") == strength("Ac Kd Qh Js 9c 3d")
    assert strength("Ac Ad Kh Js 9c") == strength("Ac Ad Kh Js 9c 8d 2c")


def test_hand_strength_counts_the_hands_that_are_beaten():
    """With a royal flush on the board all share; with the nuts nobody beats us."""
    own = np.array([[DECK["2c"], DECK["3c"]], [DECK["Ah"], DECK["Kh"]], [DECK["2c"], DECK["3d"]]])
    board = np.array(
        [[DECK[card] for card in line.split()] for line in ("As Ks Qs Js Ts", "Qh Jh Th 2c 3c", "9s 9h 9d 2s 2d")]
    )
    out = np.zeros(3)
    hands().hand_strengths(own, board, np.array([5, 3, 5]), out)
    assert out[0] == 0.5
    assert out[1] == 1.0
    others = 45 * 44 // 2  # unseen cards: one 2, three 3s, a nine, four of each of the ten other ranks
    better = 44 + 10 * 6 + 3  # quads with the nine, pairs above deuces, and pairs of threes
    # Equal: whoever plays the board, nines full of deuces.
    assert out[2] == pytest.approx((others - better) / 2 / others)


# Order and blinds


def test_heads_up_the_button_acts_first_before_the_flop_and_last_later():
    game, state = table("Ah Ad Kh Kd")
    assert game.spec.seats == ("button", "big blind")
    assert (state.bet[:2].tolist(), state.stack[:2].tolist()) == ([1, 2], [199, 198])
    assert state.to_move == 0
    play(game, state, "call")
    assert state.to_move == 1
    assert action_names(game, state)[0] == "check"  # the big blind has its option
    play(game, state, "check", "2c 3c 4c")
    assert state.to_move == 1
    play(game, state, "check", "check", "8h")
    assert state.to_move == 1


def test_six_players_act_from_the_left_of_the_big_blind_then_of_the_button():
    game, state = table("2c 2d 3c 3d 4c 4d 5c 5d 6c 6d 7c 7d", players=6)
    assert game.spec.seats[0] == "small blind"
    assert game.spec.seats[5] == "button"
    order = []
    for _ in range(6):
        order.append(int(state.to_move))
        play(game, state, "fold" if state.to_move == 0 else "call" if state.to_move != 1 else "check")
    assert order == [2, 3, 4, 5, 0, 1]
    play(game, state, "Ah Ad Ac")
    assert state.to_move == 1  # the small blind has folded


def test_antes_are_in_the_pot_but_no_bet():
    game, state = table("Ah Ad Kh Kd Qh Qd", players=3, ante=5, stacks=[100, 100, 6])
    assert state.stake[:3].tolist() == [6, 7, 5]
    assert state.bet[:3].tolist() == [1, 2, 0]
    assert action_names(game, state) == ["fold", "call 1"]  # the one chip left of the button is less than the blind
    assert play(game, state, "fold", "fold") == [-6, 11, -5]


def test_blinds_that_put_everybody_in_are_dealt_out():
    game, state = table("Ah Ad Kh Kd", stacks=[1, 2])
    assert state.to_move == CHANCE
    assert play(game, state, QUIET) == [1, -1]
    assert state.over


def test_a_blind_that_is_covered_needs_no_action():
    """The big blind has one chip, which the small blind matches already."""
    game, state = table("Ah Ad Kh Kd", stacks=[50, 1])
    assert state.to_move == CHANCE
    assert play(game, state, QUIET) == [1, -1]


# Sizes of raises


def test_the_least_raise_is_the_largest_raise_so_far():
    game, state = table("Ah Ad Kh Kd", bets="all")
    assert action_names(game, state)[:3] == ["fold", "call 1", "raise to 4"]
    play(game, state, "raise to 10")
    assert action_names(game, state)[2] == "raise to 18"
    play(game, state, "raise to 30")
    assert action_names(game, state)[2] == "raise to 50"
    play(game, state, "call", "2c 3c 4c")
    assert action_names(game, state)[:2] == ["check", "bet 2"]
    play(game, state, "bet 7")
    assert action_names(game, state)[2] == "raise to 14"
    assert action_names(game, state)[-1] == "raise to 170 all-in"


def test_action_numbers_of_all_bets_are_totals_of_the_hand():
    game, state = table("Ah Ad Kh Kd", bets="all", stacks=40, ante=1)
    assert game.spec.action.n == 41
    assert np.flatnonzero(game.legal(state)).tolist() == [0, 1, *range(5, 41)]
    game.step(state, 11)
    assert state.bet[0] == 10
    game.step(state, 1)
    deal(game, state, "2c 3c 4c")
    assert np.flatnonzero(game.legal(state)).tolist() == [1, *range(13, 41)]
    game.step(state, 20)
    assert (state.bet[1], state.stake[1]) == (9, 20)


def test_fractions_are_of_the_pot_after_a_call():
    game, state = table("Ah Ad Kh Kd", bets=(0.29, 0.5, 0.75, 1, 2, 100))
    # The pot is 4 after a call. 0.29 and 0.5 of it would be raises to 3 and to 4.
    assert np.flatnonzero(game.legal(state)).tolist() == [0, 1, 3, 4, 5, 6, 8]
    assert action_names(game, state)[2:] == [
        "raise to 4",
        "raise to 5",
        "raise to 6",
        "raise to 10",
        "raise to 200 all-in",
    ]
    play(game, state, "raise to 10")  # a call makes 20
    assert action_names(game, state)[2:-1] == ["raise to 20", "raise to 25", "raise to 30", "raise to 50"]
    play(game, state, "raise to 50", "call", "2c 3c 4c")
    assert action_names(game, state) == ["check", "bet 29", "bet 50", "bet 75", "bet 100", "bet 150 all-in"]


def test_equal_sizes_are_offered_once():
    game, state = table("Ah Ad Kh Kd", bets=(0.5, 0.6, 0.7, 1.0))
    assert action_names(game, state)[2:] == ["raise to 4", "raise to 6", "raise to 200 all-in"]


def test_no_fractions_leave_all_in():
    game, state = table("Ah Ad Kh Kd", bets=())
    assert action_names(game, state) == ["fold", "call 1", "raise to 200 all-in"]


# Incomplete raises

SHORT = {"players": 3, "bets": "all", "stacks": [1000, 1000, 160], "blinds": (50, 100)}


def test_an_incomplete_raise_does_not_open_the_betting_again():
    """A bet of 100, all-in for 150: the bettor may only call, who has not acted may raise by 100 more."""
    game, state = table("Ah Ad Kh Kd Qh Qd", **{**SHORT, "stacks": [1000, 1000, 250]})
    play(game, state, "call", "call", "check", "2c 3c 4c", "bet 100", "call", "all-in")
    assert state.level == 150
    assert action_names(game, state) == ["fold", "call 50"]
    play(game, state, "call")
    assert action_names(game, state) == ["fold", "call 50"]
    play(game, state, "call")
    assert state.stage == 2


def test_who_has_not_acted_may_raise_an_incomplete_raise():
    game, state = table("Ah Ad Kh Kd Qh Qd", **{**SHORT, "stacks": [1000, 250, 1000]})
    play(game, state, "call", "call", "check", "2c 3c 4c", "bet 100", "all-in")
    assert action_names(game, state)[:3] == ["fold", "call 150", "raise to 250"]
    play(game, state, "raise to 250")
    assert action_names(game, state)[:3] == ["fold", "call 150", "raise to 350"]  # open again: 150 more is a full raise


def test_incomplete_raises_add_up_to_a_full_one():
    """Bet 100, all-in 150, all-in 200: the bettor faces 100 more and may raise."""
    options = {**SHORT, "players": 4, "stacks": [1000, 250, 300, 1000]}
    game, state = table("Ah Ad Kh Kd Qh Qd Jh Jd", **options)
    play(game, state, "call", "call", "call", "check", "2c 3c 4c", "bet 100", "all-in", "all-in", "call")
    assert action_names(game, state)[:3] == ["fold", "call 100", "raise to 300"]


def test_acpc_opens_the_betting_again():
    options = {**SHORT, "stacks": [1000, 1000, 220], "convention": "acpc"}
    game, state = table("Ah Ad Kh Kd Qh Qd", **options)
    play(game, state, "call", "call", "check", "2c 3c 4c", "bet 100", "call", "all-in")
    assert action_names(game, state)[:3] == ["fold", "call 20", "raise to 200"]


def test_nobody_bets_against_players_that_are_all_in():
    game, state = table("Ah Ad Kh Kd", bets="all", stacks=[200, 50])
    play(game, state, "call", "all-in")
    assert action_names(game, state) == ["fold", "call 48"]


def test_who_can_just_call_cannot_raise():
    game, state = table("Ah Ad Kh Kd", bets="all", stacks=[200, 50])
    play(game, state, "raise to 50")
    assert action_names(game, state) == ["fold", "call 48"]


# Limits


def test_limits():
    game, state = table("Ah Ad Kh Kd", betting="limit")
    assert action_names(game, state) == ["fold", "call 1", "raise to 4"]
    play(game, state, "raise", "raise", "raise")
    assert action_names(game, state) == ["fold", "call 2"]  # four bets, the blind included
    with pytest.raises(ValueError, match="4 bets a round are the limit"):
        game.words.parse(game.world, state, 1, "raise")
    play(game, state, "call", "2c 3c 4c")
    assert action_names(game, state) == ["check", "bet 2"]
    play(game, state, "bet", "raise", "raise", "raise")
    assert action_names(game, state) == ["fold", "call 2"]
    play(game, state, "call", "8h")
    assert action_names(game, state) == ["check", "bet 4"]
    play(game, state, "bet 4", "call", "9s", "bet", "raise", "raise", "raise")
    assert play(game, state, "call") == [36, -36]  # 8 + 8 + 4 + 16


def test_the_most_that_limits_can_cost():
    game, state = table("Ah Ad Kh Kd", betting="limit", bets=(3, 5), blinds=(2, 3), ante=1)
    play(game, state, "raise", "raise", "raise", "call")
    for cards in ("2c 3c 4c", "8h", "9s"):
        paid = play(game, state, cards, "bet", "raise", "raise", "raise", "call")
    assert paid == [65, -65]
    assert game.spec.returns == (-65, 65)


def test_less_than_half_a_bet_does_not_open_limit_betting():
    for stack, raises in ((3, False), (4, True)):
        game, state = table(
            "Ah Ad Kh Kd Qh Qd", players=3, betting="limit", bets=(4, 4), blinds=(2, 4), stacks=[100, 100, 6 + stack]
        )
        play(game, state, "call", "call", "check", "2c 3c 4c", "bet 4", "call", "all-in")
        assert state.level == 2 + stack
        assert (len(action_names(game, state)) == 3) == raises


# Pots


def test_side_pots():
    """All in with 30, 80, 200 and 200 and hands that get worse from seat to seat: 120, then 150, then 240."""
    game, state = table("Ah Ad Kh Kd Qh Qd Jh Jd", players=4, stacks=[30, 80, 200, 200])
    play(game, state, "all-in", "call", "call", "call")
    assert state.to_move == CHANCE
    assert play(game, state, QUIET) == [90, 70, 40, -200]


def test_the_best_hand_gets_nothing_of_a_pot_it_did_not_match():
    """The first two hands are equal, but the first is all-in with 30: the side pot is the second's alone."""
    game, state = table("Ah Kd As Kc 2c 3d", players=3, stacks=[30, 100, 100])
    play(game, state, "all-in", "call", "call")
    assert play(game, state, "Ac Qh Jh 7s 5s") == [15, 85, -100]


def test_a_bet_that_nobody_matches_comes_back():
    game, state = table("Ah Ad Kh Kd", stacks=[200, 50])
    play(game, state, "all-in", "call")
    assert play(game, state, "2c Kc 5h 7s 9c") == [-50, 50]
    assert state.won[:2].tolist() == [150, 100]


def test_folded_chips_go_to_the_pots_they_were_bet_into():
    game, state = table("Ah Ad Kh Kd Qh Qd", players=3, stacks=[20, 100, 100], bets="all")
    play(game, state, "raise to 10", "all-in", "raise to 44", "fold")
    assert play(game, state, QUIET) == [30, -20, -10]


def test_odd_chips_go_left_of_the_button():
    """Three play the board for 13 chips, one of them a small blind that folded: the odd one goes to the big blind."""
    options = {"players": 4, "bets": "all", "stacks": [30, 30, 30, 30], "blinds": (1, 2)}
    game, state = table("2h 2d 3h 3d 4h 4d 5h 5d", **options)
    play(game, state, "call", "raise to 4", "fold", "call", "call", "Ac Kc Qd", "check", "check", "check")
    paid = play(game, state, "Jd", "check", "check", "check", "Th", "check", "check", "check")
    assert paid == [-1, 1, 0, 0]
    game, state = table("2h 2d 3h 3d 4h 4d 5h 5d", **options, convention="acpc")
    play(game, state, "call", "raise to 4", "fold", "call", "call", "Ac Kc Qd", "check", "check", "check")
    paid = play(game, state, "Jd", "check", "check", "check", "Th", "check", "check", "check")
    assert paid == pytest.approx([-1, 1 / 3, 1 / 3, 1 / 3])


@pytest.mark.parametrize("convention", ["tournament", "acpc"])
@pytest.mark.parametrize("players", [2, 6])
def test_chips_are_neither_made_nor_lost(players, convention):
    """Whoever folded gets nothing, and the best hand of all gets something."""
    stacks = [40, 90, 15, 60, 33, 70][:players]
    game = agora.envs.game(ID, players=players, stacks=stacks, ante=1, convention=convention)
    generator = np.random.default_rng(players)
    for seed in range(150):
        state = game.settle(game.new(seed))
        while not state.over:
            assert (state.stack + state.stake)[:players].tolist() == stacks
            paid = game.step(state, generator.choice(np.flatnonzero(game.legal(state))))
            game.settle(state)
        assert state.won.sum() == pytest.approx(state.stake.sum())
        assert not state.won[state.folded == 1].any()
        if state.strength.any():
            assert state.won[state.strength.argmax()] > 0
        assert paid.sum() == pytest.approx(0)


# Chance, observation, history


def test_the_same_seed_deals_the_same_cards_whatever_is_played():
    """Duplicate matches: seats swapped or other play, each seat gets the same cards and the board is the same."""
    game = agora.envs.game(ID, players=3)
    for seed in range(20):
        decks = []
        for habit in (0, 1, -1):
            state = game.settle(game.new(seed))
            while not state.over:
                allowed = np.flatnonzero(game.legal(state))
                game.step(state, allowed[habit] if habit else 1)
                game.settle(state)
            decks.append(state.cards[: state.dealt].tolist())
        longest = max(decks, key=len)
        assert len(longest) == 11
        assert all(deck == longest[: len(deck)] for deck in decks)


def test_two_agents_get_the_same_cards_when_they_swap_seats():
    seeds = np.arange(64)
    first, second = (agora.envs.batch(ID, 64, seeds, autoreset="disabled") for _ in range(2))
    for batch, habits in ((first, (1, 2)), (second, (2, 1))):  # a caller and a raiser
        while not batch.ended.all():
            wanted = np.array(habits)[np.maximum(batch.to_move, 0)]
            batch.step(np.where(batch.legal[np.arange(64), wanted], wanted, 1))
    assert first.states.cards[:, :4].tolist() == second.states.cards[:, :4].tolist()
    both = (first.states.dealt == 9) & (second.states.dealt == 9)
    assert both.sum() > 30
    assert first.states.cards[both].tolist() == second.states.cards[both].tolist()


def test_chance_is_uniform_over_the_cards_left():
    game, state = table("Ah Ad Kh")
    chance = game.chance(state)
    assert chance[[DECK["Ah"], DECK["Ad"], DECK["Kh"]]].tolist() == [0, 0, 0]
    assert np.count_nonzero(chance) == 49
    assert chance.max() == pytest.approx(1 / 49)


def test_observation_shows_what_a_player_may_know():
    game, state = table("Ah Ad Kh Kd Qh Qd", players=3, stacks=[100, 100, 50])
    play(game, state, "raise to 4", "fold", "call", "2c 3c 4c", "check")
    pieces = game.spec.pieces(game.observe(state, 2))
    assert np.flatnonzero(pieces["cards"]).tolist() == sorted([DECK["Qh"], DECK["Qd"]])
    assert np.flatnonzero(pieces["board"][0]).tolist() == sorted([DECK["2c"], DECK["3c"], DECK["4c"]])
    assert not pieces["board"][1:].any()
    assert pieces["stage"].tolist() == [0, 1, 0, 0]
    assert pieces["button"].tolist() == [1, 0, 0]
    assert pieces["stacks"] == pytest.approx(np.array([0.46, 0.99, 0.96]))
    assert pieces["playing"].tolist() == [1, 0, 1]
    assert pieces["pot"] == pytest.approx(0.09)
    assert pieces["to_call"] == 0
    moves = pieces["history"][:4]
    assert moves[:, :3].argmax(axis=1).tolist() == [0, 1, 2, 2]  # button, small blind, big blind, big blind
    assert moves[:, 3:7].argmax(axis=1).tolist() == [0, 0, 0, 1]
    assert moves[:, 7:10].argmax(axis=1).tolist() == [2, 0, 1, 1]
    assert moves[:, 10] == pytest.approx(np.array([0.04, 0.01, 0.04, 0]))
    assert not pieces["history"][4:].any()
    assert not pieces["shown"].any()
    play(game, state, "check", "8h", "check", "check", "9s")
    board = game.spec.pieces(game.observe(state, 0))["board"]
    assert [np.flatnonzero(row).tolist() for row in board[1:]] == [[DECK["8h"]], [DECK["9s"]]]
    assert board[0].sum() == 3


def test_a_showdown_shows_the_cards_of_those_who_stayed():
    game, state = table("Ah Ad Kh Kd Qh Qd", players=3)
    play(game, state, "all-in", "fold", "all-in", QUIET)
    shown = game.spec.pieces(game.observe(state, 0))["shown"]
    assert shown[0].tolist() == [0, 0]  # folded
    assert shown[1].tolist() == [DECK["Kh"] + 1, DECK["Kd"] + 1]
    game, state = table("Ah Ad Kh Kd")
    play(game, state, "fold")
    assert not game.spec.pieces(game.observe(state, 1))["shown"].any()


def test_the_longest_hand_with_limits_fills_the_history():
    game, state = table("Ah Ad Kh Kd", betting="limit")
    play(game, state, "call", "raise", "raise", "raise", "call")
    for cards in ("2c 3c 4c", "8h", "9s"):
        play(game, state, cards, "check", "bet", "raise", "raise", "raise", "call")
    assert state.over
    assert state.plays == game.spec.max_steps == 23


def without_past(game, state):
    """The state's bytes after dealing what is due, without what does not matter for the betting to come."""
    while state.to_move == CHANCE and not state.over:
        game.step(state, int(game.chance(state).argmax()))
    history = [name for name in game.dtype.names if name.startswith("history")]
    for field in ("rng", "plays", "steps", "won", "strength", *history):
        state[field] = 0
    return state.tobytes()


@pytest.mark.parametrize("options", [{}, {"players": 3, "stacks": [9, 60, 31], "bets": (1.0,)}])
def test_the_longest_hand_without_limits_fits_the_history(options):
    game = agora.envs.game(ID, **options)

    @cache
    def longest(data):
        if game.load(data).over:
            return 0
        lengths = []
        for action in np.flatnonzero(game.legal(game.load(data))):
            after = game.load(data)
            game.step(after, action)
            lengths.append(1 + longest(without_past(game, after)))
        return max(lengths)

    found = longest(without_past(game, game.new()))
    assert 0.6 * game.spec.max_steps < found <= game.spec.max_steps


@pytest.mark.parametrize(
    "options",
    [
        {"bets": (0.01,), "stacks": 60},
        {"bets": "all", "stacks": [40, 40, 40], "players": 3},
        {"bets": "all", "stacks": [17, 40, 30, 22], "players": 4, "convention": "acpc"},
        {"betting": "limit", "players": 6, "stacks": [17, 40, 30, 100, 200, 200]},
        {},
    ],
)
def test_the_history_has_room_for_the_longest_hand(options):
    """Callers that take the smallest raise more or less often."""
    game = agora.envs.game(ID, **options)
    generator = np.random.default_rng(0)
    for seed in range(60):
        state = game.settle(game.new(seed))
        while not state.over:
            raises = [action for action in np.flatnonzero(game.legal(state)) if action >= 2]
            game.step(state, raises[0] if raises and generator.random() < seed / 60 else 1)
            game.settle(state)
        assert state.plays <= game.spec.max_steps


def test_resampled_cards_are_those_that_were_not_seen():
    game, state = table("Ah Ad Kh Kd Qh Qd", players=3)
    play(game, state, "call", "call", "check", "2c 3c 4c")
    counts = np.zeros(52)
    for _ in range(2000):
        game.resample(state, 1)
        assert state.cards[2:4].tolist() == [DECK["Kh"], DECK["Kd"]]
        assert len(set(state.cards[:9].tolist())) == 9
        counts[state.cards[[0, 1, 4, 5]]] += 1
    seen = [DECK[card] for card in ("Kh", "Kd", "2c", "3c", "4c")]
    assert not counts[seen].any()
    assert np.delete(counts, seen) == pytest.approx(8000 / 47, abs=60)  # more than four standard deviations


def test_resampling_leaves_cards_that_were_shown():
    game, state = table("Ah Ad Kh Kd Qh Qd", players=3)
    play(game, state, "all-in", "fold", "all-in", QUIET)
    game.resample(state, 0)
    assert state.cards[2:6].tolist() == [DECK[card] for card in ("Kh", "Kd", "Qh", "Qd")]


# Words


def test_words():
    game, state = table("Ah Ad Kh Kd", blinds=(5, 10), stacks=1000)
    play(game, state, "raise to 30", "call", "2c Tc 4c", "check")
    assert describe(game.world, state, 0).splitlines() == [
        "No-limit Texas hold'em, blinds 5/10",
        "Button (you): Ah Ad, 970 behind",
        "Big blind: hidden, 970 behind",
        "Board: 2c Tc 4c",
        "Pot: 60",
        "Before the flop: button raises to 30, big blind calls",
        "Flop: big blind checks",
        "To move: button (you)",
    ]
    play(game, state, "bet 60")
    assert describe(game.world, state, None).splitlines()[-2:] == [
        "Flop: big blind checks, button bets 60",
        "To move: big blind, 60 to call",
    ]
    play(game, state, "all-in", "call", "7s 9c")
    assert describe(game.world, state, 0).splitlines()[-1] == "The hand is over. Button gets 2000 with a pair."
    assert "Big blind: Kh Kd, all-in" in describe(game.world, state, 0)


def test_nobody_is_told_cards_that_were_not_shown():
    game, state = table("Ah Ad Kh Kd")
    play(game, state, "fold")
    assert "Button: hidden, folded, 199 behind" in describe(game.world, state, 1)
    assert "Button: Ah Ad, folded, 199 behind" in describe(game.world, state, None)
    assert describe(game.world, state, 1).endswith("The hand is over. Big blind gets 3.")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("check", "say 'call 1'"),
        ("call 7", "say 'call 1'"),
        ("raise to 5", "how much to bet in this round: 4, 6, 10, 200"),
        ("raise", "how much to bet in this round: 4, 6, 10, 200"),
        ("dance", "say 'fold' or 'call 1' or 'raise to 4'"),
    ],
)
def test_bad_lines_get_a_reason(line, reason):
    game, state = table("Ah Ad Kh Kd")
    with pytest.raises(ValueError, match=reason):
        game.words.parse(game.world, state, 0, line)


def test_folding_to_nothing_and_raising_without_chips_get_a_reason():
    game, state = table("Ah Ad Kh Kd", stacks=[200, 50], bets="all")
    play(game, state, "call")
    with pytest.raises(ValueError, match="no bet to fold to"):
        game.words.parse(game.world, state, 1, "fold")
    with pytest.raises(ValueError, match="in this round: 4 to 50"):
        game.words.parse(game.world, state, 1, "raise to 3")
    play(game, state, "all-in")
    with pytest.raises(ValueError, match="nobody can answer"):
        game.words.parse(game.world, state, 0, "raise to 100")
    with pytest.raises(ValueError, match="All-in is not possible"):
        game.words.parse(game.world, state, 0, "all-in")


@pytest.mark.parametrize(
    ("line", "name"), [(" Raise 6 ", "raise to 6"), ("ALL IN", "raise to 200 all-in"), ("call", "call 1")]
)
def test_other_ways_to_say_it(line, name):
    game, state = table("Ah Ad Kh Kd")
    (action,) = game.words.parse(game.world, state, 0, line)
    assert game.words.name(game.world, state, 0, action) == name


# Options, reference, metrics


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"players": 7}, "whole number from 2 to 6"),
        ({"betting": "pot-limit"}, "choose one of 'no-limit', 'limit'"),
        ({"bets": "some"}, "choose one of 'all'"),
        ({"bets": "all", "betting": "limit"}, "give a list of 2 numbers"),
        ({"bets": (1.0, 0.5)}, "in ascending order"),
        ({"bets": (0.0,)}, "give a number from 0.01 to 100"),
        ({"bets": (2, 4, 8), "betting": "limit"}, "give a list of 2 numbers"),
        ({"stacks": [100, 100, 100]}, "give a list of 2 numbers"),
        ({"stacks": 0}, "whole number from 1 to 100000"),
        ({"blinds": (3, 2)}, "blinds\\[0\\]=3 is not allowed"),
        ({"blinds": 2}, "give a list of 2 numbers"),
        ({"ante": -1}, "whole number from 0"),
        ({"convention": "casino"}, "choose one of 'tournament', 'acpc'"),
        ({"bets": "all", "stacks": 100_000}, "give smaller stacks, larger blinds or larger bets"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, **options)


def test_returns_are_bounded_by_what_can_be_matched():
    assert agora.envs.spec(ID, players=3, stacks=[50, 300, 120]).returns == (-120, 170)
    assert agora.envs.spec(ID, players=3, stacks=[50, 300, 300]).returns == (-300, 350)
    assert agora.envs.spec(ID, betting="limit").returns == (-48, 48)


def test_reference():
    reference = agora.envs.game(ID).reference()
    assert reference.best == (200, 200)
    assert reference.random[0] == pytest.approx(-1.46858, abs=1e-5)
    batch = agora.envs.batch(ID, 20_000, seed=1, autoreset="disabled")
    while not batch.ended.all():
        batch.step(batch.sample())
    error = batch.returns[:, 0].std() / np.sqrt(20_000)
    assert batch.returns[:, 0].mean() == pytest.approx(reference.random[0], abs=4 * error)


def test_reference_of_the_solved_game():
    reference = agora.envs.game(ID, betting="limit").reference()
    assert reference.kind == "published"
    assert reference.best == pytest.approx((0.1774, -0.1774))
    assert is_solved(make_world(betting="limit", blinds=(5, 10), stacks=240))
    for other in ({"ante": 1}, {"stacks": 47}, {"players": 3}, {"bets": (2, 2)}, {"betting": "no-limit"}):
        assert not is_solved(make_world(**{"betting": "limit", **other}))


def test_metrics():
    game, state = table("Ah Ad Kh Kd")
    play(game, state, "all-in", "call", QUIET)
    assert game.metrics(state) == {"showdown": 1, "round": 3, "pot_in_big_blinds": 200, "players_all_in": 2}
    game, state = table("Ah Ad Kh Kd")
    play(game, state, "raise to 6", "fold")
    assert game.metrics(state) == {"showdown": 0, "round": 0, "pot_in_big_blinds": 4, "players_all_in": 0}

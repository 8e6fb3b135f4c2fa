"""Normal-form games: payoffs worked by hand, every named table, repetition, what each seat sees."""

import numpy as np
import pytest

import agora.envs
from agora.envs.api import EVERYONE
from agora.envs.canvas import picture

ID = "agora/NormalForm-v0"
NAMES = (
    "matching_pennies",
    "rock_paper_scissors",
    "biased_rock_paper_scissors",
    "prisoners_dilemma",
    "stag_hunt",
    "chicken",
    "battle_of_the_sexes",
    "shapley",
    "trust",
    "coordination",
)
THREE = np.arange(2 * 3 * 2 * 3).reshape(2, 3, 2, 3) % 7  # players with 2, 3 and 2 actions


def made(**options):
    game = agora.envs.game(ID, **options)
    return game, game.new(1)


@pytest.mark.parametrize(
    ("name", "choices", "payoffs"),
    [
        ("matching_pennies", (0, 0), (1, -1)),
        ("matching_pennies", (0, 1), (-1, 1)),
        ("rock_paper_scissors", (0, 2), (1, -1)),  # rock breaks scissors
        ("rock_paper_scissors", (0, 1), (-1, 1)),  # paper wraps rock
        ("biased_rock_paper_scissors", (2, 0), (-50, 50)),
        ("biased_rock_paper_scissors", (2, 1), (5, -5)),
        ("prisoners_dilemma", (0, 1), (0, 5)),
        ("prisoners_dilemma", (0, 0), (3, 3)),
        ("prisoners_dilemma", (1, 1), (1, 1)),
        ("stag_hunt", (0, 1), (0, 1)),
        ("chicken", (0, 0), (0, 0)),
        ("chicken", (1, 0), (1, 4)),
        ("battle_of_the_sexes", (1, 1), (2, 3)),
        ("shapley", (0, 1), (0, 1)),
        ("shapley", (0, 0), (0, 0)),
        ("trust", (0, 1), (-5, 15)),
        ("trust", (1, 0), (0, 0)),
        ("coordination", (1, 1), (1, 1)),
    ],
)
def test_named_payoffs(name, choices, payoffs):
    game, state = made(name=name)
    assert tuple(game.step(state, choices)) == payoffs
    assert state.over


def test_payoff_kinds():
    kinds = {name: agora.envs.spec(ID, name=name).payoff for name in NAMES}
    assert [name for name, kind in kinds.items() if kind == "zero-sum"] == list(NAMES[:3])
    assert [name for name, kind in kinds.items() if kind == "common"] == ["coordination"]


def test_a_matrix_is_a_zero_sum_game():
    game, state = made(payoffs=[[3, -1, 2], [-2, 4, 0.5]])
    assert game.step(state, (1, 2)).tolist() == [0.5, -0.5]
    assert game.spec.payoff == "zero-sum"
    assert game.spec.returns == (-4, 4)
    state = game.new()
    assert [game.legal(state, player).tolist() for player in (0, 1)] == [[True, True, False], [True, True, True]]


def test_players_with_different_numbers_of_actions():
    game, state = made(payoffs=THREE)
    assert game.spec.players == 3
    assert [game.legal(state, player).tolist() for player in range(3)] == [
        [True, True, False],
        [True, True, True],
        [True, True, False],
    ]
    for choices in np.ndindex(2, 3, 2):
        state = game.new()
        assert game.step(state, choices).tolist() == THREE[choices].tolist()


def test_every_seat_sees_the_game_as_its_own():
    game, state = made(payoffs=THREE, rounds=2, memory=2)
    game.step(state, (1, 2, 0))
    for seat in range(3):
        seen = game.spec.pieces(game.observe(state, seat))
        table = seen["payoffs"].reshape(3, 3, 3, 3)
        for choices in np.ndindex(2, 3, 2):
            own_first = np.roll(choices, -seat)
            assert table[tuple(own_first)].tolist() == np.roll(THREE[choices], -seat).tolist()
        assert table.sum() == THREE.sum()  # combinations that cannot be are 0
        assert seen["history"][0].argmax(axis=1).tolist() == np.roll((1, 2, 0), -seat).tolist()
        assert not seen["history"][1].any()
        assert seen["seat"].argmax() == seat
        assert seen["progress"] == 0.5


def test_repetition_adds_up_and_shows_the_latest_rounds():
    game, state = made(name="prisoners_dilemma", rounds=4, memory=3)
    played = [(0, 0), (0, 1), (1, 0), (1, 1)]
    returns = 0
    for number, choices in enumerate(played):
        assert state.to_move == EVERYONE
        assert not state.over
        history = game.spec.pieces(game.observe(state, 0))["history"]
        shown = [tuple(past.argmax(axis=1)) for past in history if past.any()]
        assert shown == played[max(0, number - 3) : number][::-1]
        returns = returns + game.step(state, choices)
    assert state.over
    assert returns.tolist() == [3 + 0 + 5 + 1, 3 + 5 + 0 + 1]
    assert game.spec.returns == (0, 20)


def test_drawn_games_are_uniform_and_stay_for_the_episode():
    game = agora.envs.game(ID, name="random_2x2", rounds=2)
    tables = []
    for seed in range(4000):
        state = game.new(seed)
        tables.append(state.payoffs.copy())
    state = game.new(3)
    assert game.step(state, (1, 0)).tolist() == tables[3][2].tolist()
    assert state.payoffs.tolist() == tables[3].tolist()
    numbers = np.array(tables)
    assert (numbers >= 0).all()
    assert (numbers < 1).all()
    assert abs(numbers.mean(axis=0) - 0.5).max() < 0.02  # four standard errors
    orders = {tuple(np.argsort(table[:, player])) for table in numbers for player in (0, 1)}
    assert len(orders) == 24


@pytest.mark.parametrize(
    ("name", "best", "kind"),
    [
        ("matching_pennies", (0, 0), "exact"),
        ("biased_rock_paper_scissors", (0, 0), "exact"),
        ("prisoners_dilemma", (3, 3), "exact"),
        ("shapley", (1, 1), "exact"),
        ("trust", (0, 0), "exact"),
        ("stag_hunt", (6, 6), "exact"),
        ("coordination", (3, 3), "exact"),
        ("chicken", (12, 12), "bound"),
        ("battle_of_the_sexes", (9, 9), "bound"),
        ("random_2x2", (2.4, 2.4), "bound"),
    ],
)
def test_reference_of_three_rounds(name, best, kind):
    reference = agora.envs.game(ID, name=name, rounds=3).reference()
    assert reference.best == pytest.approx(best, abs=1e-7)
    assert reference.kind == kind


def test_reference_of_a_matrix():
    reference = agora.envs.game(ID, payoffs=[[3, -1], [-2, 4]], rounds=2).reference()
    assert reference.random == (2, -2)
    assert reference.best == pytest.approx((2, -2))
    skewed = agora.envs.game(ID, payoffs=[[3, -1, -3], [-2, 4, 1]]).reference()
    # Against columns 1 and 3 the first player mixes 1/3, 2/3 and secures -1/3; column 2 would pay more.
    assert skewed.best == pytest.approx((-1 / 3, 1 / 3))
    assert skewed.kind == "exact"


def test_words():
    game, state = made(name="prisoners_dilemma", rounds=2)
    words = game.words
    assert [words.name(game.world, state, 1, action) for action in (0, 1)] == ["cooperate", "defect"]
    assert words.parse(game.world, state, 0, " Defect ") == [1]
    with pytest.raises(ValueError, match="say one of 'cooperate', 'defect'"):
        words.parse(game.world, state, 0, "deflect")
    game.step(state, (1, 0))
    text = words.describe(game.world, state, 0)
    assert "Round 1: player 1 chose defect and got 5, player 2 chose cooperate and got 0." in text
    assert "cooperate       3, 3       0, 5" in text
    assert "You are player 1." in text
    assert "You are" not in words.describe(game.world, state, None)


def test_words_of_a_game_of_ones_own():
    game, state = made(payoffs=THREE)
    assert game.words.name(game.world, state, 1, 2) == "3"
    with pytest.raises(ValueError, match="no action of player 1"):
        game.words.parse(game.world, state, 0, "3")
    assert "\n2, 3, 1: 2, 3, 4\n" in game.words.describe(game.world, state, None)


def test_drawing_offers_the_own_actions():
    game, state = made(name="rock_paper_scissors", rounds=2)
    drawn = picture(game, state, 1)
    assert [target.action for target in drawn.targets] == [0, 1, 2]
    assert "paper" in drawn.svg()
    assert not picture(game, state, None).targets
    game.step(state, (0, 1))
    game.step(state, (0, 1))
    assert not picture(game, state, 1).targets
    assert picture(*made(payoffs=np.zeros((20, 20, 2)).tolist()), 0).targets[-1].action == 19


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "poker"}, "name='poker' .*'matching_pennies'.*'random_2x2'"),
        ({"name": "chicken", "payoffs": [[1]]}, "give one of the two"),
        ({"payoffs": [1, 2]}, r"shape \(2,\).*\(A1, A2\)"),
        ({"payoffs": np.zeros((2, 2, 3))}, r"shape \(2, 2, 3\)"),
        ({"payoffs": [[1, 2], [3]]}, "of numbers alone"),
        ({"payoffs": [["a"]]}, "of numbers alone"),
        ({"payoffs": [[], []]}, r"shape \(2, 0\)"),
        ({"payoffs": [[float("nan")]]}, "from -1e\\+06 to 1e\\+06"),
        ({"payoffs": [[2e6]]}, "from -1e\\+06 to 1e\\+06"),
        ({"payoffs": np.zeros((46, 46))}, "table of 4232 numbers.*at most 4096"),
        ({"rounds": 0}, "rounds=0 .*1 to 1000"),
        ({"memory": 101}, "memory=101 .*1 to 100"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, **options)

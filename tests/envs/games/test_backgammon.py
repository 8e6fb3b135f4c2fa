"""Backgammon: positions worked by hand, dice, and XGID. Counts and odds stand in reference.py, as KNOWN."""

import numpy as np
import pytest

import agora.envs
from agora.envs.api import CHANCE
from agora.envs.games.backgammon.reference import xgid
from support import action_names

BAR = 25
START = "XGID=-b----E-C---eE---c-e----B-:0:0:{}:{}:0:0:0:0:10"


def at(first, second, dice="00", turn=1, **options):
    """A game and a position: checkers by the first player's points; the bars are 25 and 0."""
    game = agora.envs.game("agora/Backgammon-v0", **options)
    return game, game.position(xgid(first, second).replace(":1:00:", f":{turn}:{dice}:"))


def legal(game, state):
    return set(action_names(game, state))


def play(game, state, line):
    for action in game.words.parse(game.world, state, int(state.to_move), line):
        rewards = game.step(state, action)
    return rewards


def roll(game, state, first, second):
    game.step(state, (first - 1) * 6 + second - 1)


def test_start():
    game = agora.envs.game("agora/Backgammon-v0")
    state = game.new()
    assert state.to_move == CHANCE
    assert game.notation(state) == START.format(0, "00")
    assert [game.words.pips(state, player) for player in (0, 1)] == [167, 167]


def test_the_higher_die_of_the_opening_roll_starts_and_doubles_are_rolled_again():
    game = agora.envs.game("agora/Backgammon-v0")
    chance = game.chance(game.new()).reshape(6, 6)
    assert np.array_equal(chance > 0, ~np.eye(6, dtype=bool))
    assert chance[~np.eye(6, dtype=bool)] == pytest.approx(1 / 30)
    for first, second, starter in ((5, 2, 0), (2, 5, 1)):
        state = game.new()
        roll(game, state, first, second)
        assert (state.to_move, state.dice.tolist(), state.left.tolist()) == (starter, [5, 2], [1, 1])
        assert legal(game, state) == {"24/22", "13/11", "13/8", "8/6", "8/3", "6/4"}


def test_later_doubles_have_half_the_chance_of_two_different_dice():
    game, state = at({24: 1}, {1: 1})
    chance = game.chance(state).reshape(6, 6)
    assert chance.sum() == pytest.approx(1)
    assert np.diag(chance) == pytest.approx(1 / 36)
    assert chance[np.tril_indices(6, -1)] == pytest.approx(2 / 36)
    assert not chance[np.triu_indices(6, 1)].any()


def test_players_take_turns():
    game = agora.envs.game("agora/Backgammon-v0")
    state = game.new()
    roll(game, state, 3, 1)
    play(game, state, "8/5")
    assert (state.to_move, state.left.tolist()) == (0, [0, 1])
    play(game, state, "6/5")
    assert (state.to_move, state.turn, state.dice.tolist()) == (CHANCE, 1, [0, 0])
    assert game.notation(state) == START.format(-1, "00").replace("E-C", "DAB").replace("---DAB", "--BD-B")


@pytest.mark.parametrize(
    ("dice", "moves"),
    [
        ("31", {"bar/22", "bar/24"}),  # nothing else before both checkers have entered
        ("63", {"bar/22"}),  # 19 is taken by two
        ("66", None),  # danced
        ("62", {"bar/23*"}),  # on a blot
    ],
)
def test_checkers_on_the_bar_enter_first(dice, moves):
    game, state = at({BAR: 2, 13: 5, 6: 8}, {19: 2, 23: 1, 12: 12})
    roll(game, state, *map(int, dice))
    if moves is None:
        assert (state.to_move, state.turn) == (CHANCE, 1)
    else:
        assert legal(game, state) == moves


def test_one_on_the_bar_enters_and_then_another_checker_may_move():
    game, state = at({BAR: 1, 13: 14}, {12: 15}, "31")
    assert legal(game, state) == {"bar/22", "bar/24"}
    play(game, state, "bar/22")
    assert legal(game, state) == {"22/21"}  # 13/12 is blocked
    game, state = at({BAR: 1, 13: 14}, {2: 15}, "31")
    play(game, state, "bar/22")
    assert legal(game, state) == {"22/21", "13/12"}


def test_a_blot_is_hit_and_goes_to_the_bar():
    game, state = at({13: 15}, {8: 1, 2: 14}, "51")
    assert "13/8*" in legal(game, state)
    play(game, state, "13/8*")
    assert state.checkers[1, [BAR - 8, BAR]].tolist() == [0, 1]
    play(game, state, "13/12")
    roll(game, state, 6, 4)  # the second player enters on its 21 or 19
    assert legal(game, state) == {"bar/21", "bar/19"}


def test_the_higher_die_is_played_when_only_one_can_be():
    """After 13/7 the five, and after 13/8 the six, would land on the point held at 2."""
    assert legal(*at({13: 1}, {2: 2}, "65")) == {"13/7"}
    assert legal(*at({13: 1}, {2: 2, 7: 2}, "65")) == {"13/8"}  # the six cannot be played at all
    game, state = at({13: 1}, {2: 2}, "65")
    play(game, state, "13/7")
    assert (state.to_move, state.turn) == (CHANCE, 1)


def test_both_dice_are_played_where_that_is_possible():
    """Playing the five with 6/1 would leave no six; 13/8/2 plays both. So would the six first, but 7 is held."""
    game, state = at({13: 1, 6: 1}, {7: 2}, "65")
    assert legal(game, state) == {"13/8"}
    play(game, state, "13/8")
    assert legal(game, state) == {"8/2"}


def test_both_dice_are_played_even_where_one_would_win():
    game, state = at({3: 1}, {24: 1}, "62")
    assert legal(game, state) == {"3/1"}
    assert play(game, state, "3/1 1/off").tolist() == [1, -1]


def test_bearing_off():
    assert legal(*at({6: 1, 4: 2, 2: 1}, {24: 1}, "54")) == {"6/1", "6/2", "4/off"}  # the five from 6 only
    assert legal(*at({4: 2, 2: 1}, {24: 1}, "65")) == {"4/off(6)", "4/off(5)"}  # too high: from the highest point
    assert legal(*at({4: 2, 2: 1}, {24: 1}, "42")) == {"4/off", "4/2", "2/off"}
    assert legal(*at({7: 1, 4: 2, 2: 1}, {1: 2, 24: 1}, "65")) == {"7/2"}  # the six is blocked, and not all are home
    game, state = at({7: 1, 4: 2, 2: 1}, {24: 1}, "65")
    assert legal(game, state) == {"7/1", "7/2"}
    play(game, state, "7/2 4/off(6)")
    assert state.checkers[0, :5].tolist() == [12, 0, 2, 0, 1]


def test_nobody_bears_off_with_a_checker_on_the_bar():
    assert legal(*at({BAR: 1, 4: 2}, {24: 1}, "42")) == {"bar/21", "bar/23"}


def test_doubles_are_played_four_times():
    game = agora.envs.game("agora/Backgammon-v0")
    state = game.position(START.format(1, "66"))
    assert state.left.tolist() == [4, 0]
    play(game, state, "24/18 24/18 13/7")
    assert state.left.tolist() == [1, 0]
    assert game.notation(state).split(":")[4] == "66/6"
    play(game, state, "13/7")
    assert (state.to_move, state.turn) == (CHANCE, 1)


def test_doubles_are_played_as_often_as_they_can_be():
    game, state = at({24: 1, 6: 1}, {5: 2, 12: 2, 1: 1}, "44")
    play(game, state, "24/20 20/16")  # 16/12 is blocked, and so is nothing but that: 6/2 remains
    assert legal(game, state) == {"6/2"}
    play(game, state, "6/2")
    assert (state.to_move, state.turn) == (CHANCE, 1)


@pytest.mark.parametrize(
    ("second", "points"),
    [
        ({24: 14}, (1, 1, 1)),  # one is off
        ({24: 15}, (1, 2, 2)),
        ({7: 15}, (1, 2, 2)),  # the last point before the home of the first player
        ({6: 1, 24: 14}, (1, 2, 3)),
        ({0: 1, 24: 14}, (1, 2, 3)),  # on the bar
        ({0: 1, 24: 13}, (1, 1, 1)),
    ],
)
def test_gammons_and_backgammons(second, points):
    for scoring, worth in zip(("win", "gammons", "backgammons"), points, strict=True):
        game, state = at({2: 1}, second, "43", scoring=scoring)
        assert play(game, state, "2/off").tolist() == [worth, -worth]
        assert state.over
        assert game.spec.returns[1] == {"win": 1, "gammons": 2, "backgammons": 3}[scoring]
        assert game.metrics(state) == {"points": worth, "checkers_left": sum(second.values())}


def test_the_second_player_wins_backgammons_too():
    game, state = at({19: 15}, {24: 1}, "61", turn=-1)
    assert play(game, state, "1/off(6)").tolist() == [-3, 3]
    assert game.words.describe(game.world, state, None).endswith("Player 2 has won a backgammon, 3 points.")


def test_observation():
    game, state = at({BAR: 1, 13: 2, 6: 11}, {0: 2, 12: 5, 24: 6}, "33")
    first, second = (game.spec.pieces(game.observe(state, player)) for player in (0, 1))
    assert {point: n for point, n in enumerate(first["own"].tolist()) if n} == {0: 1, 6: 11, 13: 2, 25: 1}
    assert {point: n for point, n in enumerate(first["other"].tolist()) if n} == {0: 2, 12: 5, 24: 6, 25: 2}
    assert {point: n for point, n in enumerate(second["own"].tolist()) if n} == {0: 2, 1: 6, 13: 5, 25: 2}
    assert {point: n for point, n in enumerate(second["other"].tolist()) if n} == {0: 1, 12: 2, 19: 11, 25: 1}
    assert first["dice"].tolist() == second["dice"].tolist() == [0, 0, 4, 0, 0, 0]
    assert [first["turn"].tolist(), second["turn"].tolist()] == [[1], [0]]


def test_notation_gives_back_the_state():
    """Every state of random games, whole turns and parts of them: all fields but the generator and the count."""
    game = agora.envs.game("agora/Backgammon-v0")
    generator = np.random.default_rng(2)
    for seed in range(3):
        state = game.new(seed)
        while not state.over:
            weights = game.chance(state) if state.to_move == CHANCE else game.legal(state).astype(float)
            game.step(state, generator.choice(len(weights), p=weights / weights.sum()))
            again = game.position(game.notation(state))
            for name in ("checkers", "dice", "left", "turn", "to_move", "over"):
                assert np.array_equal(again[name], state[name]), name


def test_xgid_of_extreme_gammon_is_read():
    game = agora.envs.game("agora/Backgammon-v0")
    state = game.position("XGID=-b----E-C---eE---c-e----B-:1:1:-1:52:3:4:0:7:10")
    assert (state.to_move, state.dice.tolist()) == (1, [5, 2])
    assert state.checkers[:, [24, 13, 8, 6]].tolist() == [[2, 5, 3, 5]] * 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is no XGID"),
        ("XGID=abc:0:0:1:00", "is no XGID: give 26 letters"),
        (START.format(2, "00"), "Turn '2' is not allowed"),
        (START.format(1, "70"), "Dice '70' are not allowed"),
        (START.format(0, "21"), "Dice '21' are not allowed"),
        (START.format(1, "21/3"), "after the stroke"),
        (START.format(1, "21/"), "cannot be played"),
        (START.format(1, "00").replace("E", "z"), "'z' is no number of checkers"),
        (START.format(1, "00").replace("E", "O"), "A player has 35 checkers: give at most 15"),
        (START.format(1, "00").replace("=-", "=A"), "Point 0 is the bar"),
        (xgid({1: 1}, {}), "Who has borne off all checkers"),
        (xgid({BAR: 1}, {19: 2, 20: 2}).replace(":1:00", ":1:65"), "cannot be played"),
    ],
)
def test_bad_xgid_gets_a_reason(text, reason):
    with pytest.raises(ValueError, match=reason):
        agora.envs.game("agora/Backgammon-v0").position(text)


def test_words_read_moves():
    game, state = at({BAR: 1, 8: 2, 6: 12}, {20: 1, 2: 14}, "53")
    for line in ("bar/20*", "BAR/20", "25/20"):
        assert game.words.parse(game.world, state, 0, line) == [24 * 6 + 4]
    assert game.words.parse(game.world, state, 0, "bar/22 8/3") == [24 * 6 + 2, 7 * 6 + 4]
    for line, reason in (
        ("8/3", "'8/3' is not possible with 5, 3 to play: the moves are bar/22, bar/20"),
        ("bar/20 8/5 6/3", "'6/3' comes after the end of the turn"),
        ("hello", "'hello' is no move"),
        ("", "There is no move"),
    ):
        with pytest.raises(ValueError, match=reason):
            game.words.parse(game.world, state, 0, line)
    game, state = at({3: 3}, {24: 1}, "65")
    assert game.words.parse(game.world, state, 0, "3/off(6)") == [2 * 6 + 5]
    assert game.words.parse(game.world, state, 0, "3/off") == [2 * 6 + 4]


def test_words_describe_by_the_own_points():
    game, state = at({BAR: 1, 13: 2}, {0: 2, 12: 5}, "61")
    assert game.words.describe(game.world, state, 1).splitlines() == [
        "Points are counted as player 2 moves: from 24 down to 1, then off.",
        "Player 2 (you), O: 5 on 13, 2 on the bar, 8 off; pips 115",
        "Player 1, X: 2 on 12, 1 on the bar, 12 off; pips 51",
        "To play: 6, 1",
        "To move: player 1",
    ]


def test_picture_has_a_button_for_each_move():
    from agora.envs.canvas import picture

    game, state = at({13: 5, 8: 5, 6: 5}, {1: 5, 12: 5, 24: 5}, "61")
    targets = picture(game, state, 0).targets
    assert sorted(target.action for target in targets) == np.flatnonzero(game.legal(state)).tolist()
    assert picture(game, state, 1).targets == []


def test_random_play_is_fair():
    """The return of a game deviates by about two points, so the mean of 4,000 by 0.03; here four times that."""
    batch = agora.envs.batch("agora/Backgammon-v0", 4000, seed=3, autoreset="disabled", threads=1)
    while not batch.ended.all():
        batch.step(batch.sample())
    assert abs(batch.final_returns[:, 0].mean()) < 4 * 2 / 4000**0.5
    assert batch.game.reference().random == (0, 0)


def test_options_are_checked():
    with pytest.raises(ValueError, match="scoring='money' is not allowed: choose one of 'win', 'gammons'"):
        agora.envs.game("agora/Backgammon-v0", scoring="money")

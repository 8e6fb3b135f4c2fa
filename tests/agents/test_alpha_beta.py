"""Alpha-beta against plain minimax, positions worked by hand, and its budget."""

from functools import cache

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.search.alpha_beta import AlphaBeta, action_values, deepen, solve

SMALL = {"rows": 3, "columns": 4, "length": 3}  # first player wins; about 5,000 positions


@pytest.fixture(scope="module")
def small():
    return agora.envs.game("agora/ConnectFour-v0", **SMALL)


@pytest.fixture(scope="module")
def four():
    return agora.envs.game("agora/ConnectFour-v0")


def after(game, *actions):
    state = game.new()
    for action in actions:
        game.step(state, action)
    return state


def plain_minimax(game):
    """The value of a state for its mover, by walking every line in Python."""

    @cache
    def value(data):
        state = game.load(data)
        results = []
        for action in np.flatnonzero(game.legal(state)):
            child = game.clone(state)
            reward = game.step(child, action)[state.to_move]
            results.append(reward - (0 if child.over else value(game.save(child))))
        return max(results)

    return lambda state: value(game.save(state))


def test_equals_plain_minimax_on_random_positions(small):
    value, generator, search, compared = plain_minimax(small), np.random.default_rng(0), AlphaBeta(small), set()
    for _ in range(100):
        state = small.new()
        for _ in range(generator.integers(0, 8)):
            if not state.over:
                small.step(state, generator.choice(np.flatnonzero(small.legal(state))))
        if not state.over:
            assert search.search(state, small.spec.max_steps) > 0
            assert search.exact
            assert search.value == value(state)
            compared.add(search.value)
    assert compared == {-1.0, 0.0, 1.0}


def test_action_values_are_those_of_every_action(small):
    search, value = AlphaBeta(small), plain_minimax(small)
    state = after(small, 0, 1, 0, 0)
    values = action_values(search, state)
    assert np.isnan(values).tolist() == [True, False, False, False]  # the first column is full
    for action in (1, 2, 3):
        child = small.clone(state)
        reward = small.step(child, action)[0]
        assert values[action] == reward - (0 if child.over else value(child))
    assert action_values(search, small.new(), budget=1) is None


def test_solve_says_what_the_first_player_gets(small):
    assert solve(small) == 1
    assert solve(small, after(small, 1)) == solve(small, after(small, 2)) == 1


def test_wins_at_once_blocks_and_sees_double_threats(four):
    search = AlphaBeta(four)
    three_in_a_column = after(four, 3, 0, 3, 0, 3)
    assert deepen(search, three_in_a_column, 10_000, None) == 3  # block
    own_win = after(four, 3, 0, 3, 0, 3, 1)
    assert deepen(search, own_win, 10_000, None) == 3
    open_pair = after(four, 2, 2, 3, 3)  # a third stone on the ground, with both ends free, cannot be stopped
    assert deepen(search, open_pair, 100_000, None) in (1, 4)
    assert search.value == 1


def test_a_search_that_is_cut_says_so(four):
    search = AlphaBeta(four)
    assert search.search(four.new(), 5) > 0
    assert (search.value, search.exact) == (0.0, False)
    assert search.search(four.new(), 20, budget=1000) == -1


def test_a_small_table_changes_nothing_but_time(small):
    large, tiny = AlphaBeta(small), AlphaBeta(small, slots=4)
    assert tiny.search(small.new(), 12) > large.search(small.new(), 12)
    assert tiny.value == large.value == 1


def test_milliseconds_end_a_search(four):
    search = AlphaBeta(four)
    assert deepen(search, four.new(), None, 0.01) == search.action  # of the last depth that was searched whole
    assert not search.exact  # nobody solves the game in that time


@pytest.mark.parametrize(
    ("game", "reason"),
    [
        ("agora/KuhnPoker-v0", "chance moves"),
        ("agora/SealedAuction-v0", "choose at once"),
        ("agora/DealOrNoDeal-v0", "chance|zero-sum"),
    ],
)
def test_games_without_a_minimax_value_are_refused(game, reason):
    with pytest.raises(ValueError, match=reason):
        AlphaBeta(agora.envs.game(game))


def test_a_decision_depends_on_the_position_and_the_draw_alone(four):
    agent = load("search/alpha-beta:300", four.spec)
    states = np.stack([four.new(), after(four, 3, 3, 2)]).view(np.recarray)

    def decide(seed, rows):
        agent.reset(four.spec, np.arange(2), seed)
        legal = np.stack([four.legal(state) for state in states[rows]])
        return agent.act(np.zeros((len(rows), 1)), legal, np.arange(len(rows)), states[rows]).tolist()

    assert decide(0, [0, 0, 1]) == decide(0, [0, 0, 1])
    assert decide(5, [0])[0] == decide(5, [0, 1])[0]
    openings = {decide(seed, [0])[0] for seed in range(20)}
    assert len(openings) > 3  # nothing is lost within reach of the search, so all openings are equally good to it

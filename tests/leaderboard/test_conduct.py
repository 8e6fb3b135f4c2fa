"""Measures of single moves, on games worked by hand."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import FunctionAgent, Report
from agora.leaderboard.conduct import assess, slopes
from agora.leaderboard.match import play
from agora.leaderboard.replaying import replay, retrace

TICTACTOE = "agora/TicTacToe-v0"
A1, B1, C1, A2, B2, C2, A3, B3, C3 = range(9)


class Script:
    """Plays moves in a given order, and reports other first choices and costs for them."""

    needs = "observation"
    budget = 10.0

    def __init__(self, moves, firsts=None, costs=None):
        self.moves, self.firsts, self.costs = moves, firsts, costs

    def reset(self, spec, lanes, seed):
        self.turn = -1

    def act(self, observation, legal, lanes, states=None):
        self.turn += 1
        return np.full(len(lanes), self.moves[self.turn])

    def report(self):
        first = None if self.firsts is None else np.array([self.firsts[self.turn]])
        cost = None if self.costs is None else np.array([self.costs[self.turn]], np.float64)
        return Report(first, cost)


def conduct(id, *agents, **options):
    game = agora.envs.game(id, **options)
    played = play(game, agents, np.arange(len(agents))[None], np.zeros(1, np.uint64))
    assess(game, played)
    return played[0]


def test_optimal_moves_and_value_lost():
    crosses = Script([A1, B2, C3])
    noughts = Script([B1, C1])  # an edge beside the corner loses, only the centre draws; then everything loses
    one = conduct(TICTACTOE, crosses, noughts)
    assert one.returns == [1.0, -1.0]
    assert one.conduct[0]["optimal"] == (3.0, 3)
    assert one.conduct[0]["lost"] == (0.0, 3)
    assert one.conduct[1]["optimal"] == (1.0, 2)
    assert one.conduct[1]["lost"] == (1.0, 2)  # a draw became a loss, once


def test_second_thoughts_that_help_and_harm():
    crosses = Script([A1, B2, C3], firsts=[A1, B3, C2])  # B3 only draws, C2 wins later
    noughts = Script([B1, C1], firsts=[B2, C1])  # the centre would have held
    one = conduct(TICTACTOE, crosses, noughts)
    assert one.revised == [(1, 1, B2), (2, 0, B3), (4, 0, C2)]
    assert one.conduct[0]["helped"] == (1.0, 2)
    assert one.conduct[0]["harmed"] == (0.0, 2)
    assert one.conduct[1]["helped"] == (0.0, 1)
    assert one.conduct[1]["harmed"] == (1.0, 1)


def test_a_first_choice_that_was_illegal_is_worse_than_any():
    one = conduct(TICTACTOE, Script([A1, B2, C3], firsts=[A1, B2, A1]), Script([B1, C1]))
    assert one.conduct[0]["helped"] == (1.0, 1)


def test_moves_over_budget():
    one = conduct(TICTACTOE, Script([A1, B2, C3], costs=[10, 10.5, 3]), Script([B1, C1]))
    assert one.overspent == {"0": (1, 3)}
    assert one.conduct[0]["overspent"] == (1.0, 3)
    assert "overspent" not in one.conduct[1]


def test_invalid_moves():
    one = conduct(TICTACTOE, Script([A1, A1]), Script([B2]))
    assert one.ended == "forfeit"
    assert one.conduct[0]["invalid"] == (1.0, 2)
    assert one.conduct[1]["invalid"] == (0.0, 1)
    assert one.conduct[0]["optimal"] == (1.0, 1)  # the answer that nobody could play is not judged


def test_only_what_can_be_searched_is_judged():
    """A full game of Connect Four: the last moves are judged, the first are not."""
    columns = [0, 1] * 3 + [1, 0] * 3 + [2, 3] * 3 + [3, 2] * 3 + [4, 5] * 3 + [5, 4] * 3 + [6] * 6
    one = conduct("agora/ConnectFour-v0", Script(columns[0::2]), Script(columns[1::2]))
    judged = sum(tally["optimal"][1] for tally in one.conduct if "optimal" in tally)
    assert 0 < judged < one.steps


def test_games_of_chance_have_no_judged_moves():
    pass_always = FunctionAgent(lambda observation, legal: legal.argmax(axis=1))
    one = conduct("agora/KuhnPoker-v0", pass_always, pass_always)
    assert one.conduct == [{"invalid": (0.0, 1)}, {"invalid": (0.0, 1)}]


def test_slopes():
    rewards = np.array([[0.0, 5.0], [1.0, 5.0], [5.0, 5.0]])
    assert slopes(rewards) == pytest.approx([2.5, 0.0])  # by hand: (-1 * 0 + 0 * 1 + 1 * 5) / 2


def test_slope_over_rounds():
    """The prisoner's dilemma: the first defects from the third round on, against one who always cooperates."""
    first, second = Script([0, 0, 1, 1]), Script([0, 0, 0, 0])
    one = conduct("agora/NormalForm-v0", first, second, name="prisoners_dilemma", rounds=4)
    # pays 3, 3, 5, 5 and 3, 3, 0, 0: (-1.5 * 3 - 0.5 * 3 + 0.5 * 5 + 1.5 * 5) / 5
    assert [tally["slope"] for tally in one.conduct] == [(pytest.approx(0.8), 1), (pytest.approx(-1.2), 1)]


def test_retrace_gives_states_before_moves_and_rewards_after():
    game = agora.envs.game(TICTACTOE)
    played = play(game, [Script([A1, B2, C3]), Script([B1, C1])], np.array([[0, 1]]), np.zeros(1, np.uint64))
    steps = list(retrace(game, played))
    assert [int(step.states[0].to_move) for step in steps] == [0, 1, 0, 1, 0]
    assert [step.rewards[0].tolist() for step in steps] == [[0, 0]] * 4 + [[1, -1]]
    assert replay(game, played).tolist() == [[1, -1]]

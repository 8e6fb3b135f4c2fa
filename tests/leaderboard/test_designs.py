"""Schedules as functions of results: who meets whom next, and when it is over."""

from collections import Counter

import numpy as np
import pytest

from agora.leaderboard.schedules.adaptive import estimates, open_pairs, radius
from agora.leaderboard.schedules.designs import make_plan, next_units, outcome_of
from agora.leaderboard.schedules.units import Outcome, Unit, games_per_deal, seats_and_deals


def coins(strengths, generator):
    """Outcomes of units between agents of these ratings; every deal is won or lost."""

    def play(unit):
        wins = unit.deals * np.eye(len(unit.lineup)) / 2
        for one in range(len(unit.lineup)):
            for other in range(one):
                gap = strengths[unit.lineup[one]] - strengths[unit.lineup[other]]
                won = generator.binomial(unit.deals, 1 / (1 + 10 ** (-gap / 400)))
                wins[one, other], wins[other, one] = won, unit.deals - won
        return Outcome(unit, wins)

    return play


def run(plan, play):
    """All rounds, each a list of outcomes."""
    rounds = []
    while units := next_units(plan, [outcome for done in rounds for outcome in done]):
        rounds.append([play(unit) for unit in units])
    return rounds


def games(rounds):
    return sum(len(seats_and_deals(outcome.unit)[1]) for done in rounds for outcome in done)


def meetings(rounds):
    """Deals of every lineup."""
    deals = Counter()
    for done in rounds:
        for outcome in done:
            deals[outcome.unit.lineup] += outcome.unit.deals
    return deals


def no_deal_twice(rounds):
    played = [
        (outcome.unit.lineup, deal)
        for done in rounds
        for outcome in done
        for deal in range(outcome.unit.first, outcome.unit.first + outcome.unit.deals)
    ]
    return len(played) == len(set(played))


@pytest.fixture
def generator():
    return np.random.default_rng(0)


@pytest.mark.parametrize(("agents", "players", "lineups"), [(3, 2, 3), (4, 3, 4), (2, 3, 2), (3, 1, 3)])
def test_a_round_robin_is_one_round_of_everything(agents, players, lineups, generator):
    plan = make_plan("round-robin", agents, players, games=100, deals_at_once=16)
    rounds = run(plan, coins(np.zeros(agents), generator))
    assert len(rounds) == 1
    assert set(meetings(rounds).values()) == {plan.deals}
    assert len(meetings(rounds)) == lineups
    assert games(rounds) == plan.budget
    assert no_deal_twice(rounds)


def stronger_wins(unit):
    """The outcome of a unit in which the agent of the lower number takes every deal."""
    wins = unit.deals * np.triu(np.ones((len(unit.lineup), len(unit.lineup))), 1)
    return Outcome(unit, wins + unit.deals * np.eye(len(unit.lineup)) / 2)


def test_swiss_rounds_let_equals_meet_and_nobody_twice():
    plan = make_plan("swiss", 8, 2, games=40, deals_at_once=16, budget=500)
    rounds = run(plan, stronger_wins)
    assert games(rounds) == plan.budget == 480
    assert no_deal_twice(rounds)
    tables = [list(dict.fromkeys(outcome.unit.lineup for outcome in done)) for done in rounds]
    assert tables == [
        [(0, 1), (2, 3), (4, 5), (6, 7)],
        [(0, 2), (4, 6), (1, 3), (5, 7)],  # winners meet winners
        [(0, 4), (1, 2), (5, 6), (3, 7)],
    ]
    deals_of_rounds = [{(outcome.unit.first, outcome.unit.deals) for outcome in done} for done in rounds]
    assert deals_of_rounds == [{(0, 16), (16, 4)}, {(20, 16), (36, 4)}, {(40, 16), (56, 4)}]


def test_swiss_rounds_rather_pair_strangers_than_equals():
    rounds = run(make_plan("swiss", 4, 2, games=4, deals_at_once=16), stronger_wins)
    tables = [[outcome.unit.lineup for outcome in done] for done in rounds]
    assert tables == [[(0, 1), (2, 3)], [(0, 2), (1, 3)], [(0, 3), (1, 2)]]


@pytest.mark.parametrize(("agents", "players"), [(7, 2), (5, 2), (8, 3), (11, 4)])
def test_swiss_lets_everybody_sit_out_equally_often(agents, players, generator):
    plan = make_plan("swiss", agents, players, games=24, deals_at_once=1000)
    rounds = run(plan, coins(np.linspace(0, 300, agents), generator))
    assert no_deal_twice(rounds)
    played = Counter(agent for done in rounds for outcome in done for agent in outcome.unit.lineup)
    assert len(played) == agents
    assert max(played.values()) - min(played.values()) <= 1
    assert games(rounds) == plan.budget


def test_an_adaptive_schedule_plays_where_agents_cannot_be_told_apart(generator):
    plan = make_plan("adaptive", 6, 2, games=4000, deals_at_once=1000, budget=8000)
    strengths = np.array([0.0, 20, 400, 430, 900, 1400])
    rounds = run(plan, coins(strengths, generator))
    assert 7600 < games(rounds) <= 8000
    assert no_deal_twice(rounds)
    deals = meetings(rounds)
    assert max(deals.values()) <= plan.deals
    assert deals[0, 1] + deals[2, 3] > 0.6 * sum(deals.values())
    assert all(deals[pair] < 600 for pair in [(0, 5), (0, 4), (1, 5), (3, 5)])
    assert all(len({agent for outcome in done for agent in outcome.unit.lineup}) == 2 * len(done) for done in rounds)


def test_the_nearest_pairs_come_first():
    gaps = np.array([[0.0, 30, 10, 900], [30, 0, 20, 900], [10, 20, 0, 900], [900, 900, 900, 0]])
    variances = np.full((4, 4), 40.0**2)
    assert open_pairs(gaps, variances, gaps / 40.0, 0.0) == [(0, 2), (1, 2), (0, 1)]
    assert radius(np.array(40.0**2)) < 900
    assert open_pairs(gaps, variances, gaps / 40.0, radius(np.array(40.0**2)) + 15) == [(1, 2), (0, 1)]


def test_an_adaptive_schedule_ends_when_all_is_told(generator):
    plan = make_plan("adaptive", 5, 2, games=4000, deals_at_once=1000, budget=40_000)
    rounds = run(plan, coins(300.0 * np.arange(5), generator))
    assert games(rounds) < 0.3 * plan.budget
    differences, variances = estimates(plan, [outcome for done in rounds for outcome in done])
    assert open_pairs(differences, variances, differences, 0.0) == []


def test_agents_that_differ_by_less_than_matters_are_left_alone(generator):
    def spent(stop):
        plan = make_plan("adaptive", 3, 2, games=20_000, deals_at_once=10_000, budget=50_000, stop=stop)
        return games(run(plan, coins(np.zeros(3), generator)))

    assert spent(0.0) >= 49_000
    assert spent(60.0) < 25_000


def test_an_adaptive_schedule_fills_tables_of_several_players(generator):
    plan = make_plan("adaptive", 7, 3, games=600, deals_at_once=1000, budget=6000)
    rounds = run(plan, coins(np.array([0.0, 0, 0, 200, 400, 600, 800]), generator))
    assert games(rounds) <= 6000
    assert no_deal_twice(rounds)
    assert all(len(done) <= 2 for done in rounds)
    assert max(meetings(rounds).values()) <= plan.deals


def test_equal_agents_are_seldom_told_apart_however_often_one_looks():
    plan = make_plan("adaptive", 3, 2, games=400, deals_at_once=1000, budget=1200)
    told = 0
    for seed in range(60):
        rounds = run(plan, coins(np.zeros(3), np.random.default_rng(seed)))
        told += games(rounds) < plan.budget - 3 * plan.deals_per_round * 2
    assert told <= 6  # at most 5 % of each of three pairs; looking with fixed intervals it would be a third of them


def test_the_radius_holds_at_all_times_in_simulation():
    steps = np.random.default_rng(1).standard_normal((1000, 3000)) * 400.0
    count = np.arange(10, 3001)
    means = np.cumsum(steps, axis=1)[:, 9:] / count
    missed = (np.abs(means) > radius(400.0**2 / count)).any(axis=1).mean()
    assert 0.001 < missed < 0.05
    assert (np.abs(means) > 1.96 * 400.0 / np.sqrt(count)).any(axis=1).mean() > 0.3  # what a fixed interval would do


@pytest.mark.parametrize("kind", ["round-robin", "swiss", "adaptive"])
def test_a_schedule_depends_on_nothing_but_results(kind):
    plan = make_plan(kind, 6, 2, games=400, deals_at_once=16)
    rounds = run(plan, coins(100.0 * np.arange(6), np.random.default_rng(3)))
    for number, done in enumerate(rounds):
        before = [outcome for earlier in rounds[:number] for outcome in earlier]
        assert next_units(plan, before) == [outcome.unit for outcome in done]


def test_an_outcome_is_who_got_more_from_each_deal_over_all_seats():
    # Deal 0: the first member gets 3 + 1, the other 0 + 2. Deal 1: what is won in one seat is lost in the other.
    returns = np.array([[3.0, 0.0], [2.0, 1.0], [1.0, -1.0], [1.0, -1.0]])
    assert outcome_of(Unit((4, 9), 0, 2), returns).wins.tolist() == [[1.0, 1.5], [0.5, 1.0]]
    unit = Unit((1, 5, 6), 0, 1)
    worth = {1: 5.0, 5: 1.0, 6: 2.0}
    by_seat = np.vectorize(worth.get)(seats_and_deals(unit)[0])
    assert outcome_of(unit, by_seat).wins.tolist() == [[0.5, 1, 1], [0, 0.5, 0], [0, 1, 0.5]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("round-robin", 4, 2, 10, 5, 100), "budget = 100 is for 'swiss' and 'adaptive'"),
        (("round-robin", 4, 2, 10, 5, 0, 3.0), "stop = 3 is for schedule = 'adaptive'"),
        (("swiss", 4, 2, 10, 5, 0, 3.0), "stop = 3 is for"),
        (("swiss", 2, 2, 10, 5), "more than 2 agents for 2 seats"),
        (("adaptive", 5, 1, 10, 5), "needs several players"),
        (("swiss", 4, 2, 10, 5, 19), "less than one round of 20 games"),
        (("adaptive", 4, 2, 1000, 5, 49), "less than the 50 games"),
    ],
)
def test_plans_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_plan(*arguments)


def test_a_plan_does_not_promise_more_than_a_round_robin():
    plan = make_plan("adaptive", 3, 2, 100, 50, budget=10_000)
    assert plan.budget == 3 * 100
    assert games_per_deal(2) * plan.deals * 3 == plan.budget

"""Opponents in self-play: weights, ratings and records worked by hand, and pools that go on exactly."""

import io

import numpy as np
import pytest
import torch

import agora.envs
from agora.agents.api import SampledAgent, from_function
from agora.agents.learned.settings import SelfPlay
from agora.agents.population.pool import DECAY, LATEST, Opponents, Pool, Record, expected_score, mixed, prioritised

KUHN = agora.envs.spec("agora/KuhnPoker-v0")


def build(action):
    """An agent that always takes ``action``, by its policy."""
    return SampledAgent(lambda observation, legal: np.eye(legal.shape[1])[np.full(len(legal), action)])


def pool_of(snapshots=(), seed=0, **rules):
    pool = Pool(KUHN, SelfPlay(**{"latest": 0.0, **rules}), build, seed)
    for snapshot in snapshots:
        pool.add(snapshot)
    return pool


def test_pfsp_by_hand():
    rates = np.array([0.0, 0.5, 1.0])
    assert prioritised(rates) == pytest.approx([0.8, 0.2, 0.0])  # 1, 1/4, 0
    assert prioritised(rates, power=1) == pytest.approx([2 / 3, 1 / 3, 0])
    assert prioritised(np.array([0.25, 0.5, 1.0]), "variance") == pytest.approx([3 / 7, 4 / 7, 0])
    assert prioritised(np.ones(4)) == pytest.approx([0.25] * 4)


def test_elo_by_hand():
    assert expected_score(0, 0) == 0.5
    assert expected_score(400, 0) == pytest.approx(10 / 11)
    pool = pool_of([0, 1], uniform=1.0)
    pool.record(np.array([0]), np.array([1.0]))  # a win against an equal: half of K = 16
    assert (pool.rating, pool.members[0].rating, pool.members[1].rating) == (8, -8, 0)
    pool.record(np.array([1, 1, LATEST]), np.array([1.0, 0.0, 1.0]))
    surprise = 0.5 - 1 / (1 + 10 ** (-8 / 400))  # a win and a loss against somebody 8 points weaker
    assert pool.rating == pytest.approx(8 + 16 * surprise)
    assert pool.members[1].rating == pytest.approx(-16 * surprise)
    assert pool.members[0].rating == -8


def test_a_snapshot_begins_with_the_rating_of_the_learner():
    pool = pool_of([0], uniform=1.0)
    pool.record(np.array([0]), np.array([1.0]))
    pool.add(1)
    assert pool.members[1].rating == pool.rating == 8


def test_records_forget():
    record = Record()
    assert record.win_rate == 0.5
    record.add(np.array([1.0, 1.0]))
    assert (record.wins, record.games) == (2, 2)
    assert record.win_rate == 3 / 4
    record.add(np.array([0.0]))
    assert record.wins == pytest.approx(2 * DECAY)
    assert record.games == pytest.approx(2 * DECAY + 1)


def test_weights_by_hand():
    rules = {"latest": 2.0, "uniform": 1.0, "prioritised": 1.0, "scripted": {"random": 1.0, "scripted/always_bet": 3.0}}
    pool = pool_of(**rules)
    assert mixed(pool.rules, pool.members) == {LATEST: 4.0, 0: 1.0, 1: 3.0}  # no snapshot yet
    pool.add(0)
    pool.add(1)
    pool.members[2].record.wins = pool.members[2].record.games = 2.0  # 3/4 won against number 2, 1/2 against 3
    weights = mixed(pool.rules, pool.members)
    assert weights == {LATEST: 2.0, 0: 1.0, 1: 3.0, 2: pytest.approx(0.5 + 1 / 5), 3: pytest.approx(0.5 + 4 / 5)}
    numbers, chances = pool.chances()
    assert numbers.tolist() == [-1, 0, 1, 2, 3]
    assert chances == pytest.approx(np.array([2, 1, 3, 0.7, 1.3]) / 8)


def test_games_are_drawn_with_their_chances():
    pool = pool_of([0, 1], latest=1.0, uniform=1.0)
    drawn = pool.draw(np.arange(8000), np.random.default_rng(0))
    shares = [(drawn == number).mean() for number in (LATEST, 0, 1)]
    assert shares == pytest.approx([0.5, 0.25, 0.25], abs=0.02)
    assert (pool.playing == drawn).all()
    again = pool_of([0, 1], latest=1.0, uniform=1.0).draw(np.arange(8000), np.random.default_rng(0))
    assert (again == drawn).all()


def test_every_member_plays_its_own_rows():
    pool = pool_of([0, 1], uniform=1.0)
    members, legal = np.array([1, 0, 0, 1, 1]), np.ones((5, 2), np.bool_)
    actions = pool.act(members, np.zeros((5, KUHN.observation_size)), legal, np.arange(5))
    assert actions.tolist() == members.tolist()


def test_a_full_pool_lets_an_older_one_go_that_still_plays_its_games():
    pool = pool_of([0, 1, 0], uniform=1.0, size=3)
    playing = pool.draw(np.arange(300), np.random.default_rng(0))
    pool.add(1)
    left = ({0, 1, 2} - {member.number for member in pool.members}).pop()
    assert left != 2
    assert [member.number for member in pool.members][-2:] == [2, 3]
    lanes = np.flatnonzero(playing == left)
    actions = pool.act(playing[lanes], np.zeros((len(lanes), KUHN.observation_size)), np.ones((len(lanes), 2)), lanes)
    assert set(actions.tolist()) == {left % 2}
    pool.record(playing[lanes], np.ones(len(lanes)))
    assert pool.rating > 0
    pool.draw(np.arange(300), np.random.default_rng(1))
    pool.add(0)
    assert not any(member.number == left for member in pool._leaving)


def test_opponents_tell_who_won():
    pool = pool_of([0], uniform=1.0)
    opponents = Opponents(pool)
    opponents.reset(KUHN, np.arange(8) * 2 + 1, seed=0)
    seats, returns = np.array([0, 1, 1, 0]), np.array([[1.0, -1.0], [1.0, -1.0], [-3.0, 3.0], [0.0, 0.0]])
    opponents.record(np.array([0, 1, 2, 3]), seats, returns)
    assert (pool.members[0].record.wins, pool.members[0].record.games) == (2.5, 4)


def test_a_stored_pool_goes_on_exactly():
    def played(pool, generator):
        seen = []
        for turn in range(5):
            lanes = np.arange(20)
            drawn = pool.draw(lanes, generator)
            legal = np.ones((20, 2), np.bool_)
            others = np.flatnonzero(drawn != LATEST)
            seen += [drawn, pool.act(drawn[others], np.zeros((len(others), 7)), legal[others], others * 2)]
            pool.record(drawn, (lanes % 3) / 2)
            pool.add(turn % 2)
        return [part.tolist() for part in seen], pool.rating, [member.number for member in pool.members]

    rules = {"latest": 1.0, "prioritised": 1.0, "size": 3, "scripted": {"random": 1.0}}
    pool = pool_of([0, 1, 1], seed=3, **rules)
    played(pool, np.random.default_rng(1))
    buffer = io.BytesIO()
    torch.save(pool.state(), buffer)
    buffer.seek(0)
    other = pool_of(seed=99, **rules)
    other.restore(torch.load(buffer, weights_only=True))
    assert played(other, np.random.default_rng(2)) == played(pool, np.random.default_rng(2))


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="all weights are 0"):
        pool_of()
    with pytest.raises(ValueError, match="plays by game states"):
        Pool(KUHN, SelfPlay(scripted={"search/mcts:10": 1.0}), from_function, 0)

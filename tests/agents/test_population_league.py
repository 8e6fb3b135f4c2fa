"""A league: who meets whom, by hand, and how players are frozen and start anew."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.learned.settings import algorithm_module, from_table
from agora.agents.population.league import weights
from agora.agents.population.pool import Member, Record

KUHN = "agora/KuhnPoker-v0"
ROLES = ["first", "main", "main", "main-exploiter", "league-exploiter"]


def member(number, wins=0.0, games=0.0, live=False):
    return Member(number, None, number if live else {}, False, Record(wins, games), 0.0)


def met(role, *members):
    return weights(role, ROLES.__getitem__, members)


def test_before_anybody_lives_everybody_meets_the_first():
    for role in ("main", "main-exploiter", "league-exploiter"):
        assert met(role, member(0)) == {0: 1.0}


def test_a_main_agent_meets_itself_the_past_and_what_it_forgot():
    # Won 3/4 of the games against 0, and 1/2 of those against 2: by PFSP 1 to 4.
    members = [member(0, 2, 2), member(1, live=True), member(2)]
    assert met("main", *members) == {1: pytest.approx(0.5), 0: pytest.approx(0.1), 2: pytest.approx(0.4)}
    # 1/4 of the games against 3, an exploiter: (3/4)^2 in PFSP, and forgotten.
    found = met("main", *members, member(3, 0, 2))
    total = 1 / 16 + 1 / 4 + 9 / 16
    assert found[1] == pytest.approx(0.35)
    assert found[0] == pytest.approx(0.5 / 16 / total)
    assert found[3] == pytest.approx(0.5 * 9 / 16 / total + 0.15)
    assert sum(found.values()) == pytest.approx(1)
    # A league exploiter that it loses to is met as any of the past, not as one forgotten.
    assert met("main", member(1, live=True), member(4, 0, 2))[4] == pytest.approx(0.5)


def test_a_main_exploiter_meets_main_agents_unless_it_cannot_win():
    live, past, other = member(1, live=True), member(2), member(3)
    assert met("main-exploiter", live, past, other) == {1: 1.0}
    live.record.games = 20.0  # never won
    assert met("main-exploiter", live, past, other) == {2: 1.0}


def test_a_league_exploiter_meets_all_the_past():
    assert met("league-exploiter", member(0, 2, 2), member(1, live=True), member(2)) == {0: 0.2, 2: 0.8}


def league_of(**parameters):
    table = {"id": KUHN, "algorithm": "league", "steps": 10, "num_envs": 32, "device": "cpu"}
    ppo = {"rollout": 8, "minibatch": 256, "learning_rate": 1e-2}
    parameters = {"rounds": 1, "learner": ppo, **parameters}
    settings = from_table({**table, "network": {"hidden": [8]}, "parameters": parameters})
    return algorithm_module("league").make(settings, agora.envs.game(KUHN))


def numbers_of(learner):
    return np.concatenate([parameter.detach().numpy().ravel() for parameter in learner.model.parameters()])


def test_players_are_frozen_when_their_time_is_up(tmp_path):
    league = league_of(freeze_every=2, reset=0.0, beaten=1.0)
    main, exploiter = league.players[0], league.players[1]
    league.iterate()
    assert league.past == []
    league.iterate()
    assert [frozen.player for frozen in league.past] == [0, 1, 2]
    assert league.players[0] is main
    assert league.players[1] is not exploiter  # the main exploiter started anew
    assert league.lives == [0, 1, 0]
    assert league.member_roles == ["first", "main", "main", "main-exploiter", "league-exploiter"]
    assert not np.array_equal(numbers_of(league.players[1]), numbers_of(exploiter))
    for pool in league.pools:
        assert [entry.number for entry in pool.members] == [0, 1, 2, 3, 4]
    assert league.pools[1].members[0].record == Record()
    folder = league.save(tmp_path / "agent")
    names = sorted(path.name for path in (folder / "players").iterdir())
    assert names == ["000-main", "001-main-exploiter", "002-league-exploiter"]
    spec = league.game.spec
    observation, legal = np.zeros((1, spec.observation_size), np.float32), np.ones((1, 2), np.bool_)
    for path in (folder, *(folder / "players" / name for name in names)):
        assert load(path, spec).policy(observation, legal).sum() == pytest.approx(1)


def test_an_exploiter_that_beats_its_aim_is_done():
    league = league_of(freeze_every=100)
    assert not league._is_due(1)
    for entry in league.pools[1].members:
        entry.record.wins = entry.record.games = 100.0 if isinstance(entry.stored, int) else 0.0
    assert league._is_due(1)
    for entry in league.pools[2].members:
        entry.record.wins = entry.record.games = 100.0 if not isinstance(entry.stored, int) else 0.0
    assert league._is_due(2)
    assert not league._is_due(0)


def test_a_live_member_is_the_learner_of_now():
    league = league_of()
    observation, legal = np.ones((1, league.game.spec.observation_size), np.float32), np.ones((1, 2), np.bool_)
    live = league.pools[1].members[1].agent
    league.iterate()
    now = league.players[0].agent().policy(observation, legal)
    np.testing.assert_array_equal(live.policy(observation, legal), now)


def test_one_player_needs_no_league():
    settings = from_table({"id": "agora/Shop-v0", "algorithm": "league", "steps": 1})
    with pytest.raises(ValueError, match="has one: take PPO"):
        algorithm_module("league").make(settings, agora.envs.game("agora/Shop-v0"))

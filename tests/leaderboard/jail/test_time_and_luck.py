"""Checklist D and E, 29 to 37: budgets on the judge's clock, and games that follow from their seeds alone."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from agora import envs
from agora.agents.random import RandomAgent
from agora.leaderboard.jail.fault import Fault
from agora.leaderboard.jail.limits import Budget
from agora.leaderboard.match import play
from agora.leaderboard.replaying import replay


def ask(agent, lanes=1, times=1):
    """Asks for a move in so many lanes, so many times."""
    for _ in range(times):
        agent.act(np.zeros((lanes, 11), np.float32), np.ones((lanes, 2), bool), np.arange(lanes))


def sleeping(arena, seconds, **budget):
    (arena.folder / "seconds.txt").write_text(seconds)
    generous = {"start": 20.0, "move": 20.0, "lane": 0.0, "bank": 0.0, "total": 60.0}
    agent = arena.jailed("clocks.py:Sleeps", 1.0, budget=Budget(**generous | budget))
    agent.reset(arena.game.spec, np.arange(1), 0)
    return agent


def test_d29_a_move_may_overrun_until_the_bank_is_empty(arena):
    with sleeping(arena, "0.7", move=0.3, bank=1.0) as agent:
        ask(agent)  # leaves about 0.6 s in the bank, and the next move about 0.2 s
        ask(agent)
        with pytest.raises(Fault, match="act took longer") as raised:
            ask(agent, times=3)
    assert raised.value.cause == "time"


def test_d29_without_a_bank_the_first_overrun_is_the_last(arena):
    with sleeping(arena, "0 0.6", move=0.3) as agent:
        ask(agent)
        with pytest.raises(Fault, match="act took longer"):
            ask(agent)


def test_d29_the_bank_is_full_again_after_a_reset(arena):
    with sleeping(arena, "0.8", move=0.3, bank=0.9) as agent:
        for _ in range(3):
            agent.reset(arena.game.spec, np.arange(1), 0)
            ask(agent)


def test_d29_the_total_counts_moves_that_are_in_time(arena):
    with sleeping(arena, "0.4", total=1.0) as agent:
        ask(agent)
        with pytest.raises(Fault, match="act took longer"):
            ask(agent, times=3)


def test_d29_each_lane_has_its_time(arena):
    with sleeping(arena, "0.6", move=0.0, lane=0.1) as agent:
        agent.reset(arena.game.spec, np.arange(20), 0)
        ask(agent, 20)
        with pytest.raises(Fault, match="act took longer"):
            ask(agent, 2)


def test_d29_starting_has_a_budget_of_its_own(arena):
    late = Budget(start=20.0, move=0.5, lane=0.0, bank=0.0, total=0.5)
    with arena.jailed("clocks.py:SleepsAtStart", 1.0, budget=late) as agent:
        assert {game.ended for game in arena.play(agent)} == {"terminated"}
    with arena.jailed("clocks.py:SleepsAtStart", 1.0, budget=Budget(start=0.9)) as agent:
        arena.caught(arena.play(agent), "time", "reset took longer")


def test_d30_stopped_clocks_in_the_agent_stop_nothing(arena, level):
    with arena.jailed("clocks.py:stops_the_clock", level) as agent:
        arena.caught(arena.play(agent), "time", "act took longer")


def test_d31_an_agent_does_not_think_in_the_others_time(arena, level):
    with arena.jailed("clocks.py:ThinksInTheOthersTime", level) as agent:
        agent.reset(arena.game.spec, np.arange(1), 0)
        ask(agent)
        time.sleep(1.5)
        ask(agent)
    assert float(agent.log) < 0.1  # and not its share of a second and a half


def test_d32_many_matches_at_once_time_nobody_out(arena, level):
    """A calibration agent that answers at once never runs out of time, whatever else the machine does."""

    def work(_):
        with arena.jailed("process.py:Agent", level, budget=Budget()) as agent:
            return arena.play(agent, deals=20)

    with ThreadPoolExecutor(4) as pool:
        faults = [game.faults for played in pool.map(work, range(4)) for game in played]
    assert faults == [{}] * len(faults)


def test_e35_an_agent_that_seeds_everything_changes_no_deal(arena, level):
    with arena.jailed("clocks.py:TurnsTheDice", level) as agent:
        turned = arena.play(agent)
    with arena.jailed("process.py:Agent", level) as agent:
        assert arena.play(agent) == turned


def test_e36_the_same_seeds_are_the_same_games_and_replay(arena, level):
    seating, seeds = arena.games((0, 1), deals=20)

    def run():
        with arena.jailed("clocks.py:Draws", level) as agent:
            return play(arena.game, [RandomAgent(), agent], seating, seeds, agent_seed=5)

    played = run()
    assert played == run()
    assert (replay(arena.game, played) == [game.returns for game in played]).all()
    assert len({tuple(game.moves) for game in played}) > 2


def test_an_agent_gets_the_states_it_may_see(arena, level):
    with arena.jailed("clocks.py:LooksAtStates", level) as agent:
        played = arena.play(agent)
    assert agent.needs == "states"
    assert {tuple(game.moves) for game in played if game.seating[0] == 1} == {(0, 0)}
    assert {tuple(game.moves) for game in played if game.seating[1] == 1} == {(0, 1, 0)}


def test_no_submission_may_ask_for_the_truth(arena, level):
    with arena.jailed("clocks.py:WantsTheTruth", level) as agent:
        arena.caught(arena.play(agent), "illegal", "asks for the true states")


@pytest.mark.parametrize("name", envs.ids())
def test_a_jailed_agent_gets_every_environment_through_the_protocol(arena, name):
    if envs.spec(name).action_dtype is not np.int64:
        pytest.skip("draws among listed actions")
    game = envs.game(name)
    players = game.spec.players
    others = [RandomAgent() for _ in range(players - 1)]
    seating = np.array([np.roll(np.arange(players), turn) for turn in range(players)])
    with arena.jailed("clocks.py:Draws", 1.0, budget=Budget()) as agent:
        for one in play(game, [agent, *others], seating, np.arange(players)):
            assert not one.faults

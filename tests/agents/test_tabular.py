"""Agents that look up what to do: they find their information state, survive the disk, and refuse what does not fit."""

import numpy as np
import pytest

import agora.envs
from agora.agents import tabular
from agora.agents.api import PolicyAgent, load
from agora.agents.random import RandomAgent
from agora.agents.solvers.best_response import expected_returns
from agora.agents.solvers.cfr import CFR
from agora.agents.solvers.tree import build
from agora.agents.tabular import Table, TabularAgent
from agora.leaderboard.match import play

KUHN = "agora/KuhnPoker-v0"


def solved(name, iterations, **options):
    game = agora.envs.game(name, **options)
    tree = build(game)
    solver = CFR(tree, "cfr+")
    solver.advance(iterations)
    return game, tree, Table(tree.owner, tree.before, tree.observation, tree.legal, solver.strategy)


@pytest.fixture(scope="module")
def kuhn():
    return solved(KUHN, 100)


@pytest.fixture
def saved(kuhn, tmp_path):
    game, _, table = kuhn
    return tabular.save(table, tmp_path / "agent", game.spec, name="a name", facts={"iterations": 100})


def test_where_the_observation_decides_the_agent_shows_its_policy(kuhn, saved):
    game, tree, table = kuhn
    agent = load(saved, game.spec)
    assert isinstance(agent, PolicyAgent)
    assert agent.needs == "observation"
    assert np.array_equal(agent.policy(tree.observation, tree.legal), table.strategy)
    assert np.array_equal(agent.policy(tree.observation[[7, 2]], tree.legal[[7, 2]]), table.strategy[[7, 2]])


def test_the_folder_says_what_it_is_and_is_the_same_every_time(kuhn, saved, tmp_path):
    assert {path.name for path in saved.iterdir()} == {"agent.toml", "table.npz"}
    text = (saved / "agent.toml").read_text()
    for line in ('kind = "tabular"', 'name = "a name"', 'ids = ["agora/KuhnPoker-v0"]', "[solution]\niterations = 100"):
        assert line in text
    again = tabular.save(kuhn[2], tmp_path / "again", kuhn[0].spec, name="a name", facts={"iterations": 100})
    assert (again / "table.npz").read_bytes() == (saved / "table.npz").read_bytes()


def by_hand(owner, before, strategy):
    """A table in which all observations are alike and both actions are legal."""
    count = len(owner)
    numbers = np.array(owner, np.int8), np.array(before, np.int32), np.zeros((count, 3), np.float32)
    return Table(*numbers, np.ones((count, 2), np.bool_), np.array(strategy, np.float64))


def asked(agent, lanes, states=None):
    lanes = np.array(lanes)
    return agent.act(np.zeros((len(lanes), 3), np.float32), np.ones((len(lanes), 2), np.bool_), lanes, states).tolist()


def test_its_own_decisions_tell_what_observations_leave_out():
    agent = by_hand([0, 0], [-1, 0], [[1, 0], [0, 1]]).agent()
    assert isinstance(agent, TabularAgent)
    assert not isinstance(agent, PolicyAgent)
    assert agent.needs == "observation"
    spec = agora.envs.spec(KUHN)
    agent.reset(spec, np.arange(3), 0)
    assert asked(agent, [0, 2]) == [0, 0]
    assert asked(agent, [0, 1]) == [1, 0]  # lane 0 for the second time, lane 1 for the first
    agent.reset(spec, np.array([0]), 0)
    assert asked(agent, [0, 1]) == [0, 1]  # a new game in lane 0
    with pytest.raises(ValueError, match="no row for this situation"):
        asked(agent, [1])


def test_seats_that_observe_the_same_are_told_by_the_state():
    agent = by_hand([0, 1], [-1, -1], [[1, 0], [0, 1]]).agent()
    assert agent.needs == "states"
    agent.reset(agora.envs.spec(KUHN), np.arange(2), 0)
    states = np.zeros(2, [("to_move", "i1")]).view(np.recarray)
    states.to_move = [1, 0]
    assert asked(agent, [0, 1], states) == [1, 0]


def test_equal_rows_need_no_seat():
    agent = by_hand([0, 1], [-1, -1], [[1, 0], [1, 0]]).agent()
    assert isinstance(agent, PolicyAgent)


@pytest.mark.parametrize("seat", [0, 1])
def test_in_play_it_earns_what_its_strategy_is_worth(seat):
    """Goofspiel, where all choose at once and the seat shows only in the state, against random play."""
    game, tree, table = solved("agora/Goofspiel-v0", 20, cards=4, information="imperfect", order="descending")
    uniform = tree.legal / tree.legal.sum(axis=1, keepdims=True)
    worth = expected_returns(tree, [table.strategy, uniform] if seat == 0 else [uniform, table.strategy])
    agents, count = [TabularAgent(table), RandomAgent()], 3000
    assert agents[0].needs == "states"
    seating = np.tile([seat, 1 - seat], (count, 1))
    games = play(game, agents, seating, np.arange(count))
    assert not any(played.faults for played in games)
    returns = np.array([played.returns[seat] for played in games])
    assert returns.mean() == pytest.approx(worth[seat], abs=4 * returns.std() / np.sqrt(count))


def test_another_game_or_other_options_are_refused(saved):
    with pytest.raises(ValueError, match=r"made for agora/KuhnPoker-v0 with options \{\}, not \{'players': 3\}"):
        load(saved, agora.envs.spec(KUHN, players=3))
    with pytest.raises(ValueError, match="plays \\['agora/KuhnPoker-v0'\\], not agora/LeducPoker-v0"):
        load(saved, agora.envs.spec("agora/LeducPoker-v0"))


def rewrite(saved, **changes):
    with np.load(saved / "table.npz") as arrays:
        kept = dict(arrays)
    for name, change in changes.items():
        kept[name] = change(kept[name])
    np.savez(saved / "table.npz", **kept)


@pytest.mark.parametrize(
    "changes",
    [
        {"strategy": lambda array: array * 2},
        {"strategy": lambda array: np.full_like(array, np.nan)},
        {"strategy": lambda array: array[:5]},
        {"strategy": lambda array: array.astype(np.float32)},
        {"legal": lambda array: ~array},
        {"observation": lambda array: array[:, :4]},
        {"before": lambda array: array.astype(np.int64)},
    ],
)
def test_damaged_tables_are_refused(saved, changes):
    rewrite(saved, **changes)
    with pytest.raises(ValueError, match=r"table\.npz is damaged, or made for another version"):
        load(saved, agora.envs.spec(KUHN))


def test_files_that_are_no_tables_are_refused(saved):
    spec = agora.envs.spec(KUHN)
    rewrite(saved, strategy=lambda array: np.array([object()]))
    with pytest.raises(ValueError, match=r"table\.npz cannot be read: .*allow_pickle=False"):
        load(saved, spec)
    (saved / "table.npz").write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"table\.npz cannot be read"):
        load(saved, spec)
    (saved / "table.npz").unlink()
    with pytest.raises(ValueError, match=r"table\.npz cannot be read: .*No such file"):
        load(saved, spec)

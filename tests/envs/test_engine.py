"""The engine: the generator, the referee's accounts, the cache of compiled code."""

import os
import subprocess
import sys

import numpy as np
import pytest

import agora.envs

KUHN, LEDUC = "agora/KuhnPoker-v0", "agora/LeducPoker-v0"


BITS = """
from types import SimpleNamespace

import numpy as np

from agora.envs import rng

state = SimpleNamespace(rng=np.uint64(1234567))
print(*(int(rng.bits(state)) for _ in range(4)))
"""


def test_splitmix_gives_the_published_numbers():
    """From state 1234567, in plain Python; that compiled code does the same is a law."""
    env = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-P", "-W", "error", "-c", BITS]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    expected = "6457827717110365317 3203168211198807973 9817491932198370423 4593380528125082431"
    assert done.stdout.strip() == expected, done.stderr


def test_deals_are_uniform():
    """Each of the six deals of Kuhn poker comes up a sixth of the time, within 5 standard errors."""
    cards = agora.envs.batch(KUHN, 60_000, 0).states.card
    counts = np.bincount(cards[:, 0] * 3 + cards[:, 1], minlength=9)
    assert (counts[[0, 4, 8]] == 0).all()
    dealt = counts[[1, 2, 3, 5, 6, 7]]
    assert np.abs(dealt - 10_000).max() < 5 * np.sqrt(60_000 * 5 / 36)


def test_sampled_actions_are_uniform_among_the_legal():
    batch = agora.envs.batch(LEDUC, 30_000, 0)
    batch.step(np.full(30_000, 2))  # a bet: all three actions are open now
    counts = np.bincount(batch.sample(), minlength=3)
    assert np.abs(counts - 10_000).max() < 5 * np.sqrt(30_000 * 2 / 9)


def test_seats_played_at_random_play_uniformly():
    """Random against random in Kuhn poker is worth 1/8 to the first player, within 5 standard errors."""
    batch = agora.envs.batch(KUHN, 100_000, 0, autoreset="disabled", random_seats=[False, True])
    while not batch.ended.all():
        batch.step(batch.sample())
    returns = batch.returns[:, 0]
    assert abs(returns.mean() - 1 / 8) < 5 * returns.std() / np.sqrt(len(returns))


def test_what_an_opening_earns_is_due_with_the_next_step(tmp_path, monkeypatch):
    """A game in which every move pays its mover 1 and costs the other 1, and the first seat is played at random."""
    (tmp_path / "paid_moves").mkdir()
    (tmp_path / "paid_moves" / "__init__.py").touch()
    (tmp_path / "paid_moves" / "rules.py").write_text(PAID_MOVES)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(agora.envs.TABLE, "test/PaidMoves-v0", "paid_moves")
    for autoreset in ("same_step", "disabled"):
        batch = agora.envs.batch("test/PaidMoves-v0", 3, 0, autoreset=autoreset, random_seats=[True, False])
        assert batch.to_move.tolist() == [1, 1, 1]
        assert batch.returns.tolist() == [[1, -1]] * 3
        batch.step([0, 0, 0])  # ours pays +1, the next random move -1, and the opening's -1 is due
        assert batch.rewards.tolist() == [[1, -1]] * 3
        batch.step([0, 0, 0])  # the fourth move ends the game
        assert batch.terminated.all()
        assert batch.rewards.tolist() == [[-1, 1]] * 3
        assert batch.final_returns.tolist() == [[0, 0]] * 3
        if autoreset == "same_step":
            assert batch.returns.tolist() == [[1, -1]] * 3
            batch.step([0, 0, -1])
            assert batch.rewards[:2].tolist() == [[1, -1]] * 2
            assert batch.final_returns[2].tolist() == [9, -9], "a forfeit falls to the worst return, all counted"


PAID_MOVES = """
from typing import NamedTuple

from agora.envs.api import Discrete, Piece, Spec
from agora.envs.jit import rule


class World(NamedTuple):
    moves: int


def make_world():
    return World(4)


def make_spec(world):
    return Spec(players=2, turns="sequential", information="perfect", payoff="zero-sum", chance="none",
                action=Discrete(1), observation=(Piece("moved", (1,), 0, 4, "moves so far"),), returns=(-9.0, 9.0),
                unit="points", max_steps=9, seats=("a", "b"))


def make_dtype(world):
    return []


@rule
def reset(world, state):
    state.to_move = 0


@rule
def legal(world, state, player, out):
    out[0] = True


@rule
def step(world, state, actions, rewards):
    rewards[state.to_move] = 1.0
    rewards[1 - state.to_move] = -1.0
    state.to_move = 1 - state.to_move
    state.over = state.steps == world.moves


@rule
def observe(world, state, player, out):
    out.moved[0] = state.steps
"""


def test_the_same_rules_under_two_names_do_not_share_machine_code(tmp_path):
    """Who adds an environment begins with a copy of another one."""
    script = """
import sys, shutil, pathlib, agora.envs
here = pathlib.Path(sys.argv[1])
for name in ("first_copy", "second_copy"):
    (here / name).mkdir(exist_ok=True)
    (here / name / "__init__.py").touch()
    shutil.copy(agora.envs.game("agora/KuhnPoker-v0").rules.__file__, here / name / "rules.py")
sys.path.insert(0, str(here))
agora.envs.TABLE["test/Copy-v0"] = sys.argv[2]
batch = agora.envs.batch("test/Copy-v0", 2, 0)
print(batch.step(batch.sample()).observation.tobytes().hex())
"""
    shown = []
    for name in ("first_copy", "second_copy"):
        env = {**os.environ, "AGORA_CACHE": str(tmp_path / "cache")}
        command = [sys.executable, "-P", "-c", script, str(tmp_path), name]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        shown.append(done.stdout)
    assert shown[0] == shown[1]


def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    env = {**os.environ, "AGORA_CACHE": str(tmp_path / "file" / "cache")}
    command = [sys.executable, "-P", "-c", f"import agora.envs; agora.envs.batch({KUHN!r}, 1)"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    assert "Set AGORA_CACHE to a folder you can write" in done.stderr


@pytest.mark.parametrize("keywords", [{"num_envs": 0}, {"autoreset": "later"}, {"illegal": "ignore"}, {"max_steps": 0}])
def test_wrong_arguments_are_named(keywords):
    with pytest.raises(ValueError, match=next(iter(keywords))):
        agora.envs.batch(KUHN, **{"num_envs": 1, **keywords})


def test_an_unknown_id_names_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'agora/KuhnPoker-v0'"):
        agora.envs.spec("agora/KunPoker-v0")
    with pytest.raises(ValueError, match="games, negotiation, trading, web"):
        agora.envs.ids("sports")


def test_the_time_limit_cuts_after_just_so_many_decisions():
    batch = agora.envs.batch(LEDUC, 5, 0, max_steps=2, autoreset="disabled")
    batch.step(np.ones(5, int))
    assert not batch.ended.any()
    batch.step(np.ones(5, int))
    assert batch.truncated.all()
    assert not batch.terminated.any()
    assert (batch.states.steps == 2).all()

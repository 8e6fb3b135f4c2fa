"""Checklist A, 1 to 10: agents that die, hang, multiply or eat up the machine lose, and nobody else notices."""

import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import pytest

from agora.leaderboard.jail.fault import Fault
from agora.leaderboard.jail.limits import Budget, Limits

ENDED = "the process ended with status 0"

# case, entry, cause, how the message begins, lowest level that claims it
ATTACKS = [
    ("A1", "process.py:exits", "crash", "SystemExit: 0", 1.0),
    ("A1", "process.py:leaves_without_a_word", "crash", ENDED, 1.0),
    ("A1", "process.py:kills_itself", "crash", "", 1.0),
    ("A1", "process.py:segfaults", "crash", "the process was ended by SIGSEGV", 1.0),
    ("A1", "process.py:aborts", "crash", "the process was ended by SIG", 1.0),
    ("A2", "broken_import.py:agent", "crash", "RuntimeError: at import", 1.0),
    ("A2", "no_such_file.py:agent", "crash", "ModuleNotFoundError", 1.0),
    ("A2", "process.py:no_such_name", "crash", "AttributeError", 1.0),
    ("A2", "process.py:RaisesWhenMade", "crash", "OSError: no weights", 1.0),
    ("A2", "process.py:RaisesAtReset", "crash", "KeyError: 'reset'", 1.0),
    ("A2", "process.py:raises", "crash", "ZeroDivisionError: in act", 1.0),
    ("A2", "process.py:InterruptsItself", "crash", "KeyboardInterrupt", 1.0),
    ("A3", "process.py:loops", "time", "act took longer", 1.0),
    ("A3", "process.py:loops_in_c", "time", "act took longer", 1.0),
    ("A3", "process.py:loops_without_end_in_c", "time", "act took longer", 1.0),
    ("A3", "process.py:ignores_signals", "time", "act took longer", 1.0),
    ("A4", "process.py:multiplies", "crash", "PermissionError", 1.5),
    ("A4", "process.py:leaves_a_daemon", "crash", "PermissionError", 1.5),
    ("A4", "process.py:runs_a_program", "crash", "PermissionError", 1.5),
    ("A5", "process.py:starts_threads_without_end", "crash", "RuntimeError: can't start new thread", 1.0),
    ("A6", "process.py:takes_memory", "memory", "", 1.0),
    ("A6", "process.py:takes_memory_bit_by_bit", "memory", "MemoryError", 1.0),
    ("A6", "process.py:maps_memory", "memory", "OSError", 1.0),
    ("A7", "process.py:fills_its_folder", "crash", "", 1.5),
    ("A7", "process.py:fills_the_temporary_space", "crash", "", 1.5),
    ("A7", "process.py:fills_the_shared_memory", "crash", "", 1.5),
    ("A7", "process.py:fills_its_submission", "crash", "", 1.5),
    ("A8", "process.py:opens_files", "crash", "OSError: [Errno 24]", 1.0),
    ("A10", "process.py:stops_itself", "crash", "PermissionError", 1.5),
]


@pytest.mark.parametrize(
    ("entry", "cause", "message", "lowest"),
    [pytest.param(*attack, id=f"{case}-{attack[0].split(':')[-1]}") for case, *attack in ATTACKS],
)
def test_the_offender_loses_and_nobody_else_notices(arena, level, entry, cause, message, lowest):
    if level < lowest:
        pytest.skip(f"claimed from level {lowest:g}, see docs/threat-model.md")
    with arena.jailed(entry, level) as agent:
        arena.caught(arena.play(agent), cause, message)


@pytest.mark.parametrize("entry", ["endless_import.py:agent", "process.py:LoopsAtReset"])
def test_a3_an_agent_that_never_gets_ready_loses_by_time(arena, level, entry):
    with arena.jailed(entry, level, budget=Budget(start=0.5)) as agent:
        arena.caught(arena.play(agent), "time", "reset took longer")


def test_a10_an_agent_that_stops_itself_loses_by_time_where_it_may(arena):
    with arena.jailed("process.py:stops_itself", 1.0) as agent:
        arena.caught(arena.play(agent), "time", "act took longer")


def test_after_a_fault_every_call_raises_the_same(arena, level):
    with arena.jailed("process.py:leaves_without_a_word", level) as agent:
        agent.reset(arena.game.spec, np.arange(1), 0)
        seen = []
        for _ in range(2):
            with pytest.raises(Fault) as raised:
                agent.act(np.zeros((1, 11), np.float32), np.ones((1, 2), bool), np.arange(1))
            seen.append(raised.value)
        with pytest.raises(Fault) as raised:
            agent.reset(arena.game.spec, np.arange(1), 0)
    assert seen == [raised.value] * 2


def test_closing_leaves_no_folder_behind(arena, level, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with arena.jailed("process.py:fills_its_folder", level) as agent:
        agent.reset(arena.game.spec, np.arange(1), 0)
    assert not list((tmp_path / "temporary").iterdir())


def test_an_agent_that_was_closed_says_so(arena, level):
    agent = arena.jailed("process.py:Agent", level)
    agent.close()
    agent.close()
    with pytest.raises(ValueError, match="has been closed"):
        agent.reset(arena.game.spec, np.arange(1), 0)


def test_a5_threads_are_counted_where_the_kernel_does_that_for_a_group(arena, level):
    with arena.jailed("process.py:starts_threads_without_end", level, limits=Limits(threads=16)) as agent:
        groups = list(agent._process._groups)
        counted = any((group / "pids.max").exists() for group in groups) or (level == 2.0 and os.geteuid() != 0)
        if not counted:
            pytest.skip("no control groups for this user, and the limit per user is not the jail's own")
        arena.caught(arena.play(agent), "crash", "RuntimeError: can't start new thread")
    assert int(agent.log.split()[-1]) < 16
    assert not any(group.exists() for group in groups)


@pytest.mark.parametrize("frozen", [True, False])
def test_a_judge_that_is_killed_leaves_nothing_running(arena, level, frozen):
    script = (
        "import sys, numpy as np, agora.envs\n"
        "from agora.leaderboard.jail.jailed import JailedAgent\n"
        "folder, entry, level = sys.argv[1:]\n"
        "agent = JailedAgent(folder, entry, float(level))\n"
        "print('ready', flush=True)\n"
        "agent.reset(agora.envs.spec('agora/KuhnPoker-v0'), np.arange(1), 0)\n"
        "sys.stdin.read()\n"
    )
    entry = "process.py:Agent" if frozen else "process.py:LoopsAtReset"
    command = [sys.executable, "-P", "-c", script, str(arena.folder), entry, str(level)]
    surroundings = os.environ | {"TMPDIR": str(arena.folder.parent)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=surroundings) as judge:
        assert judge.stdout.readline() == b"ready\n"
        time.sleep(0.3)
        assert arena.processes(judge.pid)
        judge.kill()
    until = time.monotonic() + 10
    while arena.processes(judge.pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not arena.processes(judge.pid)

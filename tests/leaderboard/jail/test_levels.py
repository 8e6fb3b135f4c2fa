"""Which level a machine holds: proven, reported, never silently lowered."""

import os
import shutil
import stat
import sys

import numpy as np
import pytest

from agora import envs
from agora.agents.api import FunctionAgent
from agora.leaderboard.jail import landlock, levels
from agora.leaderboard.jail.jailed import JailedAgent, admit
from agora.leaderboard.jail.levels import NAMES, highest, lacks, self_test


def test_a_machine_with_bubblewrap_or_landlock_holds_a_level_that_isolates():
    if shutil.which("bwrap") is None and not landlock.version():
        pytest.skip("neither bubblewrap nor Landlock on this machine")
    level, why_not_higher = highest()
    assert level >= 1.5, why_not_higher


@pytest.mark.parametrize("level", levels.LEVELS)
def test_a_jail_that_starts_holds_what_its_level_claims(level):
    """A machine may lack a level; a jail that starts and leaks is a fault of ours, and no reason to skip tests."""
    assert "self-test failed" not in lacks(level)


def test_every_check_of_a_level_that_is_held_passes(level):
    checks = self_test(level)
    assert all(passed for _, passed in checks)
    assert len(checks) > (4 if level == 1.0 else 15)


def test_levels_have_names():
    assert {level: NAMES[level] for level in (*levels.LEVELS, 0.0)} == NAMES


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A machine whose bubblewrap fails as it does where user namespaces are forbidden."""
    fake = tmp_path / "bin" / "bwrap"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    lacks.cache_clear()
    yield
    lacks.cache_clear()


def test_a_level_that_fails_is_reported_with_its_reason(broken, tmp_path):
    level, why_not_higher = highest()
    assert level < 2.0
    assert "setting up uid map: Permission denied" in why_not_higher
    with pytest.raises(OSError, match="setting up uid map"):
        JailedAgent(tmp_path, "agent.py:agent", 2.0)


def test_what_is_missing_is_reported(monkeypatch, tmp_path):
    lacks.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(landlock, "version", lambda: 0)
    level, why_not_higher = highest()
    lacks.cache_clear()
    assert level == 1.0
    assert "bubblewrap is not installed" in why_not_higher
    assert "no Landlock" in why_not_higher
    with pytest.raises(ValueError, match=r"Level 1\.5 cannot be held on this machine"):
        JailedAgent(tmp_path, "agent.py:agent", 1.5)


def test_a_self_test_that_fails_is_not_a_level(monkeypatch):
    lacks.cache_clear()
    monkeypatch.setattr(levels, "self_test", lambda level: [("reads a file: denied", level == 1.0)])
    level, why_not_higher = highest()
    lacks.cache_clear()
    assert level == 1.0
    assert why_not_higher.count("reads a file: denied") == 2


SUBMISSION = """
import numpy as np

def policy(observation, legal):
    return legal.argmax(axis=1)

class Takes:
    needs = "observation"
    def __init__(self, spec):
        self.spec = spec
    def reset(self, spec, lanes, seed):
        assert spec == self.spec
    def act(self, observation, legal, lanes, states=None):
        observation[:] = 0
        return legal.argmax(axis=1)

class Bare(Takes):
    def __init__(self):
        pass
    def reset(self, spec, lanes, seed):
        pass

def make(spec):
    return Takes(spec)

agent = Bare()
number = 3
"""


@pytest.mark.parametrize("entry", ["agent.py:policy", "agent:Takes", "agent.py:Bare", "agent:make", "agent.py:agent"])
def test_an_entry_may_be_an_agent_what_makes_one_or_a_function(tmp_path, level, entry):
    (tmp_path / "agent.py").write_text(SUBMISSION)
    with JailedAgent(tmp_path, entry, level) as agent:
        agent.reset(envs.spec("agora/KuhnPoker-v0"), np.arange(2), 0)
        legal = np.array([[False, True], [True, True]])
        assert agent.act(np.zeros((2, 11), np.float32), legal, np.arange(2)).tolist() == [1, 0]


def test_level_0_needs_trust(tmp_path, monkeypatch):
    spec = envs.spec("agora/KuhnPoker-v0")
    (tmp_path / "trusted_agent.py").write_text(SUBMISSION)
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(ValueError, match="trust=True"):
        admit(tmp_path, "trusted_agent.py:policy", spec, 0.0)
    assert isinstance(admit(tmp_path, "trusted_agent.py:policy", spec, 0.0, trust=True), FunctionAgent)
    with pytest.raises(ValueError, match="There is no level 3"):
        admit(tmp_path, "trusted_agent.py:policy", spec, 3.0)

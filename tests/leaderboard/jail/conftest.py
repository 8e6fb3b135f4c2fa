"""What the tests of the jail share: malicious agents in a folder of their own, and their games against honest ones."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from agora import envs
from agora.agents.api import from_function
from agora.leaderboard.jail.jailed import JailedAgent
from agora.leaderboard.jail.levels import LEVELS, lacks
from agora.leaderboard.jail.limits import MEBIBYTE, Budget, Limits
from agora.leaderboard.match import play
from agora.leaderboard.schedules.units import Unit, seats_and_deals

MALICIOUS = Path(__file__).parent / "malicious"
SMALL = Limits(memory=1024 * MEBIBYTE, scratch=4 * MEBIBYTE)
SHORT = Budget(start=20.0, move=0.5, lane=0.0, bank=0.1, total=20.0)


def processes(judge: int) -> set[str]:
    """Of the jails of that judge, forked ones included: their ids."""
    known = f'"judge": {judge},'.encode()
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if known in (path / "cmdline").read_bytes():
                found.add(path.name)
        except OSError:
            continue
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Every file in ``folder``."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Arena:
    """Kuhn poker between a submission and honest agents that always pass."""

    processes = staticmethod(processes)

    def __init__(self, folder: Path):
        self.folder = folder
        self.game = envs.game("agora/KuhnPoker-v0")
        self.honest = from_function(lambda observation, legal: np.zeros(len(legal), np.int64))

    def jailed(self, entry, level, budget=SHORT, limits=SMALL):
        """The agent of ``entry``; skips the test where this machine cannot hold the level."""
        reason = lacks(level)
        if reason:
            pytest.skip(f"level {level:g}: {reason}")
        return JailedAgent(self.folder, entry, level, budget, limits)

    def games(self, lineup, deals=4):
        seating, numbers = seats_and_deals(Unit(lineup, 0, deals))
        return seating, 1000 + numbers

    def play(self, agent, deals=4):
        """Games of the submission with one honest agent, and before them games of that one with another."""
        seating, seeds = self.games((0, 2), deals)
        theirs, theirs_seeds = self.games((0, 1), deals)
        agents = [self.honest, agent, self.honest]
        played = play(
            self.game, agents, np.concatenate([seating, theirs]), np.concatenate([seeds, theirs_seeds]), agent_seed=3
        )
        alone = play(self.game, [self.honest] * 3, seating, seeds, agent_seed=3)
        assert played[: len(seeds)] == alone, "a game of other agents was touched"
        return played[len(seeds) :]

    def caught(self, played, cause, message):
        """The submission forfeited every game with that cause, and its opponents were credited."""
        worst = self.game.spec.returns[0]
        for game in played:
            seat = game.seating.index(1)
            assert game.ended == "forfeit"
            assert game.faults.keys() == {str(seat)}
            assert game.faults[str(seat)].startswith(f"{cause}: {message}"), game.faults
            assert "\n" not in game.faults[str(seat)]
            assert game.returns[seat] == worst
            assert game.returns[1 - seat] == -worst


@pytest.fixture
def arena(tmp_path):
    """An arena; afterwards nothing runs any more, and nothing was written into the submission."""
    folder = tmp_path / "submission"
    shutil.copytree(MALICIOUS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    arena = Arena(folder)
    yield arena
    assert not processes(os.getpid())
    names = {path.name for path in MALICIOUS.glob("*.py")} | {"targets.txt", "wrong.txt", "seconds.txt"}
    assert set(contents(folder)) <= names


@pytest.fixture(params=LEVELS, ids=lambda level: f"level-{level:g}")
def level(request):
    """Every level with a jail that this machine can hold."""
    reason = lacks(request.param)
    if reason:
        pytest.skip(f"level {request.param:g}: {reason}")
    return request.param


@pytest.fixture(params=[level for level in LEVELS if level > 1.0], ids=lambda level: f"level-{level:g}")
def walls(request):
    """Every level that claims to isolate."""
    reason = lacks(request.param)
    if reason:
        pytest.skip(f"level {request.param:g}: {reason}")
    return request.param

"""A season that is killed, at any moment and as often as one likes, ends as if it had not been."""

import shutil
import subprocess
import sys

import numpy as np

from agora.leaderboard.schedules import units
from agora.leaderboard.season import run_season

SEASON = """
title = "Test season"
secret = "file"

[[environments]]
id = "agora/KuhnPoker-v0"
games = 200
agents = ["random", "random"]

[[environments]]
id = "agora/KuhnPoker-v0"
games = 120
schedule = "swiss"
agents = ["random", "scripted/honest", "scripted/always_bet"]

[[environments]]
id = "agora/KuhnPoker-v0"
games = 400
schedule = "adaptive"
agents = ["random", "scripted/honest", "scripted/equilibrium"]
"""

KILLER = """
import os, signal, sys, time
from pathlib import Path
from agora.leaderboard import season
from agora.leaderboard.log import writing
from agora.leaderboard.schedules import units
units._GAMES_AT_ONCE = 60
write = writing.Log._write
def slowly(self, lines, record):
    time.sleep(0.005)
    write(self, lines, record)
writing.Log._write = slowly
path = Path(sys.argv[2]) / "log.jsonl"
for goal in map(int, sys.argv[3:]):
    child = os.fork()
    if not child:
        season.run_season(sys.argv[1], sys.argv[2], progress=False)
        os._exit(0)
    while not path.exists() or path.stat().st_size < goal:
        assert os.waitpid(child, os.WNOHANG) == (0, 0)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    print(path.stat().st_size)
"""


def test_killed_at_random_and_started_again_the_season_ends_with_the_same_bytes(tmp_path, monkeypatch):
    path, out = tmp_path / "season.toml", tmp_path / "killed"
    path.write_text(SEASON)
    monkeypatch.setattr(units, "_GAMES_AT_ONCE", 60)
    run_season(path, tmp_path / "whole", progress=False)
    whole = {kept.name: kept.read_bytes() for kept in (tmp_path / "whole").iterdir()}
    (secret,) = (name for name in whole if name.startswith("secret"))
    out.mkdir()
    shutil.copy(tmp_path / "whole" / secret, out)
    size = len(whole["log.jsonl"])
    goals = np.sort(np.random.default_rng(2).integers(size * 0.9, size=10))
    command = [sys.executable, "-c", KILLER, str(path), str(out), *map(str, goals)]
    killed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert killed.returncode == 0, killed.stderr
    sizes = [int(line) for line in killed.stdout.split()]
    assert len(sizes) == 10
    assert sizes[-1] < size
    with (out / "log.jsonl").open("ab") as log:
        log.write(b'{"record":"game","deal":1')  # and the last line was not finished
    run_season(path, out, progress=False)
    assert {kept.name: kept.read_bytes() for kept in out.iterdir()} == whole

"""A season that is killed, at any moment and as often as one likes, ends as if it had not been."""

import sqlite3
import subprocess
import sys

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

KILLS = 25
"""Of a season with its log alone, and as many of one with a store."""

KILLER = """
import gc, os, shutil, signal, sys, time
from pathlib import Path
import numpy as np
from agora.leaderboard.log import writing
from agora.leaderboard.schedules import units
from agora.leaderboard.season import run_season
from agora.leaderboard.store.database import open_database

def kill(goal, delay):
    child = os.fork()
    if not child:
        writing.Log._write = lambda log, lines, record: slowly(log, lines, record, goal + 15000)
        run_season("season.toml", out, progress=False, store=store)
        os._exit(0)
    while not log.exists() or log.stat().st_size < goal:
        assert os.waitpid(child, os.WNOHANG) == (0, 0)
        time.sleep(0.001)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL

def slowly(log, lines, record, brake):
    time.sleep(0.005 if log._end < brake else 600)  # however late the killer comes, it does not come too late
    write(log, lines, record)

write = writing.Log._write
units._GAMES_AT_ONCE = 60
run_season("season.toml", "whole", progress=False)
open_database("warm.db").dispose()
gc.freeze()  # children have all this in common
size = Path("whole/log.jsonl").stat().st_size
generator = np.random.default_rng(2)
for out, store in (("alone", None), ("stored", "sqlite:///store.db")):
    log = Path(out, "log.jsonl")
    log.parent.mkdir()
    shutil.copy(next(Path("whole").glob("secret-*")), out)
    for goal in np.sort(generator.integers(size * 0.9, size=int(sys.argv[1]))).tolist():
        kill(goal, generator.uniform(0, 0.03))
        print(out, log.stat().st_size)
        if store:
            log.unlink()  # whatever was played is in the store
    with log.open("ab") as file:
        file.write(b'{"record":"game","deal":1')  # and the last line was not finished
    run_season("season.toml", out, progress=False, store=store)
"""


def test_killed_fifty_times_at_random_the_season_ends_with_the_same_bytes(tmp_path):
    (tmp_path / "season.toml").write_text(SEASON)
    command = [sys.executable, "-c", KILLER, str(KILLS)]
    killed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert killed.returncode == 0, killed.stderr
    whole = contents(tmp_path / "whole")
    assert {"log.jsonl", "leaderboard.json"} <= set(whole)
    assert contents(tmp_path / "alone") == whole
    assert contents(tmp_path / "stored") == whole
    sizes = [int(line.split()[1]) for line in killed.stdout.splitlines()]
    assert len(sizes) == 2 * KILLS == 50
    assert max(sizes) < len(whole["log.jsonl"])
    played = [line for line in whole["log.jsonl"].splitlines() if b'"done"' in line and b"exact/" not in line]
    rows = sqlite3.connect(tmp_path / "store.db").execute("SELECT count(*), count(DISTINCT key) FROM units").fetchone()
    assert rows == (len(played), len(played))


def contents(folder):
    return {kept.name: kept.read_bytes() for kept in folder.iterdir()}

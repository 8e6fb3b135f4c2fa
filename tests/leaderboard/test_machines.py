"""Wherever games are played, the log has the same bytes; processes that end are replaced, and none is left behind."""

import fcntl
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from agora.agents.api import from_function
from agora.leaderboard import season as season_module
from agora.leaderboard.judge import set_stage
from agora.leaderboard.log import records
from agora.leaderboard.machines import here, pool
from agora.leaderboard.machines.jobs import Job, in_order
from agora.leaderboard.machines.place import Place
from agora.leaderboard.machines.recipe import Stages, write_recipe
from agora.leaderboard.schedules import units
from agora.leaderboard.schedules.units import Unit
from agora.leaderboard.season import evaluate, run_season
from agora.leaderboard.submission.opening import FreshAgent, prepared
from submissions import HEAD, KUHN, submission

SEASON = """
title = "Test season"
seed = 5

[[environments]]
id = "agora/KuhnPoker-v0"
games = 120
duplicates = []
agents = ["random", "scripted/honest", {agents}]

[[environments]]
id = "agora/KuhnPoker-v0"
games = 400
schedule = "adaptive"
agents = ["random", "scripted/honest", "scripted/equilibrium", "scripted/always_bet"]

[[environments]]
id = "agora/Shop-v0"
games = 40
duplicates = []
agents = ["random", "scripted/rule"]
"""
DEAL = "agora/DealOrNoDeal-v0"
SMALL = f"""
[[environments]]
id = "{DEAL}"
games = 400
agents = ["random", {{agents}}]
"""
DRAWS = HEAD.replace("pass", "self.generator = np.random.default_rng(seed)").replace(
    "legal.argmax(axis=1)", "(self.generator.random(legal.shape) * legal).argmax(axis=1)"
)


@pytest.fixture(autouse=True)
def small_units_and_no_tables(monkeypatch):
    monkeypatch.setattr(units, "_GAMES_AT_ONCE", 60)
    monkeypatch.setattr(season_module, "make_sections", lambda results: [])
    monkeypatch.setattr(season_module, "write_all", lambda *arguments: None)


@pytest.fixture
def season(tmp_path):
    """Writes a season in which a submission of this code plays; in small ones nothing is computed of it."""

    def write(code, text=SMALL):
        folder = submission(tmp_path / "submission", code, ids=[KUHN, DEAL])
        path = tmp_path / "season.toml"
        path.write_text(text.format(agents=f'{{ name = "guest", submission = "{folder}" }}'))
        return path

    return write


def log_of(path, out, **keywords):
    run_season(path, out, progress=False, **keywords)
    return (out / "log.jsonl").read_bytes()


def test_two_workers_write_the_same_log_as_one(season, tmp_path):
    path = season(DRAWS, SEASON)
    alone = log_of(path, tmp_path / "one")
    assert log_of(path, tmp_path / "two", workers=2) == alone  # submissions in jails of the workers
    played = records.read(tmp_path / "one" / "log.jsonl")
    assert [contest.schedule for contest in played.header.contests] == ["round-robin", "adaptive", "round-robin"]
    assert [contest.players for contest in played.header.contests] == [2, 2, 1]
    assert [len(games) for games in played.games][::2] == [360, 80]
    assert not any(game.faults for games in played.games for game in games)


def test_a_log_begun_by_one_is_gone_on_with_by_two(season, tmp_path):
    path, out = season(DRAWS), tmp_path / "out"
    whole = log_of(path, out, trust=True)
    lines = whole.splitlines(keepends=True)
    (out / "log.jsonl").write_bytes(b"".join(lines[: len(lines) // 2]))
    assert log_of(path, out, trust=True, workers=2) == whole


DIES_ONCE = """
import os, signal
def once():
    try:
        os.close(os.open({marker!r}, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_unit_whose_process_was_killed_is_played_again(season, tmp_path):
    marker = tmp_path / "marker"
    code = DIES_ONCE.format(marker=str(marker)) + DRAWS.replace("return", "once()\n        return")
    path = season(code)
    marker.touch()
    alone = log_of(path, tmp_path / "one", trust=True)
    marker.unlink()
    assert log_of(path, tmp_path / "two", trust=True, workers=2) == alone
    assert marker.exists()


def test_a_unit_that_ends_every_process_is_named_and_the_log_keeps_the_others(season, tmp_path):
    code = HEAD.replace("pass", "self.games = len(lanes)").replace(
        "return legal", "import os\n        self.games == 20 and os._exit(7)\n        return legal"
    )
    path, out = season(code), tmp_path / "out"  # units of 30 deals, 30, ..., and at last one of 20
    with pytest.raises(ChildProcessError, match=r"Unit 0-1/180 of agora/DealOrNoDeal-v0.* 3 times.*status 7"):
        run_season(path, out, progress=False, trust=True, workers=2)
    games = records.read(out / "log.jsonl").games[0]
    assert [game.deal for game in games] == [deal for deal in range(180) for _ in range(2)]


HOLDS = """
import fcntl, os
def hold():
    global kept
    kept = open(f"{folder}/{{os.getpid()}}", "w")
    fcntl.flock(kept, fcntl.LOCK_EX)
    kept.write("held")
    kept.flush()
    sum(range(10**13))
"""


def held(folder):
    """The files that a process holds."""
    taken = []
    for path in folder.iterdir():
        with path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                taken.append(path)
    return taken


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_judge(number, season, tmp_path):
    """Stopped by Ctrl-C or killed, while its workers are in a calculation that no signal interrupts."""
    places = tmp_path / "held"
    places.mkdir()
    path = season(HOLDS.format(folder=places) + HEAD.replace("return", "hold()\n        return"))
    text = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background ignores it
        "from agora.leaderboard.machines import pool; pool.ENDS = 0.5\n"
        "from agora.leaderboard.schedules import units; units._GAMES_AT_ONCE = 60\n"
        "from agora.leaderboard.season import run_season\n"
        f"run_season({str(path)!r}, {str(tmp_path / 'out')!r}, progress=False, trust=True, workers=2)"
    )
    judge = subprocess.Popen([sys.executable, "-c", text], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    try:
        wait_for(lambda: judge.poll() is not None or len(held(places)) == 2)
        os.kill(judge.pid, number)
        _, told = judge.communicate(timeout=60)
    finally:
        judge.kill()
    assert judge.returncode != 0
    assert ("KeyboardInterrupt" in told) == (number == signal.SIGINT)
    wait_for(lambda: not held(places))


@pytest.fixture
def stages():
    return [set_stage(KUHN, {}, [("a", "random"), ("b", "scripted/honest")], 400)]


JOBS = [Job(0, Unit((0, 1), first, 10)) for first in (0, 50, 10)]


def test_players_play_any_jobs_and_again(stages):
    expected = list(here.player(stages, "secret", "season")(JOBS))
    assert [games[0].deal for games in expected] == [0, 50, 10]
    with pool.player(write_recipe(stages, "season", "secret"), 2) as player:
        assert list(player(JOBS)) == expected
        assert list(player(JOBS[1:])) == expected[1:]
        assert list(player([])) == []


def test_what_goes_wrong_in_a_worker_is_told_here(stages):
    recipe = write_recipe(stages, "season", "secret")
    with pool.player(recipe, 2) as player, pytest.raises(IndexError):
        list(player([Job(3, JOBS[0].unit)]))
    other = recipe._replace(made_with=recipe.made_with | {"numpy": "0.1"})
    with pool.player(other, 2) as player, pytest.raises(ValueError, match=r"other software .*numpy .* instead of 0\.1"):
        list(player(JOBS))


def test_a_machine_with_another_jail_than_the_log_says_is_refused(tmp_path):
    with prepared(submission(tmp_path / "mine")) as mine:
        stage = set_stage(KUHN, {}, [("a", "random"), ("mine", FreshAgent(mine, trust=True))], 40)
        stage.contest.entrants[1].jail = 2.0
        recipe = write_recipe([stage], "season", "secret")
        with pytest.raises(ValueError, match=r"mine is to play at isolation level 2.*, and a worker's machine holds 0"):
            Stages(recipe).play(JOBS[0])


def test_jobs_are_begun_few_at_a_time_and_come_back_in_order():
    begun, finished = [], []

    def finish(job, handle):
        assert handle == -job
        assert begun[-1] < job + 3  # never more than three at a time
        finished.append(job)
        return job

    assert list(in_order(range(7), lambda job: begun.append(job) or -job, finish, 3)) == list(range(7))
    assert begun == finished == list(range(7))


def test_objects_do_not_travel():
    constant = from_function(lambda observation, legal: legal.argmax(axis=1))
    with pytest.raises(ValueError, match=r"mine was handed over as an object \(FunctionAgent\).*workers=1"):
        evaluate(KUHN, {"mine": constant}, games=4, progress=False, workers=2)


@pytest.mark.parametrize("place", [Place(-1), Place(2, "auto"), Place(0, "auto")])
def test_impossible_places_are_refused(place):
    with pytest.raises(ValueError, match=r"workers=-1|either workers"):
        place.check()


def test_the_process_of_a_submission_ends_with_its_unit(tmp_path):
    with prepared(submission(tmp_path / "mine")) as mine:
        agent = FreshAgent(mine)
        stage = set_stage(KUHN, {}, [("a", "random"), ("mine", agent)], 40)
        (games,) = here.player([stage], "secret", "season")(JOBS[:1])
        assert not any(game.faults for game in games)
        with pytest.raises(ValueError, match="has been closed"):
            agent.act(np.zeros((1, stage.game.spec.observation_size)), np.ones((1, 2), bool), np.zeros(1, int))

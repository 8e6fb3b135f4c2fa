"""Units that are in the store are not played again, and what is in it comes back as it was, or not at all."""

import gc
import multiprocessing
import sqlite3

import msgspec
import pytest
from sqlalchemy import create_engine, delete, func, select, text, update

from agora.agents.api import from_function
from agora.agents.random import RandomAgent
from agora.leaderboard.judge import header, set_stage
from agora.leaderboard.log.records import lines_of
from agora.leaderboard.machines import here
from agora.leaderboard.machines.jobs import Job
from agora.leaderboard.schedules.units import Unit
from agora.leaderboard.season import run_season
from agora.leaderboard.seeds import commitment
from agora.leaderboard.store import database as databases
from agora.leaderboard.store import memory
from agora.leaderboard.store.database import open_database, transaction
from agora.leaderboard.store.memory import identity, remembered
from agora.leaderboard.store.schema import units
from agora.leaderboard.submission.opening import FreshAgent, prepared
from submissions import KUHN, submission

SECRET = "5" * 64
AGENTS = ("random", "scripted/honest", "scripted/equilibrium")
ONE, TWO, THREE = Unit((0, 1), 0, 3), Unit((0, 2), 0, 3), Unit((1, 2), 3, 3)
SEASON = """
title = "Test season"
secret = "file"

[[environments]]
id = "agora/KuhnPoker-v0"
games = 20
agents = ["random", "scripted/honest", "scripted/equilibrium"]
"""


class Play:
    """Plays units of Kuhn poker with a store, and knows which were really played.

    Args:
        changes: fields of the contest.
        inner: plays what is not in the store; None for this process.
    """

    def __init__(self, engine, agents=AGENTS, title="Season", secret=SECRET, inner=None, **changes):
        stage = set_stage(KUHN, {}, [(f"agent {number}", agent) for number, agent in enumerate(agents)], 100)
        stage = stage._replace(contest=msgspec.structs.replace(stage.contest, **changes))
        head = header(title, 0, "quick", [stage])
        head.commitment = commitment(secret)
        self.really = inner or here.player([stage], secret, title)
        self.player = remembered(self.counted, engine, head, [stage])

    def counted(self, jobs):
        for job, games in zip(jobs, self.really(jobs), strict=True):
            self.played.append(job.unit.key)
            yield games

    def __call__(self, *wanted):
        """The lines of each unit, and the keys of those that were really played."""
        self.played = []
        lines = [lines_of(games) for games in self.player([Job(0, unit) for unit in wanted])]
        return lines, self.played


def number_of_rows(engine):
    with transaction(engine) as connection:
        return connection.execute(select(func.count()).select_from(units)).scalar_one()


def test_a_unit_is_played_once_and_comes_back_byte_for_byte(engine):
    first, played = Play(engine)(ONE, TWO)
    assert played == ["0-1/0", "0-2/0"]
    assert Play(engine)(ONE, TWO) == (first, [])
    again, played = Play(engine)(THREE, TWO, ONE)
    assert (again[1:], played) == (first[::-1], ["1-2/3"])


def test_what_is_not_in_the_store_is_played_in_the_order_of_the_jobs(engine):
    alone = Play(engine)(TWO)[0]
    lines, played = Play(engine)(ONE, TWO, THREE)
    assert (lines[1], played) == (alone[0], ["0-1/0", "1-2/3"])
    for unit, found in zip((ONE, TWO, THREE), lines, strict=True):
        assert b'"seating":[%d,%d]' % unit.lineup in found


def test_a_unit_is_kept_the_moment_it_was_played(engine):
    play = Play(engine)
    play.played = []
    next(play.player([Job(0, ONE), Job(0, TWO)]))
    assert number_of_rows(engine) == 1
    assert Play(engine)(ONE, TWO)[1] == ["0-2/0"]


@pytest.mark.parametrize(
    "other",
    [
        {"secret": "6" * 64},
        {"title": "Another season"},
        {"key": "agora/KuhnPoker-v0 (players=3)"},
        {"digest": "0123456789abcdef"},
        {"agents": ("random", "scripted/always_bet", "scripted/equilibrium")},
        {"agents": ("scripted/honest", "random", "scripted/equilibrium")},
    ],
    ids=str,
)
def test_whatever_games_depend_on_is_part_of_the_key(engine, other):
    Play(engine)(ONE)
    assert Play(engine, **other)(ONE)[1] == ["0-1/0"]
    assert Play(engine)(ONE)[1] == []
    assert Play(engine, **other)(ONE)[1] == []


def test_other_deals_and_other_software_are_part_of_the_key(engine, monkeypatch):
    Play(engine)(ONE)
    assert Play(engine)(ONE._replace(deals=2))[1] == ["0-1/0"]
    assert Play(engine)(ONE._replace(first=3))[1] == ["0-1/3"]
    found = memory.software()
    for change in ({"sources": "0"}, {"agora-rl": "99"}, {"numpy": "99"}):
        monkeypatch.setattr(memory, "software", lambda change=change: found | change)
        assert Play(engine)(ONE)[1] == ["0-1/0"]


def test_a_file_that_an_option_names_is_part_of_the_key(engine, tmp_path):
    path = tmp_path / "prices.csv"
    played = []
    for content in ("1,2", "1,2", "1,3", "1,2"):
        path.write_text(content)
        played.append(len(Play(engine, options={"prices": str(path)})(ONE)[1]))
    assert played == [1, 0, 1, 0]


def test_what_games_do_not_depend_on_is_not_part_of_the_key(engine):
    kept = Play(engine)(ONE, TWO, THREE)[0]
    more = Play(engine, (*AGENTS, "scripted/always_bet"), deals=999, title="Season")
    assert more(ONE, TWO, THREE) == (kept, [])
    assert more(Unit((0, 3), 0, 3))[1] == ["0-3/0"]
    assert Play(engine, (*AGENTS[:2], "scripted/always_bet"))(ONE, TWO)[1] == ["0-2/0"]


def test_an_agent_that_may_play_otherwise_another_time_is_always_played(engine):
    bold = from_function(lambda observation, legal: legal.argmax(axis=1))
    for _ in range(2):
        assert Play(engine, ("random", bold, RandomAgent()))(ONE, TWO)[1] == ["0-1/0", "0-2/0"]
    assert number_of_rows(engine) == 0


class Posing(RandomAgent):
    def __str__(self):
        return "scripted/honest"


def test_an_identity_is_a_name_that_fixes_everything_or_all_files():
    assert identity("random", KUHN) == "random"
    assert identity("search/mcts:20", KUHN) == "search/mcts:20"
    assert identity("search/mcts:20ms", KUHN) == ""
    assert identity("scripted/honest", KUHN) != identity("scripted/always_bet", KUHN)
    assert identity("scripted/honest", KUHN).split()[0] == "scripted/honest"
    assert identity(Posing(), KUHN) == identity(lambda observation, legal: 0, KUHN) == ""


def test_every_file_of_a_saved_agent_speaks_for_it(tmp_path):
    (tmp_path / "agent" / "network").mkdir(parents=True)
    found = set()
    for name, content in [
        ("agent.toml", "a"),
        ("weights.safetensors", "b"),
        ("network/weights.safetensors", "c"),
        ("network/weights.safetensors", "d"),
        ("policy.zip", "e"),
    ]:
        (tmp_path / "agent" / name).write_text(content)
        found.add(identity(tmp_path / "agent", KUHN))
    assert len(found) == 5
    assert identity(str(tmp_path / "agent"), KUHN) in found


def test_files_and_entry_speak_for_a_submission_and_its_address_for_one_elsewhere(tmp_path):
    with prepared(submission(tmp_path / "one")) as one:
        trusted = identity(FreshAgent(one, trust=True), KUHN)
        changed = [
            one._replace(digest="0"),
            one._replace(manifest=msgspec.structs.replace(one.manifest, entry="agent.py:make")),
            one._replace(manifest=msgspec.structs.replace(one.manifest, kind="saved")),
        ]
        assert len({trusted, *(identity(FreshAgent(each, trust=True), KUHN) for each in changed)}) == 4
        renamed = one._replace(manifest=msgspec.structs.replace(one.manifest, name="other", author="somebody"))
        assert identity(FreshAgent(renamed, trust=True), KUHN) == trusted
        entries = [
            FreshAgent(one._replace(manifest=msgspec.structs.replace(one.manifest, kind="remote", entry=entry)))
            for entry in ("https://here/a", "https://here/b", "https://here/a")
        ]
        here, there, again = (identity(entry, KUHN) for entry in entries)
        assert here == again != there


def test_the_level_of_the_jail_speaks_for_a_submission(tmp_path, monkeypatch):
    with prepared(submission(tmp_path / "one")) as one:
        found = set()
        for level in (0.0, 1.0, 2.0):
            monkeypatch.setattr(FreshAgent, "level", level)
            found.add(identity(FreshAgent(one), KUHN))
        assert len(found) == 3


def changed_lines(connection, keys):
    lines = connection.execute(select(units.c.lines).where(units.c.key == keys[0])).scalar_one()
    connection.execute(update(units).where(units.c.key == keys[0]).values(lines=lines.replace(b"1.0", b"2.0", 1)))


def moved_lines(connection, keys):
    """Both rows are as they were written, but for their keys."""
    for old, new in ((keys[0], "x"), (keys[1], keys[0]), ("x", keys[1])):
        connection.execute(update(units).where(units.c.key == old).values(key=new))


def changed_digest(connection, keys):
    connection.execute(update(units).where(units.c.key == keys[0]).values(digest="0" * 64))


def no_lines(connection, keys):
    connection.execute(update(units).where(units.c.key == keys[0]).values(lines=b""))


@pytest.mark.parametrize("change", [changed_lines, moved_lines, changed_digest, no_lines])
def test_a_changed_row_is_refused_in_one_line_and_played_again_once_it_is_deleted(engine, change):
    lines = Play(engine)(ONE, TWO)[0]
    with transaction(engine) as connection:
        change(connection, connection.scalars(select(units.c.key).order_by(units.c.unit)).all())
    with pytest.raises(ValueError, match="is not as it was written; delete this row") as refused:
        Play(engine)(ONE, TWO)
    assert "\n" not in str(refused.value)
    key = str(refused.value).split("with key ")[1].split(" ")[0]
    with transaction(engine) as connection:
        connection.execute(delete(units).where(units.c.key == key))
    if change is not moved_lines:
        assert Play(engine)(ONE, TWO) == (lines, ["0-1/0"])


def test_a_row_that_is_gone_in_the_middle_is_refused_in_one_line(engine):
    Play(engine)(ONE, TWO)
    games = Play(engine).player([Job(0, ONE), Job(0, TWO)])
    next(games)
    with transaction(engine) as connection:
        connection.execute(delete(units))
    with pytest.raises(ValueError, match="is not as it was written"):
        next(games)


def test_of_two_that_play_a_unit_at_once_the_first_counts_for_both(engine):
    first = Play(engine)

    def slow(jobs):
        """While it plays, somebody else has begun later and is done already; agents answered otherwise."""
        kept.extend(first(ONE)[0])
        yield from here.player([set_stage(KUHN, {}, [(name, name) for name in AGENTS], 100)], "6" * 64, "")(jobs)

    kept = []
    lines, played = Play(engine, inner=slow)(ONE)
    assert (lines, played) == (kept, ["0-1/0"])
    assert Play(engine)(ONE) == (kept, [])
    assert number_of_rows(engine) == 1


WANTED = [Unit((first, second), deal, 2) for deal in range(0, 16, 2) for first, second in ((0, 1), (0, 2), (1, 2))]


def play_all(address, ready, told):
    found = None
    try:
        engine = open_database(address)
        play = Play(engine)
        ready.wait(60)
        found = play(*WANTED)
        engine.dispose()
    finally:
        told.put(found)


def test_two_processes_that_play_the_same_units_end_with_one_row_each(database):
    context = multiprocessing.get_context("fork")
    ready, told = context.Barrier(2), context.Queue()
    processes = [context.Process(target=play_all, args=(database, ready, told)) for _ in range(2)]
    for process in processes:
        process.start()
    (first, _), (second, _) = told.get(), told.get()
    for process in processes:
        process.join()
    assert first == second
    engine = open_database(database)
    assert number_of_rows(engine) == len(WANTED)
    assert Play(engine)(*WANTED) == (first, [])
    engine.dispose()


def test_a_locked_database_gives_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "_PATIENCE", 0.05)
    engine = open_database(str(tmp_path / "a.db"))
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ValueError, match=r"a\.db cannot be used: database is locked\.$"):
        Play(engine)(ONE)
    other.execute("ROLLBACK")
    assert Play(engine)(ONE)[1] == ["0-1/0"]
    other.close()
    engine.dispose()


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of pg8000, whose socket is closed from the other side
def test_a_server_that_ended_a_connection_is_asked_again_and_one_that_is_gone_gives_one_line(postgresql, capfd):
    address = postgresql()
    name = address.split("@/")[1].split("?")[0]
    engine = open_database(address)
    server = create_engine(engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    lines = Play(engine)(ONE)[0]
    with server.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
        )
        assert Play(engine)(ONE) == (lines, [])
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    with pytest.raises(ValueError, match=f'cannot be used: database "{name}" does not exist') as refused:
        Play(engine)(ONE)
    assert "\n" not in str(refused.value)
    engine.dispose()
    server.dispose()
    gc.collect()
    assert capfd.readouterr().err == ""


def test_a_season_whose_log_is_lost_is_made_again_from_the_store_without_a_game(database, tmp_path, monkeypatch):
    path, out = tmp_path / "season.toml", tmp_path / "out"
    path.write_text(SEASON)
    run_season(path, out, progress=False, store=database)
    whole = {kept.name: kept.read_bytes() for kept in out.iterdir()}
    (out / "log.jsonl").unlink()
    monkeypatch.setattr("agora.leaderboard.judge.play", lambda *_: pytest.fail("a game was played"))
    run_season(path, out, progress=False, store=database)
    assert {kept.name: kept.read_bytes() for kept in out.iterdir()} == whole

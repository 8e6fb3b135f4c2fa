"""A database comes to the tables of this version, whatever it was before, or is refused in one line."""

import multiprocessing
import shutil
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, insert, inspect, select, text

from agora.leaderboard.store import database as databases
from agora.leaderboard.store.database import engine_of, open_database, transaction
from agora.leaderboard.store.schema import metadata, now, units

ROW = {"key": "k", "season": "s", "contest": "c", "unit": "0-1/0", "lines": b"\x00\xff", "digest": "d"}

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{head}"

def upgrade():
    op.add_column("units", sa.Column("added", sa.Integer, nullable=False, server_default="7"))
"""


def differences(engine):
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


def revisions():
    """From the first to the last."""
    return [script.revision for script in ScriptDirectory.from_config(databases.config()).walk_revisions()][::-1]


def revision_of(engine):
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def made_at(address, revision):
    """A database as the version of agora-rl made it whose newest tables were of ``revision``."""
    engine, settings = engine_of(address), databases.config()
    with transaction(engine) as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
    assert revision_of(engine) == revision
    return engine


@pytest.fixture
def next_version(tmp_path, monkeypatch):
    """A version of agora-rl with one more step, which gives ``units`` a column; ``undo`` goes back to this version."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(databases.__file__).parent / "migrations", folder)
    (folder / "versions" / "next.py").write_text(NEXT.format(head=revisions()[-1]))
    settings = databases.config()

    def config():
        settings.set_main_option("script_location", str(folder))
        return settings

    monkeypatch.setattr(databases, "config", config)
    return monkeypatch


def test_the_migrations_make_the_tables_of_the_schema(engine):
    assert differences(engine) == []
    assert set(metadata.tables) < set(inspect(engine).get_table_names())
    (playing,) = [index for index in inspect(engine).get_indexes("submissions") if index["unique"]]
    assert playing["name"] == "ix_submissions_playing"
    assert revision_of(engine) == revisions()[-1]


def test_a_comparison_of_tables_sees_what_is_missing(database):
    engine = open_database(database)
    with transaction(engine) as connection:
        connection.execute(text("ALTER TABLE audit DROP COLUMN detail"))
        connection.execute(text("DROP INDEX ix_events_submission"))
    assert {change[0] for change in differences(engine)} == {"add_column", "add_index"}
    engine.dispose()


@pytest.mark.parametrize("revision", revisions())
def test_rows_of_every_older_version_are_kept(database, revision):
    engine = made_at(database, revision)
    with transaction(engine) as connection:
        connection.execute(insert(units), ROW | {"created": now()})
    engine.dispose()
    engine = open_database(database)
    with transaction(engine) as connection:
        row = connection.execute(select(units)).one()
    assert ROW.items() <= row._asdict().items()
    assert differences(engine) == []
    engine.dispose()


def test_the_next_version_changes_the_tables_and_keeps_the_rows(database, next_version):
    head = made_at(database, revisions()[-2])
    with transaction(head) as connection:
        connection.execute(insert(units), ROW | {"created": now()})
    head.dispose()
    engine = open_database(database)
    with transaction(engine) as connection:
        row = connection.execute(text("SELECT * FROM units")).one()
    assert (row.key, row.unit, row.added) == ("k", "0-1/0", 7)
    engine.dispose()
    next_version.undo()
    with pytest.raises(ValueError, match=r"newer version.*next.*update agora-rl") as refused:
        open_database(database)
    assert "\n" not in str(refused.value)


def test_a_database_that_is_up_to_date_is_left_as_it_is(database):
    first = open_database(database)
    with transaction(first) as connection:
        connection.execute(insert(units), ROW | {"created": now()})
    again = open_database(database)
    with transaction(again) as connection:
        assert connection.execute(select(units.c.lines)).scalar_one() == ROW["lines"]
    first.dispose()
    again.dispose()


def test_a_database_of_something_else_is_refused_and_left_alone(database):
    engine = open_database(database)
    with transaction(engine) as connection:
        everything = MetaData()
        everything.reflect(connection)
        everything.drop_all(connection)
        connection.execute(text("CREATE TABLE birds (name TEXT)"))
    with pytest.raises(ValueError, match=r"tables of something else \(birds\)"):
        open_database(database)
    assert inspect(engine).get_table_names() == ["birds"]
    engine.dispose()


def test_a_migration_that_fails_leaves_the_database_as_it_was(database, monkeypatch):
    monkeypatch.setattr("alembic.op.create_index", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        open_database(database)
    monkeypatch.undo()
    engine = open_database(database)
    assert differences(engine) == []
    engine.dispose()


def in_processes(count, work, *arguments):
    """What ``count`` processes exit with that all begin ``work(*arguments, barrier)`` at once."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(count)
    processes = [context.Process(target=work, args=(*arguments, barrier)) for _ in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def open_often(address, ready):
    ready.wait(60)
    for _ in range(3):
        open_database(address).dispose()


def test_many_processes_that_open_a_new_database_at_once_all_find_it_ready(database):
    assert in_processes(4, open_often, database) == [0] * 4


def begin_in_many(addresses, ready):
    for address in addresses:
        engine = engine_of(address)
        ready.wait(60)
        with transaction(engine) as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS birds (name TEXT)"))
        engine.dispose()


def test_transactions_that_begin_at_once_in_a_new_file_wait_for_one_another(tmp_path):
    assert in_processes(4, begin_in_many, [f"sqlite:///{tmp_path}/{number}.db" for number in range(200)]) == [0] * 4


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("", "give sqlite:///FILE, postgresql://"),
        ("mysql://me:secret@here/x", "give sqlite:///FILE, postgresql://"),
        ("://", "give sqlite:///FILE, postgresql://"),
        ("sqlite://", "give sqlite:///FILE"),
        ("sqlite:///:memory:", "give sqlite:///FILE"),
        ("postgresql:///x", "postgresql://USER"),
        ("postgresql://me@here:port/x", "give sqlite:///FILE, postgresql://"),
        ("/nowhere/at/all.db", "unable to open"),
        ("postgresql://me:secret@127.0.0.1:1/x", "refused"),
    ],
)
def test_a_wrong_address_gives_one_line_without_the_password(address, told):
    with pytest.raises(ValueError) as refused:
        open_database(address)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_gives_one_line_and_stays(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(ValueError, match=r"letter\.txt cannot be used: file is not a database\.$"):
        open_database(str(path))
    assert path.read_text() == "Dear Sir or Madam, " * 100
    with pytest.raises(ValueError, match="There can be no database at"):
        open_database(str(tmp_path))


def test_a_server_that_does_not_know_the_name_gives_one_line(postgresql):
    address = postgresql()
    name = address.split("@/")[1].split("?")[0]
    with pytest.raises(ValueError, match='cannot be used: database "nobody_made_it" does not exist'):
        open_database(address.replace(name, "nobody_made_it"))
    with pytest.raises(ValueError, match='cannot be used: role "mona" does not exist'):
        open_database(address.replace("agora@", "mona@"))


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "alembic" else True)
    with pytest.raises(ValueError, match=r"needs alembic: pip install 'agora-rl\[serve\]'"):
        open_database("x.db")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "pg8000" else True)
    with pytest.raises(ValueError, match=r"needs pg8000: pip install 'agora-rl\[postgresql\]'"):
        open_database("postgresql://me@here/x")


def test_a_path_and_an_address_of_sqlite_are_the_same_file(tmp_path):
    engine = open_database(str(tmp_path / "a.db"))
    with transaction(engine) as connection:
        connection.execute(insert(units), ROW | {"created": now()})
    engine.dispose()
    assert sqlite3.connect(tmp_path / "a.db").execute("SELECT count(*) FROM units").fetchone() == (1,)
    again = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with again.connect() as connection:
        assert connection.execute(select(units.c.lines)).scalar_one() == ROW["lines"]
    again.dispose()


def test_only_its_owner_reads_a_new_file(tmp_path):
    engine = open_database(str(tmp_path / "a.db"))
    with transaction(engine) as connection:
        connection.execute(insert(units), ROW | {"created": now()})
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"a.db": 0o600, "a.db-journal": 0o600}
    engine.dispose()


def test_times_come_back_aware_and_in_utc(engine):
    east = datetime(2026, 7, 1, 2, 30, tzinfo=timezone(timedelta(hours=3)))
    with transaction(engine) as connection:
        connection.execute(insert(units), ROW | {"created": east})
        found = connection.execute(select(units.c.created)).scalar_one()
    assert found == east
    assert found.isoformat() == "2026-06-30T23:30:00+00:00"
    with pytest.raises(Exception, match="has no time zone"), transaction(engine) as connection:
        connection.execute(insert(units), ROW | {"key": "l", "created": datetime(2026, 7, 1)})

"""From an address to a database that is ready: found, of this version, and safe to share between processes."""

import importlib.util
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import URL, Connection, Engine

FORMS = "sqlite:///FILE, postgresql://USER:PASSWORD@HOST/NAME, or the path of an SQLite file"

_PATIENCE = 30.0  # seconds until another process must have ended its transaction, and a server must have answered
_MIGRATING = 0x61676F7261  # number of PostgreSQL's lock under which one process migrates and the others wait


def open_database(address: str) -> "Engine":
    """The database at ``address``, made if it is a new file, with all tables as this version has them.

    A transaction of SQLite takes its lock as it begins (``BEGIN IMMEDIATE``), so that one which reads first and writes
    then never finds that somebody came in between; other processes wait for it, so transactions are to be short. The
    file keeps SQLite's rollback journal: a write-ahead log would only help readers, which wait as well, and of two
    processes that switch a new file to it at once, SQLite refuses one without waiting.

    Args:
        address: see ``FORMS``.

    Raises:
        ValueError: the address is none, the database cannot be reached, is no database, holds tables of something
            else or is of a newer version, or a package is missing.
    """
    engine = engine_of(address)
    try:
        with transaction(engine) as connection:
            _migrate(connection, engine.url.render_as_string())
    except BaseException:
        engine.dispose()
        raise
    return engine


def engine_of(address: str) -> "Engine":
    """The database at ``address`` as it is; nothing is asked of it yet.

    Raises:
        ValueError: the address is none, or a package is missing.
    """
    url = _url(address)
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)


@contextmanager
def transaction(engine: "Engine") -> Iterator["Connection"]:
    """A transaction; what is wrong with the database itself is told in one line.

    Raises:
        ValueError: the database cannot be reached, is locked for too long, is full or damaged.
        IntegrityError: SQLAlchemy's, where there is such a row already.
    """
    from sqlalchemy.exc import DBAPIError, IntegrityError

    try:
        with engine.begin() as connection:
            yield connection
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise ValueError(f"The database {engine.url.render_as_string()} cannot be used: {_reason(error)}.") from None


def _reason(error: BaseException) -> str:
    """In one line, what the server said, else what went wrong first; drivers hide both behind what came of it."""
    chain = [error]
    while earlier := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(earlier)
    said = [each.args[0] for each in chain if each.args and isinstance(each.args[0], dict)]  # pg8000: fields by letters
    first = [each for each in chain if each.args][-1]
    return " ".join(str(said[0].get("M") if said else first).split()).rstrip(".")


def config() -> "Config":
    """What Alembic needs to know; ``attributes["connection"]`` is to be set."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _url(address: str) -> "URL":
    for module in ("sqlalchemy", "alembic"):
        if importlib.util.find_spec(module) is None:
            raise ValueError(f"A store needs {module}: pip install 'agora-rl[serve]'.")
    import sqlalchemy

    if "://" not in address:
        if not address or Path(address).is_dir():
            raise ValueError(f"There can be no database at {address!r}: give {FORMS}.")
        return sqlalchemy.URL.create("sqlite", database=address)
    try:
        url = sqlalchemy.make_url(address)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise ValueError(f"The address of the database cannot be read: give {FORMS}.") from None
    kind = url.drivername.split("+")[0]
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite")
    if kind not in ("postgresql", "postgres") or not url.username:
        raise ValueError(f"There is no store at {url.render_as_string()}: give {FORMS}.")
    if importlib.util.find_spec("pg8000") is None:
        raise ValueError("PostgreSQL needs pg8000: pip install 'agora-rl[postgresql]'.")
    return url.set(drivername="postgresql+pg8000")


def _sqlite(url: "URL") -> "Engine":
    from sqlalchemy import create_engine, event

    with suppress(OSError):  # it is there, or SQLite says why it cannot be
        Path(str(url.database)).touch(0o600, exist_ok=False)  # for its owner: it has deals of seasons that go on
    engine = create_engine(url, connect_args={"timeout": _PATIENCE})

    def connected(connection: sqlite3.Connection, record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        connection.execute("PRAGMA foreign_keys = ON")

    def begun(connection: "Connection") -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _postgresql(url: "URL") -> "Engine":
    from sqlalchemy import create_engine

    # a connection that is lost is told by whoever needs it; the pool would write a trace of every one besides
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    return create_engine(url, pool_pre_ping=True, connect_args={"timeout": _PATIENCE})


def _migrate(connection: "Connection", shown: str) -> None:
    """Brings the tables to this version, or leaves the database as it was."""
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import inspect, text

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATING})
    found = MigrationContext.configure(connection).get_current_revision()
    settings = config()
    scripts = ScriptDirectory.from_config(settings)
    if found is None and (tables := inspect(connection).get_table_names()):
        raise ValueError(f"The database {shown} holds tables of something else ({tables[0]}): give one of its own.")
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise ValueError(
            f"The database {shown} is of a newer version of agora-rl (its tables are at {found}, those of this version "
            f"at {scripts.get_current_head()}): update agora-rl, or give another database."
        )
    if found != scripts.get_current_head():
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")

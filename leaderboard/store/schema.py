"""The tables. Whoever changes them writes a migration that does the same to databases that are there already.

Times are aware and in UTC.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def now() -> datetime:
    """The time, aware and in UTC."""
    return datetime.now(UTC)


class Time(TypeDecorator[datetime]):
    """An aware datetime, given back in UTC; SQLite itself would forget the time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"The time {value} has no time zone: take store.schema.now().")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


units = Table(
    "units",
    metadata,
    Column("key", String(64), primary_key=True, doc="SHA-256 of all that the games depend on, see memory.py"),
    Column("season", Text, nullable=False, doc="for people, like contest and unit"),
    Column("contest", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("lines", LargeBinary, nullable=False, doc="the games, as the lines of the log"),
    Column("digest", String(64), nullable=False, doc="SHA-256 of key and lines"),
    Column("created", Time, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("author", Text, nullable=False, index=True),
    Column("name", Text, nullable=False, doc="what its owner calls it"),
    Column("scopes", JSON, nullable=False, doc="list of texts"),
    Column("sha256", String(64), nullable=False, unique=True, doc="of the token, which is never kept"),
    Column("prefix", String(16), nullable=False, server_default="", doc="how it begins, to know it again"),
    Column("created", Time, nullable=False),
    Column("expires", Time, nullable=False),
    Column("revoked", Time),
    sqlite_autoincrement=True,
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("author", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("digest", String(64), nullable=False, doc="of the archive"),
    Column("size", BigInteger, nullable=False, doc="bytes of the archive"),
    Column("archive", Text, nullable=False, doc="path of the archive, relative to the data folder"),
    Column("ids", JSON, nullable=False, doc="environments it plays, a list of texts"),
    Column("state", String(16), nullable=False, doc="see queue.py"),
    Column("reason", Text, nullable=False, doc="why it is in that state, for its author"),
    Column("worker", Text, nullable=False, doc="who works on it; empty if nobody does"),
    Column("lease", Time, doc="until when the worker has it; then others may take it"),
    Column("attempts", Integer, nullable=False, doc="how often work in this state was begun"),
    Column("created", Time, nullable=False),
    Column("changed", Time, nullable=False),
    Index("ix_submissions_state_id", "state", "id"),
    sqlite_autoincrement=True,
)

Index(
    "ix_submissions_playing",  # editions follow one another: no two submissions may be played at once
    submissions.c.state,
    unique=True,
    sqlite_where=submissions.c.state == "playing",
    postgresql_where=submissions.c.state == "playing",
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission", Integer, ForeignKey("submissions.id"), nullable=False, index=True),
    Column("time", Time, nullable=False),
    Column("state", String(16), nullable=False, doc="of the submission, from this event on"),
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,
)

editions = Table(
    "editions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False, doc="1, 2, 3 ..."),
    Column("created", Time, nullable=False),
    Column("folder", Text, nullable=False, doc="relative to the data folder"),
    Column("log", String(64), nullable=False, doc="last link of its log, which speaks for every byte of it"),
    Column("games", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("time", Time, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)

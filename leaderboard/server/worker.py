"""A worker: a process of its own that examines submissions and makes editions, one submission after the other.

It may be killed at any moment. What it was at is taken up by another one when its lease has run out, and what was
played until then is in the store and is not played again. Nothing that a submission does ends a worker; what goes
wrong ends in a state with a reason.
"""

import json
import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, select, update

from agora.leaderboard.season_file import read_season
from agora.leaderboard.server import desk, editions, examine
from agora.leaderboard.server.editions import Play
from agora.leaderboard.server.examine import Rejected
from agora.leaderboard.server.folder import alone
from agora.leaderboard.server.logs import log_to_standard_error
from agora.leaderboard.server.run import open_store
from agora.leaderboard.store import queue
from agora.leaderboard.store.database import transaction
from agora.leaderboard.store.schema import events, submissions
from agora.leaderboard.submission.opening import isolation_level

LEASE = 60.0
"""Seconds after which a worker that is not heard of has lost its submission."""

PAUSE = 1.0
"""Seconds between two looks at an empty queue."""

log = logging.getLogger("agora.worker")


def work(play: Play, name: str, until_idle: bool = False) -> None:
    """Does what there is to do, for ever.

    Args:
        name: of this worker, unlike all others.
        until_idle: return when there is nothing left.
    """
    while True:
        try:
            busy = step(play, name)
        except Exception:  # the database cannot be reached, the disk is full, ...
            if until_idle:
                raise
            log.exception("a step failed")
            busy = False
        if not busy:
            if until_idle:
                return
            time.sleep(PAUSE)


def step(play: Play, name: str) -> bool:
    """One submission, or the first or the last edition of the season; False if there is nothing to do."""
    if not editions.is_shown(play.folder, play.engine):
        with alone(play.folder):
            if editions.newest(play.engine) == 0:
                _edition_without_more(play)
            editions.publish_newest(play.folder, play.engine)
        return True
    id = queue.claim(play.engine, name, LEASE)
    if id is not None:
        _decide(play, id, name)
        return True
    if play.folder.closing.exists():
        return _close(play)
    return False


def _decide(play: Play, id: int, name: str) -> None:
    """Takes a submission that was claimed one state further."""
    row = _row(play, id)
    log.info("submission %d: %s", id, row.state)
    try:
        with _heartbeat(play, id, name):
            if row.state == "checking":
                _check(play, row, name)
            else:
                _rank(play, row, name)
    except Rejected as reason:
        _finish(play, row, name, "rejected", str(reason))
        (play.folder.root / row.archive).unlink(missing_ok=True)
    except (SystemExit, KeyboardInterrupt):
        _put_back(play, row, name)
        raise
    except Exception:
        if _row(play, id).worker != name:
            log.warning("submission %d was withdrawn, or is with another worker", id)
            return
        log.exception("submission %d: attempt %d failed", id, row.attempts)
        queue.give_up(play.engine, id, name, "the server failed, by no fault of the submission")


def _put_back(play: Play, row: Row, name: str) -> None:
    """Where the submission was claimed from, as if it had not been; unless it is decided already."""
    if _row(play, row.id).worker == name:
        with transaction(play.engine) as connection:
            back: queue.State = "received" if row.state == "checking" else "queued"
            queue.change(connection, row.id, back, "the worker was stopped", attempts=row.attempts - 1)


def _check(play: Play, row: Row, name: str) -> None:
    archive = play.folder.root / row.archive
    season = read_season(play.season)
    known = examine.read(archive, row.author, season, _names_ranked(play))
    with transaction(play.engine) as connection:
        connection.execute(update(submissions).where(submissions.c.id == row.id).values(**known._asdict()))

    def say(text: str) -> None:
        with transaction(play.engine) as connection:
            queue.note(connection, row.id, "checking", text)

    examine.try_out(archive, play.trust, say)
    _finish(play, row, name, "queued", "It goes by the rules, and waits for the next edition.")


def _rank(play: Play, row: Row, name: str) -> None:
    with alone(play.folder):
        examine.check_name(row.name, read_season(play.season), _names_ranked(play))
        edition = editions.make_edition(play, [*_archives_ranked(play), play.folder.root / row.archive])
        with transaction(play.engine) as connection:
            queue.finish(connection, row.id, name, "ranked", f"It is in edition {edition.number}.")
            editions.record(connection, play.folder, edition)
        editions.publish_newest(play.folder, play.engine)


def _finish(play: Play, row: Row, name: str, state: queue.State, text: str) -> None:
    log.info("submission %d: %s", row.id, state)
    with transaction(play.engine) as connection:
        queue.finish(connection, row.id, name, state, text)


def _edition_without_more(play: Play, last: bool = False) -> None:
    """An edition of those who are in the season already."""
    edition = editions.make_edition(play, _archives_ranked(play), last)
    with transaction(play.engine) as connection:
        editions.record(connection, play.folder, edition)
    editions.publish_newest(play.folder, play.engine)


def _close(play: Play) -> bool:
    """Makes the last edition, if nobody waits any more and it is not there yet."""
    with transaction(play.engine) as connection:
        if desk.count_waiting(connection):
            return False
    with alone(play.folder):
        if editions.is_closed(play.folder):
            return False
        log.info("closing the season")
        _edition_without_more(play, last=True)
    return True


def _row(play: Play, id: int) -> Row:
    with transaction(play.engine) as connection:
        return connection.execute(select(submissions).where(submissions.c.id == id)).one()


def _ranked(play: Play) -> list[Row]:
    """Submissions that are in the season, in the order in which they came to be."""
    became = select(events.c.submission, func.min(events.c.id).label("event"))
    became = became.where(events.c.state == "ranked").group_by(events.c.submission)
    since = became.subquery()
    query = select(submissions).join(since, since.c.submission == submissions.c.id)
    with transaction(play.engine) as connection:
        return list(connection.execute(query.where(submissions.c.state == "ranked").order_by(since.c.event)))


def _names_ranked(play: Play) -> list[str]:
    return [row.name for row in _ranked(play)]


def _archives_ranked(play: Play) -> list[Path]:
    return [play.folder.root / row.archive for row in _ranked(play)]


@contextmanager
def _heartbeat(play: Play, id: int, name: str) -> Iterator[None]:
    """Renews the lease again and again."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(LEASE / 4):
            try:
                queue.renew(play.engine, id, name, LEASE)
            except ValueError as error:  # the end of the work shows whether it was lost
                log.warning("submission %d: %s", id, error)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def main() -> None:
    """A worker whose settings come by standard input, and that ends when that is closed or SIGTERM comes."""
    log_to_standard_error()
    signal.signal(signal.SIGTERM, _stop)
    with open(0, "rb", buffering=0, closefd=False) as standard_input:
        given = json.loads(standard_input.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    isolation_level()
    folder, engine = open_store(given["data"], given["database"])
    database = given["database"] or folder.database
    work(Play(folder, engine, Path(given["season"]), database, given["budget"], given["workers"]), new_name())


def new_name() -> str:
    """A name for a worker, unlike all others."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def _stop(number: int, frame: Any) -> None:
    raise SystemExit(0)


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()

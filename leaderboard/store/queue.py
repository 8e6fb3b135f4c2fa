"""Submissions on their way: who may work on which, and what became of it.

::

    received ──> checking ──> queued ──> playing ──> ranked
       any of them may become withdrawn but the one that is playing
       checking ──> rejected, checking or playing ──> failed

A worker claims a submission for a time, its lease, and renews the lease while it works. Whoever dies does not: the
submission goes back to where it was claimed from, and to another worker. After ``ATTEMPTS`` attempts that came to
nothing it has failed. At most one submission is playing at a time, because each makes the edition that the next one
builds on; the database itself holds that, see ``schema.py``.

A change of state and the event that tells of it are one transaction. Clocks of machines that share a database are to
agree to within a fraction of a lease.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Engine, Row, and_, case, exists, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from agora.leaderboard.store.database import transaction
from agora.leaderboard.store.schema import events, now, submissions

State = Literal["received", "checking", "queued", "playing", "ranked", "rejected", "failed", "withdrawn"]

ATTEMPTS = 3
"""To check a submission, and then to play it."""

_WORK: dict[str, State] = {"received": "checking", "queued": "playing"}
_BACK: dict[str, State] = {working: waiting for waiting, working in _WORK.items()}  # type: ignore[misc]
_ALLOWED: Mapping[State, tuple[State, ...]] = {
    "received": ("checking", "withdrawn"),
    "checking": ("received", "queued", "rejected", "failed", "withdrawn"),
    "queued": ("playing", "withdrawn"),
    "playing": ("queued", "ranked", "rejected", "failed"),
    "ranked": ("withdrawn",),
    "rejected": (),
    "failed": (),
    "withdrawn": (),
}


def submit(connection: Connection, author: str, name: str, digest: str, size: int, archive: str, ids: list[str]) -> int:
    """Enters a submission, received now; its id.

    Args:
        digest: SHA-256 of the archive, in hexadecimal digits.
        size: of the archive, bytes.
        archive: its path, relative to the data folder.
        ids: of the environments that it plays.
    """
    row = {
        "author": author,
        "name": name,
        "digest": digest,
        "size": size,
        "archive": archive,
        "ids": ids,
        "state": "received",
        "reason": "",
        "worker": "",
        "attempts": 0,
        "created": now(),
        "changed": now(),
    }
    submission = int(connection.execute(insert(submissions).values(row).returning(submissions.c.id)).scalar_one())
    note(connection, submission, "received", f"received, {size} bytes")
    return submission


def claim(engine: Engine, worker: str, lease: float) -> int | None:
    """The id of a submission that ``worker`` now has for ``lease`` seconds; None if there is nothing to do.

    It is then ``checking`` or ``playing``. What waits for being played comes first, then what came first.
    """
    requeue_expired(engine)
    table, other = submissions.c, submissions.alias()
    nobody_plays = ~exists().where(other.c.state == "playing")
    waiting = (
        select(table.id)
        .where(or_(table.state == "received", and_(table.state == "queued", nobody_plays)))
        .order_by(case((table.state == "queued", 0), else_=1), table.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    try:
        with transaction(engine) as connection:
            submission = connection.scalars(waiting).one_or_none()
            if submission is not None:
                row = _row(connection, submission)
                state = _WORK[row.state]
                text = f"{state}, attempt {row.attempts + 1} of {ATTEMPTS}"
                claimed = {"worker": worker, "lease": _until(lease), "attempts": row.attempts + 1}
                change(connection, submission, state, text, **claimed)
            return submission
    except IntegrityError:  # somebody else began to play another one at this moment
        return None


def renew(engine: Engine, submission: int, worker: str, lease: float) -> None:
    """Gives ``worker`` ``lease`` seconds from now.

    Raises:
        ValueError: it does not have the submission any more and is to stop.
    """
    with transaction(engine) as connection:
        _held(connection, submission, worker)
        connection.execute(update(submissions).where(submissions.c.id == submission).values(lease=_until(lease)))


def finish(connection: Connection, submission: int, worker: str, state: State, text: str) -> None:
    """``worker`` is done with the submission, which is now in ``state``: queued after its check, ranked, or rejected.

    It takes a connection, so that what the worker made can be entered in the same transaction.

    Args:
        text: for the author, who reads it as the reason.

    Raises:
        ValueError: ``worker`` does not have it any more, or it cannot come to ``state`` now.
    """
    _held(connection, submission, worker)
    change(connection, submission, state, text)


def give_up(engine: Engine, submission: int, worker: str, text: str) -> None:
    """An attempt of ``worker`` came to nothing, by no fault of the submission; another may follow.

    Raises:
        ValueError: ``worker`` does not have it any more.
    """
    with transaction(engine) as connection:
        _again(connection, _held(connection, submission, worker), text)


def requeue_expired(engine: Engine) -> list[int]:
    """Takes submissions from workers whose lease is over; their ids."""
    table = submissions.c
    lost = (
        select(submissions)
        .where(table.state.in_(_BACK), table.lease <= now())
        .order_by(table.id)
        .with_for_update(skip_locked=True)
    )
    with transaction(engine) as connection:
        rows = connection.execute(lost).all()
        for row in rows:
            _again(connection, row, f"worker {row.worker} was not heard of any more")
        return [row.id for row in rows]


def change(connection: Connection, submission: int, state: State, text: str, **columns: Any) -> None:
    """Brings a submission to ``state`` and writes the event; nobody works on it then but who ``columns`` names.

    Args:
        text: why.
        columns: further columns to set.

    Raises:
        ValueError: there is no such submission, or it cannot come to that state now.
    """
    row = _row(connection, submission)
    if state not in get_args(State):
        raise ValueError(f"There is no state {state!r}: choose one of {', '.join(get_args(State))}.")
    if state not in _ALLOWED[row.state]:
        allowed = ", ".join(_ALLOWED[row.state]) or "nothing else"
        raise ValueError(f"Submission {submission} is {row.state} and cannot become {state}, only {allowed}.")
    if (row.state, state) == ("checking", "queued"):
        columns["attempts"] = 0
    values = {"worker": "", "lease": None, **columns}
    changed = update(submissions).where(submissions.c.id == submission)
    connection.execute(changed.values(state=state, reason=text, changed=now(), **values))
    note(connection, submission, state, text)


def note(connection: Connection, submission: int, state: State, text: str) -> None:
    """Writes an event of a submission, which is in ``state``, into the log that its author reads."""
    connection.execute(insert(events).values(submission=submission, time=now(), state=state, text=text))


def _again(connection: Connection, row: Row[Any], text: str) -> None:
    """After an attempt that came to nothing: back to where it was claimed from, or failed."""
    if row.attempts < ATTEMPTS:
        change(connection, row.id, _BACK[row.state], text)
    else:
        change(connection, row.id, "failed", f"{text}; given up after {ATTEMPTS} attempts")


def _held(connection: Connection, submission: int, worker: str) -> Row[Any]:
    """The row of a submission that ``worker`` has; ValueError if it does not."""
    row = _row(connection, submission)
    if row.state not in _BACK or row.worker != worker:
        raise ValueError(f"Submission {submission} is {row.state} and not with worker {worker} any more.")
    return row


def _row(connection: Connection, submission: int) -> Row[Any]:
    """The row of a submission, which nobody else changes before the transaction ends."""
    row = connection.execute(select(submissions).where(submissions.c.id == submission).with_for_update()).one_or_none()
    if row is None:
        raise ValueError(f"There is no submission {submission}.")
    return row


def _until(lease: float) -> datetime:
    return now() + timedelta(seconds=lease)

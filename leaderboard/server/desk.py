"""Where submissions are taken in and looked up. What happens to them afterwards is the workers' matter."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select
from starlette.exceptions import HTTPException

from agora.leaderboard.server.folder import Folder
from agora.leaderboard.server.limits import Limits
from agora.leaderboard.server.tokens import Token, audit
from agora.leaderboard.server.uploads import Upload
from agora.leaderboard.store import queue
from agora.leaderboard.store.database import transaction
from agora.leaderboard.store.schema import editions, events, now, submissions, tokens

FINISHED: tuple[queue.State, ...] = ("ranked", "rejected", "failed", "withdrawn")
"""States that stay."""

_DAY = timedelta(days=1)
_SOON = 60  # seconds after which it may be worth trying again, where nobody knows


def hand_in(engine: Engine, folder: Folder, limits: Limits, token: Token, upload: Upload) -> Row:
    """Puts what has arrived into the queue.

    Raises:
        HTTPException: 409, the season is closing or the same archive is there already; 429, the author has handed in
            too much, or everybody has.
    """
    path = Path("archives") / upload.path.name
    with transaction(engine) as connection:
        check_quota(connection, folder, limits, token.author)
        _check_twin(connection, token.author, upload.digest)
        id = queue.submit(connection, token.author, "", upload.digest, upload.size, str(path), [])
        upload.path.replace(folder.root / path)
        return connection.execute(select(submissions).where(submissions.c.id == id)).one()


def check_quota(connection: Connection, folder: Folder, limits: Limits, author: str) -> None:
    """Refuses, see ``hand_in``, before anything is sent and again when it has arrived."""
    if folder.closing.exists():
        raise HTTPException(409, "The season is closing; nothing is taken in any more.")
    # Two requests of one author wait for each other here, so that both cannot take the last place.
    connection.execute(select(tokens.c.id).where(tokens.c.author == author).with_for_update())
    today, waiting = used(connection, author)
    if len(today) >= limits.per_day:
        seconds = int((today[-limits.per_day] + _DAY - now()).total_seconds()) + 1
        detail = f"{author} has handed in {len(today)} times within 24 hours; {limits.per_day} are allowed."
        raise HTTPException(429, detail, {"Retry-After": str(max(seconds, 1))})
    if waiting >= limits.waiting:
        detail = f"{author} has {waiting} submissions that are not finished; {limits.waiting} are allowed."
        raise HTTPException(429, detail, {"Retry-After": str(_SOON)})
    if count_waiting(connection) >= limits.queue:
        raise HTTPException(429, "The queue is full; try again later.", {"Retry-After": str(_SOON)})


def used(connection: Connection, author: str) -> tuple[list[Any], int]:
    """When ``author`` handed in within the last 24 hours, oldest first, and how many submissions are not finished."""
    mine = submissions.c.author == author
    today = select(submissions.c.created).where(mine, submissions.c.created > now() - _DAY)
    waiting = select(func.count()).where(mine, submissions.c.state.not_in(FINISHED))
    return sorted(connection.scalars(today)), connection.execute(waiting).scalar_one()


def _check_twin(connection: Connection, author: str, digest: str) -> None:
    same = (submissions.c.digest == digest) & (submissions.c.author == author)
    found = connection.execute(
        select(submissions.c.id, submissions.c.state).where(same, submissions.c.state.not_in(("withdrawn", "failed")))
    ).first()
    if found is not None:
        raise HTTPException(409, f"This very archive was handed in already, as submission {found.id} ({found.state}).")


def count_waiting(connection: Connection) -> int:
    """How many submissions are not finished."""
    return connection.execute(select(func.count()).where(submissions.c.state.not_in(FINISHED))).scalar_one()


def withdraw(engine: Engine, folder: Folder, id: int, token: Token) -> None:
    """Takes submission ``id`` out of the queue, and its archive away; an admin also one that is ranked, which then is
    not in the next edition any more.

    Raises:
        HTTPException: 403, it is somebody else's; 404, there is none; 409, it is playing, or is finished.
    """
    row = find(engine, id)
    if row.author != token.author and "admin" not in token.scopes:
        raise HTTPException(403, "This submission is somebody else's; that takes a token with the scope admin.")
    if row.state == "ranked" and "admin" not in token.scopes:
        raise HTTPException(409, f"Submission {id} is ranked and stays in the table; ask the operator of this server.")
    with transaction(engine) as connection:
        try:
            queue.change(connection, id, "withdrawn", f"withdrawn by {token.author}")
        except ValueError as error:
            raise HTTPException(409, str(error)) from None
        if row.author != token.author:
            audit(connection, token.holder, "withdraw", f"submission {id}", f"by {row.author}, was {row.state}")
    (folder.root / row.archive).unlink(missing_ok=True)


def close(engine: Engine, folder: Folder, who: str) -> None:
    """Lets the season end when what waits is done."""
    with transaction(engine) as connection:
        audit(connection, who, "close", "season", "")
    folder.closing.touch(mode=0o600)


def find(engine: Engine, id: int) -> Row:
    """Submission ``id``.

    Raises:
        HTTPException: 404, there is none.
    """
    with transaction(engine) as connection:
        row = connection.execute(select(submissions).where(submissions.c.id == id)).first()
    if row is None:
        raise HTTPException(404, f"There is no submission {id}.")
    return row


def newest(engine: Engine, count: int, before: int | None = None, author: str | None = None) -> list[Row]:
    """Submissions, the newest first.

    Args:
        before: only those of a smaller number.
        author: only hers.
    """
    query = select(submissions).order_by(submissions.c.id.desc()).limit(count)
    if before is not None:
        query = query.where(submissions.c.id < before)
    if author is not None:
        query = query.where(submissions.c.author == author)
    with transaction(engine) as connection:
        return list(connection.execute(query))


def log_of(engine: Engine, id: int) -> list[Row]:
    """The events of submission ``id``, the oldest first."""
    with transaction(engine) as connection:
        return list(connection.execute(select(events).where(events.c.submission == id).order_by(events.c.id)))


def all_editions(engine: Engine) -> list[Row]:
    """The oldest first."""
    with transaction(engine) as connection:
        return list(connection.execute(select(editions).order_by(editions.c.number)))

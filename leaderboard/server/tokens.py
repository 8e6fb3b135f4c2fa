"""Tokens: who hands in, and who may do more.

A token is ``agora_`` and 43 characters, 256 random bits. It is shown once, when it is made; the database keeps its
SHA-256 and its first characters, by which a person recognises it. Salt and slowness, as for passwords, would be of no
use: nobody guesses 256 bits. It is looked up by its digest, so that how long this takes tells nothing of other tokens.

==========  ==========================================================
``submit``  hand in, see and withdraw one's own submissions
``admin``   withdraw anybody's submissions, close the season
==========  ==========================================================
"""

import getpass
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection, Engine, Row, insert, select, update

from agora.leaderboard.store import schema
from agora.leaderboard.submission.names import AUTHOR_LENGTH, check_name, looks_like
from agora.leaderboard.tables.words import clean

SCOPES = ("submit", "admin")
LONGEST_DAYS = 3650
SHOWN = 12
"""Characters of a token that are kept, ``agora_`` among them."""

_FORM = re.compile(r"agora_[A-Za-z0-9_-]{43}")


class Token(NamedTuple):
    """What is known of a token."""

    id: int
    prefix: str
    author: str
    """Under whose name its submissions stand."""
    name: str
    """What it is for, for people."""
    scopes: frozenset[str]
    created: datetime
    expires: datetime
    revoked: datetime | None

    @property
    def holder(self) -> str:
        """Who it is, for the audit."""
        return f"{self.author} ({self.prefix}...)"

    def state(self, now: datetime) -> str:
        """``valid``, ``expired`` or ``revoked``."""
        return "revoked" if self.revoked else "expired" if self.expires <= now else "valid"


def create(engine: Engine, author: str, scopes: Collection[str], days: int = 90, name: str = "") -> str:
    """A new token for ``author``, to be shown once.

    Args:
        days: until it expires, 1 to ``LONGEST_DAYS``.
        name: what it is for.

    Raises:
        ValueError: the author's name is not allowed or could be taken for that of another author, or scopes or days
            are none.
    """
    try:
        author = check_name(author, AUTHOR_LENGTH)
    except ValueError as error:
        raise ValueError(f"The author {author!a} is not allowed: {error}.") from None
    if not scopes or not set(scopes) <= set(SCOPES):
        raise ValueError(f"The scopes {', '.join(sorted(scopes))!a} are not allowed: choose among {', '.join(SCOPES)}.")
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"{days} days are not allowed: give 1 to {LONGEST_DAYS}.")
    text, now = f"agora_{secrets.token_urlsafe(32)}", schema.now()
    with engine.begin() as connection:
        others = [other for other in connection.scalars(select(schema.tokens.c.author).distinct()) if other != author]
        rival = looks_like(author, others)
        if rival is not None:
            raise ValueError(f"The author {author!a} could be taken for {rival!a}, who has a token: choose another.")
        row = {
            "author": author,
            "name": name,
            "scopes": sorted(scopes),
            "prefix": text[:SHOWN],
            "sha256": _digest(text),
            "created": now,
            "expires": now + timedelta(days=days),
        }
        connection.execute(insert(schema.tokens).values(row))
        audit(connection, operator(), "token create", f"{text[:SHOWN]}...", f"{author}, {', '.join(sorted(scopes))}")
    return text


def find(engine: Engine, text: str) -> Token | None:
    """The valid token that reads ``text``; None if there is none, or it has expired or was revoked."""
    if not _FORM.fullmatch(text):
        return None
    digest = _digest(text)
    with engine.begin() as connection:
        row = connection.execute(select(schema.tokens).where(schema.tokens.c.sha256 == digest)).first()
    if row is None or not hmac.compare_digest(row.sha256, digest):
        return None
    token = _token(row)
    return token if token.state(schema.now()) == "valid" else None


def all_tokens(engine: Engine) -> list[Token]:
    """All that were ever made, oldest first."""
    with engine.begin() as connection:
        return [_token(row) for row in connection.execute(select(schema.tokens).order_by(schema.tokens.c.id))]


def table(engine: Engine) -> Table:
    """All tokens, for a terminal."""
    drawn = Table("Number", "Token", "Author", "For", "Scopes", "Expires", "State", box=SIMPLE_HEAD)
    for each in all_tokens(engine):
        expires = each.expires.strftime("%Y-%m-%d %H:%M UTC")
        cells = [str(each.id), f"{each.prefix}...", each.author, each.name, ", ".join(sorted(each.scopes)), expires]
        drawn.add_row(*(Text(clean(cell)) for cell in [*cells, each.state(schema.now())]))
    return drawn


def revoke(engine: Engine, id: int) -> None:
    """Ends a token now.

    Raises:
        ValueError: there is none of that number, or it is revoked already.
    """
    with engine.begin() as connection:
        unrevoked = (schema.tokens.c.id == id) & schema.tokens.c.revoked.is_(None)
        changed = connection.execute(update(schema.tokens).where(unrevoked).values(revoked=schema.now()))
        if not changed.rowcount:
            raise ValueError(f"There is no token {id} that could be revoked; 'agora token list' shows them.")
        audit(connection, operator(), "token revoke", str(id), "")


def audit(connection: Connection, who: str, action: str, subject: str, detail: str) -> None:
    """Writes down what somebody with more rights than others has done."""
    row = {"time": schema.now(), "who": who, "action": action, "subject": subject, "detail": detail}
    connection.execute(insert(schema.audit).values(row))


def operator() -> str:
    """Who sits at this machine."""
    try:
        return f"{getpass.getuser()} on the machine"
    except (KeyError, OSError):  # a user without a name
        return "somebody on the machine"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _token(row: Row) -> Token:
    scopes = frozenset(row.scopes)
    return Token(row.id, row.prefix, row.author, row.name, scopes, row.created, row.expires, row.revoked)

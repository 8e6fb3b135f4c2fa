"""What the API answers. Field names are part of the protocol; ``submission/sending.py`` reads some of them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """Why a request is refused, in one line."""

    detail: str


class Allowance(BaseModel):
    """What a token allows."""

    author: str = Field(description="Whom it belongs to, and whom the manifest has to name.")
    scopes: list[str]
    expires: datetime
    archive_bytes: int = Field(description="Most that an archive may have.")
    left_today: int = Field(description="Submissions that the author may still hand in within these 24 hours.")
    left_waiting: int = Field(description="Submissions that the author may have waiting beside those that are.")


class Receipt(BaseModel):
    """A submission that was taken in."""

    id: int
    state: str
    page: str = Field(description="Path of the page that shows its state.")


class Submission(BaseModel):
    """A submission as everybody may see it."""

    id: int
    author: str
    name: str = Field(description="As the manifest has it; empty until a worker has read it.")
    ids: list[str] = Field(description="Environments it plays; empty until a worker has read it.")
    state: str
    reason: str = Field(description="Why it is in that state.")
    finished: bool = Field(description="Whether the state will stay.")
    digest: str = Field(description="SHA-256 of the archive.")
    size: int = Field(description="Bytes of the archive.")
    created: datetime
    changed: datetime


class Submissions(BaseModel):
    """The newest first."""

    submissions: list[Submission]


class Event(BaseModel):
    """A line of the log of a submission."""

    time: datetime
    state: str
    text: str


class Events(BaseModel):
    """The oldest first."""

    events: list[Event]


class Edition(BaseModel):
    """The season after one submission more."""

    number: int
    created: datetime
    games: int
    log: str = Field(description="Last link of its log, which speaks for every byte of it.")


class Season(BaseModel):
    """What is played, and how far it is."""

    title: str
    commitment: str = Field(description="SHA-256 of the secret that deals come from; empty before the first edition.")
    environments: list[str]
    closing: bool = Field(description="Whether nothing is taken in any more.")
    editions: list[Edition]


class Health(BaseModel):
    """Whether the server does its work."""

    status: str
    waiting: int = Field(description="Submissions that are not finished.")
    edition: int = Field(description="Number of the newest one, 0 before the first.")


class AuditEntry(BaseModel):
    """Something that somebody with more rights than others has done."""

    time: datetime
    who: str
    action: str
    subject: str
    detail: str


class Audit(BaseModel):
    """The newest first."""

    entries: list[AuditEntry]


Tables = dict[str, Any]
"""As ``leaderboard.json`` has them, see ``tables/writers.py``."""

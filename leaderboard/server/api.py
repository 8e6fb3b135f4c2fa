"""The API for programs, under ``/api/v1``: what ``agora submit --server`` speaks, and what anybody may read."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Row, select
from starlette.exceptions import HTTPException

from agora.leaderboard.log import records
from agora.leaderboard.server import answers, desk, tokens, uploads
from agora.leaderboard.server.setting import Setting
from agora.leaderboard.store.database import transaction
from agora.leaderboard.store.schema import audit

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": answers.Problem, "description": meaning}
    for status, meaning in {
        400: "The request is none that this server understands.",
        401: "No token, or one that is unknown, has expired or was revoked.",
        403: "The token does not allow it.",
        404: "There is no such thing.",
        408: "Nothing came for too long.",
        409: "Not in this state, or it is there already.",
        413: "Too large.",
        422: "A parameter is not as it should be.",
        429: "Too much or too often; Retry-After says when to try again.",
        500: "The server failed.",
        503: "The database cannot be reached.",
    }.items()
}
_OCTETS = {
    "requestBody": {
        "required": True,
        "description": "The archive: .zip, .tar or .tar.gz, told by its contents.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
    }
}

bearer = HTTPBearer(auto_error=False, description="A token from the operator of the server.")


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an operation may answer besides its result: these, and what every operation may."""
    return {status: REFUSALS[status] for status in sorted({400, 422, 429, 500, *statuses})}


router = APIRouter(prefix="/api/v1", responses=refusals())
Id = Annotated[int, Path(ge=1, lt=1 << 31, description="Number of a submission.")]


def setting_of(request: Request) -> Setting:
    """Folder, database and limits of the server that ``request`` came to."""
    setting: Setting = request.app.state.setting
    return setting


Here = Annotated[Setting, Depends(setting_of)]


def holder(here: Here, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> tokens.Token:
    """Whose token came with the request."""
    token = tokens.find(here.engine, given.credentials) if given is not None else None
    if token is None:
        detail = "The token is missing, unknown, expired or revoked; ask the operator of this server for one."
        raise HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})
    return token


Holder = Annotated[tokens.Token, Depends(holder)]


def check_scope(token: tokens.Token, scope: str) -> None:
    """403 if ``token`` is not for that."""
    if scope not in token.scopes:
        raise HTTPException(403, f"This token does not allow it; it takes one with the scope {scope}.")


@router.get("/health", responses=refusals(503))
def health(here: Here) -> answers.Health:
    """Whether the server reaches its database; for monitoring."""
    try:
        with transaction(here.engine) as connection:
            waiting = desk.count_waiting(connection)
        made = desk.all_editions(here.engine)
    except ValueError:
        raise HTTPException(503, "The database cannot be reached.") from None
    return answers.Health(status="ok", waiting=waiting, edition=made[-1].number if made else 0)


@router.get("/season")
def season(here: Here) -> answers.Season:
    """What is played here, the commitment to the secret, and the editions so far."""
    made = desk.all_editions(here.engine)
    return answers.Season(
        title=here.season.title,
        commitment=_commitment(here),
        environments=list(dict.fromkeys(environment.id for environment in here.season.environments)),
        closing=here.folder.closing.exists(),
        editions=[answers.Edition(number=e.number, created=e.created, games=e.games, log=e.log) for e in made],
    )


def _commitment(here: Setting) -> str:
    path = here.folder.current.resolve().parent / "log.jsonl"
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        contents = records.parse(file.readline(), "log.jsonl", records.refuse)
    return contents.header.commitment if contents else ""


@router.get("/tables", responses=refusals(404), response_model=answers.Tables)
def tables(here: Here) -> Any:
    """The tables of the newest edition."""
    path = here.folder.current / "leaderboard.json"
    if not path.is_file():
        raise HTTPException(404, "There is no table yet; the season's own agents are still playing.")
    return FileResponse(path, media_type="application/json")


@router.get("/token", responses=refusals(401))
def token(here: Here, token: Holder) -> answers.Allowance:
    """What the token allows."""
    with transaction(here.engine) as connection:
        today, waiting = desk.used(connection, token.author)
    return answers.Allowance(
        author=token.author,
        scopes=sorted(token.scopes),
        expires=token.expires,
        archive_bytes=here.limits.archive_bytes,
        left_today=max(here.limits.per_day - len(today), 0),
        left_waiting=max(here.limits.waiting - waiting, 0),
    )


@router.post("/submissions", status_code=201, responses=refusals(401, 403, 408, 409, 413), openapi_extra=_OCTETS)
async def submit(request: Request, response: Response, here: Here, token: Holder) -> answers.Receipt:
    """Hand in an archive. It is only stored here; a worker examines it."""
    await run_in_threadpool(check_submitter, here, token)
    with uploads.arriving(here.folder) as place:
        upload = await uploads.receive(request.stream(), place)
        if not upload.size:
            raise HTTPException(422, "The body is empty; send an archive.")
        row = await run_in_threadpool(desk.hand_in, here.engine, here.folder, here.limits, token, upload)
    response.headers["Location"] = f"/api/v1/submissions/{row.id}"
    return answers.Receipt(id=row.id, state=row.state, page=f"/submissions/{row.id}")


def check_submitter(here: Setting, token: tokens.Token) -> None:
    """Refuses what can be refused before an archive is read."""
    check_scope(token, "submit")
    here.check_uploads(token)
    with transaction(here.engine) as connection:
        desk.check_quota(connection, here.folder, here.limits, token.author)


@router.get("/submissions", responses=refusals(401))
def own(
    here: Here,
    token: Holder,
    before: Annotated[int | None, Query(ge=1, lt=1 << 31, description="Only those of a smaller number.")] = None,
    count: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20,
) -> answers.Submissions:
    """Submissions of the token's author."""
    rows = desk.newest(here.engine, count, before, token.author)
    return answers.Submissions(submissions=[shown(row) for row in rows])


@router.get("/queue")
def everybody(
    here: Here,
    before: Annotated[int | None, Query(ge=1, lt=1 << 31, description="Only those of a smaller number.")] = None,
    count: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20,
) -> answers.Submissions:
    """Submissions of everybody."""
    return answers.Submissions(submissions=[shown(row) for row in desk.newest(here.engine, count, before)])


@router.get("/submissions/{id}", responses=refusals(404))
def one(here: Here, id: Id) -> answers.Submission:
    """A submission and its state."""
    return shown(desk.find(here.engine, id))


@router.get("/submissions/{id}/events", responses=refusals(404))
def events(here: Here, id: Id) -> answers.Events:
    """What happened to a submission: its log."""
    desk.find(here.engine, id)
    rows = desk.log_of(here.engine, id)
    return answers.Events(events=[answers.Event(time=row.time, state=row.state, text=row.text) for row in rows])


@router.delete("/submissions/{id}", responses=refusals(401, 403, 404, 409))
def withdraw(here: Here, token: Holder, id: Id) -> answers.Submission:
    """Withdraw a submission that waits or is checked; an admin may withdraw everybody's, and those that are ranked."""
    desk.withdraw(here.engine, here.folder, id, token)
    return shown(desk.find(here.engine, id))


@router.post("/close", status_code=202, responses=refusals(401, 403))
def close(here: Here, token: Holder) -> answers.Season:
    """Close the season: what waits is still ranked, then a last edition reveals the secret and its log is public."""
    check_scope(token, "admin")
    desk.close(here.engine, here.folder, token.holder)
    return season(here)


@router.get("/audit", responses=refusals(401, 403))
def audited(
    here: Here, token: Holder, count: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20
) -> answers.Audit:
    """What admins have done."""
    check_scope(token, "admin")
    with transaction(here.engine) as connection:
        rows = connection.execute(select(audit).order_by(audit.c.id.desc()).limit(count)).all()
    entries = [
        answers.AuditEntry(time=row.time, who=row.who, action=row.action, subject=row.subject, detail=row.detail)
        for row in rows
    ]
    return answers.Audit(entries=entries)


def shown(row: Row) -> answers.Submission:
    """A submission as everybody may see it."""
    return answers.Submission(
        id=row.id,
        author=row.author,
        name=row.name,
        ids=row.ids,
        state=row.state,
        reason=row.reason,
        finished=row.state in desk.FINISHED,
        digest=row.digest,
        size=row.size,
        created=row.created,
        changed=row.changed,
    )

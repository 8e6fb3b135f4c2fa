"""The pages for people: the form, the queue, a submission with its log, the API in words, and the site of the newest
edition. Nothing here needs JavaScript."""

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from agora.leaderboard.server import api, desk, tokens, uploads
from agora.leaderboard.server.folder import publish
from agora.leaderboard.server.setting import Setting
from agora.leaderboard.site.pages import render
from agora.leaderboard.store.database import transaction

_SHOWN = 100  # submissions on the page of the queue
_CHUNK = 1 << 20


def routes(setting: Setting) -> list[BaseRoute]:
    """All pages but those of the newest edition, which are files."""
    return [
        Route("/submit", submit_form, methods=["GET"]),
        Route("/submit", submit, methods=["POST"]),
        Route("/queue", everybody, methods=["GET"]),
        Route("/submissions/{id:int}", one, methods=["GET"]),
        Route("/api", described, methods=["GET"]),
        Mount("/static", StaticFiles(directory=setting.folder.root / "static")),
    ]


def page(setting: Setting, template: str, status_code: int = 200, **context: Any) -> HTMLResponse:
    """A page of the server."""
    return HTMLResponse(render(template, "/", season=setting.season.title, served=True, **context), status_code)


def problem(setting: Setting, status: int, message: str, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """A page that says why there is no other."""
    answer = page(setting, "error.html", status, status=status, heading=HTTPStatus(status).phrase, message=message)
    answer.headers.update(headers or {})
    return answer


def write_waiting_page(setting: Setting) -> None:
    """What is shown until there is an edition."""
    site = setting.folder.root / "waiting"
    site.mkdir(mode=0o700, exist_ok=True)
    text = render("empty.html", "/", season=setting.season.title, served=True)
    (site / "index.html").write_text(text, encoding="utf-8")
    if not setting.folder.current.exists():
        publish(setting.folder, site)


def _form(setting: Setting, message: str = "", status: int = 200) -> HTMLResponse:
    return page(
        setting,
        "submit.html",
        status,
        message=message,
        closing=setting.folder.closing.exists(),
        form_megabytes=setting.limits.form_bytes >> 20,
    )


async def submit_form(request: Request) -> Response:
    return _form(api.setting_of(request))


async def submit(request: Request) -> Response:
    """Takes the form in. The token is a field of it, so that nobody else's page can send one."""
    setting = api.setting_of(request)
    try:
        async with request.form(max_files=1, max_fields=1, max_part_size=1024) as form:
            given, archive = form.get("token"), form.get("archive")
            token = await run_in_threadpool(tokens.find, setting.engine, given) if isinstance(given, str) else None
            if token is None:
                raise HTTPException(401, "This token is unknown, has expired or was revoked.")
            if not isinstance(archive, UploadFile) or not archive.size:
                raise HTTPException(422, "Choose an archive to hand in.")
            await run_in_threadpool(api.check_submitter, setting, token)
            with uploads.arriving(setting.folder) as place:
                upload = await uploads.receive(_chunks(archive), place)
                row = await run_in_threadpool(
                    desk.hand_in, setting.engine, setting.folder, setting.limits, token, upload
                )
    except HTTPException as error:
        answer = _form(setting, error.detail, error.status_code)
        answer.headers.update(error.headers or {})
        return answer
    return RedirectResponse(f"/submissions/{row.id}", 303)


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK):
        yield chunk


def everybody(request: Request) -> Response:
    setting = api.setting_of(request)
    with transaction(setting.engine) as connection:
        waiting = desk.count_waiting(connection)
    rows = [api.shown(row) for row in desk.newest(setting.engine, _SHOWN)]
    return page(setting, "queue.html", submissions=rows, waiting=waiting)


def one(request: Request) -> Response:
    setting, id = api.setting_of(request), request.path_params["id"]
    if id >= 1 << 31:
        raise HTTPException(404, "There is no such submission.")
    row = desk.find(setting.engine, id)
    return page(setting, "submission.html", submission=api.shown(row), events=desk.log_of(setting.engine, id))


def described(request: Request) -> Response:
    return page(api.setting_of(request), "api.html", openapi=request.app.openapi())

"""The application: routes, pages, and what is answered when something is wrong."""

from collections.abc import Collection
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from agora.leaderboard.entries import doubled
from agora.leaderboard.season_file import read_season
from agora.leaderboard.server import api, pages
from agora.leaderboard.server.folder import Folder
from agora.leaderboard.server.limits import Limits, Rate
from agora.leaderboard.server.setting import Setting
from agora.leaderboard.server.shield import Shield
from agora.leaderboard.site.pages import write_static


def create_app(
    folder: Folder,
    engine: Engine,
    season: str | Path,
    limits: Limits,
    hosts: Collection[str],
) -> FastAPI:
    """The server of one season.

    Args:
        folder: of ``folder.open_folder``.
        engine: of ``store.database.open_database``.
        season: the TOML file.
        limits: on requests and submissions.
        hosts: names by which the server goes; requests to others are refused.

    Raises:
        ValueError: the season is wrong.
    """
    setting = Setting(folder, engine, doubled(read_season(season)), limits, Rate(limits.uploads))
    write_static(folder.root)
    pages.write_waiting_page(setting)
    app = FastAPI(
        title="Agora leaderboard",
        version=version("agora-rl"),
        description="Hand in agents, watch the queue, read the tables.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # those pages load scripts from elsewhere; /api shows the same
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.setting = setting
    app.include_router(api.router)
    app.router.routes.extend(pages.routes(setting))
    # After all routes, so that those can still say 405. The link is followed as a file is opened, not looked up before:
    # in between it may have been switched. Within a site there are no links.
    app.router.default = StaticFiles(directory=folder.current, html=True, follow_symlink=True)
    app.add_exception_handler(HTTPException, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_wrong_parameters)
    app.add_middleware(Shield, limits=limits, hosts=hosts)
    return app


def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.scope["path"].startswith("/api/"):
        return JSONResponse({"detail": error.detail}, error.status_code, error.headers)
    return pages.problem(api.setting_of(request), error.status_code, error.detail, error.headers)


def _on_wrong_parameters(request: Request, error: Exception) -> Response:
    """Which parameter, and what is wrong with it; what was given is not repeated."""
    assert isinstance(error, RequestValidationError)
    wrong = [f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors()]
    return JSONResponse({"detail": "; ".join(wrong)}, 422)

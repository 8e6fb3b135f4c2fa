"""What a server is made of: data folder, database, season and limits."""

import math
from typing import NamedTuple

from sqlalchemy import Engine
from starlette.exceptions import HTTPException

from agora.leaderboard.season_file import Season
from agora.leaderboard.server.folder import Folder
from agora.leaderboard.server.limits import Limits, Rate
from agora.leaderboard.server.tokens import Token


class Setting(NamedTuple):
    """Shared by all requests."""

    folder: Folder
    engine: Engine
    season: Season
    limits: Limits
    uploads: Rate
    """By token."""

    def check_uploads(self, token: Token) -> None:
        """429 if too many uploads came with ``token``; this one counts."""
        seconds = self.uploads.wait(str(token.id))
        if seconds:
            detail = f"More than {self.limits.uploads} uploads a minute with this token; try again later."
            raise HTTPException(429, detail, {"Retry-After": str(math.ceil(seconds))})

"""What a worker finds out about a submission before it may play in the season."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from agora.leaderboard.entries import doubled, short_name
from agora.leaderboard.jail.fault import one_line
from agora.leaderboard.season_file import Season
from agora.leaderboard.submission.check import check
from agora.leaderboard.submission.manifest import Manifest
from agora.leaderboard.submission.names import looks_like
from agora.leaderboard.submission.opening import isolation_level, prepared


class Rejected(Exception):
    """The submission is at fault; the message is for its author."""


class Known(NamedTuple):
    """What a submission says of itself, as far as the server keeps it."""

    name: str
    ids: list[str]


def read(archive: Path, author: str, season: Season, others: Sequence[str]) -> Known:
    """Checks archive and manifest, without running anything.

    Args:
        author: of the token it was handed in with.
        others: names of submissions that are in the season already.

    Raises:
        Rejected: the archive is refused, the manifest is wrong, or it does not suit author or season.
    """
    try:
        with prepared(archive) as submission:
            manifest = submission.manifest
    except ValueError as error:
        raise Rejected(one_line(str(error))) from None
    _check_author(manifest, author)
    check_name(manifest.name, season, others)
    played = list(dict.fromkeys(environment.id for environment in season.environments))
    if not set(manifest.ids) & set(played):
        raise Rejected(f"It plays {', '.join(manifest.ids)}, and this season has {', '.join(played)}.")
    return Known(manifest.name, manifest.ids)


def _check_author(manifest: Manifest, author: str) -> None:
    if manifest.author != author:
        raise Rejected(f"The manifest names {manifest.author!r} as author, and the token is that of {author!r}.")


def check_name(name: str, season: Season, others: Sequence[str]) -> None:
    """Refuses a name that readers could take for another one.

    Raises:
        Rejected: they could.
    """
    public, hidden = _own_names(season)
    rival = looks_like(name, [*public, *others, "held out", *hidden])
    if rival is not None:
        shown = "that of another agent" if rival in hidden else repr(rival)
        raise Rejected(f"The name {name!r} could be taken for {shown}, which is there already: choose another.")


def _own_names(season: Season) -> tuple[list[str], list[str]]:
    """Of the season's own agents and their duplicates: those that everybody knows, and those of agents that are held
    out."""
    public: list[str] = []
    hidden: list[str] = []
    for environment in doubled(season).environments:
        for each in environment.agents:
            if isinstance(each, str):
                public.append(short_name(each))
            else:
                (hidden if each.held_out else public).append(each.name)
    return public, hidden


def try_out(archive: Path, trust: bool, say: Callable[[str], None]) -> None:
    """Plays the submission in its jail, as ``agora check`` does.

    Args:
        say: takes what is found, line by line.

    Raises:
        Rejected: it would forfeit.
        ValueError: no jail can be held here.
    """
    isolation_level(trust)  # else its author would be told of what is the server's fault
    errors = []
    for kind, text in check(archive, trust):
        say(one_line(text if kind == "note" else f"{kind}: {text}"))
        if kind == "error":
            errors.append(one_line(text))
    if errors:
        raise Rejected(errors[0])

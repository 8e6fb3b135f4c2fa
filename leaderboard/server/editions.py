"""Editions: the season played again with one submission more, and the last one, whose log is public.

All editions share one secret, so what two of them both play are the same units, and only those with the new agent are
really played; the store remembers the others. Only one process at a time makes an edition, see ``folder.alone``.
"""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select

from agora.leaderboard import seeds
from agora.leaderboard.log import records
from agora.leaderboard.season import run_season
from agora.leaderboard.server.folder import Folder, publish
from agora.leaderboard.site.write import write_site
from agora.leaderboard.store.database import transaction
from agora.leaderboard.store.schema import editions, now

log = logging.getLogger("agora.worker")


class Play(NamedTuple):
    """What it takes to make editions."""

    folder: Folder
    engine: Engine
    season: Path
    database: str
    budget: Literal["quick", "full"] = "quick"
    workers: int = 1
    """Processes that games are played in."""
    trust: bool = False
    """Let submissions run in this process: only for tests of what is not the jail."""


class Edition(NamedTuple):
    """An edition that was played, before anybody sees it."""

    number: int
    site: Path
    link: str
    """Last one of its log."""
    games: int


def make_edition(play: Play, submissions: Sequence[Path], last: bool = False) -> Edition:
    """Plays the season with ``submissions``, in this order, and writes the site. What a killed worker left is
    gone on with.

    Args:
        last: reveal the secret, and with it log and replays.

    Raises:
        ValueError: the season or a submission is wrong, or the store cannot be used.
    """
    number = newest(play.engine) + 1
    out = play.folder.edition(number)
    out.mkdir(mode=0o700, exist_ok=True)
    if not (out / "agents").is_symlink():
        (out / "agents").symlink_to(play.folder.agents)  # trained once, for all editions
    sections = run_season(
        play.season,
        out,
        play.budget,
        progress=False,
        trust=play.trust,
        visitors=submissions,
        whole=True,
        secret=seeds.secret_from_file(play.folder.secret),
        reveal=last,
        workers=play.workers,
        store=play.database,
    )
    results = records.read(out / "log.jsonl")
    shutil.rmtree(out / "site", ignore_errors=True)  # what a killed worker left
    write_site(results, sections, out / "site", log=out / "log.jsonl", agents=play.folder.agents, served=True)
    contents = records.parse(records.read_bytes(out / "log.jsonl"), "log.jsonl", records.refuse)
    assert contents is not None
    games = sum(len(each) for each in results.games)
    log.info("edition %d: %d games, link %s", number, games, contents.link)
    return Edition(number, out / "site", contents.link, games)


def record(connection: Connection, folder: Folder, edition: Edition) -> None:
    """Writes down in a transaction that ``edition`` is there; ``publish_newest`` shows it afterwards."""
    row = {
        "number": edition.number,
        "created": now(),
        "folder": str(edition.site.parent.relative_to(folder.root)),
        "log": edition.link,
        "games": edition.games,
    }
    connection.execute(insert(editions).values(row))


def newest(engine: Engine) -> int:
    """Number of the newest edition, 0 if there is none."""
    with transaction(engine) as connection:
        return connection.execute(select(func.max(editions.c.number))).scalar() or 0


def is_shown(folder: Folder, engine: Engine) -> bool:
    """Whether there is an edition, and the newest one is what the public sees."""
    number = newest(engine)
    return number > 0 and folder.current.resolve() == folder.edition(number) / "site"


def publish_newest(folder: Folder, engine: Engine) -> None:
    """Shows the newest edition, if it is not shown already; a worker that was killed may have come no further than to
    write it down."""
    if not is_shown(folder, engine):
        publish(folder, folder.edition(newest(engine)) / "site")


def is_closed(folder: Folder) -> bool:
    """Whether the last edition is shown, with its log."""
    return (folder.current / "log.jsonl").is_file()

"""A season: environments, who plays there and how much, from a TOML file (see ``season_file.py``) to a log and its
tables."""

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from agora.agents.api import Agent
from agora.leaderboard import seeds
from agora.leaderboard.entries import doubled, joined, short_name, staged
from agora.leaderboard.judge import Stage, header, play_stages, set_stage
from agora.leaderboard.log import records
from agora.leaderboard.log.records import Header
from agora.leaderboard.log.writing import open_log
from agora.leaderboard.machines.place import Place, opened
from agora.leaderboard.season_file import Budget, Season, read_season
from agora.leaderboard.tables.layout import Section
from agora.leaderboard.tables.overall import overall_tables
from agora.leaderboard.tables.sections import make_sections
from agora.leaderboard.tables.writers import write_all

_SECRET = re.compile(r"[0-9a-f]{64}")


def run_season(
    path: str | Path,
    out: str | Path,
    budget: Budget = "quick",
    progress: bool = True,
    console: Console | None = None,
    trust: bool = False,
    *,
    visitors: Sequence[str | Path] = (),
    whole: bool = False,
    secret: str | None = None,
    reveal: bool = True,
    workers: int = 1,
    cluster: str | None = None,
    store: str | None = None,
) -> list[Section]:
    """Trains what is to be trained, plays every game that is not yet in the log, and writes log and tables.

    Killed at any moment and started again, it goes on and ends with the same log and tables; they are the same, too,
    wherever games are played.

    Args:
        path: the season's TOML file.
        out: the folder for ``log.jsonl``, ``leaderboard.md``, ``.csv``, ``.json``, ``.html`` and ``agents/``.
        budget: how long to train and how much to play.
        progress: whether to show progress bars.
        console: where to show them; standard error if None.
        trust: let submissions run in this process instead of in jails.
        visitors: submissions that join, in this order, in the environments they play.
        whole: keep the environments that no visitor plays, where there are visitors.
        secret: 64 hexadecimal digits that deals follow from, whatever the season's file says of it.
        reveal: close the log with the secret. An open log can be closed by another run.
        workers: see ``machines.place.Place``, as the next two.

    Raises:
        ValueError: the season, an environment's options or an agent is wrong, or ``out`` is in use.
        ChildProcessError: a unit ends every process that plays it.
    """
    place = Place(workers, cluster, store)
    place.check()
    season, out = doubled(read_season(path)), Path(out)
    if visitors:
        season = joined(season, path, visitors, whole)
    with staged(season, Path(path), out, budget, trust, progress) as stages:
        head = header(season.title, season.seed, budget, stages)
        _play(stages, head, _secret(secret, season, head, out), out, place, progress, console, reveal)
    results = records.read(out / "log.jsonl")
    sections = make_sections(results)
    write_all(sections, results.header, out, overall_tables(results))
    return sections


def evaluate(
    id: str,
    agents: Sequence[str | Path | Agent] | Mapping[str, Any],
    games: int = 1000,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    progress: bool = True,
    console: Console | None = None,
    workers: int = 1,
) -> Section:
    """Lets ``agents`` play ``id`` and returns the tables.

    Args:
        agents: as ``agora.agents.api.load`` takes them, or a dict of names to them.
        games: of every lineup (one player: of every agent), rounded up to whole deals.
        seed: of the deals and of the agents.
        options: of the environment.
        out: a folder for log and tables; a log of the same evaluation there is gone on with. None keeps nothing.
        progress: whether to show a progress bar.
        console: where to show it; standard error if None.
        workers: see ``machines.place.Place``; several take agents by name and folder, not as objects.

    Raises:
        ValueError: id, options or an agent is wrong, or ``out`` is in use.
    """
    named = list(agents.items()) if isinstance(agents, Mapping) else [(short_name(each), each) for each in agents]
    if games < 1:
        raise ValueError(f"games={games!r} is not allowed: give a whole number from 1.")
    place = Place(workers)
    place.check()
    stage = set_stage(id, dict(options or {}), named, games)
    with tempfile.TemporaryDirectory(prefix="agora-") as kept_nowhere:
        folder = Path(out) if out is not None else Path(kept_nowhere)
        head = header(id, seed, "quick", [stage])
        _play([stage], head, seeds.secret_from_seed(seed), folder, place, progress, console)
        results = records.read(folder / "log.jsonl")
        sections = make_sections(results)
        if out is not None:
            write_all(sections, results.header, folder)
    return sections[0]


def _secret(given: str | None, season: Season, head: Header, out: Path) -> str:
    """The secret that belongs to this header alone: one that was shown never serves another season."""
    if given is not None:
        if not _SECRET.fullmatch(given):
            raise ValueError("The secret that was given is none: it has to be 64 hexadecimal digits.")
        return given
    if season.secret == "seed":
        return seeds.secret_from_seed(season.seed)
    return seeds.secret_from_file(out / f"secret-{records.digest(head)}.txt")


def _play(
    stages: Sequence[Stage],
    head: Header,
    secret: str,
    out: Path,
    place: Place,
    progress: bool,
    console: Console | None,
    reveal: bool = True,
) -> None:
    """Plays what the log in ``out`` lacks."""
    head.commitment = seeds.commitment(secret)
    console = console or Console(stderr=True)
    with open_log(out / "log.jsonl", head) as log:
        for note in log.notes:
            console.print(note, markup=False, highlight=False)
        with _bars(console, progress) as bars:
            tasks = [bars.add_task(stage.contest.title, total=stage.contest.budget) for stage in stages]

            def ended(contest: int, games: int) -> None:
                bars.advance(tasks[contest], games)

            def written(contest: int, games: int) -> None:
                bars.update(tasks[contest], completed=games)

            with opened(place, stages, head, secret, ended) as player:
                play_stages(stages, log, player, written)
        if reveal:
            log.reveal(secret)


def _bars(console: Console, progress: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("games"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not progress,
    )

"""A season: environments, who plays there and how much, from a TOML file (see ``season_file.py``) to a log and its
tables."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from agora import envs
from agora.agents.api import Agent, load
from agora.leaderboard import seeds
from agora.leaderboard.judge import Entry, Stage, header, play_stages, set_stage, unlike
from agora.leaderboard.log import records
from agora.leaderboard.log.records import Header
from agora.leaderboard.log.writing import open_log
from agora.leaderboard.season_file import Budget, Environment, Games, Participant, Season, read_season
from agora.leaderboard.submission.names import looks_like
from agora.leaderboard.submission.opening import FreshAgent, Submission, isolation_level, prepared
from agora.leaderboard.tables.layout import Section
from agora.leaderboard.tables.sections import make_sections
from agora.leaderboard.tables.writers import write_all


def run_season(
    path: str | Path,
    out: str | Path,
    budget: Budget = "quick",
    progress: bool = True,
    console: Console | None = None,
    visitor: str | Path | None = None,
    trust: bool = False,
) -> list[Section]:
    """Trains what is to be trained, plays every game that is not yet in the log, and writes log and tables.

    Killed at any moment and started again, it goes on and ends with the same tables.

    Args:
        path: the season's TOML file.
        out: the folder for ``log.jsonl``, ``leaderboard.md``, ``.csv``, ``.json``, ``.html`` and ``agents/``.
        budget: how long to train and how much to play.
        progress: whether to show progress bars.
        console: where to show them; standard error if None.
        visitor: a submission that joins in the environments it plays; the others are left out.
        trust: let submissions run in this process instead of in jails.

    Raises:
        ValueError: the season, an environment's options or an agent is wrong, or ``out`` is in use.
    """
    season, out = read_season(path), Path(out)
    console = console or Console(stderr=True)
    if visitor is not None:
        season = _joined(season, path, visitor)
    with ExitStack() as stack:
        submissions = _unpacked(season, stack)
        _check_names(season, submissions)
        strangers = {path: partial(_stranger, submission, trust, stack) for path, submission in submissions.items()}
        entries = [
            _entries(environment, Path(path), out, budget, progress, strangers) for environment in season.environments
        ]
        stages = [
            _stage(environment, agents, budget)
            for environment, agents in zip(season.environments, entries, strict=True)
        ]
        _play(stages, season, budget, out, progress, console)
    results = records.read(out / "log.jsonl")
    sections = make_sections(results)
    write_all(sections, results.header, out)
    return sections


def _joined(season: Season, path: str | Path, visitor: str | Path) -> Season:
    """The environments of ``season`` that the submission ``visitor`` plays, with it."""
    with prepared(visitor) as submission:
        name, ids = submission.manifest.name, submission.manifest.ids
    participant = Participant(name, submission=str(visitor))
    chosen = [
        msgspec.structs.replace(environment, agents=[*environment.agents, participant])
        for environment in season.environments
        if environment.id in ids
    ]
    if not chosen:
        played = ", ".join(dict.fromkeys(environment.id for environment in season.environments))
        raise ValueError(f"{name} plays {', '.join(ids)}, and none of them is in {path}, which has {played}.")
    return msgspec.structs.replace(season, environments=chosen)


def _unpacked(season: Season, stack: ExitStack) -> dict[str, Submission]:
    """The submissions by their paths, unpacked until ``stack`` is closed."""
    submissions: dict[str, Submission] = {}
    for environment in season.environments:
        for each in environment.agents:
            path = "" if isinstance(each, str) else each.submission
            if path and path not in submissions:
                submissions[path] = stack.enter_context(prepared(path))
    return submissions


def _stranger(submission: Submission, trust: bool, stack: ExitStack) -> FreshAgent:
    """An entry of its own, also where the same submission is entered twice."""
    return stack.enter_context(closing(FreshAgent(submission, trust)))


def _check_names(season: Season, submissions: Mapping[str, Submission]) -> None:
    """Finds unknown ids, options and agents before the long training, not after it."""
    for environment in season.environments:
        spec = envs.spec(environment.id, **environment.options)
        _check_duplicates(environment)
        for each in environment.agents:
            if isinstance(each, Participant) and each.submission:
                _check_stranger(each, environment, submissions[each.submission].manifest.ids)
            elif agent := each if isinstance(each, str) else each.agent:
                load(agent, spec)


def _check_duplicates(environment: Environment) -> None:
    ours = [_name(each) for each in environment.agents if isinstance(each, str) or not each.submission]
    for name in environment.duplicates:
        if name not in ours:
            raise ValueError(f"There is no agent {name!r} of one's own to enter twice: choose among {', '.join(ours)}.")


def _check_stranger(participant: Participant, environment: Environment, ids: Sequence[str]) -> None:
    if environment.id not in ids:
        raise ValueError(f"{participant.name} plays {', '.join(ids)}, not {environment.id}.")
    others = [each for each in environment.agents if each is not participant]
    rival = looks_like(participant.name, [_name(each) for each in others])
    if rival is not None:
        raise ValueError(f"The name {participant.name!r} could be taken for {rival!r}, who plays too: choose another.")


def _name(participant: str | Participant) -> str:
    return short_name(participant) if isinstance(participant, str) else participant.name


def _stage(environment: Environment, agents: Sequence[Entry], budget: Budget) -> Stage:
    stage = set_stage(
        environment.id,
        environment.options,
        agents,
        _count(environment.games, budget),
        environment.title,
        environment.schedule,
        _count(environment.budget or 0, budget),
        environment.stop,
    )
    for entrant, (_, agent) in zip(stage.contest.entrants, agents, strict=True):
        if isinstance(agent, FreshAgent):
            entrant.source = f"submission by {agent.submission.manifest.author}"
            entrant.digest = agent.submission.digest
            entrant.jail = isolation_level(agent.trust)
    _hide(stage, environment)
    return stage


def _hide(stage: Stage, environment: Environment) -> None:
    """Takes the names of agents that are held out from the log; the digest stays, as a promise of who they were."""
    hidden = [isinstance(each, Participant) and each.held_out for each in environment.agents]
    held_out = [entrant for entrant, hide in zip(stage.contest.entrants, hidden, strict=False) if hide]
    for entrant, name in zip(held_out, unlike(["held out"] * len(held_out)), strict=True):
        entrant.name, entrant.source = name, "held out"


def _count(games: int | Games, budget: Budget) -> int:
    return games if isinstance(games, int) else getattr(games, budget)


def _entries(
    environment: Environment,
    path: Path,
    out: Path,
    budget: Budget,
    progress: bool,
    strangers: Mapping[str, Callable[[], FreshAgent]],
) -> list[Entry]:
    """The agents of an environment by name; those that are to be trained are trained now."""
    entries: list[Entry] = []
    for each in environment.agents:
        if isinstance(each, str):
            entries.append((short_name(each), each))
        elif each.agent:
            entries.append((each.name, each.agent))
        elif each.submission:
            entries.append((each.name, strangers[each.submission]()))
        else:
            entries.append((each.name, _train(each.train, path, out, budget, progress)))
    given = dict(reversed(entries))
    return entries + [(f"{name} (duplicate)", given[name]) for name in environment.duplicates]


def _train(settings: str, path: Path, out: Path, budget: Budget, progress: bool) -> Path:
    found = path.parent / settings
    if not found.is_file():
        raise ValueError(f"{path}: there is no settings file {settings!r}; {found} does not exist.")
    from agora.agents.learned.train import train  # torch is heavy

    folder = out / "agents" / budget / found.stem
    return train(found, out=folder, resume=True, quiet=not progress, quick=budget == "quick")


def short_name(agent: Any) -> str:
    """What tables call an agent: without ``scripted/``, a folder by its last name, an object by its type.

    >>> short_name("scripted/market")
    'market'
    """
    if isinstance(agent, str | Path):
        path = Path(agent)
        return path.parent.name if path.name == "agent" and path.parent.name else path.name
    return getattr(agent, "__name__", type(agent).__name__)


def evaluate(
    id: str,
    agents: Sequence[str | Path | Agent] | Mapping[str, Any],
    games: int = 1000,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    progress: bool = True,
    console: Console | None = None,
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

    Raises:
        ValueError: id, options or an agent is wrong, or ``out`` is in use.
    """
    named = list(agents.items()) if isinstance(agents, Mapping) else [(short_name(each), each) for each in agents]
    if games < 1:
        raise ValueError(f"games={games!r} is not allowed: give a whole number from 1.")
    stage = set_stage(id, dict(options or {}), named, games)
    console = console or Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="agora-") as kept_nowhere:
        folder = Path(out) if out is not None else Path(kept_nowhere)
        _play([stage], Season([], id, seed), "quick", folder, progress, console)
        results = records.read(folder / "log.jsonl")
        sections = make_sections(results)
        if out is not None:
            write_all(sections, results.header, folder)
    return sections[0]


def _play(stages: Sequence[Stage], season: Season, budget: Budget, out: Path, progress: bool, console: Console) -> None:
    bars = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("games"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not progress,
    )
    head = header(season.title, season.seed, budget, stages)
    secret = _secret(season, head, out)
    head.commitment = seeds.commitment(secret)
    with open_log(out / "log.jsonl", head) as log:
        for note in log.notes:
            console.print(note, markup=False, highlight=False)
        with bars:
            play_stages(stages, log, secret, bars)


def _secret(season: Season, head: Header, out: Path) -> str:
    """The secret that belongs to this header alone: one that was shown never serves another season."""
    if season.secret == "seed":
        return seeds.secret_from_seed(season.seed)
    return seeds.secret_from_file(out / f"secret-{records.digest(head)}.txt")

"""A season: environments, who plays there and how much, from a TOML file to a log and its tables.

::

    title = "The first season"
    seed = 1

    [[environments]]
    id = "agora/LeducPoker-v0"
    games = { quick = 2_000, full = 20_000 }   # of every lineup, or one number for both budgets
    agents = [
        "random",
        "scripted/bettor",
        "path/to/a/saved/agent",
        { name = "self-play", train = "../baselines/leduc_poker.toml" },
    ]

    [environments.options]
    players = 2

``train`` names a settings file of ``agora train``, as seen from the season's file. Saved agents are looked up from the
working directory.
"""

import difflib
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from agora import envs
from agora.agents.api import Agent, load
from agora.leaderboard import store
from agora.leaderboard.judge import Entry, Stage, header, play_stages, set_stage
from agora.leaderboard.tables import Section, make_sections
from agora.leaderboard.writers import write_all

Budget = Literal["quick", "full"]
Count = Annotated[int, msgspec.Meta(ge=1)]


class Games(msgspec.Struct, forbid_unknown_fields=True):
    """How many games of every lineup, by budget."""

    quick: Count
    full: Count


class Participant(msgspec.Struct, forbid_unknown_fields=True):
    """An agent under a name of the season's choice: ``agent`` as on the command line, or ``train``, not both."""

    name: str
    agent: str = ""
    train: str = ""


class Environment(msgspec.Struct, forbid_unknown_fields=True):
    """One table of the leaderboard."""

    id: str
    agents: list[str | Participant]
    games: Count | Games = 1000
    options: dict[str, Any] = {}
    title: str = ""
    """For people; the id with its options if empty."""


class Season(msgspec.Struct, forbid_unknown_fields=True):
    """A whole file."""

    environments: list[Environment]
    title: str = "Leaderboard"
    seed: Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)] = 0


_KNOWN = [name for kind in (Season, Environment, Participant, Games) for name in kind.__struct_fields__]


def read_season(path: str | Path) -> Season:
    """The season in a TOML file, checked.

    Raises:
        ValueError: there is no such file, it is not TOML, or says something that is not allowed.
    """
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"Cannot read the season {path}: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not valid TOML: {error}") from None
    try:
        season = msgspec.convert(table, Season)
        for environment in season.environments:
            for each in environment.agents:
                _check(each)
    except (msgspec.ValidationError, ValueError) as error:
        raise ValueError(f"{path}: {error}{_nearest(str(error))}") from None
    return season


def _check(participant: str | Participant) -> None:
    if isinstance(participant, Participant) and bool(participant.agent) == bool(participant.train):
        raise ValueError(f"agent {participant.name!r} needs either `agent` or `train`, and not both.")


def _nearest(message: str) -> str:
    """The way out of an unknown key."""
    unknown = message.split("unknown field `")[-1].split("`")[0] if "unknown field" in message else ""
    near = difflib.get_close_matches(unknown, _KNOWN, n=1) if unknown else []
    return f". Did you mean {near[0]!r}?" if near else ""


def run_season(
    path: str | Path, out: str | Path, budget: Budget = "quick", progress: bool = True, console: Console | None = None
) -> list[Section]:
    """Trains what is to be trained, plays every game that is not yet in the log, and writes log and tables.

    Killed at any moment and started again, it goes on and ends with the same tables.

    Args:
        path: the season's TOML file.
        out: the folder for ``log.jsonl``, ``leaderboard.md``, ``.csv``, ``.json``, ``.html`` and ``agents/``.
        budget: how long to train and how much to play.
        progress: whether to show progress bars.
        console: where to show them; standard error if None.

    Raises:
        ValueError: the season, an environment's options or an agent is wrong, or ``out`` is in use.
    """
    season, out = read_season(path), Path(out)
    console = console or Console(stderr=True)
    _check_names(season)
    entries = [_entries(environment, Path(path), out, budget, progress) for environment in season.environments]
    stages = [
        set_stage(environment.id, environment.options, agents, _games(environment, budget), environment.title)
        for environment, agents in zip(season.environments, entries, strict=True)
    ]
    _play(stages, season.title, season.seed, budget, out / "log.jsonl", progress, console)
    results = store.read(out / "log.jsonl")
    sections = make_sections(results)
    write_all(sections, results.header, out)
    return sections


def _check_names(season: Season) -> None:
    """Finds unknown ids, options and agents before the long training, not after it."""
    for environment in season.environments:
        spec = envs.spec(environment.id, **environment.options)
        for each in environment.agents:
            agent = each if isinstance(each, str) else each.agent
            if agent:
                load(agent, spec)


def _games(environment: Environment, budget: Budget) -> int:
    games = environment.games
    return games if isinstance(games, int) else getattr(games, budget)


def _entries(environment: Environment, path: Path, out: Path, budget: Budget, progress: bool) -> list[Entry]:
    """The agents of an environment by name; those that are to be trained are trained now."""
    entries: list[Entry] = []
    for each in environment.agents:
        if isinstance(each, str):
            entries.append((short_name(each), each))
        elif each.agent:
            entries.append((each.name, each.agent))
        else:
            entries.append((each.name, _train(each.train, path, out, budget, progress)))
    return entries


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
        _play([stage], id, seed, "quick", folder / "log.jsonl", progress, console)
        results = store.read(folder / "log.jsonl")
        sections = make_sections(results)
        if out is not None:
            write_all(sections, results.header, folder)
    return sections[0]


def _play(
    stages: Sequence[Stage], title: str, seed: int, budget: Budget, path: Path, progress: bool, console: Console
) -> None:
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
    with store.open_log(path, header(title, seed, budget, stages)) as log:
        for note in log.notes:
            console.print(note, markup=False, highlight=False)
        with bars:
            play_stages(stages, log, seed, bars)

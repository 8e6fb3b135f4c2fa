"""Who plays in a season: its own agents, those that are trained first, submissions, and visitors."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from agora import envs
from agora.agents.api import load
from agora.leaderboard.judge import Entry, Stage, set_stage, unlike
from agora.leaderboard.log.records import DUPLICATE
from agora.leaderboard.season_file import Budget, Environment, Games, Participant, Season
from agora.leaderboard.submission.names import looks_like
from agora.leaderboard.submission.opening import FreshAgent, Submission, prepared


def doubled(season: Season) -> Season:
    """``season`` with the duplicates of its environments as agents of their own, after the others; see
    ``Environment.duplicates``.

    Raises:
        ValueError: an environment has no agent of its own with the name of a duplicate.
    """
    environments = [
        msgspec.structs.replace(environment, agents=[*environment.agents, *_twins(environment)], duplicates=[])
        for environment in season.environments
    ]
    return msgspec.structs.replace(season, environments=environments)


def _twins(environment: Environment) -> list[Participant]:
    ours: dict[str, str | Participant] = {}
    for each in environment.agents:
        if isinstance(each, str) or not each.submission:
            ours.setdefault(_name(each), each)
    twins: list[Participant] = []
    for name in _twice(environment, ours) if environment.duplicates is None else environment.duplicates:
        if name not in ours:
            known = ", ".join(ours)
            raise ValueError(f"There is no agent {name!r} of one's own to enter twice: choose among {known}.")
        agent, called = ours[name], name + DUPLICATE
        twin = Participant(called, agent) if isinstance(agent, str) else msgspec.structs.replace(agent, name=called)
        twins.append(twin)
    return twins


def _twice(environment: Environment, ours: Mapping[str, str | Participant]) -> list[str]:
    """Whom an environment enters twice whose season does not say it.

    Args:
        ours: the season's own agents by name.
    """
    known = [name for name, each in ours.items() if isinstance(each, str) or not each.held_out]
    name = "random" if "random" in known else next(iter(known), None)
    if name is None or looks_like(name + DUPLICATE, [_name(each) for each in environment.agents]):
        return []
    return [name]


def joined(season: Season, path: str | Path, visitors: Sequence[str | Path], whole: bool = False) -> Season:
    """``season`` with each of ``visitors`` after the other agents of the environments it plays.

    Args:
        path: of the season, for messages.
        visitors: submissions.
        whole: keep the environments that no visitor plays.

    Raises:
        ValueError: a visitor plays no environment of the season, or is no submission.
    """
    guests: list[tuple[Participant, Sequence[str]]] = []
    for visitor in visitors:
        with prepared(visitor) as submission:
            name, ids = submission.manifest.name, submission.manifest.ids
        if not any(environment.id in ids for environment in season.environments):
            played = ", ".join(dict.fromkeys(environment.id for environment in season.environments))
            raise ValueError(f"{name} plays {', '.join(ids)}, and none of them is in {path}, which has {played}.")
        guests.append((Participant(name, submission=str(visitor)), ids))
    environments = []
    for environment in season.environments:
        joining = [guest for guest, ids in guests if environment.id in ids]
        if joining or whole or not guests:
            environments.append(msgspec.structs.replace(environment, agents=[*environment.agents, *joining]))
    return msgspec.structs.replace(season, environments=environments)


@contextmanager
def staged(
    season: Season, path: Path, out: Path, budget: Budget, trust: bool = False, progress: bool = False
) -> Iterator[list[Stage]]:
    """Every environment of ``season`` with its agents; what is to be trained is trained now.

    Submissions are unpacked for as long as the context lasts.

    Args:
        path: of the season; settings files are looked up beside it.
        out: trained agents are kept in ``out/agents``.
        trust: let submissions run in this process instead of in jails.
        progress: whether to show how training goes.

    Raises:
        ValueError: an environment, an option, an agent, a name or a submission is wrong.
    """
    with ExitStack() as stack:
        submissions = _unpacked(season, stack)
        _check_names(season, submissions)
        strangers = {path: partial(_stranger, submission, trust, stack) for path, submission in submissions.items()}
        entries = [_entries(environment, path, out, budget, progress, strangers) for environment in season.environments]
        yield [
            _stage(environment, agents, budget)
            for environment, agents in zip(season.environments, entries, strict=True)
        ]


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
        for each in environment.agents:
            if isinstance(each, Participant) and each.submission:
                _check_stranger(each, environment, submissions[each.submission].manifest.ids)
            elif agent := each if isinstance(each, str) else each.agent:
                load(agent, spec)


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
        _count(environment.confirm or 0, budget),
    )
    for entrant, (_, agent) in zip(stage.contest.entrants, agents, strict=True):
        if isinstance(agent, FreshAgent):
            entrant.author = agent.submission.manifest.author
            entrant.source = f"submission by {entrant.author}"
            entrant.digest = agent.submission.digest
            entrant.jail = agent.level
    _hide(stage, environment)
    return stage


def _hide(stage: Stage, environment: Environment) -> None:
    """Takes the names of agents that are held out from the log; the digest stays, as a promise of who they were."""
    hidden = [isinstance(each, Participant) and each.held_out for each in environment.agents]
    held_out = [entrant for entrant, hide in zip(stage.contest.entrants, hidden, strict=True) if hide]
    for entrant, name in zip(held_out, unlike(["held out"] * len(held_out)), strict=True):
        entrant.name, entrant.source, entrant.author = name, "held out", ""


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
            entries.append((each.name, _train(each.train, path, out, budget, progress, each.seed)))
    return entries


def _train(settings: str, path: Path, out: Path, budget: Budget, progress: bool, seed: int | None = None) -> Path:
    found = path.parent / settings
    if not found.is_file():
        raise ValueError(f"{path}: there is no settings file {settings!r}; {found} does not exist.")
    from agora.agents.learned.train import train  # torch is heavy

    folder = out / "agents" / budget / (found.stem if seed is None else f"{found.stem}-seed-{seed}")
    return train(found, out=folder, resume=True, quiet=not progress, quick=budget == "quick", seed=seed)


def short_name(agent: Any) -> str:
    """What tables call an agent: without ``scripted/``, a folder by its last name, an object by its type.

    >>> short_name("scripted/market")
    'market'
    """
    if isinstance(agent, str | Path):
        path = Path(agent)
        return path.parent.name if path.name == "agent" and path.parent.name else path.name
    return getattr(agent, "__name__", type(agent).__name__)

"""What another process needs to play units of a season: names, files and seeds, never live agents."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from agora import agents, envs, leaderboard
from agora.agents.api import load
from agora.leaderboard.judge import Stage, versions
from agora.leaderboard.log.records import Contest
from agora.leaderboard.machines.here import play_job
from agora.leaderboard.machines.jobs import Job
from agora.leaderboard.match import Played
from agora.leaderboard.submission.opening import FreshAgent

_PLAYS_NOTHING = {"server", "site", "store", "tables"}  # of the leaderboard


class Part(NamedTuple):
    """A contest."""

    contest: Contest
    options: dict[str, Any]
    """Of the environment, as they are, where the log may have a digest."""
    agents: list[str | Path | FreshAgent]
    """Names as ``agora.agents.api.load`` takes them, folders of saved agents, and submissions."""


class Recipe(NamedTuple):
    """A season as it travels."""

    season: str
    """Its title."""
    secret: str
    made_with: dict[str, str]
    """See ``software``."""
    parts: list[Part]


def write_recipe(stages: Sequence[Stage], season: str, secret: str) -> Recipe:
    """The recipe of ``stages``.

    Raises:
        ValueError: an agent was handed over as an object, which only this process has.
    """
    return Recipe(season, secret, software(), [_part(stage) for stage in stages])


def _part(stage: Stage) -> Part:
    travelling: list[str | Path | FreshAgent] = []
    for entrant, agent in zip(stage.contest.entrants, stage.given, strict=True):
        if not isinstance(agent, str | Path | FreshAgent):
            raise ValueError(
                f"{entrant.name} was handed over as an object ({type(agent).__name__}), which cannot be sent to other "
                "processes: play with workers=1 and without a cluster, or save the agent and name its folder."
            )
        if isinstance(agent, FreshAgent):
            agent = FreshAgent(agent.submission, agent.trust)  # one that is not running
        travelling.append(Path(agent) if isinstance(agent, str) and Path(agent).is_dir() else agent)
    return Part(stage.contest, dict(stage.game.spec.options), travelling)


def folders(recipe: Recipe) -> set[Path]:
    """Of all saved agents and submissions."""
    return {folder for part in recipe.parts for agent in part.agents for folder in _folder(agent)}


def _folder(agent: str | Path | FreshAgent) -> Iterator[Path]:
    if isinstance(agent, FreshAgent):
        yield agent.submission.folder
    elif isinstance(agent, Path):
        yield agent


def moved(recipe: Recipe, places: Mapping[Path, Path]) -> Recipe:
    """The recipe with its folders in other places."""

    def place(agent: str | Path | FreshAgent) -> str | Path | FreshAgent:
        if isinstance(agent, FreshAgent):
            folder = places[agent.submission.folder]
            return FreshAgent(agent.submission._replace(folder=folder), agent.trust)
        return places[agent] if isinstance(agent, Path) else agent

    parts = [part._replace(agents=[place(agent) for agent in part.agents]) for part in recipe.parts]
    return recipe._replace(parts=parts)


def software() -> dict[str, str]:
    """Versions, and the digest of the sources that games depend on: where all are the same, so are games."""
    whole = hashlib.sha256()
    for package in (envs, agents, leaderboard):
        for root in map(Path, package.__path__):
            for path in sorted(root.rglob("*.py")):
                name = path.relative_to(root)
                if package is leaderboard and name.parts[0] in _PLAYS_NOTHING:
                    continue
                data = path.read_bytes()
                whole.update(f"{package.__name__}/{name}\n{len(data)}\n".encode() + data)
    return versions() | {"sources": whole.hexdigest()[:16]}


class Stages:
    """The contests of a recipe in this process, each set up when its first unit comes.

    Raises:
        ValueError: the recipe was written with other software than this process has.
    """

    def __init__(self, recipe: Recipe):
        here = software()
        others = [name for name, found in recipe.made_with.items() if here[name] != found]
        if others:
            told = ", ".join(f"{name} {here[name]} instead of {recipe.made_with[name]}" for name in others)
            raise ValueError(f"A worker has other software than the judge ({told}): install the same on all machines.")
        self._recipe = recipe
        self._set: dict[int, Stage] = {}

    def play(self, job: Job) -> list[Played]:
        """The games of ``job``.

        Raises:
            ValueError: this machine holds other jails than the log says.
        """
        if job.contest not in self._set:
            self._set[job.contest] = _stage(self._recipe.parts[job.contest])
        return play_job(self._set[job.contest], job, self._recipe.secret, self._recipe.season)


def _stage(part: Part) -> Stage:
    game = envs.game(part.contest.id, **part.options)
    for entrant, agent in zip(part.contest.entrants, part.agents, strict=True):
        if isinstance(agent, FreshAgent) and agent.level != entrant.jail:
            raise ValueError(
                f"{entrant.name} is to play at isolation level {entrant.jail}, and a worker's machine holds "
                f"{agent.level}: 'agora doctor' says there what is missing."
            )
    return Stage(part.contest, game, [load(agent, game.spec) for agent in part.agents], list(part.agents))

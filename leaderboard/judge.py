"""The judge: plays what the schedule says and writes it to the log."""

import hashlib
import importlib
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rich.progress import Progress, TaskID

from agora import envs
from agora.agents.api import Agent, load, snake_case
from agora.envs.api import Discrete
from agora.envs.game import Game
from agora.leaderboard import schedule
from agora.leaderboard.conduct import assess
from agora.leaderboard.match import Played, play
from agora.leaderboard.schedule import Unit
from agora.leaderboard.store import DISTANCE, FORMAT, Contest, Entrant, Exact, Header, Log

if TYPE_CHECKING:
    from agora.agents.solvers.tree import Tree

TREE_LIMIT = 300_000
"""Nodes of a game up to which exploitability is computed, for every agent whose strategy can be read."""

Entry = tuple[str, Any]
"""A name for the tables, and an agent as ``agora.agents.api.load`` takes it."""


class Stage(NamedTuple):
    """A contest with everything it takes to play it."""

    contest: Contest
    game: Game
    agents: list[Agent]
    units: list[Unit]


def set_stage(id: str, options: Mapping[str, Any], entries: Sequence[Entry], games: int, title: str = "") -> Stage:
    """Loads the environment and its agents.

    Args:
        entries: the agents; names that occur twice get a number.
        games: of every lineup, rounded up to whole deals.
        title: for people; the id with its options if empty.

    Raises:
        ValueError: an id, an option or an agent is unknown, or there are no agents.
    """
    if not entries:
        raise ValueError(f"{id} has no agents: name at least one.")
    game = envs.game(id, **options)
    agents = [load(agent, game.spec) for _, agent in entries]
    entrants = [
        Entrant(name, _source(given), agent.needs, _agent_digest(given, id))
        for name, (_, given), agent in zip(unlike([name for name, _ in entries]), entries, agents, strict=True)
    ]
    deals = schedule.deals_for(games, game.spec.players)
    at_once = schedule.deals_at_once(game.spec)
    units = list(schedule.units(len(agents), game.spec.players, deals, at_once))
    return Stage(_contest(game, entrants, deals, at_once, title), game, agents, units)


def unlike(names: Sequence[str]) -> list[str]:
    """The names with `` (2)``, `` (3)`` ... after those that have occurred before.

    >>> unlike(["random", "random"])
    ['random', 'random (2)']
    """
    given: list[str] = []
    for name in names:
        numbered, number = name, 1
        while numbered in given:
            number += 1
            numbered = f"{name} ({number})"
        given.append(numbered)
    return given


def _source(given: Any) -> str:
    return str(given) if isinstance(given, str | Path) else type(given).__name__


def _agent_digest(given: Any, id: str) -> str:
    if str(given).startswith("scripted/"):
        module = importlib.import_module(f"agora.agents.scripted.{snake_case(id)}")
        return digest([Path(str(module.__file__))])
    if isinstance(given, str | Path) and Path(given).is_dir():
        return digest(sorted(path for path in Path(given).iterdir() if path.suffix in (".toml", ".safetensors")))
    return ""


def digest(files: Sequence[Path]) -> str:
    """The first 16 hexadecimal digits of SHA-256 over the names and bytes of ``files``."""
    whole = hashlib.sha256()
    for path in files:
        data = path.read_bytes()
        whole.update(f"{path.name}\n{len(data)}\n".encode() + data)
    return whole.hexdigest()[:16]


def _contest(game: Game, entrants: list[Entrant], deals: int, deals_at_once: int, title: str) -> Contest:
    spec, reference = game.spec, game.reference()
    folder = Path(str(game.rules.__file__)).parent
    options = {name: _plain(value) for name, value in spec.options.items()}
    chosen = ", ".join(f"{name}={value}" for name, value in options.items())
    key = f"{spec.id} ({chosen})" if chosen else spec.id
    return Contest(
        title=title or key,
        key=key,
        id=spec.id,
        family=game.package.split(".")[2],
        options=options,
        players=spec.players,
        payoff=spec.payoff,
        unit=spec.unit,
        returns=(float(spec.returns[0]), float(spec.returns[1])),
        seats=spec.seats,
        floor=[float(value) for value in reference.random],
        ceiling=[float(value) for value in reference.best],
        certificate=reference.kind,
        source=reference.source,
        entrants=entrants,
        deals=deals,
        deals_at_once=deals_at_once,
        digest=digest(sorted(folder.glob("*.py"))),
    )


def _plain(value: Any) -> Any:
    """An option as JSON can hold it; arrays, such as prices, by their digest."""
    if isinstance(value, np.ndarray):
        return f"array {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()[:16]}"
    return value.item() if isinstance(value, np.generic) else str(value) if isinstance(value, Path) else value


def header(title: str, seed: int, budget: str, stages: Sequence[Stage]) -> Header:
    """The first line of the log."""
    versions = {name: version(name) for name in ("agora-rl", "numpy", "numba")} | {"python": platform.python_version()}
    return Header(FORMAT, title, seed, budget, versions, [stage.contest for stage in stages])


def play_stages(stages: Sequence[Stage], log: Log, seed: int, progress: Progress) -> None:
    """Plays every unit that is not yet in the log, and computes what can be computed exactly."""
    bars = [progress.add_task(stage.contest.title, total=_games(stage)) for stage in stages]
    for number, (stage, bar) in enumerate(zip(stages, bars, strict=True)):
        missing = [agent for agent in range(len(stage.agents)) if (number, f"exact/{agent}") not in log.done]
        tree = _small_tree(stage) if missing else None
        if tree is not None:
            for agent in missing:
                log.append(number, f"exact/{agent}", _computed(stage, agent, tree))
        for unit in stage.units:
            if (number, unit.key) in log.done:
                progress.advance(bar, unit.deals * stage.contest.players)
            else:
                log.append(number, unit.key, _play_unit(stage, unit, seed, progress, bar))


def _games(stage: Stage) -> int:
    return sum(unit.deals for unit in stage.units) * stage.contest.players


def _play_unit(stage: Stage, unit: Unit, seed: int, progress: Progress, bar: TaskID) -> list[Played]:
    environment = stage.contest.key
    seating, deals = schedule.seats_and_deals(unit)
    seeds = {deal: schedule.deal_seed(seed, environment, deal) for deal in np.unique(deals).tolist()}
    played = play(
        stage.game,
        stage.agents,
        seating,
        np.array([seeds[deal] for deal in deals.tolist()]),
        deals,
        schedule.derive(seed, environment, unit.key),
        lambda ended: progress.advance(bar, ended),
    )
    if stage.contest.players > 1:
        assess(stage.game, played)
    return played


def _small_tree(stage: Stage) -> "Tree | None":
    """The tree of the game, None where there is none or it is large."""
    from agora.agents.solvers.tree import HOPELESS, build, estimate

    spec = stage.game.spec
    if spec.players == 1 or not isinstance(spec.action, Discrete) or spec.chance == "sampled":
        return None
    if estimate(stage.game, probes=20).nodes > HOPELESS * TREE_LIMIT:
        return None
    try:
        return build(stage.game, TREE_LIMIT)
    except ValueError:
        return None


def _computed(stage: Stage, agent: int, tree: "Tree") -> list[Exact]:
    """What can be computed of an agent's strategy; nothing where it cannot be read."""
    from agora.agents.solvers.best_response import nash_conv
    from agora.agents.solvers.equilibrium_distance import distance_by_hand
    from agora.agents.solvers.exploit import strategy_of

    game = stage.game
    try:
        strategy = strategy_of(stage.agents[agent], tree, game.spec)
    except (Exception, SystemExit):  # it draws lots in secret, or crashes, which costs it its games and nobody else
        return []
    computed = [Exact(agent, "NashConv", nash_conv(tree, strategy))]
    if game.hand(tree.observation[0]) is not None and game.spec.payoff == "zero-sum" and game.spec.players == 2:
        distances = distance_by_hand(tree, strategy, lambda row: str(game.hand(row)))
        computed += [Exact(agent, f"{DISTANCE}{hand}", round(value, 9)) for hand, value in distances.items()]
    return computed

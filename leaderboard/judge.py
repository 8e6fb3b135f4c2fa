"""The judge: plays what the schedule says and writes it to the log."""

import hashlib
import importlib
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agora import envs
from agora.agents.api import Agent, load, snake_case
from agora.envs.game import Game
from agora.leaderboard import seeds
from agora.leaderboard.conduct import assess
from agora.leaderboard.exact import computed, small_tree
from agora.leaderboard.log.records import FORMAT, Contest, Entrant, Header
from agora.leaderboard.log.writing import Log
from agora.leaderboard.machines.jobs import Job, Player
from agora.leaderboard.match import Played, deciding_returns, play
from agora.leaderboard.schedules.designs import make_plan, next_units, outcome_of
from agora.leaderboard.schedules.units import (
    Kind,
    Outcome,
    Plan,
    Unit,
    deals_at_once,
    games_per_deal,
    seats_and_deals,
)

Entry = tuple[str, Any]
"""A name for the tables, and an agent as ``agora.agents.api.load`` takes it."""


class Stage(NamedTuple):
    """A contest with everything it takes to play it."""

    contest: Contest
    game: Game
    agents: list[Agent]
    given: list[Any]
    """What the agents were loaded from, see ``Entry``."""


def set_stage(
    id: str,
    options: Mapping[str, Any],
    entries: Sequence[Entry],
    games: int,
    title: str = "",
    kind: Kind = "round-robin",
    budget: int = 0,
    stop: float = 0.0,
    fresh: int = 0,
) -> Stage:
    """Loads the environment and its agents.

    Args:
        entries: the agents; names that occur twice get a number.
        games: of every lineup, rounded up to whole deals; as ``budget``, ``stop`` and ``fresh`` see
            ``designs.make_plan``.
        title: for people; the id with its options if empty.
        kind: of schedule.

    Raises:
        ValueError: an id, an option or an agent is unknown, there are no agents, or the schedule does not suit them.
    """
    if not entries:
        raise ValueError(f"{id} has no agents: name at least one.")
    game = envs.game(id, **options)
    given = [agent for _, agent in entries]
    agents = [load(agent, game.spec) for agent in given]
    entrants = [
        Entrant(name, _source(origin), agent.needs, agent_digest(origin, id))
        for name, origin, agent in zip(unlike([name for name, _ in entries]), given, agents, strict=True)
    ]
    at_once = deals_at_once(game.spec)
    plan = make_plan(kind, len(agents), game.spec.players, games, at_once, budget, stop, fresh)
    return Stage(describe(game, entrants, plan, title), game, agents, given)


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


def agent_digest(given: Any, id: str) -> str:
    """Of the files that an agent for ``id`` is made from; empty if there are none."""
    if str(given).startswith("scripted/"):
        module = importlib.import_module(f"agora.agents.scripted.{snake_case(id)}")
        return digest([Path(str(module.__file__))])
    if isinstance(given, str | Path) and Path(given).is_dir():
        return digest(sorted(path for path in Path(given).rglob("*") if path.is_file()))
    return ""


def digest(files: Sequence[Path]) -> str:
    """The first 16 hexadecimal digits of SHA-256 over the names and bytes of ``files``."""
    whole = hashlib.sha256()
    for path in files:
        data = path.read_bytes()
        whole.update(f"{path.name}\n{len(data)}\n".encode() + data)
    return whole.hexdigest()[:16]


def describe(game: Game, entrants: list[Entrant], plan: Plan, title: str = "") -> Contest:
    """What the log says of a contest."""
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
        deals=plan.deals,
        deals_at_once=plan.deals_at_once,
        digest=digest(sorted(folder.glob("*.py"))),
        schedule=plan.kind,
        deals_per_round=plan.deals_per_round,
        budget=plan.budget,
        stop=plan.stop,
        fresh=plan.fresh,
    )


def _plain(value: Any) -> Any:
    """An option as JSON can hold it; arrays, such as prices, by their digest."""
    if isinstance(value, np.ndarray):
        return f"array {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()[:16]}"
    return value.item() if isinstance(value, np.generic) else str(value) if isinstance(value, Path) else value


def header(title: str, seed: int, budget: str, stages: Sequence[Stage]) -> Header:
    """The first line of the log, but for the commitment."""
    return Header(FORMAT, title, seed, budget, versions(), [stage.contest for stage in stages])


def versions() -> dict[str, str]:
    """Of what games depend on."""
    return {name: version(name) for name in ("agora-rl", "numpy", "numba")} | {"python": platform.python_version()}


def play_stages(
    stages: Sequence[Stage], log: Log, player: Player, on_played: Callable[[int, int], None] | None = None
) -> None:
    """Has every unit played that is not yet in the log, and computes what can be computed exactly.

    Units are written in the order of the schedule, so that the log is the same wherever they were played.

    Args:
        player: of the units.
        on_played: called with the number of a contest and how many of its games are in the log.
    """
    for number, stage in enumerate(stages):
        _compute(number, stage, log)
        outcomes: list[Outcome] = []
        games = 0
        while units := next_units(stage.contest.plan, outcomes):
            played = player([Job(number, unit) for unit in units if (number, unit.key) not in log.done])
            for unit in units:
                if (number, unit.key) not in log.done:
                    log.append(number, unit.key, next(played))
                returns = deciding_returns(log.games(number, unit.key))
                outcomes.append(outcome_of(unit, returns))
                games += len(returns)
                if on_played is not None:
                    on_played(number, games)


def _compute(number: int, stage: Stage, log: Log) -> None:
    """Writes what can be computed of agents, in this process: it is a matter of one agent each, and of seconds."""
    missing = [agent for agent in range(len(stage.agents)) if (number, f"exact/{agent}") not in log.done]
    tree = small_tree(stage.game) if missing else None
    if tree is not None:
        for agent in missing:
            log.append(number, f"exact/{agent}", computed(stage.game, agent, stage.agents[agent], tree))
            put_away([stage.agents[agent]])


def put_away(agents: Iterable[Agent]) -> None:
    """Ends the processes of those that are submissions; the next ``reset`` starts them anew."""
    from agora.leaderboard.submission.opening import FreshAgent  # which takes its digests from here

    for agent in agents:
        if isinstance(agent, FreshAgent):
            agent.close()


def play_unit(
    stage: Stage, unit: Unit, secret: str, season: str, on_ended: Callable[[int], None] | None = None
) -> list[Played]:
    """The games of a unit.

    All deals are played from one arrangement of the seats, then from the next, each time with agents that are started
    anew: who sees a deal from both sides at once knows what the others hold.

    Args:
        secret: that seeds come from.
        season: its title.
        on_ended: called with the number of games that have just ended.
    """
    environment = stage.contest.key
    seating, deals = seats_and_deals(unit)
    dealt = unit_seeds(unit, secret, season, environment)
    arrangements = games_per_deal(stage.contest.players)
    found: dict[int, Played] = {}
    for first in range(arrangements):
        games = np.arange(first, len(deals), arrangements)
        agents_seed = seeds.agents_seed(secret, season, environment, f"{unit.key}/{first}")
        played = play(stage.game, stage.agents, seating[games], dealt[games], deals[games], agents_seed, on_ended)
        found |= zip(games.tolist(), played, strict=True)
    in_order = [found[game] for game in range(len(deals))]
    if stage.contest.players > 1:
        assess(stage.game, in_order)
    return in_order


def unit_seeds(unit: Unit, secret: str, season: str, environment: str) -> np.ndarray:
    """(G,) seeds of the games of a unit."""
    deals = seats_and_deals(unit)[1]
    found = {deal: seeds.deal_seed(secret, season, environment, deal) for deal in np.unique(deals).tolist()}
    return np.array([found[deal] for deal in deals.tolist()])

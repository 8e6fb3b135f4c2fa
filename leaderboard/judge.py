"""The judge: plays what the schedule says and writes it to the log."""

import hashlib
import importlib
import platform
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rich.progress import Progress

from agora import envs
from agora.agents.api import Agent, load, snake_case
from agora.envs.api import Discrete
from agora.envs.game import Game
from agora.leaderboard import seeds
from agora.leaderboard.conduct import assess
from agora.leaderboard.log.records import DISTANCE, FORMAT, Contest, Entrant, Exact, Header
from agora.leaderboard.log.writing import Log
from agora.leaderboard.match import Played, deciding_returns, play
from agora.leaderboard.schedules.designs import make_plan, next_units, outcome_of
from agora.leaderboard.schedules.units import Kind, Outcome, Plan, Unit, deals_at_once, seats_and_deals

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


def set_stage(
    id: str,
    options: Mapping[str, Any],
    entries: Sequence[Entry],
    games: int,
    title: str = "",
    kind: Kind = "round-robin",
    budget: int = 0,
    stop: float = 0.0,
) -> Stage:
    """Loads the environment and its agents.

    Args:
        entries: the agents; names that occur twice get a number.
        games: of every lineup, rounded up to whole deals; as ``budget`` and ``stop`` see ``designs.make_plan``.
        title: for people; the id with its options if empty.
        kind: of schedule.

    Raises:
        ValueError: an id, an option or an agent is unknown, there are no agents, or the schedule does not suit them.
    """
    if not entries:
        raise ValueError(f"{id} has no agents: name at least one.")
    game = envs.game(id, **options)
    agents = [load(agent, game.spec) for _, agent in entries]
    entrants = [
        Entrant(name, _source(given), agent.needs, agent_digest(given, id))
        for name, (_, given), agent in zip(unlike([name for name, _ in entries]), entries, agents, strict=True)
    ]
    at_once = deals_at_once(game.spec)
    plan = make_plan(kind, len(agents), game.spec.players, games, at_once, budget, stop)
    return Stage(describe(game, entrants, plan, title), game, agents)


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
        return digest(sorted(path for path in Path(given).iterdir() if path.suffix in (".toml", ".safetensors")))
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
    )


def _plain(value: Any) -> Any:
    """An option as JSON can hold it; arrays, such as prices, by their digest."""
    if isinstance(value, np.ndarray):
        return f"array {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()[:16]}"
    return value.item() if isinstance(value, np.generic) else str(value) if isinstance(value, Path) else value


def header(title: str, seed: int, budget: str, stages: Sequence[Stage]) -> Header:
    """The first line of the log, but for the commitment."""
    versions = {name: version(name) for name in ("agora-rl", "numpy", "numba")} | {"python": platform.python_version()}
    return Header(FORMAT, title, seed, budget, versions, [stage.contest for stage in stages])


def play_stages(stages: Sequence[Stage], log: Log, secret: str, progress: Progress) -> None:
    """Plays every unit that is not yet in the log, computes what can be computed exactly, and closes the log."""
    bars = [progress.add_task(stage.contest.title, total=stage.contest.budget) for stage in stages]
    for number, (stage, bar) in enumerate(zip(stages, bars, strict=True)):
        missing = [agent for agent in range(len(stage.agents)) if (number, f"exact/{agent}") not in log.done]
        tree = small_tree(stage.game) if missing else None
        if tree is not None:
            for agent in missing:
                log.append(number, f"exact/{agent}", computed(stage.game, agent, stage.agents[agent], tree))
        outcomes: list[Outcome] = []
        while units := next_units(stage.contest.plan, outcomes):
            for unit in units:
                if (number, unit.key) not in log.done:
                    on_ended = partial(progress.advance, bar)
                    log.append(number, unit.key, play_unit(stage, unit, secret, log.header.title, on_ended))
                else:
                    progress.advance(bar, len(seats_and_deals(unit)[1]))
                outcomes.append(outcome_of(unit, deciding_returns(log.games(number, unit.key))))
    log.reveal(secret)


def play_unit(
    stage: Stage, unit: Unit, secret: str, season: str, on_ended: Callable[[int], None] | None = None
) -> list[Played]:
    """The games of a unit.

    Args:
        secret: that seeds come from.
        season: its title.
        on_ended: called with the number of games that have just ended.
    """
    environment = stage.contest.key
    seating, deals = seats_and_deals(unit)
    dealt = unit_seeds(unit, secret, season, environment)
    agents_seed = seeds.agents_seed(secret, season, environment, unit.key)
    played = play(stage.game, stage.agents, seating, dealt, deals, agents_seed, on_ended)
    if stage.contest.players > 1:
        assess(stage.game, played)
    return played


def unit_seeds(unit: Unit, secret: str, season: str, environment: str) -> np.ndarray:
    """(G,) seeds of the games of a unit."""
    deals = seats_and_deals(unit)[1]
    found = {deal: seeds.deal_seed(secret, season, environment, deal) for deal in np.unique(deals).tolist()}
    return np.array([found[deal] for deal in deals.tolist()])


def small_tree(game: Game, limit: int = TREE_LIMIT) -> "Tree | None":
    """The tree of the game, None where there is none or it is large."""
    from agora.agents.solvers.tree import HOPELESS, build, estimate

    spec = game.spec
    if spec.players == 1 or not isinstance(spec.action, Discrete) or spec.chance == "sampled":
        return None
    if estimate(game, probes=20).nodes > HOPELESS * limit:
        return None
    try:
        return build(game, limit)
    except ValueError:
        return None


def computed(game: Game, agent: int, player: Agent, tree: "Tree") -> list[Exact]:
    """What can be computed of the strategy of agent number ``agent``; nothing where it cannot be read."""
    from agora.agents.solvers.best_response import nash_conv
    from agora.agents.solvers.equilibrium_distance import distance_by_hand
    from agora.agents.solvers.exploit import strategy_of

    try:
        strategy = strategy_of(player, tree, game.spec)
    except (Exception, SystemExit):  # it draws lots in secret, or crashes, which costs it its games and nobody else
        return []
    computed = [Exact(agent, "NashConv", nash_conv(tree, strategy))]
    if game.hand(tree.observation[0]) is not None and game.spec.payoff == "zero-sum" and game.spec.players == 2:
        distances = distance_by_hand(tree, strategy, lambda row: str(game.hand(row)))
        computed += [Exact(agent, f"{DISTANCE}{hand}", round(value, 9)) for hand, value in distances.items()]
    return computed

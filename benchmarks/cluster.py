"""What many games cost, and what more workers gain: the numbers of ``docs/many-machines.md``.

``python -P -m agora.benchmarks.cluster`` prints a line for each, and then what they make of a large season. Whatever is
compared takes turns in one run.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from agora import envs
from agora.benchmarks.isolation import AGENT, start
from agora.benchmarks.measure import Row, alone, seconds, side_by_side
from agora.leaderboard.jail.jailed import JailedAgent
from agora.leaderboard.judge import header, set_stage
from agora.leaderboard.log.writing import open_log
from agora.leaderboard.machines import here, pool
from agora.leaderboard.machines.jobs import Job, Player
from agora.leaderboard.machines.recipe import write_recipe
from agora.leaderboard.match import Played, deciding_returns
from agora.leaderboard.schedules.designs import make_plan, next_units, outcome_of
from agora.leaderboard.schedules.units import Outcome, Unit, seats_and_deals
from agora.leaderboard.submission.opening import isolation_level

ID = "agora/ConnectFour-v0"
MOVES = 42  # in one of its games, at most
AGENTS, MATCHES = 1_000, 10_000_000  # of the season on paper
FEW, MANY = 20, 1000  # games in a unit
KINDS = {"scripted": (["scripted/greedy", "random"], MANY), "search": (["search/mcts:50", "search/mcts:100"], FEW)}
UNITS = 8  # in a measurement
DRAWN = 200_000  # games from which tables of so many agents are made

START = "a jailed agent: start to first action"
MESSAGE = "a jailed agent: a message and its reply, {} games in it"
UNIT = "{} agents: a unit of {} games, 1 worker"
JUDGE = "the judge's part of a unit of {} games"
LOG = "log"
READ_TIME, READ_MEMORY = "tables: to read a game and add it up", "tables: memory for a game"
TABLE_TIME = f"tables of {AGENTS:,} agents, {DRAWN:,} games: time"
TABLE_MEMORY = f"tables of {AGENTS:,} agents, {DRAWN:,} games: memory"
ROUND = f"adaptive schedule: the next round of {AGENTS} agents"


def rows(repeats: int = 5) -> Iterator[Row]:
    for kind in KINDS:
        yield from scaling(kind, repeats)
    yield from jails(repeats)
    yield from judging(repeats)
    yield from tables()
    yield schedule(repeats)


def scaling(kind: str, repeats: int) -> Iterator[Row]:
    """Two workers beside one, one beside the judge's own process, and what a unit costs."""
    agents, games = KINDS[kind]
    stages = [set_stage(ID, {}, [(agent, agent) for agent in agents], 1)]
    recipe, jobs = write_recipe(stages, "season", "secret"), units_of(games, UNITS)
    with pool.player(recipe, 1) as one, pool.player(recipe, 2) as two:
        in_one = here.player(stages, "secret", "season")
        for name, first, second in (("2 workers", two, one), ("1 worker", one, in_one)):
            yield side_by_side(
                f"{kind} agents: {name}",
                lambda first=first: played(first, jobs),  # type: ignore[misc]
                lambda second=second: played(second, jobs),  # type: ignore[misc]
                peer="1 worker" if second is one else "the judge alone",
                unit="games/s",
                pairs=repeats,
            )
        for size in sorted({FEW, games}):
            some = units_of(size, UNITS)
            spent = [1000 * seconds(lambda some=some: played(one, some)) / UNITS for _ in range(repeats)]  # type: ignore[misc]
            yield alone(UNIT.format(kind, size), spent, unit="ms")


def units_of(games: int, count: int) -> list[Job]:
    """Units of two agents, each of so many games."""
    return [Job(0, Unit((0, 1), number * games, games // 2)) for number in range(count)]


def played(player: Player, jobs: Sequence[Job]) -> int:
    """How many games there were."""
    return sum(len(games) for games in player(jobs))


def jails(repeats: int) -> Iterator[Row]:
    """What a submission costs besides its own calculations."""
    level = isolation_level()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "agent.py").write_text(AGENT)
        yield alone(START, [1000 * start(folder, level) for _ in range(repeats)], unit="ms")
        for lanes in (FEW // 2, MANY // 2):
            batch, numbers = envs.batch(ID, lanes, 0), np.arange(lanes)
            with JailedAgent(folder, "agent.py:highest", level) as agent:
                agent.reset(batch.spec, numbers, 0)
                spent = []
                for _ in range(100 * repeats):
                    begun = time.perf_counter()
                    agent.act(batch.observation, batch.legal, numbers)
                    spent.append(1000 * (time.perf_counter() - begun))
            yield alone(MESSAGE.format(lanes), spent, unit="ms")


def judging(repeats: int) -> Iterator[Row]:
    """What the judge itself does for a unit that a worker has played, and what becomes of it on the disk."""
    stage = set_stage(ID, {}, [("a", "scripted/greedy"), ("b", "random")], 1_000_000)
    for size in (FEW, MANY):
        ((_, unit),) = units_of(size, 1)
        (games,) = here.player([stage], "secret", "season")([Job(0, unit)])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log.jsonl"
            with open_log(path, header("season", 0, "quick", [stage])) as log:
                before, spent = path.stat().st_size, []
                for number in range(20 * repeats):
                    begun = time.perf_counter()
                    log.append(0, str(number), games)
                    outcome_of(unit, deciding_returns(log.games(0, str(number))))
                    spent.append(1000 * (time.perf_counter() - begun))
            bytes_a_game = (path.stat().st_size - before) / (len(spent) * size)
        yield alone(JUDGE.format(size), spent, unit="ms")
    yield alone(LOG, [bytes_a_game], unit="bytes/game")


_TABLES = """
import sys, time
from pathlib import Path
from agora.leaderboard.log import records
from agora.leaderboard.tables import evidence, sections
def peak():
    status = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line.split()[1] for line in status if line.startswith("VmHWM")))
begun, before = time.perf_counter(), peak()
results = records.read(sys.argv[1])
contest = results.header.contests[0]
evidence.gather(contest, results.games[0], sections.ranked_agents(contest), 0)
print(time.perf_counter() - begun, peak() - before)
begun = time.perf_counter()
sections.make_sections(results)
print(time.perf_counter() - begun, peak())
"""


def tables() -> Iterator[Row]:
    """What tables of ``AGENTS`` agents take, time and memory at its highest; and of that, what grows with the games."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        write_drawn(DRAWN, path)
        done = subprocess.run([sys.executable, "-P", "-c", _TABLES, path], capture_output=True, text=True, check=True)
    reading, growing, making, peak = map(float, done.stdout.split())
    yield alone(READ_TIME, [1000 * reading / DRAWN], unit="ms/game")
    yield alone(READ_MEMORY, [growing / DRAWN], unit="bytes/game")
    yield alone(TABLE_TIME, [making], unit="s")
    yield alone(TABLE_MEMORY, [peak / 1e9], unit="GB")


def write_drawn(games: int, path: Path) -> None:
    """A log of a Swiss season of ``AGENTS`` agents whose games are drawn, not played."""
    agents = [(f"agent {number}", "random") for number in range(AGENTS)]
    stage = set_stage(ID, {}, agents, FEW, kind="swiss", budget=games)
    for entrant in stage.contest.entrants:
        entrant.digest = entrant.name  # for tables, unlike all others
    generator = np.random.default_rng(0)
    strength, outcomes = generator.normal(size=AGENTS), list[Outcome]()
    with open_log(path, header("season", 0, "quick", [stage])) as log:
        while units := next_units(stage.contest.plan, outcomes):
            for unit in units:
                places = zip(*seats_and_deals(unit), strict=True)
                played = [drawn(seating, deal, strength, generator) for seating, deal in places]
                log.append(0, unit.key, played)
                outcomes.append(outcome_of(unit, deciding_returns(played)))


def drawn(seating: np.ndarray, deal: int, strength: np.ndarray, generator: np.random.Generator) -> Played:
    one, other = strength[seating]
    won = 1.0 if generator.random() * (1.0 + np.exp(other - one)) < 1.0 else -1.0
    moves = generator.integers(7, size=MOVES // 2).tolist()
    return Played(int(deal), int(deal), seating.tolist(), [won, -won], len(moves), "terminated", moves)


def schedule(repeats: int) -> Row:
    """With the adaptive schedule, which looks at all results so far; here after one round of coins."""
    plan = make_plan("adaptive", AGENTS, 2, 2 * MANY, MANY, MATCHES)
    generator = np.random.default_rng(0)
    outcomes = []
    for unit in next_units(plan, []):
        won = float(generator.integers(unit.deals + 1))
        outcomes.append(Outcome(unit, np.array([[0.0, won], [unit.deals - won, 0.0]])))
    return alone(ROUND, [1000 * seconds(lambda: next_units(plan, outcomes)) for _ in range(repeats)], unit="ms")


def paper(found: Mapping[str, float]) -> Iterator[str]:
    """What a season of ``AGENTS`` agents and ``MATCHES`` games takes, from the medians above."""
    for games in (FEW, MANY):
        units = MATCHES // games
        # Both agents of a unit are jailed, and started anew when they change seats.
        jail = 4 * found[START] + 2 * MOVES * found[MESSAGE.format(games // 2)]
        for kind, (_, measured) in KINDS.items():
            unit = found[UNIT.format(kind, games)] if games <= measured else found[UNIT.format(kind, FEW)] * games / FEW
            yield (
                f"{units:7,} units of {games:5,} games, {kind + ' agents':15}: {hours(unit, units)} hours of a worker, "
                f"{hours(unit + jail, units)} with both agents in jails; {hours(found[JUDGE.format(games)], units)} of "
                "the judge"
            )
    log = found[LOG] * MATCHES / 1e9
    minutes = (found[TABLE_TIME] + found[READ_TIME] / 1000 * MATCHES) / 60
    memory = found[TABLE_MEMORY] + found[READ_MEMORY] * (MATCHES - DRAWN) / 1e9
    yield f"log {log:.1f} GB; tables {minutes:.0f} minutes and {memory:.0f} GB of memory"


def hours(each: float, times: float) -> str:
    """From milliseconds."""
    return f"{each * times / 3.6e6:,.1f}"


if __name__ == "__main__":
    medians = {}
    for row in rows():
        medians[row.name] = row.ours
        ratio = f"{row.ratio:.2f} times {row.peer} " if row.peer else ""
        print(f"{row.name:65} {row.ours:12,.3f} {row.unit:11} {ratio}({row.low:,.3f} to {row.high:,.3f})", flush=True)
    print(*paper(medians), sep="\n")

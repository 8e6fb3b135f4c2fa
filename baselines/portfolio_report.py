"""Trained investors on the test years beside market, uniform and best constant portfolios, with intervals.

``python -P -m agora.baselines.portfolio_report AGENT...`` plays every agent, a name or the folder of a saved one, once
over the test years of ``--dataset`` at a cost of 0.25 % (half of it for each unit bought or sold), with decisions that
take effect at once and a day later. There is one such history, so its days are what intervals are drawn from, in
blocks of 21 that are kept together; the same blocks for all, so that differences from another agent are paired day by
day. A saved agent is played with the lag that it was trained for.
"""

import argparse
import json
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

import agora.envs
from agora.agents.api import load
from agora.agents.learned.evaluation import DAYS_A_YEAR, block_means
from agora.agents.resampling import BLOCK, REPLICATES
from agora.envs.game import Game
from agora.envs.seats import SeatedBatch, ask

COST = 0.0025
BESIDE = ("scripted/market", "scripted/uniform_crp", "scripted/best_crp")
"""Played always; ``best_crp`` keeps the constant weights that are best in hindsight."""
CONFIDENCE = 0.95
Row = dict[str, Any]


class Investment(NamedTuple):
    """One agent's episode."""

    growth: np.ndarray
    """(T,) natural logarithm of every day's growth, after costs."""
    metrics: dict[str, float]
    """What ``reference.metrics`` of the environment says of it."""


def report(agents: list[str], dataset: str = "nyse-o", seed: int = 0) -> list[Row]:
    """A row for every agent that can be played, for each lag.

    Args:
        agents: names and folders, to which ``BESIDE`` are added.
        seed: of the bootstrap, and of agents that draw.

    Raises:
        ValueError: there is no such agent.
    """
    rows = []
    for lag in (0, 1):
        options = {"dataset": dataset, "split": "test", "cost": COST, "decision_lag": lag}
        game = agora.envs.game("agora/Portfolio-v0", **options)
        names = [*BESIDE, *(name for name in agents if _fits(name, lag))]
        played = {name: play(name, game, seed) for name in dict.fromkeys(names)}
        rows += [_row(name, lag, played, seed) for name in played]
    return rows


def _fits(agent: str, lag: int) -> bool:
    """Whether ``agent`` is none that was trained for another lag."""
    path = Path(agent) / "agent.toml"
    return not path.is_file() or _trained_lag(path) == lag


def _trained_lag(path: Path) -> int:
    return int(tomllib.loads(path.read_text(encoding="utf-8")).get("options", {}).get("decision_lag", 0))


def play(name: str, game: Game, seed: int) -> Investment:
    """One episode of ``game``."""
    agent, lane = load(name, game.spec), np.zeros(1, np.int64)
    games = SeatedBatch(game, 1, seed)
    agent.reset(game.spec, lane, seed)
    growth = []
    while not games.batch.ended[0]:
        growth.append(float(games.step(ask(agent, games.batch, lane, 0))[0]))
    return Investment(np.array(growth), game.metrics(games.batch.states[0]))


def _row(name: str, lag: int, played: dict[str, Investment], seed: int) -> Row:
    own = played[name]
    row: Row = {"agent": name, "lag": lag, "days": len(own.growth), "growth": yearly(own.growth, seed)}
    for other in BESIDE:
        row[f"growth over {other}"] = yearly(own.growth - played[other].growth, seed)
    return row | own.metrics


def yearly(daily: np.ndarray, seed: int) -> list[float]:
    """The mean of ``daily`` (T,) times the days of a year, and the ends of its percentile interval."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(block_means(daily, seed), [tail, 1 - tail])
    return [DAYS_A_YEAR * float(number) for number in (daily.mean(), low, high)]


def table(rows: list[Row], dataset: str) -> Table:
    """For a terminal."""
    columns = ["agent", "lag", "growth a year", *(f"over {other.split('/')[1]}" for other in BESIDE)]
    columns += ["wealth", "Sharpe", "drawdown", "turnover a day"]
    shown = Table(*columns, title=f"{dataset}, test years ({rows[0]['days']} days), cost {COST:.2%}")
    for row in rows:
        numbers = [row["growth"], *(row[f"growth over {other}"] for other in BESIDE)]
        cells = [f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]" for mean, low, high in numbers]
        last = [f"{row[key]:.3f}" for key in ("final_wealth", "sharpe", "maximum_drawdown", "turnover")]
        shown.add_row(row["agent"], str(row["lag"]), *cells, *last)
    return shown


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -P -m agora.baselines.portfolio_report", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("agents", nargs="*", metavar="AGENT", help="names, or folders of saved agents")
    parser.add_argument("--dataset", default="nyse-o", help="see agora/Portfolio-v0 (default: nyse-o)")
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (default: 0)")
    parser.add_argument("--out", type=Path, help="file for the numbers, as JSON")
    given = parser.parse_args(arguments)
    try:
        rows = report(given.agents, given.dataset, given.seed)
    except ValueError as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    Console(width=200).print(table(rows, given.dataset))
    if given.out is not None:
        how = {
            "confidence": CONFIDENCE,
            "block": BLOCK,
            "resamples": REPLICATES,
            "cost": COST,
            "dataset": given.dataset,
        }
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps({**how, "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The plots that only the site has: performance profiles and learning curves."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agora.leaderboard.log.records import Contest, Entrant
from agora.leaderboard.match import Played
from agora.leaderboard.numbers import scores
from agora.leaderboard.numbers.statistics import FEWEST
from agora.leaderboard.schedules.units import derive
from agora.leaderboard.tables.plots import Curve, chart

_THRESHOLDS = 61  # points of a profile
_REPLICATES = 500  # resamples behind the bands, which are drawn, not read
_AGAINST = "against "
_NOBODY = "against nobody"
_ERROR = ": standard error"
_WIDE = 1.96  # standard errors in half an interval of 95 %


def profiles(contest: Contest, games: Sequence[Played], seed: int) -> str:
    """Performance profiles of a one-player contest as HTML; empty where there is too little to draw.

    Source: R. Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS 2021.
    """
    floor, ceiling = contest.floor[0], contest.ceiling[0]
    scale = ceiling - floor
    if contest.players > 1 or not np.isfinite(scale) or abs(scale) < 1e-12:
        return ""
    by_agent: dict[int, list[float]] = {}
    for game in games:
        by_agent.setdefault(game.seating[0], []).append((game.returns[0] - floor) / scale)
    by_agent = {agent: values for agent, values in sorted(by_agent.items()) if len(values) >= FEWEST}
    if not by_agent:
        return ""
    every = np.concatenate(list(by_agent.values()))
    thresholds = np.linspace(min(0.0, every.min()), max(1.0, every.max()), _THRESHOLDS)
    curves = []
    for agent, values in by_agent.items():
        runs = np.array(values)[:, None]
        resamples = scores.resampled(runs, derive(seed, contest.key, "profile", agent), _REPLICATES)
        estimates = [each for each in scores.profile(runs, resamples, thresholds) if each is not None]
        points = [(float(at), each.value) for at, each in zip(thresholds, estimates, strict=True)]
        band = [(each.low or 0.0, each.high or 0.0) for each in estimates]
        curves.append(Curve(contest.entrants[agent].name, points, band))
    return chart(curves, "normalised score: 0 is a random agent, 1 the reference", "episodes above it", "share")


def learning_curves(contest: Contest, agents: Path) -> list[tuple[str, str]]:
    """Names of the agents of ``contest`` that were trained for the season, and their learning curves as HTML.

    Args:
        agents: the folder with the trained agents of the season's budget, by the name of their settings.
    """
    plots = []
    for entrant in contest.entrants:
        rows = _rows(entrant, agents)
        drawn = _learning_curve(rows, contest.unit) if rows else ""
        if drawn:
            plots.append((entrant.name, drawn))
    return plots


def _rows(entrant: Entrant, agents: Path) -> list[dict[str, Any]]:
    """The curve of a trained agent; what strangers say of where they come from is no path."""
    if entrant.jail is not None or entrant.author or not agents.is_dir():
        return []
    folders = {folder.name: folder for folder in agents.iterdir()}
    source = Path(entrant.source)
    curve = folders.get(source.parent.name if source.name == "agent" else source.name, agents) / "curve.jsonl"
    if not curve.is_file():
        return []
    return [json.loads(line) for line in curve.read_text(encoding="utf-8").splitlines()]


def _learning_curve(rows: Sequence[dict[str, Any]], unit: str) -> str:
    columns = dict.fromkeys(column for row in rows for column in row)
    evaluated = [column for column in columns if column.startswith(_AGAINST) and not column.endswith(_ERROR)]
    curves = [_curve(rows, column) for column in evaluated or ["return"]]
    curves = [curve for curve in curves if len(curve.points) > 1]
    return chart(curves, "steps of training", f"mean return ({unit})", across_kind="count") if curves else ""


def _curve(rows: Sequence[dict[str, Any]], column: str) -> Curve:
    chosen = [row for row in rows if row.get(column) is not None]
    errors = [row.get(column + _ERROR) or 0.0 for row in chosen]
    name = {_NOBODY: "evaluation", "return": "in training"}.get(column, column)
    return Curve(
        name,
        [(row["steps"], row[column]) for row in chosen],
        [(row[column] - _WIDE * error, row[column] + _WIDE * error) for row, error in zip(chosen, errors, strict=True)],
    )

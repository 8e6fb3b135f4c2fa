"""All measurements, one table: ``agora bench``."""

import importlib
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agora.benchmarks.measure import Row

PARTS = {
    "games": "agora.benchmarks.games",
    "suite": "agora.benchmarks.suite",
    "search": "agora.benchmarks.search",
    "solvers": "agora.benchmarks.solvers",
    "trading": "agora.benchmarks.trading",
    "matches": "agora.benchmarks.matches",
    "statistics": "agora.benchmarks.statistics",
    "training": "agora.benchmarks.training",
    "startup": "agora.benchmarks.startup",
}


def main(parts: list[str] | None = None, out: Path | None = None, console: Console | None = None) -> list[Row]:
    """Measures ``parts`` (all of them if None), prints the table and writes it as JSON to ``out``.

    Raises:
        ValueError: there is no such part.
    """
    chosen = parts or list(PARTS)
    for part in chosen:
        if part not in PARTS:
            raise ValueError(f"There is no part {part!r} of the benchmark; choose from {', '.join(PARTS)}.")
    console = console or Console()
    rows = []
    with console.status("measuring"):
        for part in chosen:
            for row in measured(part, console):
                rows.append(row)
                console.print(f"{row.name}: {summary(row)}")
    console.print(table(rows))
    if out is not None:
        out.write_text(json.dumps({"machine": machine(), "rows": [row._asdict() for row in rows]}, indent=2) + "\n")
    return rows


def measured(part: str, console: Console) -> Iterator[Row]:
    """The rows of one part; a peer that is not installed is named, and what is left is measured."""
    try:
        yield from importlib.import_module(PARTS[part]).rows()
    except ModuleNotFoundError as error:
        console.print(f"[yellow]{part}: {error.name} is not installed; pip install 'agora-rl[bench,train]'[/yellow]")


def machine() -> str:
    return f"{len(os.sched_getaffinity(0))} processors, {platform.machine()}, Python {platform.python_version()}"


def summary(row: Row) -> str:
    if not row.peer:
        return f"{row.ours:.3g} {row.unit} ({row.low:.3g} to {row.high:.3g})"
    return f"{row.ours:.3g} to {row.theirs:.3g} {row.unit}, ratio {row.ratio:.1f} ({row.low:.1f} to {row.high:.1f})"


def table(rows: list[Row]) -> Table:
    shown = Table(title=f"Medians on {machine()}; ratios pair by pair in one run, smallest and largest in brackets")
    for title in ("what", "ours", "theirs", "unit", "ratio", "target", "beside"):
        shown.add_column(title, justify="left" if title in ("what", "unit", "beside") else "right")
    for row in rows:
        ratio = f"{row.ratio:.1f} ({row.low:.1f}, {row.high:.1f})" if row.peer else ""
        theirs = f"{row.theirs:.3g}" if row.peer else ""
        target = f"{row.target:g}" if row.target else ""
        shown.add_row(row.name, f"{row.ours:.3g}", theirs, row.unit, ratio, target, row.peer)
    return shown

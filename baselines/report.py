"""What the baselines reached: files for each target, and the table of all."""

import json
import math
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t as student

from agora.agents.learned import curve
from agora.agents.learned.evaluation import error_name
from agora.baselines.targets import Target, as_table

ROWS = 60  # of each seed's curve that are kept, about
DIGITS = 6  # that are kept of a number
COLUMNS = (
    "task",
    "seeds",
    "number",
    "target",
    "mean [interval]",
    "reached by",
    "limit (s)",
    "seconds",
    "processor seconds",
    "reached",
)
PREAMBLE = (
    "# What the baselines reach",
    "",
    "Made by `make results` (`python -P -m agora.baselines.run`) from `baselines/targets.toml`. Every seed is a",
    "training in a process of its own; its agent is then measured on deals that training did not look at. Means over",
    "seeds, with their 95 % intervals by Student's t. Seconds are those of the training with its evaluations on the",
    "way, by the clock and of the processor; the limit is for the clock.",
    "",
)
HEAD = (f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}")


def interval(values: Sequence[float]) -> tuple[float, float | None]:
    """The mean of ``values``, one of each seed, and half of its 95 % interval by Student's t (None for one seed)."""
    count = len(values)
    if count < 2:
        return float(np.mean(values)), None
    half = student.ppf(0.975, count - 1) * np.std(values, ddof=1) / math.sqrt(count)
    return float(np.mean(values)), float(half)


def write_target(
    target: Target, results: list[dict[str, Any]], curves: Mapping[int, list[dict[str, Any]]], folder: Path
) -> None:
    """Writes ``curve.csv``, ``curve.png`` and ``results.json`` of one target.

    Args:
        results: of each seed that is done, see ``run.work``.
        curves: the rows of each of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"seed": seed, **_rounded(row)} for seed in curves for row in thinned(curves[seed], ROWS)]
    curve.write_table(rows, folder / "curve.csv")
    curve.plot(_panels(target, curves), folder / "curve.png", target.task)
    names = [name for name in results[0]["numbers"] if not name.endswith(error_name(""))]
    means = {name: _summary([result["numbers"][name] for result in results]) for name in names}
    content = {
        "target": as_table(target),
        "machine": machine(),
        "seconds": _summary([result["seconds"] for result in results]),
        "cpu_seconds": _summary([result["cpu_seconds"] for result in results]),
        "means": means,
        "beside": next((_rounded(result["beside"]) for result in results if "beside" in result), {}),
        "seeds": [_rounded({key: result[key] for key in result if key != "beside"}) for result in results],
    }
    part = folder / "results.json.part"
    part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(part, folder / "results.json")


def _panels(target: Target, curves: Mapping[int, list[dict[str, Any]]]) -> list[curve.Panel]:
    """A line for each seed, of the numbers that are shown, or else of the returns, where the curves have them."""
    panels: list[curve.Panel] = []
    for name in [*target.shown, "return"]:
        lines = [curve.series(rows, name, f"seed {seed}") for seed, rows in curves.items()]
        if all(line.points for line in lines) and not (panels and name == "return"):
            panels.append(curve.Panel(name, lines, name in curve.LOGARITHMIC))
    return panels


def thinned(rows: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """About ``most`` of ``rows``: the first, the last, those with an evaluation, and others evenly between."""
    kept = {0, len(rows) - 1}
    kept |= {index for index, row in enumerate(rows) if any(key.endswith(error_name("")) for key in row)}
    if len(kept) > most:
        kept = {int(index) for index in np.linspace(0, len(rows) - 1, most)}
    others = [index for index in range(len(rows)) if index not in kept]
    room = min(most - len(kept), len(others))
    if room > 0:
        kept |= {others[int(index)] for index in np.linspace(0, len(others) - 1, room)}
    return [rows[index] for index in sorted(kept)]


def _summary(values: Sequence[float]) -> dict[str, Any]:
    mean, half = interval(values)
    return _rounded({"mean": mean, "interval": None if half is None else [mean - half, mean + half], "all": values})


def _rounded(value: Any) -> Any:
    """Numbers with ``DIGITS`` digits, wherever they are."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value


def machine() -> str:
    """The processor and the versions that speed depends on."""
    import torch

    return f"{_processor()}, one thread, Python {sys.version.split()[0]}, PyTorch {torch.__version__}"


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.is_file():
        for line in path.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def write_table(out: Path, known: Mapping[str, Target]) -> None:
    """Writes ``README.md`` from the results that are there."""
    found = [
        json.loads((out / name / "results.json").read_text())
        for name in known
        if (out / name / "results.json").is_file()
    ]
    lines = [*PREAMBLE, *HEAD, *(row for content in found for row in rows_of(content)), ""]
    beside = [line for content in found for line in _beside(content)]
    if beside:
        lines += [
            "Other agents, measured in the same way:",
            "",
            "| task | agent | number | value |",
            "|---|---|---|---|",
        ]
        lines += [*beside, ""]
    machines = list(dict.fromkeys(content["machine"] for content in found))
    lines += [f"Machine: {each}." for each in machines]
    (out / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def rows_of(content: dict[str, Any]) -> Iterator[str]:
    """The rows below ``HEAD`` of one ``results.json``: a row for each number that is shown."""
    target = Target(**content["target"])
    for name in target.shown:
        wanted = ""
        values = content["means"][name]["all"]
        reached = [True] * len(values)
        if name in target.at_least:
            wanted, reached = f"≥ {target.at_least[name]:g}", [value >= target.at_least[name] for value in values]
        elif name in target.at_most:
            wanted, reached = f"≤ {target.at_most[name]:g}", [value <= target.at_most[name] for value in values]
        verdict = _verdict(content, target, name) if wanted else ""
        cells = [
            target.task,
            str(len(values)),
            name,
            wanted,
            _estimate(content["means"][name]),
            f"{sum(reached)} of {len(values)}" if wanted else "",
            f"{target.seconds:g}",
            f"{content['seconds']['mean']:.0f} (most {max(content['seconds']['all']):.0f})",
            f"{content['cpu_seconds']['mean']:.0f}",
            verdict,
        ]
        yield f"| {' | '.join(cells)} |"


def _verdict(content: dict[str, Any], target: Target, name: str) -> str:
    """Whether the mean reaches the target, and every training its limit."""
    mean = content["means"][name]["mean"]
    good = mean >= target.at_least.get(name, -math.inf) and mean <= target.at_most.get(name, math.inf)
    if max(content["seconds"]["all"]) <= target.seconds:
        return "yes" if good else "no"
    in_time = max(content["cpu_seconds"]["all"]) <= target.seconds
    late = "in processor time only" if in_time else "too late"
    return f"yes, but {late}" if good else f"no, and {late}"


def _estimate(summary: dict[str, Any]) -> str:
    if summary["interval"] is None:
        return f"{summary['mean']:.4g}"
    low, high = summary["interval"]
    return f"{summary['mean']:.4g} [{low:.4g}, {high:.4g}]"


def _beside(content: dict[str, Any]) -> Iterator[str]:
    target = Target(**content["target"])
    for agent, numbers in content["beside"].items():
        for name in target.shown:
            if name in numbers:
                error = numbers.get(error_name(name))
                value = f"{numbers[name]:.4g}" + (f" ± {1.96 * error:.2g}" if error else "")
                yield f"| {target.task} | {agent} | {name} | {value} |"

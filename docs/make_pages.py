"""Writes what is made from docstrings and ``Spec``: a page and a picture per id, a page per algorithm, the README's
tables.

``python docs/make_pages.py`` writes; ``--check`` only says whether something is out of date.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import algorithm_pages
import numpy as np

import agora.envs
from agora.agents.api import scripted_names
from agora.envs.api import Box, Spec
from agora.envs.canvas import picture
from agora.envs.game import Game

ROOT = Path(__file__).parents[1]
FAMILIES = {
    "games": "agora/ConnectFour-v0",
    "negotiation": "agora/DealOrNoDeal-v0",
    "trading": "agora/Portfolio-v0",
    "web": "agora/Shop-v0",
}
"""Family -> the id whose picture stands for it."""

DECISIONS = {"agora/Portfolio-v0": 2000, "agora/Shop-v0": 1}
"""Decisions after which a picture says most, where that is not 9."""


def bare(id: str) -> str:
    return id.split("/")[-1]


def players(spec: Spec) -> str:
    return {1: "one", 2: "two"}.get(spec.players, str(spec.players)) + (" players" if spec.players > 1 else " player")


def action(spec: Spec) -> str:
    if isinstance(spec.action, Box):
        return f"Box [{spec.action.low:g}, {spec.action.high:g}] {spec.action.shape}"
    return f"Discrete({spec.action.n})"


def table() -> str:
    """The environments as a Markdown table."""
    lines = ["| id | family | players | information | payoff | action | agents |", "|---|---|---|---|---|---|---|"]
    for id in agora.envs.ids():
        spec = agora.envs.spec(id)
        family = agora.envs.TABLE[id].split(".")[2]
        agents = ", ".join(name.removeprefix("scripted/") for name in scripted_names(id))
        page = f"[`{id}`](docs/environments/{bare(id)}.md)"
        payoff = spec.payoff if spec.players > 1 else "-"
        lines.append(
            f"| {page} | {family} | {players(spec).split()[0]}, {spec.turns} | {spec.information} | {payoff} "
            f"| {action(spec)} | {agents} |"
        )
    return "\n".join(lines)


def page(id: str) -> str:
    """The docstring with the facts of ``Spec`` in front."""
    game = agora.envs.game(id)
    spec, reference = game.spec, game.reference()
    summary, rest = (game.rules.__doc__ or "").split("\n", 1)
    facts = [
        f"| players | {players(spec)}, {spec.turns} |",
        f"| information, chance | {spec.information}, {spec.chance} |",
        f"| payoff | {spec.payoff}, in {spec.unit} |",
        f"| return of a player | {spec.returns[0]:.6g} to {spec.returns[1]:.6g} |",
        f"| action | {action(spec)} |",
        f"| observation | {spec.observation_size} numbers, {spec.observation_dtype} |",
        f"| longest episode | {spec.max_steps} decisions |",
        f"| random agents get | {numbers(reference.random)} |",
        f"| best | {numbers(reference.best)} ({reference.kind}: {reference.source}) |",
    ]
    body = re.sub(r"^# ", "## ", rest.strip(), flags=re.M)
    shown = f"![{bare(id)}](../pictures/{bare(id)}.svg)"
    return "\n".join([f"# {id}", "", summary, "", shown, "", "| | |", "|---|---|", *facts, "", body, ""])


def numbers(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.4g}" for value in values)


def position(game: Game) -> np.record:
    """A position of random play in which the game still goes on."""
    decisions = DECISIONS.get(game.spec.id, 9)
    batch = agora.envs.batch(game.spec.id, 1, 1, autoreset="disabled")
    shown = game.clone(batch.states[0])
    for _ in range(decisions):
        batch.step(batch.sample())
        if batch.ended[0]:
            break
        shown = game.clone(batch.states[0])
    return shown


def drawing(id: str) -> str:
    game = agora.envs.game(id)
    return picture(game, position(game), None).svg()


def families() -> str:
    """The four families side by side, 2 by 2."""
    parts = []
    for number, (family, id) in enumerate(FAMILIES.items()):
        x, y = 20 + 610 * (number % 2), 50 + 450 * (number // 2)
        inner = re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1", drawing(id), count=1)
        inner = inner.replace("<svg", f'<svg x="{x}" y="{y}" width="590" height="390"', 1)
        title = f'<text x="{x}" y="{y - 14}" font-family="sans-serif" font-size="22" fill="#222">{family}: {id}</text>'
        parts += [title, inner]
    background = '<rect width="1240" height="920" fill="white"/>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1240 920" width="1240" height="920">'
        + background
        + "".join(parts)
        + "</svg>\n"
    )


def measured() -> tuple[str, list[dict]]:
    """Machine and rows of what `make bench` measured last, as it stored it."""
    stored = json.loads((ROOT / "docs" / "benchmarks.json").read_text())
    return stored["machine"], stored["rows"]


def comparison() -> str:
    """The measurements in short: every game beside its peers in one table, and the other comparisons."""
    machine, rows = measured()
    games = {bare(id).split("-")[0] for id in agora.envs.ids("games")}
    sizes = {row["name"].removesuffix(": state"): row["ours"] for row in rows if row["name"].endswith(": state")}
    others = [row for row in rows if row["peer"] and row["name"] not in games]
    lines = [
        f"Medians on {machine}; the two sides take turns in one run, the ratio is taken pair by pair, its smallest and "
        "largest value in brackets. All measurements: [docs/benchmarks.md](docs/benchmarks.md).",
        "",
        "| random play, observation and mask | steps a second | times OpenSpiel, from Python | times Pgx, on the CPU "
        "| bytes of a state |",
        "|---|---|---|---|---|",
    ]
    for name, size in sizes.items():
        beside = {row["peer"].split()[0]: row for row in rows if row["name"] == name}
        ours = next(iter(beside.values()))["ours"]
        ratios = [ratio(beside[peer]) if peer in beside else "" for peer in ("OpenSpiel", "Pgx")]
        lines.append(f"| {name} | {plain(f'{ours:,.3g} ')}| {ratios[0]} | {ratios[1]} | {size:,.0f} |")
    return "\n".join([*lines, "", *beside_peers(others)])


def beside_peers(rows: list[dict]) -> list[str]:
    lines = ["| what | Agora | the other | ratio | beside |", "|---|---|---|---|---|"]
    for row in rows:
        ours, theirs = (plain(f"{row[side]:,.3g} {row['unit']}") for side in ("ours", "theirs"))
        other = f"{theirs} | {ratio(row)} | {row['peer']}" if row["peer"] else " | |"
        lines.append(f"| {row['name']} | {ours} | {other} |")
    return lines


def ratio(row: dict) -> str:
    return f"{row['ratio']:.1f} ({row['low']:.1f}, {row['high']:.1f})"


def benchmarks() -> str:
    """The page of all measurements."""
    machine, rows = measured()
    head = [
        "# Benchmarks",
        "",
        f"`make bench` on {machine}: medians; the two sides take turns in one run, the ratio is taken pair by pair, "
        "its smallest and largest value in brackets.",
        "",
    ]
    return "\n".join([*head, *beside_peers(rows), ""])


def plain(figure: str) -> str:
    """``1.2e+07 steps/s`` to ``12,000,000 steps/s``."""
    number, unit = figure.split(" ", 1)
    value = float(number.replace(",", ""))
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def replaced(text: str, name: str, made: str) -> str:
    """``text`` with what stands between the marks of ``name`` made anew."""
    start, end = f"<!-- {name}: made by docs/make_pages.py -->\n", f"<!-- end of {name} -->"
    before, rest = text.split(start)
    return before + start + made + "\n" + end + rest.split(end)[1]


def readme() -> str:
    """The README with its tables made anew."""
    text = (ROOT / "README.md").read_text()
    return replaced(replaced(text, "table of environments", table()), "comparison", comparison())


def files() -> dict[Path, str]:
    made = {
        ROOT / "README.md": readme(),
        ROOT / "docs" / "families.svg": families(),
        ROOT / "docs" / "benchmarks.md": benchmarks(),
    }
    for id in agora.envs.ids():
        made[ROOT / "docs" / "environments" / f"{bare(id)}.md"] = page(id)
        made[ROOT / "docs" / "pictures" / f"{bare(id)}.svg"] = drawing(id)
    return made | algorithm_pages.files()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if something is out of date")
    check, stale = parser.parse_args().check, []
    for path, text in files().items():
        if not path.exists() or path.read_text() != text:
            stale.append(str(path.relative_to(ROOT)))
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
    print(f"{'out of date' if check else 'written'}: {', '.join(stale) or 'nothing'}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())

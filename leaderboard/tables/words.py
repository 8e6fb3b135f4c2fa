"""How numbers and names are written, the same in every medium."""

import math

from agora.leaderboard.log.records import Header
from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.tables.layout import Cell, Kind, Section

DAGGER = "†"
NOTHING = "–"
_MOST_DECIMALS = 6


def clean(name: str) -> str:
    """A name without line feeds, control codes, and marks that turn the direction of writing; at most 80 letters."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)[:80]


def clean_lines(text: str) -> str:
    """Text of any length on one line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def show(cell: Cell, kind: Kind) -> str:
    """A cell as text: ``0.125 [0.101, 0.149]``."""
    return " ".join(filter(None, parts(cell, kind)))


def parts(cell: Cell, kind: Kind) -> tuple[str, str]:
    """The value of a cell, and how sure it is: an interval, ``exact``, or nothing."""
    if cell is None:
        return NOTHING, ""
    if not isinstance(cell, Estimate):
        return clean(cell) if isinstance(cell, str) else f"{cell:,}", ""
    if cell.exact:
        return f"{100 * cell.value:.4g} %" if kind == "share" else f"{cell.value:.6g}", "exact"
    decimals = digits(cell, kind)
    value = number(cell.value, kind, decimals)
    if cell.low is None or cell.high is None:
        return value, "[n/a]"
    ends = (number(end, kind, decimals).removesuffix(" %") for end in (cell.low, cell.high))
    return value, f"[{', '.join(ends)}]{DAGGER if cell.few else ''}"


def number(value: float, kind: Kind, decimals: int) -> str:
    """A number with so many decimals; shares in per cent."""
    text = f"{100 * value if kind == 'share' else value:,.{decimals}f}"
    text = text.removeprefix("-") if float(text.replace(",", "")) == 0 else text
    return f"{text} %" if kind == "share" else text


def digits(cell: Estimate, kind: Kind) -> int:
    """Decimals that show two digits of the interval's half width, and no more."""
    if kind == "rating":
        return 0
    scale = 100.0 if kind == "share" else 1.0
    width = 0.0 if cell.low is None or cell.high is None else scale * (cell.high - cell.low) / 2
    if width <= 0.0:
        return 1 if kind == "share" else 3
    return min(max(1 - math.floor(math.log10(width) + 1e-9), 0), 1 if kind == "share" else _MOST_DECIMALS)


def standing(section: Section) -> str:
    """How much of the schedule is in the log."""
    if section.games == section.expected:
        return f"{section.games:,} games"
    return f"{section.games:,} of {section.expected:,} games: not finished"


def leaders(section: Section) -> list[str]:
    """The names that share rank 1; none without intervals."""
    ranking = section.table("ranking")
    pairs = zip(ranking.column("rank"), ranking.column("agent"), strict=True)
    return [clean(str(agent)) for rank, agent in pairs if rank == 1]


def leading_score(section: Section) -> tuple[str, Cell, Kind]:
    """Label and best value of what the ranks come from."""
    ranking = section.table("ranking")
    column = next(column for column in ranking.columns if column.key == section.score)
    return column.label, ranking.column(section.score)[0], column.kind


def reference_line(section: Section) -> str:
    """What a random agent gets and what the best is, in one sentence."""
    contest = section.contest
    floor, ceiling = (", ".join(f"{value + 0.0:.6g}" for value in ends) for ends in (contest.floor, contest.ceiling))
    each = " (by seat)" if contest.players > 1 else ""
    best = "At most" if contest.certificate == "bound" else "In equilibrium" if contest.players > 1 else "Reference"
    return (
        f"Random play gets {floor} {contest.unit}{each}. {best}: {ceiling}{each}, {contest.certificate}: "
        f"{contest.source.rstrip('.')}."
    )


def imprint(header: Header) -> str:
    """What it was made with."""
    versions = ", ".join(f"{name} {number}" for name, number in header.versions.items())
    return f"Seed {header.seed}, budget {header.budget}, {versions}."

"""The report: one HTML page that needs nothing else, with plots, tables and pictures."""

import re
from collections.abc import Sequence
from html import escape

import numpy as np

from agora import envs
from agora.agents.random import RandomAgent
from agora.envs.canvas import picture
from agora.leaderboard.log.records import Contest, Header
from agora.leaderboard.match import play, unpack
from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.tables.layout import Cell, Column, Kind, Section, Table
from agora.leaderboard.tables.plots import Bar, forest
from agora.leaderboard.tables.sections import deal_count
from agora.leaderboard.tables.style import CSS
from agora.leaderboard.tables.words import (
    NOTHING,
    clean,
    imprint,
    leaders,
    leading_score,
    parts,
    reference_line,
    standing,
)

FAMILIES = {"games": "Strategic games", "negotiation": "Negotiation", "trading": "Trading", "web": "Web tasks"}


def html(sections: Sequence[Section], header: Header) -> str:
    """The whole page."""
    title = escape(clean(header.title))
    families = list(dict.fromkeys(section.contest.family for section in sections))
    body = "\n".join(_family(family, sections) for family in families)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{CSS}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p class="soft">{_summary(sections)}</p>
</header>
<main>
{_overview(sections)}
{body}
</main>
<footer>Made from the log alone by Agora. {escape(imprint(header))}</footer>
</body>
</html>
"""


def _summary(sections: Sequence[Section]) -> str:
    games = sum(section.games for section in sections)
    agents = sum(len(section.contest.entrants) for section in sections)
    tables = f"{len(sections)} ranking{'s' if len(sections) != 1 else ''}"
    sure = "Every number has an interval, or is exact, or says that there is too little to tell."
    return f"{tables}, {agents} entries, {games:,} games. {sure}"


def _anchor(section: Section) -> str:
    return re.sub(r"[^a-z0-9]+", "-", section.contest.title.lower()).strip("-")


def _overview(sections: Sequence[Section]) -> str:
    rows = []
    for section in sections:
        label, best, kind = leading_score(section)
        contest = section.contest
        cells = [
            f'<td class="text names"><a href="#{_anchor(section)}">{escape(clean(contest.title))}</a></td>',
            f'<td class="text soft">{escape(FAMILIES.get(contest.family, contest.family))}</td>',
            f"<td>{contest.players}</td><td>{len(contest.entrants)}</td><td>{section.games:,}</td>",
            f'<td class="text names">{escape(", ".join(leaders(section)) or NOTHING)}</td>',
            f'<td>{_cell(best, kind)}<span class="sure">{escape(label)}</span></td>',
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"""<h2>Overview</h2>
<section class="card"><div class="scroll"><table>
<thead><tr><th class="text">Environment</th><th class="text">Family</th><th>Players</th><th>Agents</th><th>Games</th>
<th class="text">First</th><th>Score of the first</th></tr></thead>
<tbody>
{chr(10).join(rows)}
</tbody></table></div></section>"""


def _family(family: str, sections: Sequence[Section]) -> str:
    own = [_section(section) for section in sections if section.contest.family == family]
    return "\n".join([f"<h2>{escape(FAMILIES.get(family, family))}</h2>", *own])


def _section(section: Section) -> str:
    contest = section.contest
    drawing = environment_picture(contest)
    figure = f'<figure class="picture">{drawing}</figure>' if drawing else ""
    chips = [
        *([contest.key] if contest.title != contest.key else []),
        f"{contest.players} player{'s' if contest.players > 1 else ''}",
        *([contest.payoff] if contest.players > 1 else []),
        standing(section),
        f"{deal_count(contest)}{' of each lineup' if contest.players > 1 else ''}",
    ]
    tables = "\n".join(_matrix(table) if table.key == "matrix" else _table(table) for table in section.tables)
    return f"""<section class="card" id="{_anchor(section)}">
<h3>{escape(clean(contest.title))}</h3>
<ul class="chips">{"".join(f"<li>{escape(chip)}</li>" for chip in chips)}</ul>
<p class="soft">{escape(reference_line(section))}</p>
<div class="top{"" if figure else " alone"}">{figure}
{_forest(section)}</div>
{tables}
</section>"""


def _forest(section: Section) -> str:
    ranking, contest = section.table("ranking"), section.contest
    column = next(column for column in ranking.columns if column.key == section.score)
    bars = [
        Bar(str(name), score if isinstance(score, Estimate) else None, rank == 1, rank == "bound")
        for rank, name, score in zip(
            ranking.column("rank"), ranking.column("agent"), ranking.column(section.score), strict=True
        )
    ]
    marks = [(contest.floor[0], "random"), (contest.ceiling[0], "reference")] if contest.players == 1 else []
    return forest(bars, column.label, column.kind, [mark for mark in marks if np.isfinite(mark[0])])


def _table(table: Table) -> str:
    head = "".join(f"<th{_class(column)}>{escape(clean(column.label))}</th>" for column in table.columns)
    rows = []
    for row in table.rows:
        style = ' class="first"' if row[0] == 1 else ' class="bound"' if row[0] == "bound" else ""
        cells = "".join(
            f"<td{_class(column)}>{_cell(cell, column.kind)}</td>"
            for cell, column in zip(row, table.columns, strict=True)
        )
        rows.append(f"<tr{style}>{cells}</tr>")
    return f"""<h4>{escape(table.title)}</h4>
<div class="scroll"><table><thead><tr>{head}</tr></thead>
<tbody>
{chr(10).join(rows)}
</tbody></table></div>
<p class="caption">{escape(table.caption)}</p>"""


def _class(column: Column) -> str:
    return ' class="text"' if column.kind == "text" else ""


def _cell(cell: Cell, kind: Kind) -> str:
    value, interval = parts(cell, kind)
    return escape(value) + (f' <span class="sure">{escape(interval)}</span>' if interval else "")


def _matrix(table: Table) -> str:
    """The win matrix as a heat map: blue where the row did better, orange where the column did."""
    head = "".join(f"<th>{escape(clean(column.label))}</th>" for column in table.columns[1:])
    rows = []
    for row in table.rows:
        cells = "".join(_heat(cell) for cell in row[1:])
        rows.append(f"<tr><th>{escape(clean(str(row[0])))}</th>{cells}</tr>")
    return f"""<h4>{escape(table.title)}</h4>
<div class="scroll"><table class="heat"><thead><tr><th></th>{head}</tr></thead>
<tbody>
{chr(10).join(rows)}
</tbody></table></div>
<p class="caption">{escape(table.caption)}</p>"""


def _heat(cell: Cell) -> str:
    if not isinstance(cell, Estimate):
        return '<td class="self">–</td>'
    strength = round(0.6 * abs(cell.value - 0.5) * 2, 3)
    side = "good" if cell.value >= 0.5 else "bad"
    return f'<td style="background: rgba(var(--{side}), {strength})">{_cell(cell, "share")}</td>'


def environment_picture(contest: Contest) -> str:
    """A position in the middle of a random game, as SVG; empty where it cannot be drawn."""
    try:
        game = envs.game(contest.id, **contest.options)
        one = play(game, [RandomAgent()], np.zeros((1, game.spec.players), np.int64), np.array([7]))[0]
        state = game.settle(game.new(7))
        for move in unpack(one.moves, game.spec)[: one.steps // 2]:
            game.step(state, move)
            game.settle(state)
        svg = picture(game, state).svg()
    except Exception:  # a picture is an ornament: whatever is wrong with it, the numbers are written
        return ""
    return re.sub(r'<svg xmlns="[^"]*" width="\d+" height="\d+"', "<svg", svg, count=1)

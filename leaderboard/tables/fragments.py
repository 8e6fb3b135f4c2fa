"""Pieces of HTML that the report and the site share: tables, heat maps, rankings drawn, pictures.

Whatever comes from outside is escaped here; what these functions return is HTML.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from agora import envs
from agora.agents.random import RandomAgent
from agora.envs.canvas import picture
from agora.leaderboard.log.records import Contest
from agora.leaderboard.match import play, unpack
from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.tables.captions import deal_count
from agora.leaderboard.tables.layout import Cell, Column, Kind, Section, Table
from agora.leaderboard.tables.plots import Bar, forest
from agora.leaderboard.tables.style import shade
from agora.leaderboard.tables.words import NOTHING, clean, leaders, leading_score, parts, standing

FAMILIES = {"games": "Strategic games", "negotiation": "Negotiation", "trading": "Trading", "web": "Web tasks"}


def family_name(family: str) -> str:
    return FAMILIES.get(family, family)


def summary(sections: Sequence[Section]) -> str:
    """How much there is, in one line of plain text."""
    games = sum(section.games for section in sections)
    agents = sum(len(section.contest.entrants) for section in sections)
    tables = f"{len(sections)} ranking{'s' if len(sections) != 1 else ''}"
    sure = "Every number has an interval, or is exact, or says that there is too little to tell."
    return f"{tables}, {agents} entries, {games:,} games. {sure}"


def overview(sections: Sequence[Section], links: Sequence[str], family: bool = True) -> str:
    """A row for each environment: who leads, and with what.

    Args:
        links: where more is said of each section.
        family: whether to say what family each belongs to.
    """
    rows = [_overview_row(section, link, family) for section, link in zip(sections, links, strict=True)]
    head = '<th class="text">Family</th>' if family else ""
    return f"""<div class="scroll" tabindex="0"><table>
<thead><tr><th class="text">Environment</th>{head}<th>Players</th><th>Agents</th><th>Games</th>
<th class="text">First</th><th>Score of the first</th></tr></thead>
<tbody>
{chr(10).join(rows)}
</tbody></table></div>"""


def _overview_row(section: Section, link: str, family: bool) -> str:
    label, best, kind = leading_score(section)
    contest = section.contest
    cells = [
        f'<td class="text agent names"><a href="{escape(link)}">{escape(clean(contest.title))}</a></td>',
        f'<td class="text soft">{escape(family_name(contest.family))}</td>' if family else "",
        f"<td>{contest.players}</td><td>{len(contest.entrants)}</td><td>{section.games:,}</td>",
        f'<td class="text names">{escape(", ".join(leaders(section)) or NOTHING)}</td>',
        f'<td>{cell(best, kind)}<span class="sure">{escape(label)}</span></td>',
    ]
    return f"<tr>{''.join(cells)}</tr>"


def chips(section: Section) -> str:
    """What kind of contest it is, as a list of short words."""
    contest = section.contest
    words = [
        *([contest.key] if contest.title != contest.key else []),
        f"{contest.players} player{'s' if contest.players > 1 else ''}",
        *([contest.payoff] if contest.players > 1 else []),
        standing(section),
        f"{deal_count(contest)}{' of each lineup' if contest.players > 1 else ''}",
    ]
    return f'<ul class="chips">{"".join(f"<li>{escape(clean(word))}</li>" for word in words)}</ul>'


def drawn_ranking(section: Section, links: Mapping[str, str] | None = None, most: int | None = None) -> str:
    """The scores that the ranks come from, drawn with their intervals.

    Args:
        links: as in ``table``.
        most: how many of the first are drawn; None draws all.
    """
    ranking, contest = section.table("ranking"), section.contest
    column = next(column for column in ranking.columns if column.key == section.score)
    bars = [
        Bar(
            str(name),
            score if isinstance(score, Estimate) else None,
            rank == 1,
            rank == "bound",
            (links or {}).get(str(name), ""),
        )
        for rank, name, score in zip(
            ranking.column("rank"), ranking.column("agent"), ranking.column(section.score), strict=True
        )
    ][:most]
    marks = [(contest.floor[0], "random"), (contest.ceiling[0], "reference")] if contest.players == 1 else []
    return forest(bars, column.label, column.kind, [mark for mark in marks if np.isfinite(mark[0])])


def table(table: Table, links: Mapping[str, str] | None = None) -> str:
    """A table with its title and caption, the win matrix as a heat map.

    Args:
        links: agent -> page about it, for names that become links.
    """
    draw = _matrix if table.key == "matrix" else _plain
    return f"""<h4>{escape(table.title)}</h4>
<div class="scroll" tabindex="0">{draw(table, links or {})}</div>
<p class="caption">{escape(table.caption)}</p>"""


def _plain(table: Table, links: Mapping[str, str]) -> str:
    head = "".join(f"<th{_class(column)}>{escape(clean(column.label))}</th>" for column in table.columns)
    rows = []
    for row in table.rows:
        style = ' class="first"' if row[0] == 1 else ' class="bound"' if row[0] == "bound" else ""
        cells = "".join(
            f"<td{_class(column)}>{_linked(value, links) if column.key == 'agent' else cell(value, column.kind)}</td>"
            for value, column in zip(row, table.columns, strict=True)
        )
        rows.append(f"<tr{style}>{cells}</tr>")
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{chr(10).join(rows)}\n</tbody></table>"


def _matrix(table: Table, links: Mapping[str, str]) -> str:
    """A heat map: blue where the row did better, orange where the column did."""
    head = "".join(f"<th>{escape(clean(column.label))}</th>" for column in table.columns[1:])
    rows = [f"<tr><th>{_linked(row[0], links)}</th>{''.join(map(_heat, row[1:]))}</tr>" for row in table.rows]
    return (
        f'<table class="heat"><thead><tr><th></th>{head}</tr></thead>\n<tbody>\n{chr(10).join(rows)}\n</tbody></table>'
    )


def _heat(value: Cell) -> str:
    if not isinstance(value, Estimate):
        return f'<td class="self">{NOTHING}</td>'
    return f'<td class="{shade(value.value)}">{cell(value, "share")}</td>'


def _linked(name: Cell, links: Mapping[str, str]) -> str:
    text = escape(clean(str(name)))
    link = links.get(str(name))
    return f'<a href="{escape(link)}" title="{text}">{text}</a>' if link else text


def _class(column: Column) -> str:
    return ' class="text agent"' if column.key == "agent" else ' class="text"' if column.kind == "text" else ""


def cell(value: Cell, kind: Kind) -> str:
    """A value, and below it how sure it is."""
    shown, interval = parts(value, kind)
    return escape(shown) + (f' <span class="sure">{escape(interval)}</span>' if interval else "")


def environment_picture(contest: Contest) -> str:
    """A position in the middle of a random game, as SVG; empty where it cannot be drawn."""
    try:
        game = envs.game(contest.id, **contest.options)
        one = play(game, [RandomAgent()], np.zeros((1, game.spec.players), np.int64), np.array([7]))[0]
        state = game.settle(game.new(7))
        for move in unpack(one.moves, game.spec)[: one.steps // 2]:
            game.step(state, move)
            game.settle(state)
        return bare(picture(game, state).svg())
    except Exception:  # a picture is an ornament: whatever is wrong with it, the numbers are written
        return ""


def bare(svg: str) -> str:
    """A drawing as part of a page, as wide as there is room."""
    return re.sub(r'<svg xmlns="[^"]*" width="\d+" height="\d+"', "<svg", svg, count=1)

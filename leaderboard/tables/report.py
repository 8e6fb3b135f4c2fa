"""The report: one HTML page that needs nothing else, with plots, tables and pictures."""

import re
from collections.abc import Sequence
from html import escape

from agora.leaderboard.log.records import Header
from agora.leaderboard.tables.fragments import (
    chips,
    drawn_ranking,
    environment_picture,
    family_name,
    overview,
    summary,
    table,
)
from agora.leaderboard.tables.layout import ACROSS, Section, Table
from agora.leaderboard.tables.style import CSS
from agora.leaderboard.tables.words import clean, imprint, reference_line


def html(sections: Sequence[Section], header: Header, overall: Sequence[Table] = ()) -> str:
    """The whole page; ``overall`` are the tables of ``overall.py``."""
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
<p class="soft">{escape(summary(sections))}</p>
</header>
<main>
<h2>Overview</h2>
<section class="card">{overview(sections, [f"#{_anchor(section)}" for section in sections])}</section>
{_across(overall)}
{body}
</main>
<footer>Made from the log alone by Agora. {escape(imprint(header))}</footer>
</body>
</html>
"""


def _across(overall: Sequence[Table]) -> str:
    """The tables that belong to no single environment."""
    tables = "\n".join(table(each) for each in overall)
    return f"""<h2>{ACROSS}</h2>\n<section class="card">{tables}</section>""" if overall else ""


def _anchor(section: Section) -> str:
    return re.sub(r"[^a-z0-9]+", "-", section.contest.title.lower()).strip("-")


def _family(family: str, sections: Sequence[Section]) -> str:
    own = [_section(section) for section in sections if section.contest.family == family]
    return "\n".join([f"<h2>{escape(family_name(family))}</h2>", *own])


def _section(section: Section) -> str:
    contest = section.contest
    drawing = environment_picture(contest)
    figure = f'<figure class="picture">{drawing}</figure>' if drawing else ""
    return f"""<section class="card" id="{_anchor(section)}">
<h3>{escape(clean(contest.title))}</h3>
{chips(section)}
<p class="soft">{escape(reference_line(section))}</p>
<div class="top{"" if figure else " alone"}">{figure}
{drawn_ranking(section)}</div>
{chr(10).join(table(each) for each in section.tables)}
</section>"""

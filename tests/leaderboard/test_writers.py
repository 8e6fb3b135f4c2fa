"""Numbers as text, and names that try to be markup."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest
from rich.console import Console

from agora.leaderboard.numbers.statistics import Estimate, exact
from agora.leaderboard.tables.report import html
from agora.leaderboard.tables.words import clean, show
from agora.leaderboard.tables.writers import comma_separated, markdown, print_sections
from agora.leaderboard.tables.writers import json as to_json

EVIL = [
    "a|b",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "+1",
    "@SUM(A1)",
    "**bold** `x` [l](javascript:y)",
    "line\nfeed\ttab",
    "\u202eevil\x1b[31m",
    '" onload="x',
    "[red]markup[/red]",
    "&lt;",
]


@pytest.fixture(scope="module")
def page(tables_of):
    return tables_of(EVIL)


@pytest.mark.parametrize(
    ("cell", "kind", "text"),
    [
        (Estimate(0.12345, 0.1012, 0.1489, 50), "number", "0.123 [0.101, 0.149]"),
        (Estimate(1234.5, 1000.0, 1500.0, 50), "number", "1,234 [1,000, 1,500]"),
        (Estimate(0.5, 0.4, 0.6, 50), "share", "50 % [40, 60]"),
        (Estimate(0.5, 0.4, 0.6, 5), "share", "50 % [40, 60]†"),
        (Estimate(-0.0004, -0.2, 0.2, 50), "number", "0.00 [-0.20, 0.20]"),
        (Estimate(12.3, None, None, 2), "rating", "12 [n/a]"),
        (Estimate(1.0, 1.0, 1.0, 50), "number", "1.000 [1.000, 1.000]"),
        (exact(11 / 24), "number", "0.458333 exact"),
        (None, "number", "–"),
        (12345, "count", "12,345"),
        ("bound", "count", "bound"),
    ],
)
def test_numbers_show_as_many_digits_as_their_interval_knows(cell, kind, text):
    assert show(cell, kind) == text


def test_names_are_one_line_of_plain_letters():
    assert clean("a\nb\x1b[31m\u202e") == "a\ufffdb\ufffd[31m\ufffd"
    assert len(clean("x" * 500)) == 80


def test_markdown_rows_have_the_columns_of_their_head(page):
    text = markdown(*page)
    widths = set()
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        rows = [len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()]
        assert len(set(rows)) == 1
        widths.add(rows[0])
    assert len(widths) >= 3
    assert "<" not in text
    assert r"\*\*bold\*\* \`x\` \[l\](javascript:y)" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_csv_runs_no_formula_and_keeps_negative_numbers(page):
    rows = list(csv.DictReader(io.StringIO(comma_separated(*page))))
    names = {row["agent"] for row in rows}
    assert "'=cmd|' /C calc'!A0" in names
    assert "'+1" in names
    assert "'@SUM(A1)" in names
    texts = [row[key] for row in rows for key in ("environment", "agent", "column")]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t", "\r"))]
    payoffs = [float(row["value"]) for row in rows if row["column"] == "payoff"]
    assert min(payoffs) < 0
    assert all(float(row["low"]) <= float(row["value"]) <= float(row["high"]) for row in rows if row["low"])


def test_json_is_complete(page):
    read = json.loads(to_json(*page))
    environment = read["environments"][0]
    assert [table["key"] for table in environment["tables"]] == ["ranking", "matrix", "duels", "others", "twins"]
    assert sorted(row[1] for row in environment["tables"][0]["rows"]) == sorted(EVIL)
    assert set(environment["tables"][0]["rows"][0][3]) == {"value", "low", "high", "units"}


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.open, self.text = set(), set(), [], []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {(name, value) for name, value in attributes}
        if tag not in ("meta", "link", "br", "line", "circle", "rect", "polyline", "polygon", "path"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {(name, value) for name, value in attributes}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_html_is_well_formed_needs_nothing_else_and_runs_nothing(page):
    text = html(*page)
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    assert not reader.tags & {"script", "link", "img", "iframe", "object", "embed", "image", "use"}
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name == "src"]
    assert all(value.startswith("#") for name, value in reader.attributes if name == "href")
    assert "url(" not in text
    assert "@import" not in text
    assert '" onload="x' in "".join(reader.text)
    assert text.count('<div class="forest"') == 1


def test_the_terminal_shows_markup_as_it_is(page):
    console = Console(record=True, width=200, file=io.StringIO())
    print_sections(page[0], console)
    text = console.export_text()
    assert "[red]markup[/red]" in text
    assert "\x1b" not in text
    assert "\u202e" not in text

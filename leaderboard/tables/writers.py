"""Tables as text: Markdown, CSV, JSON and the terminal.

Names come from outside, so each writer makes them harmless in its own medium.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from agora.leaderboard.log.records import Header
from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.tables.layout import ACROSS, Cell, Column, Kind, Section, Table
from agora.leaderboard.tables.report import html
from agora.leaderboard.tables.words import (
    NOTHING,
    clean,
    clean_lines,
    imprint,
    leaders,
    leading_score,
    parts,
    reference_line,
    show,
    standing,
)

_MARKDOWN = str.maketrans({letter: f"\\{letter}" for letter in "\\|`*_[]#~"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs what begins so
_PAGE_WIDTH = 132  # letters, where the output is not a terminal
_DIGITS = 10  # significant, so that the last bits of a sum do not show


def write_all(sections: Sequence[Section], header: Header, out: str | Path, overall: Sequence[Table] = ()) -> None:
    """Writes ``leaderboard.md``, ``.csv``, ``.json`` and ``.html`` into the folder ``out``.

    Args:
        overall: what ``overall.overall_tables`` says of the same log.
    """
    texts = {"md": markdown, "csv": comma_separated, "json": json, "html": html}
    for ending, write in texts.items():
        path = Path(out) / f"leaderboard.{ending}"
        path.write_text(write(sections, header, overall), encoding="utf-8", newline="")


def markdown(sections: Sequence[Section], header: Header, overall: Sequence[Table] = ()) -> str:
    """A page with all tables."""
    parts = [f"# {_markdown_text(header.title)}", _markdown_text(imprint(header))]
    parts.append(_markdown_overview(sections))
    parts += [f"## {ACROSS}", *_markdown_tables(overall)] if overall else []
    for section in sections:
        parts.append(f"## {_markdown_text(section.contest.title)}")
        parts.append(_markdown_text(f"{section.contest.key}, {standing(section)}. {reference_line(section)}"))
        parts += _markdown_tables(section.tables)
    return "\n\n".join(parts) + "\n"


def _markdown_tables(tables: Sequence[Table]) -> list[str]:
    parts: list[str] = []
    for table in tables:
        parts += [f"### {_markdown_text(table.title)}", _markdown_table(table), _markdown_text(table.caption)]
    return parts


def _markdown_overview(sections: Sequence[Section]) -> str:
    lines = ["| Environment | Family | Games | First | Score |", "|---|---|---:|---|---:|"]
    for section in sections:
        label, best, kind = leading_score(section)
        first = ", ".join(map(_markdown_text, leaders(section))) or NOTHING
        cells = [_markdown_text(section.contest.title), section.contest.family, f"{section.games:,}", first]
        lines.append(f"| {' | '.join(cells)} | {_markdown_text(f'{label}: {show(best, kind)}')} |")
    return "\n".join(lines)


def _markdown_text(text: str) -> str:
    return clean_lines(text).translate(_MARKDOWN)


def _markdown_table(table: Table) -> str:
    head = "| " + " | ".join(_markdown_text(clean(column.label)) for column in table.columns) + " |"
    rule = "|" + "|".join("---" if column.kind == "text" else "---:" for column in table.columns) + "|"
    return "\n".join([head, rule, *(_markdown_row(table.columns, row) for row in table.rows)])


def _markdown_row(columns: Sequence[Column], row: Sequence[Cell]) -> str:
    cells = (_markdown_text(show(cell, column.kind)) for cell, column in zip(row, columns, strict=True))
    return "| " + " | ".join(cells) + " |"


def comma_separated(sections: Sequence[Section], header: Header, overall: Sequence[Table] = ()) -> str:
    """One line per number: environment (``ACROSS`` for all of one player), table, agent, column, value, low, high,
    units."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(["environment", "table", "agent", "column", "value", "low", "high", "units"])
    for key, tables in [*((section.contest.key, section.tables) for section in sections), (ACROSS, overall)]:
        for table in tables:
            for agent, row in zip(table.column("agent"), table.rows, strict=True):
                for column, cell in zip(table.columns, row, strict=True):
                    if column.key != "agent":
                        label = column.label if column.key.startswith(("against_", "with_")) else column.key
                        names = [key, table.key, str(agent), label]
                        writer.writerow([*map(_csv_text, names), *_csv_cell(cell)])
    return lines.getvalue()


def _csv_text(text: str) -> str:
    text = clean(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv_cell(cell: Cell) -> list[Any]:
    if isinstance(cell, Estimate):
        units: Any = "exact" if cell.exact else cell.units
        return [_round(cell.value), _round(cell.low), _round(cell.high), units]
    return [_csv_text(cell) if isinstance(cell, str) else "" if cell is None else cell, "", "", ""]


def _round(value: float | None) -> Any:
    return "" if value is None else float(f"{value:.{_DIGITS}g}")


def json(sections: Sequence[Section], header: Header, overall: Sequence[Table] = ()) -> str:
    """Everything as one object; a number is ``{"value", "low", "high", "units"}``, with ``units`` 0 if it is exact."""
    page = {
        "title": header.title,
        "seed": header.seed,
        "budget": header.budget,
        "versions": header.versions,
        "environments": [
            {
                **msgspec.to_builtins(section.contest),
                "games": section.games,
                "expected_games": section.expected,
                "ranked_by": section.score,
                "tables": [_json_table(table) for table in section.tables],
            }
            for section in sections
        ],
        "overall": [_json_table(table) for table in overall],
    }
    return msgspec.json.format(msgspec.json.encode(page), indent=2).decode() + "\n"


def _json_table(table: Table) -> dict[str, Any]:
    return {
        "key": table.key,
        "title": table.title,
        "caption": table.caption,
        "columns": [column._asdict() for column in table.columns],
        "rows": [[_json_cell(cell) for cell in row] for row in table.rows],
    }


def _json_cell(cell: Cell) -> Any:
    if not isinstance(cell, Estimate):
        return cell
    ends = {"value": cell.value, "low": cell.low, "high": cell.high}
    return {name: None if end is None else _round(end) for name, end in ends.items()} | {"units": cell.units}


def print_sections(sections: Sequence[Section], console: Console | None = None, overall: Sequence[Table] = ()) -> None:
    """Prints all tables to the terminal."""
    console = console or Console()
    if not console.is_terminal:
        console.width = max(console.width, _PAGE_WIDTH)
    for section in sections:
        console.rule(Text(clean(section.contest.title), "bold"))
        console.print(
            Text(clean_lines(f"{section.contest.key}, {standing(section)}. {reference_line(section)}"), "dim")
        )
        _print_tables(section.tables, console)
    if overall:
        console.rule(Text(ACROSS, "bold"))
        _print_tables(overall, console)


def _print_tables(tables: Sequence[Table], console: Console) -> None:
    for table in tables:
        console.print(_rich_table(table))
        console.print(Text(clean_lines(table.caption), "dim"))
        console.print()


def _rich_table(table: Table) -> RichTable:
    drawn = RichTable(
        title=table.title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for column in table.columns:
        label = clean(column.label).replace(" (", "\n(")
        drawn.add_column(Text(label), justify="left" if column.kind == "text" else "right")
    for row in table.rows:
        cells = [_rich_cell(cell, column.kind) for cell, column in zip(row, table.columns, strict=True)]
        drawn.add_row(*cells, style="bold" if row[0] == 1 else "")
    return drawn


def _rich_cell(cell: Cell, kind: Kind) -> Text:
    """The value, and below it the interval, so that the table stays narrow."""
    value, interval = parts(cell, kind)
    return Text.assemble(value, ("\n" + interval if interval else "", "dim not bold"))

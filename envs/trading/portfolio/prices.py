"""Where the portfolio's prices come from: the six classic data sets, or a user's own table.

A price relative is ``price(t) / price(t - 1)``. Letters: ``T`` days, ``N`` assets.
"""

import csv
import json
import math
import os
from datetime import date, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

DATASETS = ("nyse-o", "nyse-n", "tse", "sp500", "msci", "djia")

REPAIRS = {
    # AT&T's reverse split and spin-off of November 2002 is not adjusted for: the day counts as unchanged.
    "djia": ((469, "att", 1.0),),
    # Two days at half price: the fall is undone on the first and the rise on the day after, which keeps the product.
    "tse": ((689, "nnc", 0.492981 * 2), (691, "nnc", 1.93919 / 2)),
}
"""Cells that ``data="repaired"`` replaces: data set -> (day, asset, relative)."""

DATE_NAMES = ("date", "datetime", "day", "time", "timestamp", "__index_level_0__")
"""Headings of a column of dates, in lower case; the last is what pandas calls an index without a name."""

NAME_LENGTH, DATE_LENGTH = 24, 19


class Market(NamedTuple):
    """A table of price relatives; nothing in it may be written."""

    relatives: np.ndarray
    """(T, N) float64, positive."""
    names: np.ndarray
    """(N,) str, at most NAME_LENGTH letters, no two alike."""
    dates: np.ndarray
    """(T,) str, ISO dates; empty where none are known."""


class _Table(NamedTuple):
    source: str
    names: list[str]
    dates: list[Any] | None
    rows: list[list[Any]]


def load(dataset: str, repaired: bool) -> Market:
    """One of DATASETS, as it was published or with REPAIRS."""
    market = _published(dataset)
    if not repaired or dataset not in REPAIRS:
        return market
    relatives = market.relatives.copy()
    for day, asset, relative in REPAIRS[dataset]:
        relatives[day, list(market.names).index(asset)] = relative
    return _market(relatives, list(market.names), list(market.dates))


@cache
def _published(dataset: str) -> Market:
    folder = resources.files("agora.envs.trading.portfolio.data")
    with (folder / f"{dataset}.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        relatives = arrays["relatives"]
    known = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    return _market(relatives, known.get(dataset), known.get(f"{dataset}_dates"))


def read(prices: Any) -> Market:
    """A user's own prices.

    Args:
        prices: an array (T + 1, N) of positive prices, oldest first; or the path of a CSV or Parquet file with a
            heading for each asset and, if there is one, a column of dates called ``date``.

    Raises:
        ValueError: the file is not there or is not such a table; a price is missing, not finite, zero or negative; the
            dates do not rise; there are fewer than 3 rows. The message names the row (the first below the heading
            is 1) and the column.
    """
    table = _read_file(Path(prices)) if isinstance(prices, str | os.PathLike) else _read_array(prices)
    if len(table.rows) < 3:
        raise ValueError(f"{table.source} has {len(table.rows)} rows of prices; at least 3 are needed.")
    if not table.names:
        raise ValueError(f"{table.source} has no column of prices.")
    dates = None if table.dates is None else _check_dates(table)
    numbers = np.array(
        [[_price(table, row, column) for column in range(len(table.names))] for row in range(len(table.rows))]
    )
    return _market(numbers[1:] / numbers[:-1], _check_names(table), None if dates is None else dates[1:])


def _market(relatives: np.ndarray, names: list[str] | None, dates: list[str] | None) -> Market:
    days, assets = relatives.shape
    market = Market(
        relatives=np.ascontiguousarray(relatives, np.float64),
        names=np.array(names or [f"asset {asset + 1}" for asset in range(assets)], f"U{NAME_LENGTH}"),
        dates=np.array(dates or [""] * days, f"U{DATE_LENGTH}"),
    )
    for array in market:
        array.flags.writeable = False
    return market


def _read_array(prices: Any) -> _Table:
    try:
        array = np.asarray(prices, np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"prices is {type(prices).__name__}: give an array (days + 1, assets) of numbers, or the path of a CSV or "
            "Parquet file."
        ) from None
    if array.ndim != 2:
        raise ValueError(f"prices has shape {array.shape}: give an array (days + 1, assets).")
    return _Table("prices", [f"asset {asset + 1}" for asset in range(array.shape[1])], None, array.tolist())


def _read_file(path: Path) -> _Table:
    if not path.is_file():
        raise ValueError(f"prices={str(path)!r}: there is no such file (looked in {Path.cwd()}).")
    readers = {".csv": _read_csv, ".parquet": _read_parquet}
    if path.suffix.lower() not in readers:
        raise ValueError(f"prices={str(path)!r}: the name must end in {' or '.join(readers)}.")
    return readers[path.suffix.lower()](path)


def _read_csv(path: Path) -> _Table:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = [line for line in csv.reader(file) if line]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path.name} is not a CSV file in UTF-8: {error}") from None
    if not lines:
        raise ValueError(f"{path.name} is empty.")
    heading, *rows = lines
    for number, row in enumerate(rows, 1):
        if len(row) != len(heading):
            raise ValueError(f"{path.name}: row {number} has {len(row)} fields, the heading has {len(heading)}.")
    return _split_dates(path.name, heading, rows)


def _read_parquet(path: Path) -> _Table:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise ValueError(f"Reading {path.name} needs pyarrow: pip install 'agora-rl[parquet]'.") from None
    try:
        table = parquet.read_table(path)
    except (ArrowException, OSError) as error:
        raise ValueError(f"{path.name} is not a Parquet file: {error}") from None
    columns = [column.to_pylist() for column in table.columns]
    rows = [[column[row] for column in columns] for row in range(table.num_rows)]
    return _split_dates(path.name, table.column_names, rows)


def _split_dates(source: str, heading: list[str], rows: list[list[Any]]) -> _Table:
    headings = [" ".join(name.replace(",", " ").split()) for name in heading]
    where = [column for column, name in enumerate(headings) if name.lower() in DATE_NAMES]
    if not where:
        return _Table(source, headings, None, rows)
    column = where[0]
    names = headings[:column] + headings[column + 1 :]
    return _Table(source, names, [row[column] for row in rows], [row[:column] + row[column + 1 :] for row in rows])


def _check_names(table: _Table) -> list[str]:
    names = [name[:NAME_LENGTH].strip() for name in table.names]
    for column, name in enumerate(names):
        if not name:
            raise ValueError(f"{table.source}: price column {column + 1} has no name in the heading.")
        if name.lower() in [other.lower() for other in names[:column]]:
            raise ValueError(f"{table.source}: two columns are called {name!r} (within {NAME_LENGTH} letters).")
    return names


def _check_dates(table: _Table) -> list[str]:
    assert table.dates is not None
    dates = [_moment(table, row) for row in range(len(table.rows))]
    for row in range(1, len(dates)):
        if dates[row] <= dates[row - 1]:
            what = "repeats" if dates[row] == dates[row - 1] else "comes before"
            raise ValueError(
                f"{table.source}: the date of {_where(table, row)} {what} that of row {row} ({table.dates[row - 1]}); "
                "sort the rows from old to new, one for each date."
            )
    whole_days = all(moment.time() == datetime.min.time() for moment in dates)
    return [moment.date().isoformat() if whole_days else moment.isoformat(" ", "seconds") for moment in dates]


def _moment(table: _Table, row: int) -> datetime:
    assert table.dates is not None
    found = table.dates[row]
    if isinstance(found, datetime):
        return found.replace(tzinfo=None)
    if isinstance(found, date):
        return datetime.combine(found, datetime.min.time())
    try:
        return datetime.fromisoformat(str(found).strip()).replace(tzinfo=None)
    except ValueError:
        raise ValueError(
            f"{table.source}: {found!r} in row {row + 1} is no date: write dates as 2026-01-31 or 2026-01-31 15:30:00."
        ) from None


def _price(table: _Table, row: int, column: int) -> float:
    found = table.rows[row][column]
    where = f"{table.source}: the price in {_where(table, row)}, column {table.names[column]!r}"
    if found is None or (isinstance(found, str) and not found.strip()):
        raise ValueError(f"{where} is missing; fill it in or leave the row out.")
    try:
        price = float(found)
    except (TypeError, ValueError):
        raise ValueError(f"{where} is {found!r}, which is no number.") from None
    if not math.isfinite(price):
        raise ValueError(f"{where} is {price}, which is not finite; fill it in or leave the row out.")
    if price <= 0:
        raise ValueError(f"{where} is {price:g}; prices must be above zero.")
    return price


def _where(table: _Table, row: int) -> str:
    return f"row {row + 1}" + ("" if table.dates is None else f" ({table.dates[row]})")

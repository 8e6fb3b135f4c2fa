"""Squares of a board in words: ``c4`` is the third column from the left and row 4; rows of a position as in FEN."""

from collections.abc import Sequence

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def square(row: int, column: int) -> str:
    """The square's name; ``row`` and ``column`` count from 0."""
    return f"{LETTERS[column]}{row + 1}"


def read_square(text: str, rows: int, columns: int) -> tuple[int, int]:
    """Row and column, from 0, of the square that ``text`` names; ValueError with the reason when it names none."""
    letter, number = text[:1].lower(), text[1:]
    if letter and letter in LETTERS[:columns] and number.isdecimal() and number.isascii() and len(number) < 3:
        row = int(number) - 1
        if 0 <= row < rows and number[0] != "0":
            return row, LETTERS.index(letter)
    raise ValueError(f"{text!r} is no square: give one from {square(0, 0)} to {square(rows - 1, columns - 1)}.")


def write_rows(rows: Sequence[str]) -> str:
    """Rows of equal length as in FEN, joined by slashes: a number stands for that many empty squares, ``.``."""
    return "/".join(map(_shorten, rows))


def _shorten(row: str) -> str:
    written, empty = "", 0
    for place in [*row, ""]:
        if place == ".":
            empty += 1
        else:
            written += (str(empty) if empty else "") + place
            empty = 0
    return written


def read_rows(text: str, rows: int, columns: int, pieces: str) -> list[str]:
    """What ``write_rows`` wrote: ``rows`` strings of ``columns`` characters, each ``.`` or one of ``pieces``."""
    parts = text.split("/")
    if len(parts) != rows:
        raise ValueError(f"{text!r} has {len(parts)} rows: give {rows}, parted by slashes.")
    return [_lengthen(part, columns, pieces) for part in parts]


def _lengthen(part: str, columns: int, pieces: str) -> str:
    row, number = "", ""
    for place in part:
        if place.isdecimal() and place.isascii() and len(number) < 3:
            number += place
        elif place in pieces:
            row += "." * int(number or 0) + place
            number = ""
        else:
            raise ValueError(f"{place!r} in {part!r} is no piece: choose among {', '.join(pieces)} and numbers.")
    row += "." * int(number or 0)
    if len(row) != columns:
        raise ValueError(f"{part!r} has {len(row)} squares: give {columns}.")
    return row


def read_field(which: str, text: str, low: int, high: int) -> int:
    """The number in a field of a FEN; ValueError when it is none from ``low`` to ``high``."""
    if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
        raise ValueError(f"The {which} field of a FEN is a number from {low} to {high}; got {text!r}.")
    return int(text)


def diagram(rows: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """Lines of a board: letters of the columns, then each of ``rows``, top first, behind its number."""
    letters = "   " + " ".join(LETTERS[: len(rows[0])])
    return [letters, *(f"{number:>2} {' '.join(row)}" for number, row in zip(numbers, rows, strict=True))]


def you(player: int | None, seat: int) -> str:
    """Marks the seat that is addressed."""
    return " (you)" if player == seat else ""

"""Writing a log: one process at a time, whole units, and on the disk before anything else happens."""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from agora.leaderboard.log.records import (
    Contents,
    Done,
    Exact,
    Header,
    Reveal,
    games_in,
    lines_of,
    next_link,
    parse,
    refuse,
)
from agora.leaderboard.match import Played


class Log:
    """An open log. Only one process may hold it."""

    def __init__(self, file: BinaryIO, contents: Contents, pending: bytes, notes: list[str]):
        self._file = file
        self._link, self._pending = contents.link, pending  # what the next link speaks for
        self._places = {(unit.contest, unit.unit): (unit.start, unit.stop) for unit in contents.units}
        self._end = contents.whole
        self.header = contents.header
        self.closed = bool(contents.secret)
        """Whether the season is over."""
        self.notes = notes
        """What a person should know about what was found."""

    @property
    def done(self) -> Mapping[tuple[int, str], tuple[int, int]]:
        """(contest, unit) that need not be played again."""
        return self._places

    def append(self, contest: int, unit: str, records: Iterable[Played | Exact]) -> None:
        """Writes a whole unit, and returns when it is on the disk."""
        lines = lines_of(records)
        start = self._end
        self._write(lines, Done(contest, unit))
        self._places[contest, unit] = (start, start + len(lines))

    def games(self, contest: int, unit: str) -> list[Played]:
        """The games of a unit that is in the log."""
        start, stop = self._places[contest, unit]
        self._file.seek(start)
        return games_in(self._file.read(stop - start))

    def reveal(self, secret: str) -> None:
        """Closes the log, if it is not closed yet."""
        if not self.closed:
            self._write(b"", Reveal(secret))
            self.closed = True

    def _write(self, lines: bytes, record: Done | Reveal) -> None:
        if self.closed:
            raise ValueError("This log is closed: its secret is known, and whatever came now could have been chosen.")
        record.link = next_link(self._link, self._pending + lines, record)
        data = lines + lines_of([record])
        self._file.write(data)
        _sync(self._file)
        self._link, self._pending, self._end = record.link, b"", self._end + len(data)


@contextmanager
def open_log(path: str | Path, header: Header) -> Iterator[Log]:
    """Begins the log at ``path``, or goes on with the one there if it has the same header.

    A log with another header is kept beside it, as ``NAME-1.jsonl`` or the next free number.

    Raises:
        ValueError: another process is writing it, or it is damaged.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []
    file = _open_locked(path)
    try:
        if _is_other(file, header):
            notes.append(f"{path} was of another season, other agents or other versions: kept as {_put_aside(path)}.")
            file.close()
            file = _open_locked(path)
        yield _resume(file, path, header, notes)
    finally:
        file.close()


def _open_locked(path: Path) -> BinaryIO:
    file = path.open("a+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise ValueError(f"{path} is being written by another run; wait for it or choose another folder.") from None
    return file


def _is_other(file: BinaryIO, header: Header) -> bool:
    file.seek(0)
    first_line = file.readline()
    return first_line.endswith(b"\n") and first_line != lines_of([header])


def _put_aside(path: Path) -> str:
    number = 1
    while (kept := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    path.rename(kept)
    return kept.name


def _resume(file: BinaryIO, path: Path, header: Header, notes: list[str]) -> Log:
    """Makes the file end with a whole unit, or with a header."""
    first_line = lines_of([header])
    file.seek(0)
    data = file.read()
    contents = parse(data, path, refuse)
    if contents is None:
        file.truncate(0)
        file.write(first_line)
        _sync(file)
        contents = Contents(header, [], "", "", len(first_line))
    elif contents.whole < len(data):
        notes.append(f"{path}: {len(data) - contents.whole} bytes of an unfinished unit dropped; it is played again.")
        file.truncate(contents.whole)
    return Log(file, contents, b"" if contents.link else first_line, notes)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())

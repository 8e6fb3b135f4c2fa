"""The log: lines of JSON that are only ever added, written by the judge alone.

The first line, the header, says everything that was known before the first game: environments with their options,
agents, versions. Then come the games, unit by unit; the line ``done`` closes a unit, and only closed units count. A job
that was killed leaves at most one open unit behind, which the next run cuts off and plays again.

=========  ===========================================================================
``header``  what is played, by whom, with what                     ``Header``
``game``    one game                                               ``match.Played``
``exact``   a number about an agent that was computed, not played  ``Exact``
``done``    the lines since the last ``done`` are a whole unit     ``Done``
=========  ===========================================================================
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from agora.leaderboard.match import Played

FORMAT = 1

DISTANCE = "distance: "
"""Begins the measure of how far an agent plays from the nearest equilibrium; the hand it holds follows."""


class Entrant(msgspec.Struct):
    """An agent as the log knows it."""

    name: str
    """Unlike all others of its environment."""
    source: str
    """What ``agora.agents.api.load`` was given, or the type of an agent handed over as an object."""
    needs: str
    """As ``Agent.needs``; agents that need the truth are bounds and take no part in the ranking."""
    digest: str
    """Of the files that the agent was made from; empty if there are none."""


class Contest(msgspec.Struct):
    """An environment with its options, and who plays there."""

    title: str
    """For people."""
    key: str
    """The id with its options, on which seeds depend."""
    id: str
    family: str
    options: dict[str, Any]
    players: int
    payoff: str
    unit: str
    returns: tuple[float, float]
    seats: tuple[str, ...]
    floor: list[float]
    """(P,) what a random agent gets, see ``envs.api.Reference``."""
    ceiling: list[float]
    """(P,) the best there is, or the returns in equilibrium."""
    certificate: str
    """How the ceiling is known: exact, bound, published or simulated."""
    source: str
    entrants: list[Entrant]
    deals: int
    """Of every lineup."""
    deals_at_once: int
    """In one unit; agents that share a generator between their games depend on it."""
    digest: str
    """Of the environment's source files."""


class Header(msgspec.Struct, tag="header", tag_field="record"):
    format: int
    title: str
    seed: int
    budget: str
    versions: dict[str, str]
    contests: list[Contest]


class Exact(msgspec.Struct, tag="exact", tag_field="record"):
    """A computed number about an agent."""

    agent: int
    measure: str
    value: float


class Done(msgspec.Struct, tag="done", tag_field="record"):
    """Closes a unit."""

    contest: int
    unit: str
    """``Unit.key``, or ``exact/AGENT``."""


Record = Header | Played | Exact | Done

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Record)


class Results(NamedTuple):
    """A log as it was read: whole units only."""

    header: Header
    games: list[list[Played]]
    """Of each contest."""
    exacts: list[list[Exact]]
    """Of each contest."""
    done: set[tuple[int, str]]
    """(contest, unit) that are in the log."""
    whole: int
    """Length in bytes of the lines that count."""


def read(path: str | Path) -> Results:
    """Reads a log; what comes after the last closed unit is left out.

    Raises:
        ValueError: there is no log at ``path``, or a line within it is damaged.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"Cannot read the log {path}: {error.strerror}.") from None
    results = _parse(data, path)
    if results is None:
        raise ValueError(f"{path} is not a log of the leaderboard: it does not begin with a header.")
    return results


def _parse(data: bytes, path: str | Path) -> Results | None:
    lines = data.split(b"\n")[:-1]  # what follows the last line feed is a line that was not finished
    header = _decode(lines[0], path, 1) if lines else None
    if not isinstance(header, Header):
        return None
    count = len(header.contests)
    results = Results(header, [[] for _ in range(count)], [[] for _ in range(count)], set(), 0)
    whole = position = len(lines[0]) + 1
    unit: list[Played | Exact] = []
    for number, line in enumerate(lines[1:], start=2):
        record = _decode(line, path, number)
        position += len(line) + 1
        if isinstance(record, Done):
            results.done.add((record.contest, record.unit))
            results.games[record.contest].extend(each for each in unit if isinstance(each, Played))
            results.exacts[record.contest].extend(each for each in unit if isinstance(each, Exact))
            unit, whole = [], position
        elif isinstance(record, Played | Exact):
            unit.append(record)
        else:
            raise ValueError(f"{path}, line {number}: a second header; this log was written by something else.")
    return results._replace(whole=whole)


def _decode(line: bytes, path: str | Path, number: int) -> Record:
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}, line {number} is damaged ({error}); delete the log to start again.") from None


class Log:
    """An open log. Only one process may hold it."""

    def __init__(self, file: BinaryIO, done: set[tuple[int, str]], notes: list[str]):
        self._file = file
        self.done = done
        """(contest, unit) that need not be played again."""
        self.notes = notes
        """What a person should know about what was found."""

    def append(self, contest: int, unit: str, records: Iterable[Played | Exact]) -> None:
        """Writes a whole unit, and returns when it is on the disk."""
        self._file.write(_encoder.encode_lines([*records, Done(contest, unit)]))
        _sync(self._file)
        self.done.add((contest, unit))


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
        yield Log(file, _resume(file, path, header, notes), notes)
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
    return first_line.endswith(b"\n") and first_line != _encoder.encode_lines([header])


def _put_aside(path: Path) -> str:
    number = 1
    while (kept := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    path.rename(kept)
    return kept.name


def _resume(file: BinaryIO, path: Path, header: Header, notes: list[str]) -> set[tuple[int, str]]:
    """Makes the file end with a whole unit, or with a header, and says which units it holds."""
    file.seek(0)
    data = file.read()
    results = _parse(data, path)
    if results is None:
        file.truncate(0)
        file.write(_encoder.encode_lines([header]))
        _sync(file)
        return set()
    if results.whole < len(data):
        notes.append(f"{path}: {len(data) - results.whole} bytes of an unfinished unit dropped; it is played again.")
        file.truncate(results.whole)
    return results.done


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())

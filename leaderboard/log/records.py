"""The log: lines of JSON that are only ever added, written by the judge alone.

The first line, the header, says everything that was known before the first game: environments with their options,
agents, versions, and the commitment to the secret that seeds come from. Then come the games, unit by unit; the line
``done`` closes a unit, and only closed units count. A job that was killed leaves at most one open unit behind, which
the next run cuts off and plays again. The last line reveals the secret, and after it nothing is added any more.

==========  ===========================================================================
``header``  what is played, by whom, with what                     ``Header``
``game``    one game                                               ``match.Played``
``exact``   a number about an agent that was computed, not played  ``Exact``
``done``    the lines since the last ``done`` are a whole unit     ``Done``
``reveal``  the season is over, and this was the secret            ``Reveal``
==========  ===========================================================================

``done`` and ``reveal`` are the links of a chain. A link is the SHA-256, in hexadecimal digits, of the link before it
(nothing before the first), of all bytes since, and of its own line with an empty link. So the last link speaks for
every byte of the log, and whoever knows it notices any change.
"""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from agora.leaderboard.match import Played
from agora.leaderboard.schedules.units import Kind, Plan

FORMAT = 2

DUPLICATE = " (duplicate)"
"""Ends the name of an agent that is entered a second time."""

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
    jail: float | Literal["remote"] | None = None
    """Level of the jail that a submission plays in, see ``jail/levels.py``, or that it plays elsewhere; None for agents
    of the season's own."""
    author: str = ""
    """Who handed it in; empty for agents of the season's own."""


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
    """As all below, but for ``digest``: see ``schedules.units.Plan``."""
    deals_at_once: int
    digest: str
    """Of the environment's source files."""
    schedule: Kind = "round-robin"
    deals_per_round: int = 0
    budget: int = 0
    stop: float = 0.0
    fresh: int = 0

    @property
    def plan(self) -> Plan:
        """What the schedule follows from."""
        return Plan(
            self.schedule,
            len(self.entrants),
            self.players,
            self.deals,
            self.deals_per_round,
            self.deals_at_once,
            self.budget,
            self.stop,
            self.fresh,
        )


class Header(msgspec.Struct, tag="header", tag_field="record"):
    format: int
    title: str
    seed: int
    """Public: of the resamples behind intervals."""
    budget: str
    versions: dict[str, str]
    contests: list[Contest]
    commitment: str = ""
    """To the secret that seeds come from, see ``seeds.py``."""


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
    link: str = ""


class Reveal(msgspec.Struct, tag="reveal", tag_field="record"):
    """Closes the log."""

    secret: str
    link: str = ""


class _AnyHeader(msgspec.Struct, tag="header", tag_field="record"):
    """What headers of all formats have."""

    format: int


Record = Header | Played | Exact | Done | Reveal

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Record)


class Closed(NamedTuple):
    """A whole unit as it stands in the log."""

    contest: int
    unit: str
    records: list[Played | Exact]
    line: int
    """Number of its first line."""
    start: int
    """Of its bytes."""
    stop: int


class Contents(NamedTuple):
    """Everything of a log that counts."""

    header: Header
    units: list[Closed]
    secret: str
    """Empty if it is not revealed yet."""
    link: str
    """The last one."""
    whole: int
    """Length in bytes of the lines that count."""


class Results(NamedTuple):
    """A log as tables need it: whole units only."""

    header: Header
    games: list[list[Played]]
    """Of each contest."""
    exacts: list[list[Exact]]
    """Of each contest."""
    closed: bool = False
    """Whether the season is over."""


def read(path: str | Path) -> Results:
    """Reads a log; what comes after the last closed unit is left out.

    Raises:
        ValueError: there is no log at ``path``, it is of another format, or a line within it is damaged.
    """
    contents = parse(read_bytes(path), path, refuse)
    if contents is None:
        raise ValueError(f"{path} is not a log of the leaderboard: it does not begin with a header.")
    return results_of(contents)


def read_bytes(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"Cannot read the log {path}: {error.strerror}.") from None


def results_of(contents: Contents) -> Results:
    """What tables need of a log."""
    games: list[list[Played]] = [[] for _ in contents.header.contests]
    exacts: list[list[Exact]] = [[] for _ in contents.header.contests]
    for closed in contents.units:
        games[closed.contest].extend(each for each in closed.records if isinstance(each, Played))
        exacts[closed.contest].extend(each for each in closed.records if isinstance(each, Exact))
    return Results(contents.header, games, exacts, bool(contents.secret))


def refuse(complaint: str) -> None:
    """Raises ValueError."""
    raise ValueError(complaint)


def parse(data: bytes, path: str | Path, complain: Callable[[str], None]) -> Contents | None:
    """The contents of a log; None if it does not begin with a whole header.

    Args:
        complain: called with every damage within, which is then passed over.

    Raises:
        ValueError: the header is damaged, or the log is of another format.
    """
    lines = data.split(b"\n")[:-1]  # what follows the last line feed is a line that was not finished
    header = _header(lines[0], path) if lines else None
    if header is None:
        return None
    units: list[Closed] = []
    seen: set[tuple[int, str]] = set()
    link, secret = "", ""
    linked, begun = 0, 1  # first byte after the last link, and number of the first line of the open unit
    start = whole = position = len(lines[0]) + 1
    records: list[Played | Exact] = []
    for number, line in enumerate(lines[1:], start=2):
        before, position = position, position + len(line) + 1
        record = _decode(line, path, number, complain)
        if secret:
            complain(f"{path}, line {number}: follows the line that closed the log.")
        if isinstance(record, Played | Exact):
            records.append(record)
        elif isinstance(record, Header):
            complain(f"{path}, line {number}: a second header; this log was written by something else.")
        elif record is not None:
            if record.link != next_link(link, data[linked:before], record) or _encoder.encode(record) != line:
                complain(
                    f"{path}, lines {begun} to {number}: not what the judge wrote; the link at the end of these lines "
                    "is that of other bytes."
                )
            link, linked = record.link, position
            if isinstance(record, Reveal):
                secret = record.secret
            elif record.contest not in range(len(header.contests)) or (record.contest, record.unit) in seen:
                complain(
                    f"{path}, line {number}: unit {record.unit!r} of contest {record.contest} is there already, or is "
                    "not of this season."
                )
            else:
                seen.add((record.contest, record.unit))
                units.append(Closed(record.contest, record.unit, records, max(begun, 2), start, before))
            records, begun, start, whole = [], number + 1, position, position
    return Contents(header, units, secret, link, whole)


def lines_of(records: Iterable[Record]) -> bytes:
    """The records as lines of the log."""
    return _encoder.encode_lines(records)


def games_in(lines: bytes) -> list[Played]:
    """The games among lines of the log."""
    records = map(_decoder.decode, lines.splitlines())
    return [record for record in records if isinstance(record, Played)]


def next_link(link: str, since: bytes, record: Done | Reveal) -> str:
    """The link of ``record``, which follows the link ``link`` and the bytes ``since``."""
    bare = msgspec.structs.replace(record, link="")
    return hashlib.sha256(link.encode() + since + _encoder.encode(bare)).hexdigest()


def _header(line: bytes, path: str | Path) -> Header | None:
    """The header in the first line; None if it is no header at all."""
    try:
        found = msgspec.json.decode(line, type=_AnyHeader)
    except (msgspec.DecodeError, UnicodeDecodeError):
        _decode(line, path, 1, refuse)
        return None
    if found.format != FORMAT:
        raise ValueError(
            f"{path} is a log of format {found.format}, and this version reads format {FORMAT}: play the season again, "
            "or use the version of agora-rl that the log names."
        )
    header = _decode(line, path, 1, refuse)
    return header if isinstance(header, Header) else None


def _decode(line: bytes, path: str | Path, number: int, complain: Callable[[str], None]) -> Record | None:
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        complain(f"{path}, line {number} is damaged ({error}); a season whose log is deleted starts again.")
        return None


def digest(header: Header) -> str:
    """16 hexadecimal digits that tell a season from all others, whatever its secret."""
    return hashlib.sha256(_encoder.encode(msgspec.structs.replace(header, commitment=""))).hexdigest()[:16]

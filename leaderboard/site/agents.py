"""What the site says of each agent: where it plays, how it ranks, and all its numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from agora.leaderboard.log.records import Entrant, Results
from agora.leaderboard.match import Played
from agora.leaderboard.site.addresses import Who, who
from agora.leaderboard.site.matches import Match
from agora.leaderboard.site.pages import Markup
from agora.leaderboard.tables.fragments import cell
from agora.leaderboard.tables.layout import Cell, Section, Table
from agora.leaderboard.tables.words import clean


class Numbers(NamedTuple):
    """The row of an agent in a table."""

    title: str
    pairs: list[tuple[str, Markup]]
    """What each number is, and the number."""


class Place(NamedTuple):
    """An agent in one environment."""

    title: str
    folder: str
    """Name of the environment's page and of the folder of its replays."""
    rank: Cell
    ranked: int
    """How many are ranked there."""
    label: str
    """What the ranks come from."""
    score: Markup
    games: int
    source: str
    digest: str
    forfeits: list[tuple[str, int]]
    """Causes, the most frequent first, and how often; without what an agent wrote while deals are secret."""
    numbers: list[Numbers]
    matches: list[tuple[Match, str]]
    """Those that can be replayed, and against whom."""


class Agent(NamedTuple):
    """An agent of the season."""

    name: str
    author: str
    jail: str
    """Levels of the jail it played in; empty for the season's own."""
    address: str
    places: list[Place]

    @property
    def games(self) -> int:
        return sum(place.games for place in self.places)

    @property
    def forfeits(self) -> int:
        return sum(count for place in self.places for _, count in place.forfeits)

    @property
    def first(self) -> list[Place]:
        """Where it is first."""
        return [place for place in self.places if place.rank == 1]


def gather(
    results: Results,
    sections: Sequence[Section],
    shown: Sequence[Sequence[Match]],
    addresses: Mapping[Who, str],
    environments: Sequence[str],
    public: bool,
) -> list[Agent]:
    """All agents, in the order in which they first occur.

    Args:
        shown: of each section, the matches that can be replayed.
        environments: of each section, its address.
        public: whether to say what agents said when they failed, which may hold what they saw.
    """
    places: dict[Who, list[Place]] = {each: [] for each in addresses}
    jails: dict[Who, list[str]] = {each: [] for each in addresses}
    for index, section in enumerate(sections):
        causes = _forfeits(results.games[index], public)
        for number, entrant in enumerate(section.contest.entrants):
            place = _place(section, number, environments[index], causes.get(number, Counter()), shown[index])
            places[who(entrant)].append(place)
            if entrant.jail is not None:
                jails[who(entrant)].append(f"{entrant.jail:g}")
    return [
        Agent(clean(each.name), clean(each.author), ", ".join(dict.fromkeys(jails[each])), address, places[each])
        for each, address in addresses.items()
    ]


def _place(section: Section, number: int, folder: str, forfeits: Counter[str], shown: Sequence[Match]) -> Place:
    contest, ranking = section.contest, section.table("ranking")
    entrant = contest.entrants[number]
    row = ranking.column("agent").index(entrant.name)
    column = next(column for column in ranking.columns if column.key == section.score)
    return Place(
        title=clean(contest.title),
        folder=folder,
        rank=ranking.column("rank")[row],
        ranked=sum(rank != "bound" for rank in ranking.column("rank")),
        label=column.label,
        score=Markup(cell(ranking.column(section.score)[row], column.kind)),
        games=int(str(ranking.column("games")[row])),
        source=_source(entrant),
        digest=entrant.digest,
        forfeits=sorted(forfeits.items(), key=lambda pair: (-pair[1], pair[0])),
        numbers=[each for each in (_numbers(table, entrant.name) for table in section.tables) if each.pairs],
        matches=[(match, _others(section, match, number)) for match in shown if number in match.played.seating],
    )


def _source(entrant: Entrant) -> str:
    """What it was loaded from, without folders of the machine it was on."""
    path = Path(entrant.source)
    if entrant.jail is not None or entrant.source.startswith("scripted/"):
        return clean(entrant.source)
    return clean(f"saved agent {path.parent.name}" if path.name == "agent" and path.parent.name else path.name)


def _forfeits(games: Sequence[Played], public: bool) -> dict[int, Counter[str]]:
    """How often each agent forfeited, by cause; without what it said of it while that is not ``public``."""
    causes: dict[int, Counter[str]] = {}
    for game in games:
        for seat, cause in game.faults.items():
            told = clean(cause if public else cause.partition(":")[0])
            causes.setdefault(game.seating[int(seat)], Counter())[told] += 1
    return causes


def _numbers(table: Table, name: str) -> Numbers:
    """Everything that a table says of an agent; nothing if it is not about agents."""
    if not any(column.key == "agent" for column in table.columns) or name not in table.column("agent"):
        return Numbers(table.title, [])
    row = table.rows[table.column("agent").index(name)]
    return Numbers(
        table.title,
        [
            (clean(column.label), Markup(cell(value, column.kind)))
            for column, value in zip(table.columns, row, strict=True)
            if column.key != "agent" and value is not None
        ],
    )


def _others(section: Section, match: Match, agent: int) -> str:
    entrants = section.contest.entrants
    others = [clean(entrants[other].name) for other in match.played.seating if other != agent]
    return ", ".join(others)

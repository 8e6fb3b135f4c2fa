"""Agents that are alike: a duplicate that was entered on purpose, equal files, or the same moves throughout.

What tells two of them apart is noise: the yardstick for every other difference of the table.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from agora.leaderboard.log.records import DUPLICATE, Contest, Entrant
from agora.leaderboard.match import Played
from agora.leaderboard.numbers.statistics import FEW, Estimate
from agora.leaderboard.tables.layout import Cell, Column, Table
from agora.leaderboard.tables.score import Score

TRACED = 200
"""Deals whose moves are compared; the first ones."""


def twins_table(contest: Contest, games: Sequence[Played], score: Score) -> Table | None:
    """All pairs that are known to be alike, with the difference that noise made of them; None if there are none."""
    estimates = score.estimates
    rows: list[tuple[Cell, ...]] = []
    for one, other, reason in twins(contest, games):
        rows.append(
            (
                contest.entrants[one].name,
                contest.entrants[other].name,
                reason,
                score.difference(one, other),
                _within(estimates[one], estimates[other]),
            )
        )
    if not rows:
        return None
    columns = (
        Column("agent", "Agent", "text"),
        Column("twin", "Like", "text"),
        Column("reason", "Known by", "text"),
        Column("difference", f"Difference ({score.unit})", score.kind),
        Column("inside", "Inside each other's interval", "text"),
    )
    caption = (
        "Differences in the number that ranks. Between two that are the same they come from noise alone, and so may "
        "all others of this size. By luck, one of two equals is outside the other's interval in about one of six such "
        "pairs, and the interval of their difference leaves out 0 in one of twenty. Moves are compared on the first "
        f"{TRACED} deals, where two agents met the same others from the same seats, if that gave {FEW} different "
        "games; agents that draw lots are not found so. Brackets: 95 %, as above."
    )
    return Table("twins", "Agents that are alike", columns, tuple(rows), caption)


def twins(contest: Contest, games: Sequence[Played]) -> list[tuple[int, int, str]]:
    """Pairs of agents that are alike, and how that is known."""
    names = [entrant.name for entrant in contest.entrants]
    found = {
        (one, other): "entered twice" if names[other] == names[one] + DUPLICATE else "the same agent"
        for one, other in same_files(contest.entrants)
    }
    for one, other, count in _alike(games):
        found.setdefault((one, other), f"the same moves in {count:,} different games")
    return [(*pair, reason) for pair, reason in sorted(found.items())]


def same_files(entrants: Sequence[Entrant]) -> list[tuple[int, int]]:
    """Agents that were made from the same as an earlier one: that first one, and the agent."""
    firsts: dict[tuple[str, ...], int] = {}
    pairs = []
    for agent, entrant in enumerate(entrants):
        files = _files(entrant)
        first = agent if files is None else firsts.setdefault(files, agent)
        if first != agent:
            pairs.append((first, agent))
    return pairs


def _files(entrant: Entrant) -> tuple[str, ...] | None:
    """What an agent was made from; None where the log does not say, as of an object, or of one that is held out."""
    if entrant.source == "held out":
        return None
    if entrant.jail is not None:
        return (entrant.digest,)
    named = entrant.source == "random" or "/" in entrant.source
    return (entrant.source, entrant.digest) if named or entrant.digest else None


def _alike(games: Sequence[Played]) -> Iterator[tuple[int, int, int]]:
    """Two agents with the same moves wherever they can be compared, and in how many different games that is."""
    places: dict[int, dict[tuple[int, ...], str]] = {}  # agent -> deal and seating but for itself -> all moves
    for game in games:
        if game.deal < TRACED:
            moves = str(game.moves)
            for agent in set(game.seating):
                others = (-1 if member == agent else member for member in game.seating)
                places.setdefault(agent, {})[game.deal, *others] = moves
    for one, other in combinations(sorted(places), 2):
        same = _same_games(places[one], places[other])
        if same >= FEW:
            yield one, other, same


def _same_games(mine: Mapping[tuple[int, ...], str], its: Mapping[tuple[int, ...], str]) -> int:
    """In how many different games two did the same; 0 if they ever did not."""
    same = set()
    for place, moves in mine.items():
        if place in its:
            if its[place] != moves:
                return 0
            same.add(moves)
    return len(same)


def _within(one: Estimate | None, other: Estimate | None) -> Cell:
    if one is None or other is None or one.low is None or one.high is None or other.low is None or other.high is None:
        return None
    inside = one.low <= other.value <= one.high and other.low <= one.value <= other.high
    return "yes" if inside else "no"

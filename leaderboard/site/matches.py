"""Which matches of an environment can be replayed on the site: all if they are few, else a choice anybody can make
again from the log."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from agora.leaderboard.log.records import Contest
from agora.leaderboard.match import Played, deciding_returns
from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.tables.layout import Section

MOST = 16
"""Matches of an environment."""

_FIRST, _CLOSE, _UPSETS, _FORFEITS = 8, 3, 3, 2
RULE = (
    f"Chosen by rule: the first match of each agent (up to {_FIRST}), the {_CLOSE} closest of unlike lineups, longer "
    f"ones first, the {_UPSETS} that overturned the widest gap in the ranking, and the first forfeits of up to "
    f"{_FORFEITS} agents."
)
RULE_ALONE = (
    f"Chosen by rule: the first episode of each agent (up to {_FIRST}), the {_CLOSE} highest and the {_CLOSE} lowest "
    f"returns of different agents, and the first forfeits of up to {_FORFEITS} agents."
)


class Match(NamedTuple):
    """A match to replay."""

    number: int
    """Its place among the games of its contest in the log, from 1."""
    played: Played
    reason: str
    """Why it was chosen; empty where all were."""


def choose(section: Section, games: Sequence[Played]) -> list[Match]:
    """At most ``MOST`` of the games of a section, in the order of the log; a match has the first reason that fits."""
    if len(games) <= MOST:
        return [Match(number, game, "") for number, game in enumerate(games, start=1)]
    contest = section.contest
    reasons: dict[int, str] = {}
    for reason, found in _picks(section, games, deciding_returns(games).reshape(len(games), contest.players)):
        for index in found:
            reasons.setdefault(index, reason)
    return [Match(index + 1, games[index], reasons[index]) for index in sorted(reasons)[:MOST]]


def _picks(section: Section, games: Sequence[Played], returns: np.ndarray) -> Iterator[tuple[str, list[int]]]:
    """Reasons, and the games (their indices) that each of them picks."""
    contest = section.contest
    lineups = [tuple(sorted(game.seating)) for game in games]
    yield "first of its agents", _first_of_agents(games)
    if contest.players == 1:
        order = np.argsort(returns[:, 0], kind="stable").tolist()
        yield "high return", _unlike(order[::-1], lineups, _CLOSE)
        yield "low return", _unlike(order, lineups, _CLOSE)
    else:
        steps = np.array([game.steps for game in games])
        honest = np.array([bool(game.faults) for game in games])
        close = np.lexsort((-steps, np.ptp(returns, axis=1), honest)).tolist()
        mixed = [index for index in close if len(set(lineups[index])) > 1]
        yield "close", _unlike(mixed, lineups, _CLOSE)
        gaps = _upsets(contest, games, returns, _scores(section))
        surprising = [index for index in np.argsort(-gaps, kind="stable").tolist() if gaps[index] > 0]
        yield "upset", _unlike(surprising, lineups, _UPSETS)
    guilty = [(index, game.seating[int(seat)]) for index, game in enumerate(games) for seat in game.faults]
    yield "forfeit", _unlike([index for index, _ in guilty], dict(reversed(guilty)), _FORFEITS)


def _first_of_agents(games: Sequence[Played]) -> list[int]:
    """The first game of each agent that was not in one of these games already."""
    seen: set[int] = set()
    found: list[int] = []
    for index, game in enumerate(games):
        if not seen.issuperset(game.seating):
            seen.update(game.seating)
            found.append(index)
    return found[:_FIRST]


def _unlike(order: Iterable[int], kinds: Sequence[tuple[int, ...]] | dict[int, int], most: int) -> list[int]:
    """The first of each kind, in the order given."""
    firsts: dict[object, int] = {}
    for index in order:
        firsts.setdefault(kinds[index], index)
        if len(firsts) == most:
            break
    return list(firsts.values())


def _upsets(contest: Contest, games: Sequence[Played], returns: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """(G,) by how much somebody is ranked below whom it did better than; 0 where nobody is."""
    ranked = scores[np.array([game.seating for game in games], np.int64).reshape(len(games), contest.players)]
    gaps = np.zeros(len(games))
    for one in range(contest.players):
        for other in range(contest.players):
            better = returns[:, one] > returns[:, other]
            gaps = np.maximum(gaps, np.where(better, np.nan_to_num(ranked[:, other] - ranked[:, one]), 0.0))
    return gaps


def _scores(section: Section) -> np.ndarray:
    """(n,) what ranks each agent; NaN where nothing does."""
    ranking = section.table("ranking")
    pairs = dict(zip(ranking.column("agent"), ranking.column(section.score), strict=True))
    found = [pairs.get(entrant.name) for entrant in section.contest.entrants]
    return np.array([each.value if isinstance(each, Estimate) else np.nan for each in found])

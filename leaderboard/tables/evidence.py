"""What a log says of the agents, as sums over deals: the ground that tables stand on.

A unit of the statistics is a deal as everybody played it: all lineups, from all seats. One unit is kept whole when
deals are resampled, so that luck which struck several games at once is not counted several times.

Who beat whom is decided deal by deal, as in duplicate bridge: an agent wins a deal against another one of its lineup if
it got more there, over all the seats it had. Luck with the cards or with the first move is nobody's merit then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from agora.leaderboard.log.records import Contest
from agora.leaderboard.match import Played, deciding_returns
from agora.leaderboard.numbers import statistics
from agora.leaderboard.numbers.ratings import pair_scores

Sums = tuple[np.ndarray, np.ndarray]
"""Sums and counts, (D, n) each."""


class Seated(NamedTuple):
    """Who sat where, of G games."""

    deal: np.ndarray
    """(G,)"""
    seating: np.ndarray
    """(G, P) agents."""
    counts: np.ndarray
    """(G, P) bool, whether the game counts for who sat there: all others at the table are ranked."""


@dataclass(frozen=True)
class Evidence:
    """The games of one contest as sums per deal. D deals, n agents."""

    seated: "Seated"
    weights: np.ndarray  # (B, D) resamples
    seats: np.ndarray  # (D, n) how often an agent sat in a game that counts
    payoffs: np.ndarray  # (D, n) sums of its returns there
    scores: np.ndarray  # (D, n, n) points of row against column: 1, 0.5 or 0 for each lineup with both
    stakes: np.ndarray  # (D, n, n) what row got more than column, mean payoffs of each lineup with both added up
    meetings: np.ndarray  # (D, n, n)
    outcomes: np.ndarray  # (3, D, n) deals won, drawn and lost against ranked agents
    measures: dict[str, Sums]  # by name, what environments measure of whole games
    conduct: dict[str, Sums]  # the same for measures of single moves
    forfeits: np.ndarray  # (n,)
    games: np.ndarray  # (n,)


def gather(contest: Contest, games: Sequence[Played], ranked: np.ndarray, seed: int) -> Evidence:
    agents, players, deals = len(contest.entrants), contest.players, contest.deals
    deal = np.array([game.deal for game in games], np.int64)
    seating = np.array([game.seating for game in games], np.int64).reshape(-1, players)
    returns = np.array([game.returns for game in games], np.float64).reshape(-1, players)
    bounds = ~ranked[seating]
    counts = (bounds.sum(axis=1, keepdims=True) - bounds) == 0
    seated = Seated(deal, seating, counts)
    where = (np.broadcast_to(deal[:, None], seating.shape)[counts], seating[counts])
    seats, payoffs = np.zeros((2, deals, agents))
    np.add.at(seats, where, 1.0)
    np.add.at(payoffs, where, returns[counts])
    decided = deciding_returns(games).reshape(-1, players)
    scores, stakes, meetings, outcomes = _meetings(deal, seating, decided, ranked, deals)
    forfeits = np.zeros(agents, np.int64)
    for game in games:
        for seat in game.faults:
            forfeits[game.seating[int(seat)]] += 1
    return Evidence(
        seated,
        statistics.resample(deals, seed),
        seats,
        payoffs,
        scores,
        stakes,
        meetings,
        outcomes,
        _sum_measures(games, seated, (deals, agents)),
        _sum_conduct(games, (deals, agents)),
        forfeits,
        np.bincount(seating.ravel(), minlength=agents),
    )


def _meetings(
    deal: np.ndarray, seating: np.ndarray, returns: np.ndarray, ranked: np.ndarray, deals: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Points, stakes and meetings (D, n, n), and wins, draws and losses against ranked agents (3, D, n)."""
    agents = len(ranked)
    scores, stakes, meetings = np.zeros((3, deals, agents, agents))
    outcomes = np.zeros((3, deals, agents))
    tables, lineup = np.unique(np.sort(seating, axis=1), axis=0, return_inverse=True)
    for number, members in enumerate(map(np.unique, tables)):
        chosen = lineup.ravel() == number
        means = _means_by_deal(deal[chosen], seating[chosen], returns[chosen], (deals, agents))[:, members]
        played = np.isfinite(means).all(axis=1)
        points = pair_scores(means[played])
        for row, mine in enumerate(members):
            for column, other in enumerate(members):
                if mine != other:
                    scores[played, mine, other] += points[:, row, column]
                    stakes[played, mine, other] += means[played, row] - means[played, column]
                    meetings[played, mine, other] += 1.0
                    for index, value in enumerate((1.0, 0.5, 0.0)):
                        outcomes[index, played, mine] += ranked[other] * (points[:, row, column] == value)
    return scores, stakes, meetings, outcomes


def _means_by_deal(deal: np.ndarray, seating: np.ndarray, returns: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(D, n) mean return of each agent over the seats it had in each deal; NaN where it had none."""
    sums, counts = np.zeros((2, *shape))
    where = (np.broadcast_to(deal[:, None], seating.shape), seating)
    np.add.at(sums, where, returns)
    np.add.at(counts, where, 1.0)
    return np.divide(sums, counts, out=np.full(shape, np.nan), where=counts > 0)


def _sum_measures(games: Sequence[Played], seated: Seated, shape: tuple[int, int]) -> dict[str, Sums]:
    names = dict.fromkeys(name for game in games for name in game.metrics)
    return {
        name: sum_by_agent(np.array([_number(game.metrics.get(name)) for game in games]), seated, shape)
        for name in names
    }


def sum_by_agent(values: np.ndarray, seated: Seated, shape: tuple[int, int]) -> Sums:
    """``values`` (G,), NaN where a game says nothing, summed over the games that an agent took part in: once a game,
    however many seats it had. ``shape`` is (D, n)."""
    sums, numbers = np.zeros((2, *shape))
    deal, seating, counts = seated
    for seat in range(seating.shape[1]):
        first = ~(seating[:, :seat] == seating[:, seat : seat + 1]).any(axis=1)
        chosen = np.isfinite(values) & counts[:, seat] & first
        where = (deal[chosen], seating[chosen, seat])
        np.add.at(sums, where, values[chosen])
        np.add.at(numbers, where, 1.0)
    return sums, numbers


def _sum_conduct(games: Sequence[Played], shape: tuple[int, int]) -> dict[str, Sums]:
    """Sums and counts of what each agent did, only of what says something of somebody."""
    found: dict[str, Sums] = {}
    for game in games:
        for agent, tally in zip(game.seating, game.conduct, strict=False):
            for measure, (total, count) in tally.items():
                if measure not in found:
                    found[measure] = (np.zeros(shape), np.zeros(shape))
                sums, counts = found[measure]
                sums[game.deal, agent] += total
                counts[game.deal, agent] += count
    return {
        measure: sums for measure, sums in found.items() if sums[1].any() and (measure != "invalid" or sums[0].any())
    }


def _number(value: float | None) -> float:
    return np.nan if value is None else value

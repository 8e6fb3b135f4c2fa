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
from scipy import sparse

from agora.leaderboard.log.records import Contest
from agora.leaderboard.match import Played, deciding_returns
from agora.leaderboard.numbers import statistics
from agora.leaderboard.numbers.ratings import pair_scores
from agora.leaderboard.schedules.units import derive

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


class Meetings(NamedTuple):
    """Who did what against whom, M lines: each two of a lineup, in each deal, from both sides."""

    deal: np.ndarray
    """(M,)"""
    agent: np.ndarray
    """(M,)"""
    other: np.ndarray
    """(M,)"""
    score: np.ndarray
    """(M,) points of ``agent`` against ``other``: 1, 0.5 or 0."""
    stake: np.ndarray
    """(M,) what ``agent`` got more than ``other``, their mean payoffs over the seats they had."""

    def only(self, chosen: np.ndarray) -> "Meetings":
        """The lines that are ``chosen`` (M,)."""
        return Meetings(*(column[chosen] for column in self))

    def among(self, agents: Sequence[int] | np.ndarray) -> "Meetings":
        """Those between two of ``agents`` (k,), which are known by their place there from now on."""
        place = np.full(max(self.agent.max(initial=0), max(agents, default=0)) + 1, -1)
        place[np.asarray(agents, np.int64)] = np.arange(len(agents))
        found = self._replace(agent=place[self.agent], other=place[self.other])
        return found.only((found.agent >= 0) & (found.other >= 0))

    def by_deal(self, values: np.ndarray, deals: int, agents: int) -> sparse.csr_array:
        """(D, n * n) sums of ``values`` (M,) of row against column, row by row."""
        where = (self.deal, self.agent * agents + self.other)
        return sparse.csr_array((values, where), shape=(deals, agents * agents))

    def deals(self) -> int:
        """In how many deals anybody met anybody."""
        return len(np.unique(self.deal))


@dataclass(frozen=True)
class Evidence:
    """The games of one contest as sums per deal. D deals, n agents."""

    seated: "Seated"
    seed: int  # of all draws but the resamples
    weights: np.ndarray  # (B, D) resamples, see ``statistics.resample``
    seats: np.ndarray  # (D, n) how often an agent sat in a game that counts
    payoffs: np.ndarray  # (D, n) sums of its returns there
    meetings: Meetings
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
    meetings = meet(deal, seating, deciding_returns(games).reshape(-1, players), agents)
    outcomes = np.zeros((3, deals, agents))
    against = meetings.only(ranked[meetings.other])
    np.add.at(outcomes, ((2.0 - 2.0 * against.score).astype(np.int64), against.deal, against.agent), 1.0)
    forfeits = np.zeros(agents, np.int64)
    for game in games:
        for seat in game.faults:
            forfeits[game.seating[int(seat)]] += 1
    return Evidence(
        seated,
        derive(seed, "draws"),
        statistics.resample(deals, seed),
        seats,
        payoffs,
        meetings,
        outcomes,
        _sum_measures(games, seated, (deals, agents)),
        _sum_conduct(games, (deals, agents)),
        forfeits,
        np.bincount(seating.ravel(), minlength=agents),
    )


def meet(deal: np.ndarray, seating: np.ndarray, returns: np.ndarray, agents: int) -> Meetings:
    """All meetings of G games.

    Args:
        deal: (G,)
        seating: (G, P)
        returns: (G, P) that decide the games.
        agents: n.
    """
    tables, lineup = np.unique(np.sort(seating, axis=1), axis=0, return_inverse=True)
    together = deal * len(tables) + lineup.ravel()  # the same number: a lineup's games of one deal
    members, member = np.unique(together[:, None] * agents + seating, return_inverse=True)
    means = np.bincount(member.ravel(), returns.ravel()) / np.bincount(member.ravel())
    together, agent = np.divmod(members, agents)
    first, second = [], []
    for apart in range(1, seating.shape[1]):
        pairs = np.flatnonzero(together[apart:] == together[:-apart])
        first += [pairs, pairs + apart]
        second += [pairs + apart, pairs]
    one, other = np.concatenate([[], *first]).astype(np.int64), np.concatenate([[], *second]).astype(np.int64)
    score = pair_scores(np.stack([means[one], means[other]], axis=1))[:, 0, 1]
    return Meetings(together[one] // len(tables), agent[one], agent[other], score, means[one] - means[other])


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

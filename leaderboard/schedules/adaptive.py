"""The adaptive schedule: whoever cannot be told apart meets again, until all can be or the budget is spent.

Before each round ratings are fitted to all deals so far (Bradley-Terry). Two agents are told apart when the interval of
their difference leaves out 0. Since one looks after every round, the interval is one that holds at all times at once,
with probability 95 %: the normal mixture of Robbins (Annals of Mathematical Statistics 41, 1970), in its form for
estimates that are only asymptotically normal (Waudby-Smith et al., Annals of Statistics 52, 2024). It does not correct
for looking at several pairs.

In a round everybody plays at most once: first the two agents whose difference is least of its standard error, and so
on. ``Plan.stop`` leaves alone those of whom one knows that they differ by less.
"""

from collections.abc import Sequence

import numpy as np

from agora.leaderboard.numbers.ratings import bradley_terry, prior_wins
from agora.leaderboard.schedules.units import Outcome, Plan, games_per_deal

ERROR = 0.05
"""Probability that two equal agents are ever told apart."""

SPREAD = 200.0
"""Elo points; the interval is narrowest for agents that differ about so much."""

_ELO = 400.0 / np.log(10.0)
_DECIMALS = 6  # what is compared is rounded, so that the last bits of a sum do not decide, which differ by processor


def next_lineups(plan: Plan, outcomes: Sequence[Outcome]) -> list[tuple[tuple[int, ...], int, int]]:
    """Lineup, first deal and number of deals of every meeting of the next round; none when all is told or spent."""
    played: dict[tuple[int, ...], int] = {}
    for unit, _ in outcomes:
        played[unit.lineup] = played.get(unit.lineup, 0) + unit.deals
    rows = games_per_deal(plan.players)
    left = (plan.budget - sum(played.values()) * rows) // rows  # deals
    differences, variances = estimates(plan, outcomes)
    nearness = np.round(differences / np.sqrt(variances), _DECIMALS)
    meetings = []
    free = set(range(plan.agents))
    for pair in open_pairs(differences, variances, nearness, plan.stop):
        if not free.issuperset(pair) or len(free) < plan.players:
            continue
        lineup = _fill(pair, free, nearness, plan.players)
        first = played.get(lineup, 0)
        deals = min(plan.deals_per_round, plan.deals - first, left)
        if deals > 0:
            meetings.append((lineup, first, deals))
            free -= set(lineup)
            left -= deals
    return meetings


def open_pairs(
    differences: np.ndarray, variances: np.ndarray, nearness: np.ndarray, stop: float
) -> list[tuple[int, int]]:
    """The pairs that are neither told apart nor known to be equal, the nearest first."""
    reach = radius(variances)
    opened = (np.round(differences - reach, _DECIMALS) <= 0) & (np.round(differences + reach, _DECIMALS) >= stop)
    pairs = np.argwhere(np.triu(opened, 1)).tolist()
    return sorted(((one, other) for one, other in pairs), key=lambda pair: (nearness[pair], pair))


def _fill(pair: tuple[int, int], free: set[int], nearness: np.ndarray, players: int) -> tuple[int, ...]:
    """The lineup of ``pair`` and of the agents nearest to it."""
    members = list(pair)
    while len(members) < players:
        others = sorted(free.difference(members))
        members.append(min(others, key=lambda agent: (round(nearness[agent, members].sum(), _DECIMALS), agent)))
    return tuple(sorted(members))


def estimates(plan: Plan, outcomes: Sequence[Outcome]) -> tuple[np.ndarray, np.ndarray]:
    """How far apart agents are, in Elo points, and the variance of that: (n, n) each, the diagonal of variances is 1.

    From the observed information, with ``ratings.prior_wins`` added, so that both are finite. A deal is counted for
    less than it says: duplicate deals vary less than coins, and the pairs at a table of P count as P - 1.
    """
    wins = np.zeros((plan.agents, plan.agents))
    for unit, taken in outcomes:
        wins[np.ix_(unit.lineup, unit.lineup)] += taken
    np.fill_diagonal(wins, 0.0)
    wins = (wins + prior_wins(plan.agents)) * (1.0 - np.eye(plan.agents))
    ratings = bradley_terry(wins)
    gaps = ratings[:, None] - ratings[None, :]
    chance = 1.0 / (1.0 + np.exp(-gaps / _ELO))
    weights = (wins + wins.T) * chance * (1.0 - chance) * 2.0 / plan.players
    information = np.diag(weights.sum(axis=1)) - weights + 1.0 / plan.agents
    covariance = np.linalg.inv(information)
    spread = np.diag(covariance)
    variances = spread[:, None] + spread[None, :] - 2.0 * covariance
    np.fill_diagonal(variances, 1.0)
    return np.abs(gaps), variances * _ELO**2


def radius(variances: np.ndarray) -> np.ndarray:
    """Half the width of the intervals that hold at all times, from the variances of the estimates at one time."""
    share = SPREAD**2 / variances
    return np.sqrt(variances * (1.0 + 1.0 / share) * np.log((1.0 + share) / ERROR**2))

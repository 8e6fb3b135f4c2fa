"""Agents that beat each other in circles: alpha-rank, and the circles of three.

Two ratings that are equal may hide that one agent beats the other: rock, paper and scissors have one rating. The
columns here say where that happens.
"""

import numpy as np
from scipy.special import logsumexp

from agora.agents.population.alpha_rank import RAREST, time_in_each
from agora.leaderboard.numbers.duels import share_interval
from agora.leaderboard.numbers.statistics import CONFIDENCE, FEWEST

POPULATION = 50
"""Individuals in the population of alpha-rank."""

_RARE = 1e-3  # how often somebody who loses takes over, in the limit


def alpha_rank(payoffs: np.ndarray, alpha: float, population: int = POPULATION) -> np.ndarray:
    """(n,) the share of time that one population spends in each agent, summing to 1.

    Everybody in the population plays one agent. Now and then somebody tries another one, which takes over with a chance
    that grows with what it gets from the others. For several populations see ``agents/population/alpha_rank.py``.
    Copies of an agent change the shares of others. Source: S. Omidshafiei et al., "α-Rank: multi-agent evaluation by
    evolution", Scientific Reports 9, 2019; for how an agent takes over step by step, A. Traulsen, M. Nowak, J. Pacheco,
    "Stochastic dynamics of invasion and fixation", Physical Review E 74, 2006.

    Args:
        payoffs: (n, n), what row gets against column.
        alpha: intensity of selection, in 1 / unit of the payoffs.
        population: m, 2 or more.
    """
    payoffs = _square(payoffs)
    if not 0 <= alpha < np.inf or population < 2:
        raise ValueError(f"alpha={alpha}, population={population} are not allowed: give alpha >= 0, population >= 2.")
    mutants = np.arange(1, population)  # so many of the population already play the new agent
    mine, theirs = np.diag(payoffs)[:, None], np.diag(payoffs)[None, :]
    gain = (
        (mutants - 1) * mine[..., None]
        + (population - mutants) * payoffs[..., None]
        - mutants * payoffs.T[..., None]
        - (population - mutants - 1) * theirs[..., None]
    ) / (population - 1)
    steps = np.concatenate([np.zeros((*payoffs.shape, 1)), -alpha * np.cumsum(gain, axis=2)], axis=2)
    takes_over = np.maximum(np.exp(-logsumexp(steps, axis=2)), RAREST)  # row takes over from column
    return time_in_each(takes_over.T)


def alpha_rank_limit(advantages: np.ndarray, rare: float = _RARE) -> np.ndarray:
    """(n,) ``alpha_rank`` as alpha grows without end: only who beats whom counts, not by how much.

    Args:
        advantages: (n, n), above 0 where row beats column.
        rare: the chance that somebody who loses takes over; whoever wins does for sure but for that, and equals do half
            the time.
    """
    advantages = _square(advantages)
    takes_over = np.where(advantages > 0, 1.0 - rare, np.where(advantages < 0, rare, 0.5))
    return time_in_each(takes_over.T)


def _square(payoffs: np.ndarray) -> np.ndarray:
    payoffs = np.asarray(payoffs, np.float64)
    if payoffs.ndim != 2 or payoffs.shape[0] != payoffs.shape[1] or not len(payoffs):
        raise ValueError(f"Payoffs have the shape {payoffs.shape}: give (n, n), n agents against each other.")
    if not np.isfinite(payoffs).all():
        raise ValueError("Some payoffs are not finite: leave out agents that have not met all others.")
    return payoffs


def three_cycles(beats: np.ndarray) -> list[tuple[int, int, int]]:
    """All (a, b, c) with a the lowest, where a beats b, b beats c, and c beats a.

    Args:
        beats: (n, n) bool.
    """
    beats = np.asarray(beats, dtype=bool)
    ring = beats[:, :, None] & beats[None, :, :] & beats.T[:, None, :]
    return [(int(a), int(b), int(c)) for a, b, c in np.argwhere(ring) if a < b and a < c]


def surely_beats(wins: np.ndarray, meetings: np.ndarray, everybody: int) -> np.ndarray:
    """(n, n) bool, where row beats column for sure: all that is said of any pair is right in 95 % of seasons.

    By the intervals of ``duels.share_interval``, each so wide that all hold together (C. Bonferroni, 1936).

    Args:
        wins: (D, n, n) the points of row against column in each deal, draws counting half.
        meetings: (D, n, n) how many of them there were to be had.
        everybody: of how many agents these n were chosen.
    """
    wins, meetings = np.asarray(wins, np.float64), np.asarray(meetings, np.float64)
    if wins.shape != meetings.shape or wins.ndim != 3 or (wins > meetings).any():
        raise ValueError(f"Wins {wins.shape}, meetings {meetings.shape}: give two of (D, n, n), wins up to meetings.")
    shares = np.divide(wins, meetings, out=np.zeros_like(wins), where=meetings > 0)
    deals = (meetings > 0).sum(axis=0)
    pairs = max(1, everybody * (everybody - 1) // 2)
    _, low, _ = share_interval(shares.sum(axis=0), (shares**2).sum(axis=0), deals, 1.0 - (1.0 - CONFIDENCE) / pairs)
    return (low > 0.5) & (deals >= FEWEST) & ~np.eye(len(deals), dtype=bool)

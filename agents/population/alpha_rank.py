"""Alpha-rank: how much of the time evolving populations spend in each combination of strategies.

Each of P players stands for a population that plays one strategy. Now and then a mutant with another strategy appears
and takes over with a probability that grows with what it gains; the shares of time of that Markov chain rank the
combinations. Source: S. Omidshafiei et al., "α-Rank: multi-agent evaluation by evolution", Scientific Reports 9, 2019.
"""

import itertools
from typing import Any

import numpy as np

from agora.agents.solvers.normal_form import check

RAREST = 1e-250  # what counts as never: a chain must be able to leave every state


def stationary(payoffs: np.ndarray, alpha: float, population: int = 50) -> np.ndarray:
    """The share of time of each combination, (A1, ..., AP), summing to 1.

    Args:
        payoffs: (A1, ..., AP, P), see ``normal_form.py``.
        alpha: intensity of selection, in 1 / unit of the payoffs; 0 is drift alone, and the larger, the less often
            somebody who loses takes over.
        population: m, the individuals of a population, 2 or more.
    """
    payoffs = check(payoffs)
    if not 0 <= alpha < np.inf or population < 2:
        raise ValueError(f"alpha={alpha}, population={population} are not allowed: give alpha >= 0, population >= 2.")
    cells = payoffs.shape[:-1]
    return time_in_each(_transitions(payoffs, alpha, population)).reshape(cells)


def _transitions(payoffs: np.ndarray, alpha: float, population: int) -> np.ndarray:
    """The chain (S, S) over the S combinations: one player's mutant at a time, every one equally likely (eq. 4)."""
    cells = payoffs.shape[:-1]
    mutants = sum(cells) - len(cells)
    numbers = np.arange(np.prod(cells)).reshape(cells)
    chain = np.zeros((numbers.size, numbers.size))
    for profile in itertools.product(*map(range, cells)):
        for player, size in enumerate(cells):
            line: Any = (*profile[:player], slice(None), *profile[player + 1 :])
            gain = payoffs[line][:, player] - payoffs[profile][player]
            others = np.arange(size) != profile[player]
            chain[numbers[profile], numbers[line][others]] = fixation(alpha * gain, population)[others] / mutants
    return chain


def fixation(advantage: np.ndarray, population: int) -> np.ndarray:
    """The chance that one mutant takes over m individuals, (1 - exp(-x)) / (1 - exp(-m x)), 1 / m at x = 0 (eq. 3).

    Args:
        advantage: x, alpha times what the mutant gains, any shape.
    """
    size = np.abs(advantage)
    with np.errstate(invalid="ignore"):
        ratio = np.where(size > 0, np.expm1(-size) / np.expm1(-population * size), 1 / population)
    return np.maximum(np.where(advantage < 0, np.exp(-(population - 1) * size) * ratio, ratio), RAREST)


def time_in_each(chain: np.ndarray) -> np.ndarray:
    """The stationary distribution (S,), without a subtraction, so that rare transitions keep all their digits.

    Source: W. Grassmann, M. Taksar, D. Heyman, "Regenerative analysis and steady state distributions for Markov
    chains", Operations Research 33, 1985.
    """
    rates = chain.copy()
    for last in range(len(rates) - 1, 0, -1):
        rates[:last, last] /= rates[last, :last].sum()
        rates[:last, :last] += np.outer(rates[:last, last], rates[last, :last])
    time = np.ones(len(rates))
    for state in range(1, len(rates)):
        time[state] = time[:state] @ rates[:state, state]
        time[: state + 1] /= time[: state + 1].max()  # shares may be further apart than a float reaches
    return time / time.sum()

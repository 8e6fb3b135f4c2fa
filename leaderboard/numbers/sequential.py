"""When it is time to stop playing: a sequential test on seat-swapped pairs of games, counted as in ``duels.py``."""

from math import log
from typing import Literal, NamedTuple

import numpy as np
from scipy.optimize import brentq

from agora.leaderboard.numbers.duels import checked, expected_score

_RARE = 1e-3  # pairs that count as seen of an outcome that was not


class Verdict(NamedTuple):
    """Where a sequential test stands."""

    ratio: float
    """Logarithm of the likelihood ratio of ``elo1`` to ``elo0``."""
    low: float
    high: float
    """Where the test ends."""
    decision: Literal["go on", "elo0", "elo1"]


def sequential_test(counts: np.ndarray, elo0: float, elo1: float, alpha: float = 0.05, beta: float = 0.05) -> Verdict:
    """The generalised sequential probability ratio test on pairs: ask after every pair, or now and then.

    If the true difference is ``elo0``, it ends in ``elo1`` in a share of about ``alpha`` of all tests; if it is
    ``elo1``, in ``elo0`` in about ``beta``. The outcomes' shares are those that fit ``counts`` (K,) best under each
    hypothesis (A. Owen, "Empirical likelihood", 2001, section 2.9), the ends are Wald's. Source: A. Wald, "Sequential
    tests of statistical hypotheses", Annals of Mathematical Statistics 16, 1945; M. Van den Bergh, "A practical
    introduction to the GSPRT", 2020, as used by Fishtest.

    Raises:
        ValueError: elo0 is not below elo1, or alpha and beta are not in (0, 0.5), or see ``score_of_pairs``.
    """
    if not elo0 < elo1 or not (0 < alpha < 0.5 and 0 < beta < 0.5):
        raise ValueError(
            f"elo0={elo0}, elo1={elo1}, alpha={alpha}, beta={beta}: give elo0 < elo1, and alpha and beta in (0, 0.5)."
        )
    seen = np.maximum(checked(counts), _RARE)
    outcomes = np.linspace(0.0, 1.0, len(seen))
    first, second = (_closest(seen / seen.sum(), outcomes - expected_score(elo)) for elo in (elo0, elo1))
    ratio = float(seen @ np.log(second / first))
    low, high = log(beta / (1.0 - alpha)), log((1.0 - beta) / alpha)
    decision: Literal["go on", "elo0", "elo1"] = "elo0" if ratio <= low else "elo1" if ratio >= high else "go on"
    return Verdict(ratio, low, high, decision)


def _closest(shares: np.ndarray, away: np.ndarray) -> np.ndarray:
    """The probabilities (K,) under which ``shares`` are likeliest among those that make ``away`` (K,) 0 on average."""
    # shares / (1 + t away), where t makes them sum to 1; it lies where all of them are positive
    least, most = -1.0 / away.max(), -1.0 / away.min()
    margin = 1e-12 * (most - least)
    tilt = brentq(lambda t: float((shares * away / (1.0 + t * away)).sum()), least + margin, most - margin, xtol=1e-14)
    return shares / (1.0 + tilt * away)

"""Deal or No Deal: every scenario there is, and its split into train and test.

A scenario is a pool and what its items are worth to each player: counts of three item types, at least one of each and
five to seven in all; whole values, so that the whole pool is worth ten points to either; every item is worth something
to somebody, and some item to both. That leaves 5,793 scenarios.

Two scenarios are one bargaining problem when they differ only in the order of the items or in who sits where. A problem
is never divided between train and test: the problems, sorted by the smallest code among their scenarios, go to test
every fifth time.
"""

from functools import cache
from itertools import permutations, product
from typing import NamedTuple

import numpy as np

ITEMS = 3
MOST = 5  # of one item in a pool
POINTS = 10  # what the whole pool is worth to either player
SMALLEST, LARGEST = 5, 7  # items in a pool

_BASE = POINTS + 1  # a code writes a scenario as nine digits: counts, values of player 0, values of player 1


class Scenarios(NamedTuple):
    """N scenarios in the order of their codes, so that what player 0 cannot tell apart stands together."""

    counts: np.ndarray
    """(N, 3) int8, how many of each item there are."""
    values: np.ndarray
    """(N, 2, 3) int8, what one item of each type is worth to each player, points."""
    mirror: np.ndarray
    """(N,) int64, the scenario with the seats exchanged."""
    first: np.ndarray
    """(N,) int64, the first scenario with the same counts and the same values of player 0."""
    alike: np.ndarray
    """(N,) int64, how many scenarios have the same counts and the same values of player 0."""


@cache
def scenarios(split: str) -> Scenarios:
    """The scenarios of ``split``: train, test or all. The arrays are shared and read-only."""
    counts, values = _enumerate()
    if split != "all":
        in_test = problems(counts, values) % 5 == 4
        chosen = in_test if split == "test" else ~in_test
        counts, values = counts[chosen], values[chosen]
    table = _index(counts, values)
    for array in table:
        array.flags.writeable = False
    return table


def problems(counts: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The number of the bargaining problem of each scenario, (N,): the same for reordered items and exchanged seats."""
    smallest = np.full(len(counts), np.iinfo(np.int64).max)
    for order in permutations(range(ITEMS)):
        for seats in (slice(None), slice(None, None, -1)):
            np.minimum(smallest, _codes(counts[:, order], values[:, seats][:, :, order]), out=smallest)
    return np.unique(smallest, return_inverse=True)[1]


def _enumerate() -> tuple[np.ndarray, np.ndarray]:
    """Counts (N, 3) and values (N, 2, 3) of all scenarios, in the order of their codes."""
    all_values = np.array(list(product(range(POINTS + 1), repeat=ITEMS)))
    counts, values = [], []
    for pool in product(range(1, MOST + 1), repeat=ITEMS):
        if SMALLEST <= sum(pool) <= LARGEST:
            own = all_values[all_values @ pool == POINTS]
            wanted = own > 0
            everything_wanted = (wanted[:, None] | wanted).all(axis=2)
            something_shared = (wanted[:, None] & wanted).any(axis=2)
            left, right = np.nonzero(everything_wanted & something_shared)
            values.append(np.stack([own[left], own[right]], axis=1))
            counts.append(np.tile(pool, (len(left), 1)))
    return np.concatenate(counts).astype(np.int8), np.concatenate(values).astype(np.int8)


def _index(counts: np.ndarray, values: np.ndarray) -> Scenarios:
    codes = _codes(counts, values)
    mirror = np.searchsorted(codes, _codes(counts, values[:, ::-1]))
    own = codes // _BASE**ITEMS  # without the digits that player 0 does not see
    first, last = np.searchsorted(own, own, "left"), np.searchsorted(own, own, "right")
    return Scenarios(counts, values, mirror, first, last - first)


def _codes(counts: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Each scenario as one number, (N,) int64."""
    digits = np.concatenate([counts, values[:, 0], values[:, 1]], axis=1).astype(np.int64)
    return digits @ _BASE ** np.arange(3 * ITEMS - 1, -1, -1)

"""Deal or No Deal: what is known exactly of every scenario."""

from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from agora.envs.api import Reference
from agora.envs.negotiation.deal_or_no_deal.rules import DEAL, ITEMS, World
from agora.envs.negotiation.deal_or_no_deal.scenarios import POINTS
from agora.envs.negotiation.deal_or_no_deal.words import division


class Analysis(NamedTuple):
    """All D divisions of one scenario, and the best of them by the usual measures."""

    divisions: np.ndarray
    """(D, 3) int64, items that player 0 takes."""
    points: np.ndarray
    """(D, 2) int64, what the division is worth to each player."""
    pareto: np.ndarray
    """(D,) bool, no other division is better for one player and as good for the other."""
    best_joint: int
    """Highest sum of both players' points."""
    best_lower: int
    """Highest number of points that the worse-off player can have."""
    nash: tuple[int, int]
    """Points of each player where their product is highest; among equals, where the sum is highest, then the lower."""
    envy_free: bool
    """Some division gives both at least half of their points, so that neither would rather have the other's items."""


def analyse(world: World, scenario: int) -> Analysis:
    """The analysis of one row of the world's tables."""
    return _analyse(world.counts[scenario].tobytes(), world.values[scenario].tobytes())


@lru_cache(maxsize=10_000)  # more than there are scenarios
def _analyse(counts: bytes, values: bytes) -> Analysis:
    pool = np.frombuffer(counts, np.int8).astype(np.int64)
    each = np.frombuffer(values, np.int8).astype(np.int64).reshape(2, ITEMS)
    divisions = np.array(list(product(*[range(count + 1) for count in pool])))
    points = np.stack([divisions @ each[0], (pool - divisions) @ each[1]], axis=1)
    as_good = np.all(points[None] >= points[:, None], axis=2)  # [i, j]: j is as good as i for both
    better = np.any(points[None] > points[:, None], axis=2)
    joint, lower, nash_product = points.sum(axis=1), points.min(axis=1), points.prod(axis=1)
    at_nash = points[np.lexsort([lower, joint, nash_product])[-1]]
    return Analysis(
        divisions=divisions,
        points=points,
        pareto=np.logical_not(np.any(np.logical_and(as_good, better), axis=1)),
        best_joint=int(joint.max()),
        best_lower=int(lower.max()),
        nash=(int(at_nash[0]), int(at_nash[1])),
        envy_free=bool((2 * lower >= POINTS).any()),
    )


def reference(world: World) -> Reference:
    """Random play exactly; as best, an even share of the highest joint score, which no pair of agents can exceed."""
    joint = (world.counts * world.values.max(axis=1)).sum(axis=1).mean()
    floor = random_return(world)
    return Reference(
        random=(floor, floor),
        best=(float(joint / 2), float(joint / 2)),
        kind="bound",
        source="Enumeration of every division of every scenario of the split: half of the mean highest joint score. It "
        "bounds the mean of both seats; one seat alone can earn up to 10.",
    )


def random_return(world: World) -> float:
    """Expected points of either player when both draw uniformly among their legal actions.

    A random division is worth 5 points on average to either. With D divisions, the first turn is a proposal with
    probability D / (D + 1), every later one with D / (D + 2), and accepts with 1 / (D + 2).
    """
    divisions = (world.counts.astype(np.float64) + 1).prod(axis=1)
    reached = divisions / (divisions + 1)
    expected, factor = np.zeros(len(divisions)), 1.0
    for _ in range(world.max_turns - 1):
        expected += reached / (divisions + 2) * factor * POINTS / 2
        reached = reached * divisions / (divisions + 2)
        factor *= world.discount
    return float(expected.mean())


def metrics(world: World, state) -> dict[str, float]:
    """What an ended game says beyond its returns; points are those of the deal, before the discount.

    ``agreement``: 1 with a deal. ``joint``: points of both. ``joint_ratio``: of the highest joint score.
    ``pareto``: 1 if no other division is better for one and as good for the other. ``nash_ratio``: product of both
    players' points, of the highest such product. ``envy_free``: 1 if both have at least half of their points.
    Without a deal all of them are 0.
    """
    if state.outcome != DEAL:
        return dict.fromkeys(("agreement", "joint", "joint_ratio", "pareto", "nash_ratio", "envy_free"), 0.0)
    known = analyse(world, int(state.scenario))
    taken = division(world, state, int(state.made) - 1)[0]
    row = int(np.flatnonzero((known.divisions == taken).all(axis=1))[0])
    left, right = known.points[row]
    return {
        "agreement": 1.0,
        "joint": float(left + right),
        "joint_ratio": float((left + right) / known.best_joint),
        "pareto": float(known.pareto[row]),
        "nash_ratio": float(left * right / (known.nash[0] * known.nash[1])),
        "envy_free": float(2 * min(left, right) >= POINTS),
    }

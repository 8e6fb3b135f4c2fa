"""How far a correlated way of playing is from equilibrium.

A mediator draws one of several profiles of strategies. In a coarse correlated equilibrium nobody gains by refusing to
listen before the draw; in a correlated equilibrium nobody gains by deviating after being told its own strategy, and
nothing else. The distances are the sums over players of what they would gain, in the unit of the reward; 0 in an
equilibrium. Source: R. Aumann, "Subjectivity and correlation in randomized strategies", Journal of Mathematical
Economics 1, 1974; H. Moulin, J.-P. Vial, "Strategically zero-sum games", International Journal of Game Theory 7, 1978.
"""

from collections.abc import Sequence

import numpy as np

from agora.agents.solvers.best_response import Strategy, tabulate
from agora.agents.solvers.sequences import best_value, gain_of, plan_of, returns_of
from agora.agents.solvers.tree import Tree


class Mixture:
    """A mediator: ``profiles[k]`` with probability ``weights[k]``; equal weights if none are given.

    Raises:
        ValueError: a profile is not one (see ``best_response.tabulate``), or weights are no probabilities.
    """

    def __init__(self, tree: Tree, profiles: Sequence[Strategy], weights: Sequence[float] | None = None):
        self.weights = np.full(len(profiles), 1 / len(profiles)) if weights is None else np.asarray(weights, float)
        if self.weights.shape != (len(profiles),) or (self.weights < 0).any() or abs(self.weights.sum() - 1) > 1e-6:
            raise ValueError(f"Weights must be {len(profiles)} probabilities that sum to 1, got {weights}.")
        self.tree = tree
        self._tables = [tabulate(tree, profile) for profile in profiles]
        self._plans = [plan_of(tree.form, table) for table in self._tables]

    def returns(self) -> np.ndarray:
        """Expected returns (P,) when everybody listens."""
        each = [returns_of(self.tree.form, plan) for plan in self._plans]
        return self.weights @ np.array(each)

    def coarse_distance(self) -> float:
        """The distance from a coarse correlated equilibrium."""
        everything = np.arange(len(self.weights))
        best = np.array([self._best(player, everything) for player in range(self.tree.players)])
        return float(np.maximum(best - self.returns(), 0).sum())

    def distance(self) -> float:
        """The distance from a correlated equilibrium."""
        best = sum(self._best(player, told) for player in range(self.tree.players) for told in self._told(player))
        return float(best - self.returns().sum())

    def _told(self, player: int) -> list[np.ndarray]:
        """Which profiles ``player`` cannot tell apart, since it is told the same."""
        alike: dict[bytes, list[int]] = {}
        for number, table in enumerate(self._tables):
            alike.setdefault(table[self.tree.owner == player].tobytes(), []).append(number)
        return [np.array(numbers) for numbers in alike.values()]

    def _best(self, player: int, profiles: np.ndarray) -> float:
        """What ``player`` gets by one best response to all ``profiles``, weighted."""
        form = self.tree.form
        gain = sum(self.weights[number] * gain_of(form, self._plans[number], player) for number in profiles)
        return best_value(form, np.asarray(gain), player)

"""Counterfactual regret minimisation and its descendants, one compiled iteration for all of them.

In each information state a player plays in proportion to the positive part of what it regrets not having done; the
average over iterations goes to an equilibrium in zero-sum games of two. The variants differ in how regrets of the past
are discounted and how iterations are weighted in the average:

- CFR: M. Zinkevich, M. Johanson, M. Bowling, C. Piccione, "Regret minimization in games with incomplete information",
  NIPS 2007.
- CFR+: negative regrets are forgotten at once, iteration t has weight t. O. Tammelin, "Solving large imperfect
  information games using CFR+", 2014.
- Discounted and linear CFR: after iteration t positive regrets shrink by t^alpha / (t^alpha + 1), negative ones by
  t^beta / (t^beta + 1), and iteration t has weight t^gamma. N. Brown, T. Sandholm, "Solving imperfect-information
  games via discounted regret minimization", AAAI 2019.
- CFR-BR: the others play a best response to the present strategy. M. Johanson, N. Bard, N. Burch, M. Bowling, "Finding
  optimal abstract strategies in extensive-form games", AAAI 2012.
"""

from typing import NamedTuple

import numpy as np

from agora.agents.solvers.sequences import (
    decisions,
    kernel,
    match_regret,
    normalised,
    plan_of,
    rule,
    set_best,
    set_gain,
    set_plan,
    uniform,
)
from agora.agents.solvers.tree import Tree


class Variant(NamedTuple):
    """What makes one method of the family; exponents may be infinite, see above."""

    alpha: float = np.inf
    beta: float = np.inf
    gamma: float = 0.0
    alternating: bool = True
    """Players are updated in turn, each facing what those before it have just become."""
    best_response: bool = False
    """The others play a best response (CFR-BR)."""


VARIANTS = {
    "cfr": Variant(),
    "cfr+": Variant(beta=-np.inf, gamma=1.0),
    "linear-cfr": Variant(alpha=1.0, beta=1.0, gamma=1.0),
    "discounted-cfr": Variant(alpha=1.5, beta=0.0, gamma=2.0),
    "cfr-br": Variant(alternating=False, best_response=True),
}


class _Memory(NamedTuple):
    regret: np.ndarray  # (I, A)
    average: np.ndarray  # (I, A), weighted sum of what was played, times the probability of coming there
    strategy: np.ndarray  # (I, A), what is played now
    answer: np.ndarray  # (I, A), best responses
    plan: np.ndarray
    facing: np.ndarray  # the plans that players take the others to follow
    gain: np.ndarray


class CFR:
    """Runs one of ``VARIANTS``, or another ``Variant``, on a tree."""

    def __init__(self, tree: Tree, variant: Variant | str = "cfr+"):
        self._variant = VARIANTS[variant] if isinstance(variant, str) else variant
        self._form = tree.form
        first, empty = uniform(tree.form), np.zeros(tree.legal.shape)
        plan = plan_of(tree.form, first)
        facing = plan.copy() if self._variant.best_response else plan
        self._memory = _Memory(
            empty.copy(), empty.copy(), first, empty.copy(), plan, facing, np.zeros(decisions(tree.form))
        )
        self.iterations = 0

    def advance(self, iterations: int) -> None:
        """Runs as many more iterations; each updates every player once."""
        times = np.arange(self.iterations + 1, self.iterations + iterations + 1, dtype=np.float64)
        alpha, beta, gamma, alternating, best_response = self._variant
        factors = np.stack([_discount(times, alpha), _discount(times, beta), times**gamma], axis=1)
        iterate(self._form, self._memory, factors, alternating, best_response)
        self.iterations += iterations

    @property
    def strategy(self) -> np.ndarray:
        """The average strategy (I, A), which is what converges."""
        return normalised(self._form, self._memory.average)

    @property
    def current(self) -> np.ndarray:
        """What the next iteration plays, (I, A)."""
        return self._memory.strategy.copy()


def _discount(times: np.ndarray, exponent: float) -> np.ndarray:
    """t^x / (t^x + 1), with 1 and 0 for an infinite exponent."""
    if np.isinf(exponent):
        return np.full(len(times), float(exponent > 0))
    return times**exponent / (times**exponent + 1)


@rule
def update(form, memory, player, positive, negative, weight):
    """Adds a player's regrets and average, from its last information states to its first, and matches regrets anew."""
    actions = form.legal.shape[1]
    for infostate in range(form.owner.shape[0] - 1, -1, -1):
        if form.owner[infostate] != player:
            continue
        start, before = infostate * actions, form.before[infostate]
        strategy, regret = memory.strategy[infostate], memory.regret[infostate]
        value = 0.0
        for action in range(actions):
            value += strategy[action] * memory.gain[start + action]
        reach = weight * memory.plan[before]
        for action in range(actions):
            if form.legal[infostate, action]:
                memory.average[infostate, action] += reach * strategy[action]
                total = regret[action] + memory.gain[start + action] - value
                regret[action] = total * (positive if total > 0.0 else negative)
        match_regret(form.legal[infostate], regret, strategy)
        memory.gain[before] += value


@rule
def answer_best(form, memory):
    """Lets ``facing`` be everybody's best response to the present plans."""
    for player in range(form.latest.shape[1]):
        set_gain(form, memory.plan, player, memory.gain)
        set_best(form, memory.gain, player, memory.answer)
        set_plan(form, memory.answer, player, memory.facing)


@kernel
def iterate(form, memory, factors, alternating, best_response):
    """An iteration for each row of ``factors`` (T, 3): discounts of positive and negative regrets, weight."""
    for time in range(factors.shape[0]):
        if best_response:
            answer_best(form, memory)
        for player in range(form.latest.shape[1]):
            set_gain(form, memory.facing, player, memory.gain)
            update(form, memory, player, factors[time, 0], factors[time, 1], factors[time, 2])
            if alternating:
                set_plan(form, memory.strategy, player, memory.plan)
        if not alternating:
            for player in range(form.latest.shape[1]):
                set_plan(form, memory.strategy, player, memory.plan)

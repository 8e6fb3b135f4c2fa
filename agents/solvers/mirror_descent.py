"""Magnetic mirror descent: gradient steps that are drawn back to uniform play by an entropy.

With a fixed temperature the *last* strategy converges, exponentially fast, to a quantal response equilibrium (of the
reduced normal form); as the temperature falls, that equilibrium goes to one of Nash. Steps are taken in plans, with
the dilated entropy, so one step is a softmax in every information state from the last to the first.
Source: S. Sokota, R. D'Orazio, J. Z. Kolter, N. Loizou, M. Lanctot, I. Mitliagkas, N. Brown, C. Kroer, "A unified
approach to reinforcement learning, quantal response equilibria, and two-player zero-sum games", ICLR 2023. With
temperature 0 it is online mirror descent, of which the average converges.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from agora.agents.solvers.sequences import decisions, kernel, plan_of, rule, set_gain, set_plan, uniform
from agora.agents.solvers.tree import Tree
from agora.envs.arrays import fill

Schedule = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]

_ANNEALED_STEP = 3.0  # of 0.3 to 30 this comes nearest to equilibrium in Kuhn and Leduc poker after 6000 iterations


class _Memory(NamedTuple):
    strategy: np.ndarray  # (I, A)
    logits: np.ndarray  # (I, A), its logarithms
    plan: np.ndarray
    gain: np.ndarray
    below: np.ndarray  # of each decision, what the information states that follow it hand up


class MagneticMirrorDescent:
    """``schedule(t)`` gives the steps and the temperatures of iterations ``t`` (T,), both (T,); a temperature is in the
    unit of the reward, a step in its inverse.

    A float is a fixed temperature, with steps small enough for convergence to be proven; without a schedule both fall
    with the square root of time.
    """

    def __init__(self, tree: Tree, schedule: Schedule | float | None = None):
        self._form = tree.form
        self._schedule = schedule if callable(schedule) else _schedule(tree, schedule)
        first, size = uniform(tree.form), decisions(tree.form)
        with np.errstate(divide="ignore"):
            logits = np.log(first)
        self._memory = _Memory(first, logits, plan_of(tree.form, first), np.zeros(size), np.zeros(size))
        self.iterations = 0

    def advance(self, iterations: int) -> None:
        """Runs as many more iterations; all players move at once."""
        times = np.arange(self.iterations + 1, self.iterations + iterations + 1, dtype=np.float64)
        steps, temperatures = self._schedule(times)
        ascend_all(self._form, self._memory, steps, temperatures)
        self.iterations += iterations

    @property
    def strategy(self) -> np.ndarray:
        """The last strategy (I, A)."""
        return self._memory.strategy.copy()


def _schedule(tree: Tree, temperature: float | None) -> Schedule:
    """Steps of ``temperature / L^2``, where L is the largest number in the payoff matrix."""
    largest = float(np.abs(tree.form.payoff).max())
    if temperature is not None:
        return lambda times: (np.full(len(times), temperature / largest**2), np.full(len(times), temperature))
    return lambda times: (_ANNEALED_STEP / largest / np.sqrt(times), largest / np.sqrt(times))


@rule
def ascend(form, memory, player, step, temperature):
    """One step of one player: a softmax in each information state, from the last to the first."""
    actions = form.legal.shape[1]
    shrink = 1.0 / (1.0 + step * temperature)
    for infostate in range(form.owner.shape[0] - 1, -1, -1):
        if form.owner[infostate] != player:
            continue
        legal, logits, strategy = form.legal[infostate], memory.logits[infostate], memory.strategy[infostate]
        highest = -np.inf
        for action in range(actions):
            if legal[action]:
                decision = infostate * actions + action
                drawn = step * memory.gain[decision] + logits[action]
                logits[action] = shrink * drawn + memory.below[decision]
                highest = max(highest, logits[action])
        total = 0.0
        for action in range(actions):
            if legal[action]:
                total += math.exp(logits[action] - highest)
        softest = highest + math.log(total)
        for action in range(actions):
            if legal[action]:
                logits[action] -= softest
                strategy[action] = math.exp(logits[action])
        memory.below[form.before[infostate]] += softest


@kernel
def ascend_all(form, memory, steps, temperatures):
    for time in range(steps.shape[0]):
        fill(memory.below, 0.0)
        for player in range(form.latest.shape[1]):
            set_gain(form, memory.plan, player, memory.gain)
            ascend(form, memory, player, steps[time], temperatures[time])
        for player in range(form.latest.shape[1]):
            set_plan(form, memory.strategy, player, memory.plan)

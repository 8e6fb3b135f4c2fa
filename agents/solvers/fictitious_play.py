"""Extensive-form fictitious play: everybody plays a best response to the others' average so far.

Averages are of plans, so that the average behaves in every information state as the mixture of all strategies so far
does. Source: J. Heinrich, M. Lanctot, D. Silver, "Fictitious self-play in extensive-form games", ICML 2015 (XFP).
"""

import numpy as np

from agora.agents.solvers.sequences import (
    decisions,
    kernel,
    normalised,
    plan_of,
    set_best,
    set_gain,
    set_plan,
    uniform,
)
from agora.agents.solvers.tree import Tree


class FictitiousPlay:
    """Starts from uniform play, which counts as the first strategy in the average."""

    def __init__(self, tree: Tree):
        self._form = tree.form
        self._plan = plan_of(tree.form, uniform(tree.form))
        self.iterations = 0

    def advance(self, iterations: int) -> None:
        """Runs as many more iterations: one best response of every player to the average."""
        size = decisions(self._form)
        room = np.zeros(self._form.legal.shape), np.zeros(size), np.zeros(size)
        play_best(self._form, self._plan, *room, self.iterations, iterations)
        self.iterations += iterations

    @property
    def strategy(self) -> np.ndarray:
        """The average strategy (I, A)."""
        return normalised(self._form, self._plan[:-1].reshape(self._form.legal.shape))


@kernel
def play_best(form, plan, answer, answers, gain, done, iterations):
    """Mixes each round of best responses into the average ``plan`` with weight 1 / (rounds + 1)."""
    for time in range(done + 1, done + iterations + 1):
        for player in range(form.latest.shape[1]):
            set_gain(form, plan, player, gain)
            set_best(form, gain, player, answer)
            set_plan(form, answer, player, answers)
        for decision in range(plan.shape[0]):
            plan[decision] += (answers[decision] - plan[decision]) / (time + 1.0)

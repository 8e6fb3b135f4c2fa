"""A population of policies, the table of what they are paid against each other, and the mixture of them that is played.

Where the game has a tree, payoffs, the mixture's strategy in every information state and its NashConv are exact.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from agora.agents import tabular
from agora.agents.api import Agent
from agora.agents.population import mixture, payoffs
from agora.agents.population.frozen import Frozen, Stored, freeze, thaw
from agora.agents.population.meta_solvers import MetaSolver
from agora.agents.population.payoffs import PayoffTable, mixed_plan
from agora.agents.solvers.exploit import strategy_of
from agora.agents.solvers.sequences import best_of, normalised, plan_of, returns_of
from agora.agents.solvers.tree import Tree
from agora.envs.game import Game


class Population:
    """K policies, each of which can play every seat.

    Args:
        game: that they play.
        solve: makes the meta-strategy of the payoffs.
        tree: of the game, for exact payoffs; None: payoffs are simulated.
        games: to simulate for each new combination of policies.
        seed: of simulated games.
    """

    def __init__(self, game: Game, solve: MetaSolver, tree: Tree | None, games: int, seed: int):
        self.game, self.solve, self.tree, self.games, self.seed = game, solve, tree, games, seed
        self.policies: list[Frozen] = []
        self.plans: list[np.ndarray] = []
        """(I * A + 1,) of each policy, where there is a tree."""
        self.table = payoffs.empty(game.spec.players)
        self.weights = np.zeros((game.spec.players, 0))
        """(P, K), the meta-strategy: with what probability each seat draws each policy."""

    def add(self, policies: Sequence[Frozen]) -> None:
        """Takes in policies, extends the payoffs and solves for the meta-strategy anew."""
        for policy in policies:
            self._take(policy)
        self.table = payoffs.extended(self.table, len(self.policies), self._estimate())
        self.weights = np.array(self.solve(self.table.mean))

    def _take(self, policy: Frozen) -> None:
        self.policies.append(policy)
        if self.tree is not None:
            self.plans.append(plan_of(self.tree.form, strategy_of(policy.agent, self.tree, self.game.spec)))

    def _estimate(self) -> Callable[[tuple[int, ...]], payoffs.Estimate]:
        if self.tree is not None:
            return payoffs.exact(self.tree, self.plans)
        return payoffs.simulated(self.game, [policy.agent for policy in self.policies], self.games, self.seed)

    def policy_of(self, strategy: np.ndarray) -> Frozen:
        """The policy that plays ``strategy`` (I, A) of the tree."""
        return freeze(lambda folder: self._save_table(strategy, folder, "policy"), self.game.spec)

    def best_response(self) -> np.ndarray:
        """Exact, to the meta-strategy, in every seat: a strategy (I, A)."""
        return best_of(self._tree.form, self.plan())[0]

    def plan(self) -> np.ndarray:
        """The plan (I * A + 1,) of the meta-strategy."""
        return mixed_plan(self._tree, self.plans, self.weights)

    def nash_conv(self) -> float:
        """Of the meta-strategy in the whole game, exact."""
        form, plan = self._tree.form, self.plan()
        return float((best_of(form, plan)[1] - returns_of(form, plan)).sum())

    def strategy(self) -> np.ndarray:
        """(I, A): what plays as the meta-strategy's mixture does, in every information state."""
        tree = self._tree
        return normalised(tree.form, self.plan()[:-1].reshape(tree.legal.shape))

    @property
    def _tree(self) -> Tree:
        if self.tree is None:
            raise ValueError(f"The payoffs of {self.game.spec.id} are simulated: without its tree nothing is exact.")
        return self.tree

    def mixed(self) -> Agent:
        """Draws a policy for every game and seat."""
        return mixture.MixtureAgent([policy.agent for policy in self.policies], self.weights, self.game.spec)

    def agent(self) -> Agent:
        """Plays the meta-strategy: where there is a tree by the strategy that does the same, else by the mixture."""
        return self.mixed() if self.tree is None else self._table(self.strategy()).agent()

    def _table(self, strategy: np.ndarray) -> tabular.Table:
        tree = self._tree
        return tabular.Table(tree.owner, tree.before, tree.observation, tree.legal, strategy)

    def _save_table(self, strategy: np.ndarray, folder: Path, name: str) -> Path:
        return tabular.save(self._table(strategy), folder, self.game.spec, name=name)

    def save(self, folder: Path, name: str) -> Path:
        """Writes the agent called ``name`` and, beside it, the population: every policy as an agent's folder,
        ``payoffs.npz`` (see ``payoffs.load``), and the weights in the ``agent.toml`` of the mixture, which is the agent
        itself or, where there is a tree, in the folder ``mixture``."""
        stored = [policy.stored for policy in self.policies]
        if self.tree is None:
            mixture.save(stored, self.weights, folder, self.game.spec, name=name)
        else:
            self._save_table(self.strategy(), folder, name)
            mixture.save(stored, self.weights, folder / "mixture", self.game.spec, name=name)
        payoffs.save(self.table, folder / "payoffs.npz")
        return folder

    def state(self) -> dict[str, Any]:
        """Everything needed to go on exactly."""
        stored: list[Stored] = [policy.stored for policy in self.policies]
        tables = [torch.from_numpy(array) for array in self.table]
        return {"policies": stored, "payoffs": tables, "weights": torch.from_numpy(self.weights)}

    def restore(self, state: dict[str, Any]) -> None:
        """Puts back what ``state`` gave."""
        self.policies, self.plans = [], []
        for stored in state["policies"]:
            self._take(thaw(stored, self.game.spec))
        self.table = PayoffTable(*(array.numpy() for array in state["payoffs"]))
        self.weights = state["weights"].numpy()

    def check_finite(self) -> None:
        """Raises FloatingPointError if a payoff or a weight is NaN or infinite."""
        for what, numbers in (("payoff table", self.table.mean), ("meta-strategy", self.weights)):
            if not np.isfinite(numbers).all():
                raise FloatingPointError(f"The {what} of {len(self.policies)} policies holds NaN or infinite numbers.")

"""Policy-space response oracles (PSRO): a population that grows by best responses to its own meta-strategy.

Each iteration solves the empirical game of all policies so far (``payoffs.py``) with a meta-solver
(``meta_solvers.py``), which says with what probability each seat draws each policy, and adds a best response to that
mixture, in every seat, as one new policy. With exact best responses and an equilibrium as meta-strategy this is double
oracle, which ends at an equilibrium of the whole game: H. B. McMahan, G. Gordon, A. Blum, "Planning in the presence of
cost functions controlled by an adversary", ICML 2003. With learned ones it needs no tree, only games to play.
Source: M. Lanctot et al., "A unified game-theoretic approach to multiagent reinforcement learning", NeurIPS 2017.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import Meta, Struct

from agora.agents.api import Agent
from agora.agents.learned.ppo import Parameters as LearnerParameters
from agora.agents.learned.settings import Count, Settings
from agora.agents.population.frozen import Frozen, thaw
from agora.agents.population.learners import train_best_response
from agora.agents.population.meta_solvers import solver
from agora.agents.population.population import Population
from agora.agents.solvers.tree import build
from agora.envs.game import Game

CONVERGED = 1e-9
"""A best response that gains no more than this, over all seats together, adds nothing."""


class Parameters(Struct, forbid_unknown_fields=True):
    """The table [parameters]."""

    meta_solver: Literal["uniform", "nash", "projected-replicator", "alpha-rank", "risk-averse"] = "nash"
    """How the policies are mixed that best responses are made to, and that is played in the end."""
    aversion: Annotated[float, Meta(ge=0)] = 0.1
    """Of ``risk-averse``: what a variance of 1 costs, in 1 / unit of the reward."""
    best_response: Literal["exact", "learned"] = "exact"
    """``exact``: from the whole tree of the game. ``learned``: by PPO, for ``response_steps`` decisions each."""
    response_steps: Count = 50_000
    """Decisions that a learned best response is trained for."""
    payoffs: Literal["exact", "simulated"] = "exact"
    """``exact``: from the whole tree of the game. ``simulated``: from games, with standard errors."""
    games: Annotated[int, Meta(ge=2)] = 1_000
    """Played for each new combination of policies where payoffs are simulated."""
    learner: LearnerParameters = msgspec.field(default_factory=LearnerParameters)
    """Of PPO, where best responses are learned."""


def make(settings: Settings, game: Game) -> "PSRO":
    """The learner that ``train.py`` runs; its steps are iterations, one best response in every seat each.

    Raises:
        ValueError: something exact is asked of a game without a tree that fits, or best responses are exact and
            payoffs are not.
    """
    return PSRO(settings, game)


class PSRO:
    """See the module. The first policy draws uniformly if best responses are learned, else it is a pure strategy drawn
    with the seed."""

    def __init__(self, settings: Settings, game: Game):
        self.settings, self.game, self.parameters = settings, game, settings.parameters
        parameters: Parameters = settings.parameters
        self.exact = parameters.best_response == "exact"
        if self.exact and parameters.payoffs != "exact":
            raise ValueError("parameters: best_response='exact' needs the tree, so take payoffs='exact' as well.")
        tree = build(game) if parameters.payoffs == "exact" else None
        solve = solver(parameters.meta_solver, parameters.aversion)
        self.population = Population(game, solve, tree, parameters.games, settings.seed)
        self.steps = 0
        self.population.add([self._drawn() if self.exact else thaw("random", game.spec)])

    def _drawn(self) -> Frozen:
        """A pure strategy, drawn uniformly."""
        tree = self.population.tree
        assert tree is not None
        drawn = np.random.default_rng(self.settings.seed).random(tree.legal.shape) * tree.legal
        return self.population.policy_of(np.eye(tree.legal.shape[1])[drawn.argmax(axis=1)])

    def iterate(self) -> dict[str, float]:
        """One iteration; numbers for the curve: the policies, and NashConv of the meta-strategy where it is exact."""
        population = self.population
        if not self.exact:
            population.add([self._learned()])
        elif population.nash_conv() > CONVERGED:
            population.add([population.policy_of(population.best_response())])
        self.steps += 1
        exact = {} if population.tree is None else {"nash_conv": population.nash_conv()}
        return {"policies": float(len(population.policies)), **exact}

    def _learned(self) -> Frozen:
        seed = np.random.SeedSequence([self.settings.seed, self.steps]).generate_state(1)
        opponent, steps = self.population.mixed(), self.parameters.response_steps
        return train_best_response(self.game, opponent, self.settings, self.parameters.learner, steps, int(seed[0]))

    def agent(self) -> Agent:
        """Plays the meta-strategy, see ``Population.agent``."""
        return self.population.agent()

    def save(self, folder: Path) -> Path:
        """Writes the agent and the whole population, see ``Population.save``."""
        return self.population.save(folder, self.settings.name or self.settings.algorithm)

    def state(self) -> dict[str, Any]:
        return {"steps": self.steps, "population": self.population.state()}

    def restore(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]
        self.population.restore(state["population"])

    def check_finite(self) -> None:
        self.population.check_finite()

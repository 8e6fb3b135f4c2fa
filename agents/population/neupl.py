"""NeuPL: a whole population of best responses in one network.

Policy i of K is the network under a vector that says how its opponents are mixed, which it learns to answer: row i of
the *interaction graph*, probabilities of the policies below i for every seat. Policy 0 draws uniformly and does not
learn. All others learn at the same time by PPO, and what one has found out the others can use, since they are one
network. From time to time the graph is drawn anew: row i becomes the meta-strategy of the first i policies.
Source: S. Liu et al., "NeuPL: neural population learning", ICLR 2022; there the rows are those of a symmetric game,
here every seat has its own mixture.
"""

import copy
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
import torch
from msgspec import Meta, Struct

from agora.agents.api import Agent, Needs, draw_rows
from agora.agents.learned import ppo, saved
from agora.agents.learned.rollout import OneSeat, Played
from agora.agents.learned.settings import Count, Settings
from agora.agents.population import conditional
from agora.agents.population.conditional import appended
from agora.agents.population.frozen import Frozen, freeze, thaw
from agora.agents.population.learners import Learner, ppo_settings, steps_of_rounds
from agora.agents.population.meta_solvers import solver
from agora.agents.population.population import Population
from agora.agents.random import RandomAgent
from agora.agents.solvers.tree import build
from agora.envs.api import Discrete, Spec
from agora.envs.game import Game

_NOBODY = -1


class Parameters(Struct, forbid_unknown_fields=True):
    """The table [parameters]."""

    policies: Annotated[int, Meta(ge=2)] = 8
    """K, the one that draws uniformly included."""
    rounds: Count = 10
    """Rounds of PPO in each iteration, after which the graph is drawn anew."""
    meta_solver: Literal["uniform", "nash", "projected-replicator", "alpha-rank", "risk-averse"] = "nash"
    """How the rows of the graph, and the mixture that is played, are made of the payoffs."""
    aversion: Annotated[float, Meta(ge=0)] = 0.1
    """Of ``risk-averse``: what a variance of 1 costs, in 1 / unit of the reward."""
    payoffs: Literal["exact", "simulated"] = "exact"
    """``exact``: from the whole tree of the game. ``simulated``: from games, with standard errors."""
    games: Annotated[int, Meta(ge=2)] = 1_000
    """Played for each combination of policies, in every iteration, where payoffs are simulated."""
    learner: ppo.Parameters = msgspec.field(default_factory=ppo.Parameters)
    """Of PPO."""


def make(settings: Settings, game: Game) -> "NeuPL":
    """The learner that ``train.py`` runs; its steps are iterations.

    Raises:
        ValueError: actions are continuous, the network has a memory, there is one player only, or payoffs are to be
            exact in a game without a tree that fits.
    """
    if game.spec.players < 2 or not isinstance(game.spec.action, Discrete) or settings.network.recurrent:
        raise ValueError(
            f"NeuPL needs several players, discrete actions and a network without memory: take another game than "
            f"{game.spec.id}, or leave out network.recurrent."
        )
    return NeuPL(settings, game)


class Neighbours:
    """In every game draws which policy the learner is to be, and for every other seat a policy of that one's mixture.

    Args:
        population: whose graph and policies they are.
        lanes: B, games at once.
    """

    needs: Needs = "observation"

    def __init__(self, population: "NeuPL", lanes: int):
        self.population = population
        players = population.game.spec.players
        self.learning = np.ones(lanes, np.int64)
        """(B,), which policy the learner is."""
        self._playing = np.full((lanes, players), _NOBODY)
        self._generator = np.random.default_rng(0)

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        games = lanes // spec.players
        self.learning[games] = self._generator.integers(1, self.population.parameters.policies, size=len(games))
        self._playing[games] = _NOBODY

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        games, seats = np.divmod(lanes, self.population.game.spec.players)
        new = np.flatnonzero(self._playing[games, seats] == _NOBODY)
        if len(new):
            mixtures = self.population.graph[self.learning[games[new]], seats[new]]
            self._playing[games[new], seats[new]] = draw_rows(mixtures, self._generator)
        return draw_rows(self._chances(observation, legal, self._playing[games, seats]), self._generator)

    def _chances(self, observation: np.ndarray, legal: np.ndarray, policies: np.ndarray) -> np.ndarray:
        """The probabilities (L, A) with which ``policies`` (L,) play; 0 draws uniformly."""
        chances = legal / legal.sum(axis=1, keepdims=True)
        rows = np.flatnonzero(policies)
        if len(rows):
            seen = appended(observation[rows], self.population.conditions[policies[rows]])
            chances[rows] = self.population.network.policy(seen, legal[rows])
        return chances


class ConditionedGames:
    """Games against neighbours, in which the learner is told which policy it is; see ``Games``."""

    seats = 1

    def __init__(self, population: "NeuPL", settings: Settings, game: Game):
        self.population = population
        self.neighbours = Neighbours(population, settings.num_envs)
        self.inner = OneSeat(game, settings.num_envs, self.neighbours, settings.seat, settings.illegal)
        self.rows, self.movers = self.inner.rows, self.inner.movers
        self._learned = self.neighbours.learning.copy()  # in the decision before

    def start(self, seed: int) -> None:
        self.inner.start(seed)

    @property
    def observation(self) -> np.ndarray:
        return appended(self.inner.observation, self.population.conditions[self.neighbours.learning])

    @property
    def legal(self) -> np.ndarray:
        return self.inner.legal

    def play(self, actions: np.ndarray) -> Played:
        self._learned = self.neighbours.learning.copy()
        return self.inner.play(actions)

    def final_observation(self, rows: np.ndarray) -> np.ndarray:
        seen = self.inner.final_observation(rows)[:, 0]
        return appended(seen, self.population.conditions[self._learned[rows]])[:, None]


class NeuPL:
    """See the module."""

    network: Any
    """The agent that plays whatever the condition behind an observation says."""

    def __init__(self, settings: Settings, game: Game):
        self.settings, self.game = settings, game
        self.parameters: Parameters = settings.parameters
        count, players = self.parameters.policies, game.spec.players
        self.tree = build(game) if self.parameters.payoffs == "exact" else None
        self.solve = solver(self.parameters.meta_solver, self.parameters.aversion)
        self.graph = np.zeros((count, players, count))
        """(K, P, K), the mixture in each seat that each policy answers; zeros for policy 0, which answers nothing."""
        for policy in range(1, count):
            self.graph[policy, :, :policy] = 1 / policy
        seen = copy.copy(game)
        seen.spec = conditional.conditioned(game.spec, players * count)
        ppo_parameters = self.parameters.learner
        steps = steps_of_rounds(settings, ppo_parameters, self.parameters.rounds)
        self.learner = Learner(ppo_settings(settings, ppo_parameters, steps, settings.seed), seen, self._games)
        self.steps = 0

    def _games(self, learner: ppo.PPO) -> ConditionedGames:
        self.network = saved.as_agent(learner.model, learner.game.spec)
        return ConditionedGames(self, self.settings, self.game)

    @property
    def conditions(self) -> np.ndarray:
        """(K, P K), what tells the network which policy to be."""
        return self.graph.reshape(len(self.graph), -1)

    def iterate(self) -> dict[str, float]:
        """All policies learn, then the graph is drawn anew; numbers for the curve."""
        for _ in range(self.parameters.rounds):
            numbers = self.learner.iterate()
        self.learner.check_finite()
        population = self._population([Frozen(agent, "") for agent in self._policies()])
        exact = {} if self.tree is None else {"nash_conv": population.nash_conv()}
        self._draw_graph(population.table.mean)
        self.steps += 1
        return {**numbers, **exact}

    def _policies(self) -> list[Agent]:
        """All K, as they are now."""
        return [RandomAgent(), *(conditional.under(self.network, condition) for condition in self.conditions[1:])]

    def _population(self, policies: list[Frozen]) -> Population:
        population = Population(self.game, self.solve, self.tree, self.parameters.games, self.settings.seed)
        population.add(policies)
        return population

    def _draw_graph(self, payoffs: np.ndarray) -> None:
        """Row i becomes the meta-strategy of the policies below i; ``payoffs`` is (K, ..., K, P)."""
        for policy in range(1, len(self.graph)):
            below = (slice(policy),) * self.game.spec.players
            self.graph[policy, :, :policy] = np.array(self.solve(payoffs[below]))

    def _frozen(self) -> Population:
        """The population, in which every policy is a folder of its own."""
        name, spec, network = self.settings.name or self.settings.algorithm, self.game.spec, self.settings.network
        policies = [thaw("random", spec)]
        for condition in self.conditions[1:]:
            save = partial(
                conditional.save, self.learner.played_model, condition, spec=spec, network=network, name=name
            )
            policies.append(freeze(save, spec))
        return self._population(policies)

    def agent(self) -> Agent:
        """Plays the meta-strategy of all policies, see ``Population.agent``."""
        return self._population([Frozen(agent, "") for agent in self._policies()]).agent()

    def save(self, folder: Path) -> Path:
        """Writes the agent and the population, see ``Population.save``, and the interaction graph, ``graph.npy``."""
        self._frozen().save(folder, self.settings.name or self.settings.algorithm)
        np.save(folder / "graph.npy", self.graph)
        return folder

    def state(self) -> dict[str, Any]:
        return {
            "steps": self.steps,
            "graph": torch.from_numpy(self.graph.copy()),
            "learner": self.learner.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.steps, self.graph = state["steps"], state["graph"].numpy().copy()
        self.learner.restore(state["learner"])

    def check_finite(self) -> None:
        self.learner.check_finite()

"""Monte Carlo tree search that asks a network, in many games at once: one call of the network for each simulation.

For games of two players with perfect information, in turns, without chance, where one wins what the other loses. Who
moves next comes from the rules, so passes and second moves are no matter.

Two ways to choose. ``puct``: upper confidence bounds with the network's policy as prior, Dirichlet noise at the root,
and the shares of the visits as the policy to learn: D. Silver et al., "A general reinforcement learning algorithm that
masters chess, shogi, and Go through self-play", Science 2018. ``gumbel``: actions drawn without replacement by the
Gumbel trick share the simulations by sequential halving, and below the root visits follow the policy improved by the
values found, which is also what is learned: I. Danihelka, A. Guez, J. Schrittwieser and D. Silver, "Policy improvement
by planning with Gumbel", ICLR 2022, sections 2 to 5 and appendix D.

New positions come from the rules (``ByRules``), or from a learned model (``ByModel``) as in J. Schrittwieser et al.,
"Mastering Atari, Go, chess and shogi by planning with a learned model", Nature 2020; then masks hold at the root only.
Letters as in ``agora.envs.api``; ``G`` games, ``H`` numbers of a latent state, ``S`` simulations.
"""

import math
from collections.abc import Callable
from types import ModuleType
from typing import Annotated, Any, Literal, NamedTuple, Protocol

import numpy as np
from msgspec import Meta, Struct

from agora.agents.api import Needs
from agora.agents.search.room import kernel
from agora.envs.api import Discrete, Spec
from agora.envs.game import Game
from agora.envs.lanes import as_numbers

Evaluate = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Observations (G, O) to logits (G, A) and values (G,), float32: shares of the largest return, for whoever looks."""

TINY = 1e-30  # keeps a sum of gamma draws from being zero


class Plan(Struct, forbid_unknown_fields=True):
    """How to search."""

    simulations: Annotated[int, Meta(ge=1)] = 32
    """For each move."""
    root: Literal["gumbel", "puct"] = "gumbel"
    considered: Annotated[int, Meta(ge=1)] = 16
    """Gumbel: actions drawn at the root at most."""
    sharpness: Annotated[float, Meta(gt=0)] = 1.0
    """Gumbel: scale of values against logits (c_scale)."""
    exploration: Annotated[float, Meta(gt=0)] = 1.25
    """PUCT: weight of the bounds, in shares of the largest return."""
    dirichlet: Annotated[float, Meta(gt=0)] = 0.5
    """PUCT: concentration of the noise at the root; about 10 over the usual number of legal actions."""
    noise: Annotated[float, Meta(ge=0, le=1)] = 0.25
    """PUCT: share of the noise in the priors at the root."""


class Roots(NamedTuple):
    """Positions to search from; none of them is the end of a game."""

    states: np.recarray
    """(G,)"""
    observation: np.ndarray
    """(G, O) of who moves."""
    legal: np.ndarray
    """(G, A) bool."""


class Found(NamedTuple):
    """What a search found, a row for each game."""

    action: np.ndarray
    """(G,) int64: the one to play."""
    policy: np.ndarray
    """(G, A) float32: better than the network's; rows sum to 1, illegal actions have 0."""
    value: np.ndarray
    """(G,) float32: share of the largest return, for who moves."""


class Model(Protocol):
    """What is learned of a game's course. Rewards and values are shares of the largest return, for who decides."""

    def begin(self, observation: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Observations (G, O) to latent states (G, H), logits (G, A) and values (G,), float32."""

    def advance(self, latent: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, ...]:
        """Latent states (G, H) and actions (G,) to the next ones, rewards (G,), and logits and values there."""


class Source(Protocol):
    """Where new positions come from, and what the network says of them: logits (G, A), values (G,), masks (G, A)."""

    def begin(self, trees: Any, roots: Roots) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """At the roots."""

    def extend(self, trees: Any, room: Any, simulation: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """At the leaves of simulation number ``simulation``, for which it makes nodes."""


def check_plannable(spec: Spec) -> None:
    """Raises ValueError unless a network's search can play ``spec``."""
    reason = (
        "its players choose at once"
        if spec.turns != "sequential"
        else "its actions are continuous"
        if not isinstance(spec.action, Discrete)
        else "it hides information"
        if spec.information != "perfect"
        else "chance moves in it"
        if spec.chance != "none"
        else f"it has {spec.players} players"
        if spec.players != 2
        else "what one player wins the other does not lose"
        if spec.payoff != "zero-sum"
        else ""
    )
    if reason:
        raise ValueError(
            f"{spec.id} cannot be searched with a network: {reason}. It needs two players in turns, discrete actions, "
            "perfect information, no chance and zero sums; PPO and SAC learn the other games."
        )


def value_scale(spec: Spec) -> float:
    """What rewards are multiplied with to be shares of the largest return."""
    return 1.0 / max(abs(number) for number in spec.returns)


def halving(considered: int, simulations: int) -> np.ndarray:
    """(S,) int32: how many visits the action has that each simulation goes to, by sequential halving.

    ``considered`` actions share the first phase evenly, the better half of them the second, and so on to two; phases
    get the same number of simulations, as far as that divides.
    """
    wanted: list[int] = []
    left, visits, phases = considered, 0, max(1, math.ceil(math.log2(considered)))
    while len(wanted) < simulations:
        for _ in range(max(1, simulations // (phases * left))):
            wanted += [visits] * left
            visits += 1
        left = max(min(2, left), left // 2)
    return np.array(wanted[:simulations], np.int32)


class ByRules:
    """New positions by the rules of the game, valued by a network."""

    def __init__(self, game: Game, compiled: ModuleType, evaluate: Evaluate):
        self.game, self._kernel, self._evaluate = game, compiled, evaluate
        self._scale = value_scale(game.spec)
        self._blank = np.zeros(1, game.spec.observation_record).view(np.recarray)
        self._states = np.zeros((0, 0), game.dtype).view(np.recarray)

    def begin(self, trees: Any, roots: Roots) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        games, nodes = len(roots.states), trees.value.shape[1]
        if self._states.shape[0] < games or self._states.shape[1] != nodes:
            self._states = np.zeros((games, nodes), self.game.dtype).view(np.recarray)
        self._states[:games, 0] = roots.states
        self._views = np.zeros(games, self.game.spec.observation_record).view(np.recarray)
        self._masks = roots.legal.copy()
        return *self._evaluate(roots.observation), self._masks

    def extend(self, trees: Any, room: Any, simulation: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        spec = self.game.spec
        self._kernel.simulate(
            self.game.world,
            trees,
            self._states,
            room,
            simulation,
            spec.max_steps,
            self._scale,
            self._blank,
            self._views,
            self._masks,
        )
        return *self._evaluate(as_numbers(self._views, spec)), self._masks


class ByModel:
    """New positions as a learned model imagines them; every action is taken for legal there."""

    def __init__(self, compiled: ModuleType, model: Model):
        self._kernel, self._model = compiled, model

    def begin(self, trees: Any, roots: Roots) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        latent, logits, values = self._model.begin(roots.observation)
        games = len(latent)
        self._latent = np.zeros((games, trees.value.shape[1], latent.shape[1]), np.float32)
        self._latent[:, 0] = latent
        self._parents, self._actions = np.zeros(games, np.int64), np.zeros(games, np.int64)
        self._masks = np.ones_like(roots.legal)
        return logits, values, roots.legal.copy()

    def extend(self, trees: Any, room: Any, simulation: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        self._kernel.imagine(trees, room, simulation, self._parents, self._actions)
        games, node = np.arange(len(self._parents)), simulation + 1  # nothing ends, so each simulation adds a node
        latent, rewards, logits, values = self._model.advance(self._latent[games, self._parents], self._actions)
        self._latent[:, node] = latent
        trees.reward[games, node] = np.clip(rewards, -1.0, 1.0)
        return logits, values, self._masks


class NetworkSearch:
    """A search for one game; memory is kept between searches.

    Args:
        game: the environment.
        plan: how to search.
        evaluate: the network, for a search by the rules.
        model: the network, for a search in what it imagines; instead of ``evaluate``.

    Raises:
        ValueError: the game is none for such a search.
    """

    def __init__(self, game: Game, plan: Plan, evaluate: Evaluate | None = None, model: Model | None = None):
        check_plannable(game.spec)
        self.game, self.plan = game, plan
        self._kernel = kernel("network", game)
        self._source: Source
        if model is not None:
            self._source = ByModel(self._kernel, model)
        else:
            assert evaluate is not None, "give evaluate or model"
            self._source = ByRules(game, self._kernel, evaluate)
        considered = range(1, min(plan.considered, game.spec.action.n) + 1)
        self._wanted = np.stack([halving(count, plan.simulations) for count in (1, *considered)])
        self._trees = self._allocate(0)

    def run(self, roots: Roots, noise: np.random.Generator | None = None) -> Found:
        """Searches from ``roots``; without ``noise`` the same roots give the same answer."""
        games, actions = roots.legal.shape
        if len(self._trees.nodes) < games:
            self._trees = self._allocate(games)
        trees, room = self._trees, self._room(games, actions, noise)
        self._kernel.start(trees, np.ascontiguousarray(roots.states["to_move"]))
        self._kernel.finish(trees, *self._source.begin(trees, roots))
        if self.plan.root == "puct" and noise is not None:
            self._kernel.mix_noise(trees, room, self.plan.noise)
        for simulation in range(self.plan.simulations):
            self._kernel.finish(trees, *self._source.extend(trees, room, simulation))
        found = Found(np.zeros(games, np.int64), np.zeros((games, actions), np.float32), np.zeros(games, np.float32))
        self._kernel.harvest(trees, room, *found)
        return found

    def _room(self, games: int, actions: int, noise: np.random.Generator | None) -> Any:
        plan, players = self.plan, self.game.spec.players
        drawn = np.zeros((games, actions))
        if noise is not None and plan.root == "gumbel":
            drawn = noise.gumbel(size=drawn.shape)
        elif noise is not None:
            drawn = noise.gamma(plan.dirichlet, size=drawn.shape) + TINY
        return self._kernel.Room(
            score=np.zeros(actions),
            actions=np.zeros(players, np.int64),
            rewards=np.zeros(players),
            wanted=self._wanted,
            noise=drawn,
            gumbel=plan.root == "gumbel",
            exploration=plan.exploration,
            sharpness=plan.sharpness,
        )

    def _allocate(self, games: int) -> Any:
        """Trees for so many games. A node has at most A edges; the system gives memory only to those in use."""
        nodes = self.plan.simulations + 1
        edges = nodes * self.game.spec.action.n
        by_node = {"first": "i4", "children": "i4", "value": "f4", "reward": "f4", "mover": "i1", "ended": "?"}
        by_edge = {"action": "i4", "logit": "f4", "prior": "f4", "visits": "i4", "total": "f8", "child": "i4"}
        return self._kernel.Trees(
            nodes=np.zeros(games, np.int32),
            edges=np.zeros(games, np.int32),
            **{name: np.zeros((games, nodes), kind) for name, kind in by_node.items()},
            **{name: np.zeros((games, edges), kind) for name, kind in by_edge.items()},
            depth=np.zeros(games, np.int32),
            path=np.zeros((games, nodes), np.int32),
            taken=np.zeros((games, nodes), np.int32),
        )


class SearchAgent:
    """Plays what a search with a network finds, without noise."""

    needs: Needs = "states"

    def __init__(self, search: NetworkSearch):
        self._search = search

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        """There is nothing to forget."""

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        return self._search.run(Roots(states, observation, legal)).action

"""Scripted agents for ``agora/Portfolio-v0``: the classics of online portfolio selection.

All but the two bounds see the observation only: float32 logarithms of relatives near 1 carry some nine digits.
Letters: ``L`` lanes, ``N`` assets.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from agora.agents.api import Agent, Needs, empty_actions, from_function
from agora.envs import game
from agora.envs.api import Spec
from agora.envs.trading.portfolio.reference import best_crp_of, best_stock_of
from agora.envs.trading.portfolio.simplex import minimise_quadratic, project

Memory = dict[str, np.ndarray]
Update = Callable[[Memory, np.ndarray, np.ndarray], np.ndarray]
"""``update(memory, weights (L, N), relatives (L, N)) -> weights (L, N)`` for the next day; changes ``memory``."""


def market(spec: Spec) -> Agent:
    """Buys every asset in equal parts on the first day, then holds."""
    return from_function(lambda observation, legal: empty_actions(spec, len(observation)))


def uniform_crp(spec: Spec) -> Agent:
    """Restores equal weights every day."""
    return from_function(lambda observation, legal: empty_actions(spec, len(observation)) + 1)


class Online:
    """Starts with equal weights and changes them after each day by ``update``.

    ``memory`` names what a lane remembers besides its weights, with the value it starts from.
    """

    needs: Needs = "observation"

    def __init__(self, spec: Spec, update: Update, memory: Memory):
        (assets,) = _shape(spec)
        self._spec, self._update = spec, update
        self._initial = {"weights": np.full(assets, 1.0 / assets), "days": np.zeros((), np.int64), **memory}
        self._memory = {name: value[None][:0] for name, value in self._initial.items()}

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        missing = int(np.max(lanes, initial=-1)) + 1 - len(self._memory["days"])
        for name, value in self._initial.items():
            if missing > 0:
                room = np.broadcast_to(value, (missing, *value.shape))
                self._memory[name] = np.concatenate([self._memory[name], room])
            self._memory[name][lanes] = value

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        latest = self._spec.pieces(observation)["relatives"][:, -1].astype(np.float64)
        going = self._memory["days"][lanes] > 0  # what came before the episode is not learned from
        if going.any():
            self._learn(np.asarray(lanes)[going], np.exp(latest[going]))
        self._memory["days"][lanes] += 1
        return self._memory["weights"][lanes].astype(np.float32)

    def _learn(self, lanes: np.ndarray, relatives: np.ndarray) -> None:
        part = {name: value[lanes] for name, value in self._memory.items()}
        part["weights"] = self._update(part, part["weights"], relatives)
        for name, value in part.items():
            self._memory[name][lanes] = value


def eg(spec: Spec, rate: float = 0.05) -> Agent:
    """Exponentiated gradient: D. P. Helmbold et al., Mathematical Finance 8, 1998."""

    def update(memory: Memory, weights: np.ndarray, relatives: np.ndarray) -> np.ndarray:
        growth = (weights * relatives).sum(axis=1, keepdims=True)
        raised = weights * np.exp(rate * relatives / growth)
        return raised / raised.sum(axis=1, keepdims=True)

    return Online(spec, update, {})


def ons(spec: Spec, beta: float = 1.0, delta: float = 0.125) -> Agent:
    """Online Newton step without mixing: A. Agarwal et al., ICML 2006."""
    (assets,) = _shape(spec)

    def update(memory: Memory, weights: np.ndarray, relatives: np.ndarray) -> np.ndarray:
        gradient = relatives / (weights * relatives).sum(axis=1, keepdims=True)
        memory["curvature"] += gradient[:, :, None] * gradient[:, None, :]
        memory["slope"] += delta * (1.0 + 1.0 / beta) * gradient
        return minimise_quadratic(memory["curvature"], memory["slope"], weights)

    return Online(spec, update, {"curvature": np.eye(assets), "slope": np.zeros(assets)})


def pamr(spec: Spec, threshold: float = 0.5) -> Agent:
    """Passive-aggressive mean reversion: B. Li et al., Machine Learning 87, 2012."""

    def update(memory: Memory, weights: np.ndarray, relatives: np.ndarray) -> np.ndarray:
        return _revert(weights, -relatives, -threshold)

    return Online(spec, update, {})


def olmar(spec: Spec, threshold: float = 10.0, window: int = 5) -> Agent:
    """Online moving-average reversion, OLMAR-1: B. Li and S. C. H. Hoi, ICML 2012.

    As in the authors' toolbox days 1 and 2 hold equal weights, and until ``window`` + 1 days are seen the latest
    relatives stand for the moving average.
    """
    (assets,) = _shape(spec)

    def update(memory: Memory, weights: np.ndarray, relatives: np.ndarray) -> np.ndarray:
        memory["recent"] = np.concatenate([relatives[:, None], memory["recent"][:, :-1]], axis=1)
        earlier = 1.0 / np.cumprod(memory["recent"], axis=1)  # prices of the days before, in prices of today
        average = (1.0 + earlier.sum(axis=1)) / window
        seen = memory["days"][:, None]
        expected = np.where(seen > window, average, relatives)
        return np.where(seen > 1, _revert(weights, expected, threshold), weights)

    return Online(spec, update, {"recent": np.ones((window - 1, assets))})


def _revert(weights: np.ndarray, expected: np.ndarray, threshold: float) -> np.ndarray:
    """The nearest weights whose ``expected`` (L, N) growth reaches ``threshold``, then put back on the simplex."""
    spread = expected - expected.mean(axis=1, keepdims=True)
    missing = np.maximum(threshold - (weights * expected).sum(axis=1, keepdims=True), 0.0)
    size = (spread * spread).sum(axis=1, keepdims=True)
    return project(weights + np.divide(missing, size, out=np.zeros_like(size), where=size > 0) * spread)


class Hindsight:
    """Keeps the weights that ``choose(start)`` knows to have been best: a bound, since it reads the future."""

    needs: Needs = "truth"

    def __init__(self, choose: Callable[[int], np.ndarray]):
        self._choose = choose
        self._known: dict[int, np.ndarray] = {}

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        """What is known of a start stays true."""

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        return np.stack([self._weights(int(state["start"])) for state in states])

    def _weights(self, start: int) -> np.ndarray:
        if start not in self._known:
            self._known[start] = self._choose(start).astype(np.float32)
        return self._known[start]


def best_stock(spec: Spec) -> Agent:
    """All in the asset that will have grown most over the episode."""
    world = game(spec.id, **spec.options).world
    return Hindsight(lambda start: np.eye(len(world.names))[best_stock_of(world, start)])


def best_crp(spec: Spec) -> Agent:
    """Restores every day the weights that will have been best over the episode, leaving costs aside."""
    return Hindsight(partial(best_crp_of, game(spec.id, **spec.options).world))


def _shape(spec: Spec) -> tuple[int]:
    return spec.action.shape  # type: ignore[union-attr]


AGENTS: dict[str, Callable[[Spec], Agent]] = {
    "market": market,
    "uniform_crp": uniform_crp,
    "best_stock": best_stock,
    "best_crp": best_crp,
    "eg": eg,
    "ons": ons,
    "pamr": pamr,
    "olmar": olmar,
}

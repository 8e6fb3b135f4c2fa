"""The sequence form of a game tree, and the passes over it that all solvers share.

What matters of a tree to a solver is which decision each player made last before each end, and what the end pays: with
perfect recall the product of the players' realisation weights there is the probability of that end. So a solver runs
over ends and information states and never over nodes. Source: D. Koller, N. Megiddo, B. von Stengel, "Fast algorithms
for finding randomized strategies in game trees", STOC 1994.

Letters as in tree.py, and ``Z`` ends. A *strategy* is (I, A), probabilities in each information state; a *plan* is
(I * A + 1,), for each decision the product of its owner's probabilities on the way to it and of its own, where the last
number stands for the empty sequence and is 1. A *gain* is as long: what a decision leads to before the player's next
one, weighted by what the others do.
"""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numba
import numpy as np

from agora.envs import arrays, rng
from agora.envs.arrays import fill
from agora.envs.jit import cache_folder, cache_in, entry, rule

Function = TypeVar("Function", bound=Callable[..., Any])


_SHARED = [Path(__file__), Path(__file__).with_name("sampling.py"), Path(arrays.__file__), Path(rng.__file__)]


def kernel(function: Function) -> Function:
    """Compiles a function that Python calls; its cache watches its file and those whose compiled code it may call."""
    digest = hashlib.sha256(f"{numba.__version__} {np.__version__} {sys.version}".encode())
    for source in (*_SHARED, Path(function.__code__.co_filename)):
        digest.update(source.read_bytes())
    with cache_in(cache_folder() / digest.hexdigest()[:20]):
        return entry(function)


class SequenceForm(NamedTuple):
    """All that solvers need of a tree."""

    owner: np.ndarray
    """(I,) int8, the player of each information state."""
    before: np.ndarray
    """(I,) int32, the owner's decision before this one, in a lower information state, or -1."""
    legal: np.ndarray
    """(I, A) bool"""
    latest: np.ndarray
    """(Z, P) int32, each player's last decision before each end, or -1."""
    payoff: np.ndarray
    """(Z, P) float64, returns of each end times the probability of what chance does on the way."""


@kernel
def chance_reach(parent, nature, reach):
    """Writes the probability that chance does its part in coming to each node into ``reach`` (N,)."""
    reach[0] = 1.0
    for node in range(1, parent.shape[0]):
        reach[node] = reach[parent[node]] * nature[node]


@rule
def set_plan(form, strategy, player, plan):
    """Writes the plan of one player that ``strategy`` stands for."""
    actions = form.legal.shape[1]
    plan[-1] = 1.0
    for infostate in range(form.owner.shape[0]):
        if form.owner[infostate] == player:
            reach = plan[form.before[infostate]]
            for action in range(actions):
                plan[infostate * actions + action] = reach * strategy[infostate, action]


@rule
def set_gain(form, plan, player, gain):
    """Writes what each of a player's decisions gains at the ends that follow before its next decision."""
    fill(gain, 0.0)
    for end in range(form.latest.shape[0]):
        weight = form.payoff[end, player]
        for other in range(form.latest.shape[1]):
            if other != player:
                weight *= plan[form.latest[end, other]]
        gain[form.latest[end, player]] += weight


@rule
def set_best(form, gain, player, strategy):
    """Writes a player's best response, the lowest action among equals, from ``gain``; returns its value."""
    actions = form.legal.shape[1]
    for infostate in range(form.owner.shape[0] - 1, -1, -1):
        if form.owner[infostate] == player:
            best = -1
            for action in range(actions):
                strategy[infostate, action] = 0.0
                more = best < 0 or gain[infostate * actions + action] > gain[infostate * actions + best]
                if more and form.legal[infostate, action]:
                    best = action
            strategy[infostate, best] = 1.0
            gain[form.before[infostate]] += gain[infostate * actions + best]
    return gain[-1]


@rule
def match_regret(legal, regret, strategy):
    """Writes one row of a strategy, in proportion to the positive regrets (A,); uniform if there are none."""
    total, count = 0.0, 0
    for action in range(legal.shape[0]):
        if legal[action]:
            count += 1
            total += max(regret[action], 0.0)
    for action in range(legal.shape[0]):
        if not legal[action]:
            strategy[action] = 0.0
        elif total > 0.0:
            strategy[action] = max(regret[action], 0.0) / total
        else:
            strategy[action] = 1.0 / count


@kernel
def write_plan(form, strategy, plan):
    """The plans of all players at once."""
    for player in range(form.latest.shape[1]):
        set_plan(form, strategy, player, plan)


@kernel
def write_returns(form, plan, returns):
    """Adds the expected return of each player to ``returns`` (P,)."""
    for end in range(form.latest.shape[0]):
        reach = 1.0
        for player in range(form.latest.shape[1]):
            reach *= plan[form.latest[end, player]]
        for player in range(form.latest.shape[1]):
            returns[player] += reach * form.payoff[end, player]


@kernel
def write_gain(form, plan, player, gain):
    set_gain(form, plan, player, gain)


@kernel
def write_best_to(form, gain, player, strategy):
    return set_best(form, gain, player, strategy)


@kernel
def write_best(form, plan, gain, strategy, values):
    """Every player's best response to the others' ``plan``: into ``strategy``, and its value into ``values`` (P,)."""
    for player in range(form.latest.shape[1]):
        set_gain(form, plan, player, gain)
        values[player] = set_best(form, gain, player, strategy)


def decisions(form: SequenceForm) -> int:
    """I * A + 1, the length of a plan."""
    return form.legal.size + 1


def plan_of(form: SequenceForm, strategy: np.ndarray) -> np.ndarray:
    """The plan (I * A + 1,) that a strategy (I, A) stands for."""
    plan = np.zeros(decisions(form))
    write_plan(form, strategy, plan)
    return plan


def returns_of(form: SequenceForm, plan: np.ndarray) -> np.ndarray:
    """Expected returns (P,)."""
    returns = np.zeros(form.latest.shape[1])
    write_returns(form, plan, returns)
    return returns


def best_of(form: SequenceForm, plan: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each player's best response to ``plan``, as strategies (I, A), and their values (P,)."""
    strategy, values = np.zeros(form.legal.shape), np.zeros(form.latest.shape[1])
    write_best(form, plan, np.zeros(decisions(form)), strategy, values)
    return strategy, values


def gain_of(form: SequenceForm, plan: np.ndarray, player: int) -> np.ndarray:
    """What each decision of ``player`` gains (I * A + 1,) while the others keep to ``plan``."""
    gain = np.zeros(decisions(form))
    write_gain(form, plan, player, gain)
    return gain


def best_value(form: SequenceForm, gain: np.ndarray, player: int) -> float:
    """What ``player`` gets by the best response to others who let its decisions have ``gain``."""
    return write_best_to(form, gain.copy(), player, np.zeros(form.legal.shape))


def uniform(form: SequenceForm) -> np.ndarray:
    """The strategy (I, A) that draws among legal actions."""
    return form.legal / form.legal.sum(axis=1, keepdims=True)


def normalised(form: SequenceForm, weights: np.ndarray) -> np.ndarray:
    """Rows of ``weights`` (I, A) as probabilities; uniform where a row has none."""
    total = weights.sum(axis=1, keepdims=True)
    return np.where(total > 0, weights / np.where(total > 0, total, 1), uniform(form))

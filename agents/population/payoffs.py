"""The empirical game of a population: what each policy is paid in each seat against each combination of the others.

Every policy can sit in every seat, so a table over K policies is a normal-form game of P players with K actions each,
``(K, ..., K, P)`` as in ``agora.agents.solvers.normal_form``. It grows: only combinations that have a new policy in
them are worked out, exactly where the game has a tree, else by playing games.
Source: M. Wellman, "Methods for empirical game-theoretic analysis", AAAI 2006.
"""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np

from agora.agents.api import Agent
from agora.agents.learned.evaluation import deal_seeds, play
from agora.agents.solvers.sequences import returns_of
from agora.agents.solvers.tree import Tree
from agora.envs.game import Game


class Estimate(NamedTuple):
    """What a combination of policies pays."""

    mean: np.ndarray
    """(P,), in the unit of the reward."""
    error: np.ndarray
    """(P,), standard error of the mean; 0 if it is exact."""
    games: int
    """That were played for it; 0 if it is exact."""


class PayoffTable(NamedTuple):
    """All combinations of K policies in P seats."""

    mean: np.ndarray
    """(K, ..., K, P) float64"""
    error: np.ndarray
    """(K, ..., K, P) float64"""
    games: np.ndarray
    """(K, ..., K) int64"""

    @property
    def policies(self) -> int:
        return len(self.mean)

    @property
    def players(self) -> int:
        return self.mean.shape[-1]


def empty(players: int) -> PayoffTable:
    """The table of no policies."""
    cells = (0,) * players
    return PayoffTable(np.zeros((*cells, players)), np.zeros((*cells, players)), np.zeros(cells, np.int64))


def extended(table: PayoffTable, policies: int, estimate: Callable[[tuple[int, ...]], Estimate]) -> PayoffTable:
    """``table`` grown to ``policies``.

    Args:
        estimate: what a combination pays, given the policy in each seat; called for new combinations only, in order.
    """
    known, players = table.policies, table.players
    cells = (policies,) * players
    grown = PayoffTable(np.zeros((*cells, players)), np.zeros((*cells, players)), np.zeros(cells, np.int64))
    old = (slice(known),) * players
    for new, before in zip(grown, table, strict=True):
        new[old] = before
    for profile in itertools.product(range(policies), repeat=players):
        if max(profile) >= known:
            grown.mean[profile], grown.error[profile], grown.games[profile] = estimate(profile)
    return grown


def exact(tree: Tree, plans: Sequence[np.ndarray]) -> Callable[[tuple[int, ...]], Estimate]:
    """Expected returns by the tree; ``plans`` (I * A + 1,) are those of the policies, see ``sequences.py``."""
    none = np.zeros(tree.players)

    def estimate(profile: tuple[int, ...]) -> Estimate:
        weights = np.eye(len(plans))[list(profile)]
        return Estimate(returns_of(tree.form, mixed_plan(tree, plans, weights)), none, 0)

    return estimate


def mixed_plan(tree: Tree, plans: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """The plan (I * A + 1,) that draws, for each seat p and once a game, policy k with probability ``weights[p, k]``.

    Plans are weighted by how far their own choices let them come (realisation weights), so what plays by the mean plan
    does the same as the mixture: H. Kuhn, "Extensive games and the problem of information", 1953.
    """
    owner = np.append(np.repeat(tree.owner, tree.legal.shape[1]), 0)  # the last number is 1 in every plan
    plan = np.zeros(len(owner))
    for player, chances in enumerate(weights):
        mine = owner == player
        for chance, own in zip(chances, plans, strict=True):
            if chance:
                plan[mine] += chance * own[mine]
    return plan


def simulated(game: Game, agents: Sequence[Agent], games: int, seed: int) -> Callable[[tuple[int, ...]], Estimate]:
    """Means over ``games`` games, 2 or more; every combination is dealt the same."""
    deals = deal_seeds(seed, games)

    def estimate(profile: tuple[int, ...]) -> Estimate:
        seated = sorted(set(profile))
        seating = np.tile(np.searchsorted(seated, profile), (games, 1))
        returns = play(game, [agents[policy] for policy in seated], seating, deals, seed).final_returns
        return Estimate(returns.mean(axis=0), returns.std(axis=0, ddof=1) / np.sqrt(games), games)

    return estimate


def save(table: PayoffTable, path: Path) -> None:
    """Writes ``table`` as ``.npz``."""
    np.savez_compressed(path, **table._asdict())


def load(path: Path) -> PayoffTable:
    """What ``save`` wrote; ValueError if it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return PayoffTable(*(arrays[name] for name in PayoffTable._fields))
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None

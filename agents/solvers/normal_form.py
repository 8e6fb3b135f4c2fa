"""Games in normal form as arrays: expected payoffs, best responses, NashConv and equilibria.

``payoffs`` is (A1, ..., AP, P) float64: what each of P players gets for each combination of actions, in the unit of the
reward. A *profile* is one array of probabilities (Ap,) for each player. For the same of games with a tree see
``best_response.py`` and ``sequence_form.py``.
"""

import functools
import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from agora.agents.solvers.tree import Tree, build
from agora.envs.game import Game
from agora.envs.games.normal_form.reference import securing

Profile = Sequence[np.ndarray]

TOLERANCE = 1e-9
"""By how much, in the unit of the reward, payoffs may differ that count as equal."""

MOST_BASES = 200_000
"""Sets of as many constraints as a player has actions that ``all_equilibria`` goes through."""

_SINGULAR = 1e-12


class Solution(NamedTuple):
    """An equilibrium of a zero-sum game."""

    value: float
    """What the first player gets; the second gets what is left of the constant sum."""
    profile: list[np.ndarray]


def payoff_array(game: Game | Tree) -> np.ndarray:
    """The payoffs (A1, ..., AP, P) of a game in which everybody decides once and knows nothing of the others' choice.

    Player p's actions are its legal ones, in the order of their numbers. Chance counts with its probabilities.

    Raises:
        ValueError: somebody decides more than once, never, or after seeing something; or see ``tree.build``.
    """
    tree = game if isinstance(game, Tree) else build(game)
    if sorted(tree.owner.tolist()) != list(range(tree.players)):
        raise ValueError(
            f"{tree.id} with these options is not a game of one choice each, made at once: it has {len(tree.owner)} "
            f"information states for {tree.players} players. Give it to the solvers of trees, such as cfr+."
        )
    width = tree.legal.shape[1]
    payoffs = np.zeros((width,) * tree.players + (tree.players,))
    np.add.at(payoffs, tuple((tree.form.latest % width).T), tree.form.payoff)
    legal = [np.flatnonzero(tree.legal[infostate]) for infostate in np.argsort(tree.owner)]
    return payoffs[np.ix_(*legal, np.arange(tree.players))]


def check(payoffs: np.ndarray) -> np.ndarray:
    """``payoffs`` as float64, or a ValueError if the shape is not (A1, ..., AP, P)."""
    payoffs = np.asarray(payoffs, np.float64)
    if payoffs.ndim < 2 or payoffs.shape[-1] != payoffs.ndim - 1 or 0 in payoffs.shape:
        raise ValueError(f"Payoffs of shape {payoffs.shape} are no game: give (A1, ..., AP, P), for each of P players.")
    return payoffs


def faced(payoffs: np.ndarray, profile: Profile, player: int) -> tuple[np.ndarray, np.ndarray]:
    """What ``player`` faces: its payoffs (Ap, K) for the K combinations of the others, and their probabilities (K,)."""
    own = np.moveaxis(payoffs[..., player], player, 0).reshape(payoffs.shape[player], -1)
    others = [chances for seat, chances in enumerate(profile) if seat != player]
    return own, functools.reduce(np.multiply.outer, others, np.ones(())).ravel()


def action_payoffs(payoffs: np.ndarray, profile: Profile) -> list[np.ndarray]:
    """What each action of each player is expected to pay while the others keep to ``profile``, (Ap,) each."""
    each = [faced(payoffs, profile, player) for player in range(payoffs.shape[-1])]
    return [own @ chances for own, chances in each]


def expected(payoffs: np.ndarray, profile: Profile) -> np.ndarray:
    """Expected payoffs (P,)."""
    return np.array([chances @ pays for chances, pays in zip(profile, action_payoffs(payoffs, profile), strict=True)])


def best_responses(payoffs: np.ndarray, profile: Profile) -> list[np.ndarray]:
    """Which of each player's actions pay the most while the others keep to ``profile``, all if several do alike."""
    return [np.flatnonzero(pays >= pays.max() - TOLERANCE) for pays in action_payoffs(payoffs, profile)]


def nash_conv(payoffs: np.ndarray, profile: Profile) -> float:
    """The sum over players of what each would gain by a best response; 0 in an equilibrium."""
    best = sum(float(pays.max()) for pays in action_payoffs(payoffs, profile))
    return best - float(expected(payoffs, profile).sum())


def zero_sum(payoffs: np.ndarray) -> Solution:
    """The value and an equilibrium of a game of two whose payoffs have a constant sum, by linear programming (HiGHS).

    Raises:
        ValueError: it is no such game.
    """
    payoffs = check(payoffs)
    if payoffs.shape[-1] != 2 or np.ptp(payoffs.sum(axis=-1)) > TOLERANCE:
        raise ValueError("The game is not zero-sum between two players: take ``all_equilibria`` or a correlated one.")
    first, value = securing(payoffs[..., 0])
    second, _ = securing(payoffs[..., 1].T)
    return Solution(value, [first, second])


def all_equilibria(payoffs: np.ndarray) -> list[list[np.ndarray]]:
    """All extreme equilibria of a game of two, those with the lowest actions first.

    In a game that is not degenerate these are all equilibria, an odd number; in a degenerate one every equilibrium is
    a mixture of some of them. They are the pairs of vertices of the two best-response polytopes in which every action
    is either not played or a best response. With 8 actions each it takes 0.3 s, with 10 each 4 s. Source: B. von
    Stengel, "Equilibrium computation for two-player games in strategic and extensive form", in "Algorithmic game
    theory", 2007, algorithm 3.7.

    Raises:
        ValueError: there are more or fewer than two players, or together too many actions, more than about 20.
    """
    payoffs = check(payoffs)
    if payoffs.shape[-1] != 2:
        raise ValueError(f"All equilibria are found for two players only, not for {payoffs.shape[-1]}.")
    rows, columns = payoffs.shape[:2]
    if math.comb(rows + columns, rows) > MOST_BASES:
        raise ValueError(f"{rows} and {columns} actions have too many equilibria to find all: give a smaller game.")
    first, unused = _vertices(payoffs[..., 1].T)  # marked by own actions, then by the other's
    second, unanswered = _vertices(payoffs[..., 0])
    missing = unused.astype(np.int64) @ np.roll(unanswered, rows, axis=1).T.astype(np.int64)
    found = [[first[one], second[other]] for one, other in np.argwhere(missing == 0)]
    return sorted(found, key=lambda profile: np.concatenate(profile).round(6).tolist(), reverse=True)


def _vertices(payoffs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The vertices of {x >= 0, M x <= 1}, where M is the other's ``payoffs`` (B, A) made positive, without x = 0.

    Returns:
        (V, A): the vertices as probabilities.
        (V, A + B) bool: marks own actions that are played and the other's that are no best response.
    """
    answers, actions = payoffs.shape
    positive = 1 + (payoffs - payoffs.min()) / (float(np.ptp(payoffs)) or 1.0)
    sides, bounds = np.concatenate([-np.eye(actions), positive]), np.repeat([0.0, 1.0], [actions, answers])
    bases = np.array(list(itertools.combinations(range(actions + answers), actions)))
    bases = bases[np.abs(np.linalg.det(sides[bases])) > _SINGULAR]
    corners = np.linalg.solve(sides[bases], bounds[bases][..., None])[..., 0]
    slack = bounds - corners @ sides.T
    inside = (slack > -TOLERANCE).all(axis=1) & (corners.sum(axis=1) > TOLERANCE)
    corners, slack = corners[inside], slack[inside] > TOLERANCE
    _, once = np.unique(slack, axis=0, return_index=True)  # in a degenerate game several bases have one vertex
    chances = np.where(slack[once, :actions], corners[once], 0)
    return chances / chances.sum(axis=1, keepdims=True), slack[once]

"""How far policies are from an equilibrium, exactly: best responses, NashConv and exploitability.

NashConv is the sum over players of what each would gain by a best response to the others; exploitability is NashConv
divided by the number of players. Both are 0 in an equilibrium and in the unit of the reward.
Source: M. Lanctot et al., "A unified game-theoretic approach to multiagent reinforcement learning", NeurIPS 2017;
M. Johanson et al., "Accelerating best response calculation in large extensive games", IJCAI 2011.
"""

from collections.abc import Callable, Sequence

import numpy as np

from agora.agents.solvers.sequences import best_of, plan_of, returns_of
from agora.agents.solvers.tree import Tree, build
from agora.envs.game import Game

Policy = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""``policy(observation (L, O), legal (L, A)) -> (L, A)``, the probabilities of the actions, one row a situation."""

Strategy = Policy | np.ndarray | Sequence[Policy | np.ndarray]
"""How everybody plays: a policy or the probabilities (I, A) in every information state; or one for each seat."""


def nash_conv(game: Game | Tree, policy: Strategy) -> float:
    """NashConv when every seat plays ``policy``, or seat i ``policy[i]``.

    Args:
        game: a small game; with several policies to judge, build its ``Tree`` once and give that.

    Raises:
        ValueError: the game has no tree that can be walked (see ``tree.build``), or a policy does not return
            probabilities of legal actions.
    """
    tree = _tree(game)
    probabilities = tabulate(tree, policy)
    plan = plan_of(tree.form, probabilities)
    return float((best_of(tree.form, plan)[1] - returns_of(tree.form, plan)).sum())


def exploitability(game: Game | Tree, policy: Strategy) -> float:
    """NashConv divided by the number of players; arguments and errors as there."""
    tree = _tree(game)
    return nash_conv(tree, policy) / tree.players


def expected_returns(game: Game | Tree, policy: Strategy) -> np.ndarray:
    """Expected return at each seat, (P,); arguments and errors as for ``nash_conv``."""
    tree = _tree(game)
    return returns_of(tree.form, plan_of(tree.form, tabulate(tree, policy)))


def best_responses(game: Game | Tree, policy: Strategy) -> np.ndarray:
    """What each player gets by a best response while the others keep to ``policy``, (P,)."""
    tree = _tree(game)
    return best_of(tree.form, plan_of(tree.form, tabulate(tree, policy)))[1]


def tabulate(tree: Tree, policy: Strategy) -> np.ndarray:
    """The probabilities (I, A) that ``policy`` gives in every information state, checked."""
    if callable(policy) or isinstance(policy, np.ndarray):
        return _table(tree, policy, np.ones(len(tree.owner), np.bool_))
    if len(policy) != tree.players:
        raise ValueError(
            f"{tree.id} has {tree.players} players, got {len(policy)} policies: give one, or one for each."
        )
    table = np.zeros(tree.legal.shape)
    for player, own in enumerate(policy):
        rows = tree.owner == player
        table[rows] = _table(tree, own, rows)
    return table


def _table(tree: Tree, policy: Policy | np.ndarray, rows: np.ndarray) -> np.ndarray:
    """What ``policy`` gives in the information states ``rows`` (I,) bool."""
    if not callable(policy):
        if np.shape(policy) != tree.legal.shape:
            raise ValueError(f"The table for {tree.id} has shape {np.shape(policy)}: give {tree.legal.shape}.")
        return _checked(tree, policy[rows], tree.legal[rows])
    return _checked(tree, policy(tree.observation[rows], tree.legal[rows]), tree.legal[rows])


def _checked(tree: Tree, probabilities: np.ndarray, legal: np.ndarray) -> np.ndarray:
    table = np.asarray(probabilities, np.float64)
    if table.shape != legal.shape:
        raise ValueError(f"The policy for {tree.id} returned shape {table.shape}: give {legal.shape}.")
    if not (table >= 0).all() or table[~legal].any() or not np.allclose(table.sum(axis=1), 1, atol=1e-6):
        raise ValueError(f"The policy for {tree.id} must give probabilities of legal actions; each row sums to 1.")
    return table


def _tree(game: Game | Tree) -> Tree:
    return game if isinstance(game, Tree) else build(game)

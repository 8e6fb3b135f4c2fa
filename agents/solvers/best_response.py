"""How far policies are from an equilibrium, exactly: best responses, NashConv and exploitability.

NashConv is the sum over players of what each would gain by a best response to the others; exploitability is NashConv
divided by the number of players. Both are 0 in an equilibrium and in the unit of the reward.
Source: M. Lanctot et al., "A unified game-theoretic approach to multiagent reinforcement learning", NeurIPS 2017;
M. Johanson et al., "Accelerating best response calculation in large extensive games", IJCAI 2011.
"""

from collections.abc import Callable, Sequence

import numpy as np

from agora.agents.solvers.tree import NONE, TERMINAL, Tree, build
from agora.envs.game import Game

Policy = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""``policy(observation (L, O), legal (L, A)) -> (L, A)``, the probabilities of the actions, one row a situation."""


def nash_conv(game: Game | Tree, policy: Policy | Sequence[Policy]) -> float:
    """NashConv when every seat plays ``policy``, or seat i ``policy[i]``.

    Args:
        game: a small game; with several policies to judge, build its ``Tree`` once and give that.

    Raises:
        ValueError: the game has no tree that can be walked (see ``tree.build``), or a policy does not return
            probabilities of legal actions.
    """
    tree = _tree(game)
    probabilities = tabulate(tree, policy)
    return float((_best_responses(tree, probabilities) - _expected_returns(tree, probabilities)).sum())


def exploitability(game: Game | Tree, policy: Policy | Sequence[Policy]) -> float:
    """NashConv divided by the number of players; arguments and errors as there."""
    tree = _tree(game)
    return nash_conv(tree, policy) / tree.returns.shape[1]


def expected_returns(game: Game | Tree, policy: Policy | Sequence[Policy]) -> np.ndarray:
    """Expected return at each seat, (P,); arguments and errors as for ``nash_conv``."""
    tree = _tree(game)
    return _expected_returns(tree, tabulate(tree, policy))


def best_responses(game: Game | Tree, policy: Policy | Sequence[Policy]) -> np.ndarray:
    """What each player gets by a best response while the others keep to ``policy``, (P,)."""
    tree = _tree(game)
    return _best_responses(tree, tabulate(tree, policy))


def tabulate(tree: Tree, policy: Policy | Sequence[Policy]) -> np.ndarray:
    """The probabilities (I, A) that ``policy`` gives in every information state, checked."""
    players = tree.returns.shape[1]
    if callable(policy):
        return _checked(tree, policy(tree.observation, tree.legal), tree.legal)
    if len(policy) != players:
        raise ValueError(f"{tree.id} has {players} players, got {len(policy)} policies: give one, or one for each.")
    table = np.zeros(tree.legal.shape)
    for player, own in enumerate(policy):
        rows = tree.owner == player
        table[rows] = _checked(tree, own(tree.observation[rows], tree.legal[rows]), tree.legal[rows])
    return table


def _checked(tree: Tree, probabilities: np.ndarray, legal: np.ndarray) -> np.ndarray:
    table = np.asarray(probabilities, np.float64)
    if table.shape != legal.shape:
        raise ValueError(f"The policy for {tree.id} returned shape {table.shape}: give {legal.shape}.")
    if not (table >= 0).all() or table[~legal].any() or not np.allclose(table.sum(axis=1), 1, atol=1e-6):
        raise ValueError(f"The policy for {tree.id} must give probabilities of legal actions; each row sums to 1.")
    return table


def _tree(game: Game | Tree) -> Tree:
    return game if isinstance(game, Tree) else build(game)


def _reach(tree: Tree, probabilities: np.ndarray, without: int | None = None) -> np.ndarray:
    """The probability (N,) of coming to each node, or of all but player ``without`` doing their part in it."""
    before = tree.parent[1:]
    mover, infostate = tree.player[before], tree.infostate[before]
    edge = tree.nature.copy()
    decided = (mover >= 0) & (mover != without)
    edge[1:][decided] = probabilities[infostate[decided], tree.action[1:][decided]]
    reach = np.ones(len(edge))
    for level in tree.levels[1:]:
        reach[level] = reach[tree.parent[level]] * edge[level]
    return reach


def _expected_returns(tree: Tree, probabilities: np.ndarray) -> np.ndarray:
    ends = tree.player == TERMINAL
    return _reach(tree, probabilities)[ends] @ tree.returns[ends]


def _best_responses(tree: Tree, probabilities: np.ndarray) -> np.ndarray:
    return np.array([_best_response(tree, probabilities, player) for player in range(tree.returns.shape[1])])


def _best_response(tree: Tree, probabilities: np.ndarray, player: int) -> float:
    """The value of ``player``'s best response.

    ``gain`` holds for each of the player's decisions what follows it up to the player's next one, weighted by how
    likely the others let it happen; the last entry is what follows before the first decision. From the last decisions
    to the first, the best in each information state adds to the decision before it.
    """
    states, actions = tree.legal.shape
    ends = np.flatnonzero(tree.player == TERMINAL)
    weight = _reach(tree, probabilities, without=player)[ends] * tree.returns[ends, player]
    start = states * actions
    decisions = np.where(tree.latest[ends, player] == NONE, start, tree.latest[ends, player])
    gain = np.bincount(decisions, weight, minlength=start + 1)
    own = np.flatnonzero(tree.owner == player)
    for rank in range(tree.rank[own].max(initial=-1), -1, -1):
        now = own[tree.rank[own] == rank]
        options = gain[:start].reshape(states, actions)[now]
        best = np.where(tree.legal[now], options, -np.inf).max(axis=1)
        np.add.at(gain, np.where(tree.before[now] == NONE, start, tree.before[now]), best)
    return float(gain[start])

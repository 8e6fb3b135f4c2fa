"""Numbers about agents that are computed, not played: how far a strategy is from an equilibrium, in small games."""

from typing import TYPE_CHECKING

from agora.agents.api import Agent
from agora.envs.api import Discrete
from agora.envs.game import Game
from agora.leaderboard.log.records import DISTANCE, Exact

if TYPE_CHECKING:
    from agora.agents.solvers.tree import Tree

TREE_LIMIT = 300_000
"""Nodes of a game up to which exploitability is computed, for every agent whose strategy can be read."""


def small_tree(game: Game, limit: int = TREE_LIMIT) -> "Tree | None":
    """The tree of the game, None where there is none or it is large."""
    from agora.agents.solvers.tree import HOPELESS, build, estimate

    spec = game.spec
    if spec.players == 1 or not isinstance(spec.action, Discrete) or spec.chance == "sampled":
        return None
    if estimate(game, probes=20).nodes > HOPELESS * limit:
        return None
    try:
        return build(game, limit)
    except ValueError:
        return None


def computed(game: Game, agent: int, player: Agent, tree: "Tree") -> list[Exact]:
    """What can be computed of the strategy of agent number ``agent``; nothing where it cannot be read."""
    from agora.agents.solvers.best_response import nash_conv
    from agora.agents.solvers.equilibrium_distance import distance_by_hand
    from agora.agents.solvers.exploit import strategy_of

    try:
        strategy = strategy_of(player, tree, game.spec)
    except (Exception, SystemExit):  # it draws lots in secret, or crashes, which costs it its games and nobody else
        return []
    computed = [Exact(agent, "NashConv", nash_conv(tree, strategy))]
    if game.hand(tree.observation[0]) is not None and game.spec.payoff == "zero-sum" and game.spec.players == 2:
        distances = distance_by_hand(tree, strategy, lambda row: str(game.hand(row)))
        computed += [Exact(agent, f"{DISTANCE}{hand}", round(value, 9)) for hand, value in distances.items()]
    return computed

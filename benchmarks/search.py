"""Monte Carlo tree search beside OpenSpiel's, in C++: simulations a second from the opening of Connect Four."""

from collections.abc import Callable, Iterator

import numpy as np

import agora.envs
from agora.agents.search.mcts import EXPLORATION, TreeSearch
from agora.benchmarks.measure import Row, side_by_side

SIMULATIONS = 100_000


def rows() -> Iterator[Row]:
    yield side_by_side(
        f"ConnectFour: UCT, {SIMULATIONS:,} simulations",
        search(),
        open_spiel_search(),
        peer="OpenSpiel MCTSBot, C++, random rollouts",
        unit="simulations/s",
        target=8.0,
    )


def search() -> Callable[[], int]:
    """One search from the opening on one core, each time with another seed."""
    game = agora.envs.game("agora/ConnectFour-v0")
    tree = TreeSearch(game, SIMULATIONS)
    root, seeds = np.zeros(1, game.dtype).view(np.recarray), iter(range(1_000_000))
    root[0] = game.new()

    def play() -> int:
        tree.start(next(seeds))
        return tree.run(root, 0, SIMULATIONS)

    return play


def open_spiel_search() -> Callable[[], int]:
    """The same with OpenSpiel: one rollout a simulation, same exploration, no solver."""
    import pyspiel

    game, memory = pyspiel.load_game("connect_four"), 1000  # MB
    evaluator = pyspiel.RandomRolloutEvaluator(n_rollouts=1, seed=0)
    bot = pyspiel.MCTSBot(game, evaluator, EXPLORATION, SIMULATIONS, memory, solve=False, seed=0, verbose=False)
    state = game.new_initial_state()

    def play() -> int:
        bot.mcts_search(state)
        return SIMULATIONS

    return play

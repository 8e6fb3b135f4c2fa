"""Best responses to a mixture of agents that are learned: a lower bound on the exact ones of ``agora.agents.solvers``."""

import msgspec

from agora.agents.api import Agent
from agora.agents.learned import ppo
from agora.agents.learned.settings import Settings
from agora.agents.population.frozen import Frozen, freeze
from agora.envs.game import Game


def train_best_response(
    game: Game, opponent: Agent, settings: Settings, parameters: ppo.Parameters, steps: int, seed: int
) -> Frozen:
    """Trains one agent by PPO to play every seat while ``opponent`` plays all others.

    Args:
        opponent: usually a ``MixtureAgent``.
        settings: of the population; ``num_envs``, ``network`` and what says how torch runs hold for its members too.
        parameters: of PPO.
        steps: decisions of the learner, at least.
        seed: of its weights, games and draws.
    """
    own = msgspec.structs.replace(
        settings, algorithm="PPO", steps=steps, seed=seed, opponent=None, self_play=None, parameters=parameters
    )
    learner = ppo.make(own, game, opponent)
    while learner.steps < steps:
        learner.iterate()
    learner.check_finite()
    return freeze(learner.save, game.spec)

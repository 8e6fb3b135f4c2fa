"""PPO in the service of a population: settings, best responses to mixtures of agents, and games of one's own making."""

from collections.abc import Callable
from typing import Any

import msgspec

from agora.agents.api import Agent
from agora.agents.learned import ppo
from agora.agents.learned.rollout import Games
from agora.agents.learned.settings import Settings
from agora.agents.population.frozen import Frozen, freeze
from agora.envs.game import Game


def ppo_settings(settings: Settings, parameters: ppo.Parameters, steps: int, seed: int) -> Settings:
    """The settings of a member of the population that has ``settings``; ``num_envs``, ``network`` and what says how
    torch runs hold for its members too."""
    return msgspec.structs.replace(
        settings, algorithm="PPO", steps=steps, seed=seed, opponent=None, self_play=None, parameters=parameters
    )


def steps_of_rounds(settings: Settings, parameters: ppo.Parameters, rounds: int) -> int:
    """Decisions of a learner with so many ``rounds`` in each iteration, in the end: schedules finish there."""
    return settings.steps * rounds * parameters.rollout * settings.num_envs


def train_best_response(
    game: Game, opponent: Agent, settings: Settings, parameters: ppo.Parameters, steps: int, seed: int
) -> Frozen:
    """Trains one agent by PPO to play every seat while ``opponent`` plays all others.

    What it gains is a lower bound on what the exact best response of ``agora.agents.solvers`` does.

    Args:
        opponent: usually a ``MixtureAgent``.
        settings: of the population.
        parameters: of PPO.
        steps: decisions of the learner, at least.
        seed: of its weights, games and draws.
    """
    learner = ppo.make(ppo_settings(settings, parameters, steps, seed), game, opponent)
    while learner.steps < steps:
        learner.iterate()
    learner.check_finite()
    return freeze(learner.save, game.spec)


class Learner(ppo.PPO):
    """PPO in the games that ``make_games(learner)`` gives it."""

    def __init__(self, settings: Settings, game: Game, make_games: Callable[[ppo.PPO], Games]):
        super().__init__(settings, game, make_games)

    def _make_games(self, opponent: Any) -> list[Games]:
        return [opponent(self)]

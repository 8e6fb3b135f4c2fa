"""Self-play by preference (SPO): learning from which of two episodes is preferred, without a reward.

An episode's reward is the share of recent episodes of the learner itself to which it is preferred, so the learner
plays against itself, and comes, on average over time, to a *minimax winner*: a policy that no other is preferred to
more often than not. It exists even where preferences run in a circle and no reward could explain them.
Source: G. Swamy et al., "A minimaximalist approach to reinforcement learning from human feedback", ICML 2024, algorithm
1; minimax winners: G. Kreweras, 1965.

Preferences here are votes: the players of the game are the voters, and the learner decides in all seats. A voter
prefers the episode that returns more to it, and is undecided where both return the same; the preference is the mean of
the votes. With one player the learner maximises its chance to do better than it has done of late.
"""

from collections import deque
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from agora.agents.api import Agent
from agora.agents.learned import ppo
from agora.agents.learned.rollout import EverySeat, Played
from agora.agents.learned.settings import Count, Settings
from agora.agents.population.learners import Learner, ppo_settings
from agora.envs.game import Game


class Parameters(Struct, forbid_unknown_fields=True):
    """The table [parameters]."""

    queue: Count = 4_096
    """Episodes, the latest ones, that each new one is compared with."""
    learner: ppo.Parameters = msgspec.field(default_factory=ppo.Parameters)
    """Of PPO."""


def preference(returns: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How much each of E episodes is preferred to Q others on average, (E,) from 0 to 1.

    Args:
        returns: (E, P), what each player, as a voter, got.
        others: (Q, P), at least one.
    """
    better = returns[:, None] > others[None]
    same = returns[:, None] == others[None]
    return (better + 0.5 * same).mean(axis=(1, 2))


def make(settings: Settings, game: Game) -> "SPO":
    """The learner that ``train.py`` runs; its steps are decisions.

    Raises:
        ValueError: the game is zero-sum between two players, who as voters always disagree.
    """
    if game.spec.payoff == "zero-sum" and game.spec.players == 2:
        raise ValueError(
            f"SPO: the two players of {game.spec.id}, as voters, always disagree, so nothing is preferred; take PPO "
            "with [self_play], or another game."
        )
    return SPO(settings, game)


class PreferredGames(EverySeat):
    """Games in which every seat is rewarded at the end by how much the episode is preferred to those before."""

    def __init__(self, game: Game, settings: Settings, queue: int):
        super().__init__(game, settings.num_envs, settings.illegal)
        self.queue: deque[np.ndarray] = deque(maxlen=queue)
        """Returns (P,) of the latest episodes."""
        self.preferences = np.zeros(0)
        """Of the episodes that ended in the last step."""

    def play(self, actions: np.ndarray) -> Played:
        played = super().play(actions)
        rewards, batch = np.zeros_like(played.rewards), self.batch
        ended = np.flatnonzero(batch.terminated | batch.truncated)
        if len(ended):
            returns = batch.final_returns[ended].copy()
            self.preferences = preference(returns, np.array(self.queue)) if self.queue else np.full(len(ended), 0.5)
            self.queue.extend(returns)
            per_lane = np.zeros(batch.num_envs)
            per_lane[ended] = self.preferences
            rewards += np.repeat(per_lane, self.rows // batch.num_envs)[:, None]
        return played._replace(rewards=rewards, truncated=np.zeros_like(played.truncated))


class SPO:
    """See the module."""

    def __init__(self, settings: Settings, game: Game):
        self.settings, self.game = settings, game
        self.games = PreferredGames(game, settings, settings.parameters.queue)
        own = ppo_settings(settings, settings.parameters.learner, settings.steps, settings.seed)
        self.learner = Learner(own, game, lambda learner: self.games)

    @property
    def steps(self) -> int:
        return self.learner.steps

    def iterate(self) -> dict[str, float]:
        """A round of PPO. The curve's ``return`` is that of the game, not the preference."""
        return self.learner.iterate()

    def agent(self) -> Agent:
        return self.learner.agent()

    def save(self, folder: Path) -> Path:
        return self.learner.save(folder)

    def state(self) -> dict[str, Any]:
        return {"queue": [returns.tolist() for returns in self.games.queue], "learner": self.learner.state()}

    def restore(self, state: dict[str, Any]) -> None:
        self.games.queue.clear()
        self.games.queue.extend(np.array(returns) for returns in state["queue"])
        self.learner.restore(state["learner"])

    def check_finite(self) -> None:
        self.learner.check_finite()

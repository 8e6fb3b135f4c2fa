"""Exploration bonuses at work: a source of exploration.py, paid into what a learner has just played.

What is seen after a decision is paid to that decision. Letters as in rollout.py; ``N`` is the number of observations.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch

from agora.agents.learned.exploration import Bonus, EpisodicCounts, GlobalCounts, RandomNetworkDistillation
from agora.agents.learned.groups import Episodes, kept_numbers
from agora.agents.learned.rollout import Rollout
from agora.envs.api import Spec

Exploration = Literal["none", "random-network-distillation", "counts", "episodic-counts"]

AT_ONCE = 2048  # observations in one step of a source that learns


class Curiosity:
    """Pays one source's bonuses, round by round.

    Args:
        kind: which source.
        weight: of the bonus, in the unit of the reward that the learner sees.
        spec: of the environment.
        ignored: pieces of the observation that make nothing new, such as clocks.
        generator: draws the networks of a source that has some.
        device: where they live.
    """

    def __init__(
        self,
        kind: Exploration,
        weight: float,
        spec: Spec,
        ignored: Sequence[str],
        generator: torch.Generator,
        device: torch.device | str = "cpu",
    ):
        self._kept = kept_numbers(spec, ignored)
        self.bonus = _source(kind, weight, int(self._kept.sum()), generator, str(device))
        self._fresh: dict[int, np.ndarray] = {}  # by the number of the rollout, see ``first_decisions``

    def start(self) -> None:
        """New games are dealt everywhere."""
        self._fresh = {}

    def pay(self, played: Sequence[Rollout | Episodes]) -> dict[str, float]:
        """Adds the bonuses to the rewards of ``played``, and learns that what was seen is no longer new.

        The bonus of a rollout's first row is lost: the decision that led there has been learned from already.

        Returns:
            ``bonus``: the mean over all observations.
        """
        first, paid = 0, []
        for number, part in enumerate(played):
            if isinstance(part, Episodes):
                paid.append(self._pay_episodes(part))
            else:
                paid.append(self._pay_rollout(part, number, first))
                first += part.rewards.shape[1] * part.rewards.shape[2]
        return {"bonus": float(np.concatenate(paid).mean())}

    def _pay_rollout(self, rollout: Rollout, number: int, first: int) -> np.ndarray:
        """The bonuses (T R,) of one rollout, whose rows' seats are lanes from ``first`` on."""
        rewards, movers = rollout.rewards, rollout.movers.astype(np.int64)
        steps, rows, seats = rewards.shape
        lanes = first + seats * np.arange(rows) + movers
        fresh = self._fresh.get(number, np.ones((rows, seats), np.bool_))
        new, self._fresh[number] = first_decisions(movers, rollout.ended, fresh)
        bonus = self._visit(rollout.observation.reshape(steps * rows, -1), lanes.ravel(), new.ravel())
        step, row = np.nonzero(~new[1:])
        # own_turns adds up what a seat gets until its next decision: what came right before that one is its own.
        rewards[step, row, movers[step + 1, row]] += bonus.reshape(steps, rows)[step + 1, row]
        return bonus

    def _pay_episodes(self, episodes: Episodes) -> np.ndarray:
        """The bonuses (N,) of whole episodes."""
        new = np.diff(episodes.episode, prepend=-1) != 0
        bonus = self._visit(episodes.observation, np.zeros(len(new), np.int64), new)
        later = np.flatnonzero(~new)
        episodes.rewards[later - 1] += bonus[later]
        return bonus

    def _visit(self, observation: np.ndarray, lanes: np.ndarray, new: np.ndarray) -> np.ndarray:
        """The bonuses (N,) of observations (N, O), which are then no longer new."""
        seen = observation[:, self._kept]
        bonus = self.bonus.bonus(seen, lanes, new)
        for start in range(0, len(seen), AT_ONCE):
            self.bonus.learn(seen[start : start + AT_ONCE])
        return bonus

    def state(self) -> dict[str, Any]:
        """Everything needed to go on where all games are dealt anew."""
        return self.bonus.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from what ``state`` gave."""
        self.bonus.restore(state)
        self.start()


def make(parameters: Any, spec: Spec, generator: torch.Generator, device: torch.device) -> Curiosity | None:
    """What ``parameters`` of ppo.py ask for; None without exploration."""
    if parameters.exploration == "none":
        return None
    weight, ignored = parameters.exploration_weight, parameters.ignored_pieces
    return Curiosity(parameters.exploration, weight, spec, ignored, generator, device)


def _source(kind: Exploration, weight: float, size: int, generator: torch.Generator, device: str) -> Bonus:
    if kind == "random-network-distillation":
        return RandomNetworkDistillation(size, generator, scale=weight, device=device)
    if kind == "counts":
        return GlobalCounts(weight)
    return EpisodicCounts(weight)


def first_decisions(movers: np.ndarray, ended: np.ndarray, fresh: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which decisions of a rollout are their seat's first in the episode.

    Args:
        movers: (T, R) int, the seat that decided.
        ended: (T, R) bool, the episode ended after the decision.
        fresh: (R, S) bool, seats that have not decided in their episode before the rollout.

    Returns:
        (T, R) bool, and ``fresh`` after the rollout.
    """
    fresh = fresh.copy()
    new, rows = np.empty(movers.shape, np.bool_), np.arange(movers.shape[1])
    for step, mover in enumerate(movers):
        new[step] = fresh[rows, mover]
        fresh[rows, mover] = False
        fresh[ended[step]] = True
    return new, fresh

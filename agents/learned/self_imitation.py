"""Self-imitation at work: kept successes among what a learner has just played; see returns/imitation.py.

``spear``: beside the decisions of a round some of kept episodes are learned from again, with their advantage of now.
``arpo``: in a group without a success one episode gives way to a kept success of the same task.
A task is known by the first observation of its episodes.
"""

import math
from collections.abc import Callable
from typing import Any, Final, Literal

import numpy as np

from agora.agents.learned.decisions import Decisions, gathered
from agora.agents.learned.exploration import state_keys
from agora.agents.learned.groups import Episodes, first_rows, flat
from agora.agents.learned.returns.groups import SMALL
from agora.agents.learned.returns.imitation import Replayed, Successes
from agora.envs.api import Spec

KEPT: Final = 512
"""Episodes kept at most."""

WINDOW: Final = 64
"""The last groups by whose mean returns kept episodes are judged."""

SHARE: Final = 0.25
"""Of SPEAR: kept episodes in a round, for each one that was played."""

_COLUMNS = Episodes._fields[:7]


class SelfImitation:
    """What is kept of earlier rounds, and how it comes back.

    Args:
        kind: as above.
        success: the least return that counts as a success, for ``arpo``; None: the best of the game.
        spec: of the environment.
        gamma: discounts the critic's targets.
        memory_size: of the policy.

    Raises:
        ValueError: the game has no best return, and no ``success`` is given.
    """

    def __init__(
        self, kind: Literal["spear", "arpo"], success: float | None, spec: Spec, gamma: float, memory_size: int
    ):
        self.kind, self.gamma, self.memory_size = kind, gamma, memory_size
        self.success = spec.returns[1] if success is None else success
        if not math.isfinite(self.success):
            raise ValueError(f"{spec.id} has no best return: say in parameters.success what counts as a success.")
        self.successes = Successes(KEPT, WINDOW)
        self.start(0)

    def start(self, seed: int) -> None:
        """All further draws follow from ``seed``."""
        self._generator = np.random.default_rng(seed)

    def decisions(self, episodes: Episodes, credit: Callable[[Episodes], Decisions]) -> Decisions:
        """What is learned from after ``episodes`` were played; ``credit`` gives episodes their advantages."""
        tasks = state_keys(episodes.observation[first_rows(episodes.episode)])
        if self.kind == "arpo":
            result = credit(self._rescued(episodes, tasks))
        else:
            result = gathered([credit(episodes), *self._replayed(episodes.returns)], normalise=False)
        columns = {name: getattr(episodes, name) for name in _COLUMNS}
        self.successes.add(columns, episodes.episode, tasks, episodes.returns)
        return result

    def _rescued(self, episodes: Episodes, tasks: np.ndarray) -> Episodes:
        """``episodes`` with kept successes in place of some of those whose whole group has failed."""
        chosen = self.successes.rescues(episodes.returns, tasks, self.success, self._generator)
        if not chosen:
            return episodes
        rows = np.split(np.arange(len(episodes.episode)), first_rows(episodes.episode)[1:])
        lots = [
            chosen[index].columns if index in chosen else {name: getattr(episodes, name)[own] for name in _COLUMNS}
            for index, own in enumerate(rows)
        ]
        scores = [chosen[index].score if index in chosen else old for index, old in enumerate(episodes.returns)]
        return _put_together(lots, episodes.group, np.array(scores))

    def _replayed(self, played: np.ndarray) -> list[Decisions]:
        """Some of the kept episodes that are better than what is usual now; ``played`` (E,) are the round's returns."""
        better = self.successes.replay()
        count = min(len(better), int(SHARE * len(played)))
        if not count:
            return []
        drawn: list[tuple[Replayed, float]] = [
            better[number] for number in self._generator.choice(len(better), count, replace=False)
        ]
        kept = _put_together(
            [one.columns for one, _ in drawn], np.arange(count), np.array([one.score for one, _ in drawn])
        )
        # In deviations of returns, as the advantages that they stand beside.
        advantage = np.array([advantage for _, advantage in drawn]) / (played.std() + SMALL)
        return [flat(kept, advantage[kept.episode], self.gamma, self.memory_size)]

    def state(self) -> dict[str, Any]:
        """Everything needed to go on after ``start``."""
        return self.successes.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from what ``state`` gave."""
        self.successes.restore(state)


def make(parameters: Any, spec: Spec, memory_size: int) -> SelfImitation | None:
    """What ``parameters`` of ppo.py ask for; None without self-imitation."""
    if parameters.self_imitation == "none":
        return None
    return SelfImitation(parameters.self_imitation, parameters.success, spec, parameters.gamma, memory_size)


def _put_together(lots: list[dict[str, np.ndarray]], group: np.ndarray, returns: np.ndarray) -> Episodes:
    """Episodes out of the columns of each."""
    columns = [np.concatenate([lot[name] for lot in lots]) for name in _COLUMNS]
    lengths = [len(lot["rewards"]) for lot in lots]
    return Episodes._make([*columns, np.repeat(np.arange(len(lots)), lengths), group, returns])

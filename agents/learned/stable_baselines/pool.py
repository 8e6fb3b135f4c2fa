"""Self-play: the opponents are earlier versions of the learner."""

from typing import Any

import numpy as np

from agora.agents.api import Needs, draw_rows, empty_actions
from agora.agents.learned.stable_baselines.saved import Answer, Network, box_actions, probabilities
from agora.envs.api import Box, Discrete, Spec


class Pool:
    """An agent that plays each game with one of the snapshots it holds.

    With probability ``latest`` a game is played with the newest snapshot, otherwise with any, all equally likely: the
    newest alone would let the learner run in circles, the past alone would leave it without its equal.

    Args:
        spec: of the environment.
        size: snapshots kept at most; when there are more, an older one drawn at random goes.
        latest: the probability above.
    """

    needs: Needs = "observation"

    def __init__(self, spec: Spec, size: int, latest: float):
        self.spec, self.size, self.latest = spec, size, latest
        self.networks: list[Network] = []
        self.added = 0
        """Snapshots that ever came in."""
        self._answers: dict[int, Answer] = {}  # by the number of the snapshot
        self._numbers: list[int] = []  # of the snapshots held, oldest first
        self._playing = np.zeros(0, np.int64)  # number of the snapshot that plays each lane
        self._generator = np.random.default_rng(0)

    def add(self, network: Network) -> None:
        """Takes in a snapshot. Games in progress keep their opponent, even one that leaves the pool."""
        if len(self.networks) == self.size:
            leaving = int(np.random.default_rng(self.added).integers(max(self.size - 1, 1)))
            del self.networks[leaving], self._numbers[leaving]
        self.networks.append(network)
        self._numbers.append(self.added)
        action = self.spec.action
        answer = box_actions(network, action) if isinstance(action, Box) else probabilities(network, greedy=False)
        self._answers[self.added] = answer
        self.added += 1
        needed = {*self._numbers, *np.unique(self._playing).tolist()}
        self._answers = {number: answer for number, answer in self._answers.items() if number in needed}

    def restore(self, networks: list[Network], added: int) -> None:
        """Puts back the snapshots of an earlier pool, of which ``added`` ever came in."""
        self.networks, self._numbers = [], []
        self.added = added - len(networks)
        for network in networks:
            self.add(network)

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        if len(lanes) and lanes.max() >= len(self._playing):
            self._playing = np.concatenate(
                [self._playing, np.zeros(int(lanes.max()) + 1 - len(self._playing), np.int64)]
            )
        drawn = self._generator.integers(len(self._numbers), size=len(lanes))
        newest = self._generator.random(len(lanes)) < self.latest
        self._playing[lanes] = np.array(self._numbers)[np.where(newest, len(self._numbers) - 1, drawn)]

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        playing = self._playing[lanes]
        discrete = isinstance(self.spec.action, Discrete)
        answers = np.zeros(legal.shape) if discrete else empty_actions(self.spec, len(lanes))
        for number in np.unique(playing).tolist():
            rows = np.flatnonzero(playing == number)
            answers[rows] = self._answers[number](observation[rows], legal[rows])
        return draw_rows(answers, self._generator) if discrete else answers

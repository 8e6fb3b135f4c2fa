"""Replay: games cut into transitions, each from one decision of a seat to its next, and a ring that keeps the latest.

Letters as in ``agora.envs.api``; ``N`` is a number of transitions. Nothing here loops over games.
"""

from typing import Any, NamedTuple

import numpy as np
import torch

from agora.envs.api import Spec
from agora.envs.batch import Batch, Illegal
from agora.envs.game import Game
from agora.envs.seats import Seat, SeatedBatch


class Transitions(NamedTuple):
    """What N decisions led to."""

    observation: np.ndarray
    """(N, O) float32, when the seat decided."""
    action: np.ndarray
    """(N, K) float32."""
    reward: np.ndarray
    """(N,) float32: all that the seat got until its next decision, or until the end."""
    next_observation: np.ndarray
    """(N, O) float32, at its next decision, or at the end; zeros where ``terminated``."""
    terminated: np.ndarray
    """(N,) float32: 1 where the rules ended the game, so that nothing more was to come, else 0."""


class OwnTurns:
    """Cuts B games of P seats into transitions, each over the turns of one seat.

    In every step of the games call ``decide``, play, then ``earn`` and, where games ended, ``end``.
    """

    def __init__(self, num_envs: int, players: int, observation_size: int, action_size: int):
        self._waiting = np.zeros((num_envs, players), np.bool_)  # for the outcome of its last decision
        self._observation = np.zeros((num_envs, players, observation_size), np.float32)
        self._action = np.zeros((num_envs, players, action_size), np.float32)
        self._reward = np.zeros((num_envs, players))

    def decide(self, lanes: np.ndarray, seats: np.ndarray, observation: np.ndarray, action: np.ndarray) -> Transitions:
        """Takes down what ``seats[i]`` of ``lanes[i]`` saw and did, and gives back what led from its decision before.

        Args:
            lanes, seats: (M,), each pair once.
            observation: (M, O).
            action: (M, K).

        Returns:
            N of at most M transitions: a seat's first decision in a game ends none.
        """
        before = self._waiting[lanes, seats]
        ended = self._transitions(lanes[before], seats[before], observation[before], terminated=0.0)
        self._waiting[lanes, seats] = True
        self._observation[lanes, seats], self._action[lanes, seats] = observation, action
        self._reward[lanes, seats] = 0.0
        return ended

    def earn(self, rewards: np.ndarray) -> None:
        """Adds what every seat got in a step, (B, P). What it gets before its first decision belongs to none."""
        self._reward += rewards

    def end(self, lanes: np.ndarray, final_observation: np.ndarray | None) -> Transitions:
        """The last transition of every seat that decided in games that ended in ``lanes`` (L,).

        Args:
            final_observation: (L, P, O) where a time limit cut the games; None where the rules ended them.
        """
        rows, seats = np.nonzero(self._waiting[lanes])
        if final_observation is None:
            seen, terminated = np.zeros((len(rows), self._observation.shape[2]), np.float32), 1.0
        else:
            seen, terminated = final_observation[rows, seats], 0.0
        self._waiting[lanes] = False
        return self._transitions(lanes[rows], seats, seen, terminated)

    def forget(self) -> None:
        """Games start anew; decisions whose outcome nobody knows yet are dropped."""
        self._waiting[:] = False

    def _transitions(self, lanes: np.ndarray, seats: np.ndarray, seen: np.ndarray, terminated: float) -> Transitions:
        return Transitions(
            self._observation[lanes, seats],
            self._action[lanes, seats],
            self._reward[lanes, seats].astype(np.float32),
            seen.astype(np.float32),
            np.full(len(lanes), terminated, np.float32),
        )


class Replay:
    """The latest ``size`` transitions, in a ring of arrays that are allocated once."""

    def __init__(self, size: int, observation_size: int, action_size: int):
        self.size = size
        self.added = 0
        """Transitions that ever came in."""
        self._ring = Transitions(
            np.zeros((size, observation_size), np.float32),
            np.zeros((size, action_size), np.float32),
            np.zeros(size, np.float32),
            np.zeros((size, observation_size), np.float32),
            np.zeros(size, np.float32),
        )

    def __len__(self) -> int:
        return min(self.added, self.size)

    def add(self, transitions: Transitions) -> None:
        """Takes in N transitions, of which the latest ``size`` overwrite the oldest held."""
        count = len(transitions.reward)
        kept = min(count, self.size)
        places = np.arange(self.added + count - kept, self.added + count) % self.size
        for held, new in zip(self._ring, transitions, strict=True):
            held[places] = new[count - kept :]
        self.added += count

    def sample(self, count: int, generator: np.random.Generator) -> Transitions:
        """``count`` transitions, each drawn from all that are held with the same probability."""
        rows = generator.integers(len(self), size=count)
        return Transitions(*(held[rows] for held in self._ring))

    def state(self) -> dict[str, Any]:
        """Everything held, for a checkpoint."""
        return {"added": self.added, "ring": [torch.from_numpy(held[: len(self)].copy()) for held in self._ring]}

    def restore(self, state: dict[str, Any]) -> None:
        """Puts back what ``state`` gave, into a replay of the same sizes."""
        self.added = state["added"]
        for held, stored in zip(self._ring, state["ring"], strict=True):
            held[: len(stored)] = stored.numpy()


class EverySeat:
    """B games in which the learner decides for every seat, in turn or for all at once.

    Args:
        game: the environment.
        num_envs: B.
        illegal: as in ``Batch``.
        opening: mean number of random steps with which a game begins and from which nothing is learned; how many is
            drawn from a geometric distribution. Such exploring starts (R. Sutton and A. Barto, "Reinforcement
            Learning", 2018, section 5.3) show positions that good players would never reach; what they would do there
            decides what they do before.
    """

    def __init__(self, game: Game, num_envs: int, illegal: Illegal, opening: float = 0.0):
        spec = game.spec
        self._batch, self._opening = Batch(game, num_envs, 0, illegal=illegal), opening
        self._turns = OwnTurns(num_envs, spec.players, spec.observation_size, action_size(spec))
        lanes, seats = np.indices((num_envs, spec.players))
        self._lanes = np.arange(num_envs) if spec.turns == "sequential" else lanes.ravel()
        self._seats = None if spec.turns == "sequential" else seats.ravel()  # None: whoever is to move
        self._left = np.zeros(num_envs, np.int64)  # random steps to come
        self._opened = np.zeros(num_envs, np.bool_)  # the game began with some
        self._generator = np.random.default_rng(0)
        self.returns: list[np.ndarray] = []
        """Of every seat in the games that ended and had no random opening."""

    def deal(self, seed: int) -> None:
        """Starts all games anew."""
        self._generator = np.random.default_rng(seed)
        self._batch.reset(seed)
        self._turns.forget()
        self._draw_openings(np.arange(self._batch.num_envs))

    def _draw_openings(self, lanes: np.ndarray) -> None:
        self._left[lanes] = self._generator.geometric(1 / (1 + self._opening), len(lanes)) - 1
        self._opened[lanes] = self._left[lanes] > 0

    @property
    def observation(self) -> np.ndarray:
        """(M, O) of the seats that decide now: M is B, or B P where all choose at once."""
        return self._batch.observation.reshape(len(self._lanes), -1)

    def step(self, unit: np.ndarray) -> list[Transitions]:
        """Plays an action for each row of ``observation``, see ``to_box``, and gives the transitions that it ended."""
        batch, turns = self._batch, self._turns
        seats = batch.to_move.astype(np.int64) if self._seats is None else self._seats
        drawn = self._left[self._lanes] > 0
        unit = np.where(drawn[:, None], self._generator.uniform(-1, 1, unit.shape), unit).astype(np.float32)
        own = ~drawn
        parts = [turns.decide(self._lanes[own], seats[own], self.observation[own], unit[own])]
        batch.step(to_box(unit, batch.spec))
        turns.earn(batch.rewards)
        self._left -= self._left > 0
        over, cut = np.flatnonzero(batch.terminated), np.flatnonzero(batch.truncated)
        if len(over):
            parts.append(turns.end(over, None))
        if len(cut):
            players = range(batch.spec.players)
            final = np.stack([batch.observe_final(player, cut)[cut] for player in players], axis=1)
            parts.append(turns.end(cut, final))
        ended = np.concatenate([over, cut])
        self.returns.append(batch.final_returns[ended[~self._opened[ended]]].ravel())
        self._draw_openings(ended)
        return parts


class OneSeat:
    """B games in which the learner decides for one seat, and ``opponent`` for the others; like ``EverySeat``."""

    def __init__(self, game: Game, num_envs: int, illegal: Illegal, opponent: str, seat: Seat):
        self._games = SeatedBatch(game, num_envs, 0, opponent=opponent, seat=seat, illegal=illegal)
        self.returns: list[np.ndarray] = []

    def deal(self, seed: int) -> None:
        self._games.restart(seed=seed + np.arange(self._games.batch.num_envs))

    @property
    def observation(self) -> np.ndarray:
        """(B, O)."""
        return self._games.observation

    def step(self, unit: np.ndarray) -> list[Transitions]:
        games, batch = self._games, self._games.batch
        before = games.observation
        reward = games.step(to_box(unit, games.spec))
        outcome = Transitions(
            before, unit, reward.astype(np.float32), games.observation, batch.terminated.astype(np.float32)
        )
        ended = np.flatnonzero(batch.ended)
        if len(ended):
            self.returns.append(batch.final_returns[ended, games.seats[ended]])
            games.restart(ended)
        return [outcome]


def to_box(unit: np.ndarray, spec: Spec) -> np.ndarray:
    """Actions within [-1, 1], (N, K), stretched to the Box of ``spec``: float32."""
    box: Any = spec.action
    return np.clip(box.low + 0.5 * (unit + 1.0) * (box.high - box.low), box.low, box.high).astype(np.float32)


def action_size(spec: Spec) -> int:
    """K, the numbers in one continuous action."""
    return int(np.prod(spec.action.shape))  # type: ignore[union-attr]

"""Games that a search with a network plays against itself in lock-step, and the window of positions learned from.

Letters as in ``agora.envs.api``; ``N`` is a number of positions. All numbers are shares of the largest return, from the
view of whoever moves in the position.
"""

from typing import Any

import numpy as np
import torch

from agora.agents.api import draw_rows
from agora.agents.search.network_search import NetworkSearch, Roots, value_scale
from agora.envs.api import Spec
from agora.envs.batch import Batch
from agora.envs.game import Game

SHORTEST_TAPE = 64  # moves that room is made for at first


def position_dtype(spec: Spec) -> np.dtype:
    """What is kept of a position."""
    actions = spec.action.n  # type: ignore[union-attr]
    return np.dtype(
        [
            ("observation", spec.observation_dtype, (spec.observation_size,)),
            ("legal", "?", (actions,)),
            ("policy", "f4", (actions,)),  # what the search found better than the network's
            ("action", "i4"),  # what was played
            ("found", "f4"),  # the value that the search found
            ("outcome", "f4"),  # what was still paid until the end
            ("reward", "f4"),  # what the action paid at once
            ("left", "i4"),  # decisions until the end, this one included
            ("mover", "i1"),
            ("earned", "f4"),  # by the mover, before
        ]
    )


class PlannedPlay:
    """B games that go on from round to round; a finished one makes room for the next.

    Args:
        game: the environment.
        num_envs: B.
        seed: of the games.
        opening: decisions at the start of each game that are drawn from the policy found, instead of taking the
            action that the search chose.
    """

    def __init__(self, game: Game, num_envs: int, seed: int, opening: int):
        self._batch = Batch(game, num_envs, seed, illegal="raise", threads=1)
        self._scale, self._opening = value_scale(game.spec), opening
        self._tape = np.zeros((SHORTEST_TAPE, num_envs), position_dtype(game.spec))  # a ring
        self._now = 0  # moves made, in each game
        self._began = np.zeros(num_envs, np.int64)  # the move at which the present game began
        self.returns: list[float] = []
        """What the first seat got in each game that ended since the last ``play``, in the unit of the reward."""

    def play(self, search: NetworkSearch, moves: int, generator: np.random.Generator) -> np.ndarray:
        """Makes so many moves in every game.

        Returns:
            (N,) positions of the games that ended: game after game, each in the order of its moves.
        """
        self.returns = []
        finished = [self._move(search, generator) for _ in range(moves)]
        return np.concatenate(finished)

    def _move(self, search: NetworkSearch, generator: np.random.Generator) -> np.ndarray:
        batch = self._batch
        rows, movers = self._next_rows(), batch.to_move.astype(np.int64)
        lanes = np.arange(batch.num_envs)
        found = search.run(Roots(batch.states, batch.observation, batch.legal), generator)
        drawn = draw_rows(found.policy.astype(np.float64), generator) if self._opening else found.action
        action = np.where(batch.states["steps"] < self._opening, drawn, found.action)
        for name, value in (
            ("observation", batch.observation),
            ("legal", batch.legal),
            ("policy", found.policy),
            ("action", action),
            ("found", found.value),
            ("mover", movers),
            ("earned", batch.returns[lanes, movers] * self._scale),
        ):
            rows[name] = value
        batch.step(action)
        rows["reward"] = batch.rewards[lanes, movers] * self._scale
        self._now += 1
        ended = np.flatnonzero(batch.terminated | batch.truncated)
        games = [self._take(lane) for lane in ended.tolist()]
        return np.concatenate([rows[:0], *games])

    def _next_rows(self) -> np.ndarray:
        """The next row of the tape (B,), which is made longer if it would bite its tail."""
        length = len(self._tape)
        if self._now - self._began.min() == length:
            order = np.arange(self._now - length, self._now + length)
            longer = np.zeros((2 * length, *self._tape.shape[1:]), self._tape.dtype)
            longer[order[:length] % (2 * length)] = self._tape[order[:length] % length]
            self._tape = longer
        return self._tape[self._now % len(self._tape)]

    def _take(self, lane: int) -> np.ndarray:
        """The positions of the game that just ended in ``lane``, now that its outcome is known."""
        moves = np.arange(self._began[lane], self._now)
        rows = self._tape[moves % len(self._tape), lane]
        returns = self._batch.final_returns[lane]
        rows["outcome"] = returns[rows["mover"]] * self._scale - rows["earned"]
        rows["left"] = self._now - moves
        self._began[lane] = self._now
        self.returns.append(float(returns[0]))
        return rows

    def state(self) -> dict[str, Any]:
        """Everything needed to play on exactly."""
        return {
            "batch": self._batch.snapshot(),
            "tape": as_tensor(self._tape),
            "now": self._now,
            "began": torch.from_numpy(self._began.copy()),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self._batch.restore(state["batch"])
        self._tape = from_tensor(state["tape"], self._tape.dtype).reshape(-1, self._batch.num_envs)
        self._now, self._began = state["now"], state["began"].numpy().copy()


class Window:
    """A ring of the latest positions. Those of one game are neighbours, in order.

    Args:
        size: positions kept at most.
    """

    def __init__(self, spec: Spec, size: int):
        self._rows = np.zeros(size, position_dtype(spec))
        self._added = 0  # positions that ever came in

    def __len__(self) -> int:
        return min(self._added, len(self._rows))

    def add(self, rows: np.ndarray) -> None:
        """Takes in positions (N,); of more than fit, the last."""
        kept = rows[-len(self._rows) :]
        places = self._added + len(rows) - len(kept) + np.arange(len(kept))
        self._rows[places % len(self._rows)] = kept
        self._added += len(rows)

    def sample(self, count: int, generator: np.random.Generator, following: int = 0) -> np.ndarray:
        """(count, 1 + following) positions drawn uniformly, each with those after it.

        Where a game ended before, what follows is of other games: ``left`` of the first tells.
        """
        first = generator.integers(len(self), size=count)
        return self._rows[(first[:, None] + np.arange(1 + following)) % len(self)]

    def state(self) -> dict[str, Any]:
        """Everything that the window holds."""
        return {"rows": as_tensor(self._rows[: len(self)]), "added": self._added}

    def restore(self, state: dict[str, Any]) -> None:
        self._added = state["added"]
        self._rows[: len(self)] = from_tensor(state["rows"], self._rows.dtype)


def as_tensor(array: np.ndarray) -> torch.Tensor:
    """The bytes of an array of records, copied."""
    return torch.from_numpy(np.frombuffer(array.tobytes(), np.uint8).copy())


def from_tensor(data: torch.Tensor, dtype: np.dtype) -> np.ndarray:
    """The records that ``as_tensor`` wrote, flat."""
    return np.frombuffer(data.numpy().tobytes(), dtype).copy()

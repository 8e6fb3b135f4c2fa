"""Games that a policy plays while it learns, and what is kept of them.

A *row* is a place where one decision is made at every step. Where the learner plays all seats of a game in turns, a row
is a game and its mover changes from step to step; where all choose at once, a row is a seat of a game; against
opponents, a row is a game seen from the learner's seat alone. ``R`` is the number of rows, ``T`` of steps.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch

from agora.agents.learned.distributions import Make, to_play
from agora.agents.learned.networks import Output
from agora.envs.batch import Batch, Illegal
from agora.envs.game import Game
from agora.envs.seats import Seat, SeatedBatch


class Played(NamedTuple):
    """What came of one decision in every row."""

    rewards: np.ndarray
    """(R, S) float64 of all seats that decide in a row: S = P in turns, else 1."""
    ended: np.ndarray
    """(R,) bool: the episode is over, and the next decision of the row belongs to a new one."""
    truncated: np.ndarray
    """(R,) bool: by the time limit, so what comes after is still worth something."""
    returns: np.ndarray
    """(E,) float64, returns of the learner's seats in the episodes that ended."""


class Games(Protocol):
    """Games in lock-step, in which the learner decides in R rows."""

    rows: int
    seats: int
    """S, seats that decide in one row."""

    @property
    def movers(self) -> np.ndarray:
        """(R,) which of the S seats decides next; -1: a random action will be played instead of the learner's."""

    def start(self, seed: int) -> None:
        """Deals new games everywhere."""

    @property
    def observation(self) -> np.ndarray:
        """(R, O)."""

    @property
    def legal(self) -> np.ndarray:
        """(R, A) bool."""

    def play(self, actions: np.ndarray) -> Played:
        """Actions (R,) int64 or (R, K) float32; finished games are dealt anew."""

    def final_observation(self, rows: np.ndarray) -> np.ndarray:
        """(L, S, O): what the seats of ``rows`` (L,) saw at the end of the episode that just ended there."""


class EverySeat:
    """B games in which the learner plays every seat.

    Args:
        cooperation: see ``shared_rewards``.
        opening: mean number of random decisions with which a game begins; how many is drawn from a geometric
            distribution. Such exploring starts (R. Sutton and A. Barto, "Reinforcement Learning", 2018, section 5.3)
            show positions that a policy which has become sure of itself would never reach.
    """

    def __init__(
        self,
        game: Game,
        num_envs: int,
        illegal: Illegal = "forfeit",
        cooperation: float = 0.0,
        opening: float = 0.0,
    ):
        self.batch = Batch(game, num_envs, seed=0, illegal=illegal)
        self.cooperation, self.opening = cooperation, opening
        self._left = np.zeros(num_envs, np.int64)  # random decisions to come
        self._generator = np.random.default_rng(0)
        self._together = game.spec.turns == "simultaneous"
        players = game.spec.players
        self.rows = num_envs * players if self._together else num_envs
        self.seats = 1 if self._together else players
        self._nobody = np.zeros(self.rows, np.int8)

    def start(self, seed: int) -> None:
        self.batch.reset(seed)
        self._generator = np.random.default_rng(seed)
        self._draw_openings(np.arange(self.batch.num_envs))

    def _draw_openings(self, lanes: np.ndarray) -> None:
        self._left[lanes] = self._generator.geometric(1 / (1 + self.opening), len(lanes)) - 1

    @property
    def _opening_rows(self) -> np.ndarray:
        return np.repeat(self._left > 0, self.rows // len(self._left))

    @property
    def movers(self) -> np.ndarray:
        seats = self._nobody if self._together else self.batch.to_move
        return np.where(self._opening_rows, np.int8(-1), seats) if self.opening else seats

    @property
    def observation(self) -> np.ndarray:
        return self.batch.observation.reshape(self.rows, -1)

    @property
    def legal(self) -> np.ndarray:
        return self.batch.legal.reshape(self.rows, -1)

    def play(self, actions: np.ndarray) -> Played:
        batch = self.batch
        if self.opening:
            random = self._opening_rows.reshape(-1, *[1] * (actions.ndim - 1))
            actions = np.where(random, batch.sample().reshape(actions.shape), actions)
        batch.step(actions)
        each = batch.spec.players if self._together else 1
        ended = batch.terminated | batch.truncated  # not batch.ended: those lanes have begun anew
        if self.opening:
            self._left -= self._left > 0
            self._draw_openings(np.flatnonzero(ended))
        returns = batch.final_returns[ended].ravel()
        return Played(
            shared_rewards(batch.rewards, self.cooperation).reshape(self.rows, self.seats),
            np.repeat(ended, each),
            np.repeat(batch.truncated, each),
            returns,
        )

    def final_observation(self, rows: np.ndarray) -> np.ndarray:
        players = self.batch.spec.players
        if self._together:
            lanes, seats = np.divmod(rows, players)
            return self.batch.observe_final(seats, lanes)[lanes][:, None]
        return np.stack([self.batch.observe_final(player, rows)[rows] for player in range(players)], 1)


def shared_rewards(rewards: np.ndarray, cooperation: float) -> np.ndarray:
    """Rewards (B, P) of seats to whom those of the others count ``cooperation`` times as much as their own: with 0 they
    stay as they are, with 1 all seats get the sum."""
    if not cooperation:
        return rewards
    return (1 - cooperation) * rewards + cooperation * rewards.sum(axis=1, keepdims=True)


class OneSeat:
    """B games in which the learner plays one seat, and ``opponent`` the others; or games of one player.

    Args:
        opponent: anything ``agora.agents.api.load`` takes. One that has ``record`` hears how its games ended.
        seat: see ``SeatedBatch``.
    """

    seats = 1

    def __init__(
        self,
        game: Game,
        num_envs: int,
        opponent: Any = "random",
        seat: Seat = "alternate",
        illegal: Illegal = "forfeit",
    ):
        seat = 0 if game.spec.players == 1 else seat
        self.seated = SeatedBatch(game, num_envs, opponent=opponent, seat=seat, illegal=illegal)
        self.rows = num_envs
        self.movers = np.zeros(num_envs, np.int8)
        self._look()

    def start(self, seed: int) -> None:
        self.seated.restart(seed=seed)
        self._look()

    def _look(self) -> None:
        self.observation, self.legal = self.seated.observation, self.seated.legal

    def play(self, actions: np.ndarray) -> Played:
        seated, batch = self.seated, self.seated.batch
        rewards = seated.step(actions)
        ended, truncated = batch.ended.copy(), batch.truncated.copy()
        lanes = np.flatnonzero(ended)
        returns = batch.final_returns[lanes, seated.seats[lanes]]
        if len(lanes):
            self._final = batch.observe_final(seated.seats[lanes], lanes) if truncated.any() else None
            if hasattr(seated.opponent, "record"):
                seated.opponent.record(lanes, seated.seats[lanes], batch.final_returns[lanes])
            seated.restart(lanes)
        self._look()
        return Played(rewards[:, None], ended, truncated, returns)

    def final_observation(self, rows: np.ndarray) -> np.ndarray:
        assert self._final is not None, "asked only where the time limit struck"
        return self._final[rows][:, None]


class Rollout(NamedTuple):
    """T decisions in each of R rows, and what the policy made of them."""

    observation: np.ndarray
    """(T, R, O), dtype of the environment."""
    legal: np.ndarray
    """(T, R, A) bool."""
    action: torch.Tensor
    """(T, R) or (T, R, K), as the distribution drew it, on the CPU."""
    log_probability: torch.Tensor
    """(T, R) of the actions."""
    policy: torch.Tensor
    """(T, R, numbers of the distribution)."""
    value: np.ndarray
    """(T, R) float32, or (T, R, A) with an action-value critic."""
    movers: np.ndarray
    """(T, R) int8, which of the S seats of the row decided; -1: a random action was played instead."""
    rewards: np.ndarray
    """(T, R, S) float32."""
    ended: np.ndarray
    """(T, R) bool."""
    bootstrap: np.ndarray | None
    """(T, R, S) float32, where the time limit struck the value of what the seats saw at last, else 0; None: nowhere."""
    memory: torch.Tensor
    """(T, R, H), before the decision."""
    last_value: np.ndarray
    """(R,) float32, of what the seat sees that decides after the last step."""
    last_mover: np.ndarray
    """(R,) int8, which seat that is."""
    returns: np.ndarray
    """(E,) float64, of the learner's seats in the episodes that ended."""


class Actor:
    """Lets a policy decide in all rows of some games and keeps what happened.

    Args:
        games: that it plays.
        model: the policy; it may learn between two rollouts.
        distribution: what the policy's numbers mean.
        bins: see ``distributions.policy_form``.
        reward_scale: rewards are multiplied by it; returns are not.
    """

    def __init__(
        self,
        games: Games,
        game: Game,
        model: Callable[..., Any],
        distribution: Make,
        *,
        memory_size: int = 0,
        bins: int = 0,
        reward_scale: float = 1.0,
        device: torch.device | str = "cpu",
    ):
        self.games, self.spec, self.model, self.distribution = games, game.spec, model, distribution
        self.bins, self.reward_scale, self.device = bins, reward_scale, device
        self.memory = torch.zeros(games.rows, games.seats, memory_size, device=device)
        self.seconds = 0.0
        """Spent in the games themselves so far."""
        self._all = torch.arange(games.rows)

    def start(self, seed: int) -> None:
        """Deals new games everywhere, with empty memories."""
        self.games.start(seed)
        self.memory.zero_()

    @torch.no_grad()
    def collect(self, steps: int, generator: torch.Generator) -> Rollout:
        """Plays ``steps`` decisions in every row."""
        games, spec = self.games, self.spec
        observation = np.empty((steps, games.rows, spec.observation_size), spec.observation_dtype)
        legal = np.empty((steps, games.rows, games.legal.shape[-1]), np.bool_)
        rewards = np.empty((steps, games.rows, games.seats), np.float32)
        ended, movers = np.empty((steps, games.rows), np.bool_), np.empty((steps, games.rows), np.int8)
        bootstrap: np.ndarray | None = None
        kept: list[tuple[torch.Tensor, ...]] = []
        returns = []
        for step in range(steps):
            observation[step], legal[step], movers[step] = games.observation, games.legal, games.movers
            output, before = self._ask(observation[step], movers[step])
            distribution = self.distribution(output.policy, torch.from_numpy(legal[step]).to(self.device))
            action = distribution.sample(generator)
            kept.append((action, distribution.log_probability(action), output.policy, output.value, before))
            moves = to_play(action, spec, self.bins)
            began = time.perf_counter()
            played = games.play(moves)
            self.seconds += time.perf_counter() - began
            rewards[step], ended[step] = played.rewards, played.ended
            rewards[step] *= self.reward_scale
            returns.append(played.returns)
            if played.truncated.any():
                bootstrap = np.zeros_like(rewards) if bootstrap is None else bootstrap
                self._value_the_end(bootstrap[step], np.flatnonzero(played.truncated))
            if self.memory.shape[-1]:
                self.memory[torch.from_numpy(played.ended).to(self.device)] = 0
        last_mover = np.array(games.movers)
        last, _ = self._ask(games.observation, last_mover, remember=False)
        action, log_probability, policy, value, memory = (torch.stack(part) for part in zip(*kept, strict=True))
        return Rollout(
            observation,
            legal,
            action,
            log_probability,
            policy,
            value.cpu().numpy(),
            movers,
            rewards,
            ended,
            bootstrap,
            memory,
            state_value(last, self.distribution, torch.from_numpy(np.array(games.legal)).to(self.device)).cpu().numpy(),
            last_mover,
            np.concatenate(returns),
        )

    def _ask(self, observation: np.ndarray, movers: np.ndarray, remember: bool = True) -> tuple[Any, torch.Tensor]:
        """What the model says, and the movers' memories (R, H) from before."""
        numbers = torch.from_numpy(np.array(observation, np.float32)).to(self.device)
        if not self.memory.shape[-1]:
            return self.model(numbers), self.memory[:, 0]
        index = torch.from_numpy(movers.astype(np.int64))
        before = self.memory[self._all, index]
        output = self.model(numbers, before)
        if remember:
            self.memory[self._all, index] = output.memory
        return output, before

    def _value_the_end(self, out: np.ndarray, rows: np.ndarray) -> None:
        """Writes to ``out`` (R, S) what the end of the episode in ``rows`` (L,) is worth to each seat."""
        seen = self.games.final_observation(rows)
        for seat in range(self.games.seats):
            numbers = torch.from_numpy(seen[:, seat].astype(np.float32)).to(self.device)
            memory = self.memory[torch.from_numpy(rows), seat] if self.memory.shape[-1] else None
            output = self.model(numbers, memory)
            out[rows, seat] = state_value(output, self.distribution).cpu().numpy()


def state_value(output: Output, distribution: Make, legal: torch.Tensor | None = None) -> torch.Tensor:
    """The value (N,) of an observation: the critic's, or the mean of its values of actions under the policy.

    Args:
        legal: (N, A) bool; None: everything.
    """
    if output.value.ndim == 1:
        return output.value
    everything = torch.ones_like(output.value, dtype=torch.bool) if legal is None else legal
    return (distribution(output.policy, everything).probabilities * output.value).sum(-1)

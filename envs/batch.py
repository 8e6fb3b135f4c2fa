"""``Batch``: B games in lock-step, and the referee's settings. The loop itself is compiled, in ``loop.py``."""

import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from typing import Any, Literal, NamedTuple

import numpy as np

from agora.envs.api import Discrete, check_integer
from agora.envs.game import Game
from agora.envs.jit import direct
from agora.envs.lanes import ROWS_PER_PART, allocate, as_bytes, as_numbers

Autoreset = Literal["same_step", "next_step", "disabled"]
Illegal = Literal["forfeit", "raise", "random"]

_AUTORESET = {"disabled": 0, "next_step": 1, "same_step": 2}
_ILLEGAL = {"forfeit": 0, "raise": 0, "random": 1}
_ROWS_PER_THREAD = 4096  # below this, waking a thread costs more than it saves


class Step(NamedTuple):
    """What one step of a batch returns: read-only views that the next step overwrites."""

    observation: np.ndarray
    """(B, O) of the player to move; (B, P, O) when all move at once."""
    legal: np.ndarray
    """(B, A) or (B, P, A) bool; A = 0 for continuous actions."""
    to_move: np.ndarray
    """(B,) int8: a player or EVERYONE."""
    rewards: np.ndarray
    """(B, P) float64."""
    terminated: np.ndarray
    """(B,) bool: the rules ended the episode."""
    truncated: np.ndarray
    """(B,) bool: the time limit ended it."""


class Batch:
    """B games of one environment, played in lock-step by compiled code.

    Args:
        game: the environment.
        num_envs: B, the number of lanes.
        seed: lane i is seeded with ``seed + i``; an array (B,) gives each lane its own; None draws from the system.
        autoreset: when a finished lane starts its next episode. ``same_step``: at once, and ``final_*`` hold what the
            old one ended with. ``next_step``: in the next call of ``step``, which ignores the action given for that
            lane. ``disabled``: only by ``reset``; until then the lane stands still.
        illegal: ``forfeit`` ends the episode with the worst return for the offender; in a zero-sum game the others
            share what it loses, otherwise they keep what they have. ``random`` plays a random legal action instead.
            ``raise`` raises ValueError before any game has moved.
        max_steps: cuts episodes after so many decisions instead of ``Spec.max_steps``.
        random_seats: (P,) or (B, P) bool, seats that the loop itself plays uniformly at random.
        threads: at most so many at once; by default one per processor.

    Raises:
        ValueError: an argument is not one of those above.
    """

    def __init__(
        self,
        game: Game,
        num_envs: int,
        seed: int | np.ndarray | None = None,
        *,
        autoreset: Autoreset = "same_step",
        illegal: Illegal = "forfeit",
        max_steps: int | None = None,
        random_seats: Any = False,
        threads: int | None = None,
    ):
        if num_envs < 1:
            raise ValueError(f"num_envs={num_envs!r} is not allowed: give a whole number from 1.")
        for name, value, choices in (("autoreset", autoreset, _AUTORESET), ("illegal", illegal, _ILLEGAL)):
            if value not in choices:
                raise ValueError(f"{name}={value!r} is not allowed: choose one of {', '.join(map(repr, choices))}.")
        self.game, self.spec, self.num_envs = game, game.spec, num_envs
        self.illegal_mode: Illegal = illegal
        self._lanes = allocate(game, num_envs, _AUTORESET[autoreset], _ILLEGAL[illegal])
        if max_steps is not None:
            self._lanes.settings.max_steps = check_integer("max_steps", max_steps, 1, 2**31 - 1)
        self._random_seats = self._lanes.accounts.random_seats
        self._random_seats[:] = random_seats
        self._seeded = False
        self._machine_code: dict[str, Any] = {}
        self._all = np.arange(num_envs)
        action, slots = self.spec.action, self._lanes.observation.shape[1]
        self._action_dtype = self.spec.action_dtype
        self._action_shape = (slots,) if isinstance(action, Discrete) else (slots, *action.shape)
        self._no_actions = np.zeros((0, *self._action_shape), self.spec.action_dtype)
        self._threads = threads or len(os.sched_getaffinity(0))
        self._expose()
        self.reset(seed)

    def _expose(self) -> None:
        """Makes the public views of the loop's arrays."""
        lanes, accounts = self._lanes, self._lanes.accounts
        one_slot = lanes.observation.shape[1] == 1
        observation, legal = as_numbers(lanes.observation, self.spec), lanes.masks.legal.view(np.bool_)
        self.states = lanes.states
        """The games (B,), to read; write them only through ``restore``."""
        self.observation = _read_only(observation[:, 0] if one_slot else observation)
        self.legal = _read_only(legal[:, 0] if one_slot else legal)
        self.to_move = _read_only(lanes.states.to_move)
        self.rewards = _read_only(lanes.payments.rewards)
        self.returns = _read_only(accounts.returns)
        self.terminated = _read_only(accounts.terminated)
        self.truncated = _read_only(accounts.truncated)
        self.ended = _read_only(accounts.ended)
        self.illegal = _read_only(accounts.illegal.view(np.bool_))
        self.clipped = _read_only(accounts.clipped.view(np.bool_))
        self.final_states = lanes.final_states
        """(B,) the last game that ended in each lane, as it ended."""
        self.final_returns = _read_only(accounts.final_returns)
        self.final_steps = _read_only(lanes.final_states.steps)
        self._step = Step(self.observation, self.legal, self.to_move, self.rewards, self.terminated, self.truncated)

    def reset(self, seed: int | np.ndarray | None = None, lanes: np.ndarray | None = None) -> Step:
        """Starts new episodes in ``lanes`` (L,), all of them if None.

        Args:
            seed: as in the constructor, for the chosen lanes in order. None goes on with the lanes' own generators,
                which the first call seeds from the system.
        """
        chosen = self._chosen(lanes)
        if seed is None and not self._seeded:
            seed = secrets.randbits(62)
        if seed is not None:
            self._seed(seed, chosen)
            self._seeded = True
        self._run(chosen, self._no_actions, dealing=True)
        return self._step

    def _seed(self, seed: int | np.ndarray, chosen: np.ndarray) -> None:
        given = np.asarray(seed)
        if given.dtype.kind not in "iu" or (given < 0).any():
            raise ValueError(f"seed={seed!r} is not allowed: give whole numbers from 0.")
        seeds = given.astype(np.uint64)
        if seeds.ndim == 0:
            seeds = np.add(seeds, np.arange(len(chosen), dtype=np.uint64), dtype=np.uint64)
        if seeds.shape != chosen.shape:
            raise ValueError(f"seed has shape {seeds.shape}: give one number, or one for each of {len(chosen)} lanes.")
        seeded = np.zeros(len(chosen), [("rng", "u8")]).view(np.recarray)
        self.game.loop.seed_streams(seeded, seeds)
        self._lanes.states.rng[chosen] = seeded.rng
        self.game.loop.seed_streams(seeded, ~seeds)
        self._lanes.accounts.rng[chosen] = seeded.rng

    def step(self, actions: Any, lanes: np.ndarray | None = None) -> Step:
        """Plays one decision in each of ``lanes`` (L,), in all of them if None.

        Args:
            actions: (L,) int64 of the players to move, or (L, P) when all move at once; with continuous actions one
                more axis (K,), float32.

        Raises:
            ValueError: the array has another shape; or, with ``illegal="raise"``, an action is illegal.
        """
        chosen = self._chosen(lanes)
        actions = np.asarray(actions, self._action_dtype, "C")
        try:
            actions = actions.reshape(len(chosen), *self._action_shape)
        except ValueError:
            raise ValueError(
                f"actions have shape {actions.shape}; {self.spec.id} takes {(len(chosen), *self._action_shape)}, "
                "or the same without axes of length 1."
            ) from None
        if self.illegal_mode == "raise":
            self._check(chosen, actions)
        self._run(chosen, actions, dealing=False)
        return self._step

    def _chosen(self, lanes: np.ndarray | None) -> np.ndarray:
        """Lanes as compiled code takes them; it trusts the type of what it is given."""
        return self._all if lanes is None else np.ascontiguousarray(lanes, np.int64)

    def sample(self) -> np.ndarray:
        """Uniformly drawn legal actions for whoever decides, as ``step`` takes them; zeros in games that have ended."""
        actions = np.zeros((self.num_envs, *self._action_shape), self._action_dtype)
        self._in_parts("sample", self.num_envs, (self._lanes, actions))
        return actions[:, 0] if self._action_shape[0] == 1 else actions

    def _run(self, chosen: np.ndarray, actions: np.ndarray, dealing: bool) -> None:
        world, lanes, rows = self.game.world, self._lanes, len(chosen)
        if rows < 2 * _ROWS_PER_THREAD:
            self._call("play", world, lanes, chosen, actions, 0, 0, rows, dealing)
        else:
            self._in_parts("play", rows, (world, lanes, chosen, actions), dealing)

    def _call(self, name: str, *arguments: Any) -> None:
        """Calls a function of the loop; after the first time without Numba's dispatch, since types stay the same."""
        function = self._machine_code.get(name)
        if function is not None:
            function(*arguments)
            return
        function = getattr(self.game.loop, name)
        function(*arguments)
        self._machine_code[name] = direct(function, *arguments)

    def _in_parts(self, name: str, rows: int, arguments: tuple, *more: Any) -> None:
        """Calls a function of the loop for all rows, from several threads when there are many."""
        threads = min(self._threads, rows // _ROWS_PER_THREAD)
        if threads < 2:
            self._call(name, *arguments, 0, 0, rows, *more)
            return
        parts = count()

        def work() -> None:
            """Takes the next part that nobody has begun, until none is left."""
            while (start := (part := next(parts)) * ROWS_PER_PART) < rows:
                self._call(name, *arguments, part, start, min(start + ROWS_PER_PART, rows), *more)

        helpers = [_pool(self._threads).submit(work) for _ in range(threads - 1)]
        work()
        for helper in helpers:
            if not helper.cancel():  # one that has not begun has nothing left to do
                helper.result()

    def _check(self, chosen: np.ndarray, actions: np.ndarray) -> None:
        """Raises ValueError for the first illegal action."""
        for row, lane in enumerate(chosen):
            if self.ended[lane]:
                continue
            for slot in range(actions.shape[1]):
                self._check_one(lane, slot, actions[row, slot])

    def _check_one(self, lane: int, slot: int, action: np.ndarray) -> None:
        player = self.states[lane].to_move if self.spec.turns == "sequential" else slot
        if self._random_seats[lane, player]:
            return  # the loop draws this action, whatever was given
        if isinstance(self.spec.action, Discrete):
            allowed = np.flatnonzero(self._lanes.masks.legal[lane, slot])
            if action not in allowed:
                raise ValueError(f"action {action} of player {player} in lane {lane} is illegal; legal: {allowed}.")
        elif np.isnan(action).any():
            raise ValueError(f"action {action} of player {player} in lane {lane} is illegal: it holds NaN.")

    def play_at_random(self, lanes: np.ndarray, seats: np.ndarray) -> None:
        """From the next deal on, the loop itself plays ``seats`` (L, P) bool of ``lanes`` (L,) uniformly at random."""
        self._random_seats[lanes] = seats

    def rewards_of(self, players: np.ndarray) -> np.ndarray:
        """The reward of ``players[lane]`` in each lane's last step, (B,) float64."""
        rewards = np.empty(self.num_envs)
        self._call("pick", self.rewards, np.ascontiguousarray(players, np.int64), rewards)
        return rewards

    def hand_over(self, seats: np.ndarray) -> np.ndarray:
        """The reward of ``seats[lane]`` in each lane's last step, (B,); ``seats`` (B,) int64 gets who decides next."""
        rewards = np.empty(self.num_envs)
        self._call("hand_over", self._lanes, seats, rewards)
        return rewards

    def observe(self, players: int | np.ndarray, lanes: np.ndarray | None = None) -> np.ndarray:
        """What ``players``, one or one for each of ``lanes`` (L,), know, whoever moves: a new array (L, O)."""
        chosen = self._chosen(lanes)
        return self._observed(self._lanes.states, chosen, players, np.arange(len(chosen)))

    def observe_final(self, players: int | np.ndarray, lanes: np.ndarray) -> np.ndarray:
        """What ``players``, one or one for each of ``lanes`` (L,), knew when the last game there ended.

        A new array (B, O), zeros but in the rows ``lanes``.
        """
        chosen = self._chosen(lanes)
        return self._observed(self._lanes.final_states, chosen, players, chosen, self.num_envs)

    def _observed(
        self, states: np.recarray, chosen: np.ndarray, players: Any, rows: np.ndarray, size: int | None = None
    ) -> np.ndarray:
        out = np.zeros(len(chosen) if size is None else size, self.spec.observation_record).view(np.recarray)
        players = np.full(len(chosen), players, np.int64)
        self._call("observe_many", self.game.world, states, chosen, players, out, rows)
        return as_numbers(out, self.spec)

    def snapshot(self) -> bytes:
        """The whole batch as bytes: games, generators and accounts."""
        return b"".join(array.tobytes() for array in self._stored())

    def restore(self, data: bytes) -> Step:
        """Puts the batch back to where ``snapshot`` was taken, in a batch of the same game, size and settings."""
        arrays = self._stored()
        expected = sum(array.nbytes for array in arrays)
        if len(data) != expected:
            raise ValueError(
                f"snapshot has {len(data)} bytes, this batch {expected}; restore it into a batch of the same id, "
                "options and num_envs."
            )
        start = 0
        for array in arrays:
            as_bytes(array)[:] = np.frombuffer(data, np.uint8, array.nbytes, start).reshape(as_bytes(array).shape)
            start += array.nbytes
        return self._step

    def _stored(self) -> list[np.ndarray]:
        lanes = self._lanes
        return [lanes.states, lanes.accounts, lanes.masks, lanes.payments, lanes.observation, lanes.final_states]


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="agora")

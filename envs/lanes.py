"""The memory of a batch: what the loop in ``loop.py`` reads and writes, as arrays of records."""

from typing import NamedTuple

import numpy as np

from agora.envs.api import Discrete, Spec
from agora.envs.game import Game

ROWS_PER_PART = 1024
"""Threads take work in parts, so that nobody waits long for one that was held up."""

_SETTINGS = np.dtype(
    [
        ("players", "i8"),
        ("max_steps", "i8"),
        ("chance_outcomes", "i8"),
        ("illegal", "i8"),
        ("autoreset", "i8"),
        ("zero_sum", "?"),
        ("low", "f4"),  # bounds of a continuous action
        ("high", "f4"),
        ("worst", "f8"),  # return of a player that forfeits
    ]
)


class Lanes(NamedTuple):
    """Everything the loop reads and writes. S, the slots, is 1 when players take turns and P when all move at once."""

    states: np.recarray  # (B,) the games
    accounts: np.recarray  # (B,) what the engine keeps of each lane, see _account
    masks: np.recarray  # (B,) with field legal (S, A) u1, of whoever decides next
    payments: np.recarray  # (B,) with field rewards (P,) float64, of the last step
    observation: np.recarray  # (B, S) of Spec.observation_record, of whoever decides next
    final_states: np.recarray  # (B,) the last game that ended in each lane, as it ended
    blank_state: np.recarray  # (1,) zeros; copying a record is faster than clearing its fields
    blank_observation: np.recarray  # (1,) zeros
    rooms: np.recarray  # one for each part of the work, see _room
    settings: np.recarray  # (1,) of _SETTINGS


def _account(players: int) -> np.dtype:
    """What the engine keeps of each lane. A record, because compiled code hands it on as one pointer.

    Flags of several numbers are u1, 0 or 1: Numba has no arrays of bool within a record.
    """
    return np.dtype(
        [
            ("returns", "f8", (players,)),  # of the episode so far
            ("terminated", "?"),  # the rules ended the episode in the last step
            ("truncated", "?"),  # the time limit did
            ("ended", "?"),  # the game in the lane is over and not dealt anew
            ("flagged", "?"),  # something is illegal or clipped
            ("due", "?"),  # something is carried
            ("illegal", "u1", (players,)),  # the last action was illegal
            ("clipped", "u1", (players,)),  # the last action was outside the Box and was clipped
            ("random_seats", "u1", (players,)),  # seats that the loop plays uniformly at random
            ("carried", "f8", (players,)),  # earned in an opening played at random, due with the next step
            ("final_returns", "f8", (players,)),  # of the last episode that ended
            # Last, as in states: a record that begins with it would pass for a kind of the one that holds it alone.
            ("rng", "u8"),  # generator of seats played at random, apart from the game's own
        ]
    )


def _room(spec: Spec, slots: int) -> np.dtype:
    """Room for the loop to work in."""
    shape = () if isinstance(spec.action, Discrete) else spec.action.shape
    kind = np.dtype(spec.action_dtype).str
    return np.dtype(
        [
            ("earned", "f8", (spec.players,)),  # by one decision
            ("probabilities", "f8", (spec.chance_outcomes,)),  # of the next draw of explicit chance
            ("given", kind, (slots, *shape)),  # actions as they came
            ("taken", kind, (spec.players, *shape)),  # actions as the rules see them
        ]
    )


def allocate(game: Game, num_envs: int, autoreset: int, illegal: int) -> Lanes:
    """Memory for ``num_envs`` games, all zeros but the settings."""
    spec, action = game.spec, game.spec.action
    discrete = isinstance(action, Discrete)
    players, slots = spec.players, 1 if spec.turns == "sequential" else spec.players
    states = np.zeros(num_envs, game.dtype).view(np.recarray)
    observation = np.zeros((num_envs, slots), spec.observation_record).view(np.recarray)
    final_states = np.zeros(num_envs, game.dtype).view(np.recarray)
    settings = np.zeros(1, _SETTINGS).view(np.recarray)
    settings[0] = (
        players,
        spec.max_steps,
        spec.chance_outcomes,
        illegal,
        autoreset,
        spec.payoff == "zero-sum",
        0.0 if discrete else action.low,
        0.0 if discrete else action.high,
        spec.returns[0],
    )

    return Lanes(
        states=states,
        accounts=np.zeros(num_envs, _account(players)).view(np.recarray),
        masks=np.zeros(num_envs, [("legal", "u1", (slots, action.n if discrete else 0))]).view(np.recarray),
        payments=np.zeros(num_envs, [("rewards", "f8", (players,))]).view(np.recarray),
        observation=observation,
        final_states=final_states,
        blank_state=np.zeros(1, game.dtype).view(np.recarray),
        blank_observation=np.zeros(1, spec.observation_record).view(np.recarray),
        rooms=np.zeros(num_envs // ROWS_PER_PART + 1, _room(spec, slots)).view(np.recarray),
        settings=settings,
    )


def as_bytes(records: np.ndarray) -> np.ndarray:
    """The memory of records as uint8, (*shape, itemsize)."""
    return records.view(np.ndarray).view(np.uint8).reshape(*records.shape, records.dtype.itemsize)


def as_numbers(records: np.ndarray, spec: Spec) -> np.ndarray:
    """The memory of observation records as numbers, (*shape, O)."""
    return records.view(np.ndarray).view(spec.observation_dtype).reshape(*records.shape, spec.observation_size)

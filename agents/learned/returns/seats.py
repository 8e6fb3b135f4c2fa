"""What every decision of a rollout brought the seat that took it, across the moves of the others."""

from typing import Final, NamedTuple

import numba
import numpy as np

ENDED: Final = -1
"""In ``OwnTurns.following``: the episode ended before the seat decided again."""

UNKNOWN: Final = -2
"""In ``OwnTurns.following``: the rollout ended before it was known, or nobody decided in that row."""


class OwnTurns(NamedTuple):
    """A rollout seen from the seat that decided in each row."""

    rewards: np.ndarray
    """(T, B) float32: all that the mover got from its decision until, exclusive, its next one in the same episode."""
    following: np.ndarray
    """(T, B) int32: the row of that next decision, T where it is the one after the last row, ``ENDED`` or ``UNKNOWN``.
    """

    @property
    def known(self) -> np.ndarray:
        """(T, B) bool: the decision has its full credit; the others are left out of learning."""
        return self.following != UNKNOWN


def own_turns(
    rewards: np.ndarray,
    movers: np.ndarray,
    ended: np.ndarray,
    last_movers: np.ndarray,
    bootstrap: np.ndarray | None = None,
    gamma: float = 1.0,
) -> OwnTurns:
    """Adds up the rewards of every seat between its own decisions.

    A decision is unknown if the rollout ends before its seat decides again, the episode goes on, and the seat is not
    the one to move after the last row: what the others' next moves will bring it is not there yet. Rewards that a seat
    gets before its first decision of a rollout belong to none.

    Args:
        rewards, movers, ended, last_movers: as in the module's table.
        bootstrap: (T, B, P) float or None. Where an episode was cut (truncated) rather than ended, the value that play
            on would have had for every seat, and 0 elsewhere; its discounted value counts as a reward.
        gamma: discounts ``bootstrap`` only.

    Raises:
        ValueError: shapes that do not fit, or a mover that is no seat.
    """
    if rewards.ndim != 3:
        raise ValueError(f"rewards has shape {rewards.shape}: give (T, B, P), a number for every seat.")
    steps, lanes, players = rewards.shape
    check_shapes((steps, lanes), movers=movers, ended=ended)
    check_shapes((lanes,), last_movers=last_movers)
    highest = max(movers.max(initial=0), last_movers.max(initial=0))
    if highest >= players:
        raise ValueError(f"Seat {highest} moves, but rewards are for {players} seats: give (T, B, P) with P above it.")
    if bootstrap is not None:
        check_shapes(rewards.shape, bootstrap=bootstrap)
    summed = np.empty((steps, lanes), np.float32)
    following = np.empty((steps, lanes), np.int32)
    _own_turns(
        floats(rewards),
        integers(movers),
        np.ascontiguousarray(ended, np.bool_),
        integers(last_movers),
        np.zeros((0, 0, 0), np.float32) if bootstrap is None else floats(bootstrap),
        gamma,
        summed,
        following,
    )
    return OwnTurns(summed, following)


@numba.njit(cache=True, nogil=True)
def _own_turns(rewards, movers, ended, last_movers, bootstrap, gamma, summed, following):
    steps, lanes, players = rewards.shape
    # From the back: what each seat has got since, and the row in which it decides next.
    since = np.zeros((lanes, players))
    ahead = np.full((lanes, players), UNKNOWN, np.int32)
    for lane in range(lanes):
        if last_movers[lane] >= 0:
            ahead[lane, last_movers[lane]] = steps
    for step in range(steps - 1, -1, -1):
        for lane in range(lanes):
            if ended[step, lane]:
                for seat in range(players):
                    ahead[lane, seat] = ENDED
                    since[lane, seat] = gamma * bootstrap[step, lane, seat] if bootstrap.size else 0.0
            for seat in range(players):
                since[lane, seat] += rewards[step, lane, seat]
            mover = movers[step, lane]
            if mover < 0:
                summed[step, lane] = 0.0
                following[step, lane] = UNKNOWN
                continue
            summed[step, lane] = since[lane, mover]
            following[step, lane] = ahead[lane, mover]
            since[lane, mover] = 0.0
            ahead[lane, mover] = step


def check_shapes(shape: tuple[int, ...], **arrays: np.ndarray) -> None:
    """ValueError that names the first array not of ``shape``."""
    for name, array in arrays.items():
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, but the other arrays ask for {shape}.")


def floats(array: np.ndarray) -> np.ndarray:
    """``array`` as compiled code takes it, copied only if it must be."""
    return np.ascontiguousarray(array, np.float32)


def integers(array: np.ndarray) -> np.ndarray:
    """``array`` as compiled code takes it, copied only if it must be."""
    return np.ascontiguousarray(array, np.int32)

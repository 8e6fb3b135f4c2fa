"""Scripted agents for Deal or No Deal: all follow one plan and differ in how much they hold out for.

In every turn there is a number of points to hold out for. Of the divisions that bring at least so much, the agent
proposes the one that takes the fewest items away from what the other asked for last; among equals the one that keeps
the fewest items, then the one worth least. It accepts an offer that is worth at least what it would propose itself. In
the last turn it accepts anything that is worth something.
"""

from collections.abc import Callable

import numpy as np

from agora.agents.api import Agent, from_function
from agora.envs.api import Spec
from agora.envs.negotiation.deal_or_no_deal.rules import ACCEPT, RADIX
from agora.envs.negotiation.deal_or_no_deal.scenarios import ITEMS, MOST, POINTS

KEPT = np.stack(np.unravel_index(np.arange(ACCEPT), (RADIX,) * ITEMS), axis=1)  # (216, 3) items that a proposal keeps
ROUNDING = 1e-9  # a target may come out a hair above a whole number of points
RESERVE = 4  # points that the conceder does not go below before the last turn

Plan = Callable[[np.ndarray], np.ndarray]
"""Points to hold out for, (L,), by the share of the turns that are over, (L,) from 0 to 1."""


def greedy(spec: Spec) -> Agent:
    """Holds out for everything that it values."""
    return _holding_out(spec, lambda time: np.full(len(time), POINTS))


def fair(spec: Spec) -> Agent:
    """Holds out for half of its points."""
    return _holding_out(spec, lambda time: np.full(len(time), POINTS / 2))


def conceder(spec: Spec) -> Agent:
    """Concedes from all points to ``RESERVE``, fast at first: by the square root of the time that has passed.

    Source: the time-dependent tactics with exponent 2 of P. Faratin, C. Sierra, N. Jennings, "Negotiation decision
    functions for autonomous agents", Robotics and Autonomous Systems 24, 1998.
    """
    return _holding_out(spec, lambda time: RESERVE + (POINTS - RESERVE) * (1 - np.sqrt(time)))


def _holding_out(spec: Spec, plan: Plan) -> Agent:
    last_turn = spec.max_steps - 1

    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        seen = spec.pieces(observation)
        turn = seen["turn"].argmax(axis=1)
        worth = np.rint(seen["values"] * POINTS) @ KEPT.T  # (L, 216) points
        proposed = _propose(seen, legal[:, :ACCEPT], worth, plan(turn / last_turn))
        wanted = np.take_along_axis(worth, proposed[:, None], axis=1)[:, 0]
        offered = np.rint(seen["history"][:, 0, ITEMS + 2] * POINTS)
        enough = (offered >= wanted) | ((turn == last_turn) & (offered > 0))
        return np.where(legal[:, ACCEPT] & enough, ACCEPT, proposed)

    return from_function(act)


def _propose(seen: dict[str, np.ndarray], fits: np.ndarray, worth: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The proposal (L,) that holds out for ``target`` (L,) points and is likeliest to please."""
    counts = np.rint(seen["counts"] * MOST)
    left_to_me = np.rint(seen["history"][:, 0, 2 : 2 + ITEMS] * MOST)
    left_to_me = np.where(seen["history"][:, 0, 1:2] == 1, left_to_me, counts)  # nothing asked for yet
    taken_away = np.maximum(KEPT - left_to_me[:, None], 0).sum(axis=2)
    cost = (taken_away * 100 + KEPT.sum(axis=1)) * 100 + worth  # items are at most 7 and points at most 10 each
    return np.where(fits & (worth >= target[:, None] - ROUNDING), cost, np.inf).argmin(axis=1)


AGENTS = {"greedy": greedy, "fair": fair, "conceder": conceder}

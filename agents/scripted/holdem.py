"""Scripted agents for Texas hold'em."""

import numpy as np

from agora.agents.api import SampledAgent
from agora.envs.api import Spec
from agora.envs.games.holdem.betting import CALL, FOLD, RAISE
from agora.envs.games.holdem.reference import hands
from agora.envs.games.holdem.rules import World, make_world

# Chen's points from which on to raise and to call before the flop, after no raise, one, and more.
RAISE_POINTS = np.array([9, 13, 16])
CALL_POINTS = np.array([5, 9, 13])

BET, RAISE_BET = 0.7, 0.9  # chances to be ahead from which on to bet, and to raise a bet


def caller(spec: Spec) -> SampledAgent:
    """Checks and calls with every hand."""

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        return one_hot(np.full(len(legal), CALL), legal)

    return SampledAgent(policy)


def tight(spec: Spec) -> SampledAgent:
    """Plays few hands and those for value: never bluffs, and calls when the pot pays for it.

    Before the flop it goes by Chen's points. Later it goes by the chance to be ahead of all who still play, were their
    cards drawn blindly and no more to come: the "hand strength" of D. Billings, D. Papp, J. Schaeffer, D. Szafron,
    "Opponent modeling in poker", AAAI 1998. It bets about the pot.
    """
    world = make_world(**spec.options)

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        pieces = spec.pieces(observation)
        own = np.nonzero(pieces["cards"])[1].reshape(-1, 2)
        early = pieces["stage"][:, 0] > 0
        facing_bet = legal[:, FOLD]
        points = chen_points(own)
        raises = pieces["history"][:, :, world.players + 4 + RAISE].sum(axis=1).astype(np.int64)
        ahead = chance_ahead(own, pieces)
        to_call, pot = pieces["to_call"][:, 0], pieces["pot"][:, 0]
        eager = np.where(
            early, points >= RAISE_POINTS[np.minimum(raises, 2)], ahead >= np.where(facing_bet, RAISE_BET, BET)
        )
        willing = np.where(early, points >= CALL_POINTS[np.minimum(raises, 2)], ahead * (pot + to_call) >= to_call)
        action = np.where(willing | ~facing_bet, CALL, FOLD)
        able = legal[:, RAISE:].any(axis=1)
        return one_hot(np.where(eager & able, pot_bet(world, legal, pot), np.where(eager, CALL, action)), legal)

    return SampledAgent(policy)


def one_hot(action: np.ndarray, legal: np.ndarray) -> np.ndarray:
    """Certainty of ``action`` (L,) as probabilities (L, A)."""
    chance = np.zeros(legal.shape)
    chance[np.arange(len(action)), action] = 1.0
    return chance


def chen_points(cards: np.ndarray) -> np.ndarray:
    """Points of two cards (L, 2) before the flop, -1 to 20: B. Chen's formula (from memory)."""
    ranks, suits = np.sort(cards // 4, axis=1), cards % 4
    low, high = ranks[:, 0], ranks[:, 1]
    score = np.array([1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 10])[high]
    gap = high - low - 1
    cost = np.array([0, 1, 2, 4, 5])[np.clip(gap, 0, 4)]
    bonus = (gap <= 1) & (high < 10)  # queens are 10: straights in both directions
    unpaired = score + 2 * (suits[:, 0] == suits[:, 1]) - cost + bonus
    return np.ceil(np.where(low == high, np.maximum(2 * score, 5), unpaired))


def chance_ahead(own: np.ndarray, pieces: dict[str, np.ndarray]) -> np.ndarray:
    """The chance (L,) that two cards (L, 2) now beat those of all others who play; 0 before the flop."""
    dealt = pieces["board"].sum(axis=(1, 2)).astype(np.int64)
    board = np.zeros((len(own), 5), np.int64)
    for count in (3, 4, 5):
        rows = np.flatnonzero(dealt == count)
        board[rows, :count] = np.nonzero(pieces["board"][rows].any(axis=1))[1].reshape(-1, count)
    out = np.zeros(len(own))
    late = np.flatnonzero(dealt)
    against_one = np.zeros(len(late))
    hands().hand_strengths(own[late], board[late], dealt[late], against_one)
    out[late] = against_one ** (pieces["playing"][late].sum(axis=1) - 1)
    return out


def pot_bet(world: World, legal: np.ndarray, pot: np.ndarray) -> np.ndarray:
    """The legal raise (L,) that is nearest to the pot, ``pot`` (L,) being in largest stacks; 0 where there is none."""
    raises = legal.copy()
    raises[:, :RAISE] = False
    if world.whole:
        wanted = raises.argmax(axis=1) + np.rint(pot * world.largest)
    else:
        wanted = np.full(len(legal), RAISE + (np.abs(world.fractions - 1).argmin() if len(world.fractions) else 0))
    distance = np.abs(np.arange(legal.shape[1]) - wanted[:, None])
    return np.where(raises, distance, np.inf).argmin(axis=1)


AGENTS = {"tight": tight, "caller": caller}

"""Scripted agents for Leduc poker."""

import numpy as np

from agora.agents.api import SampledAgent
from agora.envs.api import Spec

FOLD, CALL, RAISE = 0, 1, 2
PAIR = 3  # stronger than the ranks 0 (J) to 2 (K)

# How often `bettor` folds, calls and raises: by round, by whether it faces a bet, by hand (J, Q, K, pair).
HABITS = np.array(
    [
        [
            [(0, 0.9, 0.1), (0, 0.7, 0.3), (0, 0.4, 0.6), (0, 0, 1)],
            [(0.8, 0.2, 0), (0.4, 0.5, 0.1), (0, 0.4, 0.6), (0, 0, 1)],
        ],
        [
            [(0, 0.8, 0.2), (0, 0.9, 0.1), (0, 0.9, 0.1), (0, 0.2, 0.8)],
            [(1, 0, 0), (0.7, 0.3, 0), (0.2, 0.8, 0), (0, 0.3, 0.7)],
        ],
    ]
)


def bettor(spec: Spec) -> SampledAgent:
    """Raises with strong hands, bluffs now and then with weak ones and folds those to bets."""

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        stage, facing_bet, hand = situation(spec, observation, legal)
        chance = HABITS[stage, facing_bet, hand]
        chance[:, CALL] += np.where(legal[:, RAISE], 0, chance[:, RAISE])  # a raise beyond the limit is a call
        chance[:, RAISE] *= legal[:, RAISE]
        return chance

    return SampledAgent(policy)


def caller(spec: Spec) -> SampledAgent:
    """Checks and calls with every hand."""

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        return np.tile([0.0, 1.0, 0.0], (len(observation), 1))

    return SampledAgent(policy)


def situation(spec: Spec, observation: np.ndarray, legal: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The round (0 or 1), whether there is a bet to call (0 or 1), and the hand (0 to PAIR), each (L,) int64."""
    pieces = spec.pieces(observation)
    cards = pieces["card"].shape[-1]
    card = np.asarray(pieces["card"].argmax(axis=-1)) * 3 // cards
    board = np.asarray(pieces["board"].argmax(axis=-1)) * 3 // cards
    stage = np.asarray(pieces["board"].any(axis=-1), np.int64)
    hand = np.where((stage == 1) & (card == board), PAIR, card)
    return stage, legal[:, FOLD].astype(np.int64), hand


AGENTS = {"bettor": bettor, "caller": caller}

"""Scripted agents for Kuhn poker."""

import numpy as np

from agora.agents.api import SampledAgent
from agora.envs.api import Spec

PASS, BET = 0, 1

Table = dict[str, tuple[float, ...]]
"""Actions so far, 0 pass and 1 bet in order -> the probability of bet for each card, the lowest first."""

_THREE: Table = {
    "00": (0, 1 / 2, 0, 1),
    "010": (0, 0, 1 / 2, 1),
    "0010": (0, 0, 1 / 2, 1),
    "10": (0, 0, 1 / 2, 1),
}
_FOUR: Table = {
    "00": (0.135, 0.135, 0.135, 0, 0.675),
    "000": (0.2, 0.2, 0.2, 0, 1),
    "0100": (0, 0, 0, 0.731, 1),
    "00100": (0, 0, 0, 0.6, 1),
    "000100": (0, 0, 0, 0.897, 1),
    "100": (0, 0, 0, 0.731, 1),
}


def equilibrium(spec: Spec, alpha: float = 1 / 3) -> SampledAgent:
    """Plays an equilibrium: nobody gains by deviating from it alone.

    Two players: Kuhn's family. ``alpha``, from 0 to 1/3, is how often the first player bluffs with the jack; 1/3 bets
    every king, which wins the most from opponents who call too much. Three players: the member of the family of
    D. Szafron, R. Gibson and N. Sturtevant (AAMAS 2013) in which the second player never bets first. Four players: one
    found by regularised mirror descent and rounded; that it is an equilibrium is checked by exact best responses.

    Raises:
        ValueError: ``alpha`` is outside its range.
    """
    if not 0 <= alpha <= 1 / 3:
        raise ValueError(f"alpha={alpha!r} is not allowed: give a number from 0 to 1/3.")
    two: Table = {
        "": (alpha, 0, 3 * alpha),
        "0": (1 / 3, 0, 1),
        "1": (0, 1 / 3, 1),
        "01": (0, alpha + 1 / 3, 1),
    }
    return _agent(spec, {2: two, 3: _THREE, 4: _FOUR}[spec.players])


def honest(spec: Spec) -> SampledAgent:
    """Bets and calls with the highest card only: it never bluffs and can always be bluffed."""
    openings = ["0" * passes for passes in range(spec.players)]
    return _agent(spec, dict.fromkeys(openings, (0,) * spec.players + (1,)))


def always_bet(spec: Spec) -> SampledAgent:
    """Bets and calls with every card."""

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        return np.tile([0.0, 1.0], (len(observation), 1))

    return SampledAgent(policy)


AGENTS = {"equilibrium": equilibrium, "honest": honest, "always_bet": always_bet}


def _agent(spec: Spec, table: Table) -> SampledAgent:
    """Plays ``table``; where it says nothing, it passes, and calls a bet with the highest card only."""
    length = 2 * spec.players - 1
    bet = np.zeros((3**length, spec.players + 1))
    digits = np.arange(3**length)[:, None] // 3 ** np.arange(length) % 3
    bet[(digits == BET + 1).any(axis=1), -1] = 1.0
    for history, probabilities in table.items():
        bet[sum((int(action) + 1) * 3**place for place, action in enumerate(history))] = probabilities

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        pieces = spec.pieces(observation)
        code = (pieces["betting"] @ [1, 2]) @ 3 ** np.arange(length)  # the history as a number, a digit per action
        chance = bet[code.astype(np.int64), pieces["card"].argmax(axis=-1)]
        return np.stack([1 - chance, chance], axis=1)

    return SampledAgent(policy)

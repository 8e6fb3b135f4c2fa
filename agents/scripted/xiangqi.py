"""Scripted agents for xiangqi."""

import numpy as np

from agora.agents.api import SampledAgent, among_best
from agora.envs.api import Spec
from agora.envs.games.xiangqi.rules import make_world
from agora.envs.games.xiangqi.tables import CANNON, CHARIOT, HORSE, SOLDIER

VALUES = np.array([1.0, 4.5, 9.0, 4.0, 2.0, 2.0, 0.0])  # in soldiers at home; nobody takes a general


def greedy(spec: Spec) -> SampledAgent:
    """Takes what is worth most, keeps off squares that soldiers guard, else puts its pieces where they do more.

    It looks at the own move only; ties are drawn.
    """
    tables = make_world(**spec.options).tables
    origin, target = tables.origin.astype(int), tables.target.astype(int)
    places = square_values()

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        board = spec.pieces(observation)["board"].reshape(len(observation), 14, 90)
        lane, action = np.nonzero(legal)
        kind = board[:, :7].argmax(axis=1)[lane, origin[action]]
        prize = np.tensordot(board[:, 7:], VALUES, (1, 0))[lane, target[action]]
        risk = np.where(guarded(board[:, 7 + SOLDIER - 1])[lane, target[action]], VALUES[kind], 0.0)
        gain = places[kind, target[action]] - places[kind, origin[action]]
        score = np.full(legal.shape, -np.inf)
        score[lane, action] = np.round(prize + gain - risk, 6)
        return among_best(score, legal)

    return SampledAgent(policy)


def square_values() -> np.ndarray:
    """What a piece gains by standing on a square, in soldiers, (kind - 1, square) from the mover's side."""
    row, column = np.divmod(np.arange(90), 9)
    centre = 4 - abs(column - 4)
    values = np.zeros((7, 90))
    values[SOLDIER - 1] = np.where(row >= 5, 1 + 0.1 * centre, 0.05 * row) - np.where(row == 9, 0.8, 0)
    values[CANNON - 1] = 0.1 * centre
    values[CHARIOT - 1] = 0.05 * centre + 0.1 * (row > 0)
    values[HORSE - 1] = 0.1 * centre + 0.1 * np.minimum(row, 7)
    return values


def guarded(soldiers: np.ndarray) -> np.ndarray:
    """The squares (L, 90) that the other player's ``soldiers`` (L, 90) attack, from the mover's side."""
    grid = soldiers.reshape(-1, 10, 9).astype(bool)
    attacked = np.zeros_like(grid)
    attacked[:, :-1] |= grid[:, 1:]
    attacked[:, :5, 1:] |= grid[:, :5, :-1]
    attacked[:, :5, :-1] |= grid[:, :5, 1:]
    return attacked.reshape(-1, 90)


AGENTS = {"greedy": greedy}

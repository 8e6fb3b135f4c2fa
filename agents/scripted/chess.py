"""Scripted agents for chess."""

import numpy as np

from agora.agents.api import SampledAgent, among_best
from agora.envs.api import Spec
from agora.envs.games.chess.rules import make_world
from agora.envs.games.chess.tables import KING, KNIGHT, PAWN, QUEEN, ROOK

VALUES = np.array([1.0, 3.0, 3.0, 5.0, 9.0, 0.0])  # in pawns; nobody takes a king


def greedy(spec: Spec) -> SampledAgent:
    """Takes what is worth most, keeps off squares that pawns guard, else puts its pieces where they do more.

    It looks at the own move only; ties are drawn.
    """
    tables = make_world(**spec.options).tables
    origin, target = tables.origin.astype(int), tables.target.astype(int)
    places = square_values()
    less_than_queen = np.where(tables.promotion > 0, VALUES[QUEEN - 1] - VALUES[tables.promotion - 1], 0.0)

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        board = spec.pieces(observation)["board"].reshape(len(observation), 12, 64)
        lane, action = np.nonzero(legal)
        kind = board[:, :6].argmax(axis=1)[lane, origin[action]]
        prize = np.tensordot(board[:, 6:], VALUES, (1, 0))[lane, target[action]]
        promoted = (kind == PAWN - 1) & (target[action] >= 56)
        worth = np.where(promoted, VALUES[QUEEN - 1] - less_than_queen[action], VALUES[kind])
        risk = np.where(guarded(board[:, 6 + PAWN - 1])[lane, target[action]], worth, 0.0)
        gain = places[kind, target[action]] - places[kind, origin[action]] + worth - VALUES[kind]
        score = np.full(legal.shape, -np.inf)
        score[lane, action] = np.round(prize + gain - risk, 6)
        return among_best(score, legal)

    return SampledAgent(policy)


def square_values() -> np.ndarray:
    """What a piece gains by standing on a square, in pawns, (kind - 1, square) from the mover's side."""
    row, column = np.divmod(np.arange(64), 8)
    centre = 3.5 - np.maximum(abs(row - 3.5), abs(column - 3.5))  # 0 at the edge to 3
    values = 0.05 * np.tile(centre, (6, 1))
    values[PAWN - 1] = 0.05 * row + 0.04 * centre * (abs(column - 3.5) < 1)
    values[KNIGHT - 1] *= 2
    values[ROOK - 1] = 0.1 * (row == 6)
    values[KING - 1] = -0.2 * row + 0.05 * abs(column - 4)
    return values


def guarded(pawns: np.ndarray) -> np.ndarray:
    """The squares (L, 64) that the other player's ``pawns`` (L, 64) attack, from the mover's side."""
    grid = pawns.reshape(-1, 8, 8).astype(bool)
    attacked = np.zeros_like(grid)
    attacked[:, :-1, 1:] |= grid[:, 1:, :-1]
    attacked[:, :-1, :-1] |= grid[:, 1:, 1:]
    return attacked.reshape(-1, 64)


AGENTS = {"greedy": greedy}

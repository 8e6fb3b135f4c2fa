"""Scripted agents for Go."""

import numpy as np

from agora.agents.api import SampledAgent
from agora.envs.api import Spec
from agora.envs.games.go.rules import make_world

OWN, OTHER = 1, 2
SIDES = ((-1, 0), (1, 0), (0, -1), (0, 1))
CORNERS = ((-1, -1), (-1, 1), (1, -1), (1, 1))


def greedy(spec: Spec) -> SampledAgent:
    """Captures the largest string it can, else saves its own largest from atari, else plays off the first line.

    It fills no eye of its own and puts no string of its own into atari; it passes when nothing else is left, or when
    the other has passed and the count is won. Ties are drawn.
    """
    world = make_world(**spec.options)
    inner = np.ones((world.size, world.size), bool)
    if world.size > 2:
        inner[[0, -1]] = inner[:, [0, -1]] = False

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        seen = spec.pieces(observation)
        board = OWN * seen["board"][:, 0] + OTHER * seen["board"][:, 1]
        captured, saved, spoils = _tactics(board)
        score = 100 * captured + 50 * saved + inner
        score = np.where(spoils, -1, score).reshape(len(board), -1)
        score = np.where(legal[:, :-1], score, -1)
        stops = np.asarray((score < 0).all(axis=1))
        asked = np.flatnonzero(seen["passed"][:, 0])
        komi = np.where(seen["black"][asked, 0] == 1, -world.komi, world.komi)
        stops[asked] |= margin(board[asked]) + komi > 0
        best = np.zeros(legal.shape)
        best[:, :-1] = (score == score.max(axis=1, keepdims=True)) & ~stops[:, None]
        best[:, -1] = stops
        return best / best.sum(axis=1, keepdims=True)

    return SampledAgent(policy)


def _tactics(board: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per point (L, size, size): the largest string that a stone takes, or saves; whether it is worse than nothing."""
    stones, liberties = strings(board)
    empty = board == 0
    free, captured, saved, reached = (np.zeros(board.shape, np.int64) for _ in range(4))
    for side in SIDES:
        kind = shifted(board, side, 3)
        count, open_points = shifted(stones, side, 0), shifted(liberties, side, 0)
        free += kind == 0
        captured = np.maximum(captured, np.where((kind == OTHER) & (open_points == 1), count, 0))
        saved = np.maximum(saved, np.where((kind == OWN) & (open_points == 1), count, 0))
        reached = np.maximum(reached, np.where(kind == OWN, open_points - 1, 0))
    after = free + reached  # liberties of the new stone's string: at least half of that, at most all
    suffocates = (after < 2) & (captured == 0)
    return captured * empty, saved * ~suffocates, suffocates | eyes(board) | ~empty


def shifted(array: np.ndarray, way: tuple[int, int], fill: int) -> np.ndarray:
    """``array`` (L, rows, columns) as seen from each point's neighbour in one direction; ``fill`` beyond the edge."""
    rows, columns = array.shape[1:]
    padded = np.pad(array, ((0, 0), (1, 1), (1, 1)), constant_values=fill)
    return padded[:, 1 + way[0] : 1 + way[0] + rows, 1 + way[1] : 1 + way[1] + columns]


def strings(board: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each stone of ``board`` (L, size, size) how many stones and how many liberties its string has."""
    points = board[0].size
    label = labels(board)
    stones = np.bincount(label.ravel(), minlength=label.size).reshape(len(board), -1)
    touched = []
    number = np.arange(label.size).reshape(board.shape)
    for side in SIDES:
        beside = (board == 0) & np.isin(shifted(board, side, 0), (OWN, OTHER))
        touched.append(shifted(label, side, 0)[beside] * points + number[beside] % points)
    pairs = np.unique(np.concatenate(touched))
    liberties = np.bincount(pairs // points, minlength=label.size)
    taken = board > 0
    return taken * stones.ravel()[label], taken * liberties[label]


def labels(board: np.ndarray) -> np.ndarray:
    """A number for each string, and each connected empty region, of all boards: the lowest of its points."""
    label = np.arange(board.size).reshape(board.shape)
    alike = [shifted(board, side, -1) == board for side in SIDES]
    while True:
        lower = label
        for side, same in zip(SIDES, alike, strict=True):
            lower = np.minimum(lower, np.where(same, shifted(lower, side, 0), lower))
        if np.array_equal(lower, label):
            return label
        label = lower


def eyes(board: np.ndarray) -> np.ndarray:
    """Empty points within own stones whose corners hold at most one other stone, at the edge none."""
    ring = [shifted(board, side, 3) for side in SIDES]
    corner = [shifted(board, way, 3) for way in CORNERS]
    enclosed = np.all([(kind == OWN) | (kind == 3) for kind in ring], axis=0) & (board == 0)
    hostile = np.sum([kind == OTHER for kind in corner], axis=0)
    at_edge = np.any([kind == 3 for kind in corner], axis=0)
    return enclosed & (hostile + at_edge < 2)


def margin(board: np.ndarray) -> np.ndarray:
    """Own area minus the other's, (L,)."""
    label = labels(board)
    reaches = []
    for colour in (OWN, OTHER):
        touches = np.any([shifted(board, side, 0) == colour for side in SIDES], axis=0) & (board == 0)
        reaches.append(np.bincount(label[touches], minlength=board.size)[label] > 0)
    own = (board == OWN) | ((board == 0) & reaches[0] & ~reaches[1])
    other = (board == OTHER) | ((board == 0) & reaches[1] & ~reaches[0])
    return (own.sum(axis=(1, 2)) - other.sum(axis=(1, 2))).astype(np.int64)


AGENTS = {"greedy": greedy}

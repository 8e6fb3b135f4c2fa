"""Two problems on the simplex (weights that are not negative and sum to 1), for many rows at once."""

import numpy as np


def project(points: np.ndarray) -> np.ndarray:
    """The nearest point of the simplex to each of ``points`` (L, N), in Euclidean distance.

    Source: J. Duchi et al., "Efficient projections onto the l1-ball for learning in high dimensions", ICML 2008.
    """
    falling = -np.sort(-points, axis=1)
    excess = (np.cumsum(falling, axis=1) - 1.0) / np.arange(1, points.shape[1] + 1)
    last = (falling > excess).sum(axis=1) - 1
    return np.maximum(points - excess[np.arange(len(points)), last, None], 0.0)


def minimise_quadratic(curvature: np.ndarray, slope: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The weights p (L, N) on the simplex that minimise p.curvature.p / 2 - slope.p, by the primal active-set method.

    Args:
        curvature: (L, N, N), symmetric, positive definite.
        slope: (L, N).
        start: (L, N) on the simplex; the nearer to the answer, the faster.

    Raises:
        RuntimeError: no optimum was found, as can happen when ``curvature`` is not positive definite.
    """
    weights, free = start.copy(), start > 0
    rows = np.arange(len(start))  # those that are not solved yet
    for _ in range(50 * start.shape[1]):
        target, price = _on_face(curvature[rows], slope[rows], free[rows])
        blocked = _move(weights, free, rows, target)
        pull = price[:, None] - np.einsum("lij,lj->li", curvature[rows], weights[rows]) + slope[rows]
        pull[free[rows]] = 0.0
        entering = pull.argmax(axis=1)
        gain = pull[np.arange(len(rows)), entering]
        wanted = ~blocked & (gain > 1e-11 * np.abs(slope[rows]).max(axis=1))
        free[rows[wanted], entering[wanted]] = True
        rows = rows[blocked | wanted]
        if not len(rows):
            return weights
    raise RuntimeError("minimise_quadratic goes in circles: is the curvature positive definite?")


def _on_face(curvature: np.ndarray, slope: np.ndarray, free: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the minimum (L, N) lies if only ``free`` weights may differ from 0, of either sign, and its multiplier."""
    assets = free.shape[1]
    both = free[:, :, None] & free[:, None, :]
    matrix = np.where(both, curvature, np.eye(assets))
    solved = np.linalg.solve(matrix, np.stack([slope * free, free.astype(float)], axis=2))
    price = (1.0 - solved[:, :, 0].sum(axis=1)) / solved[:, :, 1].sum(axis=1)
    return solved[:, :, 0] + price[:, None] * solved[:, :, 1], price


def _move(weights: np.ndarray, free: np.ndarray, rows: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Goes towards ``target`` until a weight reaches 0, which is then no longer free; says which rows were stopped."""
    now = weights[rows]
    falling = free[rows] & (target < 0.0)
    reach = np.where(falling, now / np.where(falling, now - target, 1.0), 1.0)
    first = reach.argmin(axis=1)
    blocked = falling.any(axis=1)
    share = np.where(blocked, reach[np.arange(len(rows)), first], 1.0)
    weights[rows] = now + share[:, None] * (target - now)
    weights[rows[blocked], first[blocked]] = 0.0
    free[rows[blocked], first[blocked]] = False
    return blocked

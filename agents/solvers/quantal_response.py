"""Equilibria of players who err, and of players who shun risk, in games in normal form.

In a logit quantal response equilibrium with precision L every action is played with a probability in proportion to
exp(L times its expected payoff): at 0 everything is drawn alike, and towards infinity the one on the principal branch,
which starts there, comes to an equilibrium of Nash. Source: R. McKelvey, T. Palfrey, "Quantal response equilibria for
normal form games", Games and Economic Behavior 10, 1995; the branch is followed as in T. Turocy, "A dynamic homotopy
interpretation of the logistic quantal response equilibrium correspondence", Games and Economic Behavior 51, 2005.

In a risk-averse equilibrium every player maximises, against the others' strategies,

    x' m - aversion * x' C x

over its own probabilities x, where m (Ap,) are the expected payoffs of its actions and C (Ap, Ap) their covariances, as
the others' actions vary: the risk that comes from the others, not from its own draw. This is concave in x, so there
always is such an equilibrium. After O. Slumbers et al., "A game-theoretic framework for managing risk in multi-agent
systems", ICML 2023; what is written here is what is computed. With a tremble above 0 everybody plays every action at
least as often, so that risks count which the others do not choose to bring. It is found as the end of the branch of
quantal responses to that utility.
"""

from collections.abc import Callable

import numpy as np

from agora.agents.solvers.normal_form import Profile, check, faced

FINEST = 1e7
"""The precision, times the range of payoffs, at which errors count as none."""

_FIRST_STEP, _SMALLEST_STEP, _GROWTH = 0.1, 1e-9, 1.5
_MOST_STEPS, _MOST_CORRECTIONS = 20_000, 6
_STRAIGHT = 0.9  # cosine between tangents a step apart, below which the step was too long
_CROSSING = 1e-3  # the length of a step that can jump no further than over a crossing of branches
_ASIDE = 0.3  # steps that a correction may lead away from the prediction


def quantal_response(payoffs: np.ndarray, precision: float) -> list[np.ndarray]:
    """The logit quantal response equilibrium on the principal branch where it first comes to ``precision``.

    Args:
        payoffs: (A1, ..., AP, P).
        precision: 0 or more, in 1 / unit of the payoffs. Up to ``FINEST`` divided by the range of payoffs.

    Raises:
        ValueError: the precision is not within these bounds, or payoffs have the wrong shape.
        RuntimeError: the branch gets lost.
    """
    payoffs, scale = _scaled(payoffs)
    if not 0 <= precision * scale <= FINEST:
        raise ValueError(f"precision={precision} is not allowed: give a number from 0 to {FINEST / scale:g}.")
    return _follow(payoffs, 0.0, 0.0, precision * scale)


def risk_averse(payoffs: np.ndarray, aversion: float, tremble: float = 0.0) -> list[np.ndarray]:
    """A risk-averse equilibrium, to about 1e-6.

    Args:
        payoffs: (A1, ..., AP, P).
        aversion: 0 or more, in 1 / unit of the payoffs.
        tremble: the least probability of every action, from 0 to below 1 / the largest number of actions.

    Raises:
        ValueError: a number is not within these bounds, or payoffs have the wrong shape.
        RuntimeError: the branch gets lost.
    """
    payoffs, scale = _scaled(payoffs)
    if not 0 <= aversion < np.inf:
        raise ValueError(f"aversion={aversion} is not allowed: give a number from 0.")
    most = 1 / max(payoffs.shape[:-1])
    if not 0 <= tremble < most:
        raise ValueError(f"tremble={tremble} is not allowed: give a number from 0 to below {most:g}.")
    return _follow(payoffs, aversion * scale, tremble, FINEST)


def slopes(payoffs: np.ndarray, profile: Profile, aversion: float) -> list[np.ndarray]:
    """By how much each player's risk-averse utility grows with the probability of each of its actions, (Ap,) each."""
    return [_slope(*faced(payoffs, profile, player), own, aversion) for player, own in enumerate(profile)]


def _slope(own: np.ndarray, chances: np.ndarray, mixture: np.ndarray, aversion: float) -> np.ndarray:
    mean = own @ chances
    return mean - 2 * aversion * (own @ (chances * (mixture @ own)) - mean * (mixture @ mean))


def risk_averse_gap(payoffs: np.ndarray, profile: Profile, aversion: float, tremble: float = 0.0) -> float:
    """How far ``profile`` is from a risk-averse equilibrium: 0 there, else at least what all players could gain."""
    gap = 0.0
    for slope, own in zip(slopes(check(payoffs), profile, aversion), profile, strict=True):
        best = tremble * slope.sum() + (1 - tremble * len(own)) * slope.max()
        gap += float(best - own @ slope)
    return gap


def _scaled(payoffs: np.ndarray) -> tuple[np.ndarray, float]:
    """The payoffs within a range of 1, so that steps need not depend on their unit, and the range they had."""
    payoffs = check(payoffs)
    scale = float(np.ptp(payoffs)) or 1.0
    return (payoffs - payoffs.min()) / scale, scale


def _follow(payoffs: np.ndarray, aversion: float, tremble: float, precision: float) -> list[np.ndarray]:
    """The profile where the principal branch first comes to ``precision``, by predictor and corrector.

    A point is the logarithms of all probabilities above the tremble, and the precision.
    """
    sizes = payoffs.shape[:-1]
    ends = np.cumsum(sizes)

    def profile_at(point: np.ndarray) -> list[np.ndarray]:
        free = np.split(np.exp(point[:-1]), ends[:-1])
        return [tremble + (1 - tremble * len(chances)) * chances for chances in free]

    def error(point: np.ndarray) -> np.ndarray:
        """0 on the branch: the logarithms differ as the slopes times the precision do, and probabilities sum to 1."""
        parts = zip(np.split(point[:-1], ends[:-1]), slopes(payoffs, profile_at(point), aversion), strict=True)
        rows = []
        for logarithms, slope in parts:
            weighed = logarithms - point[-1] * slope
            rows += [np.exp(logarithms).sum(keepdims=True) - 1, weighed[1:] - weighed[0]]
        return np.concatenate(rows)

    start = np.append(np.concatenate([np.full(size, -np.log(size)) for size in sizes]), 0.0)
    return profile_at(_end_of_branch(error, start, precision))


Error = Callable[[np.ndarray], np.ndarray]


def _end_of_branch(error: Error, point: np.ndarray, target: float) -> np.ndarray:
    """Walks along ``error(point) = 0`` until the last number of ``point`` is ``target``."""
    step = _FIRST_STEP
    tangent, side = _tangent(error, point, np.append(np.zeros(len(point) - 1), 1.0))
    for _ in range(_MOST_STEPS):
        if point[-1] >= target:
            break
        ahead = _corrected(error, point + step * tangent, _ASIDE * step)
        if ahead is not None:
            turned, other_side = _tangent(error, ahead, tangent)
            straight = turned @ tangent > _STRAIGHT and (side == other_side or step < _CROSSING)
        if ahead is None or not straight:
            step /= 2
            if step < _SMALLEST_STEP:
                raise RuntimeError(f"The branch of quantal response equilibria gets lost at precision {point[-1]:g}.")
        elif ahead[-1] >= target:
            point = point + (target - point[-1]) / (ahead[-1] - point[-1]) * (ahead - point)
        else:
            point, tangent, side, step = ahead, turned, other_side, step * _GROWTH
    return _settled(error, point, target)


def _derivatives(error: Error, point: np.ndarray) -> np.ndarray:
    """(n, n + 1), exact: ``error`` is analytic, so a step along the imaginary axis has no rounding error.

    Source: W. Squire, G. Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40,
    1998.
    """
    tiny = 1e-30
    columns = [error(point + 1j * tiny * unit).imag / tiny for unit in np.eye(len(point))]
    return np.stack(columns, axis=1)


def _tangent(error: Error, point: np.ndarray, towards: np.ndarray) -> tuple[np.ndarray, float]:
    """The unit vector along the branch that points ``towards``; and 1 or -1.

    That sign stays the same along a branch, but for points where two branches cross. If it changes, the step before has
    jumped, as a rule, to the way back of a sharp bend.
    """
    derivatives = _derivatives(error, point)
    tangent = np.linalg.qr(derivatives.T, mode="complete")[0][:, -1]
    if tangent @ towards < 0:
        tangent = -tangent
    return tangent, float(np.linalg.slogdet(np.vstack([derivatives, tangent]))[0])


def _corrected(error: Error, prediction: np.ndarray, within: float) -> np.ndarray | None:
    """The point of the branch near ``prediction`` by Newton's method with the shortest steps, or None if too far."""
    point = prediction
    for _ in range(_MOST_CORRECTIONS):
        if np.linalg.norm(point - prediction) > within or point[:-1].max() > 1:
            return None
        miss = error(point)
        if np.abs(miss).max() <= _close(point[-1]):
            return point
        point = point - np.linalg.lstsq(_derivatives(error, point), miss, rcond=None)[0]
    return None


def _settled(error: Error, point: np.ndarray, target: float) -> np.ndarray:
    """The point of the branch near ``point`` with exactly the precision ``target``."""
    point = np.append(point[:-1], target)
    for _ in range(50):
        miss = error(point)
        if np.abs(miss).max() <= _close(target):
            return point
        step = np.linalg.lstsq(_derivatives(error, point)[:, :-1], miss, rcond=None)[0]
        point = point - np.append(step, 0.0)
    raise RuntimeError(f"The quantal response equilibrium with precision {target:g} has not been found.")


def _close(precision: float) -> float:
    """What rounding leaves of an error of 0."""
    return 1e-11 * (1 + abs(precision))

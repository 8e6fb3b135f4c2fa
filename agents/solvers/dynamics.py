"""Dynamics of learning and evolution in normal-form games: where repeated small steps lead.

Every method is a pure function ``(state, payoffs, step) -> state``; all players move at once, each by what its actions
would have paid. ``run`` follows one and keeps the last iterates and the averages: which of them comes to an equilibrium
is what sets the methods apart. In zero-sum games averages of ``hedge``, ``regret-matching``, ``gradient`` and
``fictitious-play`` do while their last iterates cycle or spiral outward; of ``optimistic-hedge``,
``optimistic-gradient`` and ``extragradient`` the last iterates do; ``replicator`` keeps its distance, as the
Kullback-Leibler divergence, from an equilibrium inside. In any game what is played together over time comes to a coarse
correlated equilibrium for all methods without regret. Letters as in ``normal_form.py``. For games with a tree, with
the same ideas in every information state, see ``cfr.py``, ``mirror_descent.py`` and ``fictitious_play.py``.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from agora.agents.solvers.normal_form import Profile, action_payoffs, check


class State(NamedTuple):
    """Where a method is."""

    profile: list[np.ndarray]
    """What is played next."""
    memory: list[np.ndarray]
    """What the method keeps of each action of each player, (Ap,) each; 0 at the start."""


Update = Callable[[State, np.ndarray, float], State]


class Record(NamedTuple):
    """A run of T steps."""

    last: list[np.ndarray]
    """(T + 1, Ap) for each player: what was played, from the start on."""
    average: list[np.ndarray]
    """(T + 1, Ap) for each player: the mean of ``last`` so far."""
    together: np.ndarray
    """(A1, ..., AP), how often combinations of actions came up: the mean over time of the product of ``last``."""


def run(payoffs: np.ndarray, method: str, iterations: int, step: float = 0.1, start: Profile | None = None) -> Record:
    """Follows a method of ``METHODS``.

    Args:
        payoffs: (A1, ..., AP, P).
        iterations: 1 or more.
        step: the length of a step, or for the replicator its time, in 1 / unit of the payoffs; above 0. Regret matching
            and fictitious play have no such parameter.
        start: a profile; uniform if not given.

    Raises:
        ValueError: there is no such method, or a shape or a number is not as said.
    """
    payoffs = check(payoffs)
    if method not in METHODS:
        raise ValueError(f"There is no method {method!r}; choose one of {', '.join(METHODS)}.")
    if iterations < 1 or not 0 < step < np.inf:
        raise ValueError(f"iterations={iterations}, step={step} are not allowed: both must be positive.")
    state, history = _begin(payoffs, start), []
    for _ in range(iterations):
        history.append(state.profile)
        state = METHODS[method](state, payoffs, step)
    history.append(state.profile)
    together = sum(functools.reduce(np.multiply.outer, profile) for profile in history)
    last = [np.stack(rows) for rows in zip(*history, strict=True)]
    counts = np.arange(1, iterations + 2)[:, None]
    return Record(last, [rows.cumsum(axis=0) / counts for rows in last], np.asarray(together) / (iterations + 1))


def _begin(payoffs: np.ndarray, start: Profile | None) -> State:
    sizes = payoffs.shape[:-1]
    profile = [np.full(size, 1 / size) for size in sizes] if start is None else [np.array(own, float) for own in start]
    wrong = [own.shape for own in profile] != [(size,) for size in sizes]
    if wrong or any((own < 0).any() or abs(own.sum() - 1) > 1e-9 for own in profile):
        raise ValueError(
            f"start must hold probabilities for each of {', '.join(map(str, sizes))} actions, got {start}."
        )
    return State(profile, [np.zeros(size) for size in sizes])


def replicator(state: State, payoffs: np.ndarray, step: float) -> State:
    """A step in time of dx/dt = x (u - x'u), one population for each player, by the classical Runge-Kutta method.

    Source: P. Taylor, L. Jonker, "Evolutionary stable strategies and game dynamics", Mathematical Biosciences 40, 1978.
    """

    def speed(profile: Profile) -> list[np.ndarray]:
        pays = action_payoffs(payoffs, profile)
        return [own * (pay - own @ pay) for own, pay in zip(profile, pays, strict=True)]

    def after(time: float, speeds: list[np.ndarray]) -> list[np.ndarray]:
        return [own + time * change for own, change in zip(state.profile, speeds, strict=True)]

    first = speed(state.profile)
    second = speed(after(step / 2, first))
    third = speed(after(step / 2, second))
    fourth = speed(after(step, third))
    mean = [(a + 2 * b + 2 * c + d) / 6 for a, b, c, d in zip(first, second, third, fourth, strict=True)]
    return State(after(step, mean), state.memory)


def hedge(state: State, payoffs: np.ndarray, step: float) -> State:
    """Multiplicative weights: x is multiplied by exp(step u).

    Source: Y. Freund, R. Schapire, "Adaptive game playing using multiplicative weights", Games and Economic Behavior
    29, 1999.
    """
    pays = action_payoffs(payoffs, state.profile)
    return State([_tilted(own, step * pay) for own, pay in zip(state.profile, pays, strict=True)], state.memory)


def optimistic_hedge(state: State, payoffs: np.ndarray, step: float) -> State:
    """Multiplicative weights with the last payoffs counted twice and those before taken back.

    Source: C. Daskalakis, I. Panageas, "Last-iterate convergence: zero-sum games and constrained min-max optimization",
    ITCS 2019.
    """
    pays = action_payoffs(payoffs, state.profile)
    ahead = [2 * pay - before for pay, before in zip(pays, state.memory, strict=True)]
    return State([_tilted(own, step * pay) for own, pay in zip(state.profile, ahead, strict=True)], pays)


def gradient(state: State, payoffs: np.ndarray, step: float) -> State:
    """Gradient ascent of every player, projected: in a zero-sum game descent-ascent.

    Source: M. Zinkevich, "Online convex programming and generalized infinitesimal gradient ascent", ICML 2003.
    """
    return State(_ascended(state.profile, action_payoffs(payoffs, state.profile), step), state.memory)


def optimistic_gradient(state: State, payoffs: np.ndarray, step: float) -> State:
    """Gradient ascent with the last gradient counted twice and the one before taken back.

    Converges in zero-sum games for steps below 1 / (2 L), L the largest singular value of the payoffs. Source:
    Y. Malitsky, M. Tam, "A forward-backward splitting method for monotone inclusions without cocoercivity", SIAM
    Journal on Optimization 30, 2020; in games C. Daskalakis et al., "Training GANs with optimism", ICLR 2018.
    """
    pays = action_payoffs(payoffs, state.profile)
    ahead = [2 * pay - before for pay, before in zip(pays, state.memory, strict=True)]
    return State(_ascended(state.profile, ahead, step), pays)


def extragradient(state: State, payoffs: np.ndarray, step: float) -> State:
    """Gradient ascent by the gradient that waits at the end of a trial step.

    Converges in zero-sum games for steps below 1 / L. Source: G. Korpelevich, "The extragradient method for finding
    saddle points and other problems", Matecon 12, 1976.
    """
    trial = _ascended(state.profile, action_payoffs(payoffs, state.profile), step)
    return State(_ascended(state.profile, action_payoffs(payoffs, trial), step), state.memory)


def regret_matching(state: State, payoffs: np.ndarray, step: float) -> State:
    """Plays in proportion to positive regrets. The memory holds the sums of regrets.

    Source: S. Hart, A. Mas-Colell, "A simple adaptive procedure leading to correlated equilibrium", Econometrica 68,
    2000, with unconditional regrets.
    """
    regrets = [total + regret for total, regret in zip(state.memory, _regrets(state, payoffs), strict=True)]
    return State([_matched(total) for total in regrets], regrets)


def regret_matching_plus(state: State, payoffs: np.ndarray, step: float) -> State:
    """Regret matching that never lets a sum of regrets fall below 0.

    Source: O. Tammelin et al., "Solving heads-up limit Texas hold'em", IJCAI 2015.
    """
    regrets = [np.maximum(total + more, 0) for total, more in zip(state.memory, _regrets(state, payoffs), strict=True)]
    return State([_matched(total) for total in regrets], regrets)


def fictitious_play(state: State, payoffs: np.ndarray, step: float) -> State:
    """Plays a best response to the others' averages, the lowest among equals. The memory adds up what was played.

    Source: G. Brown, "Iterative solution of games by fictitious play", 1951.
    """
    played = [count + own for count, own in zip(state.memory, state.profile, strict=True)]
    pays = action_payoffs(payoffs, [count / count.sum() for count in played])
    return State([np.eye(len(pay))[pay.argmax()] for pay in pays], played)


METHODS: dict[str, Update] = {
    "replicator": replicator,
    "hedge": hedge,
    "optimistic-hedge": optimistic_hedge,
    "gradient": gradient,
    "optimistic-gradient": optimistic_gradient,
    "extragradient": extragradient,
    "regret-matching": regret_matching,
    "regret-matching+": regret_matching_plus,
    "fictitious-play": fictitious_play,
}
"""Name -> update."""


def _tilted(chances: np.ndarray, by: np.ndarray) -> np.ndarray:
    weights = chances * np.exp(by - by.max())
    return weights / weights.sum()


def _ascended(profile: Profile, slopes: Profile, step: float) -> list[np.ndarray]:
    return [projected(own + step * slope) for own, slope in zip(profile, slopes, strict=True)]


def projected(point: np.ndarray) -> np.ndarray:
    """The probabilities (A,) nearest to ``point`` (A,).

    Source: J. Duchi et al., "Efficient projections onto the l1-ball for learning in high dimensions", ICML 2008.
    """
    falling = np.sort(point)[::-1]
    excess = (falling.cumsum() - 1) / np.arange(1, len(point) + 1)
    return np.maximum(point - excess[np.flatnonzero(falling > excess)[-1]], 0)


def _regrets(state: State, payoffs: np.ndarray) -> list[np.ndarray]:
    pays = action_payoffs(payoffs, state.profile)
    return [pay - own @ pay for own, pay in zip(state.profile, pays, strict=True)]


def _matched(regrets: np.ndarray) -> np.ndarray:
    positive = np.maximum(regrets, 0)
    total = positive.sum()
    return positive / total if total > 0 else np.full(len(regrets), 1 / len(regrets))

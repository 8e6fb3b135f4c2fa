"""Portfolio selection: what is known in hindsight, and the measures of a finished episode."""

import math

import numpy as np

from agora.envs.api import Kind, Reference
from agora.envs.trading.portfolio.rules import World
from agora.envs.trading.portfolio.simplex import minimise_quadratic

DAYS_A_YEAR = 252
RISK_FREE = 0.04  # a year, in Sharpe ratios
EPISODES = 64  # of the simulated random agent; also most starts over which hindsight is averaged


def reference(world: World) -> Reference:
    """The random agent, and the best constant rebalanced portfolio in hindsight.

    An agent that trades on what it sees can beat a constant portfolio: a share above 1 is possible and means that.
    """
    starts = _starts(world)
    random, error = _random_growth(world)
    best = float(np.mean([best_growth(world, start) for start in starts]))
    kind: Kind = "exact"
    remark = "before costs, which are none"
    if len(starts) > 1:
        kind, remark = "simulated", f"before costs, mean over {len(starts)} evenly spaced starts"
    elif world.cost > 0:
        kind, remark = "bound", "before costs, hence above that of every constant portfolio after costs"
    return Reference(
        random=(random,),
        best=(best,),
        kind=kind,
        source=(
            f"Best: growth of the best constant rebalanced portfolio in hindsight (Cover 1991), {remark}; adaptive "
            f"agents may exceed it. Random: {EPISODES} simulated episodes, standard error {error:.2g}."
        ),
    )


def metrics(world: World, state) -> dict[str, float]:
    """Measures of an ended episode.

    Returns:
        ``final_wealth`` (start 1), ``annual_return`` and ``annual_volatility`` of simple returns with 252 days a year,
        ``sharpe`` with 4 percent a year free of risk, ``maximum_drawdown`` (share of an earlier peak) and ``turnover``
        (share of wealth bought or sold, whichever is more, mean per day after the first purchase).
    """
    days = int(state.day - state.start)
    if days < 2:
        raise ValueError(f"{days} days have passed; the measures need at least 2.")
    mean = state.returns / days
    volatility = math.sqrt(max(0.0, state.squares / days - mean * mean) * days / (days - 1) * DAYS_A_YEAR)
    annual = float(np.expm1(state.log_wealth * DAYS_A_YEAR / days))
    return {
        "final_wealth": float(np.exp(state.log_wealth)),
        "annual_return": annual,
        "annual_volatility": volatility,
        "sharpe": (annual - RISK_FREE) / volatility if volatility > 0 else 0.0,
        "maximum_drawdown": -math.expm1(-state.drawdown),
        "turnover": max(0.0, float(state.turnover) - 0.5) / (days - 1),
    }


def best_growth(world: World, start: int) -> float:
    """Log growth before costs of the best constant rebalanced portfolio of the episode that begins on day ``start``."""
    forced, chosen = _forced_and_chosen(world, start)
    return float(np.log(forced.mean(axis=1)).sum() + np.log(chosen @ best_crp(chosen)).sum())


def best_crp_of(world: World, start: int) -> np.ndarray:
    """The weights (N,) of that portfolio."""
    return best_crp(_forced_and_chosen(world, start)[1])


def best_stock_of(world: World, start: int) -> int:
    """The asset that grows most over the days of the episode for which the first decision counts."""
    return int(np.log(_forced_and_chosen(world, start)[1]).sum(axis=0).argmax())


def best_crp(relatives: np.ndarray) -> np.ndarray:
    """The weights (N,) that, restored every day, grow most over ``relatives`` (T, N): Newton's method on the simplex.

    At the answer b the mean over days of x / (b.x) is 1 for every asset held and at most 1 for the others.
    """
    days, assets = relatives.shape
    weights = np.full(assets, 1.0 / assets)
    for _ in range(100):
        ratio = relatives / (relatives @ weights)[:, None]
        slope = ratio.mean(axis=0)
        if slope.max() < 1.0 + 1e-13:
            break
        curvature = ratio.T @ ratio / days
        curvature[np.diag_indices(assets)] += 1e-12  # assets may move together
        target = minimise_quadratic(curvature[None], (slope + curvature @ weights)[None], weights[None])[0]
        weights = _search(relatives, weights, target)
    return weights


def _search(relatives: np.ndarray, weights: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The longest of the steps 1, 1/2, 1/4... from ``weights`` to ``target`` that does not lose growth."""
    now = np.log(relatives @ weights).sum()
    share = 1.0
    while share > 1e-9:
        tried = weights + share * (target - weights)
        if np.log(relatives @ tried).sum() >= now:
            return tried
        share /= 2
    return weights


def _forced_and_chosen(world: World, start: int) -> tuple[np.ndarray, np.ndarray]:
    """Relatives of the days with equal weights by rule, and of those for which a decision counts."""
    first = start + (world.decision_lag if world.length > 1 else 0)
    return world.relatives[start:first], world.relatives[first : start + world.length]


def _starts(world: World) -> list[int]:
    if not world.random_start:
        return [world.begin]
    last = world.end - world.length
    count = min(EPISODES, last - world.begin + 1)
    return [round(start) for start in np.linspace(world.begin, last, count)]


def _random_growth(world: World) -> tuple[float, float]:
    """Mean log growth of weights drawn uniformly from the action space, and its standard error."""
    generator = np.random.default_rng(0)
    assets = world.relatives.shape[1]
    last = world.end - world.length if world.random_start else world.begin
    starts = generator.integers(world.begin, last + 1, EPISODES)
    held, growth = np.zeros((EPISODES, assets)), np.zeros(EPISODES)
    ordered = np.full((EPISODES, assets), 1.0 / assets)
    for day in range(world.length):
        drawn = generator.random((EPISODES, assets))
        drawn /= drawn.sum(axis=1, keepdims=True)
        new, ordered = (ordered, drawn) if world.decision_lag else (drawn, drawn)
        moved = new * world.relatives[starts + day]
        gain = moved.sum(axis=1)
        growth += np.log(gain * (1.0 - world.cost / 2.0 * np.abs(new - held).sum(axis=1)))
        held = moved / gain[:, None]
    return float(growth.mean()), float(growth.std(ddof=1) / math.sqrt(EPISODES))

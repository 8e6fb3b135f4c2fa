"""Portfolio selection in words."""

import math

import numpy as np

from agora.envs.trading.portfolio.rules import World


def describe(world: World, state, player: int | None) -> str:
    """The market as the investor sees it: nothing of the days to come."""
    passed = int(state.day - state.start)
    lines = [
        f"{passed} of {world.length} days have passed{last_date(world, state)}.",
        f"Wealth: {wealth(state.log_wealth)} (start: 1). Cost: {world.cost / 2:.3%} of what is bought or sold.",
        f"Asset: last day's move, move over the last {world.window} days, share of wealth"
        + (", share ordered for the next day" if world.decision_lag else ""),
    ]
    moves = world.logarithms[state.day : state.day + world.window]
    ordered = state.ordered.sum() > 0
    for asset, called in enumerate(world.names):
        line = f"{called}: {percent(moves[-1, asset])}, {percent(moves[:, asset].sum())}, {state.weights[asset]:.2%}"
        if world.decision_lag:
            line += f", {state.ordered[asset]:.2%}" if ordered else ", no trade"
        lines.append(line)
    if passed == world.length:
        lines.append("The episode is over.")
    else:
        lines.append("Say weights as 'NAME WEIGHT, NAME WEIGHT, ...', 'equal', or 'hold' to trade nothing.")
    return "\n".join(lines)


def last_date(world: World, state) -> str:
    """The date of the last day that is over, where known: " (to 1962-07-03)"."""
    date = str(world.dates[state.day - 1]) if state.day > 0 else ""
    return f" (to {date})" if date else ""


def wealth(log_wealth: float) -> str:
    """Wealth in at most 4 digits; far values as a power of ten."""
    if abs(log_wealth) < math.log(1e5):
        return f"{math.exp(log_wealth):.4g}"
    power = log_wealth / math.log(10)
    return f"{10 ** (power - math.floor(power)):.3f}e{math.floor(power)}"


def percent(log_move: float) -> str:
    return f"{math.expm1(log_move):+.2%}"


def name(world: World, state, player: int, action: np.ndarray) -> str:
    """What ``action`` (N,) float32 is called: the assets with a weight, in column order."""
    action = np.asarray(action, np.float32)
    if not action.any():
        return "hold"
    if (action == 1).all():
        return "equal"
    return ", ".join(f"{world.names[asset]} {action[asset]:.9g}" for asset in np.flatnonzero(action))


def parse(world: World, state, player: int, line: str) -> list[np.ndarray]:
    """The action that ``line`` stands for, one array (N,) float32; raises ValueError with a reason when it is none."""
    weights = np.zeros(len(world.names), np.float32)
    text = line.strip()
    if text.lower() in ("hold", "equal"):
        return [weights + (text.lower() == "equal")]
    known = {str(called).lower(): asset for asset, called in enumerate(world.names)}
    for part in text.split(","):
        called, _, number = part.strip().rpartition(" ")
        if called.strip().lower() not in known:
            raise ValueError(f"{part.strip()!r} does not name an asset and a weight: say, as in {example(world)!r}.")
        weights[known[called.strip().lower()]] = _weight(number)
    return [weights]


def example(world: World) -> str:
    return f"{world.names[0]} 0.4, {world.names[-1]} 0.6"


def _weight(number: str) -> float:
    try:
        weight = float(number)
    except ValueError:
        raise ValueError(f"{number!r} is no weight: give a number from 0 to 1.") from None
    if not 0.0 <= weight <= 1.0:
        raise ValueError(f"The weight {number} is not allowed: give a number from 0 to 1.")
    return weight

"""A portfolio as a picture: wealth against the market, and what is held."""

import math

import numpy as np

from agora.envs.canvas import ACCENT, INK, MUTED, PAPER, SEATS, Canvas
from agora.envs.trading.portfolio.rules import World, curve_points
from agora.envs.trading.portfolio.words import last_date, wealth

SIZE = (960, 560)
ROWS = 14  # most assets listed


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """Everything here is known to the investor, so both see the same."""
    width, height = SIZE
    canvas.rectangle(0, 0, width, height, fill=PAPER)
    passed = int(state.day - state.start)
    canvas.text(28, 34, f"Day {passed} of {world.length}{last_date(world, state)}", size=22, bold=True)
    canvas.text(28, 64, f"wealth {wealth(state.log_wealth)}, start 1", size=17, fill=SEATS[0], bold=True)
    canvas.text(590, 64, f"{world.cost / 2:.3%} paid on what is bought or sold", size=14, fill=MUTED, anchor="end")
    draw_curves(world, state, canvas, 20, 90, 570, height - 110)
    draw_weights(world, state, canvas, 620, 34, width - 640, height - 110)
    if passed < world.length:
        canvas.button(620, height - 58, 150, 40, "Hold", np.zeros(len(world.names), np.float32))
        canvas.button(790, height - 58, 150, 40, "Equal weights", np.ones(len(world.names), np.float32))


def draw_curves(world: World, state, canvas: Canvas, x: float, y: float, w: float, h: float) -> None:
    """Wealth over the days; where it spans a power of ten, equal ratios are equally high."""
    days, own = own_curve(world, state)
    curves = {"portfolio": own, "market (equal parts, held)": market_curve(world, state, days)}
    together = np.concatenate(list(curves.values()))
    canvas.chart(
        *(x, y, w, h),
        {called: (days, 10.0**curve) for called, curve in curves.items()},
        x_label="days passed",
        y_label="wealth (start = 1)",
        x_range=(0, int(days[-1]) or world.length),
        log_y=bool(together.max() - together.min() >= 1.0),
    )


def own_curve(world: World, state) -> tuple[np.ndarray, np.ndarray]:
    """Days passed and the logarithm to base 10 of wealth then, at the times that ``state.curve`` keeps."""
    passed, points = int(state.day - state.start), curve_points(world)
    kept = 0 if passed == 0 else (passed - 1) * points // world.length + 1
    days = [min(math.ceil((point + 1) * world.length / points), passed) for point in range(kept)]
    return np.array([0, *days]), np.array([0.0, *state.curve[:kept]]) / math.log(10)


def market_curve(world: World, state, days: np.ndarray) -> np.ndarray:
    """The same for equal parts bought on the first day, without costs."""
    moves = np.log(world.relatives[state.start : state.day])
    holdings = np.exp(np.vstack([np.zeros(len(world.names)), np.cumsum(moves, axis=0)]))
    return np.log10(holdings.mean(axis=1))[days]


def draw_weights(world: World, state, canvas: Canvas, x: float, y: float, w: float, h: float) -> None:
    """The largest holdings as bars with their names."""
    canvas.text(x, y, "share of wealth", size=16, bold=True)
    order = np.argsort(-state.weights, kind="stable")[:ROWS]
    order = order[state.weights[order] > 0]
    if not len(order):
        canvas.text(x, y + 36, "all in cash", size=15, fill=MUTED)
        return
    step = (h - 40) / (ROWS + 1)
    longest = max(float(state.weights[order[0]]), 0.05)
    for row, asset in enumerate(order):
        middle = y + 36 + step * row
        canvas.text(x, middle, world.names[asset], size=14, fill=INK, max_width=108)
        length = (w - 180) * float(state.weights[asset]) / longest
        canvas.rectangle(x + 116, middle - 8, max(length, 1.0), 16, fill=ACCENT, radius=2)
        canvas.text(x + w, middle, f"{state.weights[asset]:.1%}", size=14, fill=INK, anchor="end")
    rest = len(world.names) - len(order)
    if rest:
        left = max(0.0, 1.0 - float(state.weights[order].sum()))
        canvas.text(x, y + 36 + step * len(order), f"{rest} others: {left:.1%}", size=14, fill=MUTED)

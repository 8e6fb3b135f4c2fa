"""The beauty contest as a picture: the last round on a line of numbers, and how guesses moved."""

import numpy as np

from agora.envs.canvas import ACCENT, HIGHLIGHT, INK, LINE, MUTED, PANEL, PAPER, SEATS, Canvas
from agora.envs.charts import ticks
from agora.envs.games.beauty_contest.rules import World
from agora.envs.games.beauty_contest.words import mean, prizes, target

SIZE = (860, 620)
LEFT, RIGHT = 50, 810  # of the line of numbers
LINE_Y = 236
LEVELS = 5  # of pins


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """Nothing is hidden. A click on the bar below chooses a number for ``player``."""
    width, height = SIZE
    canvas.rectangle(0, 0, width, height, fill=PAPER)
    canvas.text(30, 34, f"Guess {world.fraction:.4g} times the mean", size=22, bold=True)
    status = "over" if state.over else f"round {state.played + 1} of {world.rounds}"
    you = "" if player is None else f"You are player {player + 1}; "
    canvas.text(width - 30, 34, f"{you}{status}", size=16, fill=MUTED, anchor="end")
    _draw_round(world, state, player, canvas)
    _draw_chart(world, state, canvas)
    if player is not None and not state.over:
        _draw_bar(world, canvas)


def _across(world: World, number: float) -> float:
    return LEFT + (RIGHT - LEFT) * (float(number) - world.bottom) / (world.top - world.bottom)


def _marks(world: World) -> list[float]:
    """Round numbers to write along a line."""
    return [mark for mark in ticks(world.bottom, world.top, 10) if mark == round(mark)]


def _draw_round(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The latest guesses as pins on a line, those of winners on yellow, and the mean and the target below."""
    canvas.rectangle(20, 60, SIZE[0] - 40, 246, fill=PANEL, radius=10)
    title = f"Round {state.played}" if state.played else "No round is over yet"
    canvas.text(36, 82, title, size=15, bold=True)
    canvas.line([(LEFT, LINE_Y), (RIGHT, LINE_Y)], stroke=INK, width=2)
    for mark in _marks(world):
        x = _across(world, mark)
        canvas.line([(x, LINE_Y), (x, LINE_Y + 6)], stroke=INK)
        canvas.text(x, LINE_Y + 18, f"{mark:g}", size=13, fill=MUTED, anchor="middle")
    if not state.played:
        return
    latest = state.played - 1
    earned = prizes(world, state, latest)
    rightmost = [-100.0] * LEVELS  # pin on each level; those that would touch stand higher
    for seat in np.argsort(state.guesses[latest], kind="stable"):
        x = _across(world, state.guesses[latest, seat])
        level = next((level for level in range(LEVELS) if x - rightmost[level] >= 25), LEVELS - 1)
        rightmost[level] = x
        _draw_pin(canvas, x, LINE_Y - 28 - 25 * level, int(seat), bool(earned[seat]), seat == player)
    for label, number, offset in (("target", target(world, state, latest), 40), ("mean", mean(state, latest), 58)):
        x = min(max(_across(world, number), LEFT), RIGHT)
        canvas.line([(x, LINE_Y - 8), (x, LINE_Y + offset - 8)], stroke=ACCENT, width=2, dash=(4, 3))
        anchor = "end" if x > RIGHT - 120 else "start"
        gap = -6 if anchor == "end" else 6
        canvas.text(x + gap, LINE_Y + offset - 6, f"{label} {number:.2f}", 13, ACCENT, anchor, bold=True)


def _draw_pin(canvas: Canvas, x: float, y: float, seat: int, won: bool, own: bool) -> None:
    colour = SEATS[seat % len(SEATS)]
    canvas.line([(x, y), (x, LINE_Y)], stroke=LINE, width=1.5)
    canvas.circle(x, y, 12, fill=HIGHLIGHT if won else PAPER, stroke=colour, width=4 if own else 2)
    canvas.text(x, y, seat + 1, size=13, fill=INK, anchor="middle", bold=won)


def _draw_chart(world: World, state, canvas: Canvas) -> None:
    means = [mean(state, played) for played in range(state.played)]
    rounds = np.arange(1, state.played + 1, dtype=float)
    series = {"mean": (rounds, means), "target": (rounds, [world.fraction * number for number in means])}
    last = max(world.rounds, 2)
    canvas.chart(30, 318, SIZE[0] - 60, 210, series, "round", "number", x_range=(1, last), y_range=(0, world.top))


def _draw_bar(world: World, canvas: Canvas) -> None:
    """A bar with a target for every number."""
    top, tall = 556, 34
    canvas.text(LEFT, top - 12, "Your number: click on the bar", size=14, bold=True)
    canvas.rectangle(LEFT, top, RIGHT - LEFT, tall, fill=ACCENT, radius=8)
    count = world.top - world.bottom + 1
    wide = (RIGHT - LEFT) / count
    for mark in _marks(world):
        x = min(max(LEFT + wide * (mark - world.bottom + 0.5), LEFT + 22), RIGHT - 22)
        canvas.text(x, top + tall / 2, f"{mark:g}", size=14, fill=PAPER, anchor="middle", bold=True)
    for place in range(count):
        canvas.target(LEFT + wide * place, top, wide, tall, world.bottom + place)

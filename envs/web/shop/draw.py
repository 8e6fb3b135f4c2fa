"""The web shop as a browser window."""

from math import cos, pi, sin

from agora.envs.canvas import ACCENT, GRID, HIGHLIGHT, INK, LINE, MUTED, PANEL, PAPER, SEATS, Canvas
from agora.envs.web.shop.catalogue import OPTION_VALUES
from agora.envs.web.shop.pages import (
    BUY,
    DESCRIPTION,
    DONE,
    FEATURES,
    HIT,
    ITEM,
    OPTION,
    PAGE_HITS,
    RESULTS,
    REVIEWS,
    SEARCH,
    SUBMIT,
    TEMPLATE,
)
from agora.envs.web.shop.rules import World
from agora.envs.web.shop.text import (
    LABELS,
    bar,
    buttons,
    category,
    chosen,
    code,
    heading,
    hits,
    instruction,
    item_lines,
    label,
    option_groups,
    price,
    query,
    target_line,
    title,
)

SIZE = (800, 640)
LEFT, RIGHT = 32, 768
TOP = 178
"""Where the page proper begins."""


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The page as ``player`` sees it; ``None`` is a spectator, who also sees the target."""
    _window(world, state, canvas)
    _instruction(world, state, player, canvas)
    page = int(state.page)
    if page == SEARCH:
        _search(world, state, canvas)
    elif page == RESULTS:
        _results(world, state, canvas)
    elif page == ITEM:
        _item(world, state, canvas)
    else:
        _text(world, state, canvas)
    _bar(world, state, canvas)


def _window(world: World, state, canvas: Canvas) -> None:
    """The frame of the browser and its address bar."""
    width, height = SIZE
    canvas.rectangle(0, 0, width, height, fill=PAPER)
    canvas.rectangle(0, 0, width, 48, fill=GRID)
    for dot, colour in enumerate((SEATS[1], SEATS[4], SEATS[2])):
        canvas.circle(24 + 22 * dot, 24, 7, fill=colour)
    canvas.rectangle(100, 10, width - 124, 28, fill=PAPER, stroke=LINE, radius=14)
    canvas.text(118, 24, f"shop.agora/{_address(state)}", 14, MUTED, max_width=width - 170)


def _address(state) -> str:
    if state.page == SEARCH:
        return ""
    if state.page == RESULTS:
        return f"search?q={query(state).replace(' ', '+')}&page={state.results_page + 1}"
    tab = {DESCRIPTION: "/description", FEATURES: "/features", REVIEWS: "/reviews", DONE: "/done"}
    return f"item/{code(state.product)}{tab.get(int(state.page), '')}"


def _instruction(world: World, state, player: int | None, canvas: Canvas) -> None:
    canvas.rectangle(16, 58, SIZE[0] - 32, 72, fill=HIGHLIGHT, stroke=LINE, radius=8)
    canvas.paragraph(LEFT, 76, instruction(world, state), RIGHT - LEFT, 15, INK, 2)
    if player is None:
        canvas.text(LEFT, 118, target_line(world, state), 12, MUTED, max_width=RIGHT - LEFT)


def _bar(world: World, state, canvas: Canvas) -> None:
    """The buttons of the page, in a row under the instruction, and how many steps were made."""
    x = LEFT
    for action in bar(world, state):
        if action not in (BUY, SUBMIT):
            canvas.button(x, 138, 116, 28, LABELS[action], action)
            x += 122
    canvas.text(RIGHT, 152, f"step {state.steps}", 13, MUTED, "end")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _search(world: World, state, canvas: Canvas) -> None:
    canvas.text(SIZE[0] / 2, TOP + 28, "agora shop", 34, ACCENT, "middle", bold=True)
    y = TOP + 64
    if world.typing:
        canvas.rectangle(LEFT, y, 600, 38, fill=PAPER, stroke=ACCENT, width=2, radius=8)
        canvas.text(LEFT + 14, y + 19, query(state) or "type[word] types a word", 15, INK, max_width=572)
        canvas.button(LEFT + 614, y, RIGHT - LEFT - 614, 38, LABELS[SUBMIT], SUBMIT)
        y += 58
    canvas.text(LEFT, y + 6, "Search for words of the instruction:", 14, MUTED)
    queries = [action for action in buttons(world, state) if action < SUBMIT]
    for row, action in enumerate(queries):
        _link(canvas, LEFT, y + 24 + 38 * row, RIGHT - LEFT, label(world, state, action), action)


def _link(canvas: Canvas, x: float, y: float, width: float, text: str, action: int) -> None:
    """A line of text in a frame that can be clicked."""
    canvas.rectangle(x, y, width, 32, fill=PANEL, stroke=LINE, radius=8)
    canvas.text(x + 14, y + 16, text, 14, ACCENT, max_width=width - 28)
    canvas.target(x, y, width, 32, action)


def _results(world: World, state, canvas: Canvas) -> None:
    canvas.text(LEFT, TOP + 14, _capital(heading(world, state)), 14, MUTED, max_width=RIGHT - LEFT)
    for row, product in enumerate(hits(state)):
        y = TOP + 34 + 42 * row
        opened = state.visited[PAGE_HITS * state.results_page + row]
        canvas.rectangle(LEFT, y, RIGHT - LEFT, 37, fill=PANEL if opened else PAPER, stroke=LINE, radius=6)
        canvas.text(LEFT + 12, y + 18, code(product), 13, MUTED if opened else ACCENT, bold=True)
        canvas.text(LEFT + 96, y + 18, title(world, product), 15, MUTED if opened else INK, max_width=540)
        canvas.text(RIGHT - 12, y + 18, price(world.products.price[product]), 15, INK, "end", bold=True)
        canvas.target(LEFT, y, RIGHT - LEFT, 37, HIT + row)
    if not hits(state):
        canvas.text(SIZE[0] / 2, TOP + 120, "Nothing was found.", 18, MUTED, "middle")


def _item(world: World, state, canvas: Canvas) -> None:
    item = int(state.product)
    canvas.paragraph(LEFT, TOP + 26, title(world, item), RIGHT - LEFT, 21, INK, 2)
    canvas.text(LEFT, TOP + 84, category(world, item), 14, MUTED)
    canvas.text(LEFT, TOP + 118, price(world.products.price[item]), 26, SEATS[1], bold=True)
    _stars(canvas, LEFT + 160, TOP + 118, world.products.rating[item] / 10)
    canvas.button(RIGHT - 190, TOP + 94, 190, 48, LABELS[BUY], BUY)
    picked = chosen(world, state)
    options = [action for action in buttons(world, state) if OPTION <= action < TEMPLATE]
    for row, (group, _) in enumerate(option_groups(world, item)):
        y = TOP + 180 + 84 * row
        canvas.text(LEFT, y, group.capitalize(), 16, INK, bold=True)
        in_row = [action for action in options if (action - OPTION) // OPTION_VALUES == row]
        for place, action in enumerate(in_row):
            text = label(world, state, action)
            _radio(canvas, LEFT + 124 * place, y + 16, text, text in picked, action)


def _radio(canvas: Canvas, x: float, y: float, text: str, on: bool, action: int) -> None:
    canvas.rectangle(x, y, 116, 34, fill=HIGHLIGHT if on else PAPER, stroke=ACCENT if on else LINE, radius=8)
    canvas.circle(x + 17, y + 17, 7, fill=PAPER, stroke=ACCENT, width=1.5)
    if on:
        canvas.circle(x + 17, y + 17, 4, fill=ACCENT)
    canvas.text(x + 32, y + 17, text, 14, INK, max_width=78)
    canvas.target(x, y, 116, 34, action)


def _stars(canvas: Canvas, x: float, y: float, rating: float) -> None:
    """Five stars, the last one partly filled, and the number."""
    for star in range(5):
        points = [
            (x + 22 * star + radius * sin(pi * corner / 5), y - radius * cos(pi * corner / 5))
            for corner, radius in enumerate([10, 4.2] * 5)
        ]
        canvas.polygon(points, fill=SEATS[4] if rating >= star + 0.5 else GRID, stroke=SEATS[4])
    canvas.text(x + 108, y, f"{rating:.1f} of 5", 14, MUTED)


def _text(world: World, state, canvas: Canvas) -> None:
    canvas.text(LEFT, TOP + 30, _capital(heading(world, state)), 22, INK, bold=True)
    y = TOP + 78.0
    for line in item_lines(world, state):
        canvas.circle(LEFT + 6, y, 3, fill=ACCENT)
        y = canvas.paragraph(LEFT + 22, y, line, RIGHT - LEFT - 22, 17) + 12

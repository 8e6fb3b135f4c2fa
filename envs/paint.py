"""A canvas as pixels, with pygame; nothing is opened on a screen."""

import importlib.util
import math
import os
import warnings
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from agora.envs.canvas import Canvas, Circle, Line, Polygon, Rectangle, Text
from agora.envs.palette import PAPER

SCALE = 2  # shapes are drawn this much larger and scaled down, which smooths their edges


@lru_cache
def load_pygame() -> ModuleType:
    """pygame, without its greeting.

    Raises:
        ImportError: it is not installed; the message says how to install it.
    """
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pygame's own, about pkg_resources and processors
            import pygame
    except ImportError:
        raise ImportError("Drawing pixels needs pygame: pip install 'agora-rl[render]'") from None
    pygame.font.init()
    return pygame


def surface(canvas: Canvas) -> Any:
    """The drawing as a pygame surface of the canvas' size."""
    pygame = load_pygame()
    large = pygame.Surface((canvas.width * SCALE, canvas.height * SCALE), depth=32)
    large.fill(PAPER)
    for shape in canvas.shapes:
        _paint(pygame, large, shape)
    return pygame.transform.smoothscale(large, (canvas.width, canvas.height))


def pixels(canvas: Canvas) -> np.ndarray:
    """The drawing as an image (height, width, 3) uint8."""
    pygame = load_pygame()
    return np.ascontiguousarray(pygame.surfarray.array3d(surface(canvas)).swapaxes(0, 1))


def save(canvas: Canvas, path: str | Path) -> None:
    """Writes the drawing to ``path``; the ending names the format: .png, .jpg, .bmp."""
    pygame = load_pygame()
    pygame.image.save(surface(canvas), os.fspath(path))


@lru_cache(maxsize=256)
def font(size: int, bold: bool) -> Any:
    """DejaVu Sans as matplotlib brings it along; pygame's own font where matplotlib is missing."""
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        return load_pygame().font.Font(None, size)
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return load_pygame().font.Font(str(Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / name), size)


def _paint(pygame: ModuleType, target: Any, shape: Any) -> None:
    match shape:
        case Rectangle(x, y, width, height, fill, stroke, stroke_width, radius):
            if fill:
                _box(pygame, target, (x, y, width, height), fill, radius, 0)
            if stroke:  # SVG centres an outline on the edge, pygame draws it inwards
                half = stroke_width / 2
                outer = (x - half, y - half, width + stroke_width, height + stroke_width)
                _box(pygame, target, outer, stroke, radius + half if radius else 0, stroke_width)
        case Circle(x, y, radius, fill, stroke, stroke_width):
            centre = (round(x * SCALE), round(y * SCALE))
            if fill:
                pygame.draw.circle(target, fill, centre, round(radius * SCALE))
            if stroke:
                reach = round((radius + stroke_width / 2) * SCALE)
                pygame.draw.circle(target, stroke, centre, reach, max(1, round(stroke_width * SCALE)))
        case Line(points, stroke, stroke_width, dash):
            for part in _dashes(points, dash) if dash else [points]:
                _stroke(pygame, target, part, stroke, stroke_width, round_ends=not dash)
        case Polygon(points, fill, stroke, stroke_width):
            if fill:
                pygame.draw.polygon(target, fill, [(x * SCALE, y * SCALE) for x, y in points])
            if stroke:
                _stroke(pygame, target, (*points, points[0]), stroke, stroke_width, round_ends=True)
        case Text(x, y, string, size, fill, anchor, bold):
            letters = font(max(1, round(size * SCALE)), bold)
            drawn = letters.render(string.replace("\0", "\ufffd"), True, fill)
            left = x * SCALE - {"start": 0, "middle": 0.5, "end": 1}[anchor] * drawn.get_width()
            target.blit(drawn, (round(left), round(y * SCALE - letters.get_ascent())))


def _box(
    pygame: ModuleType, target: Any, box: tuple[float, ...], colour: str, radius: float, stroke_width: float
) -> None:
    """A rectangle, filled when ``stroke_width`` is 0; edges are rounded, so that neighbours touch."""
    x, y, width, height = box
    left, top = round(x * SCALE), round(y * SCALE)
    place = pygame.Rect(left, top, round((x + width) * SCALE) - left, round((y + height) * SCALE) - top)
    thickness = max(1, round(stroke_width * SCALE)) if stroke_width else 0
    if place.width > 0 and place.height > 0:
        pygame.draw.rect(target, colour, place, thickness, border_radius=round(radius * SCALE))


def _stroke(pygame: ModuleType, target: Any, points: Any, colour: str, width: float, round_ends: bool) -> None:
    """A thick line as one quadrilateral per segment, since pygame's own has slanted ends."""
    half = width * SCALE / 2
    scaled = [(x * SCALE, y * SCALE) for x, y in points]
    for (x0, y0), (x1, y1) in pairwise(scaled):
        length = math.hypot(x1 - x0, y1 - y0)
        if length == 0:
            continue
        across, down = half * (y1 - y0) / length, half * (x0 - x1) / length
        corners = [
            (x0 + across, y0 + down),
            (x1 + across, y1 + down),
            (x1 - across, y1 - down),
            (x0 - across, y0 - down),
        ]
        pygame.draw.polygon(target, colour, corners)
    if round_ends and half >= 1:
        for x, y in scaled:
            pygame.draw.circle(target, colour, (round(x), round(y)), round(half))


def _dashes(points: Any, dash: tuple[float, ...]) -> list[list[tuple[float, float]]]:
    """The drawn parts of a dashed line."""
    parts: list[list[tuple[float, float]]] = [[points[0]]]
    turn, left = 0, dash[0]
    for (x0, y0), (x1, y1) in pairwise(points):
        length, done = math.hypot(x1 - x0, y1 - y0), 0.0
        while length - done > left:
            done += left
            here = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            if turn % 2 == 0:
                parts[-1].append(here)
            else:
                parts.append([here])
            turn += 1
            left = dash[turn % len(dash)]
        left -= length - done
        if turn % 2 == 0:
            parts[-1].append((x1, y1))
    return [part for part in parts if len(part) > 1]

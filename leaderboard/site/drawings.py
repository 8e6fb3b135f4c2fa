"""Drawings of one match on one page: what several of them show is written once.

A board changes little from move to move, so this makes pages of replays several times smaller.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

_WORTH = 44  # letters from which a shape that occurs again is referred to


class Drawings(NamedTuple):
    """SVG for a page."""

    shapes: str
    """What several drawings use: stands once on the page, before them, and shows nothing."""
    pictures: list[str]
    """One for each drawing."""


def share(drawings: Sequence[str], labels: Sequence[str]) -> Drawings:
    """Puts documents of ``Canvas.svg`` on one page.

    Args:
        drawings: all of one size.
        labels: what each shows, in plain words without markup.
    """
    bodies = [drawing.strip().split("\n")[1:-1] for drawing in drawings]
    levels = takewhile(lambda shapes: len(set(shapes)) == 1, zip(*bodies, strict=False)) if len(bodies) > 1 else ()
    ground = [shapes[0] for shapes in levels]
    bodies = [body[len(ground) :] for body in bodies]
    counts = Counter(shape for body in bodies for shape in body)
    shared = {shape: f"s{index}" for index, shape in enumerate(s for s in counts if counts[s] > 1 and len(s) > _WORTH)}
    shapes = [f'<g id="ground">{"".join(ground)}</g>' if ground else ""]
    shapes += [shape.replace(" ", f' id="{name}" ', 1) for shape, name in shared.items()]
    head = drawings[0].strip().split("\n")[0] if drawings else ""
    frame = head[head.index("viewBox") :] if head else ""
    pictures = [
        f'<svg role="img" aria-label="{label}" {frame}'
        + ('<use href="#ground"/>' if ground else "")
        + "".join(f'<use href="#{shared[shape]}"/>' if shape in shared else shape for shape in body)
        + "</svg>"
        for label, body in zip(labels, bodies, strict=True)
    ]
    return Drawings(f'<svg width="0" height="0" aria-hidden="true"><defs>{"".join(shapes)}</defs></svg>', pictures)

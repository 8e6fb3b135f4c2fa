"""Dice as pictures."""

from agora.envs.canvas import INK, LINE, MUTED, PAPER, Canvas

PIPS = {
    1: [(0, 0)],
    2: [(-1, -1), (1, 1)],
    3: [(-1, -1), (0, 0), (1, 1)],
    4: [(-1, -1), (-1, 1), (1, -1), (1, 1)],
    5: [(-1, -1), (-1, 1), (0, 0), (1, -1), (1, 1)],
    6: [(-1, -1), (-1, 0), (-1, 1), (1, -1), (1, 0), (1, 1)],
}


def draw_die(
    canvas: Canvas,
    x: float,
    y: float,
    side: float,
    face: int | None,
    numbered: bool = False,
    paper: str = PAPER,
    ink: str = INK,
) -> None:
    """A die around ``x, y`` that shows ``face`` in pips, or its number; a grey one with a question mark if hidden."""
    fill, edge = (LINE, MUTED) if face is None else (paper, ink)
    canvas.rectangle(x - side / 2, y - side / 2, side, side, fill=fill, stroke=edge, width=1.5, radius=0.18 * side)
    if face is None or numbered:
        text, colour = ("?", PAPER) if face is None else (face, ink)
        canvas.text(x, y, text, size=0.5 * side, fill=colour, anchor="middle", bold=True)
        return
    for across, down in PIPS[face]:
        canvas.circle(x + 0.27 * side * across, y + 0.27 * side * down, 0.09 * side, fill=ink)

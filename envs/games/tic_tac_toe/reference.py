"""Tic-tac-toe: everything is known, by walking all positions."""

from functools import cache

from agora.envs.api import Known, Reference
from agora.envs.games.tic_tac_toe.rules import CELLS, FULL, LINES, World


def reference(world: World) -> Reference:
    value, mean = walk(0, 0)
    return Reference((mean, -mean), (float(value), -float(value)), "exact", "walk over all positions")


@cache
def walk(own: int, other: int) -> tuple[int, float]:
    """The return of the player to move, who has the cells ``own``: in perfect play, and in uniformly random play."""
    if any(other & line == line for line in LINES):
        return -1, -1.0
    if own | other == FULL:
        return 0, 0.0
    cells = [1 << cell for cell in range(CELLS) if not (own | other) >> cell & 1]
    results = [walk(other, own | cell) for cell in cells]
    return max(-value for value, _ in results), -sum(mean for _, mean in results) / len(results)


_WALKED = "OpenSpiel, open_spiel/games/tic_tac_toe/tic_tac_toe.h; recomputed independently"
_TREE = "OpenSpiel, algorithms/get_all_histories_test.cc; recomputed independently"

KNOWN = (
    Known("positions", 5478, _WALKED, "states"),
    Known("games", 255168, _WALKED, "games"),
    Known("games that X wins", 131184, "recomputed independently", "games", {"result": "won"}),
    Known("games that O wins", 77904, "recomputed independently", "games", {"result": "lost"}),
    Known("drawn games", 46080, "recomputed independently", "games", {"result": "drew"}),
    Known("histories that have not ended", 294778, _TREE, "nodes_decision", slow=True),
    Known("histories that have ended", 255168, _TREE, "nodes_terminal", slow=True),
    Known("value", 0, "well known; recomputed independently", "minimax"),
    Known(
        "NashConv of uniform play",
        1.919659391534391,
        "OpenSpiel, test of the tabular best-response MDP; recomputed independently",
        "nash_conv_uniform",
        tolerance=1e-12,
        slow=True,
    ),
    Known(
        "return of X in uniform play",
        0.584920634920635 - 0.288095238095238,
        "X wins 737/1260, O 121/420; recomputed independently",
        "return_uniform",
        tolerance=1e-12,
        slow=True,
    ),
)

"""Othello: solved on every board, and counted to many plies."""

from agora.envs.api import Kind, Known, Reference
from agora.envs.games.othello.rules import World
from agora.envs.games.othello.words import counts
from agora.envs.games.perfts import by_depth, known_perft

_MARGIN = {4: -8, 6: -4, 8: 0}  # discs that Black has more in perfect play
_SOLVED = {
    4: "alpha-beta to the end: White wins by 11 to 3",
    6: "J. Feinstein, 1993: White wins by 20 to 16",
    8: "H. Takizawa, Othello is solved, 2023: a draw",
}
# Black's return when both play uniformly at random: a win and a margin. Size 4 by walking all games; the others are
# means of 4 million games, with standard errors of 0.0005 wins, and 0.007 (size 6) and 0.009 discs.
_RANDOM = {4: (-0.19926761989049935, -1.526058369770205), 6: (-0.0718, -0.888), 8: (-0.0503, -0.880)}


def reference(world: World) -> Reference:
    margin = _MARGIN[world.size]
    value = float(margin if world.margin else (margin > 0) - (margin < 0))
    mean = _RANDOM[world.size][world.margin]
    kind: Kind = "exact" if world.size == 4 else "published"
    how = "all games walked" if world.size == 4 else "4 million games"
    return Reference((mean, -mean), (value, -value), kind, f"{_SOLVED[world.size]}. random: {how}")


def metrics(world: World, state) -> dict[str, float]:
    """How many more discs Black has at the end than White."""
    black, white = counts(state)
    return {"margin": float(black - white)}


_BIK = "A. Bik, perft of Othello, aartbik.com; lines that ended earlier not counted, which are 228 and 584 at 10 and 11"
_SMALL = "recomputed independently; lines that ended earlier not counted"
_FULL = (4, 12, 56, 244, 1396, 8200, 55092, 390216, 3005288, 24571284 - 228, 212258800 - 584)
_SIX = (4, 12, 56, 244, 1364)
_FOUR = (4, 12, 44, 128, 424, 1256, 3624, 9112, 20032, 36412, 50268, 55112)


KNOWN = (
    *known_perft(by_depth(*_FULL), _BIK, ", size 8"),
    *known_perft(by_depth(*_SIX), _SMALL, ", size 6", options={"size": 6}),
    *known_perft(by_depth(*_FOUR), _SMALL, ", size 4", options={"size": 4}),
    Known(
        "return of Black in uniform play, size 4",
        _RANDOM[4][0],
        "walk of all games; an average of returns, not from the literature",
        "return_uniform",
        options={"size": 4},
        tolerance=1e-12,
        slow=True,
    ),
    Known("value, size 4", -1, "recomputed independently: White wins", "minimax", options={"size": 4}),
    Known(
        "margin, size 4",
        -8,
        "J. Feinstein, 1993, and recomputed independently: White wins by 11 to 3",
        "minimax",
        options={"size": 4, "returns": "margin"},
    ),
)

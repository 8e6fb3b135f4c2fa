"""Connect Four: what is known of its value, and of games played at random."""

from functools import cache

from agora.envs.api import Known, Reference
from agora.envs.games.connect_four.rules import World, make_world
from agora.envs.games.perfts import by_depth, known_perft
from agora.envs.games.playouts import play_uniformly

SMALL = 16  # cells up to which all positions are walked, in a second or so
GAMES = 40_000  # played at random where positions are too many
_RANDOM = 0.1137  # return of the first player on the default board, simulated

INDEPENDENT = "recomputed independently"
OEIS_GAMES = "OEIS A342329"
KNOWN = (
    *known_perft(by_depth(7, 49, 343, 2401, 16807, 117649, 823536, 5673234), INDEPENDENT),
    Known("complete games", 90, OEIS_GAMES, "games", options={"columns": 3, "rows": 2}),
    Known("complete games", 356232, OEIS_GAMES, "games", options={"columns": 4, "rows": 3}),
    Known("value 4x4", 0, INDEPENDENT, "minimax", options={"columns": 4, "rows": 4}),
    Known("value 5x4", 0, INDEPENDENT, "minimax", options={"columns": 5, "rows": 4}),
    Known("value 4x5", 0, INDEPENDENT, "minimax", options={"columns": 4, "rows": 5}),
    Known("positions 5x4", 3945711, INDEPENDENT, "states", options={"columns": 5, "rows": 4}, slow=True),
)


def reference(world: World) -> Reference:
    if world.length > max(world.rows, world.columns):
        return Reference((0.0, 0.0), (0.0, 0.0), "exact", "no line fits on the board, so every game is a draw")
    if world.rows * world.columns <= SMALL:
        value, mean = walk(world)
        return Reference((mean, -mean), (float(value), -float(value)), "exact", "walk over all positions")
    if world == make_world():
        source = "J. Allen, 1988; V. Allis, 1988: the first player wins. random: 20 million games, error 0.0002"
        return Reference((_RANDOM, -_RANDOM), (1.0, -1.0), "published", source)
    options = {"rows": world.rows, "columns": world.columns, "length": world.length}
    played = play_uniformly("agora/ConnectFour-v0", options, GAMES)
    source = f"nobody gets more than a win; this board is not solved here. random: {played.how}"
    return Reference(played.returns, (1.0, 1.0), "bound", source)


def walk(world: World) -> tuple[int, float]:
    """The return of the first player in perfect play, and in uniformly random play, by walking all positions."""

    @cache
    def visit(own: int, other: int) -> tuple[int, float]:
        """Both for the player to move, who has the stones ``own``."""
        results = [_after(own | stone, other, visit, world) for stone in _landings(world, own | other)]
        if not results:
            return 0, 0.0
        return max(value for value, _ in results), sum(mean for _, mean in results) / len(results)

    return visit(0, 0)


def _after(own: int, other: int, visit, world: World) -> tuple[int, float]:
    """What a move that leads to ``own`` and ``other`` is worth to the player who made it."""
    if has_line(world, own):
        return 1, 1.0
    value, mean = visit(other, own)
    return -value, -mean


def _landings(world: World, taken: int) -> list[int]:
    """The lowest free cell of each column that is not full, as a bit."""
    stones = []
    for column in range(world.columns):
        cells = [1 << (row * (world.columns + 1) + column) for row in range(world.rows)]
        stones += [cell for cell in cells if not taken & cell][:1]
    return stones


def has_line(world: World, bits):
    """Whether ``bits``, row * (columns + 1) + column as in the state, hold a line; a number or an array of them."""
    found = 0
    for stride in (1, world.columns, world.columns + 1, world.columns + 2):
        run = bits
        for _ in range(world.length - 1):
            run = run & (run >> stride)
        found = found | run
    return found != 0

"""Breakthrough: counts, and the winner on small boards."""

from agora.envs.api import Known, Reference
from agora.envs.games.breakthrough.rules import World
from agora.envs.games.perfts import by_depth, known_perft
from agora.envs.games.playouts import play_uniformly

GAMES = 20_000  # played at random where the mean is not stored
_RANDOM = 0.0177  # White's return on the default board, simulated
_VALUES = {(4, 4, 1): 1, (4, 4, 2): -1, (5, 3, 2): -1, (5, 4, 2): -1, (6, 3, 2): 1}  # rows, columns, filled: White's


def reference(world: World) -> Reference:
    board = (world.rows, world.columns, world.filled)
    if board == (8, 8, 2):
        random: tuple[float, ...] = (_RANDOM, -_RANDOM)
        how = "4 million games, standard error 0.0005"
    else:
        options = {"rows": world.rows, "columns": world.columns, "filled": world.filled}
        played = play_uniformly("agora/Breakthrough-v0", options, GAMES)
        random, how = played.returns, played.how
    value = _VALUES.get(board)
    if value is None:
        source = f"nobody gets more than a win; this board is not solved here. random: {how}"
        return Reference(random, (1.0, 1.0), "bound", source)
    return Reference(random, (float(value), -float(value)), "exact", f"alpha-beta to the end. random: {how}")


_FAIRY = "Fairy-Stockfish, tests/perft.sh, depth 4; recomputed independently"
_WALKED = "recomputed independently"
_COUNTS = (
    (8, 8, (22, 484, 11132, 256036, 6182818), _FAIRY),
    (6, 6, (16, 256, 4308, 71478, 1248290), _WALKED),
    (5, 5, (13, 156, 1924, 23084, 289828), _WALKED),
)


KNOWN = (
    *(
        known
        for rows, columns, counts, source in _COUNTS
        for known in known_perft(
            by_depth(*counts), source, f", {columns} columns of {rows}", options={"rows": rows, "columns": columns}
        )
    ),
    *(
        Known(
            f"value, {columns} columns of {rows}, {filled} filled",
            value,
            _WALKED,
            "minimax",
            {"slots": 1 << 23 if rows * columns == 20 else 1 << 21},
            {"rows": rows, "columns": columns, "filled": filled},
            slow=rows * columns == 20,
        )
        for (rows, columns, filled), value in _VALUES.items()
    ),
)

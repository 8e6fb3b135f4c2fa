"""Hex: who wins is known on every board, and small ones are counted."""

from agora.envs.api import Known, Reference
from agora.envs.games.hex.rules import World, make_world
from agora.envs.games.perfts import by_depth, known_perft
from agora.envs.games.playouts import play_uniformly

GAMES = 20_000  # played at random where the mean is not stored
_RANDOM = 0.0452  # the first player's return on the default board, simulated


def reference(world: World) -> Reference:
    if world == make_world():
        random: tuple[float, ...] = (_RANDOM, -_RANDOM)
        how = "4 million games, standard error 0.0005"
    else:
        options = {"size": world.size, "swap": world.swap}
        played = play_uniformly("agora/Hex-v0", options, GAMES)
        random, how = played.returns, played.how
    value = -1.0 if world.swap else 1.0
    winner = "the second player, by swapping when it gains," if world.swap else "the first player"
    return Reference(random, (value, -value), "exact", f"J. Nash, 1948: {winner} wins. random: {how}")


_WALKED = "recomputed independently"
_COUNTS = {2: (4, 12, 24, 12), 3: (9, 72, 504, 3024, 15120, 54720, 146880, 207360, 120960)}


def _games(size: int, games: int, won: int, lost: int) -> list[Known]:
    return [
        Known(f"games, size {size}", games, _WALKED, "games", options={"size": size}),
        Known(f"games that the first wins, size {size}", won, _WALKED, "games", {"result": "won"}, {"size": size}),
        Known(f"games that the second wins, size {size}", lost, _WALKED, "games", {"result": "lost"}, {"size": size}),
    ]


KNOWN = (
    *(
        known
        for size, counts in _COUNTS.items()
        for known in known_perft(by_depth(*counts), _WALKED, f", size {size}", options={"size": size})
    ),
    *_games(2, 24, 12, 12),
    *_games(3, 257760, 165600, 92160),
    Known("positions, size 2", 32, _WALKED, "states", options={"size": 2}),
    Known("positions, size 3", 5514, _WALKED, "states", options={"size": 3}),
    Known("positions, size 4", 9386235, _WALKED, "states", options={"size": 4}, slow=True),
    *(
        Known(f"value, size {size}", 1, "J. Nash, 1948: the first player wins", "minimax", options={"size": size})
        for size in (2, 3, 4)
    ),
    *(
        Known(
            f"value, size {size} with swap",
            -1,
            "the second player swaps a winning stone and leaves any other",
            "minimax",
            options={"size": size, "swap": True},
        )
        for size in (2, 3)
    ),
)

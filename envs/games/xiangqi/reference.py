"""Xiangqi: known counts of lines of play, and games played at random."""

from agora.envs.api import Reference
from agora.envs.games.perfts import known_perft
from agora.envs.games.playouts import play_uniformly
from agora.envs.games.xiangqi.rules import RULES, World

MIDGAME = "1rbaka2R/5r3/6n2/2p1p1p2/4P1bP1/PpC3Bc1/1nPR2P2/2N2AN2/1c2K1p2/2BAC4 w - - 0 1"
FAIRY = "Fairy-Stockfish, tests/perft.sh"
COUNTS = {
    "": (None, {1: 44, 2: 1920, 3: 79666, 4: 3290240, 5: 133312995}, FAIRY + " to depth 4; depth 5 widely published"),
    ", middle game": (MIDGAME, {1: 49, 2: 2265, 3: 100326, 4: 4485547}, FAIRY),
}
KNOWN = tuple(
    known
    for where, (position, counts, source) in COUNTS.items()
    for known in known_perft(counts, source, where, position)
)

GAMES = 1000  # played at random where the mean is not stored
_RANDOM = 0.0109  # Red's return with the default options, simulated


def reference(world: World) -> Reference:
    options = {"repetition": RULES[world.repetition], "move_limit": world.move_limit, "max_steps": world.max_steps}
    if list(options.values()) == ["check", 60, 500]:
        random: tuple[float, ...] = (_RANDOM, -_RANDOM)
        how = "20,000 games, standard error 0.005"
    else:
        played = play_uniformly("agora/Xiangqi-v0", options, GAMES)
        random, how = played.returns, played.how
    source = f"nobody gets more than a win; xiangqi is not solved. random: {how}"
    return Reference(random, (1.0, 1.0), "bound", source)

"""Chess: known counts of lines of play, and games played at random."""

from agora.envs.api import Reference
from agora.envs.games.chess.rules import World
from agora.envs.games.perfts import known_perft
from agora.envs.games.playouts import play_uniformly

KIWIPETE = "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1"
ENDGAME = "8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - 0 1"
PROMOTIONS = "r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1 w kq - 0 1"
DISCOVERIES = "rnbq1k1r/pp1Pbppp/2p5/8/2B5/8/PPP1NnPP/RNBQK2R w KQ - 1 8"
TESTS = "OpenSpiel, chess_test.cc; Fairy-Stockfish, tests/perft.sh"
COUNTS = {
    "": (None, {1: 20, 2: 400, 3: 8902, 4: 197281, 5: 4865609, 6: 119060324}, "OEIS A048987"),
    ", Kiwipete": (KIWIPETE, {1: 48, 2: 2039, 3: 97862, 4: 4085603, 5: 193690690}, TESTS),
    ", rook endgame": (ENDGAME, {5: 674624, 6: 11030083}, TESTS),
    ", promotions": (PROMOTIONS, {4: 422333, 5: 15833292}, TESTS),
    ", discovered checks": (DISCOVERIES, {4: 2103487, 5: 89941194}, TESTS),
}
KNOWN = tuple(
    known
    for where, (position, counts, source) in COUNTS.items()
    for known in known_perft(counts, source, where, position)
)

GAMES = 2000  # played at random where the mean is not stored
_RANDOM = 0.0005  # White's return with the default options, simulated


def reference(world: World) -> Reference:
    options = {name: getattr(world, name) for name in ("move_limit", "repetition_limit", "max_steps")}
    if list(options.values()) == [75, 5, 1000]:
        random: tuple[float, ...] = (_RANDOM, -_RANDOM)
        how = "40,000 games, standard error 0.002"
    else:
        played = play_uniformly("agora/Chess-v0", options, GAMES)
        random, how = played.returns, played.how
    source = f"nobody gets more than a win; chess is not solved. random: {how}"
    return Reference(random, (1.0, 1.0), "bound", source)

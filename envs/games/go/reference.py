"""Go: what is known of its positions and of small boards, and what random play earns."""

from pathlib import Path

import numpy as np

import agora.envs
from agora.envs.api import Known, Reference
from agora.envs.games.go import rules
from agora.envs.games.go.rules import REPETITION, SUPERKO, World, make_world
from agora.envs.games.go.words import areas
from agora.envs.games.perfts import known_perft
from agora.envs.games.playouts import play_uniformly
from agora.envs.jit import compiled

_CENSUS = Path(__file__).with_name("census.py")


def count_positions(game) -> int:
    """Boards on which every string has a liberty, by the rules' own strings."""
    census = compiled(_CENSUS, rules)
    points = game.world.points
    chosen, actions = np.zeros(points, np.int64), np.zeros(2, np.int64)
    return census.count_positions(game.world, census.room(game, points), chosen, actions, np.zeros(2))


def solve(game) -> float:
    """Black's return in perfect play, by alpha-beta over whole games; feasible on 2x2 and 3x3 boards."""
    census = compiled(_CENSUS, rules)
    levels = game.world.max_moves + 1
    masks, tried = np.zeros((levels, game.world.points + 1), np.bool_), np.zeros(levels, np.int64)
    actions, rewards = np.zeros(2, np.int64), np.zeros(2)
    return census.solve(game.world, census.room(game, levels), masks, np.zeros((levels, 2)), tried, actions, rewards)


GAMES = 2_000  # played at random under other options
SMALL = 2  # lines of a board on which whole games are searched
_RANDOM = -0.2555  # Black's return under default options, simulated


def reference(world: World) -> Reference:
    """Exact in perfect play on 2x2 boards with the default limit of moves; other boards have only bounds."""
    options = _options(world)
    if options == _options(make_world()):
        random: tuple[float, ...] = (_RANDOM, -_RANDOM)
        source = "random: 200,000 games, standard error 0.002"
    else:
        played = play_uniformly("agora/Go-v0", options, GAMES)
        random, source = played.returns, f"random: {played.how}"
    if world.size == SMALL and world.max_moves <= 4 * world.points:
        value = solve(agora.envs.game("agora/Go-v0", **options))
        return Reference(random, (value, -value), "exact", f"alpha-beta over whole games; {source}")
    return Reference(random, (1.0, 1.0), "bound", f"nobody gets more than a win; {source}")


def _options(world: World) -> dict:
    return {
        "size": world.size,
        "komi": world.komi,
        "suicide": "allowed" if world.suicide else "forbidden",
        "superko": SUPERKO[world.superko],
        "repetition": REPETITION[world.repetition],
        "max_moves": world.max_moves,
    }


def metrics(world: World, state) -> dict[str, float]:
    """Black's points minus White's with komi, where the game was counted."""
    if state.repeated:
        return {}
    black, white = areas(world, state)
    return {"margin": black - white}


_OEIS = "OEIS A094777; J. Tromp and G. Farnebäck, Combinatorics of Go, 2006"
_TROMP = "J. Tromp, tromp.github.io/go.html: Black wins 2x2 by 1 point and 3x3 by 9"
_OPEN_SPIEL = "counted with OpenSpiel 2.0.2"


def _value(size: int, komi: float, expected: int, **options) -> Known:
    options = {"size": size, "komi": komi, **options}
    return Known(f"Black's return on {size}x{size} with komi {komi:g}", expected, _TROMP, solve, options=options)


KNOWN: tuple[Known, ...] = (
    Known("legal positions 2x2", 57, _OEIS, count_positions, options={"size": 2}),
    Known("legal positions 3x3", 12675, _OEIS, count_positions, options={"size": 3}),
    Known("legal positions 4x4", 24318165, _OEIS, count_positions, options={"size": 4}, slow=True),
    _value(2, 0.5, 1, suicide="allowed", max_moves=100),
    _value(2, 1.0, 0, suicide="allowed", max_moves=100),
    _value(2, 1.5, -1, suicide="allowed", max_moves=100),
    _value(3, 8.5, 1),
    _value(3, 9.0, 0),
    *(
        known
        for size, depth, lines in ((2, 8, 2296), (3, 5, 33384), (9, 3, 531522))
        for known in known_perft(
            {depth: lines}, _OPEN_SPIEL, f" on {size}x{size}", options={"size": size, "repetition": "draw"}
        )
    ),
)

"""The beauty contest: what an equilibrium pays."""

from agora.envs.api import Known, Reference
from agora.envs.games.beauty_contest.rules import ALL, SHARE, TIES, World
from agora.envs.games.playouts import Playouts, play_uniformly

GAMES = 20_000  # played at random where symmetry does not tell

_TWO = {"players": 2, "rounds": 1, "fraction": 2 / 3, "bottom": 0, "top": 2}
_LOWER = "with two players and a fraction below 1 the lower number wins"
KNOWN = (
    Known("uniform play", 1 / 2, "by symmetry", "return_uniform", options=_TWO, tolerance=1e-12),
    Known("NashConv of uniform play", 2 / 3, _LOWER, "nash_conv_uniform", options=_TWO, tolerance=1e-12),
    Known(
        "uniform play, each of the closest a whole prize",
        2 / 3,
        _LOWER,
        "return_uniform",
        options={**_TWO, "ties": "all"},
        tolerance=1e-12,
    ),
    Known(
        "uniform play, nobody when all are the same",
        1 / 3,
        _LOWER,
        "return_uniform",
        options={**_TWO, "ties": "lowest"},
        tolerance=1e-12,
    ),
)


def reference(world: World) -> Reference:
    """``best`` is what each gets when all choose the lowest number, or the highest where the fraction is above 1."""
    share = 1.0 / world.players
    if world.ties == SHARE:
        source = "one prize a round: equal shares, by symmetry, in random play and in symmetric equilibrium"
        return _per_round(world, share, share, "exact", source)
    played = _played(world)
    random = sum(played.returns) / world.players / world.rounds
    source = f"nobody gets more than every prize. random: {played.how}"
    return _per_round(world, random, 1.0, "exact" if world.ties == ALL else "bound", source)


def _per_round(world: World, random: float, best: float, kind, source: str) -> Reference:
    return Reference((world.rounds * random,) * world.players, (world.rounds * best,) * world.players, kind, source)


def _played(world: World) -> Playouts:
    options = {
        "players": world.players,
        "rounds": world.rounds,
        "fraction": world.fraction,
        "bottom": world.bottom,
        "top": world.top,
        "ties": TIES[world.ties],
    }
    return play_uniformly("agora/BeautyContest-v0", options, GAMES)


def metrics(world: World, state) -> dict[str, float]:
    """The mean guess of the first and of the last round: how far play moved towards the equilibrium."""
    means = state.guesses[: state.played].mean(axis=1)
    return {"first_mean": float(means[0]), "last_mean": float(means[-1])}

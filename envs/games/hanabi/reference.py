"""Hanabi: what is known of it."""

import numpy as np

from agora.envs.api import Known, Reference
from agora.envs.games.hanabi.rules import LEVELS, World, make_world
from agora.envs.games.playouts import play_uniformly

GAMES = 20_000  # played at random for options that have no stored number
_RANDOM = {  # points of uniformly random play by number of players: losing all lives takes all, or leaves the stacks
    2: (0.0, 1.2500),
    3: (0.0001, 1.2493),
    4: (0.0001, 1.2521),
    5: (0.0004, 1.2523),
}
_PAPER = "N. Bard et al., 'The Hanabi challenge', Artificial Intelligence 280, 2020"
_ENVIRONMENT = f"{_PAPER}, and the Hanabi Learning Environment's hanabi_game.cc"
_WALKED = "recomputed independently: OpenSpiel's tree of the same variant"


def reference(world: World) -> Reference:
    best = float(world.colors * world.ranks)
    source = "nobody gets more than all cards on the stacks"
    if world == make_world():
        source += f"; {_PAPER}: agents of two players there get 20.64 (Rainbow) to 23.92 (BAD; from memory)"
    points, how = _random(world)
    return Reference((points,) * world.players, (best,) * world.players, "bound", f"{source}. random: {how}")


def _random(world: World) -> tuple[float, str]:
    """What uniformly random play gets, and how that is known; what players see does not matter for it."""
    usual = make_world(players=world.players)
    if world._replace(level=usual.level, keeps_score=usual.keeps_score) == usual:
        return _RANDOM[world.players][world.keeps_score], "4 million games, standard error below 0.001"
    played = play_uniformly("agora/Hanabi-v0", _options(world), GAMES)
    return played.returns[0], played.how


def _options(world: World) -> dict:
    return {
        "players": world.players,
        "observation": LEVELS[world.level],
        "score_without_lives": "stacks" if world.keeps_score else "zero",
        "colors": world.colors,
        "ranks": world.ranks,
        "hand_size": world.hand_size,
        "information_tokens": world.information_tokens,
        "lives": world.lives,
    }


def metrics(world: World, state) -> dict[str, float]:
    """Cards on the stacks, whatever became of them; lives and tokens left; and whether the score is perfect."""
    return {
        "cards on the stacks": float(state.score),
        "lives left": float(state.lives),
        "information tokens left": float(state.information),
        "perfect": float(state.score == world.colors * world.ranks),
    }


def actions(game) -> int:
    return game.spec.action.n


def observation_size(game) -> int:
    return game.spec.observation_size


def cards(game) -> int:
    """Cards before the deal."""
    return int(game.new().deck.sum())


def perfect_score(game) -> float:
    return game.spec.returns[1]


def chance_of_lowest(game) -> float:
    """The probability that the first card dealt has the lowest rank."""
    world = game.world
    return float(np.sum(game.chance(game.new()).reshape(world.colors, world.ranks)[:, 0]))


_TINY = {"colors": 1, "ranks": 2, "hand_size": 1, "information_tokens": 1, "lives": 1}
_WALKS = (  # options; chance, decision and terminal nodes; points of uniformly random play
    ("2 players", {**_TINY, "information_tokens": 2, "lives": 2}, (357, 1416, 1956), 0.9884259259259258),
    ("3 players", {**_TINY, "players": 3}, (37, 323, 496), 0.5166666666666666),
)

KNOWN: tuple[Known, ...] = (
    Known("cards", 50, _ENVIRONMENT, cards),
    Known("perfect score", 25, _ENVIRONMENT, perfect_score),
    Known("chance that the first card is a 1", 15 / 50, _ENVIRONMENT, chance_of_lowest, tolerance=1e-12),
    Known("numbers observed, 2 players", 658, _ENVIRONMENT, observation_size),
    *(
        Known(f"actions, {players} players", count, _ENVIRONMENT, actions, options={"players": players})
        for players, count in ((2, 20), (3, 30), (4, 38), (5, 48))
    ),
    *(
        Known(f"{kind} nodes, {name} with 1 colour of 2 ranks", count, _WALKED, f"nodes_{kind}", options=options)
        for name, options, counts, _ in _WALKS
        for kind, count in zip(("chance", "decision", "terminal"), counts, strict=True)
    ),
    *(
        Known(
            f"random play, {name} with 1 colour of 2 ranks",
            points,
            _WALKED,
            "return_uniform",
            options=options,
            tolerance=1e-9,
        )
        for name, options, _, points in _WALKS
    ),
)

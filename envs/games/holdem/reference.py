"""Texas hold'em: what is known of its hands, its size and its value, and of play at random."""

from functools import cache
from itertools import combinations
from math import comb
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from agora.envs.api import CHANCE, Known, Reference
from agora.envs.game import Game
from agora.envs.games.holdem import rules
from agora.envs.games.holdem.evaluator import CATEGORIES
from agora.envs.games.holdem.world import World, most_at_risk
from agora.envs.games.playouts import play_uniformly
from agora.envs.jit import compiled

GAMES = 20_000  # hands played at random
RANDOM = -1.4685767876733253  # return of the button with default options, by walking all betting
SOLVED = 0.0887  # big blinds a hand that the button wins in equilibrium, with limits, within 0.001
DEEP = 24  # big blinds: more than that nobody can lose with limits


def reference(world: World) -> Reference:
    options = options_of(world)
    random: tuple[float, ...]
    if options == options_of(rules.make_world()):
        random, source = (RANDOM, -RANDOM), "random: all betting walked, since random players do not look at cards"
    else:
        played = play_uniformly("agora/Holdem-v0", options, GAMES)
        random, source = played.returns, f"random: {played.how}"
    if is_solved(world):
        value = SOLVED * world.big_blind
        published = "M. Bowling et al., Science 347 (2015): the button wins 0.0877 to 0.0897 big blinds a hand"
        return Reference(random, (value, -value), "published", f"{published}. {source}")
    risk = most_at_risk(world)
    most = np.minimum(risk, risk[:, None]).sum(axis=1) - risk
    return Reference(random, tuple(map(float, most)), "bound", f"the others cannot match more. {source}")


def is_solved(world: World) -> bool:
    """Whether this is the game that was solved: two players, the usual limits, stacks that never matter."""
    blind = world.big_blind
    usual = world.limit and (2 * world.small_blind, world.small_bet, world.big_bet) == (blind, blind, 2 * blind)
    return usual and world.players == 2 and world.ante == 0 and bool(world.stacks.min() >= DEEP * blind)


def options_of(world: World) -> dict[str, Any]:
    """The options that make ``world``."""
    fixed = (world.small_bet, world.big_bet) if world.limit else tuple(world.fractions.tolist())
    return {
        "players": world.players,
        "betting": "limit" if world.limit else "no-limit",
        "bets": "all" if world.whole else fixed,
        "stacks": tuple(world.stacks.tolist()),
        "blinds": (world.small_blind, world.big_blind),
        "ante": world.ante,
        "convention": "acpc" if world.acpc else "tournament",
    }


def metrics(world: World, state) -> dict[str, float]:
    """Of an ended hand: whether cards were shown, the round it came to, the pot in big blinds, players all-in."""
    return {
        "showdown": float(state.strength.any()),
        "round": float(state.stage),
        "pot_in_big_blinds": float(state.stake.sum() / world.big_blind),
        "players_all_in": float(((state.stack == 0) & (state.folded == 0))[: world.players].sum()),
    }


@cache
def hands() -> ModuleType:
    """The compiled loops of hands.py."""
    return compiled(Path(__file__).with_name("hands.py"), rules)


@cache
def category_counts(cards: int) -> tuple[int, ...]:
    """How many of all hands of 5 or 7 ``cards`` are in each of CATEGORIES."""
    counts = np.zeros(len(CATEGORIES), np.int64)
    hands().count_hands(cards, counts)
    return tuple(counts.tolist())


def category_count(game: Game, cards: int, category: str) -> int:
    return category_counts(cards)[CATEGORIES.index(category)]


def distinct_strengths(game: Game) -> int:
    """How many strengths the hands of five cards have."""
    cards = np.array(list(combinations(range(rules.DECK), 5)), np.int8)
    out = np.zeros(len(cards), np.int64)
    hands().strengths(cards, out)
    return len(np.unique(out))


def limit_size(game: Game, kind: str) -> int:
    """Information sets, or decision states, of the game of two players with limits and deep stacks.

    Betting does not depend on cards there, and every way to end a round leads to the same next round, so each round is
    walked once; ways to deal multiply.
    """
    state, ways, total = _dealt(game, game.new()), 1, 0
    seen = 4 if kind == "states" else 2  # hidden cards that tell situations apart
    deals = comb(52, 2) * (comb(50, 2) if seen == 4 else 1)
    for board in ((), (3,), (3, 1), (3, 1, 1)):
        if board:
            deals *= comb(52 - seen - sum(board[:-1]), board[-1])
        decisions, on = _walk_round(game, state)
        total += ways * decisions * deals
        ways *= len(on)
        state = on[0] if on else state
    return total


def _walk_round(game: Game, state) -> tuple[int, list]:
    """Decisions within the round of ``state``, and the openings of the next round, one per way there."""
    waiting, decisions, on = [state], 0, []
    while waiting:
        present = waiting.pop()
        if present.over:
            continue
        if present.stage != state.stage:
            on.append(present)
            continue
        decisions += 1
        for action in np.flatnonzero(game.legal(present)):
            after = game.clone(present)
            game.step(after, action)
            waiting.append(_dealt(game, after))
    return decisions, on


def _dealt(game: Game, state):
    """Deals any cards until somebody decides."""
    while state.to_move == CHANCE and not state.over:
        game.step(state, int(game.chance(state).argmax()))
    return state


FIVE = (1302540, 1098240, 123552, 54912, 10200, 5108, 3744, 624, 40)
SEVEN = (23294460, 58627800, 31433400, 6461620, 6180020, 4047644, 3473184, 224848, 41584)
_COUNTED = "combinatorics; the sum is all {} ways to choose"
_JOHANSON = 'M. Johanson, "Measuring the size of large no-limit poker games", 2013, to four digits'

KNOWN = (
    *(
        Known(
            f"{cards} cards: {category}",
            count,
            _COUNTED.format(total),
            category_count,
            {"cards": cards, "category": category},
            slow=cards == 7,
        )
        for cards, total, counts in ((5, 2598960, FIVE), (7, 133784560, SEVEN))
        for category, count in zip(CATEGORIES, counts, strict=True)
    ),
    Known(
        "distinct strengths of 5 cards",
        7462,
        "combinatorics, category by category",
        distinct_strengths,
        slow=True,
    ),
    Known(
        "information sets, limit, 2 players",
        3.194e14,
        _JOHANSON,
        limit_size,
        {"kind": "infosets"},
        {"betting": "limit"},
        5e10,
    ),
    Known(
        "states to decide, limit, 2 players",
        3.162e17,
        _JOHANSON,
        limit_size,
        {"kind": "states"},
        {"betting": "limit"},
        5e13,
    ),
)

"""Scripted agents for Hanabi.

Sets of cards are whole numbers with a bit for each kind, colour * ranks + rank, so that a hint is an "and". Letters:
``L`` lanes, ``P`` players, ``H`` cards in a hand, ``C`` colours, ``R`` ranks, ``K`` kinds of cards, ``V`` = C + R
values that a hint can name. The observer is player 0 and the others follow in turn order.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from agora.agents.api import SampledAgent
from agora.envs.api import Spec
from agora.envs.games.hanabi.rules import World, make_world

LIKELY = 0.6  # a chance that `iggi` and `piers` take as long as a life can be spared


class Sight(NamedTuple):
    """What an observation means."""

    possible: np.ndarray  # (L, P, H) set of cards that hints and the table leave possible; 0 where there is no card
    told: np.ndarray  # (L, P, H) bool: a hint has named its colour or rank
    cards: np.ndarray  # (L, P - 1, H) the card in the hand of another player, as a set of one
    playable: np.ndarray  # (L,) set of cards that would score
    useless: np.ndarray  # (L,) set of cards that will never score
    critical: np.ndarray  # (L,) set of cards that will score and have one copy left
    chance: Callable[[np.ndarray], np.ndarray]  # (L,) sets to (L, H): the chance that each own card is in the set
    information: np.ndarray  # (L,) tokens
    lives: np.ndarray  # (L,)
    last_round: np.ndarray  # (L,) bool: the deck is empty


def look(world: World, pieces: dict[str, np.ndarray]) -> Sight:
    lanes = len(pieces["short"])
    copies = np.array(world.copies)
    starts = np.cumsum(copies) - copies
    discarded = np.add.reduceat(pieces["discards"], starts, axis=-1, dtype=np.int64)  # (L, C, R)
    height = pieces["fireworks"] @ np.arange(1, world.ranks + 1)  # (L, C)
    ranks = np.arange(world.ranks)
    played = ranks < height[..., None]
    left = copies - discarded - played
    gone = np.logical_or.accumulate((left == 0) & ~played, axis=-1)
    kinds = world.colors * world.ranks
    hands = pieces["hands"].reshape(lanes, world.players - 1, world.hand_size, kinds)
    cards = pack(hands)
    possible, told = knowledge(world, pieces, cards)
    possible &= pack((left > 0).reshape(lanes, kinds))[:, None, None]
    unseen = left.reshape(lanes, kinds) - hands.sum(axis=(1, 2))
    bits = np.arange(kinds)
    weights = (possible[:, 0, :, None] >> bits & 1) * unseen[:, None]  # (L, H, K)

    def chance(cards: np.ndarray) -> np.ndarray:
        inside = np.einsum("lhk,lk->lh", weights, cards[:, None] >> bits & 1)
        return inside / np.maximum(weights.sum(axis=-1), 1)

    return Sight(
        possible=possible,
        told=told,
        cards=cards,
        playable=pack((ranks == height[..., None]).reshape(lanes, kinds)),
        useless=pack((played | gone).reshape(lanes, kinds)),
        critical=pack(((left == 1) & ~gone).reshape(lanes, kinds)),
        chance=chance,
        information=pieces["information"].sum(axis=-1),
        lives=pieces["lives"].sum(axis=-1),
        last_round=~np.any(pieces["deck"], axis=-1),
    )


def pack(numbers: np.ndarray) -> np.ndarray:
    """Zeros and ones (..., n), n at most 64, as the bits of int64 (...)."""
    packed = np.packbits(np.asarray(numbers, np.uint8), axis=-1, bitorder="little")
    whole = np.zeros((*packed.shape[:-1], 8), np.uint8)
    whole[..., : packed.shape[-1]] = packed
    return whole.view("<i8")[..., 0]


def knowledge(world: World, pieces: dict[str, np.ndarray], cards: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What hints leave possible (L, P, H), and whether one named the card (L, P, H); without knowledge, all and no."""
    everything = np.int64((1 << world.colors * world.ranks) - 1)
    if not pieces["knowledge"].size:
        shape = (len(cards), world.players, world.hand_size)
        return np.full(shape, everything), np.zeros(shape, np.bool_)
    known = pack(pieces["knowledge"])
    return known & everything, known > everything


def sets_of_values(world: World) -> np.ndarray:
    """The cards that have each colour, then each rank: (V,) sets."""
    kinds = np.arange(world.colors * world.ranks)
    colors = [np.sum(1 << kinds[kinds // world.ranks == color]) for color in range(world.colors)]
    return np.array(colors + [np.sum(1 << kinds[kinds % world.ranks == rank]) for rank in range(world.ranks)], np.int64)


class Hints(NamedTuple):
    """What each possible hint would do, for every other player and every value."""

    touched: np.ndarray  # (L, P - 1, H, V) bool: slots it points at
    possible: np.ndarray  # (L, P - 1, H, V) what it leaves possible there, sets
    news: np.ndarray  # (L, P - 1, H, V) bool: it points at the slot, whose owner does not know the value yet


def all_hints(world: World, sight: Sight) -> Hints:
    values = sets_of_values(world)
    before = sight.possible[:, 1:, :, None]
    touched = sight.cards[..., None] & values != 0
    possible = np.where(touched, before & values, before & ~values)
    return Hints(touched, possible, touched & (before & ~values != 0))


def inside(cards: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Whether sets ``cards`` (L, ...) hold something and nothing beyond ``chosen`` (L,)."""
    chosen = chosen.reshape(-1, *(1,) * (cards.ndim - 1))
    return (cards != 0) & (cards & ~chosen == 0)


def meets(cards: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Whether sets ``cards`` (L, ...) have something in common with ``chosen`` (L,)."""
    return cards & chosen.reshape(-1, *(1,) * (cards.ndim - 1)) != 0


def scored(spec: Spec, judge: Callable[[World, dict[str, np.ndarray], Sight], tuple]) -> SampledAgent:
    """Takes the legal action with the highest score; the first of equals.

    ``judge`` scores discards (L, H), plays (L, H), and hints (L, P - 1, V) of the other players in turn order.
    """
    world = make_world(**spec.options)

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        pieces = spec.pieces(observation)
        discards, plays, hints = judge(world, pieces, look(world, pieces))
        parts = discards, plays, hints[..., : world.colors], hints[..., world.colors :]
        scores = np.concatenate(
            [part.reshape(len(observation), np.prod(part.shape[1:], dtype=int)) for part in parts], axis=1
        )
        best = np.where(legal, scores, -np.inf).argmax(axis=1)
        return np.eye(legal.shape[1])[best]

    return SampledAgent(policy)


def cautious(spec: Spec) -> SampledAgent:
    """Plays only what is certain, tells others what is new about a playable card, else discards its oldest card."""

    def judge(world: World, pieces: dict[str, np.ndarray], sight: Sight) -> tuple:
        plays = np.where(sight.chance(sight.playable) == 1, 9.0, -1.0)
        news = all_hints(world, sight).news & meets(sight.cards, sight.playable)[..., None]
        return 2.0 + newest_last(sight), plays, np.where(news.any(axis=2), 5.0, 1.0)

    return scored(spec, judge)


def newest_last(sight: Sight) -> np.ndarray:
    """(L, H) numbers below 1 that prefer older slots."""
    lanes, _, hand = sight.possible.shape
    return np.broadcast_to(1 - np.arange(1, hand + 1) / (hand + 1), (lanes, hand))


def piers(spec: Spec) -> SampledAgent:
    """The order of rules of the agent Piers: anything in the last round, safe plays, likely plays while a life can be
    spared, hints about useful cards, hints about useless ones when tokens are few, useless discards, oldest discards.

    J. Walton-Rivers, P. R. Williams, R. Bartle, D. Perez-Liebana, S. M. Lucas, "Evaluating and modelling Hanabi-playing
    agents", CEC 2017.
    """

    def judge(world: World, pieces: dict[str, np.ndarray], sight: Sight) -> tuple:
        chance, spare = sight.chance(sight.playable), (sight.lives > 1)[:, None]
        plays = np.where(spare & (chance >= LIKELY), 80 + chance, chance - 10)
        plays = np.where(chance == 1, 90.0, plays)
        plays = np.where(spare & sight.last_round[:, None] & (chance > 0), 95 + chance, plays)
        seen = all_hints(world, sight)
        useful = (seen.news & meets(sight.cards, sight.playable)[..., None]).any(axis=2)
        known = (inside(seen.possible, sight.useless) & seen.news).any(axis=2) & (sight.information < 4)[:, None, None]
        rank_first = np.arange(world.colors + world.ranks) >= world.colors
        hints = np.where(useful, 70.0, np.where(known, 60.0, 10.0)) + rank_first
        return np.where(sight.chance(sight.useless) == 1, 50.0, 40 + newest_last(sight)), plays, hints

    return scored(spec, judge)


def conventional(spec: Spec) -> SampledAgent:
    """Plays by a convention: a hint asks its target to play the newest card it points at that may be playable.

    Hints are given so that this is right. A hint after which no such card is left asks for nothing; it may save a card
    that must not be lost, since discards take the oldest card that no hint has named.
    """

    def judge(world: World, pieces: dict[str, np.ndarray], sight: Sight) -> tuple:
        chance, spare = sight.chance(sight.playable), (sight.lives > 1)[:, None]
        asked = asked_for(pieces, sight) & (chance > 0)
        plays = np.where(chance == 1, 90 + newest_last(sight), chance - 10)
        plays = np.where(asked, 95 + chance, plays)
        plays = np.where(spare & sight.last_round[:, None] & (chance > 0) & ~asked, 55 + chance, plays)
        return discards_by_convention(sight), plays, hints_by_convention(world, pieces, sight)

    return scored(spec, judge)


def newest(slots: np.ndarray, axis: int) -> np.ndarray:
    """Keeps the last True of bools along ``axis``."""
    later = np.flip(np.cumsum(np.flip(slots, axis), axis), axis)
    return slots & (later == 1)


def asked_for(pieces: dict[str, np.ndarray], sight: Sight) -> np.ndarray:
    """The own slots (L, H) that hints since the last own turn ask to play."""
    touched = (pieces["last_touched"] > 0) & (pieces["last_target"][..., :1] > 0)  # (L, P - 1, H)
    return np.any(newest(touched & meets(sight.possible[:, 0], sight.playable)[:, None], 2), axis=1)


def discards_by_convention(sight: Sight) -> np.ndarray:
    """Useless cards first, then the oldest that no hint has named, then what is least likely to be needed."""
    useless, critical = sight.chance(sight.useless), sight.chance(sight.critical)
    unnamed = ~sight.told[:, 0]
    return np.where(useless == 1, 50.0, np.where(unnamed, 40 + newest_last(sight), 12 + 5 * (useless - critical)))


def hints_by_convention(world: World, pieces: dict[str, np.ndarray], sight: Sight) -> np.ndarray:
    """Scores (L, P - 1, V): the more cards a hint gets played the better, and the sooner its target plays."""
    seen = all_hints(world, sight)
    open_to_play = meets(seen.possible, sight.playable)
    focus = newest(seen.touched & open_to_play, 2)
    playable = meets(sight.cards, sight.playable)[..., None]
    known = inside(sight.possible[:, 1:], sight.playable)[..., None]
    right = (focus & playable & ~known).any(axis=2)
    wrong = (focus & ~playable).any(axis=2)
    busy = np.any(pieces["last_target"][..., 1:] > 0, axis=1)[..., None]  # has been asked already
    soon = -np.arange(world.players - 1)[:, None] / world.players
    more = (inside(seen.possible, sight.playable) & ~known).sum(axis=2)
    harmless = ~focus.any(axis=2)
    oldest = newest((~sight.told[:, 1:] & (sight.cards != 0))[:, :, ::-1], 2)[:, :, ::-1]
    saves = (oldest & meets(sight.cards, sight.critical))[..., None] & seen.touched
    hints = np.where(harmless, 20.0, 5.0) + soon
    hints = np.where(harmless & saves.any(axis=2), 58 + soon, hints)
    hints = np.where(right & ~busy, 60 + more + soon, hints)
    return np.where(wrong, 1.0, hints)


AGENTS = {"cautious": cautious, "piers": piers, "conventional": conventional}

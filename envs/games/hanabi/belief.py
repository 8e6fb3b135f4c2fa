"""The hands that a player may hold, and a fair draw of one."""

from agora.envs.games.hanabi.constants import SEER
from agora.envs.jit import rule
from agora.envs.rng import integer


@rule
def resample(world, state, player):
    """Deals ``player``'s hand anew from the cards it does not see: of all hands that fit the hints, each card a thing
    of its own, every one is as likely.

    Slots are drawn in turn from the oldest on. That is fair, since every hint that spoke of a card also spoke of the
    older ones: what may be in an older slot may all be in this one too, or none of it, so that the number of cards to
    draw from does not depend on the cards drawn before.
    """
    if world.level == SEER:
        return
    for slot in range(state.held[player]):
        state.deck[state.color[player, slot] * world.ranks + state.rank[player, slot]] += 1
    for slot in range(state.held[player]):
        fitting = 0
        for color in range(world.colors):
            for rank in range(world.ranks):
                fitting += fits(state, player, slot, color, rank) * state.deck[color * world.ranks + rank]
        draw_card(world, state, player, slot, integer(state, fitting))


@rule
def fits(state, player, slot, color, rank):
    """1 if hints leave it possible that the card in ``slot`` is of ``color`` and ``rank``, else 0."""
    return (state.maybe_color[player, slot] >> color) & (state.maybe_rank[player, slot] >> rank) & 1


@rule
def draw_card(world, state, player, slot, number):
    """Moves card ``number``, counted among those in the deck that fit ``slot``, into it."""
    for color in range(world.colors):
        for rank in range(world.ranks):
            if number >= 0 and fits(state, player, slot, color, rank):
                number -= state.deck[color * world.ranks + rank]
                if number < 0:
                    state.deck[color * world.ranks + rank] -= 1
                    state.color[player, slot] = color
                    state.rank[player, slot] = rank

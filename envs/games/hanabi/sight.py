"""What a player may know of the state."""

from agora.envs.games.hanabi.constants import (
    COLOR,
    COLOR_TOLD,
    DISCARD,
    HINT_COLOR,
    KIND,
    MINIMAL,
    NONE,
    PLAY,
    RANK,
    RANK_TOLD,
    SCORED,
    SEER,
    SLOT,
    TARGET,
    TOKEN,
    TOUCHED,
    VALUE,
    WHO,
)
from agora.envs.jit import rule


@rule
def observe(world, state, player, out):
    for other in range(1, world.players):
        owner = (player + other) % world.players
        for slot in range(state.held[owner]):
            out.hands[other - 1, slot, state.color[owner, slot], state.rank[owner, slot]] = 1
    for offset in range(world.players):
        out.short[offset] = state.held[(player + offset) % world.players] < world.hand_size
    for card in range(min(int(state.left), out.deck.shape[0])):  # not all cards are dealt before play begins
        out.deck[card] = 1
    for token in range(state.information):
        out.information[token] = 1
    for life in range(state.lives):
        out.lives[life] = 1
    for color in range(world.colors):
        if state.fireworks[color] > 0:
            out.fireworks[color, state.fireworks[color] - 1] = 1
        place = 0
        for rank in range(world.ranks):
            for copy in range(state.discards[color * world.ranks + rank]):
                out.discards[color, place + copy] = 1
            place += world.copies[rank]
    for row in range(world.players - 1):
        if state.past[row, WHO] != NONE:
            observe_action(world, state, player, row, out)
    if world.level != MINIMAL:
        observe_knowledge(world, state, player, out.knowledge)


@rule
def observe_action(world, state, player, row, out):
    entry = state.past[row]
    kind = int(entry[KIND])
    out.last_player[row, (entry[WHO] - player + world.players) % world.players] = 1
    out.last_kind[row, kind] = 1
    if kind in (PLAY, DISCARD):
        out.last_slot[row, entry[SLOT]] = 1
        out.last_card[row, entry[COLOR], entry[RANK]] = 1
        if kind == PLAY:
            out.last_result[row, 0] = entry[SCORED]
            out.last_result[row, 1] = entry[TOKEN]
        return
    out.last_target[row, (entry[TARGET] - player + world.players) % world.players] = 1
    if kind == HINT_COLOR:
        out.last_color[row, entry[VALUE]] = 1
    else:
        out.last_rank[row, entry[VALUE]] = 1
    for slot in range(world.hand_size):
        out.last_touched[row, slot] = (entry[TOUCHED] >> slot) & 1


@rule
def observe_knowledge(world, state, player, out):
    kinds = world.colors * world.ranks
    for offset in range(world.players):
        owner = (player + offset) % world.players
        for slot in range(state.held[owner]):
            colors, ranks, told = state.maybe_color[owner, slot], state.maybe_rank[owner, slot], state.told[owner, slot]
            if world.level == SEER:
                colors = 1 << state.color[owner, slot]
                ranks = 1 << state.rank[owner, slot]
                told = COLOR_TOLD | RANK_TOLD
            for color in range(world.colors):
                for rank in range(world.ranks):
                    out[offset, slot, color * world.ranks + rank] = (colors >> color) & (ranks >> rank) & 1
            if told & COLOR_TOLD:
                out[offset, slot, kinds + state.color[owner, slot]] = 1
            if told & RANK_TOLD:
                out[offset, slot, kinds + world.colors + state.rank[owner, slot]] = 1

"""What cards, plays, discards and hints do to the state."""

from agora.envs.api import CHANCE
from agora.envs.arrays import fill
from agora.envs.games.hanabi.constants import (
    COLOR,
    COLOR_TOLD,
    COLUMNS,
    DISCARD,
    HINT_COLOR,
    HINT_RANK,
    KIND,
    NONE,
    PLAY,
    RANK,
    RANK_TOLD,
    SCORED,
    SLOT,
    TARGET,
    TOKEN,
    TOUCHED,
    VALUE,
    WHO,
)
from agora.envs.jit import rule


@rule
def deal(world, state, kind):
    """Gives a card to whoever acted last, before play begins to each player in turn."""
    player = int(state.latest)
    slot = int(state.held[player])
    state.color[player, slot] = kind // world.ranks
    state.rank[player, slot] = kind % world.ranks
    state.maybe_color[player, slot] = (1 << world.colors) - 1
    state.maybe_rank[player, slot] = (1 << world.ranks) - 1
    state.held[player] += 1
    state.deck[kind] -= 1
    state.left -= 1
    if state.held[player] == world.hand_size:
        if state.steps == 0 and player < world.players - 1:
            state.latest += 1
        else:
            state.to_move = (player + 1) % world.players


@rule
def begin_entry(world, state, player):
    """Makes room in `past` for what ``player`` does now."""
    for row in range(world.players - 2, 0, -1):
        for column in range(COLUMNS):
            state.past[row, column] = state.past[row - 1, column]
    fill(state.past[0], NONE)
    state.past[0, WHO] = player


@rule
def use_card(world, state, player, slot, plays):
    """Plays or discards a card."""
    color, rank = int(state.color[player, slot]), int(state.rank[player, slot])
    entry = state.past[0]
    entry[KIND] = PLAY if plays else DISCARD
    entry[SLOT] = slot
    entry[COLOR] = color
    entry[RANK] = rank
    scored = plays and state.fireworks[color] == rank
    wins_token = not plays
    if scored:
        state.fireworks[color] += 1
        state.score += 1
        wins_token = state.fireworks[color] == world.ranks and state.information < world.information_tokens
    else:
        state.discards[color * world.ranks + rank] += 1
        state.lives -= plays
    state.information += wins_token
    entry[SCORED] = scored
    entry[TOKEN] = wins_token
    take_out(state, player, slot)


@rule
def take_out(state, player, slot):
    """Removes a card from a hand; younger cards move up."""
    last = state.held[player] - 1
    for place in range(slot, last):
        state.color[player, place] = state.color[player, place + 1]
        state.rank[player, place] = state.rank[player, place + 1]
        state.maybe_color[player, place] = state.maybe_color[player, place + 1]
        state.maybe_rank[player, place] = state.maybe_rank[player, place + 1]
        state.told[player, place] = state.told[player, place + 1]
    state.color[player, last] = NONE
    state.rank[player, last] = NONE
    state.maybe_color[player, last] = 0
    state.maybe_rank[player, last] = 0
    state.told[player, last] = 0
    state.held[player] = last


@rule
def hint(world, state, player, number):
    """Gives hint ``number``, counted as the actions are."""
    others = world.players - 1
    names_rank = number >= others * world.colors
    if names_rank:
        number -= others * world.colors
    values = world.ranks if names_rank else world.colors
    target, value = (player + 1 + number // values) % world.players, number % values
    state.information -= 1
    entry = state.past[0]
    entry[KIND] = HINT_RANK if names_rank else HINT_COLOR
    entry[TARGET] = target
    entry[VALUE] = value
    entry[TOUCHED] = 0
    for slot in range(state.held[target]):
        if names_rank:
            touched = state.rank[target, slot] == value
            state.maybe_rank[target, slot] &= (1 << value) if touched else 255 - (1 << value)
            state.told[target, slot] |= RANK_TOLD * touched
        else:
            touched = state.color[target, slot] == value
            state.maybe_color[target, slot] &= (1 << value) if touched else 255 - (1 << value)
            state.told[target, slot] |= COLOR_TOLD * touched
        entry[TOUCHED] |= touched << slot


@rule
def pass_on(world, state, player):
    """Says who goes on after ``player``, if anybody does."""
    complete = state.score == world.colors * world.ranks
    state.over = complete or state.lives == 0 or state.turns == 0
    state.to_move = (player + 1) % world.players
    if state.held[player] < world.hand_size and state.left > 0 and not state.over:
        state.to_move = CHANCE

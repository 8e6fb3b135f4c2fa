"""The only loop: games in lock-step, and the referee.

``jit.compiled_loop`` makes a copy of this file for every rules module and fills in the functions below, so each copy
compiles to one straight piece of machine code. ``lanes`` is described in ``lanes.py``.
Branches on ``ndim`` cost nothing: the compiler knows the answer and drops the other side.
"""

from typing import Any

import numpy as np

from agora.envs import rng
from agora.envs.api import CHANCE, EVERYONE
from agora.envs.arrays import copy, fill
from agora.envs.jit import entry, rule

# The rules of one environment; compiled_loop puts them here.
reset: Any = None
legal: Any = None
step: Any = None
observe: Any = None
chance: Any = None
resample: Any = None
has_chance: Any = None  # False: all that chance does is left out of the machine code

FORFEIT, RANDOM = 0, 1  # what an illegal action costs
FROZEN, NEXT_STEP, SAME_STEP = 0, 1, 2  # when a finished game is dealt anew
ACCEPTED, CLIPPED, ILLEGAL = 0, 1, 2  # what the referee says of one action


@rule
def put_outcome(taken, outcome):
    """Writes an outcome of chance where ``step`` looks for it."""
    if taken.ndim == 1:
        taken[0] = outcome
    else:
        taken[0, 0] = outcome


@rule
def settle(world, state, room):
    """Draws explicit chance until a player has to decide or the game is over."""
    if has_chance:
        while state.to_move == CHANCE and not state.over:
            chance(world, state, room.probabilities)
            put_outcome(room.taken, rng.draw(state, room.probabilities))
            step(world, state, room.taken, room.earned)


@rule
def take(given, actions, row):
    """Copies a row of ``actions`` into ``given``, (S,) or (S, K)."""
    if actions.ndim == 2:
        for slot in range(given.shape[0]):
            given[slot] = actions[row, slot]
    else:
        for slot in range(given.shape[0]):
            for index in range(given.shape[1]):
                given[slot, index] = actions[row, slot, index]


@rule
def judge(given, slot, player, mask, low, high, taken):
    """Copies an action from ``given`` into ``taken`` and says whether it was accepted."""
    if given.ndim == 1:
        action = given[slot]
        if action < 0 or action >= mask.shape[0] or not mask[action]:
            return ILLEGAL
        taken[player] = action
        return ACCEPTED
    verdict = ACCEPTED
    for index in range(given.shape[1]):
        number = given[slot, index]
        if np.isnan(number):
            return ILLEGAL
        if number < low or number > high:
            verdict = CLIPPED
        taken[player, index] = min(max(number, low), high)
    return verdict


@rule
def draw_action(stream, player, mask, low, high, taken):
    """Puts a uniformly drawn legal action for ``player`` into ``taken``."""
    if taken.ndim == 1:
        taken[player] = rng.draw_legal(stream, mask)
    else:
        for index in range(taken.shape[1]):
            taken[player, index] = low + (high - low) * rng.uniform(stream)


@rule
def decide(account, masks, room, settings, slot, player):
    """Fills in what ``player`` does; False when it forfeits."""
    mask, taken = masks.legal[slot], room.taken
    verdict = ACCEPTED
    drawn = account.random_seats[player]
    if not drawn:
        verdict = judge(room.given, slot, player, mask, settings.low, settings.high, taken)
    if verdict != ACCEPTED:
        account.flagged = True
        account.clipped[player] = verdict == CLIPPED
        account.illegal[player] = verdict == ILLEGAL
        drawn = verdict == ILLEGAL and settings.illegal == RANDOM
    if drawn:
        draw_action(account, player, mask, settings.low, settings.high, taken)
    return drawn or verdict != ILLEGAL


@rule
def forfeit(account, room, settings):
    """Ends a game: offenders fall to the worst return; in a zero-sum game the others share what they lose."""
    earned = room.earned
    lost, others = 0.0, 0
    for player in range(earned.shape[0]):
        if account.illegal[player]:
            earned[player] = settings.worst - account.returns[player]
            lost -= earned[player]
        else:
            others += 1
    if settings.zero_sum and others > 0:
        for player in range(earned.shape[0]):
            if not account.illegal[player]:
                earned[player] = lost / others


@rule
def play_turn(world, state, account, masks, room, settings):
    """One decision, by one player or by all at once."""
    state.steps += 1
    accepted = True
    for slot in range(masks.legal.shape[0]):
        player = slot if state.to_move == EVERYONE else int(state.to_move)
        accepted = decide(account, masks, room, settings, slot, player) and accepted
    if accepted:
        step(world, state, room.taken, room.earned)
    else:
        forfeit(account, room, settings)
        state.over = True


@rule
def book(account, pay, room, opening):
    """Credits what was earned: in an opening to what is due with the next step, else to this step."""
    for player in range(room.earned.shape[0]):
        earned = room.earned[player]
        account.returns[player] += earned
        if opening:
            account.carried[player] += earned
            account.due = account.due or earned != 0.0
        else:
            pay.rewards[player] += earned


@rule
def clear_step(account, pay):
    """Forgets what the step before left; an opening's rewards are due now."""
    if account.flagged:
        account.flagged = False
        fill(account.illegal, False)
        fill(account.clipped, False)
    if account.due:
        account.due = False
        copy(pay.rewards, account.carried)
        fill(account.carried, 0.0)
    else:
        fill(pay.rewards, 0.0)


@rule
def clear_episode(lanes, lane, state, account):
    """Clears a lane for a new deal; only the generator goes on."""
    stream = state.rng
    lanes.states[lane] = lanes.blank_state[0]
    state.rng = stream
    account.ended = False
    fill(account.returns, 0.0)
    if account.due:
        account.due = False
        fill(account.carried, 0.0)


@rule
def write_masks(world, state, masks, ended):
    """Writes the mask of whoever decides next; after the end there is nothing to choose."""
    for slot in range(masks.legal.shape[0]):
        player = slot if state.to_move == EVERYONE else int(state.to_move)
        mask = masks.legal[slot]
        fill(mask, False)
        if mask.shape[0] > 0 and not ended:
            legal(world, state, player, mask)


@rule
def write_observation(world, state, lanes, lane, slot, player):
    """Writes what ``player`` may know."""
    lanes.observation[lane, slot] = lanes.blank_observation[0]
    observe(world, state, player, lanes.observation[lane, slot])


@rule
def finish(lanes, lane, account):
    """Keeps what an episode ended with, since the next deal overwrites it."""
    account.ended = True
    copy(account.final_returns, account.returns)
    lanes.final_states[lane] = lanes.states[lane]


@rule
def play_lane(world, lanes, lane, state, account, masks, pay, room, settings, dealing):
    """One call of ``Batch.step`` for one lane; ``dealing`` starts an episode instead.

    The loop goes on through the end of an episode and through seats that are played at random, until a seat of ours
    decides or the lane stands still. An episode that ends before a seat of ours has decided is dealt again.
    """
    clear_step(account, pay)
    if account.ended and not dealing:
        dealing = settings.autoreset == NEXT_STEP
        if not dealing:
            return
    opening, terminated, truncated = dealing, False, False
    while True:
        fill(room.earned, 0.0)
        if dealing:
            dealing = False
            clear_episode(lanes, lane, state, account)
            reset(world, state)
        else:
            play_turn(world, state, account, masks, room, settings)
        settle(world, state, room)
        book(account, pay, room, opening)
        cut = not state.over and state.steps >= settings.max_steps
        if state.over or cut:
            if not opening:
                terminated, truncated = state.over, cut
                finish(lanes, lane, account)
                if settings.autoreset != SAME_STEP:
                    break
            opening = dealing = True
        elif state.to_move == EVERYONE or not account.random_seats[state.to_move]:
            break
        else:
            write_masks(world, state, masks, False)
    account.terminated, account.truncated = terminated, truncated
    write_masks(world, state, masks, account.ended)


@entry
def play(world, lanes, chosen, actions, part, start, stop, dealing):
    """Plays ``actions[row]`` in lane ``chosen[row]`` for the rows from ``start`` to ``stop``, or deals there.

    Threads work on different ``part``s, each of which has its own room to work in.
    """
    settings, room = lanes.settings[0], lanes.rooms[part]
    for row in range(start, stop):
        lane = chosen[row]
        account = lanes.accounts[lane]
        if not dealing:
            take(room.given, actions, row)
        state, masks, pay = lanes.states[lane], lanes.masks[lane], lanes.payments[lane]
        play_lane(world, lanes, lane, state, account, masks, pay, room, settings, dealing)
        for slot in range(lanes.observation.shape[1]):
            player = slot if state.to_move < 0 else int(state.to_move)
            write_observation(world, state, lanes, lane, slot, player)


@entry
def observe_many(world, states, chosen, players, out, rows):
    """What ``players[i]`` knows of ``states[chosen[i]]``, into ``out[rows[i]]``, which arrives as zeros."""
    for index in range(chosen.shape[0]):
        observe(world, states[chosen[index]], players[index], out[rows[index]])


@entry
def sample(lanes, actions, _part, start, stop):
    """Draws a legal action for whoever decides in each lane into its row of ``actions``, (S,) or (S, K)."""
    settings = lanes.settings[0]
    for lane in range(start, stop):
        account, masks = lanes.accounts[lane], lanes.masks[lane]
        if account.ended:
            continue
        for slot in range(masks.legal.shape[0]):
            draw_action(account, slot, masks.legal[slot], settings.low, settings.high, actions[lane])


@entry
def pick(numbers, columns, out):
    """Writes the number in column ``columns[row]`` of each row into ``out`` (B,)."""
    for row in range(columns.shape[0]):
        out[row] = numbers[row, columns[row]]


@entry
def hand_over(lanes, seats, earned):
    """Writes the reward of ``seats[lane]`` into ``earned[lane]``, then who decides next into ``seats[lane]``."""
    for lane in range(seats.shape[0]):
        earned[lane] = lanes.payments[lane].rewards[seats[lane]]
        seats[lane] = lanes.states[lane].to_move


@entry
def seed_streams(streams, seeds):
    """Sets ``streams[i].rng`` to what stands for ``seeds[i]`` (uint64)."""
    for index in range(seeds.shape[0]):
        streams[index].rng = rng.seeded(seeds[index])


# One state at a time, for trees, search, text and drawing. ``state`` is a record, passed by reference.


@entry
def reset_one(world, state):
    reset(world, state)


@entry
def legal_one(world, state, player, out):
    legal(world, state, player, out)


@entry
def step_one(world, state, actions, rewards):
    if state.to_move != CHANCE:
        state.steps += 1
    step(world, state, actions, rewards)


@entry
def draw_outcome(world, state, probabilities):
    chance(world, state, probabilities)
    return rng.draw(state, probabilities)


@entry
def observe_one(world, state, player, out):
    observe(world, state, player, out)


@entry
def chance_one(world, state, out):
    chance(world, state, out)


@entry
def resample_one(world, state, player):
    resample(world, state, player)

"""What others meant in Hanabi: how likely their last actions are, by their policy, if the own hand were this or that.

Hints say more than their words once players follow a convention. A guess of the own hand is judged by playing again
what has happened since the own last decision, with that hand, and asking the policy of everybody else at their turn.
"""

from collections.abc import Callable

import numpy as np

from agora.envs.api import CHANCE
from agora.envs.game import Game
from agora.envs.games.hanabi.constants import COLOR, DISCARD, HINT_COLOR, KIND, PLAY, RANK, SLOT, TARGET, VALUE, WHO

Policy = Callable[[np.ndarray, np.ndarray], np.ndarray]


def likelihood(game: Game, policy: Policy, before: np.record, action: int, guesses: np.recarray) -> np.ndarray:
    """How likely the actions of the others since ``before`` are for each guess of the present, (N,).

    Args:
        policy: what the others follow, (L, O) and (L, A) to probabilities (L, A).
        before: the state of the own last decision; the own hand in it need not be the true one.
        action: what was decided there.
        guesses: (N,) states of the own present decision, which differ in the own hand.
    """
    world, player, now = game.world, int(before.to_move), guesses[0]
    states = [game.clone(before) for _ in guesses]
    for state, guess in zip(states, guesses, strict=True):
        _put_hand_back(world, state, guess, player, action)
        _advance(game, state, action, guess)
    chances = np.ones(len(guesses))
    for row in reversed(range(world.players - 1)):
        move = _action(world, now.past[row])
        mover = int(states[0].to_move)
        observation = np.stack([game.observe(state, mover) for state in states])
        legal = np.stack([game.legal(state) for state in states])
        chances *= np.where(legal[:, move], policy(observation, legal)[:, move], 0.0)
        for state, guess, possible in zip(states, guesses, legal[:, move], strict=True):
            _advance(game, state, move if possible else int(np.flatnonzero(game.legal(state))[0]), guess)
    return chances


def _put_hand_back(world, state: np.record, guess: np.record, player: int, action: int) -> None:
    """Gives ``player`` the hand that it had before ``action`` if its hand is that of ``guess`` now."""
    held = int(state.held[player])
    color, rank = guess.color[player, :held], guess.rank[player, :held]
    if action < 2 * world.hand_size:
        slot, kind = action % world.hand_size, _used_card(world, state, guess)
        color = np.insert(color[: held - 1], slot, kind // world.ranks)
        rank = np.insert(rank[: held - 1], slot, kind % world.ranks)
    state.color[player, :held] = color
    state.rank[player, :held] = rank


def _used_card(world, before: np.record, now: np.record) -> int:
    """The card that the observer has played or discarded since ``before``: what no other has, of what is on the table
    now and was not then."""
    new = _on_table(world, now) - _on_table(world, before)
    for entry in now.past:
        if entry[KIND] in (PLAY, DISCARD):
            new[entry[COLOR] * world.ranks + entry[RANK]] -= 1
    return int(new.argmax())


def _on_table(world, state: np.record) -> np.ndarray:
    """Copies of each kind of card that are played or discarded, (K,)."""
    played = np.arange(world.ranks) < state.fireworks[:, None]
    return state.discards.astype(np.int64) + played.ravel()


def _action(world, entry: np.ndarray) -> int:
    """The number of the action that ``entry`` of ``past`` tells of."""
    who, kind, target = int(entry[WHO]), int(entry[KIND]), int(entry[TARGET])
    if kind in (PLAY, DISCARD):
        return int(entry[SLOT]) + world.hand_size * (kind == PLAY)
    base, others, other = 2 * world.hand_size, world.players - 1, (target - who - 1) % world.players
    if kind == HINT_COLOR:
        return base + other * world.colors + int(entry[VALUE])
    return base + others * world.colors + other * world.ranks + int(entry[VALUE])


def _advance(game: Game, state: np.record, action: int, guess: np.record) -> None:
    """Plays ``action`` and, where a card is drawn, the one that stands last in that hand of ``guess``."""
    player = int(state.to_move)
    game.step(state, action)
    if state.to_move == CHANCE:
        last = int(guess.held[player]) - 1
        game.step(state, int(guess.color[player, last]) * game.world.ranks + int(guess.rank[player, last]))

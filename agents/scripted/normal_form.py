"""Scripted agents for ``agora/NormalForm-v0``: each reads the table of payoffs that it observes."""

from collections.abc import Callable

import numpy as np

from agora.agents.api import Agent, SampledAgent, from_function
from agora.envs import game
from agora.envs.api import Spec
from agora.envs.games.normal_form.reference import securing
from agora.envs.games.normal_form.rules import World, reachable


def tit_for_tat(spec: Spec) -> Agent:
    """Does what the next player did in the round before, at first the first action: cooperates, then answers in kind.

    A. Rapoport's entry in R. Axelrod's tournaments. In place of an action that it does not have it takes its first.
    """

    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        last = np.asarray(spec.pieces(observation)["history"][:, 0, 1].argmax(axis=-1))
        return np.where(legal[np.arange(len(legal)), last], last, 0)

    return from_function(act)


def best_reply(spec: Spec) -> Agent:
    """Assumes that the others do again what they did in the round before, at first that they draw uniformly.

    A. Cournot's dynamics, 1838. Of equally good actions it takes the lowest.
    """
    world = _world(spec)

    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        latest = spec.pieces(observation)["history"][:, 0]
        # Weights need not sum to 1 to compare actions, and actions that somebody does not have add payoffs of 0.
        belief = np.where(latest.any(axis=-1, keepdims=True), latest, 1.0)
        values = _tables(world, spec, observation)[..., 0]
        for place in range(spec.players - 1, 0, -1):
            values = np.einsum("l...a,la->l...", values, belief[:, place])
        return np.where(legal, values, -np.inf).argmax(axis=1)

    return from_function(act)


def maximin(spec: Spec) -> Agent:
    """Takes the action whose worst payoff is the best: what it gets it can count on."""
    world = _world(spec)
    digits = np.indices((world.most,) * spec.players).reshape(spec.players, -1)
    # (P, A ** P), by the seat from which combinations are counted
    possible = np.array([(digits < np.roll(world.actions, -seat)[:, None]).all(axis=0) for seat in range(spec.players)])

    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        own = spec.pieces(observation)["payoffs"][..., 0]
        worst = np.where(possible[_seat(spec, observation)], own, np.inf).reshape(*legal.shape, -1).min(axis=2)
        return np.where(legal, worst, -np.inf).argmax(axis=1)

    return from_function(act)


def equilibrium(spec: Spec) -> Agent:
    """Draws from an equilibrium of one round, in every round.

    With two actions for each of two players: the pure equilibrium with the largest sum of payoffs, else the mixed one.
    In larger zero-sum games of two players: a strategy that secures the value of the game.

    Raises:
        ValueError: the game is another one.
    """
    world = _world(spec)
    if world.players == 2 and world.most == 2 and (world.actions == 2).all():
        return SampledAgent(lambda observation, legal: _two_by_two(world, spec, observation))
    if spec.payoff != "zero-sum" or spec.players != 2:
        raise ValueError("scripted/equilibrium plays zero-sum games of two players, and two players with two actions.")
    matrix = reachable(world)[:, 0].reshape(world.actions)
    strategies = np.zeros((2, world.most))
    for seat, payoffs in enumerate((matrix, -matrix.T)):
        strategies[seat, : len(payoffs)], _ = securing(payoffs)
    return SampledAgent(lambda observation, legal: strategies[_seat(spec, observation)])


def _world(spec: Spec) -> World:
    return game(spec.id, **spec.options).world


def _seat(spec: Spec, observation: np.ndarray) -> np.ndarray:
    """(L,) int64"""
    return np.asarray(spec.pieces(observation)["seat"].argmax(axis=-1))


def _tables(world: World, spec: Spec, observation: np.ndarray) -> np.ndarray:
    """The payoffs (L, A, ..., A, P) float64, own action and own payoff first."""
    shape = (len(observation), *(world.most,) * world.players, world.players)
    return spec.pieces(observation)["payoffs"].astype(np.float64).reshape(shape)


def _two_by_two(world: World, spec: Spec, observation: np.ndarray) -> np.ndarray:
    """The probabilities (L, 2) of the own actions; both players settle on the same equilibrium."""
    own, seat = _tables(world, spec, observation), _seat(spec, observation)
    turned = own.transpose(0, 2, 1, 3)[..., ::-1]  # as the second player sees it, put in the order of the seats
    table = np.where(seat[:, None, None, None] == 1, turned, own)
    row, column = table[..., 0], table[..., 1]
    stable = (row >= row[:, ::-1]) & (column >= column[:, :, ::-1])
    best = np.where(stable, row + column, -np.inf).reshape(-1, 4).argmax(axis=1)
    pure = np.stack([best // 2, best % 2], axis=1)[np.arange(len(seat)), seat]
    # A player mixes so that the other is indifferent between its two actions.
    mixed = np.where(seat == 0, _indifference(column), _indifference(row.transpose(0, 2, 1)))
    second = np.where(stable.any(axis=(1, 2)), pure, 1 - mixed)
    return np.stack([1 - second, second], axis=1)


def _indifference(payoff: np.ndarray) -> np.ndarray:
    """How often the mixer (axis 1) takes its first action, for the other (axis 2) to get the same from both; (L,)."""
    gain = payoff[:, :, 0] - payoff[:, :, 1]  # of the other's first action over its second, by the mixer's action
    spread = gain[:, 1] - gain[:, 0]
    return np.divide(gain[:, 1], spread, out=np.zeros(len(gain)), where=spread != 0)


AGENTS: dict[str, Callable[[Spec], Agent]] = {
    "tit_for_tat": tit_for_tat,
    "best_reply": best_reply,
    "maximin": maximin,
    "equilibrium": equilibrium,
}

"""Decision-time planning by update equivalence: one step of mirror descent from a blueprint, wherever one decides.

The value of every action is estimated by playing on with the blueprint, from states that the player cannot tell from
the true one, and the blueprint is tilted towards the better: ``policy(a)`` becomes proportional to
``policy(a) * exp(STEP_SIZE * value(a))``. Everybody who does so plays as if the whole policy had been updated once.

Source: S. Sokota, G. Farina, D. J. Wu, H. Hu, K. A. Wang, J. Z. Kolter, N. Brown, "The update-equivalence framework for
decision-time planning", ICLR 2024: mirror descent search, for games of common payoff such as Hanabi. Two things differ:
values are what is certain of a gain over the blueprint (see ``CAUTION``), so that small budgets do no harm, and states
come from ``Game.resample``, which knows the rules and not what others mean; in Hanabi they are then chosen by how well
they explain what the others did last (``hanabi_belief.py``).
"""

import time
from typing import TYPE_CHECKING, Any

import numpy as np

import agora.envs
from agora.agents.api import Needs, PolicyAgent, draw_rows, load
from agora.agents.search.hanabi_belief import likelihood
from agora.agents.search.room import kernel
from agora.envs.api import Discrete, Spec

if TYPE_CHECKING:
    from agora.agents.search.agents import Budget

BLUEPRINT = "scripted/conventional"
STEP_SIZE = 10.0  # of mirror descent, per unit of reward
EXPLORATION = 0.05
CAUTION = 2.0  # standard errors
TRIED = 4  # guesses drawn by the rules for each that is kept for what others meant
DOUBT = 0.02  # added to how likely it is that others do what they did, since they plan as well
ROUND = 8  # guesses of what is hidden between two looks at the clock


class UpdateEquivalence:
    """Improves ``blueprint`` at every decision; a simulation is one game played on.

    Raises:
        ValueError: the game has simultaneous moves or continuous actions, or the blueprint has no ``policy``.
    """

    needs: Needs = "states"

    def __init__(self, spec: Spec, budget: "Budget", blueprint: str = BLUEPRINT):
        if spec.turns != "sequential" or not isinstance(spec.action, Discrete):
            raise ValueError(f"{spec.id} is not planned for here: players must take turns and choose among actions.")
        agent = load(blueprint, spec)
        if not isinstance(agent, PolicyAgent):
            raise ValueError(f"{blueprint!r} cannot be a blueprint: it does not say how likely its actions are.")
        self.blueprint = agent
        self._game = agora.envs.game(spec.id, **spec.options)
        self._kernel = kernel("rollout", self._game)
        self._room = self._kernel.Room(
            actions=np.zeros(spec.players, np.int64),
            rewards=np.zeros(spec.players),
            probabilities=np.zeros(spec.chance_outcomes),
        )
        self._actions = spec.action.n
        self._blank = np.zeros(1, spec.observation_record).view(np.recarray)
        self._budget = budget
        self._generator = np.random.default_rng(0)
        self._meaningful = spec.id == "agora/Hanabi-v0"
        self._last: dict[tuple[int, int], tuple[np.record, int]] = {}  # by lane and seat: state and action

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        for lane in lanes.tolist():
            for seat in range(spec.players):
                self._last.pop((lane, seat), None)

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        actions = draw_rows(self.improved(observation, legal, lanes, states), self._generator)
        for lane, state, action in zip(lanes.tolist(), states, actions.tolist(), strict=True):
            if self._meaningful:
                self._last[lane, int(state.to_move)] = self._game.clone(state), action
        return actions

    def improved(
        self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: np.recarray
    ) -> np.ndarray:
        """The blueprint's probabilities after one step of mirror descent, (L, A)."""
        blueprint = self.blueprint.policy(observation, legal)
        prior = (1 - EXPLORATION) * blueprint + EXPLORATION * legal / legal.sum(axis=1, keepdims=True)
        for row in np.flatnonzero(legal.sum(axis=1) > 1):  # elsewhere there is nothing to think about
            actions, last = np.flatnonzero(legal[row]), self._decision_before(int(lanes[row]), states[row])
            tilt = STEP_SIZE * self.advantages(
                states[row : row + 1].view(np.recarray), actions, blueprint[row, actions], last
            )
            prior[row, actions] *= np.exp(tilt - tilt.max())
        return prior / prior.sum(axis=1, keepdims=True)

    def _decision_before(self, lane: int, state: np.record) -> tuple[np.record, int] | None:
        """The mover's last decision in this lane, if it was asked one round ago."""
        last = self._last.get((lane, int(state.to_move)))
        return last if last and state.steps - last[0].steps == self._game.spec.players else None

    def advantages(
        self, state: np.recarray, actions: np.ndarray, blueprint: np.ndarray, last: tuple[np.record, int] | None = None
    ) -> np.ndarray:
        """How much better each of ``actions`` (k,) is than what the blueprint does, with probabilities ``blueprint``
        (k,), for the mover of ``state`` (1,) if all go on by the blueprint: (k,), the unit that of rewards.

        ``last`` is the player's last decision in this game: the state and the action. Every action is tried on the
        same guesses of what is hidden and of the luck to come, and ``CAUTION`` standard errors are taken off what is
        found, lest chance findings mislead.
        """
        returns = np.concatenate(
            [self._play_on(state, actions, guesses, last) for guesses in self._rounds(len(actions))]
        )
        gains = returns - (returns @ blueprint)[:, None]
        return gains.mean(axis=0) - CAUTION * gains.std(axis=0, ddof=1) / np.sqrt(len(gains))

    def _rounds(self, actions: int):
        """Yields numbers of guesses, until the budget is used up; at least two are."""
        if self._budget.seconds is None:
            yield max(2, self._budget.room // actions)
            return
        stop = time.perf_counter() + self._budget.seconds
        yield ROUND
        while time.perf_counter() < stop:
            yield ROUND

    def _play_on(self, state: np.recarray, actions: np.ndarray, guesses: int, last: Any) -> np.ndarray:
        """The mover's returns (guesses, k) in games that begin with each of ``actions`` (k,)."""
        player, count = int(state.to_move[0]), guesses * len(actions)
        states = np.repeat(self._guess(state, guesses, last), len(actions)).view(np.recarray)
        returns = np.zeros((count, len(self._room.rewards)))
        playing, chosen = np.arange(count), np.tile(actions, guesses)
        while len(playing):
            self._kernel.play(self._game.world, states, playing, chosen, self._room, returns)
            playing = playing[~states.over[playing] & (states.steps[playing] < self._game.spec.max_steps)]
            chosen = self._blueprint_moves(states, playing)
        return returns[:, player].reshape(guesses, len(actions))

    def _guess(self, state: np.recarray, guesses: int, last: tuple[np.record, int] | None) -> np.recarray:
        """States (guesses,) that the mover of ``state`` (1,) cannot tell from it, each with its own luck to come."""
        player, drawn = int(state.to_move[0]), guesses * (1 if last is None else TRIED)
        states = np.repeat(state, drawn).view(np.recarray)
        seeds = self._generator.integers(2**63, size=drawn, dtype=np.uint64)
        self._kernel.guess(self._game.world, states, seeds, player)
        if last is None:
            return states
        chances = likelihood(self._game, self.blueprint.policy, *last, states) + DOUBT
        return states[self._generator.choice(drawn, guesses, p=chances / chances.sum())].view(np.recarray)

    def _blueprint_moves(self, states: np.recarray, playing: np.ndarray) -> np.ndarray:
        spec = self._game.spec
        views = np.zeros(len(playing), spec.observation_record).view(np.recarray)
        masks = np.zeros((len(playing), self._actions), np.bool_)
        self._kernel.look(self._game.world, states, playing, self._blank, views, masks)
        observation = views.view(spec.observation_dtype).view(np.ndarray).reshape(len(playing), spec.observation_size)
        return draw_rows(self.blueprint.policy(observation, masks), self._generator)

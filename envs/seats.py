"""Who sits where: asking agents for actions, and a batch in which one seat of every game is the caller's."""

import hashlib
import importlib
from typing import Any, Literal

import numpy as np

from agora.envs.api import Spec
from agora.envs.batch import Autoreset, Batch, Illegal
from agora.envs.game import Game

Seat = int | Literal["alternate", "random"]

agent_loader = "agora.agents.api:load"
"""Where ``opponent`` names are turned into agents; an import string, since environments do not know agents."""

_TRIES = 1000  # openings that end before our seat decides, before we give up


def load_opponent(opponent: Any, spec: Spec) -> Any:
    """The agent that ``opponent`` stands for, see ``agora.agents.api.load``."""
    module, function = agent_loader.split(":")
    return getattr(importlib.import_module(module), function)(opponent, spec)


def memory_keys(spec: Spec, lanes: np.ndarray, player: Any) -> np.ndarray:
    """The lanes as an agent knows them, (L,): apart for every seat, so that one agent can play several."""
    return lanes * spec.players + player


def ask(agent: Any, batch: Batch, lanes: np.ndarray, player: int) -> np.ndarray:
    """The actions of ``agent`` for ``player`` in ``lanes`` (L,), where that player decides next.

    Raises:
        ValueError: the answer has not a row for every lane.
    """
    spec = batch.spec
    rows: Any = lanes if spec.turns == "sequential" else (lanes, player)
    keys = memory_keys(spec, lanes, player)
    if agent.needs == "observation":
        actions = agent.act(batch.observation[rows], batch.legal[rows], keys)
    else:
        states = visible_states(agent, batch, lanes, player)
        actions = agent.act(batch.observation[rows], batch.legal[rows], keys, states)
    actions = np.asarray(actions)
    shape = (len(lanes), *getattr(spec.action, "shape", ()))
    if actions.shape != shape:
        raise ValueError(f"act() returned shape {actions.shape} for {spec.id}; expected {shape}, a row for each lane.")
    return actions


def visible_states(agent: Any, batch: Batch, lanes: np.ndarray, player: int) -> np.recarray:
    """Copies of the games (L,): the true ones for an oracle, else with other luck to come and resampled where
    information is imperfect. ``to_move`` is the player who is asked, also where all choose at once."""
    states = batch.states[lanes].view(np.recarray)
    for state in states if agent.needs != "truth" else ():
        # A digest, because whoever could tell the true generator from this one would know the cards to come.
        digest = hashlib.blake2b(state.rng.tobytes(), digest_size=8).digest()
        state.rng = int.from_bytes(digest, "little")
        if batch.spec.information == "imperfect":
            batch.game.resample(state, player)
    states.to_move = player  # last: resampling is a matter of the rules, which know who really moves
    return states


class SeatedBatch:
    """B games in each of which one seat is the caller's, and the others are played by ``opponent``.

    Args:
        game: the environment.
        num_envs: B.
        seed: as in ``Batch``.
        opponent: anything ``agora.agents.api.load`` takes. ``"random"`` is played within the compiled loop. With
            ``"self"`` the caller decides for whoever is to move, where players take turns.
        seat: the caller's seat; ``"alternate"`` takes the next one in every episode of a lane, starting from the
            lane's number modulo P; ``"random"`` draws it for every episode.
        illegal: as in ``Batch``.
        deal_at_once: start the next episode in the step that ends one, where the loop can do so by itself: nobody but
            the caller and the loop plays, and the caller's seat is fixed. ``deals_at_once`` tells whether it does.

    Otherwise finished games stand still until ``restart``. An episode that ends before the caller's seat decides is
    dealt again.
    """

    def __init__(
        self,
        game: Game,
        num_envs: int,
        seed: int | np.ndarray | None = None,
        *,
        opponent: Any = "random",
        seat: Seat = 0,
        illegal: Illegal = "forfeit",
        deal_at_once: bool = False,
    ):
        players = game.spec.players
        if not (seat in ("alternate", "random") or (isinstance(seat, int) and 0 <= seat < players)):
            raise ValueError(f"seat={seat!r} is not allowed: give 0 to {players - 1}, 'alternate' or 'random'.")
        self.spec, self.seat_rule = game.spec, seat
        self._random = isinstance(opponent, str) and opponent == "random" and players > 1
        self._self_play = isinstance(opponent, str) and opponent == "self" and players > 1
        if self._self_play and game.spec.turns == "simultaneous":
            raise ValueError(f"opponent='self' needs turns; in {game.spec.id} all move at once: use agora.envs.batch.")
        self.opponent: Any = None
        if players > 1 and not (self._random or self._self_play):
            self.opponent = load_opponent(opponent, game.spec)
        self.seats = np.full(num_envs, seat if isinstance(seat, int) else 0)
        """(B,) the caller's seat in each game."""
        self._all = np.arange(num_envs)
        self._earned = np.zeros(num_envs)  # by the caller's seats since they last decided
        self._episodes = np.zeros(num_envs, np.int64)
        self._generator = np.random.default_rng()
        self.alone = self.opponent is None and not self._self_play and (players == 1 or game.spec.turns == "sequential")
        """Nobody but the caller and the loop plays, so ``batch.step`` does all that ``step`` does."""
        self.deals_at_once = deal_at_once and self.opponent is None and isinstance(seat, int)
        autoreset: Autoreset = "same_step" if self.deals_at_once else "disabled"
        self.batch = Batch(game, num_envs, autoreset=autoreset, illegal=illegal)
        self._give_others_away(self._all)
        if seed is not None:
            self.restart(seed=seed)

    def restart(self, lanes: np.ndarray | None = None, seed: int | np.ndarray | None = None) -> None:
        """Starts new episodes in ``lanes``, all of them if None; see ``Batch.reset`` for ``seed``."""
        chosen = self._all if lanes is None else lanes
        if seed is not None:
            self._generator = np.random.default_rng(np.atleast_1d(seed).astype(np.uint64))
            self._episodes[chosen] = 0
        self._assign_seats(chosen)
        self.batch.reset(seed, chosen)
        if self._self_play:
            self.seats[chosen] = self.batch.to_move[chosen]
        if self.opponent is None:
            return
        self._start_opponent(chosen)
        for _ in range(_TRIES):
            self._earned[chosen] = 0.0
            self._play_opponent(chosen)
            chosen = chosen[self.batch.ended[chosen]]
            if not len(chosen):
                return
            self.batch.reset(None, chosen)
            self._start_opponent(chosen)
        raise RuntimeError(f"The opponent ended {_TRIES} openings of {self.spec.id} in a row; choose another one.")

    def _assign_seats(self, lanes: np.ndarray) -> None:
        players = self.spec.players
        if self.seat_rule == "alternate":
            self.seats[lanes] = (lanes + self._episodes[lanes]) % players
        elif self.seat_rule == "random":
            self.seats[lanes] = self._generator.integers(players, size=len(lanes))
        else:
            return
        self._episodes[lanes] += 1
        self._give_others_away(lanes)

    def _give_others_away(self, lanes: np.ndarray) -> None:
        """With a random opponent, the loop itself plays all seats but the caller's."""
        if self._random:
            self.batch.play_at_random(lanes, np.arange(self.spec.players) != self.seats[lanes, None])

    def _start_opponent(self, lanes: np.ndarray) -> None:
        seed = int(self._generator.integers(1 << 62))
        for player in range(self.spec.players):
            theirs = lanes[self.seats[lanes] != player]
            if len(theirs):
                self.opponent.reset(self.spec, memory_keys(self.spec, theirs, player), seed + player)

    def _play_opponent(self, lanes: np.ndarray) -> None:
        """Plays the other seats of ``lanes`` until the caller's seat decides, where players take turns."""
        batch = self.batch
        while batch.spec.turns == "sequential":
            movers = batch.to_move[lanes]
            waiting = (movers != self.seats[lanes]) & ~batch.ended[lanes]
            if not waiting.any():
                return
            lanes, movers = lanes[waiting], movers[waiting]
            actions = np.zeros((len(lanes), *getattr(self.spec.action, "shape", ())), self.spec.action_dtype)
            for player in np.unique(movers):
                theirs = movers == player
                actions[theirs] = ask(self.opponent, batch, lanes[theirs], int(player))
            batch.step(actions, lanes)
            self._earned[lanes] += batch.rewards[lanes, self.seats[lanes]]

    def step(self, actions: np.ndarray, lanes: np.ndarray | None = None) -> np.ndarray:
        """Plays ``actions`` (L,) or (L, K) of the caller's seats, and the others until the caller decides again.

        Returns:
            The rewards (L,) float64 of the caller's seats; ``batch`` has everything else.
        """
        batch = self.batch
        chosen = self._all if lanes is None else lanes
        if self.spec.turns == "simultaneous":
            actions = self._with_opponents(np.asarray(actions), chosen)
        batch.step(actions, chosen)
        if self._self_play:
            return self._hand_over(chosen)
        if self.opponent is None:
            return batch.rewards_of(self.seats) if lanes is None else batch.rewards[chosen, self.seats[chosen]]
        self._earned[chosen] += batch.rewards[chosen, self.seats[chosen]]
        self._play_opponent(chosen)
        earned = self._earned[chosen]
        self._earned[chosen] = 0.0
        return earned

    def _hand_over(self, lanes: np.ndarray) -> np.ndarray:
        """In self-play: the rewards (L,) of those who moved; the seats become those of who decides next."""
        self._acted = self.seats.copy()
        earned = self.batch.hand_over(self.seats)
        if not self.deals_at_once:
            self.seats[self.batch.ended] = self._acted[self.batch.ended]
        return earned if lanes is self._all else earned[lanes]

    def _with_opponents(self, actions: np.ndarray, lanes: np.ndarray) -> np.ndarray:
        """Actions of all seats, (L, P) or (L, P, K), where all choose at once."""
        players = self.spec.players
        shape = getattr(self.spec.action, "shape", ())
        everyone = np.zeros((len(lanes), players, *shape), self.spec.action_dtype)
        everyone[np.arange(len(lanes)), self.seats[lanes]] = actions.reshape(len(lanes), *shape)
        if self.opponent is not None:
            for player in range(players):
                theirs = (self.seats[lanes] != player) & ~self.batch.ended[lanes]
                if theirs.any():
                    everyone[theirs, player] = ask(self.opponent, self.batch, lanes[theirs], player)
        return everyone

    def final_observation(self, ended: np.ndarray) -> np.ndarray:
        """(B, O), zeros but in the rows ``ended`` (B,) bool: what the seats that acted there knew at the end."""
        seats, lanes = self._acted if self._self_play else self.seats, np.flatnonzero(ended)
        return self.batch.observe_final(seats[lanes], lanes)

    @property
    def observation(self) -> np.ndarray:
        """(B, O) a copy, of the caller's seats; of the end where a game has ended."""
        batch = self.batch
        if batch.observation.ndim == 3:
            current = batch.observation[self._all, self.seats]
        else:
            current = batch.observation.copy()
        if not self.deals_at_once and batch.ended.any():
            ended = np.flatnonzero(batch.ended)
            current[ended] = batch.observe(self.seats[ended], ended)
        return current

    @property
    def legal(self) -> np.ndarray:
        """(B, A) a copy, of the caller's seats."""
        if self.batch.legal.ndim == 3:
            return self.batch.legal[self._all, self.seats]
        return self.batch.legal.copy()

"""Opponents in self-play: who plays the other seats of a game that the learner plays in one seat.

A pool holds *members*: scripted agents by name, and snapshots of the learner that were frozen on the way. For every
game it draws one of them, or the learner itself, by the weights of the settings' table [self_play]:

- ``latest``: the learner itself plays, and learns from, all seats;
- ``uniform``: any snapshot, all equally likely;
- ``prioritised``: a snapshot, likelier the more it wins against the learner (prioritised fictitious self-play, PFSP:
  O. Vinyals et al., "Grandmaster level in StarCraft II using multi-agent reinforcement learning", Nature 575, 2019);
- ``scripted``: a named agent, each with a weight of its own.

While there is no snapshot, the learner itself stands in for one. Ratings are Elo's, kept up to date game by game.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

import numpy as np

from agora.agents.api import Agent, Needs, load
from agora.agents.learned.settings import SelfPlay
from agora.agents.population.moves import moves, shows_policy
from agora.envs.api import Spec
from agora.envs.seats import memory_keys

LATEST: Final = -1
"""The member number that stands for the learner itself."""

POWER: Final = 2.0
"""p of PFSP's weight (1 - x)^p, x the share of wins against a member; 2 as in AlphaStar."""

DECAY: Final = 0.99
"""What a game counts when the next one against the same member is over: the last 100 or so are what matters."""

ELO_STEP: Final = 16.0
"""K: by how many points a rating moves for a win that was not expected at all."""

ELO_SCALE: Final = 400.0
"""Difference of ratings at which the stronger one is expected to win 10 times as often as the weaker one."""

Curve = Literal["hard", "variance"]


def prioritised(win_rate: np.ndarray, curve: Curve = "hard", power: float = POWER) -> np.ndarray:
    """The probability (N,) of each of N opponents under PFSP; uniform where all weights are 0.

    Args:
        win_rate: (N,), the learner's share of wins against each, 0 to 1.
        curve: ``hard`` weighs (1 - x)^power, so that who is never beaten comes up most; ``variance`` x (1 - x), so that
            equals do.

    Source: Vinyals et al. 2019, section "Prioritized fictitious self-play" of the methods.
    """
    weights = (1 - win_rate) ** power if curve == "hard" else win_rate * (1 - win_rate)
    total = weights.sum()
    return weights / total if total > 0 else np.full(len(weights), 1 / len(weights))


def expected_score(rating: float, other: float) -> float:
    """What Elo expects: the probability of a win of ``rating`` against ``other``, a draw counted as half of one."""
    return 1 / (1 + 10 ** ((other - rating) / ELO_SCALE))


@dataclass
class Record:
    """Games against one opponent, the latest of which count most."""

    wins: float = 0.0
    games: float = 0.0

    @property
    def win_rate(self) -> float:
        """The learner's share of wins, 0 to 1; two draws are counted in, so that nobody is judged by one game."""
        return (self.wins + 1) / (self.games + 2)

    def add(self, scores: np.ndarray) -> None:
        """Games that ended together (L,): 1 won, 0 lost. All of them make those before count ``DECAY**L``."""
        fading = DECAY ** len(scores)
        self.wins, self.games = fading * self.wins + float(scores.sum()), fading * self.games + len(scores)


@dataclass
class Member:
    """Who may play the other seats."""

    number: int
    agent: Agent
    stored: Any
    """What the agent can be made of again: a name, or what the pool's ``build`` takes."""
    scripted: bool
    record: Record
    rating: float


Weigh = Callable[[Sequence[Member]], dict[int, float]]
"""Weights, 0 or more and not all 0, by member number, of the members that may be drawn; also LATEST's."""


def mixed(rules: SelfPlay, members: Sequence[Member]) -> dict[int, float]:
    """The weights of the table [self_play]."""
    weights = {LATEST: rules.latest}
    weights |= {member.number: rules.scripted[member.stored] for member in members if member.scripted}
    held = [member for member in members if not member.scripted]
    if not held:
        return weights | {LATEST: rules.latest + rules.uniform + rules.prioritised}
    lost = prioritised(np.array([member.record.win_rate for member in held]))
    each = rules.uniform / len(held) + rules.prioritised * lost
    return weights | {member.number: float(weight) for member, weight in zip(held, each, strict=True)}


class Pool:
    """Draws opponents, plays their moves and keeps their accounts.

    Args:
        spec: of the environment.
        rules: weights, and the number of snapshots kept at most; when there are more, one drawn at random that is not
            the newest goes. ``every`` is the caller's affair.
        build: makes the agent of what ``add`` was given.
        seed: of the pool's own draws: moves, and who leaves.
        weigh: says how often members are drawn; None: as ``rules`` say.

    Raises:
        ValueError: no weight is above 0, or a scripted agent needs game states to play.
    """

    def __init__(
        self, spec: Spec, rules: SelfPlay, build: Callable[[Any], Agent], seed: int, weigh: Weigh | None = None
    ):
        if not rules.latest + rules.uniform + rules.prioritised + sum(rules.scripted.values()) > 0:
            raise ValueError(
                "self_play: all weights are 0; give latest, uniform, prioritised or an agent of scripted one."
            )
        self.spec, self.rules, self.build = spec, rules, build
        self.weigh = weigh or partial(mixed, rules)
        self.rating = 0.0
        """The learner's, in Elo points; scripted agents begin with 0, snapshots with the learner's at the time."""
        self.members: list[Member] = []
        """Those that may be drawn, in the order in which they came."""
        self._leaving: list[Member] = []  # no longer drawn, but still in a game
        self._added = 0
        self._generator = np.random.default_rng(seed)
        self.playing = np.zeros(0, np.int64)
        """The member drawn for each lane."""
        for name in rules.scripted:
            self._enter(self._scripted(name), name, scripted=True)

    def _scripted(self, name: str) -> Agent:
        agent = load(name, self.spec)
        if agent.needs != "observation":
            raise ValueError(f"self_play.scripted: {name} plays by game states; only agents that observe can be drawn.")
        return agent

    def _enter(self, agent: Agent, stored: Any, scripted: bool) -> None:
        self.members.append(Member(self._added, agent, stored, scripted, Record(), 0.0 if scripted else self.rating))
        self._added += 1

    @property
    def snapshots(self) -> list[Member]:
        return [member for member in self.members if not member.scripted]

    def add(self, stored: Any) -> None:
        """Takes in a snapshot; games in progress keep their opponent, even one that leaves the pool.

        Args:
            stored: what ``build`` makes an agent of; it stays in ``state``, so tensors, bytes and plain values.
        """
        held = self.snapshots
        if len(held) == self.rules.size:
            leaving = held[int(self._generator.integers(max(len(held) - 1, 1)))]
            self.members.remove(leaving)
            self._leaving.append(leaving)
        self._enter(self.build(stored), stored, scripted=False)
        self._leaving = [member for member in self._leaving if member.number in self.playing]

    def chances(self) -> tuple[np.ndarray, np.ndarray]:
        """Member numbers (N,) int64, and the probability (N,) with which a game gets each."""
        weights = self.weigh(self.members)
        numbers, shares = np.array(list(weights), np.int64), np.array(list(weights.values()), np.float64)
        return numbers, shares / shares.sum()

    def draw(self, lanes: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """New games start in ``lanes`` (L,): the member number (L,) int64 that plays the other seats of each."""
        self._make_room(lanes)
        numbers, chances = self.chances()
        drawn = generator.choice(numbers, size=len(lanes), p=chances)
        self.playing[lanes] = drawn
        for member in self.members:
            theirs = lanes[drawn == member.number]
            if len(theirs) and not shows_policy(member.agent, self.spec):
                keys = memory_keys(self.spec, theirs[:, None], np.arange(self.spec.players)).ravel()
                member.agent.reset(self.spec, keys, int(generator.integers(1 << 62)))
        return drawn

    def _make_room(self, lanes: np.ndarray) -> None:
        missing = int(lanes.max(initial=-1)) + 1 - len(self.playing)
        if missing > 0:
            self.playing = np.concatenate([self.playing, np.full(missing, LATEST)])

    def act(self, members: np.ndarray, observation: np.ndarray, legal: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """The moves of ``members`` (L,), none of them LATEST.

        Args:
            observation: (L, O) of who is to move.
            legal: (L, A) bool.
            keys: (L,) of ``memory_keys``: lane and seat.

        Returns:
            (L,) int64, or (L, K) float32 with continuous actions.
        """
        agents = {member.number: member.agent for member in (*self.members, *self._leaving)}
        return moves(self.spec, agents, members, observation, legal, keys, self._generator)

    def record(self, members: np.ndarray, scores: np.ndarray) -> None:
        """Games against ``members`` (L,) have ended, and the learner got ``scores`` (L,): 1 won, 0.5 drawn, 0 lost.

        Ratings move by K times the mean over the games of one call of score minus expectation, the member's the other
        way. Games of the learner with itself (LATEST) change nothing.
        """
        surprise, games = 0.0, 0
        for member in (*self.members, *self._leaving):
            theirs = scores[members == member.number]
            if len(theirs):
                member.record.add(theirs)
                mine = float((theirs - expected_score(self.rating, member.rating)).sum())
                member.rating -= ELO_STEP * mine / len(theirs)
                surprise, games = surprise + mine, games + len(theirs)
        if games:
            self.rating += ELO_STEP * surprise / games

    def state(self) -> dict[str, Any]:
        """Everything needed to go on exactly, but for what members without ``policy`` remember of games in progress."""
        members = [
            [member.number, member.stored, member.scripted, member.record.wins, member.record.games, member.rating]
            for member in (*self.members, *self._leaving)
        ]
        return {
            "members": members,
            "leaving": len(self._leaving),
            "added": self._added,
            "rating": self.rating,
            "generator": self._generator.bit_generator.state,
            "playing": self.playing.tolist(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Puts back what ``state`` gave, into a pool made with the same arguments."""
        members = []
        for number, stored, scripted, wins, games, rating in state["members"]:
            agent = self._scripted(stored) if scripted else self.build(stored)
            members.append(Member(number, agent, stored, scripted, Record(wins, games), rating))
        held = len(members) - state["leaving"]
        self.members, self._leaving = members[:held], members[held:]
        self._added, self.rating = state["added"], state["rating"]
        self._generator.bit_generator.state = state["generator"]
        self.playing = np.array(state["playing"], np.int64)


def others(rules: SelfPlay) -> float:
    """The weight of all opponents but the learner itself."""
    return rules.uniform + rules.prioritised + sum(rules.scripted.values())


class Opponents:
    """A pool as an agent of ``agents/api.py``: whoever it draws plays."""

    needs: Needs = "observation"

    def __init__(self, pool: Pool):
        self.pool = pool

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self.pool.draw(np.unique(lanes // spec.players), np.random.default_rng(seed))

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        return self.pool.act(self.pool.playing[lanes // self.pool.spec.players], observation, legal, lanes)

    def record(self, lanes: np.ndarray, seats: np.ndarray, returns: np.ndarray) -> None:
        """Games in ``lanes`` (L,) ended with ``returns`` (L, P), the learner sitting in ``seats`` (L,). It has won
        where it got more than the others did on average."""
        mine = returns[np.arange(len(seats)), seats]
        theirs = (returns.sum(axis=1) - mine) / (returns.shape[1] - 1)
        self.pool.record(self.pool.playing[lanes], 0.5 * (1 + np.sign(mine - theirs)))

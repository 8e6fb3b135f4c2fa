"""Playing groups of whole episodes from the same start, and comparing the episodes of a group with each other.

A *start* is a seed: all games of a group are dealt alike. Every wave plays one episode in each of B lanes; lanes that
have ended wait for the others. What comes of it is flat, see the second table in returns/__init__.py: ``N`` decisions
of ``E`` episodes, those of an episode together and in the order of play.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import torch

from agora.agents.learned import returns
from agora.agents.learned.decisions import Decisions
from agora.agents.learned.distributions import Make, to_play
from agora.agents.learned.exploration import state_keys
from agora.agents.learned.returns.groups import SMALL
from agora.agents.learned.rollout import OneSeat
from agora.agents.learned.settings import SelfPlay
from agora.envs.api import Discrete, Spec

ADVANTAGES: Final = ("grpo", "gigpo", "salt", "turn-level", "pure", "tempo")
"""Values of ``parameters.advantage`` that need groups."""

WITH_CRITIC: Final = ("turn-level", "pure")
"""Those of them that judge single decisions, by the critic; the others leave it unlearned."""


def check(parameters: Any, rules: SelfPlay | None) -> None:
    """Raises ValueError where what ``parameters`` of ppo.py say of groups fits neither each other nor ``rules``."""
    advantage = parameters.advantage
    if advantage not in ADVANTAGES:
        if parameters.self_imitation != "none":
            raise ValueError(
                f"parameters.self_imitation={parameters.self_imitation!r} needs groups, which "
                f"parameters.advantage={advantage!r} does not play: choose one of {', '.join(ADVANTAGES)}."
            )
        return
    if parameters.critic == "action":
        raise ValueError(
            f"parameters.critic='action' has an advantage of its own: give 'state' with advantage={advantage!r}."
        )
    if rules is not None and rules.latest:
        raise ValueError(
            f"parameters.advantage={advantage!r} compares games against opponents that do not learn in them: give "
            "self_play.latest = 0, or an opponent."
        )


class Episodes(NamedTuple):
    """N decisions of E whole episodes, and what the policy made of them."""

    observation: np.ndarray
    """(N, O), dtype of the environment."""
    legal: np.ndarray
    """(N, A) bool."""
    action: np.ndarray
    """(N,) or (N, K), as the distribution drew it."""
    log_probability: np.ndarray
    """(N,) float32 of the actions."""
    policy: np.ndarray
    """(N, numbers of the distribution) float32."""
    value: np.ndarray
    """(N,) float32, of the critic."""
    rewards: np.ndarray
    """(N,) float64, what the seat got from the decision until its next one."""
    episode: np.ndarray
    """(N,) int64, from 0, see returns/__init__.py."""
    group: np.ndarray
    """(E,) int64: equal where the start and the learner's seat were the same."""
    returns: np.ndarray
    """(E,) float64, in the unit of the game."""


class GroupActor:
    """Lets a policy play groups of whole episodes.

    Args:
        games: B lanes, in which the learner has one seat.
        size: episodes in a group. Where the learner's seat changes from lane to lane, a start is played by ``size``
            lanes for every seat.
        others: as in ``rollout.Actor``.
    """

    def __init__(
        self,
        games: OneSeat,
        size: int,
        model: Callable[..., Any],
        distribution: Make,
        *,
        memory_size: int = 0,
        bins: int = 0,
        reward_scale: float = 1.0,
        device: torch.device | str = "cpu",
    ):
        self.seated, self.spec, self.model, self.distribution = games.seated, games.seated.spec, model, distribution
        self.memory_size, self.bins, self.reward_scale, self.device = memory_size, bins, reward_scale, device
        lanes = games.rows
        same_seat = isinstance(self.seated.seat_rule, int)
        alike = size if same_seat else size * self.spec.players
        if lanes % alike:
            raise ValueError(
                f"num_envs={lanes} does not make whole groups: give a multiple of {alike} (parameters.group_size"
                f"{'' if same_seat else ' for each seat'})."
            )
        self._start = np.arange(lanes) // alike
        self.seconds = 0.0
        """Spent in the games themselves so far."""
        self.start(0)

    def start(self, seed: int) -> None:
        """The next starts follow from ``seed`` alone."""
        self._seeds = np.random.default_rng(seed)

    def collect(self, steps: int, generator: torch.Generator) -> Episodes:
        """Plays waves of one episode in each lane, until there are ``steps`` decisions for each."""
        waves: list[Episodes] = []
        while sum(len(wave.rewards) for wave in waves) < steps * len(self._start):
            waves.append(self._wave(generator))
        return joined(waves)

    @torch.no_grad()
    def _wave(self, generator: torch.Generator) -> Episodes:
        seated, batch = self.seated, self.seated.batch
        seeds = self._seeds.integers(1 << 62, size=int(self._start[-1]) + 1)
        seated.restart(seed=seeds[self._start])
        memory = torch.zeros(len(self._start), self.memory_size, device=self.device)
        lanes, rows = np.arange(len(self._start)), []
        while len(lanes):
            began = time.perf_counter()
            observation, legal = seated.observation[lanes], seated.legal[lanes]
            self.seconds += time.perf_counter() - began
            output = self._ask(observation, memory, lanes)
            distribution = self.distribution(output.policy, torch.from_numpy(legal).to(self.device))
            action = distribution.sample(generator)
            said = (action, distribution.log_probability(action), output.policy, output.value)
            moves = to_play(action, self.spec, self.bins)
            began = time.perf_counter()
            rewards = self.reward_scale * seated.step(moves, lanes)
            self.seconds += time.perf_counter() - began
            rows.append((observation, legal, *(tensor.cpu().numpy() for tensor in said), rewards, lanes))
            lanes = lanes[~batch.ended[lanes]]
        all_returns, everyone = batch.final_returns, np.arange(len(self._start))
        if hasattr(seated.opponent, "record"):
            seated.opponent.record(everyone, seated.seats, all_returns)
        columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
        order = np.argsort(columns.pop(), kind="stable")
        episode = np.repeat(everyone, np.bincount(np.concatenate([row[-1] for row in rows])))
        group = self._start * self.spec.players + seated.seats
        own = (episode, group, all_returns[everyone, seated.seats])
        return Episodes._make([*(column[order] for column in columns), *own])

    def _ask(self, observation: np.ndarray, memory: torch.Tensor, lanes: np.ndarray) -> Any:
        """What the model says in ``lanes`` (L,); memories (B, H) move on."""
        numbers = torch.from_numpy(observation.astype(np.float32)).to(self.device)
        if not self.memory_size:
            return self.model(numbers)
        index = torch.from_numpy(lanes).to(self.device)
        output = self.model(numbers, memory[index])
        memory[index] = output.memory
        return output


def joined(parts: Sequence[Episodes]) -> Episodes:
    """Several lots of episodes as one; groups of different lots stay apart."""
    episodes = np.cumsum([0, *(len(part.group) for part in parts)])
    groups = np.cumsum([0, *(int(part.group.max(initial=-1)) + 1 for part in parts)])
    moved = [
        part._replace(episode=part.episode + first, group=part.group + group)
        for part, first, group in zip(parts, episodes[:-1], groups[:-1], strict=True)
    ]
    return Episodes._make(np.concatenate(column) for column in zip(*moved, strict=True))


def credited(episodes: Episodes, parameters: Any, spec: Spec, memory_size: int = 0) -> Decisions:
    """The decisions of ``episodes`` with advantages as ``parameters`` of ppo.py say; the critic's target is what
    followed, discounted."""
    return flat(episodes, group_advantages(episodes, parameters, spec), parameters.gamma, memory_size)


def flat(episodes: Episodes, advantage: np.ndarray, gamma: float, memory_size: int) -> Decisions:
    """``episodes`` as decisions with ``advantage`` (N,); with a memory in sequences, which begin without memories."""
    target = returns.discounted_returns(episodes.rewards, episodes.episode, gamma)
    starts = first_rows(episodes.episode) if memory_size else np.zeros(0, np.int64)
    numbers = (advantage.astype(np.float32), target.astype(np.float32), starts)
    columns = [torch.from_numpy(column) for column in (*episodes[:5], *numbers)]
    memory = torch.zeros(len(starts), memory_size) if memory_size else torch.zeros(0)
    return Decisions._make([*columns, memory])


def first_rows(episode: np.ndarray) -> np.ndarray:
    """Where each episode begins, (E,)."""
    return np.flatnonzero(np.diff(episode, prepend=-1))


def group_advantages(episodes: Episodes, parameters: Any, spec: Spec) -> np.ndarray:
    """The advantages (N,) float64 by ``parameters.advantage``, one of ``ADVANTAGES``."""
    rewards, episode, group, deviation = episodes.rewards, episodes.episode, episodes.group, parameters.group_deviation
    if parameters.advantage == "turn-level":
        outcomes = returns.episode_returns(rewards, episode)
        return returns.turn_level(value_gains(episodes), outcomes, episode, group, deviation=deviation)
    if parameters.advantage == "pure":
        advantage = returns.minimum_form(value_gains(episodes), episode, group)
        return advantage / (advantage.std() + SMALL)  # the others are in deviations too
    if parameters.advantage == "grpo":
        return returns.grpo(rewards, episode, group, deviation)
    keys = state_keys(episodes.observation[:, kept_numbers(spec, parameters.ignored_pieces)])
    if parameters.advantage == "gigpo":
        return returns.gigpo(rewards, episode, group, keys, parameters.gamma, deviation=deviation)
    actions = episodes.action if isinstance(spec.action, Discrete) else state_keys(episodes.action)
    if parameters.advantage == "tempo":
        return returns.tempo(rewards, episode, group, keys, actions)
    return returns.salt(returns.grpo(rewards, episode, group, deviation), episode, group, keys, actions)


def value_gains(episodes: Episodes) -> np.ndarray:
    """By how much every decision raised the critic's value, (N,): the reward and the next value, less the value before.

    They stand for the rewards of single steps, which most games do not have.
    """
    last = np.diff(episodes.episode, append=len(episodes.group)) != 0
    following = np.where(last, 0.0, np.roll(episodes.value, -1))
    return episodes.rewards + following - episodes.value


def kept_numbers(spec: Spec, ignored: Sequence[str]) -> np.ndarray:
    """(O,) bool: the numbers of an observation that are in none of the pieces ``ignored``.

    Raises:
        ValueError: there is no such piece, or none is left.
    """
    names = [piece.name for piece in spec.observation]
    for name in ignored:
        if name not in names:
            raise ValueError(f"{spec.id} shows no piece {name!r}: choose among {', '.join(names)}.")
    sizes = [int(np.prod(piece.shape)) for piece in spec.observation]
    kept = np.repeat([name not in ignored for name in names], sizes)
    if not kept.any():
        raise ValueError(f"All pieces that {spec.id} shows are ignored: leave one of {', '.join(names)}.")
    return kept

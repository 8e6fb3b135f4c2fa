"""Proximal policy optimisation on the native batch, for games of any number of seats, in turns or at once.

The learner plays all seats of its games, or one seat against opponents, or both side by side; every seat is credited
over its own turns. With other ``objective`` and ``magnet`` the same loop is mirror-descent policy optimisation and
magnetic mirror descent.

Sources: J. Schulman et al., "Proximal policy optimization algorithms", 2017; M. Tomar et al., "Mirror descent policy
optimization", ICLR 2022; S. Sokota et al., "A unified approach to reinforcement learning, quantal response equilibria,
and two-player zero-sum games" (magnetic mirror descent), ICLR 2023.
"""

import copy
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch

from agora.agents.api import Agent
from agora.agents.learned import curiosity, groups, losses, saved, self_imitation
from agora.agents.learned.decisions import Decisions, credited, gathered, turned
from agora.agents.learned.distributions import policy_form
from agora.agents.learned.groups import Episodes, GroupActor
from agora.agents.learned.networks import ActorCritic, follow, initialise
from agora.agents.learned.ppo_parameters import Parameters, check
from agora.agents.learned.rollout import Actor, EverySeat, Games, OneSeat
from agora.agents.learned.settings import Settings, at
from agora.agents.learned.symmetries import symmetries
from agora.agents.population.pool import Opponents, Pool, others
from agora.envs.game import Game

__all__ = ["PPO", "Parameters", "make"]


def make(settings: Settings, game: Game, opponent: Any = None) -> "PPO":
    """The learner that ``settings`` describe.

    Args:
        opponent: who plays the other seats, instead of ``settings.opponent``: an agent that cannot be named.

    Raises:
        ValueError: the parameters do not fit the game or each other.
    """
    check(settings, game)
    return PPO(settings, game, opponent)


class PPO:
    """A ``Learner``. ``model`` is the network, ``actors`` play its games."""

    def __init__(self, settings: Settings, game: Game, opponent: Any = None):
        self.settings, self.game = settings, game
        self.parameters: Parameters = settings.parameters
        self.device = saved.device(settings.device)
        # One generator for what is drawn while learning, on the CPU; one where the policy draws.
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.drawing = torch.Generator(self.device).manual_seed(settings.seed)
        size, self.distribution = policy_form(game.spec, self.parameters.bins)
        self.model = ActorCritic(
            game.spec, settings.network, size, self.parameters.critic, self.parameters.normalise_observations
        )
        initialise(self.model, self.generator)
        self.model.to(self.device)
        self.magnet = copy.deepcopy(self.model) if self.parameters.magnet == "moving" else None
        self.average = copy.deepcopy(self.model) if self.parameters.average else None
        self.symmetries = symmetries(game.spec) if self.parameters.turn else None
        self._forward = torch.compile(self.model) if settings.compile else self.model
        rate = at(self.parameters.learning_rate, 0)
        self.optimiser = torch.optim.Adam(self.model.parameters(), rate, eps=1e-5, fused=True)
        self.pool = self._make_pool()
        self.grouped = self.parameters.advantage in groups.ADVANTAGES
        self.value_weight = self.parameters.value_weight
        if self.grouped and self.parameters.advantage not in groups.WITH_CRITIC:
            self.value_weight = 0.0
        self.actors = [self._actor(games) for games in self._make_games(opponent)]
        self.curiosity = curiosity.make(self.parameters, game.spec, self.generator, self.device)
        self.imitation = self_imitation.make(self.parameters, game.spec, self.model.memory_size)
        self.steps, self.rounds = 0, 0
        self.seconds = {"environment": 0.0, "policy": 0.0, "update": 0.0}
        """Spent so far on each part."""
        self._deal()

    def _make_pool(self) -> Pool | None:
        """Opponents but the learner itself, which plays those in games of their own; None if there are none."""
        rules = self.settings.self_play
        if rules is None or not others(rules):
            return None
        pool = Pool(self.game.spec, msgspec.structs.replace(rules, latest=0.0), self._frozen, self.settings.seed)
        pool.add(self._weights())
        return pool

    def _make_games(self, opponent: Any) -> list[Games]:
        """Games in which the learner plays every seat, and games with opponents, by the weights of [self_play]."""
        settings, game, rules = self.settings, self.game, self.settings.self_play
        if rules is None:
            opponent = opponent or settings.opponent or "random"
            return [OneSeat(game, settings.num_envs, opponent, settings.seat, settings.illegal)]
        alone = round(settings.num_envs * rules.latest / (rules.latest + others(rules)))
        games: list[Games] = []
        if alone:
            games.append(EverySeat(game, alone, settings.illegal, self.parameters.cooperation, self.parameters.opening))
        if self.pool is not None and alone < settings.num_envs:
            opponents = Opponents(self.pool)
            games.append(OneSeat(game, settings.num_envs - alone, opponents, settings.seat, settings.illegal))
        return games

    def _actor(self, games: Any) -> Actor | GroupActor:
        options: dict[str, Any] = {
            "memory_size": self.model.memory_size,
            "bins": self.parameters.bins,
            "reward_scale": self.settings.reward_scale,
            "device": self.device,
        }
        if self.grouped:
            return GroupActor(games, self.parameters.group_size, self._forward, self.distribution, **options)
        return Actor(games, self.game, self._forward, self.distribution, **options)

    def iterate(self) -> dict[str, float]:
        """Plays a rollout in all games and learns from it."""
        with saved.threads(self.settings.threads):
            began = time.perf_counter()
            rollouts = [actor.collect(self.parameters.rollout, self.drawing) for actor in self.actors]
            played = time.perf_counter()
            bonuses = self.curiosity.pay(rollouts) if self.curiosity is not None else {}
            decisions, steps = self._credited(rollouts)
            if not len(decisions.advantage):
                raise ValueError(
                    f"parameters.rollout={self.parameters.rollout} is too short for {self.game.spec.id}: no decision "
                    "of it has its credit known; give a longer one."
                )
            before = self.steps
            numbers = self.learn(decisions)
            self.steps += steps
            self.rounds += 1
            self._follow(before)
        self._count_seconds(played - began, time.perf_counter() - played)
        elo = {"elo": self.pool.rating} if self.pool is not None else {}
        returns = np.concatenate([rollout.returns for rollout in rollouts])
        return {
            "episodes": len(returns),
            **({"return": float(returns.mean())} if len(returns) else {}),
            **numbers,
            **bonuses,
            **elo,
        }

    def _credited(self, played: list[Any]) -> tuple[Decisions, int]:
        """What to learn from after these rollouts or groups, and how many decisions of them that is."""
        if not self.grouped:
            parts = [credited(rollout, self.parameters, self.distribution) for rollout in played]
            decisions = gathered(parts, self.parameters.normalise_advantages)
            return decisions, len(decisions.advantage)
        (episodes,) = played

        def credit(lot: Episodes) -> Decisions:
            return groups.credited(lot, self.parameters, self.game.spec, self.model.memory_size)

        decisions = self.imitation.decisions(episodes, credit) if self.imitation is not None else credit(episodes)
        return decisions, len(episodes.rewards)

    def learn(self, decisions: Decisions) -> dict[str, float]:
        """Several passes over ``decisions`` in minibatches; returns means of what the curve shows."""
        if self.model.normaliser is not None:
            self.model.normaliser.learn(decisions.observation.to(self.device, torch.float32))
        progress = self.steps / self.settings.steps
        for group in self.optimiser.param_groups:
            group["lr"] = at(self.parameters.learning_rate, progress)
        seen = []
        for _ in range(self.parameters.epochs):
            lesson = decisions if self.symmetries is None else turned(decisions, self.symmetries, self.generator)
            for rows in self._minibatches(lesson):
                loss, numbers = self._loss(lesson, rows, progress)
                self.optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.parameters.gradient_norm)
                self.optimiser.step()
                seen.append(numbers)
        means = torch.stack(seen).mean(0).tolist()
        return dict(zip(("policy_loss", "value_loss", "entropy", "divergence"), means, strict=True))

    def _minibatches(self, decisions: Decisions) -> Iterator[torch.Tensor]:
        """Numbers of decisions or, with a memory, of sequences, in random order."""
        count = len(decisions.starts) if self.model.memory_size else len(decisions.advantage)
        parts = max(round(len(decisions.advantage) / self.parameters.minibatch), 1)
        yield from torch.randperm(count, generator=self.generator).tensor_split(min(parts, count))

    def _loss(self, decisions: Decisions, chosen: torch.Tensor, progress: float) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss of a minibatch, and the numbers of the curve (4,)."""
        parameters = self.parameters
        data, output = decisions.forward(self._forward, chosen, self.device)
        policy = self.distribution(output.policy, data.legal)
        log_ratio = policy.log_probability(data.action) - data.log_probability
        if parameters.objective == "all-actions":
            gain = losses.all_actions(policy.probabilities, output.value.detach())
        elif parameters.objective == "mirror-descent":
            gain = losses.surrogate(log_ratio.exp(), data.advantage)
        else:
            gain = losses.clipped(log_ratio.exp(), data.advantage, at(parameters.clip, progress))
        value = output.value
        if parameters.critic == "action":
            value = value.gather(-1, data.action[:, None])[:, 0]
        error, entropy = losses.squared(value, data.target), policy.entropy()
        total = gain + self.value_weight * error - at(parameters.entropy, progress) * entropy
        if parameters.proximal:
            old = self.distribution(data.policy, data.legal)
            total = total + at(parameters.proximal, progress) * policy.divergence(old)
        if parameters.magnet != "none":
            pull = policy.divergence(self.distribution(self._magnet_numbers(decisions, chosen, output), data.legal))
            total = total + at(parameters.magnet_weight, progress) * pull
        divergence = losses.approximate_divergence(log_ratio.detach())
        means = [part.detach().mean() for part in (gain, error, entropy, divergence)]
        return total.mean(), torch.stack(means)

    @torch.no_grad()
    def _magnet_numbers(self, decisions: Decisions, chosen: torch.Tensor, output: Any) -> torch.Tensor:
        """What the magnet would do in the decisions of a minibatch; zeros stand for the uniform policy."""
        if self.magnet is None:
            return torch.zeros_like(output.policy)
        return decisions.forward(self.magnet, chosen, self.device)[1].policy

    def _follow(self, before: int) -> None:
        """After a round: the average, the magnet and the pool go after the model."""
        if self.average is not None:
            # Early on the first weights, which play at random, would fill the average: it forgets them faster.
            follow(self.average, self.model, max(1 - self.parameters.average, 9 / (9 + self.rounds)))
        if self.magnet is not None and self.rounds % self.parameters.magnet_every == 0:
            self.magnet.load_state_dict(self.played_model.state_dict())
        rules = self.settings.self_play
        if self.pool is not None and rules is not None:
            every = rules.every or max(self.settings.steps // 40, 1)
            if self.steps // every > before // every:
                self.pool.add(self._weights())

    def _count_seconds(self, playing: float, learning: float) -> None:
        environment = sum(actor.seconds for actor in self.actors) - self.seconds["environment"]
        self.seconds["environment"] += environment
        self.seconds["policy"] += playing - environment
        self.seconds["update"] += learning

    @property
    def played_model(self) -> ActorCritic:
        """The network that is evaluated and saved."""
        return self.model if self.average is None else self.average

    def agent(self) -> Agent:
        return saved.as_agent(self.played_model, self.game.spec, self.parameters.bins, self._deterministic)

    @property
    def _deterministic(self) -> bool:
        alone = self.game.spec.players == 1
        return alone if self.settings.deterministic is None else self.settings.deterministic

    def _weights(self) -> dict[str, torch.Tensor]:
        """A copy of what the model is now."""
        return {name: tensor.detach().cpu().clone() for name, tensor in self.model.state_dict().items()}

    def _frozen(self, weights: dict[str, torch.Tensor]) -> Agent:
        """An opponent that no longer learns."""
        model = copy.deepcopy(self.model).requires_grad_(False)
        model.load_state_dict(weights)
        return saved.as_agent(model, self.game.spec, self.parameters.bins)

    def save(self, folder: Path) -> Path:
        settings = self.settings
        return saved.save(
            self.played_model,
            folder,
            self.game.spec,
            network=settings.network,
            algorithm=settings.algorithm,
            name=settings.name,
            bins=self.parameters.bins,
            deterministic=self._deterministic,
            training={"steps": self.steps, "seed": settings.seed, "num_envs": settings.num_envs},
        )

    def _deal(self) -> None:
        """Deals new games everywhere, by the seed and the steps so far alone."""
        seeds = np.random.SeedSequence([self.settings.seed, self.steps]).generate_state(len(self.actors))
        for actor, seed in zip(self.actors, seeds.tolist(), strict=True):
            actor.start(seed)
        if self.curiosity is not None:
            self.curiosity.start()
        if self.imitation is not None:
            self.imitation.start(int(seeds[0]))

    def state(self) -> dict[str, Any]:
        """Everything but the games: they are dealt anew, here and in ``restore`` alike."""
        state = {
            "model": self.model.state_dict(),
            "magnet": self.magnet and self.magnet.state_dict(),
            "average": self.average and self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "generators": [self.generator.get_state(), self.drawing.get_state()],
            "steps": self.steps,
            "rounds": self.rounds,
            "pool": self.pool and self.pool.state(),
            "curiosity": self.curiosity and self.curiosity.state(),
            "imitation": self.imitation and self.imitation.state(),
        }
        self._deal()
        return state

    def restore(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        for network, name in ((self.magnet, "magnet"), (self.average, "average")):
            if network is not None:
                network.load_state_dict(state[name])
        self.optimiser.load_state_dict(state["optimiser"])
        for generator, stored in zip((self.generator, self.drawing), state["generators"], strict=True):
            generator.set_state(stored)
        self.steps, self.rounds = state["steps"], state["rounds"]
        for part, name in ((self.pool, "pool"), (self.curiosity, "curiosity"), (self.imitation, "imitation")):
            if part is not None:
                part.restore(state[name])
        self._deal()

    def check_finite(self) -> None:
        for name, parameter in self.model.named_parameters():
            if not torch.isfinite(parameter).all():
                raise FloatingPointError(
                    f"Training diverged: {name} holds NaN or infinite numbers after {self.steps:,} steps. Lower "
                    "parameters.learning_rate or parameters.gradient_norm, or scale the rewards by reward_scale."
                )

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
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
import torch
from msgspec import Meta, Struct

from agora.agents.api import Agent
from agora.agents.learned import curiosity, groups, losses, saved, self_imitation
from agora.agents.learned.decisions import Decisions, credited, gathered
from agora.agents.learned.distributions import policy_form
from agora.agents.learned.groups import Episodes, GroupActor
from agora.agents.learned.networks import ActorCritic, initialise
from agora.agents.learned.rollout import Actor, EverySeat, Games, OneSeat
from agora.agents.learned.settings import Count, Positive, Schedule, Settings, Share, at
from agora.agents.population.pool import Opponents, Pool, others
from agora.envs.api import Discrete
from agora.envs.game import Game

Weight = Annotated[float, Meta(ge=0)]


class Parameters(Struct, forbid_unknown_fields=True):
    """The table [parameters]. A number that may be a table ``{ start, end }`` goes from one to the other."""

    rollout: Count = 32
    """T, decisions in each row between two rounds of learning; in groups at least so many, in whole episodes."""
    minibatch: Count = 4096
    """Decisions in one step of the optimiser."""
    epochs: Count = 2
    """Passes over a rollout."""
    learning_rate: Positive | Schedule = 1e-3
    """Of Adam."""
    gamma: Share = 0.99
    """Discount for each own turn of a seat."""
    advantage: Literal[
        "gae", "n-step", "v-trace", "monte-carlo", "grpo", "gigpo", "salt", "turn-level", "pure", "tempo"
    ] = "gae"
    """The first four: see returns/estimates.py; with ``critic = "action"`` expected SARSA(lambda). The others compare
    the episodes of a group, see groups.py; they need opponents that stay, and of them only ``turn-level`` and ``pure``
    a critic, whose gains stand for the rewards of single steps."""
    trace_decay: Share = 0.95
    """Lambda of GAE, V-trace and the traces of an action-value critic."""
    n: Count = 5
    """Turns of the n-step advantage."""
    group_size: Annotated[int, Meta(ge=2)] = 8
    """G, episodes from the same start."""
    group_deviation: bool = True
    """Whether advantages of a group are divided by its deviation; False: Dr. GRPO, and GiGPO's other variant."""
    ignored_pieces: list[str] = []
    """Pieces of the observation in which two equal states may differ, such as clocks: for states that are compared in
    groups, and for what counts as new in exploration."""
    self_imitation: Literal["none", "spear", "arpo"] = "none"
    """With groups: learns again from successes that were kept, see self_imitation.py."""
    success: float | None = None
    """The least return that is a success for ``arpo``; None: the best of the game."""
    exploration: curiosity.Exploration = "none"
    """The source of bonuses for what is new, see exploration.py."""
    exploration_weight: Positive = 0.01
    """Of the bonus, in the unit of the reward times ``reward_scale``."""
    normalise_advantages: bool = True
    """To mean 0 and deviation 1 over a rollout; not with groups, which do so in their own ways."""
    normalise_observations: bool = False
    """To mean 0 and deviation 1 by all that was seen so far."""
    objective: Literal["clip", "mirror-descent", "all-actions"] = "clip"
    """``clip``: PPO. ``mirror-descent``: the plain surrogate, held to the old policy by ``proximal``. ``all-actions``:
    the critic's values of all actions under the policy, held likewise; needs ``critic = "action"``."""
    clip: Positive | Schedule = 0.2
    """How far a ratio of probabilities may go from 1 and still gain."""
    proximal: Weight | Schedule = 0.0
    """Weight of the divergence from the policy that played: one over the step size of mirror descent."""
    entropy: Weight | Schedule = 0.01
    """Weight of the policy's entropy, in nats."""
    magnet: Literal["none", "uniform", "moving"] = "none"
    """The policy that the learner is drawn to. ``moving``: a copy of the agent, of the averaged weights
    if there are, taken every ``magnet_every`` rounds."""
    magnet_weight: Weight | Schedule = 0.0
    """Weight of the divergence from the magnet."""
    magnet_every: Count = 100
    """Rounds."""
    critic: Literal["state", "action"] = "state"
    """``action``: a value of the position after every action."""
    value_weight: Weight = 0.5
    """Of the critic's loss."""
    gradient_norm: Positive = 0.5
    """Largest norm of a gradient; longer ones are cut to it."""
    average: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    """The agent that is evaluated and saved has weights averaged over rounds: this share of the old average and the
    rest of the new weights; 0: the last weights."""
    cooperation: Share = 0.0
    """How much the rewards of the other seats count for a seat: 0: nothing; 1: as much as its own, so that all learn
    for the joint return. In self-play with ``latest`` alone. Returns in the curve stay each seat's own."""
    opening: Weight = 0.0
    """Mean number of random decisions with which a game begins and from which nothing is learned, geometrically
    distributed: positions that the learner would no longer reach by itself. In self-play with ``latest`` alone."""
    bins: Annotated[int, Meta(ge=0)] = 0
    """With continuous actions: values that each number of an action can take; 0: a normal distribution."""


def make(settings: Settings, game: Game, opponent: Any = None) -> "PPO":
    """The learner that ``settings`` describe.

    Args:
        opponent: who plays the other seats, instead of ``settings.opponent``: an agent that cannot be named.

    Raises:
        ValueError: the parameters do not fit the game or each other.
    """
    _check(settings, game)
    return PPO(settings, game, opponent)


def _check(settings: Settings, game: Game) -> None:
    parameters, rules = settings.parameters, settings.self_play
    discrete = isinstance(game.spec.action, Discrete)
    if parameters.critic == "action" and not discrete:
        raise ValueError(f"parameters.critic='action' needs discrete actions; {game.spec.id} has {game.spec.action}.")
    if parameters.objective == "all-actions" and parameters.critic != "action":
        raise ValueError("parameters.objective='all-actions' needs parameters.critic='action', which values them all.")
    if rules is not None and not rules.latest + others(rules) > 0:
        raise ValueError("self_play: all weights are 0; give latest, uniform, prioritised or an agent of scripted one.")
    groups.check(parameters, rules)
    for name in ("cooperation", "opening"):
        if getattr(parameters, name) and (rules is None or others(rules)):
            raise ValueError(
                f"parameters.{name}={getattr(parameters, name)} needs a learner in every seat: give [self_play] with "
                "latest alone."
            )
    if parameters.opening and (settings.network.recurrent or parameters.exploration != "none"):
        raise ValueError(
            "parameters.opening goes neither with network.recurrent nor with parameters.exploration: leave it at 0."
        )
    if parameters.bins == 1 or (parameters.bins and discrete):
        raise ValueError(f"parameters.bins={parameters.bins} is not allowed: at least 2, with continuous actions only.")


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
            for rows in self._minibatches(decisions):
                loss, numbers = self._loss(decisions, rows, progress)
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
            share = self.parameters.average
            for ours, new in zip(self.average.state_dict().values(), self.model.state_dict().values(), strict=True):
                ours.mul_(share).add_(new, alpha=1 - share)
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

"""SAC: soft actor-critic for continuous actions, on many games at once, by self-play or against a fixed opponent.

Source: T. Haarnoja et al., "Soft actor-critic algorithms and applications", 2018: twin critics with slowly following
targets, and a temperature that keeps the policy's entropy at a target.

The policy draws u from a normal distribution and plays tanh u, within [-1, 1] and then stretched to the Box; the saved
agent plays the tanh of the mean. Letters: ``N`` decisions in a minibatch, ``K`` numbers in an action.

With a table [self_play] one policy plays all seats and learns from each, as the observation tells it where it sits.
What a seat has to gain from the others then changes while it learns. Three things keep that from going in circles: a
small replay forgets their old habits; all seats are played by a slow average of the policy, which is also what is
saved; and a target entropy that falls to the end makes them play almost what the saved agent will.
"""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from msgspec import Meta, Struct
from torch import nn

from agora.agents.api import Agent
from agora.agents.learned.networks import Normaliser, follow, initialise
from agora.agents.learned.replay import EverySeat, OneSeat, Replay, Transitions, action_size
from agora.agents.learned.saved import device, threads, write
from agora.agents.learned.settings import Count, Positive, Schedule, Settings, Share, at
from agora.agents.learned.squashed import Actor, Critics, acting, normalising, squashed
from agora.envs.api import Box, Spec
from agora.envs.game import Game

FASTER = 10.0  # than weights do deviations and temperature change: single numbers that have far to go


class Parameters(Struct, forbid_unknown_fields=True):
    """The table [parameters]. Numbers that take a ``Schedule`` go from ``start`` to ``end`` over the training."""

    learning_rate: Positive | Schedule = 3e-4
    """Of Adam, for policy, critics and temperature."""
    gamma: Share = 0.99
    """What a reward is worth one own decision later; 0 where each decision ends the game for whoever takes it."""
    minibatch: Count = 256
    """Transitions in a minibatch."""
    updates: Count = 1
    """Minibatches after every step of all games."""
    buffer_size: Count = 100_000
    """Transitions in the replay."""
    warmup: Count = 5_000
    """Decisions taken uniformly at random before learning begins."""
    target_rate: Annotated[float, Meta(gt=0, le=1)] = 0.005
    """How much of the critics goes into their targets after every minibatch."""
    average_rate: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """How much of the policy goes, after every minibatch, into its average, which plays and is saved; 1: all of it."""
    target_entropy: float | Schedule = -1.0
    """Of tanh u, in nats for each of the K numbers: log 2 would be uniform over the Box."""
    temperature: Positive = 0.1
    """Worth of a nat of entropy at the start, in rewards."""
    least_temperature: Annotated[float, Meta(ge=0)] | Schedule = 0.0
    """The temperature never falls below, even where the entropy is above its target."""
    normalise: bool = False
    """Whether observations are shifted and scaled to mean 0 and deviation 1, as measured so far."""
    opening: Annotated[float, Meta(ge=0)] = 0.0
    """Mean number of random steps with which a game of self-play begins, see ``replay.EverySeat``."""
    steps: Count = 32
    """Steps of all games in a round."""


def soft_target(reward: torch.Tensor, terminated: torch.Tensor, next_value: torch.Tensor, gamma: float) -> torch.Tensor:
    """What the critics shall say (equation 3): reward, and unless the game is over the discounted soft value after it.

    Args:
        reward, terminated, next_value: (N,).
    """
    return reward + gamma * (1 - terminated) * next_value


def soft_value(values: torch.Tensor, log_density: torch.Tensor, temperature: float | torch.Tensor) -> torch.Tensor:
    """The lesser of two critics' ``values`` (2, N), plus the temperature times minus the ``log_density`` (N,): (N,)."""
    return values.min(0).values - temperature * log_density


def critic_loss(values: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Half the mean squared error of both critics' ``values`` (2, N) against ``target`` (N,), added (equation 5)."""
    return 0.5 * ((values - target) ** 2).mean(1).sum()


def temperature_loss(log_temperature: torch.Tensor, log_density: torch.Tensor, target_entropy: float) -> torch.Tensor:
    """Falls with the temperature while the entropy is above its target, and the other way about (equation 18).

    As is usual the logarithm of the temperature stands for the temperature itself.

    Args:
        log_temperature: ().
        log_density: (N,), no gradient passes it.
        target_entropy: in nats, of all K numbers together.
    """
    return -log_temperature * (log_density.detach() + target_entropy).mean()


class SAC:
    """A ``Learner``, see learner.py.

    Every call of ``state`` deals all games anew and seeds the generators from the seed and the steps, as ``restore``
    does: so a training that was killed goes on as one that was not, and a checkpoint need not hold games.
    """

    def __init__(self, settings: Settings, game: Game):
        check(settings, game.spec)
        self.settings, self.game, self.parameters = settings, game, settings.parameters
        self.device = device(settings.device)
        self.steps = 0
        self.games = played(settings, game)
        spec, network = game.spec, settings.network
        size, numbers = spec.observation_size, action_size(spec)
        self.numbers = numbers
        self.replay = Replay(self.parameters.buffer_size, size, numbers)
        with torch.random.fork_rng(devices=[]):  # torch draws first weights from its global generator
            self.actor, self.average = (Actor(size, numbers, network.hidden, network.activation) for _ in range(2))
            self.critics, self.targets = (Critics(size + numbers, network.hidden, network.activation) for _ in range(2))
        self.normaliser = normalising(spec, self.parameters.normalise)
        generator = torch.Generator().manual_seed(settings.seed)
        initialise(self.actor.layers, generator)
        initialise(self.critics, generator)
        self.average.load_state_dict(self.actor.state_dict())
        self.targets.load_state_dict(self.critics.state_dict())
        self.log_temperature = nn.Parameter(torch.tensor(math.log(self.parameters.temperature), device=self.device))
        self.parts = {
            "actor": self.actor,
            "average": self.average,
            "critics": self.critics,
            "targets": self.targets,
            "normaliser": self.normaliser,
        }
        for part in self.parts.values():
            part.to(self.device)
        if settings.compile:
            self.actor.compile()
            self.critics.compile()
        self.optimisers = {
            "actor": adam(self.actor.layers.parameters(), [self.actor.log_deviation]),
            "critics": adam(self.critics.parameters()),
            "temperature": adam([], [self.log_temperature]),
        }
        self._deal()

    def _deal(self) -> None:
        """Deals all games anew and seeds every generator, from the seed and the steps so far."""
        drawn = np.random.SeedSequence([self.settings.seed, self.steps]).generate_state(3)
        self.games.deal(int(drawn[0]))
        self.generator = np.random.default_rng(int(drawn[1]))  # of warm-up and minibatches
        self.noise = torch.Generator(self.device).manual_seed(int(drawn[2]))  # of actions

    def iterate(self) -> dict[str, float]:
        with threads(self.settings.threads):
            numbers: list[dict[str, float]] = []
            self.games.returns.clear()
            for _ in range(self.parameters.steps):
                self.play()
                if self.steps >= self.parameters.warmup and len(self.replay):
                    numbers += [self.learn() for _ in range(self.parameters.updates)]
        returns = np.concatenate([np.zeros(0), *self.games.returns])
        row = {name: float(np.mean([one[name] for one in numbers])) for name in (numbers[0] if numbers else ())}
        row["episodes"] = len(returns) // (self.game.spec.players if isinstance(self.games, EverySeat) else 1)
        return row | ({"return": float(returns.mean())} if len(returns) else {})

    @torch.no_grad()
    def play(self) -> None:
        """One step of all games, into the replay."""
        observation = self.games.observation
        if self.steps < self.parameters.warmup:
            action = self.generator.uniform(-1, 1, (len(observation), self.numbers)).astype(np.float32)
        else:
            action = self.draw(self.average, self.tensor(observation))[0].cpu().numpy()
        if isinstance(self.normaliser, Normaliser):
            self.normaliser.learn(torch.from_numpy(np.array(observation, np.float32)).to(self.device))
        self.steps += len(observation)
        for transitions in self.games.step(action):
            self.replay.add(transitions)

    def learn(self) -> dict[str, float]:
        """One minibatch."""
        parameters, progress = self.parameters, self.steps / self.settings.steps
        for optimiser in self.optimisers.values():
            for group in optimiser.param_groups:
                group["lr"] = at(parameters.learning_rate, progress) * group["faster"]
        drawn = self.replay.sample(parameters.minibatch, self.generator)
        observation, temperature = self.tensor(drawn.observation), self.log_temperature.exp().detach()

        values = self.critics(observation, torch.from_numpy(drawn.action).to(self.device))
        critic = critic_loss(values, self.target(drawn, temperature))
        self.descend("critics", critic)

        action, log_density = self.draw(self.actor, observation)
        self.critics.requires_grad_(False)
        actor = -soft_value(self.critics(observation, action), log_density, temperature).mean()
        self.descend("actor", actor)
        self.critics.requires_grad_(True)

        entropy = self.numbers * at(parameters.target_entropy, progress)
        self.descend("temperature", temperature_loss(self.log_temperature, log_density, entropy))
        least = at(parameters.least_temperature, progress)
        if least > 0:
            self.log_temperature.data.clamp_(min=math.log(least))

        follow(self.targets, self.critics, parameters.target_rate)
        follow(self.average, self.actor, parameters.average_rate)
        return {
            "critic_loss": critic.item(),
            "actor_loss": actor.item(),
            "entropy": -log_density.mean().item(),
            "temperature": temperature.item(),
        }

    @torch.no_grad()
    def target(self, drawn: Transitions, temperature: torch.Tensor) -> torch.Tensor:
        """What the critics shall say of the minibatch, (N,)."""
        reward = torch.from_numpy(drawn.reward).to(self.device) * self.settings.reward_scale
        if self.parameters.gamma == 0:
            return reward
        seen, terminated = self.tensor(drawn.next_observation), torch.from_numpy(drawn.terminated).to(self.device)
        action, log_density = self.draw(self.actor, seen)
        value = soft_value(self.targets(seen, action), log_density, temperature)
        return soft_target(reward, terminated, value, self.parameters.gamma)

    def draw(self, actor: Actor, observation: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Actions (N, K) of the policy and the logarithm of their density (N,), for ``tensor``'s observations."""
        mean, log_deviation = actor(observation)
        noise = torch.empty_like(mean).normal_(generator=self.noise)
        return squashed(mean, log_deviation, noise)

    def tensor(self, observation: np.ndarray) -> torch.Tensor:
        """Observations (N, O) as the networks take them."""
        return self.normaliser(torch.from_numpy(np.array(observation, np.float32)).to(self.device))

    def descend(self, name: str, loss: torch.Tensor) -> None:
        self.optimisers[name].zero_grad()
        loss.backward()
        self.optimisers[name].step()

    def agent(self) -> Agent:
        return acting(self.average, self.normaliser, self.game.spec)

    def save(self, folder: Path) -> Path:
        settings, spec = self.settings, self.game.spec
        network = {"hidden": settings.network.hidden, "activation": settings.network.activation}
        return write(
            nn.ModuleDict({"actor": self.average, "normaliser": self.normaliser}),
            folder,
            spec,
            kind="sac",
            algorithm="SAC",
            name=settings.name,
            tables={"network": {**network, "normalise": self.parameters.normalise}},
            training={"steps": self.steps, "seed": settings.seed, "num_envs": settings.num_envs},
        )

    def state(self) -> dict[str, Any]:
        self._deal()
        return {
            "steps": self.steps,
            "log_temperature": self.log_temperature.detach().clone(),
            "parts": {name: part.state_dict() for name, part in self.parts.items()},
            "optimisers": {name: optimiser.state_dict() for name, optimiser in self.optimisers.items()},
            "replay": self.replay.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]
        self.log_temperature.data.copy_(state["log_temperature"])
        for name, part in self.parts.items():
            part.load_state_dict(state["parts"][name])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(state["optimisers"][name])
        self.replay.restore(state["replay"])
        self._deal()

    def check_finite(self) -> None:
        for name, part in self.parts.items():
            if not all(bool(torch.isfinite(parameter).all()) for parameter in part.state_dict().values()):
                raise FloatingPointError(
                    f"Training diverged: the {name} of SAC hold NaN or infinite numbers after {self.steps} steps. "
                    "Lower parameters.learning_rate, or scale the rewards by reward_scale."
                )


def adam(weights: Iterable[nn.Parameter], single: list[nn.Parameter] | None = None) -> torch.optim.Adam:
    """Adam for ``weights``, and for ``single`` numbers at ``FASTER`` times the learning rate."""
    groups = [{"params": list(weights), "faster": 1.0}, {"params": single or [], "faster": FASTER}]
    return torch.optim.Adam([group for group in groups if group["params"]])


def make(settings: Settings, game: Game) -> SAC:
    """SAC on ``game``; ValueError if the settings do not fit it."""
    return SAC(settings, game)


def check(settings: Settings, spec: Spec) -> None:
    """Raises ValueError if SAC cannot do what the settings say."""
    if not isinstance(spec.action, Box):
        raise ValueError(f"algorithm: SAC needs continuous actions, {spec.id} has {spec.action}; try PPO.")
    rules, network = settings.self_play, settings.network
    if rules is not None and (rules.uniform or rules.prioritised or rules.scripted):
        raise ValueError("self_play: SAC plays all seats with its latest policy: leave all but `latest` out.")
    if settings.parameters.opening and rules is None and spec.players > 1:
        raise ValueError("parameters.opening: needs a table [self_play], in which SAC plays all seats.")
    if network.kind not in ("auto", "mlp") or network.recurrent:
        raise ValueError("network: SAC has multilayer perceptrons only: leave kind at 'auto' and recurrent at 0.")


def played(settings: Settings, game: Game) -> EverySeat | OneSeat:
    """The games that are learned from."""
    if game.spec.players == 1 or settings.self_play is not None:
        return EverySeat(game, settings.num_envs, settings.illegal, settings.parameters.opening)
    return OneSeat(game, settings.num_envs, settings.illegal, settings.opponent or "random", settings.seat)

"""What AlphaZero and MuZero share: rounds of self-play by search, and of learning what the search found.

A round plays some moves in all games, takes the games that ended into a window of positions, and learns from positions
drawn out of it. ``N`` is the number of positions in a minibatch, ``U`` of those after each of them (0 for AlphaZero).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
import torch
from msgspec import Meta, Struct
from torch import nn

from agora.agents.api import Agent, SampledAgent
from agora.agents.learned import saved
from agora.agents.learned.distributions import Categorical
from agora.agents.learned.networks import initialise
from agora.agents.learned.planned_play import PlannedPlay, Window
from agora.agents.learned.settings import Count, Positive, Schedule, Settings, Share, at
from agora.agents.learned.symmetries import Symmetries, symmetries
from agora.agents.search.network_search import Evaluate, NetworkSearch, Plan, SearchAgent, check_plannable
from agora.envs.game import Game


class PlannerParameters(Struct, forbid_unknown_fields=True, kw_only=True):
    """What [parameters] of both algorithms hold."""

    learning_rate: Positive | Schedule = 2e-3
    """Of AdamW."""
    weight_decay: Annotated[float, Meta(ge=0)] = 1e-4
    minibatch: Count = 512
    """Positions in a minibatch."""
    reuse: Positive = 4.0
    """How often each position is learned from, on average."""
    window: Count = 50_000
    """Positions kept, the latest."""
    moves: Count = 16
    """Moves in every game in a round."""
    opening: Annotated[int, Meta(ge=0)] = 0
    """Decisions at the start of each game that are drawn from the policy found; later the search chooses."""
    found_share: Share = 0.0
    """Share of the value that the search found in the value learned; the rest is the outcome of the game."""
    value_weight: Positive = 1.0
    """Of the values' loss beside the policy's."""
    turn: bool = True
    """Whether positions are turned at random, where the board has symmetries."""
    search: Plan = msgspec.field(default_factory=Plan)
    """In self-play."""
    playing: Annotated[int, Meta(ge=0)] = 64
    """Simulations of the agent for each move, in evaluation and saved; 0: it plays the network's policy alone."""


class Lesson(NamedTuple):
    """What a minibatch teaches: tensors on the device of the network, each for a position and the U after it."""

    observation: torch.Tensor
    """(N, O) float32, of the first only."""
    legal: torch.Tensor
    """(N, A) bool, of the first only."""
    action: torch.Tensor
    """(N, 1 + U) int64: what was played."""
    policy: torch.Tensor
    """(N, 1 + U, A)."""
    value: torch.Tensor
    """(N, 1 + U)."""
    reward: torch.Tensor
    """(N, 1 + U)."""
    left: torch.Tensor
    """(N,) int64: how many of the 1 + U are still of the same game, at least."""


@dataclass(frozen=True)
class Parts:
    """What the algorithms differ in."""

    model: nn.Module
    evaluate: Evaluate
    """The network's policy and value of observations."""
    search: Callable[[Plan], NetworkSearch]
    """A search with the network."""
    loss: Callable[[Lesson], dict[str, torch.Tensor]]
    """Of a minibatch, in parts by name, each a scalar; their sum is brought down."""
    following: int
    """U."""
    save: Callable[[Path, dict[str, dict[str, Any]], dict[str, Any]], Path]
    """Writes an agent: folder, the tables [plays] and [search], and facts on the training."""


class Planner:
    """A ``Learner`` that improves a network by what a search with it finds.

    Raises:
        ValueError: the game is none for such a search, or the settings say what it does not do.
    """

    def __init__(self, settings: Settings, game: Game, make_parts: Callable[[torch.device], Parts]):
        check(settings, game)
        self.settings, self.game, self.steps = settings, game, 0
        self.parameters: PlannerParameters = settings.parameters
        self.device = saved.device(settings.device)
        seeds = np.random.SeedSequence(settings.seed).generate_state(3, np.uint64)
        self.parts = make_parts(self.device)
        initialise(self.parts.model, torch.Generator().manual_seed(int(seeds[0] >> np.uint64(1))))
        self.parts.model.to(self.device)
        if settings.compile:
            self.parts.model.compile()
        self.optimiser = torch.optim.AdamW(self.parts.model.parameters(), weight_decay=self.parameters.weight_decay)
        self.generator = np.random.default_rng(seeds[1])
        self.play = PlannedPlay(game, settings.num_envs, int(seeds[2] >> np.uint64(2)), self.parameters.opening)
        self.window = Window(game.spec, self.parameters.window)
        self.symmetries = symmetries(game.spec)
        self.search = self.parts.search(self.parameters.search)

    def iterate(self) -> dict[str, float]:
        parameters = self.parameters
        with saved.threads(self.settings.threads):
            rows = self.play.play(self.search, parameters.moves, self.generator)
            self.steps += parameters.moves * self.settings.num_envs
            self.window.add(rows)
            updates = round(len(rows) * parameters.reuse / parameters.minibatch)
            losses = [self.learn() for _ in range(updates)]
        returns = self.play.returns
        numbers: dict[str, float] = {"episodes": len(returns)}
        if returns:
            numbers |= {"return": float(np.mean(returns)), "length": len(rows) / len(returns)}
        return numbers | {name: float(np.mean([one[name] for one in losses])) for name in (losses[0] if losses else ())}

    def learn(self) -> dict[str, float]:
        """One minibatch."""
        for group in self.optimiser.param_groups:
            group["lr"] = at(self.parameters.learning_rate, self.steps / self.settings.steps)
        rows = self.window.sample(self.parameters.minibatch, self.generator, self.parts.following)
        losses = self.parts.loss(self.lesson(rows))
        self.optimiser.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        self.optimiser.step()
        return {name: loss.item() for name, loss in losses.items()}

    def lesson(self, rows: np.ndarray) -> Lesson:
        """What positions (N, 1 + U) teach, each turned at random together with those after it."""
        share, several = self.parameters.found_share, len(self.symmetries.action) if self.parameters.turn else 1
        turns = self.generator.integers(several, size=len(rows))
        fields = (
            *turned(rows, self.symmetries, turns),
            (1 - share) * rows["outcome"] + share * rows["found"],
            rows["reward"].copy(),
            rows["left"][:, 0].astype(np.int64),
        )
        return Lesson(*(torch.from_numpy(field).to(self.device) for field in fields))

    def agent(self) -> Agent:
        return playing(self.parts, self.parameters.search, self.parameters.playing, bool(self.settings.deterministic))

    def save(self, folder: Path) -> Path:
        plays = {"simulations": self.parameters.playing, "deterministic": bool(self.settings.deterministic)}
        tables = {"plays": plays, "search": msgspec.to_builtins(self.parameters.search)}
        training = {"steps": self.steps, "seed": self.settings.seed, "num_envs": self.settings.num_envs}
        return self.parts.save(folder, tables, training)

    def state(self) -> dict[str, Any]:
        return {
            "steps": self.steps,
            "model": self.parts.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "generator": self.generator.bit_generator.state,
            "play": self.play.state(),
            "window": self.window.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]
        self.parts.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.generator.bit_generator.state = state["generator"]
        self.play.restore(state["play"])
        self.window.restore(state["window"])

    def check_finite(self) -> None:
        for name, parameter in self.parts.model.named_parameters():
            if not torch.isfinite(parameter).all():
                raise FloatingPointError(
                    f"Training diverged: {name} of {self.settings.algorithm} holds NaN or infinite numbers after "
                    f"{self.steps} steps. Lower parameters.learning_rate."
                )


def check(settings: Settings, game: Game) -> None:
    """Raises ValueError if ``settings`` do not fit a search with a network, or ``game`` does not."""
    check_plannable(game.spec)
    reason = (
        "opponent is set"
        if settings.opponent is not None
        else "there is a table [self_play]"
        if settings.self_play is not None
        else "network.recurrent is set"
        if settings.network.recurrent
        else "reward_scale is set"
        if settings.reward_scale != 1.0
        else ""
    )
    if reason:
        raise ValueError(
            f"{reason}, but {settings.algorithm} plays every seat itself, without memory, and scales rewards by the "
            "range of returns: leave it out."
        )


def turned(rows: np.ndarray, known: Symmetries, turns: np.ndarray) -> tuple[np.ndarray, ...]:
    """Observation and mask of the first, actions and policies of all of positions (N, 1 + U), turned by ``turns`` (N,)
    of the symmetries ``known``; see ``Lesson`` for the shapes."""
    each, index = np.arange(len(rows))[:, None], known.action[turns]
    observation = rows["observation"][:, 0][each, known.observation[turns]].astype(np.float32)
    legal = rows["legal"][:, 0][each, index]
    action = known.moved[turns][each, rows["action"]]
    policy = np.take_along_axis(rows["policy"], index[:, None], axis=2)
    return observation, legal, action, policy


def cross_entropy(policy: torch.Tensor, logarithms: torch.Tensor) -> torch.Tensor:
    """(...,) in nats, of ``policy`` (..., A) against the logarithms (..., A) of what shall become like it."""
    return -(policy * logarithms).sum(-1)


def playing(parts: Parts, plan: Plan, simulations: int, deterministic: bool) -> Agent:
    """The agent that searches with so many simulations for each move; with none it plays the network's policy."""
    if simulations:
        return SearchAgent(parts.search(msgspec.structs.replace(plan, simulations=simulations)))

    def policy(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        logits = torch.from_numpy(parts.evaluate(observation)[0]).double()
        likelihood = Categorical(logits, torch.from_numpy(legal)).probabilities.numpy()
        return np.eye(legal.shape[1])[likelihood.argmax(1)] if deterministic else likelihood

    return SampledAgent(policy)


def load(folder: Path, settings: dict[str, Any], make_parts: Callable[[], Parts]) -> Agent:
    """Builds the agent in ``folder``, whose parsed ``agent.toml`` is ``settings``.

    Raises:
        ValueError: the folder is damaged.
    """
    try:
        plays = settings["plays"]
        simulations, deterministic = int(plays["simulations"]), bool(plays["deterministic"])
        plan = msgspec.convert(settings["search"], Plan)
        parts = make_parts()
    except (KeyError, TypeError, AttributeError, RuntimeError, msgspec.ValidationError) as error:
        raise ValueError(f"{folder / 'agent.toml'} is damaged: {type(error).__name__} {error}.") from None
    saved.fill(parts.model, folder / "weights.safetensors")
    return playing(parts, plan, simulations, deterministic)

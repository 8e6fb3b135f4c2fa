"""Fictitious self-play: everybody plays a best response to the average of all responses so far, and so joins it.

With exact best responses the average is of realisation weights over the whole tree: J. Heinrich, M. Lanctot, D. Silver,
"Fictitious self-play in extensive-form games", ICML 2015 (XFP). With learned ones, in each iteration a network learns
from scratch by PPO to beat the average, which is a network as well and learns by supervision to do what all responses
did, from a reservoir of their decisions: J. Heinrich, D. Silver, "Deep reinforcement learning from self-play in
imperfect-information games", 2016 (NFSP). There both learn at once, mixed by an anticipatory parameter, and responses
by Q-learning; here they take turns, as in the paper of 2015.
"""

from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
import torch
from msgspec import Struct

from agora.agents import tabular
from agora.agents.api import Agent, Needs
from agora.agents.learned import ppo, saved
from agora.agents.learned.distributions import policy_form
from agora.agents.learned.evaluation import deal_seeds, play
from agora.agents.learned.learner import Learner
from agora.agents.learned.networks import ActorCritic, initialise
from agora.agents.learned.settings import Count, Positive, Settings
from agora.agents.population.learners import train_best_response
from agora.agents.solvers.fictitious_play import play_best
from agora.agents.solvers.sequences import best_of, normalised, plan_of, returns_of, uniform
from agora.agents.solvers.tree import build
from agora.envs.api import Discrete, Spec
from agora.envs.game import Game


class Parameters(Struct, forbid_unknown_fields=True):
    """The table [parameters]; all but the first are for learned best responses."""

    best_response: Literal["exact", "learned"] = "learned"
    """``exact``: from the whole tree of the game. ``learned``: by PPO."""
    response_steps: Count = 50_000
    """Decisions that each best response is trained for."""
    games: Count = 4_096
    """That each best response then plays against the average; its decisions there are remembered."""
    reservoir: Count = 1_000_000
    """Decisions kept at most: a uniform sample of all that ever came."""
    supervised_steps: Count = 100
    """Steps of the optimiser of the average network in each iteration."""
    supervised_batch: Count = 1_024
    """Decisions in each of them."""
    supervised_rate: Positive = 3e-3
    """Learning rate (Adam) of the average network."""
    learner: ppo.Parameters = msgspec.field(default_factory=ppo.Parameters)
    """Of PPO."""


def make(settings: Settings, game: Game) -> Learner:
    """The learner that ``train.py`` runs; its steps are iterations.

    Raises:
        ValueError: best responses are exact, and the game has no tree that fits.
    """
    if settings.parameters.best_response == "exact":
        return ExactFictitiousPlay(settings, game)
    return FictitiousSelfPlay(settings, game)


class ExactFictitiousPlay:
    """XFP: starts from uniform play, which counts as the first response; nothing is drawn."""

    def __init__(self, settings: Settings, game: Game):
        self.settings, self.game, self.tree = settings, game, build(game)
        self.plan = plan_of(self.tree.form, uniform(self.tree.form))
        """(I * A + 1,), the average of all responses."""
        self.steps = 0

    def iterate(self) -> dict[str, float]:
        form = self.tree.form
        room = np.zeros(form.legal.shape), np.zeros(len(self.plan)), np.zeros(len(self.plan))
        play_best(form, self.plan, *room, self.steps, 1)
        self.steps += 1
        return {"nash_conv": float((best_of(form, self.plan)[1] - returns_of(form, self.plan)).sum())}

    def _table(self) -> tabular.Table:
        tree = self.tree
        strategy = normalised(tree.form, self.plan[:-1].reshape(tree.legal.shape))
        return tabular.Table(tree.owner, tree.before, tree.observation, tree.legal, strategy)

    def agent(self) -> Agent:
        return self._table().agent()

    def save(self, folder: Path) -> Path:
        name = self.settings.name or self.settings.algorithm
        return tabular.save(self._table(), folder, self.game.spec, name=name, facts={"iterations": self.steps})

    def state(self) -> dict[str, Any]:
        return {"steps": self.steps, "plan": torch.from_numpy(self.plan.copy())}

    def restore(self, state: dict[str, Any]) -> None:
        self.steps, self.plan = state["steps"], state["plan"].numpy().copy()

    def check_finite(self) -> None:
        if not np.isfinite(self.plan).all():
            raise FloatingPointError(f"The average holds NaN or infinite numbers after {self.steps} iterations.")


class Reservoir:
    """A uniform sample, without replacement, of rows that come in lots.

    Source: J. Vitter, "Random sampling with a reservoir", ACM Transactions on Mathematical Software 11, 1985,
    algorithm R.

    Args:
        size: rows kept at most.
        seed: of its draws.
    """

    def __init__(self, size: int, seed: int):
        self.size, self.seen = size, 0
        """Rows that ever came."""
        self.columns: list[torch.Tensor] = []
        """What is kept, one tensor (rows, ...) for each of the columns."""
        self._generator = np.random.default_rng(seed)

    def __len__(self) -> int:
        return min(self.seen, self.size)

    def add(self, *columns: torch.Tensor) -> None:
        """Takes in rows: tensors of the same length, one for each column."""
        fresh = min(len(columns[0]), self.size - len(self))
        if fresh:
            joined = zip(self.columns or [column[:0] for column in columns], columns, strict=True)
            self.columns = [torch.cat([kept, column[:fresh]]) for kept, column in joined]
        numbers = np.arange(self.seen + fresh, self.seen + len(columns[0]))
        places = self._generator.integers(0, numbers + 1)  # row n replaces one of the first n, or none of those kept
        taken = dict(zip(places.tolist(), range(fresh, len(columns[0])), strict=True))  # the last of several stays
        pairs = [(place, row) for place, row in taken.items() if place < self.size]
        if pairs:
            where, which = torch.tensor(pairs).T
            for kept, column in zip(self.columns, columns, strict=True):
                kept[where] = column[which]
        self.seen += len(columns[0])

    def draw(self, count: int) -> list[torch.Tensor]:
        """``count`` rows of each column, drawn with replacement."""
        rows = torch.from_numpy(self._generator.integers(len(self), size=count))
        return [column[rows] for column in self.columns]

    def state(self) -> dict[str, Any]:
        return {"seen": self.seen, "columns": self.columns, "generator": self._generator.bit_generator.state}

    def restore(self, state: dict[str, Any]) -> None:
        self.seen, self.columns = state["seen"], [column.clone() for column in state["columns"]]
        self._generator.bit_generator.state = state["generator"]


class Recorder:
    """Plays as ``agent`` does and keeps every decision."""

    needs: Needs = "observation"

    def __init__(self, agent: Agent):
        self.agent = agent
        self.decisions: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        """Observations (L, O), masks (L, A) and actions (L,) of every time that it was asked."""

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self.agent.reset(spec, lanes, seed)

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        actions = self.agent.act(observation, legal, lanes)
        self.decisions.append((observation.copy(), legal.copy(), actions))
        return actions


class FictitiousSelfPlay:
    """Responses learn to beat ``average``, which learns to play as all of them do together."""

    def __init__(self, settings: Settings, game: Game):
        if settings.network.recurrent or not isinstance(game.spec.action, Discrete):
            raise ValueError(
                "fictitious-self-play learns the average from single decisions among discrete actions: leave out "
                f"network.recurrent, and take another game than {game.spec.id} if its actions are continuous."
            )
        self.settings, self.game = settings, game
        self.parameters: Parameters = settings.parameters
        size, self.distribution = policy_form(game.spec)
        self.average = ActorCritic(game.spec, settings.network, size)
        initialise(self.average, torch.Generator().manual_seed(settings.seed))
        self.average.to(saved.device(settings.device))
        self.optimiser = torch.optim.Adam(self.average.parameters(), self.parameters.supervised_rate)
        self.reservoir = Reservoir(self.parameters.reservoir, settings.seed)
        self.steps = 0

    def iterate(self) -> dict[str, float]:
        """A best response to the average; its decisions are remembered; the average learns from all that are."""
        seed = int(np.random.SeedSequence([self.settings.seed, self.steps]).generate_state(1)[0])
        parameters = self.parameters
        response = train_best_response(
            self.game, self.agent(), self.settings, parameters.learner, parameters.response_steps, seed
        )
        gain = self._remember(response.agent, seed)
        error = self._imitate()
        self.steps += 1
        return {"supervised_loss": error, "response return": gain}

    def _remember(self, response: Agent, seed: int) -> float:
        """Plays games of the response, which takes the seats in turn, against the average; returns its mean return."""
        spec, games = self.game.spec, self.parameters.games
        recorder, seats = Recorder(response), np.arange(games) % spec.players
        seating = (np.arange(spec.players) != seats[:, None]).astype(np.int64)
        batch = play(self.game, [recorder, self.agent()], seating, deal_seeds(seed, games), seed)
        for decisions in recorder.decisions:
            self.reservoir.add(*map(torch.from_numpy, decisions))
        return float(batch.final_returns[np.arange(games), seats].mean())

    def _imitate(self) -> float:
        """Maximum likelihood of what is remembered; returns the mean loss in nats."""
        device, total = next(self.average.parameters()).device, 0.0
        with saved.threads(self.settings.threads):
            for _ in range(self.parameters.supervised_steps):
                rows = self.reservoir.draw(self.parameters.supervised_batch)
                observation, legal, action = (column.to(device) for column in rows)
                output = self.average(observation.to(torch.float32))
                loss = -self.distribution(output.policy, legal).log_probability(action).mean()
                self.optimiser.zero_grad()
                loss.backward()
                self.optimiser.step()
                total += float(loss.detach())
        return total / self.parameters.supervised_steps

    def agent(self) -> Agent:
        return saved.as_agent(self.average, self.game.spec)

    def save(self, folder: Path) -> Path:
        """Writes the average."""
        settings = self.settings
        return saved.save(
            self.average,
            folder,
            self.game.spec,
            network=settings.network,
            algorithm=settings.algorithm,
            name=settings.name,
            training={"iterations": self.steps, "seed": settings.seed},
        )

    def state(self) -> dict[str, Any]:
        return {
            "steps": self.steps,
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "reservoir": self.reservoir.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.reservoir.restore(state["reservoir"])

    def check_finite(self) -> None:
        for name, parameter in self.average.named_parameters():
            if not torch.isfinite(parameter).all():
                raise FloatingPointError(f"The average's {name} is NaN or infinite after {self.steps} iterations.")

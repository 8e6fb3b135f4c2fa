"""The protocol of an agent, batch first: the same for a script, a trained network and a submission.

Letters as in ``agora.envs.api``; ``L`` is the number of lanes (games) that ask for an action at once.
"""

import importlib
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np

from agora.envs.api import Discrete, Spec

Needs = Literal["observation", "states", "truth"]


@runtime_checkable
class Agent(Protocol):
    """Plays one seat in many games at once. A lane is a number that stands for one game until its next ``reset``."""

    needs: Needs
    """``observation``: only what ``act`` shows. ``states``: also game states, the true ones where information is
    perfect, else others that the player cannot tell from them; ``to_move`` is the player asked, also where all choose
    at once. ``truth``: the true states always, which only bounds and oracles may ask for; tables mark them."""

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        """Games of ``spec`` start in ``lanes`` (L,); whatever was remembered of those lanes is forgotten."""

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        """Chooses an action in each of ``lanes`` (L,).

        Args:
            observation: (L, O) of ``Spec.observation_dtype``.
            legal: (L, A) bool; A = 0 with continuous actions.
            states: (L,) records of the game, or None, see ``needs``.

        Returns:
            (L,) int64, or (L, K) float32 with continuous actions.
        """


@runtime_checkable
class PolicyAgent(Agent, Protocol):
    """An agent whose choice depends on the observation alone, and which can say how: its exploitability is exact."""

    def policy(self, observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        """The probability of each action, (L, A) float64; rows sum to 1, illegal actions have 0."""


class Report(NamedTuple):
    """How an agent came to its last answer, a row for each lane that asked."""

    first: np.ndarray | None = None
    """(L,) int64, the action chosen at first, before second thoughts; None if it does not have them."""
    cost: np.ndarray | None = None
    """(L,) float64, what each choice cost, in the unit of ``budget``; None if it does not count."""


@runtime_checkable
class ReportingAgent(Agent, Protocol):
    """An agent that tells how it came to its choices, for measures of how it plays."""

    budget: float
    """What one choice may cost, in any unit: tokens, simulations, seconds."""

    def report(self) -> Report:
        """Of the last call of ``act``."""


class FunctionAgent:
    """An agent that is a plain function and remembers nothing, see ``from_function``."""

    needs: Needs = "observation"

    def __init__(self, function: Callable[[np.ndarray, np.ndarray], np.ndarray]):
        self._function = function

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        """There is nothing to forget."""

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        return self._function(observation, legal)


def from_function(function: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Agent:
    """Lifts ``function(observation (L, O), legal (L, A)) -> actions (L,)`` to an agent."""
    return FunctionAgent(function)


class SampledAgent:
    """An agent that draws from the probabilities of its ``policy``, from its own generator."""

    needs: Needs = "observation"

    def __init__(self, policy: Callable[[np.ndarray, np.ndarray], np.ndarray]):
        self.policy = policy
        self._generator = np.random.default_rng(0)

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        return draw_rows(self.policy(observation, legal), self._generator)


def draw_rows(probabilities: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """One index per row of ``probabilities`` (L, A), drawn with them: (L,) int64. A zero is never drawn."""
    cumulative = np.cumsum(probabilities, axis=1)
    drawn = generator.random((len(cumulative), 1)) * cumulative[:, -1:]
    return (drawn >= cumulative).sum(axis=1)


def among_best(score: np.ndarray, legal: np.ndarray) -> np.ndarray:
    """Probabilities (L, A), uniform over the ``legal`` (L, A) actions of the highest ``score`` (L, A)."""
    score = np.where(legal, score, -np.inf)
    best = score == score.max(axis=1, keepdims=True)
    return best / best.sum(axis=1, keepdims=True)


def snake_case(id: str) -> str:
    """``agora/KuhnPoker-v0`` to ``kuhn_poker``."""
    bare = id.split("/")[-1].rsplit("-v", 1)[0]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare).lower()


def scripted_names(id: str) -> list[str]:
    """The scripted agents that play ``id``: ``scripted/...``."""
    try:
        module = importlib.import_module(f"agora.agents.scripted.{snake_case(id)}")
    except ModuleNotFoundError as error:
        if error.name != f"agora.agents.scripted.{snake_case(id)}":
            raise
        return []
    return [f"scripted/{name}" for name in module.AGENTS]


def load(agent: str | Path | Agent | Callable[..., Any], spec: Spec) -> Agent:
    """Makes an agent for ``spec`` out of its name.

    Args:
        agent: ``random``; ``scripted/NAME``; ``search/NAME:BUDGET``, see ``agents/search/agents.py``; the folder of a
            saved agent; an agent; or a function as for ``from_function``.

    Raises:
        ValueError: there is no such agent, or it does not play ``spec``.
    """
    if isinstance(agent, Agent):
        return agent
    if callable(agent):
        return from_function(agent)
    if str(agent) == "random":
        from agora.agents.random import RandomAgent

        return RandomAgent()
    if str(agent).startswith("scripted/"):
        return _scripted(str(agent), spec)
    if str(agent).startswith("search/"):
        from agora.agents.search.agents import make

        return make(str(agent), spec)
    if (Path(agent) / "agent.toml").is_file():
        return _saved(Path(agent), spec)
    choices = ", ".join(["random", *scripted_names(spec.id)])
    raise ValueError(
        f"There is no agent {str(agent)!r} for {spec.id}: choose one of {choices}, a search such as "
        "search/mcts:200, or the folder of a saved agent (one that holds agent.toml)."
    )


def _scripted(name: str, spec: Spec) -> Agent:
    if name not in scripted_names(spec.id):
        choices = ", ".join(scripted_names(spec.id)) or "none"
        raise ValueError(f"There is no agent {name!r} for {spec.id}; its scripted agents: {choices}.")
    module = importlib.import_module(f"agora.agents.scripted.{snake_case(spec.id)}")
    return module.AGENTS[name.removeprefix("scripted/")](spec)


SAVED_KINDS = {
    "actor-critic": "agora.agents.learned.saved:load",
    "alpha-zero": "agora.agents.learned.alpha_zero:load",
    "conditional": "agora.agents.population.conditional:load",
    "mixture": "agora.agents.population.mixture:load",
    "mu-zero": "agora.agents.learned.mu_zero:load",
    "sac": "agora.agents.learned.squashed:load",
    "stable-baselines3": "agora.agents.learned.stable_baselines.saved:load",
    "tabular": "agora.agents.tabular:load",
}
"""``kind`` in agent.toml -> ``load(folder, settings, spec)`` that builds it."""


def _saved(folder: Path, spec: Spec) -> Agent:
    try:
        settings = tomllib.loads((folder / "agent.toml").read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{folder / 'agent.toml'} is not valid TOML: {error}") from None
    if spec.id not in settings.get("ids", []):
        raise ValueError(f"The agent in {folder} plays {settings.get('ids', [])}, not {spec.id}.")
    kind = settings.get("kind")
    if kind not in SAVED_KINDS:
        raise ValueError(f"{folder / 'agent.toml'} says kind = {kind!r}; known kinds: {', '.join(SAVED_KINDS)}.")
    module, function = SAVED_KINDS[kind].split(":")
    return getattr(importlib.import_module(module), function)(folder, settings, spec)


def as_actions(given: Any, spec: Spec, lanes: int) -> np.ndarray:
    """What an agent returned from ``act`` as the engine takes it: (lanes,) int64 or (lanes, K) float32.

    Raises:
        TypeError, ValueError: it is of another type or shape.
    """
    actions = np.asarray(given)
    shape = (lanes, *getattr(spec.action, "shape", ()))
    if actions.shape != shape:
        raise ValueError(f"act() returned shape {actions.shape} for {spec.id}; expected {shape}, a row for each lane.")
    kinds, wanted = ("iu", "integers") if isinstance(spec.action, Discrete) else ("fiu", "floats")
    if actions.dtype.kind not in kinds:
        raise TypeError(f"act() returned {actions.dtype}; {spec.id} takes {wanted}")
    with np.errstate(over="ignore"):
        return actions.astype(spec.action_dtype)


def empty_actions(spec: Spec, lanes: int) -> np.ndarray:
    """Zeros of the shape and dtype of actions of one seat: (lanes,) int64 or (lanes, K) float32."""
    shape = (lanes,) if isinstance(spec.action, Discrete) else (lanes, *spec.action.shape)
    return np.zeros(shape, spec.action_dtype)

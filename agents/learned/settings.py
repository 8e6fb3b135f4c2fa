"""What a settings file of ``agora train`` may say, and the check that it says nothing else.

A whole file with most tables; all but ``id``, ``algorithm`` and ``steps`` may be left out::

    id = "agora/LeducPoker-v0"
    algorithm = "PPO"              # see ALGORITHMS; "stable-baselines3/MaskablePPO" and others of that library
    steps = 1_000_000
    num_envs = 256
    seed = 0

    [options]                      # of the environment
    players = 2

    [network]
    kind = "mlp"
    hidden = [128, 128]

    [parameters]                   # of the algorithm: the struct Parameters of its module says which
    learning_rate = { start = 1e-3, end = 1e-4 }

    [self_play]                    # or opponent = "random", not both

    [evaluation]
    opponents = ["random", "scripted/bettor"]
    measures = ["nash_conv"]
    games = 1_000

    [quick]                        # used instead by a quick season
    steps = 20_000_000

What [parameters] of stable-baselines3 may hold stands in ``stable_baselines/settings.py``.
"""

import difflib
import importlib
import inspect
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Meta, Struct

from agora.agents.learned.learner import Learner
from agora.envs.api import Spec
from agora.envs.game import Game

ALGORITHMS = {
    "PPO": "agora.agents.learned.ppo",
    "SAC": "agora.agents.learned.sac",
    "AlphaZero": "agora.agents.learned.alpha_zero",
    "MuZero": "agora.agents.learned.mu_zero",
    "PSRO": "agora.agents.population.psro",
    "double-oracle": "agora.agents.population.double_oracle",
    "fictitious-self-play": "agora.agents.population.fictitious_self_play",
    "league": "agora.agents.population.league",
    "NeuPL": "agora.agents.population.neupl",
    "SPO": "agora.agents.population.spo",
}
"""``algorithm`` -> the module that has its ``Parameters`` (struct of [parameters]) and ``make(settings, game)``."""

STABLE_BASELINES = "stable-baselines3/"
"""What ``algorithm`` begins with where it is one of that library."""

_MOVED = ("MaskablePPO", "A2C", "DQN")  # names without prefix in settings files of version 0.1

Count = Annotated[int, Meta(ge=1)]
Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Device = Annotated[str, Meta(pattern="^(cpu|auto|cuda(:[0-9]+)?)$")]
Table = TypeVar("Table", bound=Struct)


class Schedule(Struct, forbid_unknown_fields=True):
    """A number that goes in a straight line from ``start`` to ``end`` over the whole training."""

    start: float
    end: float


def at(value: float | Schedule, progress: float) -> float:
    """``value`` after the share ``progress`` (0 to 1) of all steps."""
    if not isinstance(value, Schedule):
        return value
    return value.start + min(max(progress, 0.0), 1.0) * (value.end - value.start)


class Network(Struct, forbid_unknown_fields=True):
    """What turns observations into features; see ``networks.py``."""

    kind: Literal["auto", "mlp", "convolution", "attention"] = "auto"
    """``auto``: what the observation's pieces say (``Piece.layout``): convolution for boards, attention for entities,
    else a multilayer perceptron."""
    hidden: list[Count] = msgspec.field(default_factory=lambda: [128, 128])
    """Sizes of the fully connected layers."""
    activation: Literal["relu", "tanh"] = "relu"
    channels: Count = 32
    """Of each convolution."""
    blocks: Annotated[int, Meta(ge=0)] = 3
    """Residual blocks of two convolutions."""
    width: Count = 64
    """Numbers for each entity in the attention network."""
    heads: Count = 4
    """Of the attention; ``width`` is a multiple of it."""
    layers: Count = 2
    """Of attention."""
    recurrent: Annotated[int, Meta(ge=0)] = 0
    """Size of the GRU that remembers a game's earlier observations; 0: none."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Of the products in these layers; memory and heads stay float32. ``bfloat16`` is mixed precision (P. Micikevicius
    et al., ICLR 2018): faster on processors that have units for it, slower on others."""


class SelfPlay(Struct, forbid_unknown_fields=True):
    """The opponents are versions of the agent itself; weights say how often which, in shares of their sum."""

    latest: Annotated[float, Meta(ge=0)] = 1.0
    uniform: Annotated[float, Meta(ge=0)] = 0.0
    prioritised: Annotated[float, Meta(ge=0)] = 0.0
    scripted: dict[str, float] = msgspec.field(default_factory=dict)
    every: Count | None = None
    """Steps between two snapshots; None: 1/40 of all steps."""
    size: Count = 16
    """Snapshots kept at most."""


class Evaluation(Struct, forbid_unknown_fields=True):
    """Games against fixed opponents, and measures, while training goes on."""

    every: Count | None = None
    """Steps between two evaluations; None: 1/10 of all steps."""
    games: Count = 512
    """Against each opponent, and for each measure that plays."""
    opponents: list[str] = msgspec.field(default_factory=lambda: ["random"])
    """Names as ``agora.agents.api.load`` takes them; not used with one player."""
    measures: list[str] = msgspec.field(default_factory=list)
    """Names of ``evaluation.MEASURES``, or of the game's metrics."""
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    """Options of the environment that differ from those of training, such as ``split``."""


class Quick(Struct, forbid_unknown_fields=True):
    """What a brief training uses instead: half a minute or so, for a season that is quick."""

    steps: Count


class Common(Struct, forbid_unknown_fields=True, kw_only=True):
    """What every training says, whoever made its algorithm."""

    id: str
    algorithm: str
    steps: Count
    """Decisions of the learner, over all games together; with populations, iterations."""
    name: str = ""
    """What tables call the agent; empty: the algorithm."""
    num_envs: Count = 256
    seed: Annotated[int, Meta(ge=0, lt=2**32)] = 0
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    opponent: str | None = None
    """Who plays the other seats; None: ``random``, unless there is ``[self_play]``."""
    seat: int | Literal["alternate", "random"] = "alternate"
    illegal: Literal["forfeit", "random"] = "forfeit"
    """What an illegal action costs in training, see ``Batch``."""
    reward_scale: Positive = 1.0
    """The learner sees rewards times this number; curves and evaluation do not."""
    deterministic: bool | None = None
    """Whether the saved agent takes its most likely action always; None: only with one player."""
    threads: Count = 1
    """Threads of torch. One is fastest for small networks, and far faster when other programs want the processors."""
    checkpoint_every: Count | None = None
    """Steps between two checkpoints; None: 1/10 of all steps."""
    evaluation: Evaluation = msgspec.field(default_factory=Evaluation)
    quick: Quick | None = None


class Settings(Common, forbid_unknown_fields=True, kw_only=True):
    """A whole training with one of Agora's own algorithms."""

    device: Device = "auto"
    """``auto``: the first CUDA device if there is one, else the CPU."""
    compile: bool = False
    """Whether ``torch.compile`` compiles the networks."""
    network: Network = msgspec.field(default_factory=Network)
    parameters: Any = msgspec.field(default_factory=dict)
    """The ``Parameters`` of the algorithm's module."""
    self_play: SelfPlay | None = None


def read(path: str | Path, quick: bool = False) -> Common:
    """The settings in a TOML file, checked.

    Args:
        path: the file.
        quick: the values of its table ``[quick]``, if there is one, take the place of the others.

    Raises:
        ValueError: there is no such file, it is not TOML, or it says something that is not allowed. The message names
            the file and the key.
    """
    path = Path(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"Cannot read the settings {path}: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not valid TOML: {error}") from None
    try:
        settings = from_table(table)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    if quick and settings.quick is not None:
        settings.steps = settings.quick.steps
    return settings


def from_table(table: Mapping[str, Any]) -> Common:
    """Settings from a parsed TOML table; ValueError names the key that is wrong."""
    algorithm = table.get("algorithm")
    if isinstance(algorithm, str) and algorithm.startswith(STABLE_BASELINES):
        from agora.agents.learned.stable_baselines.settings import checked  # needs that library

        settings: Common = checked(table)
    else:
        settings = _own(table)
    if getattr(settings, "self_play", None) is not None and settings.opponent is not None:
        raise ValueError("opponent and [self_play] exclude each other: leave one of them out.")
    if settings.opponent == "self":
        raise ValueError("opponent='self' is not allowed here: a table [self_play] trains against earlier versions.")
    return settings


def _own(table: Mapping[str, Any]) -> Settings:
    """Settings of one of ``ALGORITHMS``."""
    settings = convert(table, Settings)
    kind = algorithm_module(settings.algorithm).Parameters
    settings.parameters = convert(table.get("parameters", {}), kind, "parameters.")
    return settings


def algorithm_module(algorithm: str) -> Any:
    """The module of one of ``ALGORITHMS``; ValueError if there is none."""
    if algorithm in _MOVED:
        raise ValueError(
            f"algorithm: {algorithm!r} is now spelled '{STABLE_BASELINES}{algorithm}'; Agora's own is 'PPO'."
        )
    if algorithm not in ALGORITHMS:
        known = [*ALGORITHMS, *(f"{STABLE_BASELINES}{name}" for name in ("MaskablePPO", "PPO", "A2C", "DQN", "SAC"))]
        raise ValueError(f"algorithm: unknown {algorithm!r}{nearest(algorithm, known)}; known: {', '.join(known)}.")
    return importlib.import_module(ALGORITHMS[algorithm])


def maker(settings: Common) -> Callable[[Any, Game], Learner]:
    """What makes the learner of these settings for a game."""
    if settings.algorithm.startswith(STABLE_BASELINES):
        from agora.agents.learned.stable_baselines.learner import make

        return make
    return algorithm_module(settings.algorithm).make


def check_against(settings: Common, spec: Spec) -> None:
    """Raises ValueError if the opponents do not fit the environment; the algorithm itself is judged by its ``make``."""
    if spec.players == 1 and (getattr(settings, "self_play", None) is not None or settings.opponent is not None):
        raise ValueError(f"opponent and [self_play] need several players; {spec.id} has one: leave them out.")


def convert(table: Mapping[str, Any], kind: type[Table], where: str = "") -> Table:
    """``table`` as the struct ``kind``; ValueError names the key that is wrong, after ``where``."""
    if isinstance(table, Mapping):
        _check_keys(table, kind, where)
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise ValueError(_readable(str(error), where)) from None


def _check_keys(table: Mapping[str, Any], kind: type[Struct], where: str) -> None:
    """Raises ValueError for the first unknown key, here or in a table within."""
    known = get_type_hints(kind)
    for key, value in table.items():
        if key not in known:
            raise ValueError(f"unknown key {where}{key}{nearest(key, known)}; known keys: {', '.join(known)}.")
        inner = [part for part in (known[key], *get_args(known[key])) if inspect.isclass(part)]
        for part in inner:
            if issubclass(part, Struct) and isinstance(value, Mapping):
                _check_keys(value, part, f"{where}{key}.")


def nearest(key: str, known: Any) -> str:
    """`` (did you mean ...?)``, or nothing if no key of ``known`` is like ``key``."""
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else ""


def _readable(message: str, before: str) -> str:
    """``Expected `int`, got `str` - at `$.steps``` to ``steps: expected int, got str``."""
    what, _, where = message.replace("`", "").partition(" - at ")
    key = before + where.removeprefix("$").removeprefix(".")
    what = what.replace("Object missing required field", "the file lacks the key")
    return f"{key.rstrip('.')}: {what[0].lower()}{what[1:]}." if key else f"{what}."

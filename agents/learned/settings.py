"""What a settings file of ``agora train`` may say, and the check that it says nothing else.

A whole file with every table; all but ``id``, ``algorithm`` and ``steps`` may be left out::

    id = "agora/LeducPoker-v0"
    algorithm = "MaskablePPO"
    steps = 1_000_000
    num_envs = 256
    seed = 0
    seat = "alternate"
    opponent = "random"            # or a table [self_play], not both

    [options]                      # of the environment
    players = 2

    [network]
    hidden = [64, 64]
    activation = "tanh"

    [parameters]                   # of the algorithm's class
    n_steps = 32
    learning_rate = { start = 1e-3, end = 1e-4 }

    [evaluation]
    opponents = ["random", "scripted/bettor"]
    games = 1_000

    [full]                         # used instead with BUDGET=full
    steps = 20_000_000
"""

import difflib
import inspect
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec
from msgspec import Meta, Struct

from agora.envs.api import Discrete, Spec

Algorithm = Literal["PPO", "MaskablePPO", "A2C", "DQN", "SAC"]
Count = Annotated[int, Meta(ge=1)]

OURS = {  # parameters of the algorithms' classes that other keys stand for
    "policy": "the table [network]",
    "env": "id, num_envs, opponent and seat",
    "policy_kwargs": "the table [network]",
    "seed": "the key seed, outside [parameters]",
    "device": "the key device, outside [parameters]",
    "stats_window_size": "evaluation",
}
REFUSED = (  # objects that a settings file cannot hold, and exploration that a saved agent cannot rebuild
    "_init_setup_model",
    "action_noise",
    "replay_buffer_class",
    "replay_buffer_kwargs",
    "rollout_buffer_class",
    "rollout_buffer_kwargs",
    "sde_sample_freq",
    "tensorboard_log",
    "use_sde",
    "use_sde_at_warmup",
    "verbose",
)


class Network(Struct, forbid_unknown_fields=True):
    """The policy's hidden layers."""

    hidden: list[Count] = msgspec.field(default_factory=lambda: [64, 64])
    activation: Literal["tanh", "relu"] | None = None
    """None: tanh for PPO, MaskablePPO and A2C, relu for DQN and SAC."""
    standardise: bool = False
    """Whether inputs are shifted and scaled to mean 0 and deviation 1, as measured in random play before training."""


class SelfPlay(Struct, forbid_unknown_fields=True):
    """The opponents are earlier versions of the agent itself, see ``self_play.Pool``."""

    every: Count | None = None
    """Steps between two snapshots; None: 1/40 of all steps."""
    size: Count = 16
    """Snapshots kept at most."""
    latest: Annotated[float, Meta(ge=0, le=1)] = 0.5
    """Probability that an episode is played against the newest one; otherwise all are equally likely."""


class Evaluation(Struct, forbid_unknown_fields=True):
    """Games against fixed opponents while training goes on."""

    every: Count | None = None
    """Steps between two evaluations; None: 1/10 of all steps."""
    games: Count = 512
    opponents: list[str] = msgspec.field(default_factory=lambda: ["random"])
    """Names as ``agora.agents.api.load`` takes them; not used with one player."""
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    """Options of the environment that differ from those of training, such as ``split``."""


class Full(Struct, forbid_unknown_fields=True):
    """What a long training uses instead."""

    steps: Count


class Settings(Struct, forbid_unknown_fields=True):
    """A whole training."""

    id: str
    algorithm: Algorithm
    steps: Count
    """Decisions of the learner, over all games together."""
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
    reward_scale: Annotated[float, Meta(gt=0)] = 1.0
    """The learner sees rewards times this number; curves and evaluation do not."""
    deterministic: bool | None = None
    """Whether the saved agent takes its most likely action always; None: only with one player."""
    device: Annotated[str, Meta(pattern="^(cpu|auto|cuda(:[0-9]+)?)$")] = "cpu"
    threads: Count = 1
    """Threads of torch. One is fastest for small networks, and far faster when other programs want the processors."""
    checkpoint_every: Count | None = None
    """Steps between two checkpoints; None: 1/10 of all steps."""
    network: Network = msgspec.field(default_factory=Network)
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)
    """Passed to the algorithm's class; ``learning_rate`` may be a table of ``start`` and ``end``."""
    self_play: SelfPlay | None = None
    evaluation: Evaluation = msgspec.field(default_factory=Evaluation)
    full: Full | None = None


def read(path: str | Path, full: bool = False) -> Settings:
    """The settings in a TOML file, checked.

    Args:
        path: the file.
        full: the values of its table ``[full]`` take the place of the others.

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
    if full:
        if settings.full is None:
            raise ValueError(f"{path}: there is no table [full], which a full budget needs.")
        settings.steps = settings.full.steps
    return settings


def from_table(table: Mapping[str, Any]) -> Settings:
    """Settings from a parsed TOML table; ValueError names the key that is wrong."""
    _check_keys(table, Settings, "")
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise ValueError(_readable(str(error))) from None
    _check_parameters(settings)
    if settings.self_play is not None and settings.opponent is not None:
        raise ValueError("opponent and [self_play] exclude each other: leave one of them out.")
    if settings.opponent == "self":
        raise ValueError("opponent='self' is not allowed here: a table [self_play] trains against earlier versions.")
    return settings


def check_against(settings: Settings, spec: Spec) -> None:
    """Raises ValueError if the algorithm or the opponents do not fit the environment."""
    discrete = isinstance(spec.action, Discrete)
    if settings.algorithm == "SAC" and discrete:
        raise ValueError(f"algorithm: SAC needs continuous actions, {spec.id} has {spec.action}; try MaskablePPO.")
    if settings.algorithm in ("MaskablePPO", "DQN") and not discrete:
        raise ValueError(
            f"algorithm: {settings.algorithm} needs discrete actions, {spec.id} has {spec.action}; try SAC or PPO."
        )
    if spec.players == 1 and (settings.self_play is not None or settings.opponent is not None):
        raise ValueError(f"opponent and [self_play] need several players; {spec.id} has one: leave them out.")


def _check_keys(table: Mapping[str, Any], kind: type[Struct], where: str) -> None:
    """Raises ValueError for the first unknown key, here or in a table within."""
    known = get_type_hints(kind)
    for key, value in table.items():
        if key not in known:
            raise ValueError(f"unknown key {where}{key}{_nearest(key, known)}; known keys: {', '.join(known)}.")
        inner = [part for part in (known[key], *get_args(known[key])) if inspect.isclass(part)]
        for part in inner:
            if issubclass(part, Struct) and isinstance(value, Mapping):
                _check_keys(value, part, f"{where}{key}.")


def _nearest(key: str, known: Any) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else ""


def _readable(message: str) -> str:
    """``Expected `int`, got `str` - at `$.steps``` to ``steps: expected int, got str``."""
    what, _, where = message.replace("`", "").partition(" - at ")
    key = where.removeprefix("$").removeprefix(".")
    what = what.replace("Object missing required field", "the file lacks the key")
    return f"{key}: {what[0].lower()}{what[1:]}." if key else f"{what}."


def _check_parameters(settings: Settings) -> None:
    """Raises ValueError for what the algorithm's class does not take."""
    known = algorithm_parameters(settings.algorithm)
    for name, value in settings.parameters.items():
        if name in OURS:
            raise ValueError(f"parameters.{name} is not set here but by {OURS[name]}.")
        if name not in known:
            raise ValueError(
                f"unknown key parameters.{name}{_nearest(name, known)}; {settings.algorithm} takes {', '.join(known)}."
            )
        if name == "learning_rate" and isinstance(value, Mapping):
            _check_schedule(value)
            continue
        expected = known[name]
        if not _fits(value, expected):
            raise ValueError(f"parameters.{name}: expected {expected}, got {value!r}.")


def _check_schedule(value: Mapping[str, Any]) -> None:
    if set(value) != {"start", "end"} or not all(isinstance(part, float | int) for part in value.values()):
        raise ValueError(f"parameters.learning_rate: expected a number or {{ start = ..., end = ... }}, got {value}.")


def algorithm_parameters(algorithm: Algorithm) -> dict[str, str]:
    """What ``[parameters]`` may hold for ``algorithm``: name -> the type its class declares."""
    signature = inspect.signature(algorithm_class(algorithm))
    return {
        name: str(getattr(parameter.annotation, "__name__", parameter.annotation))
        for name, parameter in signature.parameters.items()
        if name not in OURS and name not in REFUSED
    }


def _fits(value: Any, declared: str) -> bool:
    """Whether a TOML value is of the type a signature declares: ``int``, ``float``, ``str`` and unions of them."""
    kinds = {part.strip() for part in declared.split("|")}
    if isinstance(value, bool):
        return "bool" in kinds
    if isinstance(value, int):
        return bool(kinds & {"int", "float"})
    return {float: "float", str: "str"}.get(type(value)) in kinds


def algorithm_class(algorithm: Algorithm) -> type[Any]:
    """The class of stable-baselines3 or sb3-contrib."""
    if algorithm == "MaskablePPO":
        import sb3_contrib

        return sb3_contrib.MaskablePPO
    import stable_baselines3

    return getattr(stable_baselines3, algorithm)

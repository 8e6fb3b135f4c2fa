"""Settings files for stable-baselines3: the keys that differ from Agora's own algorithms, and their check.

``[parameters]`` is passed to the algorithm's class, so what it may hold is read off that class.
"""

import inspect
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from agora.agents.learned.settings import STABLE_BASELINES, Common, Count, Device, Share, convert, nearest
from agora.envs.api import Discrete, Spec

ALGORITHMS = ("MaskablePPO", "PPO", "A2C", "DQN", "SAC")

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
    """The opponents are earlier versions of the agent itself, see ``pool.Pool``."""

    every: Count | None = None
    """Steps between two snapshots; None: 1/40 of all steps."""
    size: Count = 16
    """Snapshots kept at most."""
    latest: Share = 0.5
    """Probability that an episode is played against the newest one; otherwise all are equally likely."""


class Settings(Common, forbid_unknown_fields=True, kw_only=True):
    """A whole training with stable-baselines3."""

    device: Device = "cpu"
    network: Network = msgspec.field(default_factory=Network)
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)
    """Passed to the algorithm's class; ``learning_rate`` may be a table of ``start`` and ``end``."""
    self_play: SelfPlay | None = None

    @property
    def class_name(self) -> str:
        """``algorithm`` without its prefix."""
        return self.algorithm.removeprefix(STABLE_BASELINES)


def checked(table: Mapping[str, Any]) -> Settings:
    """Settings from a parsed TOML table; ValueError names the key that is wrong."""
    settings = convert(table, Settings)
    if settings.class_name not in ALGORITHMS:
        known = [STABLE_BASELINES + name for name in ALGORITHMS]
        raise ValueError(
            f"algorithm: unknown {settings.algorithm!r}{nearest(settings.algorithm, known)}; known: {', '.join(known)}."
        )
    _check_parameters(settings)
    return settings


def check_actions(settings: Settings, spec: Spec) -> None:
    """Raises ValueError if the algorithm does not take the environment's actions."""
    discrete, name = isinstance(spec.action, Discrete), settings.class_name
    if name == "SAC" and discrete:
        raise ValueError(f"algorithm: SAC needs continuous actions, {spec.id} has {spec.action}; try MaskablePPO.")
    if name in ("MaskablePPO", "DQN") and not discrete:
        raise ValueError(f"algorithm: {name} needs discrete actions, {spec.id} has {spec.action}; try SAC or PPO.")


def _check_parameters(settings: Settings) -> None:
    """Raises ValueError for what the algorithm's class does not take."""
    known = algorithm_parameters(settings.class_name)
    for name, value in settings.parameters.items():
        if name in OURS:
            raise ValueError(f"parameters.{name} is not set here but by {OURS[name]}.")
        if name not in known:
            raise ValueError(
                f"unknown key parameters.{name}{nearest(name, known)}; {settings.class_name} takes {', '.join(known)}."
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


def algorithm_parameters(algorithm: str) -> dict[str, str]:
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


def algorithm_class(algorithm: str) -> type[Any]:
    """The class of stable-baselines3 or sb3-contrib."""
    if algorithm == "MaskablePPO":
        import sb3_contrib

        return sb3_contrib.MaskablePPO
    import stable_baselines3

    return getattr(stable_baselines3, algorithm)

"""The contract: what an environment says about itself, and what its rules module must define.

Read this file first. An environment is a folder with four files:

- ``rules.py``      the rules, as pure functions on one NumPy record (below)
- ``words.py``      ``describe``, ``name`` and ``parse``: the same state for people and language models; board games
                    also ``notation`` and ``position``: the field's notation out and in
- ``draw.py``       ``SIZE`` and ``draw``: the same state as a picture
- ``reference.py``  ``reference``: what a random agent gets, the best that can be got and how that is known; and
                    ``KNOWN``, the numbers of the literature that the rules must reproduce

Letters for shapes, used in every docstring: ``B`` games (lanes), ``P`` players, ``A`` actions, ``O`` observation
numbers, ``K`` numbers in one continuous action, ``T`` time steps.

``rules.py`` defines, in this order (its docstring is the environment's page: Description, Observation, Action,
Reward, End, Options, Source, Versions):

==============================================  ======================================================================
``World`` (NamedTuple)                          what every episode shares and nobody changes: options, tables, geometry
``make_world(**options) -> World``              ``gym.make``'s keywords, checked with the ``check_*`` functions below
``make_spec(world) -> Spec``                    everything an algorithm may ask
``make_dtype(world) -> list``                   the state's own fields, a comment each: meaning, unit, range
``reset(world, state)``                         deals a new episode; every field but ``rng`` arrives as zero
``legal(world, state, player, out)``            writes the mask ``out`` (A,) bool; only with ``Discrete`` actions
``step(world, state, actions, rewards)``        plays ``actions`` and writes ``rewards``
``observe(world, state, player, out)``          writes the named pieces of ``out``: what that player may know
``chance(world, state, out)``                   only with explicit chance: ``out`` (C,) float64 gets the probabilities
``resample(world, state, player)``              only with imperfect information: turns ``state`` into another one that
                                                ``player`` cannot tell from it
==============================================  ======================================================================

Each of the last six carries ``@rule`` and is pure: it touches only its arguments, and the same bytes in give the same
bytes out. Randomness comes from ``state.rng`` alone. Inside a rule nothing is allocated, no string is made and nothing
is raised, so the same source compiles for other devices.

- ``step`` finds the mover's action in ``actions[state.to_move]``, everybody's when ``to_move == EVERYONE``, and the
  outcome of chance in ``actions[0]`` when ``to_move == CHANCE``. With ``Discrete`` actions ``actions`` is (P,) int64,
  with ``Box`` it is (P, K) float32. ``rewards`` is (P,) float64 and arrives as zeros. It sets ``to_move`` for the next
  decision and ``over`` when the rules end the game.
- Only compiled code may call a compiled rule; what words and drawings need as well stands in a table of ``World`` or in
  a function without ``@rule``. Small integers of a record wrap around when rules run uncompiled: ``int(state.count)``.
- Fields of a record with several bools are ``u1`` (0 or 1): Numba has no arrays of bool within a record. Loops,
  ``fill`` and ``copy`` of arrays.py compile several times faster than slices.
- ``out`` of ``observe`` is a record of the pieces in ``Spec.observation`` and arrives as zeros: ``out.hand[card] = 1``.
- The engine, not the rules, counts ``steps`` (decisions, the present one included; chance does not count), cuts
  episodes at ``Spec.max_steps`` and judges actions: a rule only ever sees legal ones.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

import numpy as np

CHANCE: Final = -1
"""``state.to_move`` when the next event is a draw of explicit chance."""

EVERYONE: Final = -2
"""``state.to_move`` when all players choose at once."""

ENGINE_FIELDS: Final = [
    ("rng", "u8"),  # state of the generator, see rng.py
    ("to_move", "i1"),  # the player to move, CHANCE or EVERYONE
    ("steps", "i4"),  # decisions made so far, counted by the engine
    ("over", "?"),  # the rules have ended the game
]
"""Fields that stand last in every state record, after those of ``make_dtype``.

Last, because Numba takes a record whose first fields are all those of another for a kind of that other, and would run
code compiled for one game on another.
"""


class Discrete(NamedTuple):
    """Actions 0 to ``n - 1``, int64, with a mask."""

    n: int


class Box(NamedTuple):
    """Actions of ``shape`` (K,), float32, each number within ``[low, high]``; every one of them is legal."""

    low: float
    high: float
    shape: tuple[int]


class Piece(NamedTuple):
    """A named part of the observation."""

    name: str
    shape: tuple[int, ...]
    low: float
    high: float
    meaning: str
    layout: Literal["", "board", "entities"] = ""
    """What networks may make of it. ``board``: the last two axes are rows and columns, those before are planes.
    ``entities``: the last axis describes one thing (a card, an item of a page), those before number them."""


@dataclass(frozen=True)
class Spec:
    """Everything an algorithm may ask about an environment with its options set."""

    players: int
    turns: Literal["sequential", "simultaneous"]
    information: Literal["perfect", "imperfect"]
    payoff: Literal["zero-sum", "common", "general", "single"]
    chance: Literal["none", "explicit", "sampled"]
    action: Discrete | Box
    observation: tuple[Piece, ...]
    returns: tuple[float, float]
    """Lowest and highest return that one player can have over an episode, in ``unit``."""
    unit: str
    """What a reward of 1 is: chips, points, log-wealth."""
    max_steps: int
    """Decisions after which the engine cuts the episode (truncated), in a game that its rules do not end before."""
    seats: tuple[str, ...]
    """What each player is called, (P,)."""
    observation_dtype: Literal["float32", "int8"] = "float32"
    chance_outcomes: int = 0
    """C, the number of outcomes of explicit chance."""
    exemptions: Mapping[str, str] = field(default_factory=dict)
    """Laws (test names in tests/laws) that do not bind this environment, each with the reason."""
    id: str = ""
    """The registered id; filled in by the engine, as are the options."""
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.seats) != self.players:
            raise ValueError(f"Spec names {len(self.seats)} seats for {self.players} players; name each player once.")

    @cached_property
    def observation_size(self) -> int:
        """O, the number of numbers in one player's observation."""
        return sum(math.prod(piece.shape) for piece in self.observation)

    @cached_property
    def observation_record(self) -> np.dtype:
        """The observation as a packed record, one field per piece."""
        return np.dtype([(piece.name, self.observation_dtype, piece.shape) for piece in self.observation])

    @property
    def action_dtype(self) -> type:
        return np.int64 if isinstance(self.action, Discrete) else np.float32

    def pieces(self, observation: np.ndarray) -> dict[str, np.ndarray]:
        """Named views of a flat observation (..., O): a dict of arrays (..., *piece.shape)."""
        views, start = {}, 0
        for piece in self.observation:
            stop = start + math.prod(piece.shape)
            views[piece.name] = observation[..., start:stop].reshape(*observation.shape[:-1], *piece.shape)
            start = stop
        return views


Kind = Literal["exact", "bound", "published", "simulated"]
"""How the best return is known."""


class Reference(NamedTuple):
    """What scores mean: a floor, a ceiling, and how the ceiling is known. Both are (P,), in the unit of the reward."""

    random: tuple[float, ...]
    """Expected return at each seat when every seat draws uniformly among its legal actions."""
    best: tuple[float, ...]
    """One player: the optimum, or a bound above it. Several: the return at each seat in equilibrium."""
    kind: Kind
    source: str


class Known(NamedTuple):
    """A number that is known of a game, for ``agora verify`` and the tests to find again."""

    name: str
    """What it is: ``perft 5``."""
    expected: float
    source: str
    """Paper and section, a sequence's number, or ``recomputed independently``."""
    measure: str | Callable[..., float]
    """A measure of agora.agents.measures by its name, or a function of the ``Game`` and ``arguments``."""
    arguments: Mapping[str, Any] = MappingProxyType({})
    """Keywords of the measure."""
    options: Mapping[str, Any] = MappingProxyType({})
    """Options of the environment."""
    tolerance: float = 0.0
    """Largest difference from ``expected`` that counts as found."""
    slow: bool = False
    """Takes more than a few seconds."""


def check_integer(name: str, value: Any, low: int, high: int) -> int:
    """Returns ``value`` as int if it is a whole number within ``[low, high]``, else raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise ValueError(f"{name}={value!r} is not allowed: give a whole number from {low} to {high}.")
    return int(value)


def check_number(name: str, value: Any, low: float, high: float) -> float:
    """Returns ``value`` as float if it is a finite number within ``[low, high]``, else raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise ValueError(f"{name}={value!r} is not allowed: give a number from {low:g} to {high:g}.")
    if not low <= value <= high:  # also false for NaN
        raise ValueError(f"{name}={value!r} is not allowed: give a number from {low:g} to {high:g}.")
    return float(value)


def check_choice(name: str, value: Any, choices: Sequence[Any]) -> Any:
    """Returns ``value`` if it is one of ``choices``, else raises ValueError that lists them."""
    if not any(type(value) is type(choice) and value == choice for choice in choices):
        raise ValueError(f"{name}={value!r} is not allowed: choose one of {', '.join(map(repr, choices))}.")
    return value

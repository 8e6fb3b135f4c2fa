"""``Game``: one environment with its options set, and its rules one state at a time.

Solvers, search, text and drawing stand on this; many games at once are ``batch.Batch``.
"""

import difflib
import importlib
import inspect
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from agora.envs.api import CHANCE, ENGINE_FIELDS, Discrete, Known, Reference
from agora.envs.jit import compiled_loop


class Game:
    """The rules of ``id`` with ``options`` bound.

    A state is one record of ``dtype``; ``state.tobytes()`` is the whole game. Methods that change a state change it in
    place and say so.

    Raises:
        ValueError: an option is unknown or has a value that is not allowed.
    """

    def __init__(self, id: str, package: str, options: Mapping[str, Any]):
        self.package = package
        self.rules = importlib.import_module(f"{package}.rules")
        self._check_names(id, options)
        self.world = self.rules.make_world(**options)
        self.spec = replace(self.rules.make_spec(self.world), id=id, options=dict(options))
        self.dtype = np.dtype(self.rules.make_dtype(self.world) + ENGINE_FIELDS)
        self.loop = compiled_loop(self.rules)

    def _check_names(self, id: str, options: Mapping[str, Any]) -> None:
        known = list(inspect.signature(self.rules.make_world).parameters)
        for name in options:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                raise ValueError(f"{id} has no option {name!r}; it has {', '.join(known) or 'none'}.{hint}")

    @cached_property
    def words(self) -> ModuleType:
        return importlib.import_module(f"{self.package}.words")

    @cached_property
    def drawing(self) -> ModuleType:
        return importlib.import_module(f"{self.package}.draw")

    @cached_property
    def reference_module(self) -> ModuleType:
        return importlib.import_module(f"{self.package}.reference")

    def reference(self) -> Reference:
        return self.reference_module.reference(self.world)

    def known(self) -> tuple[Known, ...]:
        """The numbers of the literature that this environment must reproduce, under any options."""
        return getattr(self.reference_module, "KNOWN", ())

    def metrics(self, state: np.record) -> dict[str, float]:
        """What an ended game says beyond its returns, by name; empty where ``reference.py`` defines no ``metrics``."""
        measure = getattr(self.reference_module, "metrics", None)
        return measure(self.world, state) if measure else {}

    def new(self, seed: int = 0) -> np.record:
        """A new episode as ``reset`` leaves it: explicit chance is still to be drawn."""
        states = np.zeros(1, self.dtype).view(np.recarray)
        self.loop.seed_streams(states, np.array([seed], np.uint64))
        state = states[0]
        self.loop.reset_one(self.world, state)
        return state

    def clone(self, state: np.record) -> np.record:
        return self.load(self.save(state))

    def save(self, state: np.record) -> bytes:
        """The whole game as bytes; two games are equal when their bytes are."""
        return state.tobytes()

    def load(self, data: bytes) -> np.record:
        """The state that ``save`` wrote, for the same id and options; ValueError when the length is another."""
        if len(data) != self.dtype.itemsize:
            raise ValueError(
                f"{self.spec.id} state has {self.dtype.itemsize} bytes with these options, got {len(data)}; "
                "load it with the options it was saved with."
            )
        return np.frombuffer(bytearray(data), self.dtype).view(np.recarray)[0]

    def hand(self, observation: np.ndarray) -> str | None:
        """The class of the hand that ``observation`` (O,) shows, for tables; None where ``reference.py`` has none."""
        name = getattr(self.reference_module, "hand", None)
        return name(self.world, self.spec.pieces(observation)) if name else None

    def notation(self, state: np.record) -> str:
        """The position in the field's own notation: FEN for chess, SGF for Go; ValueError where there is none."""
        return self._notation("notation")(self.world, state)

    def position(self, text: str, seed: int = 0) -> np.record:
        """The state that ``text``, in the notation of ``notation``, stands for.

        Raises:
            ValueError: the game has no notation, or ``text`` is not a position in it; says why.
        """
        state = self.new(seed)
        self._notation("position")(self.world, state, text)
        return state

    def _notation(self, function: str) -> Any:
        if not hasattr(self.words, function):
            raise ValueError(f"{self.spec.id} has no notation of positions; keep its states with save and load.")
        return getattr(self.words, function)

    def legal(self, state: np.record, player: int | None = None) -> np.ndarray:
        """The mask (A,) of ``player``, who moves next if None. Continuous actions have none: shape (0,)."""
        action = self.spec.action
        out = np.zeros(action.n if isinstance(action, Discrete) else 0, np.bool_)
        if out.size and not state.over:
            self.loop.legal_one(self.world, state, int(state.to_move if player is None else player), out)
        return out

    def step(self, state: np.record, action: Any) -> np.ndarray:
        """Plays ``action`` in place and returns the rewards (P,).

        ``action`` is the mover's, all players' when all choose at once, or the outcome when chance is to move. It is
        not judged: see ``Batch`` for the referee.
        """
        players, kind = self.spec.players, self.spec.action
        slots = np.zeros((players,) if isinstance(kind, Discrete) else (players, *kind.shape), self.spec.action_dtype)
        if state.to_move >= 0:
            slots[state.to_move] = action
        elif state.to_move == CHANCE:
            slots[(0,) * slots.ndim] = action
        else:
            slots[:] = np.reshape(action, slots.shape)
        rewards = np.zeros(players)
        self.loop.step_one(self.world, state, slots, rewards)
        return rewards

    def chance(self, state: np.record) -> np.ndarray:
        """The probability (C,) of each outcome when ``state.to_move == CHANCE``."""
        out = np.zeros(self.spec.chance_outcomes)
        self.loop.chance_one(self.world, state, out)
        return out

    def settle(self, state: np.record) -> np.record:
        """Draws explicit chance in place, from ``state.rng``, until somebody decides; returns the state."""
        while state.to_move == CHANCE and not state.over:
            self.step(state, self.loop.draw_outcome(self.world, state, np.zeros(self.spec.chance_outcomes)))
        return state

    def observe(self, state: np.record, player: int) -> np.ndarray:
        """What ``player`` knows, flat (O,)."""
        out = np.zeros(1, self.spec.observation_record).view(np.recarray)
        self.loop.observe_one(self.world, state, player, out[0])
        return out.view(self.spec.observation_dtype).view(np.ndarray)

    def resample(self, state: np.record, player: int) -> np.record:
        """Turns ``state`` in place into another one that ``player`` cannot tell from it; returns the state."""
        self.loop.resample_one(self.world, state, player)
        return state

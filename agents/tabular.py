"""An agent that looks up what to do: a table of probabilities, one row an information state.

Solvers make them. Saved as a folder: ``agent.toml`` says for which environment, ``table.npz`` holds the arrays; loading
runs no code of the folder and needs NumPy alone.
"""

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from agora.agents import toml
from agora.agents.api import Agent, Needs, SampledAgent, draw_rows
from agora.envs.api import Discrete, Spec

NONE = -1  # no decision yet, or a seat that does not matter


@dataclass(frozen=True, eq=False)
class Table:
    """What to do in every information state; the arrays are those of ``agora.agents.solvers.tree.Tree``."""

    owner: np.ndarray
    """(I,) int8, the player who decides."""
    before: np.ndarray
    """(I,) int32, that player's decision before, infostate * A + action, or NONE."""
    observation: np.ndarray
    """(I, O)"""
    legal: np.ndarray
    """(I, A) bool"""
    strategy: np.ndarray
    """(I, A) float64, probabilities."""

    @property
    def arrays(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def needs_seat(self) -> bool:
        """Whether two seats can observe the same, so that only the state tells which row it is."""
        return len({key[1:] for key in self.rows}) < len(self.rows)

    @cached_property
    def rows(self) -> dict[tuple[int, int, bytes], int]:
        """The row for a player, its decision before and an observation."""
        keys = zip(self.owner.tolist(), self.before.tolist(), map(np.ndarray.tobytes, self.observation), strict=True)
        return {key: row for row, key in enumerate(keys)}

    @cached_property
    def by_observation(self) -> dict[bytes, int] | None:
        """The row for an observation; None if the strategy also depends on what was observed before."""
        rows: dict[bytes, int] = {}
        for row, observation in enumerate(self.observation):
            first = rows.setdefault(observation.tobytes(), row)
            if not np.array_equal(self.strategy[first], self.strategy[row]):
                return None
        return rows

    def agent(self) -> Agent:
        """The agent that plays this table: one that shows its policy if the observation alone decides."""
        if self.by_observation is None:
            return TabularAgent(self)
        return SampledAgent(self.policy)

    def policy(self, observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        """The probabilities (L, A) for observations (L, O), where those alone decide."""
        assert self.by_observation is not None
        try:
            return self.strategy[[self.by_observation[row.tobytes()] for row in np.ascontiguousarray(observation)]]
        except KeyError:
            raise _unknown() from None


class TabularAgent:
    """Plays a table and remembers of every game which of its own decisions came last.

    It asks for states only where observations do not tell the seat, and looks at nothing else in them.
    """

    def __init__(self, table: Table):
        self.table = table
        self.needs: Needs = "states" if table.needs_seat else "observation"
        self._rows = table.rows if table.needs_seat else {(NONE, *key[1:]): row for key, row in table.rows.items()}
        self._latest: dict[int, int] = {}
        self._generator = np.random.default_rng(0)

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        for lane in lanes.tolist():
            self._latest.pop(lane, None)

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        seats = [NONE] * len(lanes) if self.needs == "observation" else states.to_move.tolist()
        before = [self._latest.get(lane, NONE) for lane in lanes.tolist()]
        keys = zip(seats, before, map(np.ndarray.tobytes, np.ascontiguousarray(observation)), strict=True)
        try:
            rows = np.array([self._rows[key] for key in keys], np.int64)
        except KeyError:
            raise _unknown() from None
        actions = draw_rows(self.table.strategy[rows], self._generator)
        self._latest.update(zip(lanes.tolist(), (rows * legal.shape[1] + actions).tolist(), strict=True))
        return actions


def _unknown() -> ValueError:
    return ValueError("The table has no row for this situation: it was made for other rules or options.")


def save(table: Table, folder: str | Path, spec: Spec, *, name: str, facts: dict[str, Any] | None = None) -> Path:
    """Writes the folder of an agent.

    Args:
        spec: of the environment that the table is for.
        name: what tables call it.
        facts: how it was made, for readers: numbers and strings.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "table.npz", **table.arrays)
    head = {"kind": "tabular", "name": name, "ids": [spec.id]}
    text = toml.written({"": head, "options": dict(spec.options), "solution": facts or {}})
    (folder / "agent.toml").write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, settings: dict[str, Any], spec: Spec) -> Agent:
    """Builds the agent in ``folder``, whose parsed ``agent.toml`` is ``settings``, for ``spec``.

    Raises:
        ValueError: the folder is damaged, or the agent was made for other options.
    """
    if settings.get("options", {}) != dict(spec.options):
        raise ValueError(
            f"The agent in {folder} was made for {spec.id} with options {settings.get('options', {})}, "
            f"not {dict(spec.options)}."
        )
    return _read(folder / "table.npz", spec).agent()


def _read(path: Path, spec: Spec) -> Table:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            table = Table(*(arrays[name] for name in Table.__dataclass_fields__))
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    if not _sound(table, spec):
        raise ValueError(f"{path} is damaged, or made for another version of {spec.id}.")
    return table


def _sound(table: Table, spec: Spec) -> bool:
    """Whether shapes and types fit together and rows are probabilities of legal actions."""
    if not isinstance(spec.action, Discrete):
        return False
    count, shape = len(table.owner), (len(table.owner), spec.action.n)
    arrays = table.arrays.values()
    shapes = [array.shape for array in arrays]
    if shapes != [(count,), (count,), (count, spec.observation_size), shape, shape]:
        return False
    kinds = (np.int8, np.int32, np.dtype(spec.observation_dtype), np.bool_, np.float64)
    if any(array.dtype != kind for array, kind in zip(arrays, kinds, strict=True)):
        return False
    strategy = table.strategy
    return bool((strategy >= 0).all() and np.allclose(strategy.sum(axis=1), 1) and not strategy[~table.legal].any())

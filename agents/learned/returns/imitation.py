"""Self-imitation: successes that are kept and learned from again, as in SPEAR and ARPO."""

from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch


class Replayed(NamedTuple):
    """A kept episode."""

    columns: dict[str, np.ndarray]
    """What was stored of its n decisions, (n, ...) each: observations, actions, chances."""
    task: int
    """Which task it solved: the id of its group."""
    score: float
    """Its return."""
    advantage: float
    """When it was stored: its return against its group."""


class Successes:
    """The last successes and the standard by which they are judged now.

    Source: self-imitation J. Oh et al., ICML 2018; SPEAR: Y. Qin et al., "Learn the ropes, then trust the wins", 2025,
    section 4.1 (the first in goes out first; a stored episode's advantage is its return less the median of recent
    baselines; replayed only where both that and the stored advantage are above 0); ARPO: F. Lu et al., "ARPO:
    end-to-end policy optimization for GUI agents with experience replay", 2025 (a group of failures gets a stored
    success of its task in place of one of its episodes). From abstracts, reviews and summaries, not from the papers'
    formulas.

    Args:
        capacity: most episodes kept, over all tasks.
        window: how many of the last groups' mean returns make the standard.
    """

    def __init__(self, capacity: int, window: int):
        if capacity < 1 or window < 1:
            raise ValueError(f"capacity={capacity}, window={window} is not allowed: give 1 or more of each.")
        self.kept: deque[Replayed] = deque(maxlen=capacity)
        self.recent: deque[float] = deque(maxlen=window)

    def add(
        self, columns: Mapping[str, np.ndarray], episode: np.ndarray, group: np.ndarray, returns: np.ndarray
    ) -> None:
        """Keeps the episodes that did better than their group, and takes every group's mean into the standard.

        Args:
            columns: arrays (N, ...) to store.
            episode, group, returns: as in the module's table; ``group`` is the id of the task, the same in every call.
        """
        ids, member = np.unique(group, return_inverse=True)
        means = np.bincount(member, returns) / np.bincount(member)
        self.recent.extend(means.tolist())
        advantages = returns - means[member]
        for index in np.flatnonzero(advantages > 0):
            rows = slice(*np.searchsorted(episode, [index, index + 1]))
            content = {name: column[rows].copy() for name, column in columns.items()}
            task = int(ids[member[index]])
            self.kept.append(Replayed(content, task, float(returns[index]), float(advantages[index])))

    def standard(self) -> float:
        """The median of the recent groups' mean returns, what a return is measured against now; -inf at first."""
        return float(np.median(self.recent)) if self.recent else -np.inf

    def replay(self) -> list[tuple[Replayed, float]]:
        """The kept episodes that are still better than the standard, each with its advantage of now, above 0."""
        standard = self.standard()
        return [(one, one.score - standard) for one in self.kept if one.score > standard]

    def rescues(
        self, returns: np.ndarray, group: np.ndarray, success: float, generator: np.random.Generator
    ) -> dict[int, Replayed]:
        """For each group whose returns are all below ``success``: which of its episodes to replace, and by what.

        Only by a kept episode of the same task that reached ``success``; a group without one is left out. Both are
        drawn uniformly. Returns a dict from the episode's index to its replacement.

        Args:
            returns, group: as in the module's table.
            success: the least return of a success.
            generator: draws.
        """
        chosen = {}
        for task in np.unique(group).tolist():
            members = np.flatnonzero(group == task)
            known = [one for one in self.kept if one.task == task and one.score >= success]
            if known and (returns[members] < success).all():
                chosen[int(generator.choice(members))] = known[generator.integers(len(known))]
        return chosen

    def state(self) -> dict[str, Any]:
        """Everything needed to go on, as tensors and plain values."""
        kept = [
            {**one._asdict(), "columns": {name: torch.from_numpy(array) for name, array in one.columns.items()}}
            for one in self.kept
        ]
        return {"kept": kept, "recent": list(self.recent)}

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from what ``state`` gave."""
        self.kept.clear()
        for one in state["kept"]:
            columns = {name: tensor.numpy().copy() for name, tensor in one["columns"].items()}
            self.kept.append(Replayed(columns, one["task"], one["score"], one["advantage"]))
        self.recent.clear()
        self.recent.extend(state["recent"])

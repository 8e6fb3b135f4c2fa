"""What every algorithm is to ``train.py``: it plays and learns in rounds, and can be stopped and resumed after each."""

from pathlib import Path
from typing import Any, Protocol

from agora.agents.api import Agent


class Learner(Protocol):
    """An algorithm at work on one game. A module of an algorithm has ``make(settings, game)``, which makes one."""

    @property
    def steps(self) -> int:
        """Decisions learned from so far; with populations, iterations so far."""

    def iterate(self) -> dict[str, float]:
        """One round of play and learning.

        Returns:
            Numbers for the curve. ``episodes`` (that ended in this round) and ``return`` (their mean, in the unit of
            the reward, absent if none ended) are averaged over the rounds between two rows, weighted by ``episodes``;
            the others by rounds.
        """

    def agent(self) -> Agent:
        """Plays what has been learned so far. It may change with the next ``iterate``."""

    def save(self, folder: Path) -> Path:
        """Writes the agent, ``agent.toml`` and ``weights.safetensors``, for ``agents.api.load``; returns ``folder``."""

    def state(self) -> dict[str, Any]:
        """Everything needed to go on exactly: tensors, bytes, plain values; what ``torch.load`` with
        ``weights_only=True`` reads."""

    def restore(self, state: dict[str, Any]) -> None:
        """Puts back what ``state`` gave, into a learner that ``make`` made with the same settings."""

    def check_finite(self) -> None:
        """Raises FloatingPointError that says what became NaN or infinite, and after how many steps."""

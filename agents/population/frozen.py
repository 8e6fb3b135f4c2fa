"""Agents that no longer learn, with the bytes to make them again: members of pools and populations."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from agora.agents.api import Agent, load
from agora.envs.api import Spec

Stored = str | dict[str, bytes]
"""A name as ``agora.agents.api.load`` takes it, or the files of a saved agent's folder, by relative path."""


class Frozen(NamedTuple):
    """An agent, and what it can be made of again."""

    agent: Agent
    stored: Stored


def freeze(save: Callable[[Path], Any], spec: Spec) -> Frozen:
    """The agent that ``save(folder)`` writes, as it is loaded from there."""
    with tempfile.TemporaryDirectory() as folder:
        save(Path(folder))
        return Frozen(load(folder, spec), _files(Path(folder)))


def thaw(stored: Stored, spec: Spec) -> Frozen:
    """The agent that was stored; ValueError as for ``agora.agents.api.load``."""
    if isinstance(stored, str):
        return Frozen(load(stored, spec), stored)
    with tempfile.TemporaryDirectory() as folder:
        write(stored, Path(folder))
        return Frozen(load(folder, spec), stored)


def write(files: dict[str, bytes], folder: Path) -> Path:
    """Writes the files of a saved agent; returns ``folder``."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def _files(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}

"""A checkpoint: everything a training needs to go on, in one file that is either whole or not there."""

import os
from pathlib import Path
from typing import Any

import torch


def write(path: Path, content: dict[str, Any]) -> None:
    """Writes ``content`` (tensors, bytes and plain values) to ``path``, in one move of the file system."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        torch.save(content, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def read(path: Path) -> dict[str, Any]:
    """What ``write`` wrote; ValueError if the file cannot be read. Loads tensors and plain values only, no objects."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        # Only the error's name: torch's own message advises to load the file as code.
        raise ValueError(
            f"The checkpoint {path} cannot be read ({type(error).__name__}); delete it to start over."
        ) from None

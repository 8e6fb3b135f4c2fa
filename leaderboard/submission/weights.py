"""Which files of a submission are pickles: loading one runs whatever its author wrote into it.

Safe are safetensors, ONNX and NumPy's arrays of numbers. Pickles are only ever loaded inside the jail, by the agent
itself; nothing on the judge's side opens one.
"""

import zipfile
from pathlib import Path
from typing import IO

import numpy as np

_PICKLES = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt", ".dill")
_PROTOCOLS = tuple(bytes([0x80, version]) for version in range(2, 6))  # how a pickle begins


def pickles(folder: str | Path) -> list[str]:
    """Paths within ``folder`` of the files that are pickles or hold some, sorted."""
    folder = Path(folder)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.relative_to(folder).as_posix() for path in paths if _is_pickle(path)]


def _is_pickle(path: Path) -> bool:
    with path.open("rb") as file:
        if path.suffix.lower() in _PICKLES or file.read(2) in _PROTOCOLS:
            return True
        file.seek(0)
        if path.suffix.lower() == ".npy":
            return _holds_objects(file)
        return zipfile.is_zipfile(file) and _packs_pickles(file)


def _packs_pickles(file: IO[bytes]) -> bool:
    """Whether a zip holds anything but arrays of numbers (an .npz does not); also where it cannot be read."""
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                if not info.filename.endswith(".npy"):
                    return True
                with archive.open(info) as contents:
                    if _holds_objects(contents):
                        return True
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return True
    return False


def _holds_objects(file: IO[bytes]) -> bool:
    """Whether the .npy in ``file`` is an array of objects, which NumPy stores as a pickle; also where it is damaged."""
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        return bool(read(file)[2].hasobject)
    except (ValueError, EOFError):
        return True

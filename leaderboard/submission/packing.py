"""A submission's folder as an archive: the same files give the same bytes."""

import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

from agora.leaderboard.submission.members import TOTAL_BYTES

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold


def pack(folder: str | Path, archive: str | Path) -> Path:
    """Writes the files of ``folder`` as a zip: the same files give the same bytes. What begins with a dot and
    ``__pycache__`` are left out.

    Raises:
        ValueError: there is a link or a special file in ``folder``, or too much.
    """
    folder, archive = Path(folder), Path(archive)
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}.")
    total = 0
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in _to_pack(folder):
            total += path.stat().st_size
            if total > TOTAL_BYTES:
                raise ValueError(f"{folder} holds more than the {TOTAL_BYTES} bytes that are allowed.")
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, path.read_bytes())
    return archive


def _to_pack(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ValueError(f"{path} is a link or a special file; put a plain file there.")
        if path.is_dir():
            yield from _to_pack(path)
        else:
            yield path

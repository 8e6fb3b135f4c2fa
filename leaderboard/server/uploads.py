"""Taking in what is handed in: to a file, as it comes, and no further than allowed."""

import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from agora.leaderboard.server.folder import Folder


class Upload(NamedTuple):
    """An archive that has arrived."""

    path: Path
    digest: str
    """SHA-256 of its bytes."""
    size: int


@contextmanager
def arriving(folder: Folder) -> Iterator[Path]:
    """A place for an upload, which is gone afterwards if nobody has moved it away."""
    path = folder.arriving / secrets.token_hex(16)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


async def receive(chunks: AsyncIterator[bytes], path: Path) -> Upload:
    """Writes what comes to ``path``, and to the disk before it returns."""
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        async for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Upload(path, digest.hexdigest(), size)

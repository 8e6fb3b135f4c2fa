"""The data folder of a server: where everything lies, readable for its owner only.

==========================  ==================================================================================
``server.db``               the database, if no other one is named
``secret.txt``              the secret of the season; its SHA-256 is in the log from the first edition on
``archives/``               what was handed in, under names that the server made
``arriving/``               uploads that are not complete yet
``agents/``                 agents of the season's own that were trained
``editions/0003/``          the log and the tables of an edition, and in ``site/`` what the public may see of it
``current``                 a link to the ``site/`` of the newest edition, or to ``waiting/`` before the first
``static/``, ``waiting/``   style and icon of the server's own pages, and the page before the first edition
``closing``                 there once an admin wants the season closed: nothing is taken in any more
``editions.lock``           held by the worker that makes an edition
==========================  ==================================================================================
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Folder(NamedTuple):
    """The data folder of a server."""

    root: Path

    @property
    def secret(self) -> Path:
        return self.root / "secret.txt"

    @property
    def arriving(self) -> Path:
        return self.root / "arriving"

    @property
    def agents(self) -> Path:
        return self.root / "agents"

    @property
    def current(self) -> Path:
        return self.root / "current"

    @property
    def closing(self) -> Path:
        return self.root / "closing"

    @property
    def database(self) -> str:
        """Address of the database that is used if no other one is named."""
        return f"sqlite:///{self.root / 'server.db'}"

    def edition(self, number: int) -> Path:
        return self.root / "editions" / f"{number:04d}"


def open_folder(root: str | Path) -> Folder:
    """The data folder at ``root``, made if there is none, for the eyes of its owner only.

    Raises:
        ValueError: others than its owner may read it, or it cannot be made.
    """
    folder = Folder(Path(root).resolve())
    try:
        for path in (folder.root, folder.root / "archives", folder.arriving, folder.agents, folder.root / "editions"):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"Cannot make the data folder {root}: {error.strerror}.") from None
    if folder.root.stat().st_mode & 0o077:
        raise ValueError(f"Others may read the data folder {root}; say `chmod 700` on it.")
    return folder


def publish(folder: Folder, site: Path) -> None:
    """Makes ``site`` what the public sees, from one moment to the next."""
    draft = folder.root / f"current.{os.getpid()}"
    draft.unlink(missing_ok=True)
    draft.symlink_to(site.relative_to(folder.root))
    draft.replace(folder.current)


@contextmanager
def alone(folder: Folder) -> Iterator[None]:
    """Waits until no other process makes an edition; a killed process no longer does."""
    with (folder.root / "editions.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

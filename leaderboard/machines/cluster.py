"""Playing on the machines of a Ray cluster.

Every machine has the same version of Agora installed, which is checked. Files of saved agents and submissions travel
through Ray's object store, once to each machine, so that no folder has to be shared. A unit is a task of one CPU: when
its machine is gone, Ray gives it to another one, and a result that was lost with a machine is played again.
"""

import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from agora.leaderboard.machines.jobs import TRIES, Job, Player, gave_up, in_order
from agora.leaderboard.machines.recipe import Recipe, Stages, folders, moved
from agora.leaderboard.match import Played

_NO_AGORA = "function failed to import"  # Ray's words
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_IGNORE_UNHANDLED_ERRORS": "1",  # of the units that were begun when another one failed
}


class Shipment(NamedTuple):
    """A recipe with all the files it names."""

    recipe: Recipe
    files: dict[Path, dict[str, bytes]]
    """Folder -> path within it -> content."""


@contextmanager
def player(address: str, recipe: Recipe) -> Iterator[Player]:
    """Plays on the Ray cluster at ``address``.

    Args:
        address: ``HOST:PORT`` or ``auto`` for a cluster that this machine belongs to, ``ray://HOST:PORT`` for another,
            or ``local``, which starts one here and ends it with the context.

    Raises:
        ValueError: Ray is not installed, there is no cluster, or a machine of it has other software.
        ChildProcessError: in play, when a unit ends every process that plays it.
    """
    with _connected(address) as ray:
        shipped = ray.put(pack(recipe))
        task = ray.remote(num_cpus=1, max_retries=TRIES - 1)(play_there)
        cpus = int(ray.cluster_resources().get("CPU", 0))
        if not cpus:
            raise ValueError(f"The cluster at {address} has no CPUs: add a machine with 'ray start --address ...'.")

        def finish(job: Job, playing: Any) -> list[Played]:
            try:
                games: list[Played] = ray.get(playing)
            except ray.exceptions.RayTaskError as error:
                if _NO_AGORA in str(error.cause):
                    raise ValueError(
                        f"A machine of the cluster at {address} has no agora-rl: install the same on all machines."
                    ) from None
                raise error.cause from None
            except ray.exceptions.RayError as error:
                reason = " ".join(str(error).split(".")[0].split())
                raise gave_up(recipe.parts[job.contest].contest.key, job, reason) from None
            return games

        # In a list, so that a task is given the reference; it fetches what it stands for if it has not yet.
        yield lambda jobs: in_order(jobs, lambda job: task.remote([shipped], job), finish, 2 * cpus)


def play_there(shipped: list[Any], job: Job) -> list[Played]:
    """The games of ``job``, on a machine of the cluster."""
    stages, _ = _unpacked(shipped[0])
    return stages.play(job)


@lru_cache(maxsize=1)
def _unpacked(shipped: Any) -> tuple[Stages, Any]:
    """The stages, once for each process of a machine, and the folder of their files, which lasts as long."""
    import ray

    folder = tempfile.TemporaryDirectory(prefix="agora-")
    return Stages(unpack(ray.get(shipped), Path(folder.name))), folder


def pack(recipe: Recipe) -> Shipment:
    """Reads the files that the recipe names."""
    files = {
        folder: {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
        }
        for folder in folders(recipe)
    }
    return Shipment(recipe, files)


def unpack(shipment: Shipment, place: Path) -> Recipe:
    """Writes the files into folders of their own below ``place``: the recipe that names these."""
    places = {folder: place / str(number) for number, folder in enumerate(shipment.files)}
    for folder, files in shipment.files.items():
        places[folder].mkdir()
        for name, data in files.items():
            path = places[folder] / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return moved(shipment.recipe, places)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """The module ``ray``, connected; a connection that was there already stays."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError:
        raise ValueError("A cluster needs ray: pip install 'agora-rl[cluster]'.") from None
    if ray.is_initialized():
        yield ray
        return
    given: dict[str, Any] = {"include_dashboard": False} if address == "local" else {}
    try:
        # Ray puts the working directory before the installed packages of its workers: a checkout of Agora there, or a
        # folder of that name, would stand in for it.
        with chdir(Path(__file__).anchor), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **given)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise ValueError(f"There is no Ray cluster at {address}: {' '.join(str(error).split())}") from None
    try:
        yield ray
    finally:
        ray.shutdown()

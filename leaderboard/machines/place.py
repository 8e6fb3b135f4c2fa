"""From what was asked for to a player: this process, several processes, or a cluster, with a store or without."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from agora.leaderboard.judge import Stage
from agora.leaderboard.log.records import Header
from agora.leaderboard.machines import cluster, here, pool
from agora.leaderboard.machines.jobs import Player
from agora.leaderboard.machines.recipe import write_recipe


class Place(NamedTuple):
    """Where games are played."""

    workers: int = 1
    """Processes of this machine: 1 is this one, 0 as many as there are processors."""
    cluster: str | None = None
    """Address of a Ray cluster, see ``cluster.player``, in place of this machine."""
    store: str | None = None
    """Address of a database of units, see ``store/database.py``: what is in it is not played again."""

    def check(self) -> None:
        """Raises ValueError if this is no place."""
        if self.workers < 0:
            raise ValueError(f"workers={self.workers} is not allowed: give a number, or 0 for one on each processor.")
        if self.cluster is not None and self.workers != 1:
            raise ValueError("Give either workers, for processes of this machine, or the address of a cluster.")


@contextmanager
def opened(
    place: Place,
    stages: Sequence[Stage],
    header: Header,
    secret: str,
    on_ended: Callable[[int, int], None] | None = None,
) -> Iterator[Player]:
    """A player of the units of ``stages``; whatever it starts ends with the context.

    Args:
        header: of the log, with its commitment.
        secret: that seeds come from.
        on_ended: called with the number of a contest and how many of its games have just ended, within units only
            where that is known before the unit is done.

    Raises:
        ValueError: agents cannot be sent there, there is no such cluster or store, or a package is missing.
    """
    workers = place.workers or _processors()
    with ExitStack() as stack:
        player: Player
        if place.cluster is not None:
            recipe = write_recipe(stages, header.title, secret)
            player = stack.enter_context(cluster.player(place.cluster, recipe))
        elif workers > 1:
            player = stack.enter_context(pool.player(write_recipe(stages, header.title, secret), workers))
        else:
            player = here.player(stages, secret, header.title, on_ended)
        if place.store is not None:
            from agora.leaderboard.store.database import open_database
            from agora.leaderboard.store.memory import remembered

            engine = open_database(place.store)
            stack.callback(engine.dispose)
            player = remembered(player, engine, header, stages)
        yield player


def _processors() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

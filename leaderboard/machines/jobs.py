"""What is to be played, wherever it is played."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from agora.leaderboard.match import Played
from agora.leaderboard.schedules.units import Unit

Handle = TypeVar("Handle")


class Job(NamedTuple):
    """A unit of a contest."""

    contest: int
    """Its number in the header of the log."""
    unit: Unit


Player = Callable[[Sequence[Job]], Iterator[list[Played]]]
"""Plays jobs and yields the games of each, in the order of the jobs, whatever order they were finished in."""

TRIES = 3
"""How often a job is begun before it is taken for the reason that its process ends."""


def in_order(
    jobs: Sequence[Job], start: Callable[[Job], Handle], finish: Callable[[Job, Handle], list[Played]], most: int
) -> Iterator[list[Played]]:
    """The games of each job, in the order of the jobs, while up to ``most`` of them are played at the same time."""
    begun: deque[tuple[Job, Handle]] = deque()
    for job in jobs:
        begun.append((job, start(job)))
        if len(begun) >= most:
            yield finish(*begun.popleft())
    while begun:
        yield finish(*begun.popleft())


def gave_up(environment: str, job: Job, reason: str) -> ChildProcessError:
    """The error for a job that ended every process that it was given to."""
    return ChildProcessError(
        f"Unit {job.unit.key} of {environment} was begun {TRIES} times, and each time the process that played it was "
        f"gone ({reason}). Units that are in the log stay there. Give it more memory or fewer workers, or leave out "
        "one of its agents."
    )

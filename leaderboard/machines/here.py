"""Playing in this process, one unit after the other."""

from collections.abc import Callable, Iterator, Sequence

from agora.leaderboard.judge import Stage, play_unit, put_away
from agora.leaderboard.machines.jobs import Job, Player
from agora.leaderboard.match import Played


def player(
    stages: Sequence[Stage], secret: str, season: str, on_ended: Callable[[int, int], None] | None = None
) -> Player:
    """Plays in this process.

    Args:
        secret: that seeds come from.
        season: its title.
        on_ended: called with the number of a contest and how many of its games have just ended.
    """

    def play(jobs: Sequence[Job]) -> Iterator[list[Played]]:
        for job in jobs:
            yield play_job(stages[job.contest], job, secret, season, on_ended)

    return play


def play_job(
    stage: Stage, job: Job, secret: str, season: str, on_ended: Callable[[int, int], None] | None = None
) -> list[Played]:
    """The games of ``job`` on ``stage``; processes of submissions end with them."""

    def ended(games: int) -> None:
        if on_ended is not None:
            on_ended(job.contest, games)

    try:
        return play_unit(stage, job.unit, secret, season, ended)
    finally:
        put_away(stage.agents[number] for number in job.unit.lineup)

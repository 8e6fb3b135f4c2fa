"""The pages on which a match is stepped through."""

from collections.abc import Mapping, Sequence
from typing import Any

from agora import envs
from agora.envs.game import Game
from agora.leaderboard.log.records import Contest
from agora.leaderboard.match import Played
from agora.leaderboard.site.drawings import share
from agora.leaderboard.site.matches import Match
from agora.leaderboard.site.pages import Markup
from agora.leaderboard.site.replays import Replay, Step, replayed
from agora.leaderboard.tables.words import clean

STEPS = 40
"""On one page; a longer match has several."""

ENDS = {"terminated": "by the rules", "truncated": "cut at the step limit", "forfeit": "forfeit"}


class Viewer:
    """Makes the pages of matches of one environment.

    Args:
        contest: the environment, as the log has it.
        links: agent -> its page.
    """

    def __init__(self, contest: Contest, links: Mapping[str, str]):
        self._contest, self._links = contest, links
        self._game = self._make(contest)

    @staticmethod
    def _make(contest: Contest) -> Game | None:
        try:
            return envs.game(contest.id, **contest.options)
        except (ValueError, OSError, ImportError):  # an id, an option or data that this installation does not have
            return None

    @staticmethod
    def file(match: Match, page: int) -> str:
        """The name of a page of a match; pages count from 1."""
        return f"{match.number}.html" if page == 1 else f"{match.number}-{page}.html"

    def pages(self, match: Match) -> list[dict[str, Any]]:
        """What the template ``replay.html`` needs, page by page; none where the match cannot be replayed here."""
        if self._game is None:
            return []
        try:
            replay = replayed(self._game, match.played)
        except ValueError:
            return []
        parts = [replay.steps[start : start + STEPS] for start in range(0, len(replay.steps), STEPS)]
        about = self._about(match, replay)
        pages = []
        for number, steps in enumerate(parts, start=1):
            last = number == len(parts)
            labels = [f"Before step {step.number}" for step in steps] + ["The end"] * last
            drawn = share([step.drawing for step in steps] + [replay.drawing] * last, labels)
            pages.append(
                about
                | {
                    "number": number,
                    "files": [self.file(match, page) for page in range(1, len(parts) + 1)],
                    "ranges": [(part[0].number, part[-1].number) for part in parts],
                    "shapes": Markup(drawn.shapes),
                    "steps": [
                        (step, self._moves(step, match.played), self._rewards(step.rewards), Markup(picture))
                        for step, picture in zip(steps, drawn.pictures, strict=False)
                    ],
                    "end": Markup(drawn.pictures[-1]) if last else None,
                }
            )
        return pages

    def _about(self, match: Match, replay: Replay) -> dict[str, Any]:
        """What stands on all pages of a match."""
        played, contest = match.played, self._contest
        names = [contest.entrants[agent].name for agent in played.seating]
        return {
            "match": match,
            "contest": contest,
            "title": title(contest, played),
            "seats": [
                (seat, clean(name), self._links[name], f"{gain:.6g}", played.faults.get(str(index), ""))
                for index, (seat, name, gain) in enumerate(zip(contest.seats, names, played.returns, strict=True))
            ],
            "ends": ENDS[played.ended],
            "total": len(replay.steps),
            "view": replay.view,
        }

    def _moves(self, step: Step, played: Played) -> list[dict[str, Any]]:
        """What each mover did, with the names of its seat and of the agent there."""
        seats, entrants = self._contest.seats, self._contest.entrants
        return [
            move._asdict() | {"name": seats[move.seat], "agent": clean(entrants[played.seating[move.seat]].name)}
            for move in step.moves
        ]

    def _rewards(self, rewards: Sequence[float]) -> str:
        """What each seat got, where anybody got anything."""
        if not any(rewards):
            return ""
        seats = self._contest.seats
        return ", ".join(f"{seat} {reward:+.6g}" for seat, reward in zip(seats, rewards, strict=True))


def title(contest: Contest, played: Played) -> str:
    """Who sat where."""
    return " – ".join(clean(contest.entrants[agent].name) for agent in played.seating)

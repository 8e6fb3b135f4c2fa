"""The site of a season, written into a folder from its log alone: the same log gives the same bytes."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from agora.leaderboard.log import records
from agora.leaderboard.log.records import Header, Results
from agora.leaderboard.site import addresses
from agora.leaderboard.site.agents import Agent, gather
from agora.leaderboard.site.charts import learning_curves, profiles
from agora.leaderboard.site.matches import RULE, RULE_ALONE, Match, choose
from agora.leaderboard.site.pages import Markup, render, write_static
from agora.leaderboard.site.viewer import Viewer
from agora.leaderboard.tables import fragments
from agora.leaderboard.tables.layout import ACROSS, Section
from agora.leaderboard.tables.overall import overall_tables
from agora.leaderboard.tables.words import clean, imprint, leaders, reference_line
from agora.leaderboard.tables.writers import write_all

_FOLDERS = ("agents", "environments", "families", "replays", "static")
_MARK = "static/site.css"  # a folder that has it was written here, and may be written anew
_LEADING = 5  # agents that are drawn on the front page


class Log(NamedTuple):
    """What the site says of the log it was made from."""

    size: int
    digest: str
    link: str


def write_site(
    results: Results,
    sections: Sequence[Section],
    out: str | Path,
    log: str | Path | None = None,
    agents: str | Path | None = None,
    replays: bool = True,
    served: bool = False,
) -> None:
    """Writes pages for every family, environment and agent, and replays, into the folder ``out``.

    Deals and moves are shown, and the log is copied, only when the season is closed: before that they would tell
    agents that are still to come what they will meet.

    Args:
        results: the log.
        sections: its tables.
        out: a new or empty folder, or one with a site, which is replaced.
        log: the file of the log, to be read beside the tables; None leaves it out.
        agents: the folder with the trained agents, whose learning curves are drawn; None draws none.
        replays: whether to write replays.
        served: whether a server takes submissions, so that pages link to them.

    Raises:
        ValueError: ``out`` holds something else than a site.
    """
    Site(results, sections, Path(out), served).write(
        Path(log) if log is not None and results.closed else None,
        Path(agents) / results.header.budget if agents is not None else None,
        replays and results.closed,
    )


class Site:
    """A site that is being written."""

    def __init__(self, results: Results, sections: Sequence[Section], out: Path, served: bool):
        self.results, self.sections, self.out, self.served = results, sections, out, served
        self.header: Header = results.header
        self.environments = addresses.environments(self.header.contests)
        self.agents = addresses.agents(self.header.contests)

    def write(self, log: Path | None, trained: Path | None, replays: bool) -> None:
        _clear(self.out)
        write_static(self.out)
        overall = overall_tables(self.results)
        write_all(self.sections, self.header, self.out, overall)
        about = self._copy(log) if log else None
        shown = [self._write_replays(index) if replays else [] for index in range(len(self.sections))]
        for index in range(len(self.sections)):
            self._write_environment(index, shown[index], trained)
        self._write_families()
        self._write_agents(shown, replays)
        self._page(
            "index.html",
            "index.html",
            families=self._families(),
            summary=fragments.summary(self.sections),
            across=ACROSS,
            overall=[Markup(fragments.table(each)) for each in overall],
        )
        self._page(
            "verify.html",
            "verify.html",
            header=self.header,
            log=about,
            closed=self.results.closed,
            jailed=any(entrant.jail is not None for contest in self.header.contests for entrant in contest.entrants),
            contests=self.header.contests,
        )

    def _page(self, path: str, template: str, **context: Any) -> None:
        root = "../" * path.count("/")
        text = render(
            template,
            root,
            season=clean(self.header.title),
            served=self.served,
            imprint=imprint(self.header),
            clean=clean,
            **context,
        )
        file = self.out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")

    def _copy(self, log: Path) -> Log:
        data = records.read_bytes(log)
        (self.out / "log.jsonl").write_bytes(data)
        contents = records.parse(data, log, records.refuse)
        return Log(len(data), hashlib.sha256(data).hexdigest(), contents.link if contents else "")

    def _links(self, index: int, root: str) -> dict[str, str]:
        """Agent of a contest -> its page."""
        entrants = self.sections[index].contest.entrants
        return {each.name: f"{root}agents/{self.agents[addresses.who(each)]}.html" for each in entrants}

    def _write_environment(self, index: int, shown: Sequence[Match], trained: Path | None) -> None:
        section = self.sections[index]
        contest = section.contest
        links = self._links(index, "../")
        curves = learning_curves(contest, trained) if trained else []
        self._page(
            f"environments/{self.environments[index]}.html",
            "environment.html",
            section=section,
            contest=contest,
            family=fragments.family_name(contest.family),
            family_link=f"../families/{addresses.slug(contest.family)}.html",
            chips=Markup(fragments.chips(section)),
            reference=reference_line(section),
            picture=Markup(fragments.environment_picture(contest)),
            ranking=Markup(fragments.drawn_ranking(section, links)),
            tables=[(each.key, Markup(fragments.table(each, links))) for each in section.tables],
            profiles=Markup(profiles(contest, self.results.games[index], self.header.seed)),
            curves=[(name, Markup(plot)) for name, plot in curves],
            matches=shown,
            folder=self.environments[index],
            all_shown=len(shown) == len(self.results.games[index]),
            rule=RULE if contest.players > 1 else RULE_ALONE,
            closed=self.results.closed,
        )

    def _write_replays(self, index: int) -> list[Match]:
        """The matches that were chosen and could be replayed."""
        viewer = Viewer(self.sections[index].contest, self._links(index, "../../"))
        shown = []
        for match in choose(self.sections[index], self.results.games[index]):
            pages = viewer.pages(match)
            for number, page in enumerate(pages, start=1):
                self._page(
                    f"replays/{self.environments[index]}/{viewer.file(match, number)}",
                    "replay.html",
                    environment_link=f"../../environments/{self.environments[index]}.html",
                    **page,
                )
            if pages:
                shown.append(match)
        return shown

    def _families(self) -> list[dict[str, Any]]:
        """What the front page says of each family."""
        families: dict[str, list[dict[str, Any]]] = {}
        for index, section in enumerate(self.sections):
            card = {
                "title": clean(section.contest.title),
                "link": f"environments/{self.environments[index]}.html",
                "agents": len(section.contest.entrants),
                "games": section.games,
                "leaders": leaders(section),
                "ranking": Markup(fragments.drawn_ranking(section, self._links(index, ""), _LEADING)),
            }
            families.setdefault(section.contest.family, []).append(card)
        return [
            {"name": fragments.family_name(family), "link": f"families/{addresses.slug(family)}.html", "cards": cards}
            for family, cards in families.items()
        ]

    def _write_families(self) -> None:
        for family in dict.fromkeys(section.contest.family for section in self.sections):
            own = [index for index, section in enumerate(self.sections) if section.contest.family == family]
            self._page(
                f"families/{addresses.slug(family)}.html",
                "family.html",
                name=fragments.family_name(family),
                count=len(own),
                overview=Markup(
                    fragments.overview(
                        [self.sections[index] for index in own],
                        [f"../environments/{self.environments[index]}.html" for index in own],
                        family=False,
                    )
                ),
                cards=[
                    {
                        "title": clean(self.sections[index].contest.title),
                        "link": f"../environments/{self.environments[index]}.html",
                        "ranking": Markup(fragments.drawn_ranking(self.sections[index], self._links(index, "../"))),
                    }
                    for index in own
                ],
            )

    def _write_agents(self, shown: Sequence[Sequence[Match]], public: bool) -> None:
        found: list[Agent] = gather(self.results, self.sections, shown, self.agents, self.environments, public)
        self._page("agents/index.html", "agents.html", agents=found)
        for agent in found:
            self._page(f"agents/{agent.address}.html", "agent.html", agent=agent)


def check_place(out: str | Path) -> None:
    """Raises ValueError if the folder ``out`` holds something else than a site."""
    out = Path(out)
    if out.exists() and not out.is_dir():
        raise ValueError(f"Cannot write a site to {out}, which is a file: name a folder.")
    if out.is_dir() and any(out.iterdir()) and not (out / _MARK).is_file():
        raise ValueError(f"Cannot write a site to {out}, which holds other files: name a new or an empty folder.")


def _clear(out: Path) -> None:
    """Makes room for the site, and for nothing else."""
    check_place(out)
    for folder in _FOLDERS:
        if (out / folder).is_dir():
            shutil.rmtree(out / folder)
    (out / "log.jsonl").unlink(missing_ok=True)

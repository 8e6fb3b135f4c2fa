"""The site: pages from a log alone, with links that lead somewhere and names that cannot do harm."""

import importlib
import re
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin

import msgspec
import numpy as np
import pytest

from agora.leaderboard.log import records
from agora.leaderboard.match import Played
from agora.leaderboard.season import evaluate, run_season
from agora.leaderboard.site import addresses
from agora.leaderboard.site.pages import render, write_static
from agora.leaderboard.site.write import write_site
from agora.leaderboard.tables.sections import make_sections

SEASON = """
title = "Four families"
seed = 3

[[environments]]
id = "agora/TicTacToe-v0"
title = "Noughts"
games = 4
duplicates = []
agents = ["random", "scripted/perfect"]

[[environments]]
id = "agora/KuhnPoker-v0"
title = "Cards"
games = 60
agents = ["random", "scripted/honest", "scripted/always_bet"]

[[environments]]
id = "agora/SealedAuction-v0"
title = "Auction"
games = 6
agents = ["random", "scripted/truthful"]

[[environments]]
id = "agora/AlternatingOffers-v0"
title = "Offers"
games = 6
agents = ["random", "scripted/fair"]

[[environments]]
id = "agora/Portfolio-v0"
title = "Portfolio"
games = 3
duplicates = []
agents = ["random", "scripted/market"]
options = { length = 4, random_start = true }

[[environments]]
id = "agora/Shop-v0"
title = "Shop"
games = 3
agents = ["random", "scripted/rule"]
"""
EVIL = [
    "<script>alert(1)</script>",
    '" onmouseover="x',
    "'><img src=x onerror=alert(1)>",
    "../../etc/passwd",
    "\u202eevil\x1b[31m",
    "\u202e\u200b",
    "{{ 7 * 7 }}",
    "n" * 300,
    "CON",
    "javascript:alert(1)",
]
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """A page as a browser would take it: what is in it, and that every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.links, self.names, self.text = [], [], [], [], []
        self._open = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.handle_startendtag(tag, attributes)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        self.links += [value for name, value in attributes if name in ("href", "src")]
        self.names += [value for name, value in attributes if name == "id"]

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def pages_of(folder):
    found = {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.html"))}
    return {name: text for name, text in found.items() if name != "leaderboard.html"}


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    """The folder of a season of all four families, with its site in ``site``."""
    out = tmp_path_factory.mktemp("season")
    (out / "season.toml").write_text(SEASON)
    sections = run_season(out / "season.toml", out / "out", progress=False)
    write_site(records.read(out / "out/log.jsonl"), sections, out / "site", log=out / "out/log.jsonl")
    return out


@pytest.fixture(scope="module")
def evil(tmp_path_factory):
    """The site of a season of agents with bad names, one of which fails and says bad things."""

    class Crash:
        needs, budget = "observation", 0.0

        def reset(self, spec, lanes, seed):
            raise ValueError("</pre><script>alert('caused')</script>")

        def act(self, observation, legal, lanes):
            raise AssertionError

    out = tmp_path_factory.mktemp("evil")
    evaluate("agora/TicTacToe-v0", dict.fromkeys(EVIL[:-1], "random") | {EVIL[-1]: Crash()}, 1, out=out / "out")
    results = records.read(out / "out/log.jsonl")
    for entrant in results.header.contests[0].entrants:
        entrant.author, entrant.jail, entrant.source = entrant.name, 2.0, f"submission by {entrant.name}"
    write_site(results, make_sections(results), out / "site", served=True)
    return out / "site"


def check_links(folder):
    pages = {name: Page(text) for name, text in pages_of(folder).items()}
    assert pages
    for name, page in pages.items():
        for link in page.links:
            path, _, part = unquote(urljoin(f"/{name}", link)).lstrip("/").partition("#")
            if path in ("submit", "queue"):
                continue
            assert (folder / path).is_file(), (name, link)
            if part and path in pages:
                assert part in pages[path].names, (name, link)
    return pages


def test_every_link_leads_somewhere(season, evil):
    pages = check_links(season / "site")
    check_links(evil)
    named = {name.split("/")[0] for name in pages}
    assert named == {"index.html", "verify.html", "families", "environments", "agents", "replays"}
    assert {name for name in pages if name.startswith("families/")} == {
        f"families/{family}.html" for family in ("games", "negotiation", "trading", "web")
    }
    assert all(len(page.names) == len(set(page.names)) for page in pages.values())


def test_from_the_front_page_everything_is_reached(season):
    pages = {name: Page(text) for name, text in pages_of(season / "site").items()}
    reached, new = {"index.html"}, ["index.html"]
    while new:
        name = new.pop()
        found = {urljoin(f"/{name}", link).lstrip("/").partition("#")[0] for link in pages[name].links}
        new += [each for each in found if each in pages and each not in reached]
        reached |= found
    assert set(pages) <= reached


def test_the_same_log_gives_the_same_bytes(season, tmp_path):
    results = records.read(season / "out/log.jsonl")
    write_site(results, make_sections(results), tmp_path / "again", log=season / "out/log.jsonl")
    assert contents(tmp_path / "again") == contents(season / "site")


def test_the_tables_beside_the_site_are_those_beside_the_log(season):
    for ending in ("csv", "json", "md", "html"):
        name = f"leaderboard.{ending}"
        assert (season / "site" / name).read_bytes() == (season / "out" / name).read_bytes()
    assert (season / "site/log.jsonl").read_bytes() == (season / "out/log.jsonl").read_bytes()


def test_pages_need_nothing_else_and_run_nothing_of_their_own(season, evil):
    for text in [*pages_of(season / "site").values(), *pages_of(evil).values()]:
        page = Page(text)
        assert "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:" in text
        assert not [name for name, _ in page.attributes if name == "style" or name.startswith("on")]
        assert not {"style", "iframe", "object", "embed", "base"} & set(page.tags)
        assert not [link for link in page.links if re.match(r"[a-z]+:|//", link)]
        assert all(tag in text for tag in ("<h1>", "<title>", 'lang="en"', 'name="viewport"'))
        assert text.count("<script") == text.count("static/replay.js")


def test_names_of_strangers_stay_text(evil):
    pages = pages_of(evil)
    for text in pages.values():
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "\u202e" not in text
        assert "\x1b" not in text
        assert "49" not in re.findall(r"<h1>(.*?)</h1>", text)
    shown = "".join(Page(pages["agents/index.html"]).text)
    for name in EVIL[:4]:
        assert name in shown
    forfeits = [text for name, text in pages.items() if name.startswith("replays/") and "forfeited" in text]
    assert forfeits
    assert all("&lt;/pre&gt;&lt;script&gt;alert" in text for text in forfeits)


def test_names_of_strangers_make_no_paths(evil):
    made = [path.relative_to(evil) for path in evil.rglob("*")]
    assert all(re.fullmatch(r"[a-z0-9-]{1,60}(\.[a-z0-9]+)?", part) for path in made for part in path.parts)
    assert len(list((evil / "agents").glob("*.html"))) == 1 + len(EVIL)


def test_addresses_tell_all_agents_apart_and_stay(monkeypatch):
    entrant = records.Entrant
    crowd = [
        entrant("a", "x", "observation", "", None, ""),
        entrant("a", "x", "observation", "", 2.0, ""),
        entrant("a", "x", "observation", "", 2.0, "me"),
        entrant("A!", "x", "observation", "", 2.0, "me"),
        entrant("\u4e2d", "x", "observation", "", 2.0, "me"),
        entrant("x" * 80, "x", "observation", "", 2.0, "me"),
        entrant("x" * 79, "x", "observation", "", 2.0, "me"),
    ]

    class Contest:
        entrants = crowd

    found = addresses.agents([Contest()])
    assert len(set(found.values())) == len(crowd)
    assert all(re.fullmatch(r"[a-z0-9-]{3,60}", each) for each in found.values())
    Contest.entrants = crowd[::-1]
    assert addresses.agents([Contest()]) == found
    monkeypatch.setattr(addresses, "_HASH", 0)  # as if somebody had found a name with the hash of another
    assert len(set(addresses.agents([Contest()]).values())) == len(crowd)


def test_deals_and_moves_of_an_open_season_are_not_shown(season, tmp_path):
    results = records.read(season / "out/log.jsonl")._replace(closed=False)
    write_site(results, make_sections(results), tmp_path / "site", log=season / "out/log.jsonl")
    made = contents(tmp_path / "site")
    assert not [name for name in made if name.startswith("replays/") or name == "log.jsonl"]
    assert all(b"/replays/" not in data for data in made.values())
    text = made["environments/1-noughts.html"].decode()
    assert "when the season is closed" in text
    assert "when the season is closed" in made["verify.html"].decode()
    assert check_links(tmp_path / "site")


def test_what_failing_agents_said_is_not_shown_while_the_season_is_open(tmp_path, results_of):
    games = [
        Played(deal, deal, [0, 1], [-1.0, 1.0], 1, "forfeit", [-1], {"0": "ValueError: I saw the king"})
        for deal in range(4)
    ]
    for closed in (True, False):
        results = results_of(games)._replace(closed=closed)
        write_site(results, make_sections(results), tmp_path / str(closed))
        pages = "".join(pages_of(tmp_path / str(closed)).values())
        assert ("I saw the king" in pages) == closed
        assert "ValueError" in pages


def test_replays_can_be_left_out(season, tmp_path):
    results = records.read(season / "out/log.jsonl")
    write_site(results, make_sections(results), tmp_path / "site", replays=False)
    assert not (tmp_path / "site/replays").exists()
    assert not (tmp_path / "site/log.jsonl").exists()
    assert check_links(tmp_path / "site")


def test_a_site_replaces_a_site_and_nothing_else(results_of, tmp_path):
    results = results_of([Played(deal, deal, [0, 1], [-1.0, 1.0], 1, "terminated", [0]) for deal in range(4)])
    sections = make_sections(results)
    write_site(results, sections, tmp_path / "site")
    before = contents(tmp_path / "site")
    (tmp_path / "site/replays").mkdir()
    for stale in ("replays/1.html", "agents/gone.html", "environments/gone.html", "log.jsonl"):
        (tmp_path / "site" / stale).touch()
    write_site(results, sections, tmp_path / "site")
    assert contents(tmp_path / "site") == before
    (tmp_path / "other/agents").mkdir(parents=True)
    with pytest.raises(ValueError, match="holds other files"):
        write_site(results, sections, tmp_path / "other")
    assert list((tmp_path / "other").rglob("*")) == [tmp_path / "other/agents"]
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="is a file"):
        write_site(results, sections, tmp_path / "file")


def test_agent_pages_hold_every_number_of_the_tables(season):
    results = records.read(season / "out/log.jsonl")
    section = make_sections(results)[1]
    ranking = section.table("ranking")
    random = next(iter(addresses.agents(results.header.contests).values()))
    text = "".join(Page((season / f"site/agents/{random}.html").read_text()).text)
    assert text.count("Loaded from") == 1
    for title in ("Noughts", "Cards", "Auction", "Offers", "Portfolio", "Shop"):
        assert title in text
    for column in ranking.columns:
        assert column.key == "agent" or column.label in text
    matrix = section.table("matrix")
    row = matrix.rows[matrix.column("agent").index("random")]
    assert f"{100 * row[2].value:.0f}" in text


def test_curves_of_trained_agents_are_drawn_and_those_of_strangers_are_not_looked_for(season, tmp_path):
    results = records.read(season / "out/log.jsonl")
    trained = tmp_path / "agents/quick/noughts"
    trained.mkdir(parents=True)
    rows = [{"steps": step, "against random": step / 4, "against random: standard error": 0.1} for step in range(4)]
    (trained / "curve.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(rows))
    first, second = results.header.contests[0].entrants
    first.source = f"{tmp_path}/agents/quick/noughts/agent"
    second.source, second.author = "submission by x/noughts/agent", "x/noughts/agent"
    write_site(results, make_sections(results), tmp_path / "site", agents=tmp_path / "agents", replays=False)
    page = (tmp_path / "site/environments/1-noughts.html").read_text()
    section = page[page.index('id="curves"') :].partition("</section>")[0]
    assert section.count("<polyline") == 1
    assert section.count("<polygon") == 1
    assert re.search(r'<polyline[^>]*points="0.0,', section)
    assert str(tmp_path) not in "".join(pages_of(tmp_path / "site").values())
    assert 'id="curves"' not in (tmp_path / "site/environments/2-cards.html").read_text()


def test_profiles_fall_from_one_to_nothing(season):
    page = (season / "site/environments/5-portfolio.html").read_text()
    section = page[page.index('id="profiles"') :].partition("</section>")[0]
    lines = re.findall(r'<polyline[^>]*points="([^"]*)"', section)
    assert len(lines) == 2
    for line in lines:
        heights = [float(point.split(",")[1]) for point in line.split()]
        assert heights == sorted(heights)
        assert heights[0] < heights[-1]
    assert 'id="profiles"' not in (season / "site/environments/1-noughts.html").read_text()


def test_the_layout_serves_pages_of_the_server_too(tmp_path):
    write_static(tmp_path)
    assert {path.name for path in (tmp_path / "static").iterdir()} == {"icon.svg", "replay.js", "site.css"}
    assert "--ink" in (tmp_path / "static/site.css").read_text()
    text = render("layout.html", "/", season="<b>", served=True)
    assert 'href="/submit"' in text
    assert 'href="/queue"' in text
    assert "&lt;b&gt;" in text
    assert "/submit" not in render("layout.html", "/")


def test_long_seasons_of_one_player_need_no_scale(results_of, tmp_path):
    games = [Played(deal, deal, [0], [float(deal)], 1, "terminated", [0]) for deal in range(30)]
    results = results_of(games, ("a",), players=1, floor=[0.0], ceiling=[np.inf])._replace(closed=True)
    write_site(results, make_sections(results), tmp_path / "site")
    page = (tmp_path / "site/environments/1-agora-x-v0.html").read_text()
    assert "no replays of this environment here" in page
    assert 'id="profiles"' not in page


def test_without_jinja2_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.delitem(sys.modules, "agora.leaderboard.site.pages")
    with pytest.raises(ImportError, match=r"pip install 'agora-rl\[serve\]'"):
        importlib.import_module("agora.leaderboard.site.pages")

"""What strangers write ends harmless wherever the server shows it: pages, tables, logs of submissions."""

from html.parser import HTMLParser

import pytest

from agora.leaderboard.server import tokens, worker
from agora.leaderboard.server.editions import Play
from agora.leaderboard.submission.packing import pack
from serving import serving
from submissions import HEAD, submission

TAG = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=alert(1)>"
SHOWN = f"a|b]({TAG})`*{{{{7*7}}}}"
"""A name that is allowed."""
SAYS = HEAD.replace(
    "        return legal", f"        raise ValueError('''{IMAGE}\\x1b[2J\\u202e</pre>''')\n        return legal"
)

AUTHOR = f'Ada "{IMAGE}'
REFUSED = {
    "formula": "=cmd|' /C calc'!A0",
    "terminal": "a\x1b]0;owned\x07",
    "direction": "a\u202egnp.exe",
    "lines": "a\n\n# owned",
    "invisible": "rand\u200bom",
    "look-alike": "r\u0430ndom",
}
"""Names that are not allowed, and how the reason may still not repeat them as they are."""

FORBIDDEN = set("\x1b\x07\u202e\u200b")
_TAGS = """
a abbr article aside b body br button caption circle code col colgroup dd defs desc details div dl dt em fieldset
figcaption figure footer form g h1 h2 h3 h4 head header html i img input label legend li line link main meta nav ol
optgroup option p path polygon polyline pre rect section select small span strong style sub summary sup svg table tbody
td text tfoot th thead time title tr tspan u ul use
"""
KNOWN_TAGS = set(_TAGS.split())


class Tags(HTMLParser):
    """Complains of whatever could run."""

    def handle_starttag(self, tag, attributes):
        assert tag in KNOWN_TAGS or (tag == "script" and dict(attributes).get("src")), tag
        for name, value in attributes:
            assert not name.startswith("on"), (tag, name)
            assert "javascript:" not in (value or ""), (tag, name)
            assert (tag, name, value) != ("img", "src", "x")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Everything that a server shows after malicious submissions: path -> text."""
    place = tmp_path_factory.mktemp("texts")
    with serving(place) as server:
        token = tokens.create(server.engine, AUTHOR, ["submit"])
        given = {"shown": (SHOWN, HEAD), "says": ("says", SAYS)} | {
            case: (name, HEAD) for case, name in REFUSED.items()
        }
        ids = {}
        for case, (name, code) in given.items():
            folder = submission(place / case, code)
            escaped = "".join(f"\\U{ord(letter):08X}" for letter in name)
            author = AUTHOR.replace('"', '\\"')
            (folder / "agora-agent.toml").write_text(
                f'name = "{escaped}"\nauthor = "{author}"\nentry = "agent.py:Agent"\nids = ["agora/KuhnPoker-v0"]\n'
            )
            ids[case] = server.hand_in(pack(folder, place / f"{case}.zip").read_bytes(), token).json()["id"]
        play = Play(server.folder, server.engine, server.season, server.folder.database, trust=True)
        worker.work(play, "w", until_idle=True)
        site = server.folder.current.resolve()
        paths = [f"/{path.relative_to(site)}" for path in site.rglob("*.*")]
        paths += ["/queue", "/submit", "/api", *(f"/submissions/{id}" for id in ids.values())]
        paths += ["/api/v1/queue", "/api/v1/tables", *(f"/api/v1/submissions/{id}/events" for id in ids.values())]
        yield {path: server.get(path).text for path in paths}, ids


def test_the_harmless_one_is_shown_and_the_others_are_rejected(pages):
    found, ids = pages
    queue = found["/queue"]
    assert "a|b](&lt;script&gt;alert(1)&lt;/script&gt;)" in queue
    assert "{{7*7}}" in queue
    assert "Ada &#34;&lt;img src=x onerror=alert(1)&gt;" in queue
    for case, id in ids.items():
        assert ("ranked" if case == "shown" else "rejected") in found[f"/submissions/{id}"].split("</dl>")[0], case
    assert "ValueError: &lt;img src=x onerror=alert(1)&gt;[2J" in found[f"/submissions/{ids['says']}"]


def test_no_page_runs_what_was_written(pages):
    found, _ = pages
    html = [path for path, text in found.items() if text.lstrip().startswith("<!DOCTYPE")]
    assert len(html) > 12
    for path in html:
        Tags().feed(found[path])
        assert TAG not in found[path]


def test_nothing_that_is_shown_commands_a_terminal_or_turns_the_writing(pages):
    found, _ = pages
    for path, text in found.items():
        assert not FORBIDDEN & set(text), path


def test_no_cell_is_a_formula(pages):
    found, _ = pages
    cells = [cell.strip('"') for line in found["/leaderboard.csv"].splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@") or (cell[:1] == "-" and not cell[1:2].isdigit())]

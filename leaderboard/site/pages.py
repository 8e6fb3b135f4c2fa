"""Pages from templates, and the files that all pages share.

Templates escape everything that is not ``Markup``: names and texts on these pages come from strangers.
"""

from functools import cache
from pathlib import Path
from typing import Any

from agora.leaderboard.tables.style import CSS

try:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup as Markup
except ImportError:
    raise ImportError("The site needs jinja2: pip install 'agora-rl[serve]'.") from None

_HERE = Path(__file__).parent
_TEMPLATES = (_HERE / "templates", _HERE.parent / "server" / "templates")
TITLE = "Agora leaderboard"


def render(template: str, root: str, **context: Any) -> str:
    """A page of the site, or of the server.

    Args:
        template: its file in ``site/templates`` or ``server/templates``; it extends ``layout.html``.
        root: how one gets from the page to the top of the site: ``""``, ``"../"`` or ``"/"``.
        context: what the template asks for. Of the layout: ``season``, the title of the site, and ``served``, whether
            a server takes submissions.
    """
    given = {"season": TITLE, "served": False, "imprint": ""} | context | {"root": root}
    return _environment().get_template(template).render(given)


def write_static(out: str | Path) -> None:
    """Writes the style, the script and the icon that all pages share into ``static/`` in the folder ``out``."""
    folder = Path(out) / "static"
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted((_HERE / "static").iterdir()):
        text = file.read_text(encoding="utf-8")
        text = CSS.lstrip() + text if file.name == "site.css" else text
        (folder / file.name).write_text(text, encoding="utf-8", newline="")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

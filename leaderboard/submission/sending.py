"""Handing a submission in to a server of ``agora serve``.

The token is asked about first: a server that does not know it, or takes nothing more, says so before a large archive
is on its way, and a connection that it would then have to cut.
"""

import json
import tempfile
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec

from agora.leaderboard.submission.opening import prepared
from agora.leaderboard.submission.packing import pack

SECONDS = 60.0
"""For the server to answer."""

_ANSWER = 64 * 1024  # bytes of an answer that are read
_HERE = ("localhost", "127.0.0.1", "::1")


class Receipt(msgspec.Struct):
    """What the server says of a submission that it has taken."""

    id: int
    """Under which it stands in the queue."""
    page: str = ""
    """Address where its state can be seen."""


class Allowance(msgspec.Struct):
    """What the server says of a token."""

    author: str
    """Whom it belongs to, and whom the manifest has to name."""
    archive_bytes: int
    """Most that an archive may have."""
    left_today: int = 1
    """Submissions that the author may still hand in, today, and while others wait."""
    left_waiting: int = 1


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Does not follow: a token goes to the server it was given for, and nowhere else."""

    def redirect_request(self, *arguments: object) -> None:
        return None


def submit_to(path: str | Path, url: str, token: str) -> Receipt:
    """Sends the submission at ``path``, an archive or a folder, which is packed first.

    Raises:
        ValueError: it would be refused by what can be seen without playing, or see ``send``.
    """
    path = Path(path)
    with tempfile.TemporaryDirectory(prefix="agora-") as place, prepared(path) as submission:
        archive = pack(path, Path(place) / "submission.zip") if path.is_dir() else path
        return send(archive, url, token, submission.manifest.author)


def send(archive: str | Path, url: str, token: str, author: str | None = None) -> Receipt:
    """Posts ``archive`` to ``url``/api/v1/submissions, with ``token`` as bearer.

    Args:
        author: whom the manifest names, to compare with whom the token belongs to; None leaves that to the server.
        url: of the server, https; http only on this machine, for the token would be readable on the way.

    Raises:
        ValueError: address or token cannot be right, the server cannot be reached, or it refuses; with its reason.
    """
    archive, url = Path(archive), _checked(url)
    bearer = {"Authorization": f"Bearer {_printable(token)}"}
    allowed = _asked(urllib.request.Request(f"{url}/api/v1/token", headers=bearer), url, Allowance)
    if author is not None and author != allowed.author:
        raise ValueError(f"The manifest names {author!r} as author; the token is that of {_plain(allowed.author)!r}.")
    size = archive.stat().st_size
    if size > allowed.archive_bytes:
        raise ValueError(f"{archive.name} has {size} bytes; the server takes {allowed.archive_bytes}.")
    if allowed.left_today < 1 or allowed.left_waiting < 1:
        raise ValueError(f"The server takes nothing more of {_plain(allowed.author)} for now; try again later.")
    headers = bearer | {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    with archive.open("rb") as file:
        request = urllib.request.Request(f"{url}/api/v1/submissions", data=file, headers=headers, method="POST")
        receipt = _asked(request, url, Receipt)
    return Receipt(receipt.id, _plain(urljoin(f"{url}/", receipt.page)))


Answer = TypeVar("Answer", Receipt, Allowance)


def _asked(request: urllib.request.Request, url: str, kind: type[Answer]) -> Answer:
    """What the server at ``url`` answers to ``request``."""
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=SECONDS) as answer:
            return msgspec.json.decode(answer.read(_ANSWER), type=kind)
    except urllib.error.HTTPError as error:
        with error:
            reason = _reason(error)
        raise ValueError(f"The server refuses the submission: {reason}.") from None
    except urllib.error.URLError as error:
        raise ValueError(f"Cannot reach {url}: {error.reason}; is the address right and the server running?") from None
    except (OSError, HTTPException) as error:
        reason = str(error) or type(error).__name__
        raise ValueError(
            f"The connection to {url} broke off ({reason}); whether it arrived, its queue shows."
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ValueError(f"{url} answered something else than a receipt; is it a server of 'agora serve'?") from None


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or not url.isascii():
        raise ValueError(f"--server {url!r} is no address; give one such as https://example.org.")
    if parts.scheme == "http" and host not in _HERE:
        raise ValueError(f"--server {url!r} would carry the token unencrypted; use https.")
    return url.rstrip("/")


def _printable(token: str) -> str:
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("The token is empty or holds characters that no token has; copy it again from the server.")
    return token


_MEANING = {
    401: "the token is unknown or has expired; ask for a new one",
    403: "the token does not allow it",
    404: "there is no such page; is it a server of 'agora serve'?",
    413: "the archive is too large",
    429: "too many submissions; try again later",
}


def _reason(error: urllib.error.HTTPError) -> str:
    """What the server gives as a reason, or what its status means; in one line that no terminal obeys."""
    if error.code in (301, 302, 303, 307, 308):
        return (
            f"it points elsewhere, to {_plain(str(error.headers.get('Location')))}; give that address if you trust it"
        )
    try:
        detail = json.loads(error.read(_ANSWER))["detail"]
    except (OSError, HTTPException, ValueError, KeyError, TypeError, RecursionError):
        detail = ""
    said = detail if isinstance(detail, str) and detail else _MEANING.get(error.code, "it gives no reason")
    return f"{_plain(said)} (status {error.code})"


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:300].rstrip(" .")

"""What stands before every request: which host was meant, how often one comes, how much one sends; and headers behind
every answer.

There are no cookies. The form sends its token in the body, so a page of somebody else has nothing to ride on (no
cross-site request forgery). No script runs that is not a file of this server, and no page shows ours in a frame.
"""

import asyncio
import base64
import hashlib
import ipaddress
import logging
import math
import time
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agora.leaderboard.server.limits import Limits, Rate
from agora.leaderboard.tables.style import CSS

_STYLE = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()  # within leaderboard.html, that stands alone
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; script-src 'self'; style-src 'self' 'sha256-{_STYLE}'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_FORM_PATH = "/submit"

log = logging.getLogger("agora.server")


class Shield:
    """Wraps the application; see the module."""

    def __init__(self, app: ASGIApp, limits: Limits, hosts: Collection[str]):
        self._app, self._limits = app, limits
        self._hosts = {host.lower() for host in hosts}
        self._rate = Rate(limits.requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin, status = time.monotonic(), 0
        address = scope["client"][0] if scope.get("client") else "unknown"

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        refusal = self._refusal(scope, address)
        try:
            if refusal is not None:
                await refusal(scope, receive, answer)
            else:
                await self._app(scope, self._limited(scope, receive), answer)
        except Exception:
            log.exception("%s %s failed", scope["method"], ascii(scope["path"]))
            if not status:
                await _problem(500, "The server failed; its operator finds why in its log.")(scope, receive, answer)
        finally:
            milliseconds = 1000 * (time.monotonic() - begin)
            log.info("%s %s %s %d %.0f ms", address, scope["method"], ascii(scope["path"]), status, milliseconds)

    def _refusal(self, scope: Scope, address: str) -> JSONResponse | None:
        if _name(Headers(scope=scope).get("host", "")) not in self._hosts:
            return _problem(400, "This server does not go by the name in the header Host.")
        seconds = self._rate.wait(_network(address))
        if seconds:
            refusal = _problem(429, "Too many requests from this address; try again later.")
            refusal.headers["Retry-After"] = str(math.ceil(seconds))
            return refusal
        return None

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """``receive``, which ends in an answer when too much comes, or nothing for too long."""
        limit = self._limits.form_bytes if scope["path"] == _FORM_PATH else self._limits.archive_bytes
        claimed = Headers(scope=scope).get("content-length", "0")
        taken, complete = 0, False

        async def limited() -> Message:
            nonlocal taken, complete
            if complete:
                return await receive()
            if claimed.isdecimal() and int(claimed) > limit:
                raise HTTPException(413, f"The body has {claimed} bytes; {limit} are allowed here.")
            try:
                message = await asyncio.wait_for(receive(), self._limits.stall)
            except TimeoutError:
                raise HTTPException(408, f"Nothing came for {self._limits.stall:g} seconds.") from None
            taken += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if taken > limit:
                raise HTTPException(413, f"The body has more than the {limit} bytes that are allowed here.")
            return message

        return limited


def _problem(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status)


def _name(host: str) -> str:
    """Of the header Host, without the port."""
    name, _, port = host.rpartition(":")
    return (name if name and port.isdecimal() else host).strip("[]").lower()


def _network(address: str) -> str:
    """The address, of IPv6 the first half, which one household has to itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(parsed if parsed.version == 4 else ipaddress.ip_network((parsed, 64), strict=False))

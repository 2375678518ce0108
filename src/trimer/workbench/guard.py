"""Who may ask the workbench, and what its answers allow a browser to do.

The page has no accounts: whoever reaches the port and is let in may run simulations. So it listens on loopback unless
told otherwise, and then asks for a token; a page of another site that the user has open cannot make his browser ask
(no cross-origin request is answered, names that merely resolve to this machine are refused), and nothing that comes
from a case or a file is ever run, as the page may load scripts and styles from here only.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trimer.errors import InputError
from trimer.workbench.answers import written

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of the page. Nothing inline, nothing from elsewhere, no frame around it."""
DRAWING = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Of drawings and reports opened by themselves: they carry styles of their own, but run nothing."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
MARK = "x-trimer"  # a header that no form and no simple request of another site can send
COOKIE = "trimer_token"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
TOKEN = re.compile(r"[A-Za-z0-9._~-]{16,200}")
"""What a token may be: what stands in an address and in a cookie as it is."""
WEEK = 7 * 24 * 3600  # seconds

_log = logging.getLogger("trimer.workbench")


def is_loopback(host: str) -> bool:
    """Return whether an address is reached from this machine only."""
    if host in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Door:
    """Say who is let in.

    Attributes
    ----------
    hosts : frozenset of str
        Names under which the page may be asked for; empty: any (then a token is asked for).
    token : str
        Empty: none is asked for.
    """

    hosts: frozenset[str] = frozenset(LOOPBACK)
    token: str = ""

    def __post_init__(self) -> None:
        if not self.hosts and not self.token:
            raise InputError("token", "none", "a token, when the page is not on loopback alone")
        if self.token and not TOKEN.fullmatch(self.token):
            raise InputError("--token", repr(self.token)[:40], "16 or more of letters, digits and . _ ~ -")


class Guard:
    """Let requests in or refuse them with a message, and put headers on every answer (pure ASGI)."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app, self.door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":  # there are none; a page of another site learns no more than that
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "no such thing"})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        fault = self._fault(scope["method"], scope["path"], headers, scope["query_string"])
        if fault:
            await _refuse(*fault, send)
        elif self.door.token and scope["path"] == "/" and self._asked(scope["query_string"]):
            await self._welcome(headers.get("host", ""), send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer; what it did not foresee is our fault, and the page is told no more than that."""
        sender = _Sender(send, scope["path"])
        try:
            await self.app(scope, receive, sender)
        except Exception:
            if sender.started:
                raise
            _log.exception("%s %s failed", scope["method"], scope["path"])
            await _refuse(500, "Something went wrong here, a fault of Trimer; the terminal shows what.", send)

    async def _welcome(self, host: str, send: Send) -> None:
        """Keep the token as a cookie and send the browser to the page's address without it."""
        cookie = f"{_cookie(host)}={self.door.token}; Max-Age={WEEK}; Path=/; HttpOnly; SameSite=Lax"
        await _plain(303, b"", {"location": "/", "set-cookie": cookie, "cache-control": "no-store"}, send)

    def _fault(self, method: str, path: str, headers: Headers, query: bytes) -> tuple[int, str] | None:
        """Return why a request is not let in: status and what is said."""
        host = headers.get("host", "")
        if self.door.hosts and _name(host) not in self.door.hosts:
            return 403, f"Refused: asked for as {host[:80]!r}, which is none of {', '.join(sorted(self.door.hosts))}."
        if self.door.token and not self._knows(headers, query):
            return 401, "Refused: this page asks for the token that the server printed when it was started."
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return 403, f"Refused: a page of another site ({origin[:80]}) asks."
        if headers.get("sec-fetch-site", "same-origin") == "cross-site" and not _opened(method, path, headers):
            return 403, "Refused: a page of another site asks."
        if method not in ("GET", "HEAD") and headers.get(MARK) is None:
            return 403, f"Refused: a {method} without the header X-Trimer, which the page sends."
        return None

    def _knows(self, headers: Headers, query: bytes) -> bool:
        """Return whether a request has the token: in its address, its cookie, or a header."""
        cookie = SimpleCookie()
        try:
            cookie.load(headers.get("cookie", ""))
        except Exception:  # a cookie that is none; the standard library raises its own kind
            cookie = SimpleCookie()
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        name = _cookie(headers.get("host", ""))
        kept = cookie[name].value if name in cookie else ""
        return self._is_token(bearer) or self._is_token(kept) or self._asked(query)

    def _asked(self, query: bytes) -> bool:
        """Return whether an address has the token."""
        return self._is_token(parse_qs(query.decode("latin-1")).get("token", [""])[0])

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode("utf-8", "replace"), self.door.token.encode())


def _cookie(host: str) -> str:
    """Return the name of the token's cookie: cookies know no port, and one machine may serve several pages."""
    port = host.rpartition(":")[2]
    return f"{COOKIE}_{port}" if port.isdecimal() else COOKIE


def _opened(method: str, path: str, headers: Headers) -> bool:
    """Return whether a link to the page is followed, which any site may have."""
    return path == "/" and (
        method == "GET" and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )


def _name(host: str) -> str:
    """Return the name of a host without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


class _Sender:
    """Send an answer with our headers on it."""

    def __init__(self, send: Send, path: str) -> None:
        self.send, self.path, self.started = send, path, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            kind = headers.get("content-type", "")
            own = kind.startswith("image/svg") or (kind.startswith("text/html") and self.path.startswith("/api/"))
            headers["Content-Security-Policy"] = DRAWING if own else POLICY
            for key, value in HEADERS.items():
                headers[key] = value
            if "cache-control" not in headers:
                headers["Cache-Control"] = _kept(self.path)
        await self.send(message)


def _kept(path: str) -> str:
    """Return how long a browser may keep an answer; it asks for the icon at every change of the address."""
    if path.endswith("/icon.svg"):
        return "max-age=3600"
    return "no-store" if path.startswith("/api/") else "no-cache"


async def _refuse(status: int, said: str, send: Send) -> None:
    body = written({"error": {"where": "request", "found": "", "expected": "", "hint": "", "text": said}})
    await _plain(status, body, {"content-type": "application/json", "connection": "close"}, send)


async def _plain(status: int, body: bytes, headers: Mapping[str, str], send: Send) -> None:
    every = {"content-length": str(len(body)), "content-security-policy": POLICY, **headers, **HEADERS}
    head = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in every.items()]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})

"""Who may come in, and what every answer says: the host that was asked for, the token, where a form was sent from, the headers.

Pages are for loopback unless a token guards them. It renders nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from typing import Final
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from monitor.stages.websub import PATH

COOKIE: Final = "monitor"
OPEN: Final = frozenset(
    {"/login", "/healthz", "/readyz", "/static/monitor.css", "/static/monitor.js", "/static/icon.svg"}
)
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # by `no-referrer` browsers hide whose page a form is from, too
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_SAFE: Final = frozenset({"GET", "HEAD"})


def headed() -> Middleware:
    """Put the headers on every answer, errors too. One that has stricter ones keeps them."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            answer = await handler(request)
        except web.HTTPException as error:
            error.headers.update(HEADERS)
            raise
        if not answer.prepared:
            for name, value in (*HEADERS.items(), ("cache-control", "no-store")):
                answer.headers.setdefault(name, value)
        return answer

    return middleware


def guarded(token: str | None, hosts: frozenset[str]) -> Middleware:
    """Let in who may come. `token` None: whoever reaches this host; `hosts` are the names that it is asked by.

    A name that is none of them is refused, so that no other site's name can be made to lead here (DNS rebinding); a form
    is taken only from a page of ours.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_ours(request.host, hosts):
            raise web.HTTPMisdirectedRequest(text="This is not the host that you asked for.\n")
        is_called = request.path.startswith(
            f"{PATH}/"
        )  # by a hub, whose address is its secret; it sends no form of ours
        if token is not None and not is_called and request.path not in OPEN and not admits(token, request):
            raise _turned_away(request)
        if request.method not in _SAFE and not is_called and not _is_from_here(request):
            raise web.HTTPForbidden(text="Forms are taken from Monitor's own pages only.\n")
        return await handler(request)

    return middleware


def admits(token: str, request: web.Request) -> bool:
    """Whether a request carries the token, as a bearer (RFC 6750) or in the cookie of a login."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode(), token.encode())
    return hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), pass_of(token).encode())


def pass_of(token: str) -> str:
    """What a browser keeps in the place of the token itself."""
    return hmac.new(token.encode(), b"monitor page", hashlib.sha256).hexdigest()


def own_path(path: str) -> str:
    """A path of this site to go on to; `/` for anything that could lead elsewhere."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if plain else "/"


def _turned_away(request: web.Request) -> web.HTTPException:
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return web.HTTPSeeOther(f"/login?{urlencode({'next': request.path_qs})}")
    return web.HTTPUnauthorized(text="A token is needed.\n", headers={"www-authenticate": 'Bearer realm="monitor"'})


def _is_ours(host: str, hosts: frozenset[str]) -> bool:
    name = _name(host)
    return name in hosts or _is_loopback(name)


def _name(host: str) -> str:
    return (urlsplit(f"//{host}").hostname or "").rstrip(".")


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_from_here(request: web.Request) -> bool:
    """Whether a form comes from a page of this host: browsers say so; who sends a bearer is no browser."""
    if request.headers.get("authorization", "").lower().startswith("bearer "):
        return True
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.host

"""Who may come in, and what every answer says: the host that was asked for, the token or a proxy's word, where a form was sent from, the headers.

Pages are for loopback unless something guards them. It renders nothing.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from monitor.core.addresses import Network
from monitor.stages.websub import PATH
from monitor.web.token import Token

logger = structlog.get_logger()

COOKIE: Final = "monitor"
FEEDS: Final = "/atom/"
OPEN: Final = frozenset(
    {"/login", "/healthz", "/readyz", "/static/monitor.css", "/static/monitor.js", "/static/icon.svg"}
)
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "server": "Monitor",  # no versions
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # by `no-referrer` browsers hide whose page a form is from, too
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
FAILED: Final = "That failed; the log of Monitor says why.\n"
LONGEST_NAME: Final = 100  # characters
_BEARER: Final = {"www-authenticate": 'Bearer realm="monitor"'}
_SAFE: Final = frozenset({"GET", "HEAD"})


async def headed(_: web.BaseRequest, answer: web.StreamResponse) -> None:
    """Put the headers on an answer that is about to be sent. One that has stricter ones keeps them."""
    for name, value in (*HEADERS.items(), ("cache-control", "no-store")):
        answer.headers.setdefault(name, value)
    answer.headers["server"] = HEADERS["server"]  # aiohttp has named itself there by then


def unfailing() -> Middleware:
    """Where a page fails, say so and no more; the log says why."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except Exception as error:
            logger.exception("a page failed", path=request.path)
            raise web.HTTPInternalServerError(text=FAILED) from error

    return middleware


def guarded(keys: Keys, hosts: frozenset[str]) -> Middleware:
    """Let in who may come; `hosts` are the names that this host is asked by.

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
        if not is_called and request.path not in OPEN and not keys.open_to(request):
            raise _turned_away(request, asks=keys.token is not None)
        if request.method not in _SAFE and not is_called and not _is_from_here(request, hosts):
            raise web.HTTPForbidden(text="Forms are taken from Monitor's own pages only.\n")
        return await handler(request)

    return middleware


@dataclass(frozen=True, slots=True)
class Keys:
    """What lets somebody in: the token, or a proxy's word for it. Without either, whoever reaches this host.

    `header` is where a proxy names who asks, once it has made sure; it is believed of the addresses in `proxies` alone.
    """

    token: Token | None = None
    proxies: tuple[Network, ...] = ()
    header: str = ""

    @property
    def are_needed(self) -> bool:
        """Whether anything is asked for."""
        return self.token is not None or bool(self.proxies)

    def open_to(self, request: web.Request) -> bool:
        """Whether a request may come in."""
        if not self.are_needed or self.reader(request) is not None:
            return True
        return self.token is not None and (_shows(request, self.token) or self._opens_a_feed(request))

    @property
    def of_feeds(self) -> str:
        """The key of the Atom feeds, for feed readers, which can send no header; empty where no token guards them."""
        return self.token.feeds if self.token is not None else ""

    def _opens_a_feed(self, request: web.Request) -> bool:
        if self.token is None or request.method not in _SAFE or not request.path.startswith(FEEDS):
            return False
        return self.token.is_its_key(request.query.get("key", ""))

    def reader(self, request: web.Request) -> str | None:
        """Who asks, by a proxy's word; None where no proxy that is trusted says so, or it says it twice."""
        said = request.headers.getall(self.header, []) if self.header and self._is_trusted(request.remote) else []
        name = said[0].strip() if len(said) == 1 else ""
        return name[:LONGEST_NAME] if name and name.isprintable() else None

    def _is_trusted(self, remote: str | None) -> bool:
        try:
            address = ipaddress.ip_address(remote or "")
        except ValueError:  # a socket that has no address
            return False
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return any((mapped or address) in network for network in self.proxies)


def _shows(request: web.Request, token: Token) -> bool:
    """Whether a request carries the token, as a bearer (RFC 6750) or in the cookie of a login."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.is_it(given.strip())
    return token.is_its_cookie(request.cookies.get(COOKIE, ""))


def own_path(path: str) -> str:
    """A path of this site to go on to; `/` for anything that could lead elsewhere."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if plain else "/"


def _turned_away(request: web.Request, *, asks: bool) -> web.HTTPException:
    if not asks:
        return web.HTTPUnauthorized(text="Come through the proxy that knows you.\n", headers=_BEARER)
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return web.HTTPSeeOther(f"/login?{urlencode({'next': request.path_qs})}")
    return web.HTTPUnauthorized(text="A token is needed.\n", headers=_BEARER)


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


def _is_from_here(request: web.Request, hosts: frozenset[str]) -> bool:
    """Whether a form comes from a page of this host: browsers say so; who sends a bearer is no browser.

    A proxy may ask by another name than its readers do: then the page's is one of `hosts`.
    """
    if request.headers.get("authorization", "").lower().startswith("bearer "):
        return True
    origin = urlsplit(request.headers.get("origin") or "").netloc
    return bool(origin) and (origin == request.host or origin in hosts)

"""One HTTP client for everything Monitor asks of the outside, on aiohttp: whole answers, within limits, or a named error.

Reasons of Transient: `timeout` (the exchange's time is over), `dns`, `no_such_host` (the resolver says so), `connect` (refused, unreachable), `reset` (the other
side hung up before it answered), `short_body` (it hung up, or sent nonsense, while it answered).
Reasons of Permanent: `bad_url`, `forbidden_address`, `tls` (certificate or handshake), `headers` (too long or too many),
`bad_http` (not HTTP), `too_large` (wire or decoded bytes), `bomb` (compressed far beyond its size), `encoding` (unknown or
broken coding, after one more try without any), `framing` (chunks too small to be honest), `too_many_redirects`,
`insecure_redirect` (credentials would leave https).

It does not retry (but for `encoding`), keeps no cookies, and ignores proxies of the environment.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import structlog
from yarl import URL

from monitor.core.addresses import PRIVATE, Address, Network
from monitor.errors import Permanent, Transient
from monitor.net.answer import gather, read_body, read_fields, read_location, sendable
from monitor.net.decoding import ACCEPTED
from monitor.net.failures import named
from monitor.net.guard import Guard
from monitor.net.hosts import Hosts
from monitor.net.target import judge_url
from monitor.net.trust import trusted
from monitor.ports import Limits, Net, Response

log = structlog.get_logger()

ANSWER_BYTES: Final = 20_000
PER_ADDRESS: Final = 8  # hosts: as many share an address without any of them waiting for the others
_MAX_FIELD = 16 * 1024
_MAX_FIELDS = 100
_IDLE_SECONDS = 15.0
_PERMANENT = {301, 308}
_CREDENTIALS = {"authorization", "cookie", "proxy-authorization"}


@dataclass(slots=True)
class _Budget:
    """The time of one exchange over all its hops. Waiting for a free place is not charged."""

    total: float
    spent: float = 0.0

    @asynccontextmanager
    async def charge(self) -> AsyncIterator[None]:
        clock = asyncio.get_running_loop().time
        start = clock()
        try:
            async with asyncio.timeout(max(0.0, self.total - self.spent)):
                yield
        except TimeoutError as error:
            raise Transient("timeout", f"no whole answer within {self.total:g} s") from error
        finally:
            self.spent += clock() - start


@dataclass(frozen=True, slots=True)
class _Hop:
    """One request's answer; `location` is where it redirects, absolute, or empty."""

    status: int
    headers: dict[str, str]
    body: bytes
    location: str


class HttpNet(Net):
    """The Net of ports.py. `open_net` makes it."""

    def __init__(
        self,
        fetching: aiohttp.ClientSession,
        sending: Mapping[bool, aiohttp.ClientSession],
        *,
        allow_private: Sequence[Network],
        concurrency: int,
        hosts: Hosts,
        addresses: Hosts,
        guard: Guard,
        limits: Limits,
    ) -> None:
        self._fetching, self._sending, self._guard = fetching, sending, guard
        self._allowed, self._limits = tuple(allow_private), limits
        self._places, self._hosts, self._addresses = asyncio.Semaphore(concurrency), hosts, addresses

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, limits: Limits | None = None
    ) -> Response:
        """Fetch, over at most `limits.redirects` redirects. Any status is an answer; of an error's body the first 16 KiB.

        Raises Transient and Permanent with the reasons of this module's docstring.
        """
        limits = limits or self._limits
        budget = _Budget(limits.total_seconds)
        wanted = {name.lower(): sendable(value) for name, value in (headers or {}).items()}
        try:
            return await self._follow(url, {"accept-encoding": ACCEPTED, **wanted}, limits, budget)
        except Permanent as error:
            if error.reason != "encoding":
                raise
        return await self._follow(url, {**wanted, "accept-encoding": "identity"}, limits, budget)

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        headers: Mapping[str, str],
        allow_private: bool = False,
        limits: Limits | None = None,
    ) -> Response:
        """Send once. A redirect is an answer; of the body the first 20 kB, as sent, as far as they come in time.

        Raises Transient and Permanent with the reasons of this module's docstring.
        """
        limits = limits or self._limits
        budget = _Budget(limits.total_seconds)
        target = judge_url(url, PRIVATE if allow_private else ())
        # No place is waited for: receivers are few and have limits of their own, and one that hangs must hold up nobody.
        hop = await self._send(target, body, headers, allow_private=allow_private, limits=limits, budget=budget)
        return Response(target, hop.status, hop.headers, hop.body, budget.spent)

    async def _follow(self, url: str, headers: dict[str, str], limits: Limits, budget: _Budget) -> Response:
        here = judge_url(url, self._allowed)
        statuses: list[int] = []
        while True:
            async with self._place(here, budget):
                hop = await self._fetch(here, headers, limits, budget)
            if not hop.location:
                permanent = here if statuses and _PERMANENT.issuperset(statuses) else None
                return Response(here, hop.status, hop.headers, hop.body, budget.spent, permanent)
            statuses.append(hop.status)
            if len(statuses) > limits.redirects:
                raise Permanent("too_many_redirects", f"more than {limits.redirects}", status=hop.status)
            there = judge_url(hop.location, self._allowed)
            headers = _headers_for(here, there, headers)
            here = there

    async def _fetch(self, url: str, headers: Mapping[str, str], limits: Limits, budget: _Budget) -> _Hop:
        async with budget.charge():
            with named():
                async with self._fetching.get(
                    URL(url, encoded=True),
                    headers=headers,
                    allow_redirects=False,
                    timeout=_timeout(limits),
                    ssl=trusted() or True,
                ) as answer:
                    fields = read_fields(answer)
                    if location := read_location(url, answer.status, fields):
                        return _Hop(answer.status, fields, b"", location)  # its body is never read
                    return _Hop(answer.status, fields, await read_body(answer, fields, limits), "")

    async def _send(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        allow_private: bool,
        limits: Limits,
        budget: _Budget,
    ) -> _Hop:
        session = self._sending[allow_private]
        start = bytearray()
        hop = None
        try:
            async with budget.charge():
                with named():
                    async with session.post(
                        URL(url, encoded=True),
                        data=body,
                        headers=headers,
                        allow_redirects=False,
                        timeout=_timeout(limits),
                    ) as answer:
                        hop = _Hop(answer.status, read_fields(answer), b"", "")
                        await gather(answer, start, ANSWER_BYTES)
        except (Transient, Permanent):
            if hop is None:  # with a status it has been answered, whatever became of the answer's body
                raise
        return _Hop(hop.status, hop.headers, bytes(start[:ANSWER_BYTES]), "")

    @asynccontextmanager
    async def _place(self, url: str, budget: _Budget) -> AsyncIterator[None]:
        """Wait for a place at this host, at all of its addresses, then for one at all: a busy host's queue takes no place from others."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._hosts.place(url))
            async with self._places, budget.charge():
                addresses = await self._guard.addresses(urlsplit(url).hostname or "")
            for address in sorted(addresses, key=str):  # in one order, so that no two wait for each other
                await stack.enter_async_context(self._addresses.place(f"//{_spelt(address)}"))
            await stack.enter_async_context(self._places)
            yield


@asynccontextmanager
async def open_net(
    *,
    user_agent: str,
    allow_private: Sequence[Network] = (),
    concurrency: int = 64,
    per_host: int = 2,
    pause: float = 0.0,
    queue: int | None = None,
    limits: Limits | None = None,
) -> AsyncIterator[HttpNet]:
    """The Net, open for as long as the context. `allow_private` are networks that `get` may reach though they are not public.

    At most `concurrency` fetches run at once, and `per_host` with one host and port, begun `pause` seconds apart; with `queue`, at
    most so many are under way or wait for it, and others are Postponed. An address, however many names it has, is asked as PER_ADDRESS hosts
    are. Addresses in `allow_private` are the user's own, without pause and queue.
    """
    tls = ssl.create_default_context()
    async with AsyncExitStack() as stack:
        guard = Guard(allow_private)
        fetching = await stack.enter_async_context(_session(user_agent, guard, tls, keep_alive=True))
        # Sending has connections of its own, used once: what may reach a private address is never lent to anything else.
        guarded = await stack.enter_async_context(_session(user_agent, Guard(()), tls, keep_alive=False))
        private = await stack.enter_async_context(_session(user_agent, Guard(PRIVATE), tls, keep_alive=False))
        yield HttpNet(
            fetching,
            {False: guarded, True: private},
            allow_private=allow_private,
            concurrency=concurrency,
            hosts=Hosts(per_host, pause, allow_private, queue),
            addresses=Hosts(PER_ADDRESS * per_host, pause / PER_ADDRESS, allow_private, queue),
            guard=guard,
            limits=limits or Limits(),
        )


@asynccontextmanager
async def _session(
    user_agent: str, guard: Guard, tls: ssl.SSLContext, *, keep_alive: bool
) -> AsyncIterator[aiohttp.ClientSession]:
    reuse = {"keepalive_timeout": _IDLE_SECONDS} if keep_alive else {"force_close": True}
    connector = aiohttp.TCPConnector(
        limit=0, ssl=tls, resolver=guard, use_dns_cache=False, socket_factory=guard.make_socket, **reuse
    )
    async with aiohttp.ClientSession(
        connector=connector,
        headers={"User-Agent": user_agent},
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        max_line_size=_MAX_FIELD,
        max_field_size=_MAX_FIELD,
        max_headers=_MAX_FIELDS,
    ) as session:
        try:
            yield session
        finally:
            await guard.close()


def _spelt(address: Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)


def _timeout(limits: Limits) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_seconds)


def _headers_for(here: str, there: str, headers: dict[str, str]) -> dict[str, str]:
    """What may be told to the next host: nobody's credentials but its own."""
    old, new = urlsplit(here), urlsplit(there)
    secret = _CREDENTIALS.intersection(headers)
    if old.scheme == "https" and new.scheme == "http":
        if secret:
            raise Permanent("insecure_redirect", f"from {old.netloc} to http://{new.netloc}")
        log.warning("followed a redirect from https to http", source=old.netloc, target=new.netloc)
    if (old.scheme, old.netloc) == (new.scheme, new.netloc):
        return headers
    return {name: value for name, value in headers.items() if name not in secret}

"""Asks before it reads: a Net that keeps to each host's robots.txt. What the user named himself is not asked about.

A file that cannot be had refuses nothing here, though RFC 9309 (section 2.3.1.4) would have a crawler wait while it is
unreachable: we read single articles that a feed has just announced, and a broken robots.txt must not silence them. It is
asked for again after ten minutes. One that refuses is asked for again after an hour: it may be a mistake, which closes all pages of a host.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Container, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog

from monitor.core.robots import MOST_BYTES, Robots, parse
from monitor.errors import OutsideError, Permanent, Postponed
from monitor.ports import Limits, Net, Response

logger = structlog.get_logger()

GOOD_FOR = 24 * 3600.0  # seconds that an answer holds (RFC 9309, section 2.4)
REFUSES_FOR = 3600.0  # … to the question for a page that it refuses
AGAIN_AFTER = 600.0  # … and the lack of one
HOSTS_KEPT = 10_000
LIMITS = Limits(wire_bytes=MOST_BYTES, decoded_bytes=4 * MOST_BYTES, total_seconds=10.0)

_EVERYTHING = Robots((), own=False)


class Known(NamedTuple):
    """What a host asks, when it was asked for that, and for how many seconds it holds, by the clock of this process."""

    robots: Robots
    since: float
    good_for: float

    def answers(self, url: str) -> bool:
        """Whether it holds for a page."""
        good_for = self.good_for if self.robots.allow(url) else min(self.good_for, REFUSES_FOR)
        return time.monotonic() < self.since + good_for


class PoliteNet:
    """A Net that fetches nothing that the host asks `agent` not to fetch, but for the addresses in `named`."""

    def __init__(
        self, net: Net, agent: str, named: Container[str] = (), known: OrderedDict[str, Known] | None = None
    ) -> None:
        """`known` is what hosts were asked before; it is kept up to date."""
        self._net, self._agent, self._named = net, agent, named
        self._known = OrderedDict() if known is None else known
        self._asking: dict[str, asyncio.Task[Robots]] = {}

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, limits: Limits | None = None
    ) -> Response:
        """Fetch, as the Net within. Raises Permanent(`robots`) where the host asks not to."""
        if url not in self._named and not (await self._robots(url)).allow(url):
            raise Permanent("robots", "the host's robots.txt asks not to read this")
        return await self._net.get(url, headers=headers, limits=limits)

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        headers: Mapping[str, str],
        allow_private: bool = False,
        limits: Limits | None = None,
    ) -> Response:
        """Send, as the Net within."""
        return await self._net.post(url, body, headers=headers, allow_private=allow_private, limits=limits)

    async def _robots(self, url: str) -> Robots:
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        known = self._known.get(host)
        if known and known.answers(url):
            return known.robots
        if host not in self._asking:  # one question a host, however many articles wait for the answer
            self._asking[host] = asyncio.create_task(self._ask(host))
            self._asking[host].add_done_callback(lambda _: self._asking.pop(host, None))
        return await asyncio.shield(self._asking[host])

    async def _ask(self, host: str) -> Robots:
        robots, good_for = _EVERYTHING, AGAIN_AFTER
        try:
            response = await self._net.get(f"{host}/robots.txt", limits=LIMITS)
        except Postponed:  # it says nothing of the file
            raise
        except OutsideError as error:
            logger.info("robots.txt cannot be had", host=host, reason=error.reason)
        else:
            if 200 <= response.status < 300:
                robots, good_for = parse(response.body, self._agent), GOOD_FOR
            elif 400 <= response.status < 500 and response.status != 429:  # there is none
                good_for = GOOD_FOR
        self._known[host] = Known(robots, time.monotonic(), good_for)
        self._known.move_to_end(host)
        if len(self._known) > HOSTS_KEPT:
            self._known.popitem(last=False)
        return robots

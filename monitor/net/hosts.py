"""Whose turn it is: how many requests go to one host at once, how long it has between two, and how many may wait for it. It sends none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from monitor.core.addresses import Network, read_literal
from monitor.errors import Postponed

HOSTS_KEPT: Final = 10_000
SOONEST: Final = 1.0  # seconds until somebody who may not wait may come back, …
LATEST: Final = 60.0  # … and at most


@dataclass(slots=True)
class _Host:
    """A host: its places, how many are here for it, when it may be asked next (the loop's clock), how long the last request took."""

    places: asyncio.Semaphore
    here: int = 0
    turn: float = 0.0
    took: float = 0.0


class Hosts:
    """The places and turns of all hosts, each with its port."""

    def __init__(self, per_host: int, pause: float, own: Sequence[Network] = (), queue: int | None = None) -> None:
        """At most `per_host` requests at once, begun `pause` seconds apart; at most `queue` are here for a host, under way or waiting.

        Addresses in `own` networks are asked without a pause, and any number may wait for them.
        """
        self._per_host, self._pause, self._own, self._queue = per_host, pause, tuple(own), queue
        self._hosts: dict[str, _Host] = {}  # the latest asked last

    @asynccontextmanager
    async def place(self, url: str) -> AsyncIterator[None]:
        """Wait for a place and a turn at the host of an address; the place is kept while entered.

        Raises Postponed where too many wait already: whoever waits holds up others, whose hosts are quick.
        """
        parts = urlsplit(url)
        host, is_own = self._known(parts.netloc), self._is_own(parts.hostname or "")
        if self._queue is not None and not is_own and host.here >= self._queue:
            each = max(host.took / self._per_host, self._pause)
            raise Postponed(min(max(host.here * each, SOONEST), LATEST))
        host.here += 1
        try:
            async with host.places:
                if self._pause and not is_own:
                    await self._turn(host)
                begun = asyncio.get_running_loop().time()
                try:
                    yield
                finally:
                    host.took = asyncio.get_running_loop().time() - begun
        finally:
            host.here -= 1

    def _known(self, name: str) -> _Host:
        host = self._hosts.pop(name, None) or _Host(asyncio.Semaphore(self._per_host))
        self._hosts[name] = host
        if len(self._hosts) > HOSTS_KEPT:
            idle = next((old for old, found in self._hosts.items() if not found.here), name)
            del self._hosts[idle]
        return host

    async def _turn(self, host: _Host) -> None:
        now = asyncio.get_running_loop().time()
        turn = max(now, host.turn)
        host.turn = turn + self._pause
        await asyncio.sleep(turn - now)

    def _is_own(self, host: str) -> bool:
        return (host == "localhost" and bool(self._own)) or is_within(host, self._own)


def is_within(host: str, networks: Sequence[Network]) -> bool:
    """Whether a host is spelt as an address in one of these networks."""
    try:
        address = read_literal(host)
    except ValueError:
        return False
    return address is not None and any(address in network for network in networks)

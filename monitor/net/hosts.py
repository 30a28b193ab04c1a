"""Whose turn it is: how many requests go to one host at once, and how long it has between two. It sends none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from monitor.core.addresses import Network, read_literal

HOSTS_KEPT: Final = 10_000


class Hosts:
    """The places and turns of all hosts, each with its port."""

    def __init__(self, per_host: int, pause: float, own: Sequence[Network] = ()) -> None:
        """At most `per_host` requests at once, begun `pause` seconds apart; to addresses in `own` networks with no pause between."""
        self._per_host, self._pause, self._own = per_host, pause, tuple(own)
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._turns: dict[str, float] = {}  # when each may be asked again, by the loop's clock; the latest asked last

    @asynccontextmanager
    async def place(self, url: str) -> AsyncIterator[None]:
        """Wait for a place and a turn at the host of an address; the place is kept while entered."""
        parts = urlsplit(url)
        places = self._places.setdefault(parts.netloc, asyncio.Semaphore(self._per_host))
        async with places:
            if self._pause and not self._is_own(parts.hostname or ""):
                await self._turn(parts.netloc)
            yield

    async def _turn(self, host: str) -> None:
        now = asyncio.get_running_loop().time()
        turn = max(now, self._turns.pop(host, now))
        self._turns[host] = turn + self._pause
        if len(self._turns) > HOSTS_KEPT:
            del self._turns[next(iter(self._turns))]
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

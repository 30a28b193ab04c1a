"""Whose turn it is where one at a time is served and many may come: sites take turns, so that a hundred of one delay another's by one.

Who would have to wait too long is told to come again, and when; of those who wait, a site with many gives way to one with fewer.
Knows nothing of what is done in a turn.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from monitor.errors import Postponed

MOST_WAITING: Final = 12
"""Of all sites, at once: each holds its document and a place among those that are fetched, and neither is without bounds."""
LONGEST_WAIT: Final = 30.0
"""In seconds: with the fetch before it (30 s) and the reading after it (50 s) less than a claim's lease."""
SOONEST: Final = 5.0  # seconds until who was sent away may come again, …
LATEST: Final = 30.0  # … and at most

_Waiting = asyncio.Future[None]


class Turns:
    """One place, and who waits for it."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[_Waiting]] = OrderedDict()  # by site; whose turn is next comes first
        self._taken, self._took = False, 0.0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    @asynccontextmanager
    async def turn(self, site: str) -> AsyncIterator[None]:
        """Wait for the place, which is kept while entered. Raises Postponed where that would take too long, or does."""
        if self._taken:
            await self._wait(site)
        self._taken = True
        clock = asyncio.get_running_loop().time
        begun = clock()
        try:
            yield
        finally:
            self._took = clock() - begun
            self._pass_on()

    async def _wait(self, site: str) -> None:
        if self.waiting >= MOST_WAITING:
            self._make_room_for(site)
        mine: _Waiting = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(site, deque()).append(mine)
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await mine
        except BaseException as error:
            if mine.done() and not mine.cancelled() and not mine.exception():
                self._pass_on()  # it came just as we gave up
            self._forget(site, mine)
            if isinstance(error, TimeoutError):
                raise self._later() from None
            raise

    def _make_room_for(self, site: str) -> None:
        """Send the last of the longest queue away, if that is longer than the one of `site` would be; else raise Postponed."""
        longest = max(self._waiting, key=lambda each: len(self._waiting[each]))
        if len(self._waiting[longest]) <= len(self._waiting.get(site, ())) + 1:
            raise self._later()
        last = self._waiting[longest][-1]
        self._forget(longest, last)
        if not last.done():  # it may just have given up
            last.set_exception(self._later())

    def _pass_on(self) -> None:
        """Give the place to the next site's first, and let that site come last from now on."""
        self._taken = False
        while self._waiting and not self._taken:
            site, first = next((site, queue[0]) for site, queue in self._waiting.items())
            self._forget(site, first)
            if site in self._waiting:
                self._waiting.move_to_end(site)
            if not first.done():  # it may just have given up
                first.set_result(None)
                self._taken = True

    def _forget(self, site: str, who: _Waiting) -> None:
        if who in self._waiting.get(site, ()):
            self._waiting[site].remove(who)
        if not self._waiting.get(site, True):
            del self._waiting[site]

    def _later(self) -> Postponed:
        pause = min(max((self.waiting + 1) * self._took, SOONEST), LATEST)
        return Postponed(pause, "it took long to read before, and others that did are being read")

"""Follows the pages of `monitor watch`: knows which articles they are, sees that each is read, and ends those whose time is over. Reads no page.

The log says what is followed; each process looks there every few seconds, so that nobody has to be told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

import msgspec
import structlog

from monitor.core import pagewatch as core
from monitor.core.events import WatchEvent, WatchStarted
from monitor.core.pagewatch import ENTITY, SOURCE, Watches
from monitor.core.urls import aliases, article_id, canonical
from monitor.errors import Conflict
from monitor.ports import Append, Batch, Head, Log, SetTimer
from monitor.stages import jobs
from monitor.stages.jobs import FetchJob
from monitor.stages.sources import Source

logger = structlog.get_logger()

PAUSE = 2.0  # seconds between two looks at what is followed

Event = TypeVar("Event", bound=WatchEvent)


class Followed:
    """The watches by their articles, as this process knows them."""

    def __init__(self) -> None:
        self._watches: dict[str, WatchStarted] = {}

    def __contains__(self, url: object) -> bool:
        """Whether an address is one of those followed: the user named it himself."""
        return any(watch.url == url for watch in self._watches.values())

    def know(self, watches: dict[str, WatchStarted]) -> None:
        """Follow these from now on, and no others."""
        self._watches = watches

    def of(self, article: str) -> WatchStarted | None:
        """The watch over an article."""
        return self._watches.get(article)

    def job(self, article: str) -> FetchJob | None:
        """How an article is read that nothing else asks for."""
        watch = self.of(article)
        if watch is None:
            return None
        return FetchJob(watch.url, SOURCE, aliases=aliases([watch.url]), max_age=watch.max_age)

    def source(self, article: str) -> Source | None:
        """On whose behalf it is read then."""
        watch = self.of(article)
        if watch is None:
            return None
        return Source(SOURCE, watch.url, every=timedelta(seconds=watch.every), fixed=True)

    def sooner(self, article: str, wait: timedelta | None) -> timedelta | None:
        """The wait until the next look, shortened where the article is followed."""
        watch = self.of(article)
        if watch is None:
            return wait
        every = timedelta(seconds=watch.every)
        return every if wait is None else min(wait, every)

    def wants(self, article: str, watchlist: str) -> bool:
        """Whether a watchlist that may look elsewhere looks at this article while it is followed."""
        watch = self.of(article)
        return watch is not None and (not watch.watchlists or watchlist in watch.watchlists)


class Keeper:
    """Keeps what is followed up to date with the log."""

    def __init__(self, log: Log, followed: Followed) -> None:
        self._log, self._followed = log, followed
        self._seen: dict[str, WatchStarted] = {}

    async def look(self) -> None:
        """Look what is followed; end what is over, and see that what is new is read."""
        watches = await ended(self._log)
        known = {await self._article(watch): watch for watch in watches.watches}
        self._followed.know(known)
        for article, watch in known.items():
            if self._seen.get(article) != watch:
                await self._read_now(article, watch)
        self._seen = known

    async def _article(self, watch: WatchStarted) -> str:
        """Which article the page is now: its address may be given to another text."""
        return await self._log.resolve(aliases([watch.url])) or article_id(canonical(watch.url))

    async def _read_now(self, article: str, watch: WatchStarted) -> None:
        for alias in aliases([watch.url]):
            await self._log.pin(alias, article)
        timer = SetTimer(jobs.FETCH, article, delay=0.0, only_sooner=True)  # with the payload that it may have
        await self._log.commit(Batch(self._log.partition_of(article), timers=(timer,)))
        logger.info("page followed", url=watch.url, article=article, every=watch.every, until=watch.until.isoformat())


async def following(keeper: Keeper) -> None:
    """Keep looking, for ever."""
    while True:
        await asyncio.sleep(PAUSE)
        await keeper.look()


async def ended(log: Log) -> Watches:
    """What is followed now; that others are over is recorded."""
    home = log.partition_of(ENTITY)
    while True:
        head, now = await log.load(home, ENTITY), await log.now()
        watches = core.decode(head.snapshot)
        over = core.over(watches, now)
        if not over or await _recorded(log, head, watches, over):
            return core.fold(watches, *over)


async def record(log: Log, decide: Callable[[Watches], Event]) -> Event:
    """Record what is decided on what is followed now; decided again where that has changed meanwhile."""
    home = log.partition_of(ENTITY)
    while True:
        head = await log.load(home, ENTITY)
        watches = core.decode(head.snapshot)
        event = decide(watches)
        if await _recorded(log, head, watches, (event,)):
            return event


async def _recorded(log: Log, head: Head, watches: Watches, events: Iterable[WatchEvent]) -> bool:
    events = tuple(events)
    append = Append(ENTITY, head, events, msgspec.json.encode(core.fold(watches, *events)))
    try:
        await log.commit(Batch(log.partition_of(ENTITY), appends=(append,)))
    except Conflict:
        return False
    return True

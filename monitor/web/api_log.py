"""What the API says from the log itself: why an alert was raised, what the looks at an article came to, the events as they were recorded.

Nobody waits for a log that does not answer. Judging takes a thread, one at a time, so that it holds up neither alert nor page.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from monitor import explaining, recounting
from monitor.core.events import Recorded, encode
from monitor.explaining import Sightings, Trace
from monitor.ports import Log
from monitor.recounting import Place
from monitor.web.answers import Events
from monitor.web.desk import Desk, article_named
from monitor.web.exchange import ONE, Endpoint, first, known, limit_of, refused

PATIENCE: Final = 20.0  # seconds for the log's answer
MOST_BYTES: Final = 8 << 20  # of the events of one answer, where it has more than one
_PLACE: Final = re.compile(r"\d{1,15}-\d{1,15}")


class LogApi:
    """The handlers."""

    def __init__(self, desk: Desk, log: Log) -> None:
        self._desk, self._log = desk, log
        self._turn = asyncio.Lock()

    @property
    def endpoints(self) -> list[Endpoint]:
        """All that can be asked."""
        return [
            Endpoint("GET", f"/alerts/{ONE}/why", self.why_alert, Trace),
            Endpoint("GET", f"/articles/{ONE}/why", self.why_article, Sightings),
            Endpoint("GET", "/events", self.events, Events, ("after", "limit")),
        ]

    async def why_alert(self, request: web.Request) -> Trace:
        """The whole way of an alert, and what else the rules at work make of its event."""
        name, book = request.match_info["id"], self._desk.rulebook
        alert = first(await self._desk.ask(lambda reader: reader.alerts_named(name, 1)))
        async with self._answering():
            recalled = await explaining.recalled(self._log, alert.article)
        async with self._turn:
            return await self._desk.ask(lambda reader: explaining.trace(reader, alert, recalled, book))

    async def why_article(self, request: web.Request) -> Sightings:
        """What the looks at an article came to, and what the rules at work make of it."""
        name, book = request.match_info["id"], self._desk.rulebook
        article = known(await self._desk.ask(lambda reader: article_named(reader, name)))
        async with self._answering():
            recalled = await explaining.recalled(self._log, article.id)
        async with self._turn:
            return await self._desk.ask(lambda reader: explaining.sightings(reader, article, recalled, book))

    async def events(self, request: web.Request) -> Events:
        """The last events of the log; with `after`, the first ones that were recorded after a place, which is the `next` of an answer before."""
        limit, after = limit_of(request), request.query.get("after")
        place = None if after is None else self._place(after)
        async with self._answering():
            if place is None:
                events, reached = await recounting.last(self._log, limit)
                return Events(list(_within(events[::-1]))[::-1], ",".join(reached))
            events = list(_within(await recounting.after(self._log, place, limit)))
        return Events(events, ",".join(recounting.reached(place, events)))

    def _place(self, typed: str) -> Place:
        parts = tuple(typed.split(","))
        if len(parts) != self._log.partitions or not all(map(_PLACE.fullmatch, parts)):
            raise refused("after: expected the `next` of an answer before")
        return parts

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        """While entered, the log is asked. Raises HTTPServiceUnavailable where it does not answer."""
        if trouble := self._log.trouble:
            raise _unavailable(trouble)
        try:
            async with asyncio.timeout(PATIENCE):
                yield
        except TimeoutError as error:
            raise _unavailable(f"the log gave no answer within {PATIENCE:.0f} s") from error


def _unavailable(why: str) -> web.HTTPException:
    return web.HTTPServiceUnavailable(text=why, headers={"retry-after": "10"})


def _within(events: Iterable[Recorded]) -> Iterator[Recorded]:
    """As many as one answer takes."""
    size = 0
    for number, recorded in enumerate(events):
        size += len(encode(recorded.event))
        if number and size > MOST_BYTES:
            return
        yield recorded

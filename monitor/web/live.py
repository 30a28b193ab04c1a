"""Alerts as they come, to whoever looks: server-sent events (HTML Standard, 9.2), each the very markup that the page shows.

The views are looked at once for all readers. A reader who is too slow to take what comes is let go; a browser comes back by itself and
says what it saw last.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Final

from aiohttp import web

from monitor.store.views import Reader
from monitor.store.views.rows import AlertRow, ArticleRow
from monitor.web.desk import Desk
from monitor.web.rendering import Pages

EVERY: Final = 0.5  # seconds between two looks at the views, while anybody listens
BEAT: Final = (
    15.0  # seconds between two signs of life, so that nothing between us and the reader thinks that it is over
)
MOST_READERS: Final = 64
MOST_WAITING: Final = 64  # alerts that a slow reader may be behind

_News = tuple[AlertRow, ArticleRow | None]


class Wire:
    """The readers, and the loop that has news for them."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk, self._pages = desk, pages
        self._readers: set[asyncio.Queue[bytes | None]] = set()
        self._since: datetime | None = None
        self._told: set[str] = set()
        self._wanted = asyncio.Event()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Answer one reader for as long as it listens."""
        if len(self._readers) >= MOST_READERS:
            raise web.HTTPServiceUnavailable(text="Too many readers.\n", headers={"retry-after": "30"})
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        answer = web.StreamResponse(headers={"content-type": "text/event-stream", "cache-control": "no-store"})
        await answer.prepare(request)
        self._readers.add(queue)
        self._wanted.set()
        try:
            with suppress(ConnectionError, TimeoutError):
                await _write(answer, b"retry: 2000\n\n")
                while (said := await _next(queue)) is not None:
                    await _write(answer, said)
        finally:
            self._readers.discard(queue)
        return answer

    async def run(self) -> None:
        """Look for news while anybody listens; for ever."""
        while True:
            if not self._readers:
                self._wanted.clear()
                self._since = None
                await self._wanted.wait()
            for news in await self._news():
                self._send(_event(news[0].id, self._pages.render("one_alert.html", alert=news)))
            await asyncio.sleep(EVERY)

    def close(self) -> None:
        """Let all readers go."""
        for queue in list(self._readers):
            self._let_go(queue)

    async def _news(self) -> list[tuple[AlertRow, ArticleRow | None, bool]]:
        """The alerts that were not there at the last look, the oldest first."""
        since = self._since
        rows = await self._desk.listed(lambda reader: _since(reader, since))
        first_look = since is None
        news = [(row, article, False) for row, article in reversed(rows) if row.id not in self._told]
        self._told = {row.id for row, _ in rows}
        self._since = rows[0][0].at if rows else since or self._desk.now()
        return [] if first_look else news

    def _send(self, said: bytes) -> None:
        for queue in list(self._readers):
            try:
                queue.put_nowait(said)
            except asyncio.QueueFull:
                self._let_go(queue)

    def _let_go(self, queue: asyncio.Queue[bytes | None]) -> None:
        self._readers.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)


async def _write(answer: web.StreamResponse, said: bytes) -> None:
    """Raises TimeoutError where the reader does not take it: nobody waits for ever to tell somebody who is gone."""
    async with asyncio.timeout(BEAT):
        await answer.write(said)


async def _next(queue: asyncio.Queue[bytes | None]) -> bytes | None:
    try:
        async with asyncio.timeout(BEAT):
            return await queue.get()
    except TimeoutError:
        return b": still here\n\n"


def _since(reader: Reader, since: datetime | None) -> list[_News]:
    rows = reader.alerts(since=since, limit=MOST_WAITING)
    return [(row, next(iter(reader.articles_named([row.article], 1)), None)) for row in rows]


def _event(name: str, markup: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in markup.splitlines())
    return f"event: alert\nid: {name}\n{lines}\n".encode()

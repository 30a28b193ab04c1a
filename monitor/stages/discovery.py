"""Finds out what a site offers to be watched: a feed, a sitemap, or its front page; and shows what would be read. Records nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from monitor.core import discovery
from monitor.core.listing import ListingKind
from monitor.errors import OutsideError, Permanent, Transient
from monitor.ports import Entry, Net, ParsedPage, Parser, Response
from monitor.stages.listings import Listings, is_worth_reading
from monitor.stages.sources import Source

How = Literal["itself", "announced", "usual address", "robots.txt", "its links"]

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A source that was found: where, how, what it calls itself, and what it lists now. `links` as in a configuration."""

    url: str
    kind: ListingKind
    how: How
    title: str
    entries: tuple[Entry, ...]
    links: tuple[str, ...] | None = None

    @property
    def newest(self) -> datetime | None:
        """The newest date that an entry states."""
        return max((at for entry in self.entries for at in (entry.published, entry.updated) if at), default=None)


@dataclass(frozen=True, slots=True)
class Sample:
    """An article as it would be read, or why it would not."""

    url: str
    page: ParsedPage | None
    trouble: str = ""


class Explorer:
    """Asks a site, politely: a page, the feeds that it announces, a few usual addresses."""

    def __init__(self, net: Net, parser: Parser) -> None:
        self._net, self._parser = net, parser
        self._listings = Listings(net, parser)
        self._places = asyncio.Semaphore(AT_ONCE)

    async def explore(self, url: str, at: datetime, links: tuple[str, ...] | None = None) -> list[Found]:
        """The sources of a site, the best first; those of the first kind of place that has any. With `links`, the front page itself.

        Raises OutsideError where the address itself cannot be had, or nothing was found there.
        """
        answer = await self._get(url)
        if links is not None:
            return [await self.read(answer.url, at, how="its links", answer=answer, links=links)]
        try:
            return [await self.read(answer.url, at, how="itself", answer=answer)]
        except OutsideError as error:
            refused = error
        for look in (self._announced, self._usual_feeds, self._sitemaps):
            if found := await look(answer, at):
                return found
        try:
            return [await self.read(answer.url, at, how="its links", answer=answer, links=())]
        except OutsideError as error:
            raise Permanent("nothing_found", f"{error}; and as a feed: {refused}") from error

    async def read(
        self,
        url: str,
        at: datetime,
        *,
        how: How = "itself",
        answer: Response | None = None,
        links: tuple[str, ...] | None = None,
    ) -> Found:
        """What a source lists now; `links` as in a configuration. Raises OutsideError where it is none."""
        answer = answer or await self._get(url)
        source = Source("", url, links=links)
        parsed, _ = await self._listings.read(source, answer, {}, at)
        entries = tuple(entry for entry in parsed.entries if is_worth_reading(parsed, entry, at, source.max_age))
        return Found(url, parsed.kind, how, parsed.title, entries, links)

    async def sample(self, entry: Entry) -> Sample:
        """An entry's article as it would be read."""
        try:
            answer = await self._get(entry.url)
            page = await self._parser.page(answer.body, answer.url, answer.headers, "")
        except OutsideError as error:
            return Sample(entry.url, None, str(error))
        return Sample(entry.url, page, "" if page.verdict == "article" else f"{page.verdict}: {page.detail}")

    # --- where sources may be ---

    async def _announced(self, answer: Response, at: datetime) -> list[Found]:
        named = await self._parser.announced(answer.body, answer.url, answer.headers)
        return await self._all((one.url for one in named), "announced", at)

    async def _usual_feeds(self, answer: Response, at: datetime) -> list[Found]:
        return await self._all(discovery.usual(discovery.USUAL_FEEDS, answer.url), "usual address", at)

    async def _sitemaps(self, answer: Response, at: datetime) -> list[Found]:
        parts = urlsplit(answer.url)
        try:
            robots = (await self._get(f"{parts.scheme}://{parts.netloc}/robots.txt")).body.decode("utf-8", "replace")
        except OutsideError:
            robots = ""
        named = await self._all(discovery.sitemaps_of(robots, answer.url), "robots.txt", at)
        return named or await self._all(discovery.usual(discovery.USUAL_SITEMAPS, answer.url), "usual address", at)

    async def _all(self, urls: Iterable[str], how: How, at: datetime) -> list[Found]:
        """Those addresses at which a source with entries stands, in their order, the same entries once."""
        found = await asyncio.gather(*(self._tried(url, how, at) for url in urls))
        by_entries = {
            frozenset(entry.key for entry in one.entries): one for one in reversed(found) if one and one.entries
        }
        return list(by_entries.values())[::-1]

    async def _tried(self, url: str, how: How, at: datetime) -> Found | None:
        try:
            async with self._places:
                return await self.read(url, at, how=how)
        except OutsideError:
            return None

    async def _get(self, url: str) -> Response:
        answer = await self._net.get(url)
        if answer.status != 200:
            raise Transient(f"http_{answer.status}", url, status=answer.status)
        return answer

"""Reads what a source lists: its feed or sitemap, the links of its front page, and the parts of an index of sitemaps. Records nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from monitor.core import listing
from monitor.core.feed import PartLook
from monitor.errors import OutsideError, Transient
from monitor.ports import Entry, Net, ParsedFeed, Parser, Response
from monitor.stages.sources import Source, validators

logger = structlog.get_logger()

PARTS_AT_A_LOOK = 6


class Listings:
    """Turns an answer into entries; an index of sitemaps costs further requests."""

    def __init__(self, net: Net, parser: Parser) -> None:
        self._net, self._parser = net, parser

    async def read(
        self, source: Source, response: Response, seen: Mapping[str, PartLook], at: datetime
    ) -> tuple[ParsedFeed, dict[str, PartLook]]:
        """What an answer lists, and what the parts of an index said now. `seen` is what they said before.

        Raises OutsideError where nothing can be made of it, and where none of the parts that were due could be had.
        """
        if source.links is not None:
            return await self._parser.front_page(response.body, response.url, response.headers, source.links), {}
        parsed = await self._parser.feed(response.body, response.url, response.headers)
        if not parsed.parts:
            return parsed, {}
        return await self._with_parts(source, parsed, seen, at - source.max_age)

    async def _with_parts(
        self, source: Source, index: ParsedFeed, seen: Mapping[str, PartLook], since: datetime
    ) -> tuple[ParsedFeed, dict[str, PartLook]]:
        stamps = {part.url: listing.stamp(part.modified) for part in index.parts}
        due = listing.due_parts(
            {part.url: part.modified for part in index.parts},
            {url: part.stamp for url, part in seen.items()},
            since=since,
            most=PARTS_AT_A_LOOK,
        )
        looks = {url: part for url, part in seen.items() if url in stamps}
        read: list[ParsedFeed] = []
        errors: list[OutsideError] = []
        for url in due:
            try:
                silent = not stamps[url]  # of a part that says that it changed no 304 is believed
                answer = await self._part(url, seen.get(url, PartLook()) if silent else PartLook())
                if answer is not None:
                    read.append(await self._parser.feed(answer.body, answer.url, answer.headers))
                    looks[url] = _look(answer, stamps[url])
            except OutsideError as error:
                logger.warning("part of a sitemap failed", feed=source.id, url=url, reason=error.reason)
                errors.append(error)
        if errors and len(errors) == len(due):
            raise errors[0]
        entries = tuple(entry for part in read for entry in part.entries)
        titles = (part.title for part in read if part.title)
        return replace(index, entries=entries, title=next(titles, index.title)), looks

    async def _part(self, url: str, known: PartLook) -> Response | None:
        """A part's answer; None where it is as it was."""
        response = await self._net.get(url, headers=validators(known.etag, known.last_modified))
        if response.status == 304:
            return None
        if response.status != 200:
            raise Transient(f"http_{response.status}", url, status=response.status)
        return response


def _look(answer: Response, stamp: str) -> PartLook:
    return PartLook(stamp, answer.headers.get("etag", "")[:1024], answer.headers.get("last-modified", "")[:128])


def is_worth_reading(parsed: ParsedFeed, entry: Entry, at: datetime, max_age: timedelta) -> bool:
    """Whether an entry is the present's, by the newest date that it states."""
    claimed = max(filter(None, (entry.published, entry.updated)), default=None)
    return listing.is_present(parsed.kind, claimed, at, max_age=max_age)
